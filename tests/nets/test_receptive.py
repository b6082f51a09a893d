"""Where a cell looks, found out by changing each pixel and seeing which cells change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_networks import drawn_weights

from vizcore.nets.architectures import Architecture, layer_table, preset
from vizcore.nets.forward_pass import forward_pass
from vizcore.nets.graph import graph_of
from vizcore.nets.presets import PRESETS
from vizcore.nets.receptive import Field, fields_of

NETWORKS = {
    "valid": "9x7x1-conv_2_3-relu-max_2-conv_3_2-sigmoid",
    "same": "8x9x1-conv_2_3_psame-leaky-max_3_s2_psame-conv_2_4_s2_psame",
    "padded": "7x9x1-conv_2_3_p2-average_2_s1-depthwise_3_p1-norm-tanh",
    "residual": "9x8x1-residual_2-residual_3_s2-dropout_0.3-residual_3_n0",
    "zeros for a shortcut": "9x10x1-residual_2_s2_n0_cpad-max_2",
    "far shortcut": "9x9x1-conv_2_2_psame-residual_2_k2_s2-residual_4_k2_s2_cpad",
}


def of(text):
    return graph_of(Architecture.from_text(text))


def reaches(graph, weights, x):
    """Change each pixel; return node → (pixel row, column, cell row, column): does it change?"""
    before = forward_pass(graph, weights, x)
    rows, columns, _ = x.shape
    found = {
        name: np.zeros((rows, columns, *node.shape[:2]), bool)
        for name, node in graph.items()
        if node.has_maps
    }
    for pixel in np.ndindex(rows, columns):
        changed = x.copy()
        changed[pixel] += 1e6
        after = forward_pass(graph, weights, changed)
        for name, one in found.items():
            one[pixel] = (after[name] != before[name]).any(axis=2)
    return found


def ascending(weights):
    """Make of each a weight above 0: what grows anywhere then grows wherever it is seen."""
    return {
        name: {part: np.abs(np.float64(one)) + 0.01 for part, one in own.items()}
        for name, own in weights.items()
    }


def outside(graph, found):
    """List the cells that something changes which they should not see."""
    fields = fields_of(graph)
    wrong = []
    for name, one in found.items():
        rows, columns, *cells = one.shape
        for cell in np.ndindex(*cells):
            (top, bottom), (left, right) = fields[name].seen(cell, (rows, columns))
            beyond = one[:, :, *cell].copy()
            beyond[top:bottom, left:right] = False
            if beyond.any():
                wrong.append((name, cell))
    return wrong


@pytest.mark.parametrize("text", NETWORKS.values(), ids=NETWORKS)
def test_nothing_outside_its_field_reaches_a_cell(text):
    graph = of(text)
    x = np.random.default_rng(1).normal(size=graph["input"].shape)
    found = reaches(graph, drawn_weights(graph, 2), x)
    assert outside(graph, found) == []
    # Some of what is inside does.
    assert all(one.any() for one in found.values())


@pytest.mark.parametrize("text", NETWORKS.values(), ids=NETWORKS)
def test_a_field_begins_and_ends_with_pixels_that_reach_the_cell(text):
    # Without a sigmoid, which is flat far out.
    graph = of(text.replace("sigmoid", "relu").replace("tanh", "relu"))
    x = np.random.default_rng(1).random(graph["input"].shape)
    found = reaches(graph, ascending(drawn_weights(graph, 2)), x)
    fields = fields_of(graph)
    for name, one in found.items():
        rows, columns, *cells = one.shape
        for cell in np.ndindex(*cells):
            seen = fields[name].seen(cell, (rows, columns))
            assert box(one[:, :, *cell]) == seen, (name, cell)


def box(reached):
    """Return the first and the last but one row and column that hold any."""
    axes = (np.flatnonzero(reached.any(axis=1 - axis)) for axis in (0, 1))
    return tuple((int(one[0]), int(one[-1]) + 1) for one in axes)


LAYERS = st.one_of(
    st.builds(
        "conv_1_{}_s{}_p{}".format,
        st.integers(1, 4),
        st.integers(1, 3),
        st.sampled_from(["valid", "same", "1", "2"]),
    ),
    st.builds("depthwise_{}_d{}_psame".format, st.integers(1, 3), st.integers(1, 3)),
    st.builds(
        "{}_{}_s{}_p{}".format,
        st.sampled_from(["max", "average"]),
        st.integers(1, 3),
        st.integers(1, 3),
        st.sampled_from(["valid", "same"]),
    ),
    st.builds("residual_{}_k{}_s{}".format, *[st.integers(1, 3)] * 3),
)


@settings(max_examples=40)
@given(st.lists(LAYERS, min_size=1, max_size=3), st.integers(4, 9), st.integers(4, 9))
def test_in_any_network_nothing_outside_reaches_a_cell(layers, rows, columns):
    try:
        graph = of(f"{rows}x{columns}x1-{'-'.join(layers)}")
    except ValueError:
        return
    x = np.random.default_rng(1).random(graph["input"].shape)
    assert outside(graph, reaches(graph, ascending(drawn_weights(graph)), x)) == []


@pytest.mark.parametrize("name", PRESETS)
def test_size_and_jump_are_those_of_the_layer_table(name):
    fields = fields_of(graph_of(preset(name)))
    for row in layer_table(preset(name)):
        if len(row.shape) == 3:
            assert (fields[row.name].size, fields[row.name].jump) == (row.field, row.jump)


def test_a_dilated_window_by_hand():
    fields = fields_of(of("9x9x1-conv_1_3_d2_p2-conv_1_2"))
    assert fields["conv1"] == Field((-2, -2), (5, 5), (1, 1))
    assert fields["conv2"] == Field((-2, -2), (6, 6), (1, 1))
    assert fields["conv2"].seen((0, 7), (9, 9)) == ((0, 4), (5, 9))


def test_rows_that_give_numbers_have_no_field():
    assert set(fields_of(of("4x4x1-conv_1_2-flatten-dense_2"))) == {"input", "conv1"}


def test_a_block_by_hand():
    # An even window is padded at the bottom and on the right alone.
    assert fields_of(of("6x6x1-residual_1_k2_n0"))["residual1"] == Field((0, 0), (3, 3), (1, 1))
    assert fields_of(of("6x6x1-residual_1_k3_n0"))["residual1"] == Field((-2, -2), (5, 5), (1, 1))
