"""Dropout: what is dropped, what is scaled, and what stays on the average."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.ops import dense, relu
from vizcore.ops.dropout import dropout, forward, keep_mask

RATES = st.floats(0, 0.95)
SEEDS = st.integers(0, 2**32)
X = np.arange(1.0, 41.0).reshape(5, 8)

KERNELS = ([[1.0, -1.0, 2.0], [0.5, 1.0, -1.0]], [[1.0, 2.0], [-1.0, 0.5], [0.25, 1.0]], [[1], [2]])
BIASES = ([0.0, 1.0, 0.0], [0.5, 0.0], [-1.0])
INPUT = [2.0, 1.0]


def test_in_prediction_nothing_is_dropped_or_scaled():
    out = dropout(X, 0.9, 3, training=False)
    assert np.array_equal(out, X) and not np.shares_memory(out, X)


@given(RATES, SEEDS)
def test_in_training_each_is_0_or_divided_by_one_minus_the_rate(rate, seed):
    kept = keep_mask(X.shape, rate, seed)
    out = dropout(X, rate, seed)
    assert (out[~kept] == 0).all()
    np.testing.assert_allclose(out[kept], X[kept] / (1 - rate))


@given(SEEDS)
def test_a_rate_of_0_drops_nothing(seed):
    assert np.array_equal(dropout(X, 0, seed), X)


@given(RATES, RATES, SEEDS)
def test_a_larger_rate_drops_the_same_and_more(one, other, seed):
    few, many = keep_mask(100, min(one, other), seed), keep_mask(100, max(one, other), seed)
    assert (few | ~many).all()


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_the_share_dropped_is_the_rate_and_the_mean_stays(rate):
    x = np.full(200_000, 3.0)
    out = dropout(x, rate, 7)
    assert np.mean(out == 0) == pytest.approx(rate, abs=0.01)
    assert out.mean() == pytest.approx(3, rel=0.02)


def test_the_same_seed_drops_the_same():
    assert np.array_equal(dropout(X, 0.5, 1), dropout(X, 0.5, 1))
    assert not np.array_equal(dropout(X, 0.5, 1), dropout(X, 0.5, 2))


@pytest.mark.parametrize("rate", [0.25, 0.5])
def test_keras_scales_alike_and_does_so_in_training_alone(rate):
    keras = pytest.importorskip("keras")
    x = X.astype("float32")
    layer = keras.layers.Dropout(rate, seed=1)
    theirs = np.asarray(layer(x, training=True))
    kept = theirs != 0
    assert 0 < kept.sum() < kept.size
    ours = dropout(x, rate, 1)
    both = kept & (ours != 0)
    np.testing.assert_allclose(ours[both], theirs[both], rtol=1e-6)
    assert np.array_equal(layer(x, training=False), dropout(x, rate, 1, training=False))


def test_float32_stays():
    assert dropout(np.float32([1, 2]), 0.3, 0).dtype == np.float32
    assert dropout([1, 2], 0.3, 0).dtype == np.float64


# ---- A small net ----


def test_prediction_goes_through_dense_layers_with_relu():
    first, second, last = forward(INPUT, KERNELS, BIASES, rate=0.5, seed=3)
    assert first.sums.tolist() == [2.5, 0, 3] and first.output.tolist() == [2.5, 0, 3]
    assert second.sums.tolist() == [3.75, 8] and second.output.tolist() == [3.75, 8]
    assert last.output.tolist() == [3.75 + 16 - 1]
    assert all(layer.kept.all() for layer in (first, second, last))


def test_prediction_is_that_of_keras():
    keras = pytest.importorskip("keras")
    nodes = inputs = keras.Input((2,))
    for i, kernel in enumerate(KERNELS):
        last = i == len(KERNELS) - 1
        layer = keras.layers.Dense(len(kernel[0]), activation=None if last else "relu")
        nodes = layer(nodes)
        layer.set_weights([np.array(kernel, float), np.array(BIASES[i])])
        nodes = nodes if last else keras.layers.Dropout(0.5)(nodes)
    model = keras.Model(inputs, nodes)
    expected = model(np.array([INPUT]), training=False)[0]
    np.testing.assert_allclose(forward(INPUT, KERNELS, BIASES)[-1].output, expected, rtol=1e-5)


@given(RATES, SEEDS)
def test_training_drops_hidden_nodes_alone_and_hands_on_what_is_left(rate, seed):
    layers = forward(INPUT, KERNELS, BIASES, rate=rate, seed=seed, training=True)
    passed = np.array(INPUT)
    for i, layer in enumerate(layers):
        np.testing.assert_allclose(layer.sums, dense(passed, KERNELS[i], BIASES[i]))
        passed = layer.output
        if i < 2:
            assert np.array_equal(layer.active, relu(layer.sums))
            np.testing.assert_allclose(passed, layer.active * layer.kept / (1 - rate))
    assert layers[-1].kept.all() and np.array_equal(layers[-1].output, layers[-1].sums)


def test_the_first_of_many_draws_is_the_single_one():
    one = forward(INPUT, KERNELS, BIASES, rate=0.5, seed=8, training=True)
    many = forward(INPUT, KERNELS, BIASES, rate=0.5, seed=8, training=True, draws=50)
    for single, all_of_them in zip(one, many, strict=True):
        assert all_of_them.output.shape == (50, *single.output.shape)
        np.testing.assert_allclose(all_of_them.output[0], single.output)
    assert len({tuple(kept) for kept in many[0].kept}) > 1


def test_the_mean_of_many_draws_comes_close_to_the_prediction():
    draws = forward(INPUT, KERNELS, BIASES, rate=0.5, seed=1, training=True, draws=40_000)
    prediction = forward(INPUT, KERNELS, BIASES)
    np.testing.assert_allclose(draws[0].output.mean(axis=0), prediction[0].output, rtol=0.02)


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5, np.nan, "a", True])
def test_an_impossible_rate_is_refused(rate):
    for call in (
        lambda: dropout([1], rate, 0),
        lambda: forward(INPUT, KERNELS, BIASES, rate=rate, training=True),
    ):
        with pytest.raises(ValueError, match="^rate must"):
            call()


@pytest.mark.parametrize("seed", [-1, 1.5, "a", None, True])
def test_an_impossible_seed_is_refused(seed):
    with pytest.raises(ValueError, match="^seed must"):
        dropout([1], 0.5, seed)


def test_training_is_yes_or_no():
    with pytest.raises(ValueError, match="^training must"):
        dropout([1], 0.5, 0, training="no")
