import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import convolve2d, correlate2d

from vizcore.ops import conv2d, conv2d_transpose, output_size

PIXELS = [
    [18, 54, 51, 239, 244, 188],
    [55, 121, 75, 78, 95, 88],
    [35, 24, 204, 113, 109, 221],
    [3, 154, 104, 235, 25, 130],
    [15, 253, 225, 159, 78, 233],
    [68, 85, 180, 214, 245, 0],
]
CROSS = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
VOLUME = [
    [[2, 2, 1, 0, 1], [0, 0, 1, 0, 2], [2, 1, 1, 0, 2], [2, 1, 2, 1, 2], [2, 0, 1, 0, 0]],
    [[2, 1, 0, 0, 1], [0, 2, 2, 1, 0], [2, 1, 2, 2, 0], [0, 2, 1, 2, 0], [2, 0, 1, 1, 2]],
    [[0, 1, 2, 1, 0], [0, 0, 0, 0, 2], [0, 1, 1, 1, 1], [0, 0, 0, 2, 0], [2, 1, 2, 0, 0]],
]
FILTERS = [
    [
        [[-1, 0, -1], [0, 1, 0], [1, 1, 0]],
        [[-1, 1, 1], [-1, -1, 1], [0, 1, -1]],
        [[1, -1, 0], [-1, 1, 0], [-1, 1, 0]],
    ],
    [
        [[-1, -1, -1], [1, 1, 1], [-1, -1, 1]],
        [[-1, 1, 0], [1, 1, 1], [1, 1, 0]],
        [[0, -1, -1], [-1, 0, -1], [-1, 0, 0]],
    ],
]


def rng():
    return np.random.default_rng(0)


def integers(shape):
    return arrays(np.float64, shape, elements=st.integers(-9, 9))


def test_the_slides_pixels():
    assert conv2d(PIXELS, CROSS).tolist() == [
        [429, 505, 686, 856],
        [261, 792, 412, 640],
        [633, 653, 851, 751],
        [608, 913, 713, 657],
    ]


def test_the_slides_volume():
    x = np.moveaxis(VOLUME, 0, -1)
    kernel = np.transpose(FILTERS, (2, 3, 1, 0))
    out = conv2d(x, kernel, [1, 0], stride=2, padding=1)
    assert out[..., 0].tolist() == [[0, 4, 4], [4, 4, -1], [4, 2, -3]]
    assert out[..., 1].tolist() == [[6, 5, 0], [4, 5, -5], [0, -5, -2]]


def test_the_kernel_is_not_turned():
    assert conv2d([[0, 0, 0], [0, 1, 0], [0, 0, 0]], [[1, 2], [3, 4]]).tolist() == [[4, 3], [2, 1]]


def test_pad_modes_by_hand():
    x, shift = [[1, 2, 3]], [[1, 0, 0]]
    assert conv2d(x, shift, padding=(0, 1)).tolist() == [[0, 1, 2]]
    assert conv2d(x, shift, padding=(0, 1), pad_mode="reflect").tolist() == [[2, 1, 2]]
    assert conv2d(x, shift, padding=(0, 1), pad_mode="replicate").tolist() == [[1, 1, 2]]
    assert conv2d(x, [[1]], padding=((0, 0), (2, 0)), pad_mode="reflect").tolist() == [
        [3, 2, 1, 2, 3]
    ]


def test_stride_dilation_and_padding_differ_by_axis():
    x = np.arange(20).reshape(4, 5)
    out = conv2d(
        x, [[1, 1], [0, 10]], stride=(2, 1), dilation=(1, 3), padding=((1, 0), (0, 1)), bias=0.5
    )
    assert out.tolist() == [
        [10 * 3 + 0.5, 10 * 4 + 0.5, 0.5],
        [5 + 8 + 10 * 13 + 0.5, 6 + 9 + 10 * 14 + 0.5, 7 + 0.5],
    ]


def test_groups_by_hand():
    x = [[[1, 10, 100, 1000]]]
    kernel = np.array([[[[1, 0, 1, 2], [0, 1, 1, 0]]]])
    assert conv2d(x, kernel, groups=2).tolist() == [[[1, 10, 1100, 200]]]
    assert conv2d(x, [[[[1, 2, 3, 4]]]], groups=4).tolist() == [[[1, 20, 300, 4000]]]


@pytest.mark.parametrize("size", [(1, 1), (1, 3), (2, 2), (3, 2), (4, 4), (6, 7)])
def test_as_scipy(size):
    x, kernel = rng().normal(size=(6, 7)), rng().normal(size=size)
    np.testing.assert_allclose(conv2d(x, kernel), correlate2d(x, kernel, "valid"), atol=1e-12)
    full = ((size[0] - 1,) * 2, (size[1] - 1,) * 2)
    np.testing.assert_allclose(
        conv2d(x, kernel, padding=full), correlate2d(x, kernel, "full"), atol=1e-12
    )
    np.testing.assert_allclose(
        conv2d_transpose(x, kernel), convolve2d(x, kernel, "full"), atol=1e-12
    )


@pytest.mark.parametrize(
    ("pad_mode", "border"),
    [
        ("zero", cv2.BORDER_CONSTANT),
        ("reflect", cv2.BORDER_REFLECT_101),
        ("replicate", cv2.BORDER_REPLICATE),
    ],
)
@pytest.mark.parametrize("size", [(3, 3), (5, 3), (1, 7)])
def test_pad_modes_as_opencv(pad_mode, border, size):
    x, kernel = rng().normal(size=(6, 7)), rng().normal(size=size)
    expected = cv2.filter2D(x, cv2.CV_64F, kernel, borderType=border)
    out = conv2d(x, kernel, padding="same", pad_mode=pad_mode)
    np.testing.assert_allclose(out, expected, atol=1e-12)


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_as_keras(padding, groups):
    ops = pytest.importorskip("keras").ops
    x = rng().normal(size=(8, 9, 4)).astype("float32")
    for stride, dilation, size in [
        (1, 1, 3),
        (1, 2, 3),
        (2, 1, 3),
        (3, 1, 2),
        (2, 1, 4),
        (1, 3, 2),
    ]:
        kernel = rng().normal(size=(size, size + 1, 4 // groups, 8)).astype("float32")
        settings = {"padding": padding}
        expected = ops.concatenate(
            [
                ops.conv(part[None], weights, strides=stride, dilation_rate=dilation, **settings)[0]
                for part, weights in zip(
                    np.split(x, groups, axis=2), np.split(kernel, groups, axis=3), strict=True
                )
            ],
            axis=2,
        )
        out = conv2d(x, kernel, stride=stride, dilation=dilation, groups=groups, **settings)
        assert out.dtype == np.float32
        np.testing.assert_allclose(out, expected, atol=1e-4)


def test_groups_as_keras():
    keras = pytest.importorskip("keras")
    x = rng().normal(size=(5, 6, 4)).astype("float32")
    layer = keras.layers.Conv2D(6, 3, groups=2, padding="same", strides=2)
    layer.build((None, 5, 6, 4))
    kernel, bias = rng().normal(size=(3, 3, 2, 6)), rng().normal(size=6)
    layer.set_weights([kernel, bias])
    out = conv2d(x, kernel, bias, groups=2, padding="same", stride=2)
    np.testing.assert_allclose(out, layer(x[None])[0], atol=1e-4)


@pytest.mark.parametrize(("padding", "stride"), [("valid", 1), ("same", 1), ("same", 2)])
def test_depthwise_as_keras(padding, stride):
    ops = pytest.importorskip("keras").ops
    x = rng().normal(size=(6, 7, 3)).astype("float32")
    kernel = rng().normal(size=(3, 3, 3, 2)).astype("float32")
    expected = ops.depthwise_conv(x[None], kernel, strides=stride, padding=padding)[0]
    out = conv2d(x, kernel.reshape(3, 3, 1, 6), groups=3, stride=stride, padding=padding)
    np.testing.assert_allclose(out, expected, atol=1e-4)


@given(integers((4, 5, 2)), integers((4, 5, 2)), integers((3, 2, 2, 3)), st.integers(-5, 5))
def test_linear(x, y, kernel, factor):
    settings = {"padding": "same", "stride": 2}
    np.testing.assert_array_equal(
        conv2d(x + factor * y, kernel, **settings),
        conv2d(x, kernel, **settings) + factor * conv2d(y, kernel, **settings),
    )


@given(integers((5, 4)), integers((3, 2)), st.sampled_from(["zero", "reflect", "replicate"]))
def test_same_at_stride_1_keeps_the_size(x, kernel, pad_mode):
    assert conv2d(x, kernel, padding="same", pad_mode=pad_mode).shape == x.shape


SIZES = st.tuples(st.integers(1, 7), st.integers(1, 7))
WINDOWS = st.tuples(st.integers(1, 3), st.integers(1, 3))
STEPS = st.tuples(st.integers(1, 3), st.integers(1, 3))
SIDES = st.tuples(st.integers(0, 2), st.integers(0, 2))
PADDINGS = st.one_of(st.sampled_from(["valid", "same"]), st.tuples(SIDES, SIDES))


@given(SIZES, WINDOWS, STEPS, STEPS, PADDINGS)
def test_output_size_is_the_shape(shape, window, stride, dilation, padding):
    sides = (padding, padding) if isinstance(padding, str) else padding
    settings = {"stride": stride, "dilation": dilation, "padding": padding}
    try:
        expected = tuple(
            output_size(
                shape[a], window[a], stride=stride[a], dilation=dilation[a], padding=sides[a]
            )
            for a in (0, 1)
        )
    except ValueError:
        with pytest.raises(ValueError, match="^kernel must fit"):
            conv2d(np.ones(shape), np.ones(window), **settings)
    else:
        assert conv2d(np.ones(shape), np.ones(window), **settings).shape == expected
        assert conv2d(np.ones((*shape, 2)), np.ones((*window, 2, 3)), **settings).shape == (
            *expected,
            3,
        )


@given(st.data(), WINDOWS, STEPS, STEPS, SIDES, SIDES)
def test_the_transpose_is_the_adjoint(data, window, stride, dilation, vertical, horizontal):
    """<conv(x), y> = <x, transpose(y)>: the definition of the transpose of a linear map."""
    shape = data.draw(SIZES)
    padding = (vertical, horizontal)
    settings = {"stride": stride, "dilation": dilation, "padding": padding}
    kernel = data.draw(integers((*window, 2, 3)))
    x = data.draw(integers((*shape, 2)))
    try:
        forward = conv2d(x, kernel, **settings)
    except ValueError:
        return
    y = data.draw(integers(forward.shape))
    # The rows that the last windows did not reach come back as output padding.
    rest = tuple(
        (shape[a] + sum(padding[a]) - dilation[a] * (window[a] - 1) - 1) % stride[a] for a in (0, 1)
    )
    back = conv2d_transpose(y, kernel, output_padding=rest, **settings)
    assert back.shape == x.shape
    assert (forward * y).sum() == (x * back).sum()


def test_transpose_by_hand():
    x, kernel = [[1, 2]], [[1, 2, 3]]
    assert conv2d_transpose(x, kernel).tolist() == [[1, 4, 7, 6]]
    assert conv2d_transpose(x, kernel, stride=2).tolist()[0] == [1, 2, 5, 4, 6]
    assert conv2d_transpose(x, kernel, 10, stride=(1, 2), padding=(0, 1)).tolist() == [[12, 15, 14]]
    out = conv2d_transpose(
        x, kernel, stride=(1, 2), padding=((0, 0), (1, 0)), output_padding=(0, 1)
    )
    assert out.tolist() == [[2, 5, 4, 6, 0]]
    assert conv2d_transpose(x, kernel, dilation=2).tolist() == [[1, 2, 2, 4, 3, 6]]


def test_output_padding_uncovers_what_padding_cropped():
    out = conv2d_transpose(
        [[1, 2]], [[1, 2, 3]], stride=(1, 2), padding=(0, 1), output_padding=(0, 1)
    )
    assert out.tolist() == [[2, 5, 4, 6]]


def test_bias_reaches_what_is_appended():
    out = conv2d_transpose([[1, 2]], [[5]], 1, stride=(1, 3), padding="same")
    assert out.tolist() == [[6, 1, 1, 11, 1, 1]]


def transpose_written_out(x, kernel, stride, padding, output_padding, dilation):
    (top, bottom), (left, right) = padding
    height = (x.shape[0] - 1) * stride[0] + dilation[0] * (kernel.shape[0] - 1) + 1
    width = (x.shape[1] - 1) * stride[1] + dilation[1] * (kernel.shape[1] - 1) + 1
    out = np.zeros(
        (height - top - bottom + output_padding[0], width - left - right + output_padding[1])
    )
    for r, c, i, j in itertools.product(*map(range, x.shape + kernel.shape)):
        row = r * stride[0] + i * dilation[0] - top
        column = c * stride[1] + j * dilation[1] - left
        if 0 <= row < out.shape[0] and 0 <= column < out.shape[1]:
            out[row, column] += x[r, c] * kernel[i, j]
    return out


@given(integers((3, 4)), integers((3, 2)), STEPS, STEPS, SIDES, SIDES, st.data())
def test_transpose_as_written_out(x, kernel, stride, dilation, vertical, horizontal, data):
    extra = tuple(
        data.draw(st.integers(0, max(step, gap) - 1))
        for step, gap in zip(stride, dilation, strict=True)
    )
    padding = (vertical, horizontal)
    settings = {
        "stride": stride,
        "padding": padding,
        "output_padding": extra,
        "dilation": dilation,
    }
    expected = transpose_written_out(x, kernel, **settings)
    np.testing.assert_array_equal(conv2d_transpose(x, kernel, **settings), expected)


@pytest.mark.parametrize("size", [(1, 2), (2, 3), (3, 3), (4, 5)])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_transpose_as_keras(size, stride):
    ops = pytest.importorskip("keras").ops
    x = rng().normal(size=(4, 5, 2)).astype("float32")
    kernel = rng().normal(size=(*size, 3, 2)).astype("float32")
    expected = ops.conv_transpose(x[None], kernel, strides=stride, padding="same")[0]
    out = conv2d_transpose(x, kernel, stride=stride, padding="same")
    assert out.shape == (4 * stride, 5 * stride, 3)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, expected, atol=1e-4)
    # Where a kernel is smaller than the stride Keras appends rows to "valid" too.
    out = conv2d_transpose(x, kernel, stride=stride, padding="valid")
    expected = np.asarray(ops.conv_transpose(x[None], kernel, strides=stride, padding="valid")[0])
    np.testing.assert_allclose(out, expected[: out.shape[0], : out.shape[1]], atol=1e-4)
    appended = tuple(max(stride - side, 0) for side in size)
    assert expected.shape[:2] == tuple(np.add(out.shape[:2], appended))


@pytest.mark.parametrize("dilation", [2, 3])
@pytest.mark.parametrize("stride", [1, 2])
def test_dilated_transpose_as_keras(stride, dilation):
    ops = pytest.importorskip("keras").ops
    x = rng().normal(size=(4, 5, 2)).astype("float32")
    kernel = rng().normal(size=(3, 2, 3, 2)).astype("float32")
    settings = {"padding": "same", "strides": stride, "dilation_rate": dilation}
    expected = ops.conv_transpose(x[None], kernel, **settings)[0]
    out = conv2d_transpose(x, kernel, stride=stride, padding="same", dilation=dilation)
    np.testing.assert_allclose(out, expected, atol=1e-4)


@pytest.mark.parametrize("convolve", [conv2d, conv2d_transpose])
def test_dtype_and_inputs(convolve):
    for dtype, expected in [("f4", "f4"), ("f8", "f8"), ("i4", "f8"), ("?", "f8"), ("f2", "f8")]:
        x, kernel, bias = np.ones((3, 3), dtype), np.ones((1, 1)), np.array(0)
        out = convolve(x, kernel, bias)
        assert out.dtype == np.dtype(expected)
        out[:] = 7
        assert (x == 1).all()
        out = convolve(x, kernel)
        out[:] = 7
        assert (x == 1).all()
        assert (kernel == 1).all()


X3, KERNEL3 = np.ones((5, 6, 4)), np.ones((3, 3, 4, 2))


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"x": np.ones(5)}, "x"),
        ({"x": np.ones((1, 5, 6, 4))}, "x"),
        ({"x": np.ones((0, 5, 4))}, "x"),
        ({"x": X3 * np.nan}, "x"),
        ({"x": X3 * 1j}, "x"),
        ({"x": np.ones((5, 6))}, "kernel"),
        ({"kernel": np.ones((3, 3))}, "kernel"),
        ({"kernel": np.ones((3, 3, 4))}, "kernel"),
        ({"kernel": np.ones((3, 3, 3, 2))}, "kernel"),
        ({"kernel": np.ones((6, 3, 4, 2))}, "kernel"),
        ({"kernel": np.ones((3, 7, 4, 2))}, "kernel"),
        ({"kernel": np.full((3, 3, 4, 2), np.inf)}, "kernel"),
        ({"dilation": 3}, "kernel"),
        ({"bias": 1}, "bias"),
        ({"bias": [1]}, "bias"),
        ({"bias": [1, 2, 3]}, "bias"),
        ({"bias": [[1, 2]]}, "bias"),
        ({"bias": ["a", "b"]}, "bias"),
        ({"stride": 0}, "stride"),
        ({"stride": (1, True)}, "stride"),
        ({"dilation": -1}, "dilation"),
        ({"dilation": 1.0}, "dilation"),
        ({"padding": -1}, "padding"),
        ({"padding": "SAME"}, "padding"),
        ({"padding": ((5, 0), (0, 0)), "pad_mode": "reflect"}, "padding"),
        ({"padding": ((0, 0), (0, 6)), "pad_mode": "reflect"}, "padding"),
        ({"pad_mode": "constant"}, "pad_mode"),
        ({"pad_mode": None}, "pad_mode"),
        ({"pad_mode": ["zero"]}, "pad_mode"),
        ({"groups": 0}, "groups"),
        ({"groups": True}, "groups"),
        ({"groups": 3}, "groups"),
        ({"groups": 4}, "groups"),
        ({"groups": 2}, "kernel"),
        ({"x": np.ones((5, 6)), "kernel": np.ones((3, 3)), "groups": 2}, "groups"),
        ({"x": np.ones((5, 6)), "kernel": np.ones((3, 3)), "bias": [1]}, "bias"),
    ],
)
def test_conv2d_refuses(settings, name):
    with pytest.raises(ValueError, match=rf"^{name} must .* Received: "):
        conv2d(**{"x": X3, "kernel": KERNEL3, **settings})


def test_all_but_one_cell_can_be_reflected():
    out = conv2d([[1, 2, 3]], [[1]], padding=((0, 0), (2, 2)), pad_mode="reflect")
    assert out.tolist() == [[3, 2, 1, 2, 3, 2, 1]]


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"x": np.ones(5)}, "x"),
        ({"kernel": np.ones((3, 3))}, "kernel"),
        ({"kernel": np.ones((3, 3, 4, 2))}, "kernel"),
        ({"bias": 1}, "bias"),
        ({"bias": [1, 2, 3]}, "bias"),
        ({"stride": 0}, "stride"),
        ({"dilation": 0}, "dilation"),
        ({"padding": "full"}, "padding"),
        ({"padding": 4}, "padding"),
        ({"output_padding": 1}, "output_padding"),
        ({"output_padding": -1, "stride": 2}, "output_padding"),
        ({"output_padding": (0, 2), "stride": 2}, "output_padding"),
        ({"output_padding": 1.0, "stride": 2}, "output_padding"),
        ({"output_padding": 1, "stride": 2, "padding": "same"}, "output_padding"),
    ],
)
def test_conv2d_transpose_refuses(settings, name):
    usual = {"x": X3, "kernel": np.ones((3, 3, 2, 4))}
    with pytest.raises(ValueError, match=rf"^{name} must .* Received: "):
        conv2d_transpose(**{**usual, **settings})
