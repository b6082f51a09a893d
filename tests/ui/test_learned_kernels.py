import numpy as np
import pytest

from vizcore.nets.architectures import Architecture
from vizcore.nets.forward_pass import forward_pass
from vizcore.nets.network import Network
from vizcore.nets.preparation import Preparation
from vizcore.ui.learned_kernels import first_kernels, kernel_of, made_by
from vizcore.ui.tiles import COLOUR, WEIGHT


def network(text, **weights):
    """A network whose kernels count their weights: 0, 1, 2, …"""
    given = {
        name: {"kernel": np.arange(np.prod(shape), dtype=np.float32).reshape(shape)}
        for name, shape in weights.items()
    }
    return Network("Some", Architecture.from_text(text), given, ("a",), Preparation())


def test_grey_kernels_are_one_strip_in_one_range():
    (strip,) = first_kernels(network("4x4x1-conv_2_2_b0", conv1=(2, 2, 1, 2)))
    assert (strip.kind, strip.limit) == (WEIGHT, 7.0)
    assert strip.values.tolist() == [[[0, 2], [4, 6]], [[1, 3], [5, 7]]]


def test_kernels_of_colour_are_mixed_and_shown_for_each_channel_in_one_range():
    mixed, *each = first_kernels(network("4x4x3-conv_2_1_b0", conv1=(1, 1, 3, 2)))
    assert mixed.kind == COLOUR and mixed.values.tolist() == [[[[0, 2, 4]]], [[[1, 3, 5]]]]
    assert [one.title for one in each] == ["For red", "For green", "For blue"]
    assert [one.values.ravel().tolist() for one in each] == [[0, 1], [2, 3], [4, 5]]
    assert {one.limit for one in (mixed, *each)} == {5.0}


def test_without_a_convolution_there_are_none():
    assert first_kernels(network("2x2x1-flatten-dense_1", dense1=(4, 1))) == ()


@pytest.mark.parametrize(
    ("text", "shape", "place", "first", "kernel"),
    [
        ("4x4x2-conv_3_1_b0", (1, 1, 2, 3), 1, 0, [[[1]], [[4]]]),
        # Two groups of two channels: map 3 is the second of the second group.
        ("4x4x4-conv_4_1_g2_b0", (1, 1, 2, 4), 3, 2, [[[3]], [[7]]]),
        ("4x4x2-depthwise_1_b0", (1, 1, 1, 2), 1, 1, [[[1]]]),
    ],
)
def test_the_kernel_of_a_map_names_the_channels_it_reads(text, shape, place, first, kernel):
    (name,) = [name for name in ("conv1", "depthwise1") if name[:-1] in text]
    found = kernel_of(network(text, **{name: shape}), name, place)
    assert (found[0], found[1].tolist()) == (first, kernel)


def test_a_dense_layers_weights_lie_where_their_pixels_lie():
    one = network("2x2x2-flatten-dense_2_b0", dense1=(8, 2))
    first, kernel = kernel_of(one, "dense1", 1)
    assert first == 0 and kernel.shape == (2, 2, 2)
    picture = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
    given = forward_pass(one.graph, one.weights, picture)["dense1"]
    assert (kernel.transpose(1, 2, 0) * picture).sum() == given[1]


def test_a_dense_layer_behind_numbers_has_no_picture():
    one = network("2x2x1-flatten-dense_2-dense_2", dense1=(4, 2), dense2=(2, 2))
    assert kernel_of(one, "dense2", 0) is None


def test_a_map_behind_a_sum_has_several_makers():
    graph = network("8x8x1-residual_2_s2_n0").graph
    assert made_by(graph, "residual1_relu") == "residual1_conv1"
    assert made_by(graph, "residual1") is None
