import numpy as np
import pytest

from vizcore.lessons.lesson import matrix
from vizcore.ops import conv2d, dense, pool2d, relu, softmax
from vizcore.ops.forward import STAGES, forward

RNG = np.random.default_rng(4)

FACE = matrix(
    "0 0 0 0 0 0 0 / 0 1 0 0 0 1 0 / 0 0 0 0 0 0 0 / 0 0 0 1 0 0 0 /"
    "0 1 0 0 0 1 0 / 0 0 1 1 1 0 0 / 0 0 0 0 0 0 0"
)
FILTER = matrix("0 0 1 / 1 0 0 / 0 1 1")
WEIGHTS = np.arange(27.0).reshape(9, 3) - 13


def happy(**changes):
    given = {"weights": WEIGHTS, "dense_bias": [1, 2, 3], "ceil_mode": True} | changes
    return forward(FACE, FILTER, **given)


def whole(*shape):
    return RNG.integers(-3, 4, shape).astype(float)


def volume(ceil_mode=True, filters=3, size=6):
    """A picture of two channels through several filters."""
    side = -(-(size - 2) // 2) if ceil_mode else (size - 2) // 2
    return forward(
        whole(size, size, 2),
        whole(3, 3, 2, filters),
        whole(filters),
        weights=whole(side * side * filters, 4),
        dense_bias=whole(4),
        ceil_mode=ceil_mode,
    )


def test_the_happy_face_by_hand():
    trace = happy()
    expected = matrix("0 1 0 0 0 / 0 1 1 1 0 / 1 0 0 2 1 / 1 4 2 1 0 / 0 0 1 2 1")
    assert np.array_equal(trace.convolution.output, expected)
    assert np.array_equal(trace.relu, expected)
    assert np.array_equal(trace.pooling.output, matrix("1 1 0 / 4 2 1 / 0 2 1"))
    assert trace.flatten.tolist() == [1, 1, 0, 4, 2, 1, 0, 2, 1]
    # 1·(−13) + 1·(−10) + 4·(−4) + 2·(−1) + 1·2 + 2·8 + 1·11 + 1, and so on
    assert trace.logits.tolist() == [-11, 2, 15]


def test_kerass_default_drops_the_partial_windows():
    trace = happy(weights=np.ones((4, 2)), dense_bias=None, ceil_mode=False)
    assert np.array_equal(trace.pooling.output, matrix("1 1 / 4 2"))
    assert trace.logits.tolist() == [8, 8] and trace.bias.tolist() == [0, 0]
    assert trace.softmax.tolist() == [0.5, 0.5]


def test_a_number_is_followed_back_by_hand():
    trace = happy()
    assert trace.sources("logits", (1,)) == [(i, 1) for i in range(9)]
    assert trace.sources("products", (3, 1)) == [(3,)]
    assert trace.sources("flatten", (3,)) == [(1, 0)]
    assert trace.pool_window((1, 0)) == [(2, 0), (2, 1), (3, 0), (3, 1)]
    assert trace.sources("pooling", (1, 0)) == [(3, 1)]
    assert trace.sources("relu", (3, 1)) == [(3, 1)]
    window = [(r, c) for r in (3, 4, 5) for c in (1, 2, 3)]
    assert trace.sources("convolution", (3, 1)) == window
    assert trace.sources("picture", (3, 1)) == []
    assert trace.trail("products", (3, 1)) == {
        "products": {(3, 1)},
        "flatten": {(3,)},
        "pooling": {(1, 0)},
        "relu": {(3, 1)},
        "convolution": {(3, 1)},
        "picture": {(3, 3), (4, 1), (5, 2), (5, 3)},
    }


def test_a_window_that_hangs_over_has_the_cells_that_there_are():
    assert happy().pool_window((2, 2)) == [(4, 4)]
    assert happy().pool_window((0, 2)) == [(0, 4), (1, 4)]


def test_of_equals_the_first_wins():
    # The window at the top right holds 0 and 0.
    assert happy().sources("pooling", (0, 2)) == [(0, 4)]


def test_a_probability_is_made_of_every_logit():
    trail = happy().trail("softmax", (2,))
    assert trail["logits"] == {(0,), (1,), (2,)}
    # The two pooled numbers that are 0 have no part in any, nor has the one that has the weight 0.
    assert trail["flatten"] == {(0,), (1,), (3,), (4,), (5,), (7,), (8,)}
    assert (4, 1) not in trail["products"] and len(trail["products"]) == 20


def test_a_term_of_0_has_no_part_in_a_sum():
    trace = happy()
    assert trace.parts("convolution", (3, 1)) == [(3, 3), (4, 1), (5, 2), (5, 3)]
    assert trace.parts("convolution", (0, 0)) == []
    assert trace.parts("logits", (1,)) == [(i, 1) for i in (0, 1, 3, 5, 7, 8)]
    # A number that is 0 comes from the one before all the same.
    assert trace.parts("products", (2, 0)) == [(2,)]
    assert trace.trail("logits", (0,))["flatten"] == {(i,) for i in (0, 1, 3, 4, 5, 7, 8)}


def test_the_strongest_push_comes_first():
    trace = happy(weights=WEIGHTS)
    products = [-13, -10, 0, -16, -2, 2, 0, 16, 11]
    assert trace.products[:, 0].tolist() == products
    assert trace.ranking(0) == [7, 8, 5, 2, 6, 4, 1, 0, 3]


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("size", [5, 6, 7])
def test_it_is_the_chain_of_its_operations(ceil_mode, size):
    trace = volume(ceil_mode, size=size)
    conv = trace.convolution
    maps = conv2d(conv.x, conv.kernel, conv.bias)
    pooled = pool2d(relu(maps), 2, ceil_mode=ceil_mode)
    logits = dense(pooled.ravel(), trace.weights, trace.bias)
    stages = conv.x, maps, relu(maps), pooled, pooled.ravel(), trace.products, logits
    for name, values in zip(STAGES, (*stages, softmax(logits)), strict=True):
        assert np.array_equal(trace.values(name), values)
    np.testing.assert_allclose(trace.products.sum(axis=0) + trace.bias, logits)


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_the_parts_of_a_sum_add_up_to_it(ceil_mode):
    trace = volume(ceil_mode)
    conv = trace.convolution
    for cell in np.ndindex(conv.output.shape):
        corner = np.array([*cell[:2], 0])
        parts = trace.parts("convolution", cell)
        terms = [conv.x[one] * conv.kernel[(*(one - corner), cell[2])] for one in parts]
        assert all(terms) and sum(terms) + conv.bias[cell[2]] == pytest.approx(conv.output[cell])
    for cell in np.ndindex(trace.logits.shape):
        terms = [trace.products[one] for one in trace.parts("logits", cell)]
        assert all(terms) and sum(terms) + trace.bias[cell] == pytest.approx(trace.logits[cell])


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_every_number_can_be_worked_out_from_its_sources(ceil_mode):
    trace = volume(ceil_mode)
    values, kernel, bias = trace.values, trace.convolution.kernel, trace.convolution.bias

    def read(stage, cell):
        before = STAGES[STAGES.index(stage) - 1]
        return np.array([values(before)[source] for source in trace.sources(stage, cell)])

    for cell in np.ndindex(values("convolution").shape):
        total = read("convolution", cell) @ kernel[..., cell[2]].ravel() + bias[cell[2]]
        assert total == pytest.approx(values("convolution")[cell])
    for cell in np.ndindex(values("pooling").shape):
        window = [trace.relu[one] for one in trace.pool_window(cell)]
        assert [max(window)] == read("pooling", cell) == values("pooling")[cell]
        assert trace.sources("pooling", cell)[0] in trace.pool_window(cell)
    for cell in np.ndindex(values("products").shape):
        assert read("products", cell) * trace.weights[cell] == values("products")[cell]
    for stage in ("relu", "flatten"):
        for cell in np.ndindex(values(stage).shape):
            assert max(0, read(stage, cell)[0]) == values(stage)[cell]
    for cell in np.ndindex(values("logits").shape):
        assert read("logits", cell).sum() + trace.bias[cell] == pytest.approx(trace.logits[cell])
        assert softmax(read("softmax", cell))[cell] == values("softmax")[cell]


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_as_keras(ceil_mode):
    keras = pytest.importorskip("keras")
    trace = volume(ceil_mode, size=7)
    conv = trace.convolution
    pooling = keras.layers.MaxPooling2D(2, padding="same" if ceil_mode else "valid")
    given = keras.Input((7, 7, 2))
    maps = keras.layers.Conv2D(3, 3, activation="relu")(given)
    flat = keras.layers.Flatten()(pooling(maps))
    logits = keras.layers.Dense(4)(flat)
    model = keras.Model(given, [maps, flat, logits, keras.layers.Softmax()(logits)])
    model.set_weights([conv.kernel, conv.bias, trace.weights, trace.bias])
    found = model(conv.x[np.newaxis].astype(np.float32))
    expected = trace.relu, trace.flatten, trace.logits, trace.softmax
    for theirs, ours in zip(found, expected, strict=True):
        np.testing.assert_allclose(np.array(theirs)[0], ours, rtol=1e-5, atol=1e-6)


def test_what_does_not_go_together_is_refused():
    with pytest.raises(ValueError, match="kernel must be"):
        happy(weights=np.ones((4, 3)))
    with pytest.raises(ValueError, match="stage must be one of"):
        happy().sources("attention", (0,))


def test_a_trace_keeps_its_weights():
    weights = WEIGHTS.copy()
    trace = happy(weights=weights)
    weights[:] = 0
    assert trace.weights[0, 0] == -13
