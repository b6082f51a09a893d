"""What a network computes: by hand for every kind of operation, and held against Keras."""

from math import log

import numpy as np
import pytest
from made_networks import drawn_network

from vizcore.nets.architectures import Architecture
from vizcore.nets.forward_pass import conv_settings, forward_pass, node_output
from vizcore.nets.graph import graph_of
from vizcore.nets.inspection import feature_maps
from vizcore.nets.keras_model import keras_model
from vizcore.nets.layers import KINDS

SQUARE = [[[1], [2], [3]], [[4], [5], [6]], [[7], [8], [9]]]
PAIRS = [[[1, -1], [2, -2]], [[3, -3], [4, -4]]]
POWERS = {"kernel": [[[[1]], [[10]]], [[[100]], [[1000]]]]}
ZEROS_BUT = {
    "residual1_conv1": {"kernel": [[[[0, 0]]]], "bias": [0, 0]},
    "residual1_conv2": {"kernel": [[[[0, 0], [0, 0]]]], "bias": [5, 6]},
}
BY_HAND = [
    # 1 + 2 + 4 + 5 and so on, each with the bias.
    (SQUARE, "conv_1_2", {"kernel": np.ones((2, 2, 1, 1)), "bias": [10]}, [22, 26, 34, 38]),
    # The kernel is not turned, and the padding is of zeros.
    (SQUARE, "conv_1_2_s2_p1_b0", POWERS, [1000, 3200, 7040, 9865]),
    (SQUARE, "conv_1_2_d2_b0", POWERS, [1 + 30 + 700 + 9000]),
    # "same" pads an even window at the bottom and on the right.
    (SQUARE, "conv_1_2_s2_psame_b0", POWERS, [5421, 603, 87, 9]),
    # Each filter reads the channel of its own group.
    (PAIRS, "conv_2_1_g2_b0", {"kernel": [[[[2, 3]]]]}, [2, -3, 4, -6, 6, -9, 8, -12]),
    (
        PAIRS,
        "depthwise_2",
        {"kernel": [[[[1, 1]], [[1, 0]]], [[[1, 0]], [[1, 0]]]], "bias": [0, 5]},
        [1 + 2 + 3 + 4, -1 + 5],
    ),
    (SQUARE, "max_2", {}, [5]),
    (SQUARE, "max_2_s1", {}, [5, 6, 8, 9]),
    # Padding never wins, also where all is negative, and is not averaged.
    (np.negative(SQUARE), "max_2_psame", {}, [-1, -3, -7, -9]),
    (SQUARE, "average_2_psame", {}, [3, 4.5, 7.5, 9]),
    (
        PAIRS,
        "norm",
        # Keras adds 0.001 to the variance.
        {"gamma": [4, 1], "beta": [1, 0], "mean": [1, 0], "variance": [3.999, 0.999]},
        [1, -1, 3, -2, 5, -3, 7, -4],
    ),
    ([[[-2], [4]]], "relu", {}, [0, 4]),
    ([[[-2], [4]]], "leaky_a0.5", {}, [-1, 4]),
    ([[[0], [log(3)]]], "sigmoid", {}, [0.5, 0.75]),
    ([[[0], [log(3)]]], "tanh", {}, [0, 0.8]),
    ([[[0, log(3)]]], "softmax", {}, [0.25, 0.75]),
    (PAIRS, "dropout_0.5", {}, [1, -1, 2, -2, 3, -3, 4, -4]),
    (PAIRS, "flatten", {}, [1, -1, 2, -2, 3, -3, 4, -4]),
    (PAIRS, "globalaverage", {}, [2.5, -2.5]),
    (PAIRS, "globalmax", {}, [4, -1]),
    ([[[1, 2]]], "flatten-dense_2", {"kernel": [[1, 3], [0, 4]], "bias": [0, 1]}, [1, 12]),
    ([[[1, 2]]], "flatten-dense_2_b0", {"kernel": [[1, 0], [1, 1]]}, [3, 2]),
]  # fmt: skip


@pytest.mark.parametrize(("x", "layers", "own", "expected"), BY_HAND, ids=[c[1] for c in BY_HAND])
def test_an_operation_gives_what_one_works_out_by_hand(x, layers, own, expected):
    graph = network(np.shape(x), layers)
    last = [*graph][-1]
    given = forward_pass(graph, {last: {name: np.array(one) for name, one in own.items()}}, x)
    assert given[last].shape == graph[last].shape
    np.testing.assert_allclose(given[last].ravel(), expected, rtol=1e-12)


BLOCKS = [
    # F(x) = 3·ReLU(2x − 1), so 1 gives 3 + 1, and −1 gives ReLU(0 − 1).
    (
        [[[1], [-1]]],
        "residual_1_k1_n0",
        {
            "residual1_conv1": {"kernel": [[[[2]]]], "bias": [-1]},
            "residual1_conv2": {"kernel": [[[[3]]]], "bias": [0]},
        },
        [4, 0],
    ),
    # F gives 5 and 6 whatever comes; the shortcut takes every other cell and adds a channel.
    ([[[1], [2]], [[3], [4]]], "residual_2_k1_s2_n0_cpad", ZEROS_BUT, [6, 6]),
    (
        [[[1], [2]], [[3], [4]]],
        "residual_2_k1_s2_n0",
        {**ZEROS_BUT, "residual1_projection": {"kernel": [[[[10, 100]]]], "bias": [0, 0]}},
        [15, 106],
    ),
]


@pytest.mark.parametrize(("x", "layers", "weights", "expected"), BLOCKS, ids=[c[1] for c in BLOCKS])
def test_a_block_adds_its_shortcut(x, layers, weights, expected):
    graph = network(np.shape(x), layers)
    assert forward_pass(graph, weights, x)["residual1"].ravel().tolist() == expected


def test_every_kind_of_operation_is_worked_out_above():
    graphs = [network(np.shape(x), layers) for x, layers, *_ in BY_HAND + BLOCKS]
    kinds = {node.kind for graph in graphs for node in graph.values()}
    assert kinds == {*KINDS} - {"residual"} | {"input", "add", "pad"}


def test_a_depthwise_convolution_has_as_many_groups_as_channels():
    graph = network((8, 8, 4), "conv_6_3_s2_psame_g2-depthwise_2_d3_p1")
    assert conv_settings(graph["conv1"]) == {
        "stride": 2, "padding": "same", "dilation": 1, "groups": 2,
    }  # fmt: skip
    assert conv_settings(graph["depthwise1"]) == {
        "stride": 1, "padding": 1, "dilation": 3, "groups": 6,
    }  # fmt: skip


ALIKE = [
    # Padding by a number, groups, dilation, every activation, and all three shortcuts.
    "13x11x4-conv_6_3_p2_g2-leaky_a0.2-conv_6_3_psame_d2-norm-tanh-average_3_s2_psame"
    "-depthwise_3_p1-relu-residual_6-residual_8_s2-residual_10_s2_n0_cpad-residual_12_n0"
    "-conv_5_1-sigmoid-max_2_s1_psame-dropout_0.4-globalmax-dense_7-norm-dense_5_b0-softmax",
    # Sizes that do not come out even, in both directions.
    "17x12x3-conv_8_5_s3_psame_b0-relu-max_3_s2_psame-depthwise_2_d2_psame_b0"
    "-residual_9_k2_s2_cpad-average_2_s1_psame-flatten-dense_4-softmax",
    "16x10x1-conv_4_4_s2_psame-norm-depthwise_3_s2_psame-max_2_psame-globalaverage-dense_3",
]


@pytest.mark.xdist_group("tensorflow")
@pytest.mark.parametrize("text", ALIKE, ids=["kinds", "uneven", "even"])
def test_keras_computes_the_same(text):
    drawn = drawn_network(text, seed=3)
    model, graph = keras_model(drawn), drawn.graph
    x = np.random.default_rng(4).normal(size=drawn.architecture.input).astype(np.float32)
    names = [name for name in graph if name != "input"]
    theirs = feature_maps(model, x, names)
    ours = forward_pass(graph, drawn.weights, x)
    for name in names:
        assert ours[name].dtype == np.float32
        assert ours[name].shape == theirs[name].shape == graph[name].shape
        np.testing.assert_allclose(ours[name], theirs[name], rtol=0, atol=1e-5, err_msg=name)
        # What is 0 everywhere would agree with anything.
        assert np.ptp(theirs[name]) > 1e-3, name


def test_every_kind_of_layer_is_held_against_keras():
    kinds = {layer.kind for text in ALIKE for layer in Architecture.from_text(text).layers}
    assert kinds == {*KINDS}


def test_an_operation_alone_gives_what_it_gives_in_the_network():
    drawn = drawn_network(ALIKE[0])
    x = np.random.default_rng(1).random(drawn.architecture.input, np.float32)
    values = forward_pass(drawn.graph, drawn.weights, x)
    for name, node in list(drawn.graph.items())[1:]:
        given = [values[one] for one in node.inputs]
        alone = node_output(node, drawn.weights.get(name, {}), *given)
        np.testing.assert_array_equal(alone, values[name])


def network(shape, layers):
    return graph_of(Architecture.from_text(f"{'x'.join(map(str, shape))}-{layers}"))
