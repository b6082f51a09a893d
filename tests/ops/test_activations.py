import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from vizcore.ops import leaky_relu, relu, sigmoid, softmax, tanh

ALL = [relu, leaky_relu, sigmoid, tanh, softmax]
NUMBERS = st.floats(-1e308, 1e308)


def test_relu():
    assert relu([[-2, 0.5], [0, 3]]).tolist() == [[0, 0.5], [0, 3]]


def test_leaky_relu():
    assert leaky_relu([-2, 0, 3]).tolist() == [-0.02, 0, 3]
    assert leaky_relu([-2, 0, 3], 0.25).tolist() == [-0.5, 0, 3]
    assert leaky_relu([-2, 0, 3], alpha=1).tolist() == [-2, 0, 3]


def test_sigmoid():
    np.testing.assert_allclose(
        sigmoid([-math.log(3), 0, math.log(3), -50]),
        [0.25, 0.5, 0.75, math.exp(-50)],
        rtol=1e-12,
    )


def test_tanh():
    np.testing.assert_allclose(tanh([-1, 0, 1]), [-math.tanh(1), 0, math.tanh(1)], rtol=1e-15)


def test_softmax():
    np.testing.assert_allclose(softmax(np.log([1, 2, 5])), [0.125, 0.25, 0.625], rtol=1e-12)
    columns = softmax([[0, 1000], [0, 1000]], axis=0)
    assert columns.tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert softmax([[0, 1000], [0, 1000]], axis=1).tolist() == [[0, 1], [0, 1]]


@given(arrays(np.float64, array_shapes(max_dims=4, max_side=4), elements=NUMBERS))
def test_nothing_overflows(x):
    with np.errstate(all="raise"):
        for function in ALL:
            if function is not leaky_relu:  # alpha times a subnormal number may underflow
                out = function(x)
                assert out.shape == x.shape
                assert np.isfinite(out).all()


@given(arrays(np.float64, 5, elements=st.floats(-700, 700)))
def test_relations(x):
    np.testing.assert_allclose(sigmoid(x) + sigmoid(-x), 1, rtol=1e-12)
    np.testing.assert_allclose(tanh(x), 2 * sigmoid(2 * x) - 1, atol=1e-12)
    np.testing.assert_array_equal(relu(x) - relu(-x), x)
    np.testing.assert_allclose(leaky_relu(x, 0.5), (relu(x) + x) / 2, rtol=1e-12)
    assert softmax(x).sum() == pytest.approx(1)
    np.testing.assert_allclose(softmax(x), softmax(x + 1000), atol=1e-12)


@pytest.mark.parametrize("function", ALL)
def test_dtype_and_input(function):
    for dtype, expected in (("f4", "f4"), ("f8", "f8"), ("i8", "f8"), ("?", "f8"), ("f2", "f8")):
        x = np.array([1, 0, 1], dtype)
        before = x.copy()
        out = function(x)
        assert out.dtype == np.dtype(expected)
        assert not np.shares_memory(out, x)
        np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("function", ALL)
@pytest.mark.parametrize("x", [[np.nan], [np.inf], ["a"], [1j], [], None])
def test_refuses(function, x):
    with pytest.raises(ValueError, match="^x must"):
        function(x)


@pytest.mark.parametrize("function", [relu, leaky_relu, sigmoid, tanh])
def test_a_single_number(function):
    assert np.shape(function(1.0)) == ()
    assert float(function(1.0)) == float(function([1.0])[0])


@pytest.mark.parametrize("axis", [2, -3, 1.0, True, None, "x", (0, 1)])
def test_softmax_refuses_an_axis(axis):
    with pytest.raises(ValueError, match="^axis must be"):
        softmax(np.ones((2, 2)), axis=axis)


def test_softmax_of_a_single_number():
    with pytest.raises(ValueError, match="^axis must be"):
        softmax(1.0)


@pytest.mark.parametrize("alpha", [np.nan, np.inf, "a", None, [1, 2], 1j, True])
def test_leaky_relu_refuses_alpha(alpha):
    with pytest.raises(ValueError, match="^alpha must"):
        leaky_relu([1], alpha)
