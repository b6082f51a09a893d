import numpy as np
import pytest

from vizcore.nets.architectures import Architecture
from vizcore.nets.graph import graph_of
from vizcore.nets.network import Network
from vizcore.nets.preparation import Preparation
from vizcore.ui.learned_map import (
    begun_with,
    chosen_map,
    first_choice,
    map_title,
    maps_strip,
    most_active,
    names_of,
)
from vizcore.ui.learned_settings import MOST_ACTIVE, LearnedSettings
from vizcore.ui.network_view import Pass, passed

TEXT = "4x4x1-conv_2_1_b0-relu-flatten-dense_2_b0-softmax"


@pytest.fixture
def network():
    weights = {
        "conv1": {"kernel": np.float32([1, -1]).reshape(1, 1, 1, 2)},
        "dense1": {"kernel": np.zeros((32, 2), np.float32)},
    }
    return Network("Some", Architecture.from_text(TEXT), weights, ("cat", "<b>"), Preparation())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (TEXT, "relu1"),
        ("8x8x1-conv_2_3-tanh-max_2-flatten-dense_3", "pool1"),
        ("8x8x1-flatten-dense_4-relu-dense_3-softmax", "softmax1"),
    ],
)
def test_what_is_shown_at_first(text, name):
    assert first_choice(graph_of(Architecture.from_text(text))) == name


@pytest.mark.parametrize(
    ("node", "place", "chosen", "said"),
    [
        ("", MOST_ACTIVE, ("relu1", 1), False),
        ("conv1", MOST_ACTIVE, ("conv1", 1), False),
        ("softmax1", MOST_ACTIVE, ("softmax1", 0), False),  # of equals, the first
        ("", 0, ("relu1", 0), False),
        ("", 1, ("relu1", 1), False),
        ("conv1", 0, ("conv1", 0), False),
        ("conv1", 2, ("relu1", 1), True),
        ("conv9", 0, ("relu1", 1), True),
        ("conv9", MOST_ACTIVE, ("relu1", 1), True),
        ("", 5, ("relu1", 1), True),
        # The input is no map that a network has learned.
        ("input", 0, ("relu1", 1), True),
        ("input", MOST_ACTIVE, ("relu1", 1), True),
    ],
)
def test_a_map_that_is_not_named_or_not_there_is_the_most_active(
    network, node, place, chosen, said
):
    network.weights["conv1"]["kernel"][..., 1] = 2
    now = passed(network, np.full((4, 4, 1), 255, np.uint8))
    found, told = chosen_map(LearnedSettings(node=node, map=place), now)
    assert found == chosen and bool(told) == said


def test_the_highest_value_makes_a_map_the_most_active(network):
    maps = np.full((2, 2, 2), 0.5)
    maps[0, 1, 1], maps[1, :, 1] = 0.75, -9
    now = Pass(network, None, {"conv1": maps, "softmax1": np.float32([0.25, 0.75])})
    assert (most_active(now, "conv1"), most_active(now, "softmax1")) == (1, 1)
    assert begun_with(now, "conv1", 1) == (
        "You begin with map 2 of conv1: of all 2 it gives the highest value for this picture, 0.75."
    )


def test_maps_are_what_the_network_gives_in_one_range(network):
    picture = np.zeros((4, 4, 1), np.uint8)
    picture[1, 2] = 255
    strip = maps_strip(passed(network, picture), "conv1")
    assert strip.values.shape == (2, 4, 4) and strip.limit == 1
    assert (strip.values[0, 1, 2], strip.values[1, 1, 2]) == (1, -1)


def test_numbers_of_classes_are_called_by_their_names(network):
    strip = maps_strip(passed(network, np.zeros((4, 4, 1), np.uint8)), "softmax1")
    assert strip.values.tolist() == [[[0.5]], [[0.5]]]
    assert strip.names == names_of(network, "dense1") == (("cat",), ("<b>",))
    assert names_of(network, "flatten1") == names_of(network, "relu1") == ()
    assert map_title(network, "dense1", 1) == "number 2 of dense1 (class <b>)"
    assert map_title(network, "relu1", 1) == "map 2 of relu1"
