from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.export.permalink import LONGEST_LINK, LinkError, from_query, link_length, to_query
from vizcore.imaging.seeing import Steps
from vizcore.nets.architectures import Architecture
from vizcore.nets.graph import graph_of
from vizcore.ui.drawn_digit import DrawnDigit
from vizcore.ui.network_settings import (
    RANGES,
    NetworkSettings,
    is_place,
    named,
    numbered,
    seen_by,
    steps_of,
)

GRAPH = graph_of(Architecture.from_text("4x4x1-conv_2_3-relu-flatten-dense_3-softmax"))
DRAWN = st.text("0123456789abcdef", min_size=784, max_size=784).map(
    lambda t: DrawnDigit(t).to_text()
)
PICTURES = st.one_of(
    st.sampled_from(["own", "sample-0", "sample-39", "test-9999", "test-123456"]), DRAWN
)  # fmt: skip


@given(
    st.builds(
        NetworkSettings,
        model=st.sampled_from(["digits", "tiny", "aB3-_x" * 7]),
        picture=PICTURES,
        node=st.sampled_from(["", "conv1", "residual2_conv1_norm"]),
        map=st.integers(0, 99_999),
        ranges=st.sampled_from(RANGES),
    )
)
def test_a_link_reproduces_the_settings(one):
    query = dict(parse_qsl(urlencode(to_query(one))))
    assert from_query(NetworkSettings, query) == one
    assert link_length("https://example.org/inside_a_network", one) < LONGEST_LINK


def test_where_one_starts_is_no_part_of_the_link():
    assert to_query(NetworkSettings()) == {}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"model": ""}, "there is no network"),
        ({"model": "../etc"}, "there is no network `../etc`."),
        ({"model": "a" * 65}, "there is no network"),
        ({"picture": ""}, "there is no picture"),
        ({"picture": "sample--1"}, "there is no picture `sample--1`."),
        ({"picture": "sample-٣"}, "there is no picture"),
        ({"picture": "test-1234567"}, "there is no picture"),
        ({"picture": "dfnonsense"}, "its drawing cannot be read."),
        ({"node": "Conv1"}, "there is no layer `Conv1`."),
        ({"node": "a" * 65}, "there is no layer"),
        ({"map": "-1"}, "map can be 0 to 99,999, not -1."),
        ({"map": "100000"}, "map can be 0 to 99,999"),
        ({"map": "one"}, "map must be a number."),
        ({"ranges": "all"}, "a range of colours belongs to a map, a layer or the whole network"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(query, said):
    with pytest.raises(LinkError) as error:
        from_query(NetworkSettings, query)
    text = str(error.value)
    assert text.startswith("This link cannot be followed: ") and said in text and text[-1] == "."


def test_the_map_that_is_opened():
    one = NetworkSettings()
    assert one.opened(GRAPH) is None
    assert one.opening("conv1", 1).opened(GRAPH) == ("conv1", 1)
    assert one.opening("conv1", 2).opened(GRAPH) is None
    assert one.opening("conv9", 0).opened(GRAPH) is None
    assert one.opening("dense1", 2).opening() == one
    assert replace(one, map=1).opened(GRAPH) is None


@pytest.mark.parametrize(
    ("node", "place", "there"),
    [
        ("input", 0, True),
        ("softmax1", 2, True),
        ("flatten1", 7, True),
        ("flatten1", 8, False),
        ("conv1", -1, False),
        ("conv1", 1.0, False),
        ("conv1", True, False),
        ("conv1", "0", False),
        (["conv1"], 0, False),
        (None, 0, False),
        ({}, 0, False),
    ],
)
def test_what_a_browser_names_is_checked(node, place, there):
    assert is_place(GRAPH, node, place) == there


def test_the_number_of_a_picture():
    assert numbered("sample-07") == ("sample", 7) and numbered("dfAA") is None
    assert numbered("test-12~1-crop-colour-auto") == ("test", 12)


@pytest.mark.parametrize("name", ["own", "sample-3", DrawnDigit().to_text()])
def test_a_link_may_say_how_a_picture_is_seen(name):
    steps = Steps(3, "fit", True, "on")
    text = seen_by(name, steps)
    assert (named(text), steps_of(text)) == (name, steps)
    assert seen_by(text, Steps()) == seen_by(name, Steps())
    assert (named(name), steps_of(name)) == (name, None)
    assert from_query(NetworkSettings, {"picture": text}).picture == text
    with pytest.raises(LinkError, match="its steps from the picture to the network"):
        from_query(NetworkSettings, {"picture": f"{name}~"})
