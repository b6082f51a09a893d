"""The backward pass of a convolution: by hand, as TensorFlow, by finite differences, by laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.ops import conv2d, trace_conv2d
from vizcore.ops.gradients import conv2d_gradients, unshared_gradients, weight_contributions

X = np.array([[1, 2, 0, 1], [0, 1, 3, 0], [2, 0, 1, 1], [1, 1, 0, 2]])
UPSTREAM = np.array([[0, 4, -4], [-3, -1, 3], [2, -2, 2]])
KERNEL = np.array([[1, 0], [0, 1]])


def rng():
    return np.random.default_rng(0)


def test_the_gradients_by_hand():
    gradients = conv2d_gradients(X, KERNEL, UPSTREAM)
    assert gradients.kernel.tolist() == [[22, -10], [-11, 20]]
    assert gradients.bias == 1
    # A cell learns from the two windows in which it lies under a weight of 1.
    assert gradients.x.tolist() == [[0, 4, -4, 0], [-3, -1, 7, -4], [2, -5, 1, 3], [0, 2, -2, 2]]


def test_one_weight_by_hand():
    found = weight_contributions(X, KERNEL, UPSTREAM, (1, 0))
    assert (found.rows, found.columns) == ((1, 2, 3), (0, 1, 2))
    assert found.values.tolist() == [[0, 1, 3], [2, 0, 1], [1, 1, 0]]
    assert found.products.tolist() == [[0, 4, -12], [-6, 0, 3], [2, -2, 0]]
    assert found.gradient == -11


def test_a_weight_touches_the_padding_outside_the_input():
    found = weight_contributions(
        [[1, 2, 3]], [[1, 1, 1]], [[10, 20]], (0, 0), padding=(0, 1), stride=2
    )
    assert found.columns == (-1, 1)
    assert found.values.tolist() == [[0, 2]]
    assert found.gradient == 40


@st.composite
def layers(draw, depths=(False, True)):
    """A convolution's arguments in whole numbers, with an upstream gradient that fits."""
    deep = draw(st.sampled_from(depths))
    side, small, pad = st.integers(7, 8), st.integers(1, 3), st.integers(0, 2)
    numbers = np.random.default_rng(draw(st.integers(0, 999)))
    x = numbers.integers(-5, 6, (draw(side), draw(side), 2)[: 2 + deep]).astype(float)
    kernel = numbers.integers(-5, 6, (draw(small), draw(small), 2, 3)[: 2 + 2 * deep]).astype(float)
    how = {
        "stride": (draw(small), draw(small)),
        "padding": ((draw(pad), draw(pad)), (draw(pad), draw(pad))),
        "dilation": (draw(small), draw(small)),
    }
    if draw(st.booleans()):
        how["padding"] = "same"
    upstream = numbers.integers(-5, 6, conv2d(x, kernel, **how).shape).astype(float)
    return x, kernel, upstream, how


def slopes(error, array):
    """The slope of an error with each number of an array; exact, as the error is linear in it."""
    found = np.empty(array.shape)
    for place in np.ndindex(array.shape):
        nudge = np.zeros(array.shape)
        nudge[place] = 1
        found[place] = (error(array + nudge) - error(array - nudge)) / 2
    return found


@given(layers())
def test_the_gradients_are_the_slopes(layer):
    x, kernel, upstream, how = layer
    gradients = conv2d_gradients(x, kernel, upstream, **how)
    bias = np.zeros(kernel.shape[3:])
    for name, array, error in (
        ("x", x, lambda a: np.sum(conv2d(a, kernel, **how) * upstream)),
        ("kernel", kernel, lambda a: np.sum(conv2d(x, a, **how) * upstream)),
        ("bias", bias, lambda a: np.sum(conv2d(x, kernel, a, **how) * upstream)),
    ):
        np.testing.assert_array_equal(getattr(gradients, name), slopes(error, array))


@given(layers())
def test_backward_is_the_adjoint_of_forward(layer):
    x, kernel, upstream, how = layer
    forward = np.sum(conv2d(x, kernel, **how) * upstream)
    gradients = conv2d_gradients(x, kernel, upstream, **how)
    assert np.sum(x * gradients.x) == forward == np.sum(kernel * gradients.kernel)


@given(layers(depths=[False]))
def test_a_shared_weight_learns_the_sum_over_all_places(layer):
    x, kernel, upstream, how = layer
    shared = conv2d_gradients(x, kernel, upstream, **how).kernel
    unshared = unshared_gradients(x, kernel, upstream, **how)
    assert unshared.shape == upstream.shape + kernel.shape
    np.testing.assert_array_equal(unshared.sum(axis=(0, 1)), shared)
    for weight in np.ndindex(kernel.shape):
        found = weight_contributions(x, kernel, upstream, weight, **how)
        np.testing.assert_array_equal(found.products, unshared[:, :, *weight])
        assert found.gradient == shared[weight]
        for place in np.ndindex(upstream.shape):
            cell = found.rows[place[0]], found.columns[place[1]]
            inside = cell[0] in range(x.shape[0]) and cell[1] in range(x.shape[1])
            assert found.values[place] == (x[cell] if inside else 0)


@given(layers(depths=[False]))
def test_the_kernels_gradient_is_a_correlation_with_the_upstream_gradient(layer):
    x, kernel, upstream, how = layer
    if how["padding"] == "same":
        how["padding"] = trace_conv2d(x, kernel, **how).padding
    # Stride and dilation change places; a rest that no window has reached goes unused.
    swapped = {"stride": how["dilation"], "dilation": how["stride"], "padding": how["padding"]}
    correlated = conv2d(x, upstream, **swapped)[: kernel.shape[0], : kernel.shape[1]]
    np.testing.assert_array_equal(correlated, conv2d_gradients(x, kernel, upstream, **how).kernel)


@pytest.mark.parametrize(
    ("stride", "padding", "dilation"),
    [(1, "valid", 1), (1, "same", 1), (2, "valid", 1), (2, "same", 1), (1, "valid", 2)],
)
def test_as_tensorflow(stride, padding, dilation):
    tf = pytest.importorskip("tensorflow")
    x = rng().normal(size=(6, 7, 2)).astype("float32")
    kernel = rng().normal(size=(3, 2, 2, 4)).astype("float32")
    bias = tf.Variable(np.zeros(4, "float32"))
    how = {"stride": stride, "padding": padding, "dilation": dilation}
    upstream = rng().normal(size=conv2d(x, kernel, **how).shape).astype("float32")
    given_x, given_kernel = tf.Variable(x[None]), tf.Variable(kernel)
    with tf.GradientTape() as tape:
        y = tf.nn.conv2d(given_x, given_kernel, stride, padding.upper(), dilations=dilation) + bias
        error = tf.reduce_sum(y * upstream)
    expected = tape.gradient(error, [given_x, given_kernel, bias])
    gradients = conv2d_gradients(x, kernel, upstream, **how)
    assert gradients.kernel.dtype == np.float32
    np.testing.assert_allclose(gradients.x, expected[0][0], atol=1e-4)
    np.testing.assert_allclose(gradients.kernel, expected[1], atol=1e-4)
    np.testing.assert_allclose(gradients.bias, expected[2], atol=1e-4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"upstream": [[1, 2]]}, r"upstream must be of the output's shape \(3, 3\)"),
        ({"upstream": UPSTREAM * np.nan}, "upstream must hold finite numbers"),
        ({"stride": 0}, "stride must be"),
        ({"kernel": np.ones((9, 9))}, "kernel must fit"),
    ],
)
@pytest.mark.parametrize("function", [conv2d_gradients, unshared_gradients])
def test_what_cannot_be_is_refused(function, changes, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        function(**{"x": X, "kernel": KERNEL, "upstream": UPSTREAM, **changes})


@pytest.mark.parametrize("weight", [(2, 0), (0, 2), (-1, 0), (True, 0), (0.0, 0), "ab"])
def test_there_is_no_such_weight(weight):
    with pytest.raises(ValueError, match="^weight must be"):
        weight_contributions(X, KERNEL, UPSTREAM, weight)


@pytest.mark.parametrize("function", [unshared_gradients, weight_contributions])
def test_single_weights_are_those_of_a_matrix(function):
    x, kernel, upstream = np.ones((3, 3, 1)), np.ones((2, 2, 1, 1)), np.ones((2, 2, 1))
    weight = [(0, 0)] if function is weight_contributions else []
    with pytest.raises(ValueError, match="^x must be a matrix"):
        function(x, kernel, upstream, *weight)
