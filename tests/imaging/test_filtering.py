import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage import filters

from vizcore.imaging import (
    KERNELS,
    filter_image,
    gradient_magnitude,
    to_gray,
    unsharp_mask,
)
from vizcore.ops import conv2d

PADDINGS = st.one_of(
    st.sampled_from(["same", "valid"]),
    st.integers(0, 6),
    st.tuples(st.integers(0, 6), st.integers(0, 6)),
    st.tuples(*[st.tuples(st.integers(0, 6), st.integers(0, 6))] * 2),
)


def per_channel(image, kernel, **settings):
    image = np.asarray(image, np.float64)
    if image.ndim == 2:
        return conv2d(image, kernel, **settings)
    return np.dstack([conv2d(channel, kernel, **settings) for channel in np.moveaxis(image, 2, 0)])


def photo(shape, dtype, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(dtype)


@settings(max_examples=400, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 12), st.integers(1, 12), st.sampled_from([None, 3])),
    sides=st.tuples(st.integers(1, 8), st.integers(1, 8)),
    dtype=st.sampled_from([np.uint8, np.float32]),
    stride=st.one_of(st.integers(1, 4), st.tuples(st.integers(1, 4), st.integers(1, 4))),
    padding=PADDINGS,
    pad_mode=st.sampled_from(["zero", "reflect", "replicate"]),
    seed=st.integers(0, 99),
)
def test_same_numbers_or_same_refusal_as_ops(shape, sides, dtype, stride, padding, pad_mode, seed):
    image = photo([side for side in shape if side], dtype, seed)
    kernel = np.random.default_rng(seed).integers(-3, 4, sides)
    arguments = {"stride": stride, "padding": padding, "pad_mode": pad_mode}
    try:
        expected = per_channel(image, kernel, **arguments)
    except ValueError as refusal:
        with pytest.raises(ValueError) as received:
            filter_image(image, kernel, **arguments)
        assert str(received.value) == str(refusal)
        return
    response = filter_image(image, kernel, **arguments)
    assert response.dtype == np.float32 and response.shape == expected.shape
    assert response.flags.c_contiguous and response.flags.writeable
    assert np.abs(response - expected).max() <= 0.05


@pytest.mark.parametrize("side", [10, 11, 12, 15])
@pytest.mark.parametrize("scale", [1, 200, 5000])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_accuracy_holds_where_opencv_takes_the_fourier_transform(side, scale, dtype):
    kernel = np.random.default_rng(side).random((side, side))
    kernel *= scale / kernel.sum()
    image = photo((90, 120), dtype)
    assert (
        np.abs(filter_image(image, kernel) - per_channel(image, kernel, padding="same")).max()
        < 0.05
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (1, 40), (40, 1, 3), (2, 2)])
@pytest.mark.parametrize("pad_mode", ["zero", "replicate"])
def test_kernels_larger_than_the_picture(shape, pad_mode):
    image, kernel = photo(shape, np.uint8), np.random.default_rng(0).random((15, 14))
    response = filter_image(image, kernel, pad_mode=pad_mode)
    expected = per_channel(image, kernel, padding="same", pad_mode=pad_mode)
    assert response.shape == image.shape
    assert np.abs(response - expected).max() <= 0.05


def test_a_reflection_needs_enough_picture():
    with pytest.raises(ValueError, match="padding must be smaller than the input to be reflected"):
        filter_image(np.zeros((1, 1), np.uint8), np.ones((3, 3)), pad_mode="reflect")


@pytest.mark.parametrize("view", [np.s_[::-1], np.s_[:, ::-2], np.s_[3:9, 2:5]])
def test_views_are_read_like_arrays(view):
    image = photo((12, 12, 3), np.uint8)[view]
    before = image.copy()
    kernel = KERNELS["sharpen"]
    expected = per_channel(image, kernel.weights, padding="same")
    assert np.array_equal(filter_image(image, kernel), expected)
    assert np.array_equal(filter_image(image.swapaxes(0, 1), kernel), expected.swapaxes(0, 1))
    assert np.array_equal(image, before)


@pytest.mark.parametrize("key", KERNELS)
def test_every_kernel_of_the_menu_agrees_with_scipy(key):
    image, kernel = photo((20, 30), np.float32), KERNELS[key]
    expected = ndimage.correlate(image.astype(float), kernel.weights, mode="nearest")
    assert np.allclose(filter_image(image, kernel, pad_mode="replicate"), expected, atol=0.01)


def test_identity_and_nothing_clamped():
    image = photo((5, 6, 3), np.uint8)
    assert np.array_equal(filter_image(image, KERNELS["identity"]), image)
    assert filter_image(np.full((3, 3), 255, np.uint8), [[-2.0]]).max() == -510


def test_a_large_kernel_is_no_trouble():
    image = photo((60, 60), np.uint8)
    kernel = np.full((31, 40), 1 / 1240)
    assert (
        np.abs(filter_image(image, kernel) - per_channel(image, kernel, padding="same")).max()
        < 0.05
    )


@pytest.mark.parametrize(
    "image",
    [np.zeros((0, 3)), np.zeros(3), np.zeros((2, 2, 4)), np.zeros((2, 2, 1)), "photo", None,
     np.zeros((1, 2, 2, 3)), [[np.nan]], np.zeros((0, 3), np.uint8), [[1j]]],
)  # fmt: skip
def test_refuses_what_is_no_picture(image):
    for function in (lambda x: filter_image(x, [[1]]), gradient_magnitude, unsharp_mask, to_gray):
        with pytest.raises(ValueError, match="image must .* Received: "):
            function(image)


@pytest.mark.parametrize("kernel", [[1, 2], [[[1]]], [], [[np.inf]], "box_blur", None, [[1], []]])
def test_refuses_what_is_no_kernel(kernel):
    with pytest.raises(ValueError, match="kernel must .* Received: "):
        filter_image(np.zeros((3, 3), np.uint8), kernel)


@pytest.mark.parametrize("operator", ["sobel", "prewitt", "scharr"])
def test_gradient_magnitude_agrees_with_skimage(operator):
    image = photo((12, 14), np.float32)
    expected = getattr(filters, operator)(image.astype(float), mode="nearest")
    # skimage divides the weights to sum to 1 a side, and takes the mean of both squares.
    expected *= {"sobel": 4, "prewitt": 3, "scharr": 16}[operator] * np.sqrt(2)
    assert np.allclose(gradient_magnitude(image, operator, pad_mode="replicate"), expected)


def test_gradient_magnitude_is_the_length_of_both():
    image = photo((9, 8, 3), np.uint8)
    gx, gy = (filter_image(image, KERNELS[f"scharr_{axis}"], stride=2) for axis in "xy")
    response = gradient_magnitude(image, "scharr", stride=2)
    assert np.allclose(response, np.hypot(gx, gy)) and response.dtype == np.float32
    assert gradient_magnitude(np.full((1, 1), 9, np.uint8)).shape == (1, 1)


def test_gradient_operator_must_be_known():
    with pytest.raises(ValueError, match="operator must be one of 'sobel', 'prewitt', 'scharr'"):
        gradient_magnitude(np.zeros((3, 3)), "roberts")


def test_unsharp_mask_agrees_with_scipy():
    image = photo((20, 22, 3), np.uint8)
    blurred = ndimage.gaussian_filter(
        image.astype(float), (1.2, 1.2, 0), mode="nearest", radius=(4, 4, 0)
    )
    expected = image + 0.7 * (image - blurred)
    assert np.allclose(unsharp_mask(image, 1.2, 0.7), expected, atol=0.01)
    assert np.array_equal(unsharp_mask(image, amount=0), image)
    assert unsharp_mask(image, sigma=50).dtype == np.float32


@pytest.mark.parametrize(
    ("settings", "name"),
    [({"sigma": 0}, "sigma"), ({"sigma": "a"}, "sigma"), ({"amount": np.nan}, "amount"),
     ({"amount": "a"}, "amount"), ({"size": 0}, "size"), ({"size": 17}, "size"),
     ({"sigma": -2}, "sigma"), ({"pad_mode": "wrap"}, "pad_mode")],
)  # fmt: skip
def test_unsharp_mask_refuses(settings, name):
    with pytest.raises(ValueError, match=f"{name} must"):
        unsharp_mask(np.zeros((4, 4)), **settings)


def test_gray_is_luma():
    image = photo((7, 8, 3), np.uint8)
    assert np.allclose(to_gray(image), image @ [0.299, 0.587, 0.114], atol=1e-3)
    assert np.array_equal(to_gray(image[..., 0]), image[..., 0])
    assert to_gray(image).dtype == np.float32


def test_agrees_with_opencv_itself():
    image = photo((30, 31, 3), np.uint8)
    kernel = KERNELS["emboss"].weights
    expected = cv2.filter2D(image, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT)
    assert np.array_equal(filter_image(image, kernel), expected)
