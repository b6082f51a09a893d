import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vizcore.ops import output_size, pool2d

SLICE = [[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]
HAPPY = [[0, 1, 0, 0, 0], [0, 1, 1, 1, 0], [1, 0, 0, 2, 1], [1, 4, 2, 1, 0], [0, 0, 1, 2, 1]]


def test_the_slides():
    assert pool2d(SLICE, 2).tolist() == [[6, 8], [3, 4]]
    assert pool2d(SLICE, 2, stride=2, mode="average").tolist() == [[3.25, 5.25], [2, 2]]
    assert pool2d(HAPPY, 2, ceil_mode=True).tolist() == [[1, 1, 0], [4, 2, 1], [0, 2, 1]]
    assert pool2d(HAPPY, 2).tolist() == [[1, 1], [4, 2]]


def test_padding_never_wins():
    x = -np.ones((3, 3)) - np.eye(3)
    assert pool2d(x, 2, stride=1, padding=1).tolist() == [
        [-2, -1, -1, -1],
        [-1, -1, -1, -1],
        [-1, -1, -1, -1],
        [-1, -1, -1, -2],
    ]
    assert pool2d(x, 2, ceil_mode=True).tolist() == [[-1, -1], [-1, -2]]
    assert pool2d(x, 2, padding="same").tolist() == [[-1, -1], [-1, -2]]


def test_what_an_average_divides_by():
    x = np.full((1, 3), 12)
    assert pool2d(x, (1, 2), padding=(0, 1), mode="average").tolist() == [[12, 12]]
    counted = {"mode": "average", "count_include_pad": True}
    assert pool2d(x, (1, 2), padding=(0, 1), **counted).tolist() == [[6, 12]]
    # The last window holds two cells of the input, one of padding, and hangs over by one.
    settings = {"stride": 2, "padding": (0, 1), "ceil_mode": True}
    assert pool2d(np.full((1, 4), 12), (1, 4), **settings, **counted).tolist() == [[9, 9]]
    over = {"stride": 3, "padding": (0, 1), "ceil_mode": True}
    assert pool2d(np.full((1, 4), 12), (1, 4), **over, **counted).tolist() == [[9, 8]]
    assert pool2d(np.full((1, 4), 12), (1, 4), mode="average", **over).tolist() == [[12, 12]]


def test_channels_stay_apart():
    x = np.stack([SLICE, np.negative(SLICE)], axis=2)
    out = pool2d(x, 2)
    assert out[..., 0].tolist() == [[6, 8], [3, 4]]
    assert out[..., 1].tolist() == [[-1, -2], [-1, 0]]
    assert pool2d(np.ones((32, 32, 8)), 2).shape == (16, 16, 8)


def pool_written_out(x, size, stride, padding, dilation, mode, ceil_mode, count_include_pad):
    """Go through every window cell by cell; None when a window holds no cell of the input."""
    counts = [
        output_size(
            x.shape[a],
            size[a],
            stride=stride[a],
            padding=padding[a],
            dilation=dilation[a],
            ceil_mode=ceil_mode,
        )
        for a in (0, 1)
    ]
    (top, bottom), (left, right) = padding
    out = np.empty(counts)
    for r in range(counts[0]):
        for c in range(counts[1]):
            real, padded = [], 0
            for i in range(size[0]):
                for j in range(size[1]):
                    row = r * stride[0] - top + i * dilation[0]
                    column = c * stride[1] - left + j * dilation[1]
                    padded += row < x.shape[0] + bottom and column < x.shape[1] + right
                    if 0 <= row < x.shape[0] and 0 <= column < x.shape[1]:
                        real.append(x[row, column])
            if not real:
                return None
            if mode == "max":
                out[r, c] = max(real)
            else:
                out[r, c] = sum(real) / (padded if count_include_pad else len(real))
    return out


SIDES = st.tuples(st.integers(0, 2), st.integers(0, 2))
STEPS = st.tuples(st.integers(1, 3), st.integers(1, 3))
SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 6))


@given(
    arrays(np.float64, SHAPES, elements=st.integers(-99, -1)),
    st.fixed_dictionaries(
        {
            "size": STEPS,
            "stride": STEPS,
            "padding": st.tuples(SIDES, SIDES),
            "dilation": STEPS,
            "mode": st.sampled_from(["max", "average"]),
            "ceil_mode": st.booleans(),
            "count_include_pad": st.booleans(),
        }
    ),
)
def test_as_written_out(x, settings):
    try:
        expected = pool_written_out(x, **settings)
    except ValueError:
        with pytest.raises(ValueError, match="^size must fit"):
            pool2d(x, **settings)
        return
    if expected is None:
        with pytest.raises(ValueError, match="^padding must leave every window"):
            pool2d(x, **settings)
    else:
        np.testing.assert_allclose(pool2d(x, **settings), expected, rtol=1e-12)
        stacked = pool2d(np.stack([x, 2 * x], axis=2), **settings)
        np.testing.assert_allclose(stacked[..., 1], 2 * expected, rtol=1e-12)


@pytest.mark.parametrize(("mode", "name"), [("max", "max_pool"), ("average", "average_pool")])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_as_keras(mode, name, padding):
    pool = getattr(pytest.importorskip("keras").ops, name)
    x = np.random.default_rng(0).normal(size=(7, 8, 3)).astype("float32") - 9
    for size, stride in [(2, None), (2, 1), (3, 2), ((2, 3), (3, 1)), (3, 3), (1, 2)]:
        expected = pool(x[None], size, strides=stride, padding=padding)[0]
        out = pool2d(x, size, stride=stride, padding=padding, mode=mode)
        assert out.dtype == np.float32
        np.testing.assert_allclose(out, expected, rtol=1e-5)


@given(arrays(np.float64, (4, 5), elements=st.integers(-9, 9)))
def test_max_pooling_commutes_with_what_keeps_the_order(x):
    settings = {"size": (2, 3), "stride": 2, "padding": 1}
    np.testing.assert_array_equal(pool2d(x**3 - 5, **settings), pool2d(x, **settings) ** 3 - 5)


@given(arrays(np.float64, (4, 5), elements=st.integers(-9, 9)))
def test_an_average_lies_between(x):
    settings = {"size": 2, "stride": 1, "padding": "same"}
    average = pool2d(x, mode="average", **settings)
    assert (average <= pool2d(x, **settings) + 1e-12).all()
    assert (average >= -pool2d(-x, **settings) - 1e-12).all()


def test_dtype_and_input():
    for dtype, expected in [("f4", "f4"), ("f8", "f8"), ("i4", "f8"), ("?", "f8"), ("f2", "f8")]:
        for mode in ("max", "average"):
            x = np.ones((3, 3), dtype)
            out = pool2d(x, 1, mode=mode)
            assert out.dtype == np.dtype(expected)
            out[:] = 7
            assert (x == 1).all()


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"x": [1, 2]}, "x"),
        ({"x": [[np.nan]]}, "x"),
        ({"size": 0}, "size"),
        ({"size": True}, "size"),
        ({"size": 2.0}, "size"),
        ({"size": (1, 2, 3)}, "size"),
        ({"size": 5}, "size"),
        ({"size": (1, 5)}, "size"),
        ({"stride": 0}, "stride"),
        ({"stride": "2"}, "stride"),
        ({"dilation": 0}, "dilation"),
        ({"dilation": 4}, "size"),
        ({"padding": -1}, "padding"),
        ({"padding": "full"}, "padding"),
        ({"padding": 2}, "padding"),
        ({"padding": ((0, 2), (0, 0))}, "padding"),
        ({"padding": 2, "mode": "average", "count_include_pad": True}, "padding"),
        ({"mode": "mean"}, "mode"),
        ({"mode": None}, "mode"),
        ({"ceil_mode": "no"}, "ceil_mode"),
        ({"count_include_pad": 1}, "count_include_pad"),
    ],
)
def test_refuses(settings, name):
    usual = {"x": np.ones((4, 4)), "size": 2}
    with pytest.raises(ValueError, match=f"^{name} must .* Received: "):
        pool2d(**{**usual, **settings})


def test_a_dilated_window_may_miss_the_input():
    with pytest.raises(ValueError, match="^padding must leave every window"):
        pool2d([[1]], 2, stride=1, padding=1, dilation=2)
