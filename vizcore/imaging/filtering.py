"""A kernel over a whole photograph, by OpenCV."""

import cv2
import numpy as np

from vizcore.imaging.kernels import KERNELS, MAX_SIDE, Kernel, gaussian_kernel, separate
from vizcore.ops.arrays import as_choice, as_image, as_number, as_real
from vizcore.ops.windows import check_pad_mode, pad_plane, plane_windows

GRADIENT_OPERATORS = ("sobel", "prewitt", "scharr")

# What OpenCV does beyond the picture's edge; its names are the other way round from NumPy's.
_BORDERS = {
    "zero": cv2.BORDER_CONSTANT,
    "reflect": cv2.BORDER_REFLECT_101,
    "replicate": cv2.BORDER_REPLICATE,
}

# From this sum of absolute weights on, single precision can miss the exact response of a photo
# by more than a few hundredths, so double is worth its time.
_LARGE_WEIGHTS = 256


def filter_image(image, kernel, *, stride=1, padding="same", pad_mode="zero") -> np.ndarray:
    """Slide a kernel over a picture, over each channel by itself.

    The same numbers as `vizcore.ops.conv2d`, fast: a correlation, as in every deep-learning
    framework and in OpenCV's ``filter2D``, which does the work.

    Parameters
    ----------
    image : array_like, shape (H, W) or (H, W, 3)
        uint8 or float32 in 0–255; other real numbers are read as float32. A NaN is not looked
        for, which would take as long as filtering: it spreads over the windows that read it.
    kernel : Kernel or array_like, shape (kh, kw)
    stride : int or (vertical, horizontal)
        Steps between windows.
    padding : int, (vertical, horizontal), ((top, bottom), (left, right)), "valid" or "same"
        Cells added around the picture, as in `vizcore.ops.conv2d`.
    pad_mode : {"zero", "reflect", "replicate"}
        What the padding holds.

    Returns
    -------
    ndarray of float32, shape (H', W') or (H', W', 3)
        The raw response: nothing is clamped.

    Raises
    ------
    ValueError
        When an argument is no such thing, or no window fits.

    Examples
    --------
    >>> filter_image([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[1, 0], [0, -1]], padding="valid")
    array([[-4., -4.],
           [-4., -4.]], dtype=float32)
    """
    image = _as_picture(image)
    weights = _as_weights(kernel)
    rows, columns = plane_windows(
        image.shape[:2], weights.shape, stride=stride, padding=padding, name="kernel"
    )
    check_pad_mode(pad_mode, rows, columns)
    return _correlate(image, weights, rows, columns, pad_mode)


def _as_picture(image):
    if not isinstance(image, np.ndarray) or image.dtype not in (np.uint8, np.float32):
        image = as_image(image, "image").astype(np.float32)
    if image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,)) or image.size == 0:
        raise ValueError(
            f"image must be a picture (H, W) or (H, W, 3). Received: image of shape {image.shape}"
        )
    return image


def _as_weights(kernel):
    weights = kernel.weights if isinstance(kernel, Kernel) else kernel
    weights = as_real(weights, "kernel", dtype=np.float64)
    if weights.ndim != 2:
        raise ValueError(
            f"kernel must be a matrix (kh, kw). Received: kernel of shape {weights.shape}"
        )
    return weights


def _correlate(image, weights, rows, columns, pad_mode):
    """Let OpenCV respond at every pixel, and keep the responses where a window stands.

    Pixel y answers for the window that starts `before` cells above it, so OpenCV's own border
    is padding enough unless a window starts more than a kernel outside, or beyond the picture.
    """
    before = (rows.before, columns.before)
    if not all(_stands_on_pixels(axis) for axis in (rows, columns)):
        image, before = pad_plane(image, rows, columns, pad_mode), (0, 0)
    image = _in_precision(image, weights)
    depth = cv2.CV_64F if image.dtype == np.float64 else cv2.CV_32F
    # OpenCV counts (x, y); its default anchor would shift kernels of even size by one.
    anchor = (before[1], before[0])
    response = cv2.filter2D(image, depth, weights, anchor=anchor, borderType=_BORDERS[pad_mode])
    kept = response[rows.tap(0), columns.tap(0)]
    return np.ascontiguousarray(kept, dtype=np.float32)


def _in_precision(image, weights):
    """Choose the numbers that OpenCV computes with: bytes, single or double precision."""
    if np.abs(weights).sum() > _LARGE_WEIGHTS:
        return image.astype(np.float64)
    # OpenCV filters floats up to five times as fast as bytes; for 3×3 the copy costs more.
    return image.astype(np.float32, copy=False) if weights.size > 9 else image


def _stands_on_pixels(axis):
    return axis.before < axis.window and (axis.count - 1) * axis.stride < axis.n


def gradient_magnitude(
    image, operator="sobel", *, stride=1, padding="same", pad_mode="zero"
) -> np.ndarray:
    """Measure how steep a picture is, whatever the direction: √(gx² + gy²).

    Parameters
    ----------
    image : array_like, shape (H, W) or (H, W, 3)
        As in `filter_image`.
    operator : {"sobel", "prewitt", "scharr"}
        The pair of kernels that measure gx and gy.
    stride, padding, pad_mode
        As in `filter_image`.

    Returns
    -------
    ndarray of float32, shape (H', W') or (H', W', 3)
        Never negative; not clamped.

    Examples
    --------
    >>> gradient_magnitude([[0, 0, 0], [0, 0, 9], [0, 9, 9]], padding="valid").round(2)
    array([[38.18]], dtype=float32)
    """
    operator = as_choice(operator, "operator", GRADIENT_OPERATORS)
    gx, gy = (
        filter_image(
            image, KERNELS[f"{operator}_{axis}"], stride=stride, padding=padding, pad_mode=pad_mode
        )
        for axis in "xy"
    )
    return cv2.magnitude(gx, gy).reshape(gx.shape)


def unsharp_mask(image, sigma=1.0, amount=1.0, size=None, *, pad_mode="replicate") -> np.ndarray:
    """Sharpen by adding what a blur would take away: image + amount · (image − blurred).

    Parameters
    ----------
    image : array_like, shape (H, W) or (H, W, 3)
        As in `filter_image`.
    sigma : float
        Standard deviation of the Gaussian blur in pixels, 0.1 to 100.
    amount : float
        How much of the detail is added; negative blurs.
    size : int, optional
        Rows and columns of the blur's kernel; by default three sigmas to either side, at most 15.
    pad_mode : {"replicate", "reflect", "zero"}
        As in `filter_image`; zero would draw a bright frame.

    Returns
    -------
    ndarray of float32, shape (H, W) or (H, W, 3)
        Not clamped.

    Examples
    --------
    >>> unsharp_mask([[10, 10, 20, 20]], sigma=1.0, size=3).round(1)
    array([[10. ,  7.3, 22.7, 20. ]], dtype=float32)
    """
    image = _as_picture(image)
    amount = as_number(amount, "amount", dtype=np.float32)
    if size is None:
        reach = np.ceil(3 * as_number(sigma, "sigma", dtype=np.float64))
        size = int(min(MAX_SIDE, 2 * max(reach, 0) + 1))
    column, row = separate(gaussian_kernel(size, sigma))
    blurred = filter_image(image, column[:, np.newaxis], pad_mode=pad_mode)
    blurred = filter_image(blurred, row[np.newaxis], pad_mode=pad_mode)
    detail = image - blurred
    detail *= amount
    return detail + image


def to_gray(image) -> np.ndarray:
    """Mix red, green and blue to luma: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).

    Parameters
    ----------
    image : array_like, shape (H, W) or (H, W, 3)
        As in `filter_image`; a grey picture stays as it is.

    Returns
    -------
    ndarray of float32, shape (H, W)
        A new array, not rounded.

    Examples
    --------
    >>> to_gray(np.uint8([[[255, 0, 0], [10, 10, 10]]])).round(3)
    array([[76.245, 10.   ]], dtype=float32)
    """
    image = _as_picture(image).astype(np.float32)
    return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
