from urllib.parse import parse_qsl, urlencode

import pytest

from vizcore.export.permalink import LinkError, from_query, to_query
from vizcore.ui.learned_settings import MOST_ACTIVE, MOST_SHIFT, PREDICTED, LearnedSettings


def test_a_new_visitor_begins_with_digits_and_the_predicted_class():
    assert to_query(LearnedSettings()) == {}
    assert LearnedSettings().label == PREDICTED == -1
    assert LearnedSettings().map == MOST_ACTIVE == -1


def test_a_link_brings_all_of_it_back():
    settings = LearnedSettings(
        "looks", "tiny", "test-7", "relu2", 3, "cell", 12, 4, "conv3", "half", "black", 9, 5, -8, 8
    )
    query = to_query(settings)
    assert set(query) == set(LearnedSettings.__dataclass_fields__)
    assert from_query(LearnedSettings, dict(parse_qsl(urlencode(query)))) == settings


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ({}, "kernels"),
        ({"model": "tiny", "picture": "test-7"}, "kernels"),
        ({"node": "relu2"}, "excites"),
        ({"map": "0"}, "excites"),
        ({"seed": "3"}, "likes"),
        ({"label": "2"}, "looks"),
        ({"right": "-2"}, "shift"),
        ({"part": "looks", "node": "relu2"}, "looks"),
        ({"part": "kernels", "right": "1"}, "kernels"),
    ],
)
def test_a_link_without_a_part_leads_to_what_it_sets(query, part):
    assert from_query(LearnedSettings, query).part_shown == part


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"model": "a b"}, "there is no network `a b`"),
        ({"picture": "sample"}, "there is no picture `sample`"),
        ({"node": "Conv1"}, "there is no layer `Conv1`"),
        ({"layer": "<b>"}, "there is no layer `<b>`"),
        ({"part": "all"}, "part is one of kernels, excites, likes, looks, shift, not `all`"),
        ({"map": "-2"}, "map can be −1 to 99,999, not −2"),
        ({"map": "100000"}, "map can be −1 to 99,999, not 100,000"),
        ({"meant": "10"}, "meant can be −1 to 9, not 10"),
        ({"over": "all"}, "over is one of map, cell, not `all`"),
        ({"fill": "red"}, "fill is one of grey, mean, black, not `red`"),
        ({"square": "7"}, "square is one of eighth, quarter, half, not `7`"),
        ({"seed": "10000"}, "seed can be 0 to 9,999, not 10,000"),
        ({"label": "-2"}, "label can be −1 to 9,999, not −2"),
        ({"down": str(MOST_SHIFT + 1)}, f"down can be −{MOST_SHIFT} to {MOST_SHIFT}, not 9"),
        ({"right": "-9"}, "right can be −8 to 8, not −9"),
        ({"digit": "x"}, "digit must be a number"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(query, said):
    with pytest.raises(LinkError, match="This link cannot be followed: ") as refused:
        from_query(LearnedSettings, query)
    assert said in str(refused.value)
