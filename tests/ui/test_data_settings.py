import pytest

from vizcore.export.permalink import LinkError, from_query, to_query
from vizcore.ui.data_settings import DataSettings
from vizcore.ui.train_settings import TrainSettings

OTHERS = DataSettings("my-pictures", 0.25, 7, 3)


def test_a_link_brings_the_settings_back():
    query = {"dataset": "my-pictures", "fraction": "0.25", "seed": "7", "label": "3"}
    assert to_query(OTHERS) == query
    assert from_query(DataSettings, query) == OTHERS
    assert to_query(DataSettings()) == {}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"dataset": ""}, "name has 1 to 100 characters"),
        ({"dataset": "x" * 101}, "name has 1 to 100 characters"),
        ({"fraction": "0"}, "fraction can be 0.01 to 0.5, not 0.0"),
        ({"fraction": "0.51"}, "fraction can be"),
        ({"fraction": "nan"}, "fraction can be"),
        ({"fraction": "much"}, "fraction must be a number"),
        ({"seed": "-1"}, "seed can be 0 to 9,999"),
        ({"seed": "1.5"}, "seed must be a number"),
        ({"label": "-2"}, "label can be -1 to 99"),
        ({"label": "100"}, "label can be -1 to 99"),
    ],
)
def test_a_link_that_cannot_be_followed_says_why(query, said):
    with pytest.raises(LinkError, match=said):
        from_query(DataSettings, query)


@pytest.mark.parametrize("edge", [0.01, 0.5])
def test_whatever_is_set_aside_here_can_be_trained_with(edge):
    shared = {name: getattr(OTHERS, name) for name in ("dataset", "seed")}
    assert TrainSettings(**shared, fraction=edge).fraction == DataSettings(fraction=edge).fraction
