"""Slopes: by hand, by finite differences, and as Keras has them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vizcore.ops import leaky_relu, relu, sigmoid, softmax, tanh
from vizcore.ops.derivatives import NAMES, activate, derivative, softmax_share

GIVEN = {"alpha": 0.25, "others": (1.0, -0.5)}
NUMBERS = st.floats(-20, 20)


def test_a_name_is_the_function_of_that_name():
    x = np.linspace(-3, 3, 13)
    assert np.array_equal(activate("relu", x), relu(x))
    assert np.array_equal(activate("leaky_relu", x, alpha=0.3), leaky_relu(x, 0.3))
    assert np.array_equal(activate("sigmoid", x), sigmoid(x))
    assert np.array_equal(activate("tanh", x), tanh(x))


def test_slopes_by_hand():
    assert derivative("sigmoid", [0]).tolist() == [0.25]
    assert derivative("tanh", [0]).tolist() == [1]
    assert derivative("relu", [-1, 0, 2]).tolist() == [0, 0, 1]
    assert derivative("leaky_relu", [-1, 0, 2], alpha=0.1).tolist() == [0.1, 0.1, 1]
    assert derivative("softmax", [0], others=[0]).tolist() == [0.25]
    np.testing.assert_allclose(derivative("softmax", np.log([2]), others=[0]), 2 / 9)


@pytest.mark.parametrize("name", NAMES)
@given(x=NUMBERS.filter(lambda x: abs(x) > 1e-3))
def test_a_slope_is_that_of_the_curve(name, x):
    step = 1e-5
    after, before = activate(name, [x + step, x - step], **GIVEN)
    assert derivative(name, x, **GIVEN) == pytest.approx((after - before) / (2 * step), abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_slope_is_that_of_keras_at_the_bend_too(name):
    pytest.importorskip("keras")
    import keras
    import tensorflow as tf

    functions = {
        "relu": keras.ops.relu,
        "leaky_relu": lambda x: keras.ops.leaky_relu(x, negative_slope=GIVEN["alpha"]),
        "sigmoid": keras.ops.sigmoid,
        "tanh": keras.ops.tanh,
        "softmax": lambda x: keras.ops.softmax(
            keras.ops.stack([x, *(keras.ops.full_like(x, z) for z in GIVEN["others"])], axis=-1)
        )[..., 0],
    }
    x = np.linspace(-4, 4, 17).astype("float32")
    assert 0 in x
    seen = tf.Variable(x)
    with tf.GradientTape() as tape:
        y = functions[name](seen)
    np.testing.assert_allclose(activate(name, x, **GIVEN), y, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        derivative(name, x, **GIVEN), tape.gradient(y, seen), rtol=1e-4, atol=1e-6
    )


@given(x=arrays(float, (2, 3), elements=NUMBERS), others=arrays(float, 4, elements=NUMBERS))
def test_the_share_of_one_score_is_softmaxs(x, others):
    expected = [[softmax([one, *others])[0] for one in row] for row in x]
    np.testing.assert_allclose(softmax_share(x, others), expected)


@pytest.mark.parametrize("name", NAMES)
def test_shape_and_type_stay(name):
    for dtype in ("float32", "float64"):
        x = np.zeros((2, 3), dtype)
        for function in (activate, derivative):
            out = function(name, x)
            assert (out.shape, out.dtype) == (x.shape, x.dtype)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_overflows(name):
    x = [-1e308, -1e4, 1e4, 1e308]
    with np.errstate(all="raise"):
        assert np.isfinite(activate(name, x)).all()
        assert np.isfinite(derivative(name, x)).all()


@pytest.mark.parametrize("function", [activate, derivative])
@pytest.mark.parametrize(
    ("name", "x", "given", "said"),
    [
        ("elu", [1], {}, "name"),
        ("relu", [np.nan], {}, "x"),
        ("leaky_relu", [1], {"alpha": "a"}, "alpha"),
        ("softmax", [1], {"others": 1}, "others"),
        ("softmax", [1], {"others": [np.inf]}, "others"),
    ],
)
def test_what_is_no_such_thing_is_refused(function, name, x, given, said):
    with pytest.raises(ValueError, match=f"^{said} must"):
        function(name, x, **given)
