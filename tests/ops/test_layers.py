import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vizcore.ops import batch_norm, conv2d, dense, global_pool2d

SMALL = st.integers(-9, 9)


def test_dense():
    kernel = [[1, 0, 3], [0, 1, 4]]
    assert dense([1, 2], kernel).tolist() == [1, 2, 11]
    assert dense([[1, 2], [0, 1]], kernel, [10, 20, 30]).tolist() == [[11, 22, 41], [10, 21, 34]]
    assert dense(np.ones((4, 5, 2)), kernel).shape == (4, 5, 3)


@given(arrays(float, (2, 3, 4), elements=SMALL), arrays(float, (4, 5), elements=SMALL))
def test_dense_is_a_1x1_convolution(x, kernel):
    np.testing.assert_array_equal(dense(x, kernel), conv2d(x, kernel[None, None]))


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((1.0, [[1]]), "x"),
        (([1, 2], [1, 2]), "kernel"),
        (([1, 2], [[1, 2]]), "kernel"),
        (([1, 2], [[1], [2]], 3), "bias"),
        (([1, 2], [[1], [2]], [3, 4]), "bias"),
        (([1, 2], [[1], [2]], [np.nan]), "bias"),
    ],
)
def test_dense_refuses(arguments, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        dense(*arguments)


def test_batch_norm_by_hand():
    out = batch_norm(
        [[1, 10], [3, 30]], mean=[2, 20], variance=[3, 99], gamma=[1, 2], beta=[5, 0], epsilon=1
    )
    assert out.tolist() == [[4.5, -2], [5.5, 2]]
    assert batch_norm([3], 1, 0, 1, 0, epsilon=0.25).tolist() == [4]
    np.testing.assert_allclose(batch_norm([1], 0, 0, 1, 0), [1000**0.5])


def test_batch_norm_as_keras():
    keras = pytest.importorskip("keras")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, 5, 3)).astype("float32")
    mean, gamma, beta = rng.normal(size=(3, 3)).astype("float32")
    variance = rng.uniform(0.1, 2, size=3).astype("float32")
    layer = keras.layers.BatchNormalization()
    layer.build((None, 4, 5, 3))
    layer.set_weights([gamma, beta, mean, variance])
    expected = layer(x[None], training=False)[0]
    out = batch_norm(x, mean, variance, gamma, beta)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"variance": [1, -1]}, "variance"),
        ({"variance": 0, "epsilon": 0}, "epsilon"),
        ({"epsilon": -1}, "epsilon"),
        ({"epsilon": "a"}, "epsilon"),
        ({"mean": [1, 2, 3]}, "mean"),
        ({"gamma": [[1, 2]]}, "gamma"),
        ({"beta": [1]}, "beta"),
        ({"x": 1.0}, "x"),
    ],
)
def test_batch_norm_refuses(settings, name):
    usual = {"x": [[1, 2]], "mean": 0, "variance": 1, "gamma": 1, "beta": 0}
    with pytest.raises(ValueError, match=f"^{name} must"):
        batch_norm(**{**usual, **settings})


def test_global_pool2d():
    x = [[[1, -10], [2, -20]], [[3, -30], [6, -60]]]
    assert global_pool2d(x).tolist() == [3, -30]
    assert global_pool2d(x, "max").tolist() == [6, -10]
    assert np.shape(global_pool2d([[1, 2], [3, 6]])) == ()
    assert global_pool2d([[1, 2], [3, 6]], mode="average") == 3


@pytest.mark.parametrize(("x", "mode", "name"), [([1], "max", "x"), ([[1]], "mean", "mode")])
def test_global_pool2d_refuses(x, mode, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        global_pool2d(x, mode)


def test_float32_stays():
    x = np.ones((2, 2, 2), "float32")
    assert dense(x, np.ones((2, 2)), np.ones(2)).dtype == np.float32
    assert batch_norm(x, np.zeros(2), 1.0, 1.0, 0.0).dtype == np.float32
    assert global_pool2d(x).dtype == np.float32
    assert global_pool2d(np.ones((2, 2), "float16")).dtype == np.float64
