"""Layer tables, held against hand-counted shapes, arithmetic of their own, and Keras."""

import re
from dataclasses import fields
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.nets.architectures import (
    MOST_LAYERS,
    Architecture,
    ImpossibleLayer,
    build,
    layer_table,
    totals,
)
from vizcore.nets.layers import (
    KINDS,
    AveragePool,
    BatchNorm,
    Conv,
    Dense,
    Depthwise,
    Dropout,
    Flatten,
    GlobalAverage,
    GlobalMax,
    LeakyRelu,
    MaxPool,
    Relu,
    Residual,
    Sigmoid,
    Softmax,
    Tanh,
    layer_from_text,
)


def table(shape, *layers):
    return layer_table(Architecture(shape, layers))


def one(shape, layer):
    (row,) = table(shape, layer)
    return row


# ---- Counted by hand ----


@pytest.mark.parametrize(
    ("shape", "layer", "out", "parameters", "multiply_adds"),
    [
        ((5, 5, 3), Conv(2, 3, 2, 1), (3, 3, 2), 56, 486),
        ((32, 32, 3), Conv(10, 5, padding=2), (32, 32, 10), 760, 768_000),
        ((32, 32, 3), Conv(6, 5), (28, 28, 6), 456, 352_800),
        ((227, 227, 3), Conv(96, 11, 4), (55, 55, 96), 34_944, 105_415_200),
        ((7, 6, 4), Conv(4, 3, dilation=2), (3, 2, 4), 148, 864),
        ((6, 6, 4), Conv(6, 3, groups=2, bias=False), (4, 4, 6), 108, 1_728),
        ((5, 4, 3), Depthwise(3, padding="same"), (5, 4, 3), 30, 540),
        ((5, 4, 3), Depthwise(2, bias=False), (4, 3, 3), 12, 144),
        ((4, 4, 8), MaxPool(2), (2, 2, 8), 0, 0),
        ((13, 13, 8), MaxPool(3, 2), (6, 6, 8), 0, 0),
        ((5, 5, 8), AveragePool(2, padding="same"), (3, 3, 8), 0, 0),
        ((4, 4, 8), BatchNorm(), (4, 4, 8), 32, 0),
        ((4, 4, 8), Relu(), (4, 4, 8), 0, 0),
        ((4, 4, 8), Dropout(0.5), (4, 4, 8), 0, 0),
        ((4, 4, 8), Flatten(), (128,), 0, 0),
        ((4, 4, 8), GlobalAverage(), (8,), 0, 0),
        ((4, 4, 8), GlobalMax(), (8,), 0, 0),
        ((8, 8, 4), Residual(4, norm=False), (8, 8, 4), 296, 18_432),
        ((8, 8, 4), Residual(4), (8, 8, 4), 320, 18_432),
        ((8, 8, 4), Residual(6, stride=2, norm=False), (4, 4, 6), 582, 9_024),
        ((8, 8, 4), Residual(6, stride=2, shortcut="pad"), (4, 4, 6), 588, 8_640),
    ],
)
def test_a_layer_gives_what_was_counted_by_hand(shape, layer, out, parameters, multiply_adds):
    row = one(shape, layer)
    assert (row.shape, row.parameters, row.multiply_adds) == (out, parameters, multiply_adds)


def test_a_dense_layer_is_counted_by_hand():
    flat, dense, bare = table((2, 3, 4), Flatten(), Dense(5), Dense(2, bias=False))
    assert (flat.shape, dense.shape, bare.shape) == ((24,), (5,), (2,))
    assert (dense.parameters, dense.multiply_adds) == (125, 120)
    assert (bare.parameters, bare.multiply_adds) == (10, 10)


def test_running_statistics_are_no_learned_parameters():
    row = one((4, 4, 8), BatchNorm())
    assert (row.parameters, row.trainable) == (32, 16)


def test_layers_of_a_kind_are_numbered():
    rows = table((8, 8, 1), Conv(2, 3), Relu(), MaxPool(2), Conv(2, 3), Relu(), AveragePool(1))
    assert [row.name for row in rows] == ["conv1", "relu1", "pool1", "conv2", "relu2", "pool2"]


def test_each_row_begins_where_the_one_before_ends():
    rows = table((9, 8, 2), Conv(3, 2), MaxPool(2), Flatten(), Dense(4))
    assert rows[0].input == (9, 8, 2)
    assert [row.input for row in rows[1:]] == [row.shape for row in rows[:-1]]


def test_totals_add_up():
    found = totals(table((4, 4, 1), Conv(2, 3), BatchNorm(), Flatten(), Dense(3)))
    assert (found.parameters, found.trainable, found.multiply_adds) == (55, 51, 96)
    assert totals(()).parameters == 0


# ---- Receptive fields ----


def test_receptive_fields_are_those_known_of_alexnet():
    alexnet = Architecture.from_text(
        "227x227x3-conv_96_11_s4-max_3_s2-conv_256_5_p2-max_3_s2-conv_384_3_p1-conv_384_3_p1-"
        "conv_256_3_p1-max_3_s2"
    )
    rows = layer_table(alexnet)
    assert [row.field[0] for row in rows] == [11, 19, 51, 67, 99, 131, 163, 195]
    assert [row.jump[0] for row in rows] == [4, 8, 8, 16, 16, 16, 16, 32]


def test_a_residual_block_sees_what_its_two_convolutions_see():
    block = one((16, 16, 3), Residual(8, stride=2))
    pair = table((16, 16, 3), Conv(8, 3, 2, "same"), Conv(8, 3, padding="same"))[-1]
    assert (block.field, block.jump) == (pair.field, pair.jump) == ((7, 7), (2, 2))


def test_a_dense_layer_sees_all_that_reaches_it():
    rows = table((28, 20, 1), Conv(4, 3), MaxPool(2), Flatten(), Dense(9), Dense(3))
    assert [row.field for row in rows] == [(3, 3), (4, 4), (4, 4), (28, 20), (28, 20)]
    assert table((28, 20, 1), Conv(4, 3), GlobalMax())[-1].field == (28, 20)


def reached(layers, n):
    """Which cells of a line of n reach the middle cell behind layers: by following each window."""
    spans = []
    for window, stride, dilation in layers:
        spans.append((n, window, stride, dilation))
        n = (n - dilation * (window - 1) - 1) // stride + 1
    cells = {n // 2}
    for _, window, stride, dilation in reversed(spans):
        cells = {cell * stride + tap * dilation for cell in cells for tap in range(window)}
    return cells


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)).filter(
            lambda one: one[1] == 1 or one[2] == 1
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_receptive_field_holds_every_cell_that_reaches_its_middle(layers):
    stack = [Conv(1, window, stride, dilation=dilation) for window, stride, dilation in layers]
    last = table((200, 200, 1), *stack)[-1]
    cells = reached(layers, 200)
    assert last.field[0] == max(cells) - min(cells) + 1


# ---- What cannot be ----


@pytest.mark.parametrize(
    ("text", "row", "reason"),
    [
        ("4x4x1-conv_2_3-max_2-max_2", 2, "a window of 2×2 cells does not fit into 1×1"),
        ("4x4x1-conv_2_5", 0, "a window of 5×5 cells does not fit into 4×4"),
        ("4x4x1-conv_2_7_p1", 0, "7×7 cells does not fit into 4×4 with padding 1"),
        ("4x4x1-relu-conv_2_3_d2", 1, "a window of 5×5 cells does not fit into 4×4"),
        ("4x4x1-flatten-conv_2_3", 1, "gets 16 numbers in a row"),
        ("4x4x1-flatten-max_2", 1, "gets 16 numbers in a row"),
        ("4x4x1-globalmax-globalmax", 1, "gets 1 numbers in a row"),
        ("4x4x1-flatten-residual_2", 1, "gets 16 numbers in a row"),
        ("4x4x1-dense_2", 0, "needs its input in a row"),
        ("4x4x3-conv_4_3_g2", 0, "3 channels do not divide among 2 groups"),
        ("4x4x3-residual_2_cpad", 0, "cannot make 2 channels of 3"),
    ],
)
def test_an_impossible_stack_is_refused_and_its_row_named(text, row, reason):
    with pytest.raises(ImpossibleLayer, match=reason) as refusal:
        layer_table(Architecture.from_text(text))
    assert refusal.value.row == row
    assert str(refusal.value).startswith(f"Row {row + 1}, ")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Conv(0, 3),
        lambda: Conv(2, 0),
        lambda: Conv(2, 3, 0),
        lambda: Conv(2, 3, padding="full"),
        lambda: Conv(2, 3, padding=-1),
        lambda: Conv(2, 3, padding=True),
        lambda: Conv(2.0, 3),
        lambda: Conv(2, 3, bias=1),
        lambda: Conv(3, 3, groups=2),
        lambda: Conv(2, 3, 2, dilation=2),
        lambda: Depthwise(3, 2, dilation=2),
        lambda: MaxPool(2, padding=1),
        lambda: Dropout(1.0),
        lambda: Dropout(-0.1),
        lambda: Dropout(float("nan")),
        lambda: Dense(100_000),
        lambda: Residual(4, shortcut="none"),
        lambda: Architecture((4, 4), (Relu(),)),
        lambda: Architecture((4, 4, 0), (Relu(),)),
        lambda: Architecture((4, 1025, 1), (Relu(),)),
        lambda: Architecture((4, 4.0, 1), (Relu(),)),
        lambda: Architecture((4, 4, 1), ()),
        lambda: Architecture((4, 4, 1), ("relu",)),
        lambda: Architecture((4, 4, 1), [Relu()] * (MOST_LAYERS + 1)),
    ],
)
def test_an_impossible_argument_is_refused(make):
    with pytest.raises(ValueError, match="must be|must divide|not both|has 1 to"):
        make()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "relu",
        "4x4-relu",
        "4x4x1",
        "4x4x1-",
        "4x4x1-swish",
        "4x4x1-conv",
        "4x4x1-conv_2",
        "4x4x1-conv_2_x",
        "4x4x1-conv_2_3_q1",
        "4x4x1-conv_2_3_s2_s2",
        "4x4x1-conv_2_3_s",
        "4x4x1-conv_2_3_pfull",
        "4x4x1-conv_2_3_b2",
        "4x4x1-relu_2",
        "4x4x1-dropout_.",
        "4x4x1-dropout_1",
        "4x4x1-conv_٣_3",
        "4x4x1-conv_9999999999_3",
        "4x4x1" + "-relu" * (MOST_LAYERS + 1),
    ],
)
def test_a_text_that_is_no_network_is_refused(text):
    with pytest.raises(ValueError, match="."):
        Architecture.from_text(text)


# ---- Written for a link ----


def layers():
    """Any layer that can be, of any kind."""
    small, stride = st.integers(1, 9), st.integers(1, 3)
    padding = st.sampled_from(["valid", "same", 0, 1, 2])
    share = st.integers(0, 99).map(lambda percent: percent / 100)
    return st.one_of(
        st.builds(Conv, small, small, stride, padding, bias=st.booleans()),
        st.builds(Conv, small.map(lambda n: 2 * n), small, padding=padding, groups=st.just(2)),
        st.builds(Conv, small, small, dilation=stride),
        st.builds(Depthwise, small, stride, padding, bias=st.booleans()),
        st.builds(MaxPool, small, stride, st.sampled_from(["valid", "same"])),
        st.builds(AveragePool, small),
        st.builds(LeakyRelu, share),
        st.builds(Dropout, share),
        st.builds(
            Residual, small, small, stride, st.booleans(), st.sampled_from(["projection", "pad"])
        ),
        st.builds(Dense, small, st.booleans()),
        st.sampled_from(
            [BatchNorm, Relu, Sigmoid, Tanh, Softmax, Flatten, GlobalAverage, GlobalMax]
        ).map(lambda kind: kind()),
    )


@given(st.lists(layers(), min_size=1, max_size=8))
def test_a_text_names_the_same_network(stack):
    network = Architecture((9, 8, 7), stack)
    assert Architecture.from_text(network.to_text()) == network
    assert re.fullmatch(r"[0-9a-z_.\-]+", network.to_text())


@given(layers())
def test_what_stands_at_its_default_is_left_out(layer):
    needed = [one for one in fields(layer) if one.default.__class__.__name__ == "_MISSING_TYPE"]
    bare = type(layer)(*(getattr(layer, one.name) for one in needed))
    assert (bare == layer) == (len(layer.to_text().split("_")) == 1 + len(needed))


def test_a_pool_steps_by_its_window_unless_told():
    assert MaxPool(3) == MaxPool(3, 3) != MaxPool(3, 2)
    assert layer_from_text("max_3").stride == 3
    assert MaxPool(3, 2).to_text() == "max_3_s2"


def test_every_kind_is_found_by_its_name():
    assert {kind.kind for kind in KINDS.values()} == {*KINDS}
    assert len({kind.title for kind in KINDS.values()}) == len(KINDS)


# ---- What is said about a row ----


def worth(text):
    """The value of a formula as it is written on screen."""
    assert re.fullmatch(r"[0-9+·() ]+", text)
    return eval(text.replace("·", "*"))


@given(layers(), st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([2, 4, 6])))
def test_the_formulas_are_worth_what_the_row_says(layer, shape):
    stack = [Flatten(), layer] if isinstance(layer, Dense) else [layer]
    try:
        row = table(shape, *stack)[-1]
    except ImpossibleLayer:
        return
    assert worth(row.placed.parameters_text) == row.parameters
    assert worth(row.placed.multiply_adds_text) == row.multiply_adds


# ---- Keras as the oracle; in one group, so that TensorFlow is loaded once ----

GRID = [
    *(
        Conv(4, size, stride, padding, dilation, groups, bias)
        for size, stride, padding, dilation, groups, bias in product(
            (1, 2, 3), (1, 2), ("valid", "same", 0, 1, 2), (1, 2), (1, 2), (True, False)
        )
        if stride == 1 or dilation == 1
    ),
    *(
        Depthwise(size, stride, padding, dilation, bias)
        for size, stride, padding, dilation, bias in product(
            (1, 2, 3), (1, 2), ("valid", "same", 1), (1, 2), (True, False)
        )
        if stride == 1 or dilation == 1
    ),
    *(
        kind(size, stride, padding)
        for kind, size, stride, padding in product(
            (MaxPool, AveragePool), (1, 2, 3), (1, 2, 3), ("valid", "same")
        )
    ),
    *(
        Residual(filters, size, stride, norm, shortcut)
        for filters, size, stride, norm, shortcut in product(
            (4, 6), (1, 3), (1, 2), (True, False), ("projection", "pad")
        )
    ),
    *(kind() for kind in (BatchNorm, Relu, LeakyRelu, Sigmoid, Tanh, Softmax)),
    *(kind() for kind in (Flatten, GlobalAverage, GlobalMax)),
    Dropout(0.25),
]


def check_against_keras(architecture, model):
    rows = layer_table(architecture)
    for row in rows:
        assert model.get_layer(row.name).output.shape[1:] == row.shape, row
    count = totals(rows)
    assert model.count_params() == count.parameters
    assert sum(np.prod(w.shape) for w in model.trainable_weights) == count.trainable


@pytest.mark.xdist_group("keras")
@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind is not Dense])
def test_every_kind_has_the_shapes_and_parameters_of_keras(kind):
    some = [layer for layer in GRID if isinstance(layer, kind)]
    assert some
    for layer in some:
        network = Architecture((7, 6, 4), (layer,))
        check_against_keras(network, build(network))


@pytest.mark.xdist_group("keras")
def test_dense_layers_have_the_shapes_and_parameters_of_keras():
    stack = (Flatten(), Dense(7), Relu(), BatchNorm(), Dense(3, bias=False), Softmax())
    network = Architecture((3, 2, 2), stack)
    check_against_keras(network, build(network, name="small"))


@pytest.mark.xdist_group("keras")
def test_the_same_seed_builds_the_same_weights():
    network = Architecture((6, 6, 2), (Conv(3, 3), Residual(4), Flatten(), Dense(2)))
    first, same, other = (build(network, seed=seed).get_weights() for seed in (7, 7, 8))
    assert all(np.array_equal(a, b) for a, b in zip(first, same, strict=True))
    assert not np.array_equal(first[0], other[0])
    assert not np.array_equal(first[0].ravel()[:9], first[2].ravel()[:9])


@pytest.mark.xdist_group("keras")
def test_the_initialiser_can_be_chosen():
    network = Architecture((6, 6, 2), (Conv(3, 3), Flatten(), Dense(2)))
    assert not build(network, initializer="zeros").get_weights()[0].any()


@pytest.mark.xdist_group("keras")
def test_a_block_whose_weights_are_0_leaves_what_is_positive_as_it_is():
    network = Architecture((4, 4, 2), (Residual(2),))
    model = build(network, initializer="zeros")
    x = np.random.default_rng(0).uniform(0, 1, (1, 4, 4, 2)).astype("float32")
    np.testing.assert_array_equal(model(x, training=False).numpy(), x)


@pytest.mark.xdist_group("keras")
def test_a_padded_shortcut_takes_every_other_cell_and_adds_zeros():
    network = Architecture((5, 4, 2), (Residual(3, stride=2, shortcut="pad"),))
    model = build(network, initializer="zeros")
    x = np.random.default_rng(0).uniform(0, 1, (1, 5, 4, 2)).astype("float32")
    out = model(x, training=False).numpy()
    np.testing.assert_array_equal(out[..., :2], x[:, ::2, ::2])
    assert not out[..., 2].any()


@pytest.mark.xdist_group("keras")
def test_a_residual_model_survives_saving(tmp_path):
    import keras

    network = Architecture(
        (6, 6, 2), (Conv(3, 3, padding=1), Residual(4, stride=2, shortcut="pad"))
    )
    model = build(network, seed=1)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    x = np.random.default_rng(0).uniform(0, 1, (2, 6, 6, 2)).astype("float32")
    np.testing.assert_array_equal(model(x).numpy(), again(x).numpy())


@pytest.mark.xdist_group("keras")
def test_an_impossible_stack_is_refused_before_keras_builds_anything():
    with pytest.raises(ImpossibleLayer):
        build(Architecture.from_text("4x4x1-max_2-max_3"))
