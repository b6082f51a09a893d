from urllib.parse import parse_qsl, urlencode

import pytest

from vizcore.export.permalink import LinkError, from_query, to_query
from vizcore.imaging.seeing import Steps
from vizcore.ui.classify_settings import CAMERA, ClassifySettings
from vizcore.ui.drawn_digit import DrawnDigit


def test_a_new_visitor_begins_with_a_sample_digit():
    assert to_query(ClassifySettings()) == {}
    assert ClassifySettings().picture == "sample-0"


@pytest.mark.parametrize("picture", ["test-7", "own", CAMERA, DrawnDigit("f" * 784).to_text()])
def test_a_link_brings_all_of_it_back(picture):
    settings = ClassifySettings("own", picture, Steps(2, "fit", True, "off"), normalise=False)
    query = to_query(settings)
    assert set(query) == set(ClassifySettings.__dataclass_fields__)
    assert from_query(ClassifySettings, dict(parse_qsl(urlencode(query)))) == settings


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"model": "a b"}, "there is no network `a b`"),
        ({"picture": "film"}, "there is no picture `film`"),
        ({"picture": "own~0-crop-colour-auto"}, "steps of a picture are a setting of their own"),
        ({"steps": "5-crop-colour-auto"}, "its steps from the picture to the network"),
        ({"normalise": "yes"}, "normalise must be 0 or 1"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(query, said):
    with pytest.raises(LinkError, match="This link cannot be followed: ") as refused:
        from_query(ClassifySettings, query)
    assert said in str(refused.value)
