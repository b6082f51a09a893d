import pytest

from vizcore.export.permalink import LinkError, from_query, to_query
from vizcore.nets.own_classes import Making
from vizcore.ui.own_class_settings import OwnClassSettings

OTHERS = OwnClassSettings("classes", 64, "fit", 0.3, 7)


def test_a_link_brings_the_settings_back():
    query = {"way": "classes", "side": "64", "framing": "fit", "fraction": "0.3", "seed": "7"}
    assert to_query(OTHERS) == query and to_query(OwnClassSettings()) == {}
    assert from_query(OwnClassSettings, query) == OTHERS
    assert OTHERS.making() == Making(64, "fit", 0.3, 7)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"way": "mail"}, "come in by zip, classes, npz"),
        ({"side": "33"}, "side can be 32, 48, 64, 96, not 33"),
        ({"side": "x"}, "side must be a number"),
        ({"framing": "stretch"}, "framing can be crop, fit"),
        ({"fraction": "0.05"}, "fraction can be 0.1 to 0.5"),
        ({"fraction": "nan"}, "fraction can be 0.1 to 0.5"),
        ({"seed": "-1"}, "seed can be 0 to 9,999"),
    ],
)
def test_a_link_that_cannot_be_followed_says_why(query, said):
    with pytest.raises(LinkError, match=said):
        from_query(OwnClassSettings, query)
