"""Several filters one after the other, and where each output pixel lies on the photo."""

from dataclasses import dataclass
from functools import reduce

import numpy as np

from vizcore.imaging.filtering import filter_image
from vizcore.ops.windows import axis_windows

MOST_PASSES = 20
"""Filters times repetitions in one stack."""


@dataclass(frozen=True, eq=False)
class Pass:
    """One sweep over the picture.

    Attributes
    ----------
    kernels : tuple of ndarray
        One kernel (kh, kw), or two of equal shape: then the response is the length of the vector
        of both, as in the gradient magnitude √(gx² + gy²).
    bias : float
        Added to the response.
    stride : int
        Pixels between neighbouring windows, down and across.
    """

    kernels: tuple
    bias: float = 0.0
    stride: int = 1


def apply_stack(image, passes, *, edges="zero"):
    """The raw response of the last of several passes, each on the raw response before it.

    Nothing is clamped or rounded on the way, so two blurs in a row are one wider blur.

    Parameters
    ----------
    image : array_like, (H, W) or (H, W, 3), uint8 or float32
    passes : sequence of Pass
    edges : {"zero", "reflect", "replicate", "none"}
        What stands beyond the picture's edge; ``"none"`` uses real pixels alone, and the picture
        shrinks.

    Returns
    -------
    ndarray of float32, (H', W') or (H', W', 3)

    Raises
    ------
    ValueError
        When a kernel does not fit the picture that reaches it.

    Examples
    --------
    >>> blur = Pass((np.full((1, 3), 1 / 3),))
    >>> apply_stack(np.float32([[0, 0, 9, 0, 0]]), [blur, blur])
    array([[1., 2., 3., 2., 1.]], dtype=float32)
    """
    start = np.asarray(image).astype(np.float32) if not passes else image
    return reduce(lambda picture, one: _apply(picture, one, edges), passes, start)


def grey_levels(image):
    """The picture in whole grey levels, as greyscale files store them.

    Rounds the luma 0.299 R + 0.587 G + 0.114 B of ITU-R BT.601 to the nearest integer.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)

    Returns
    -------
    ndarray of uint8, (H, W)

    Examples
    --------
    >>> grey_levels(np.uint8([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]]))
    array([[ 76, 150,  29]], dtype=uint8)
    """
    total = image[..., 0] * np.uint32(299) + image[..., 1] * np.uint32(587)
    return ((total + image[..., 2] * np.uint32(114) + 500) // 1000).astype(np.uint8)


@dataclass(frozen=True)
class Placement:
    """Where a stack's output lies on the photo, along one axis, in the photo's pixels.

    Attributes
    ----------
    first : float
        The centre of the first output pixel; the centre of the photo's first pixel is 0.
    step : int
        Photo pixels from one output pixel to the next.
    count : int
        Output pixels.
    befores : tuple of int
        For each pass, the padding before the first pixel.
    counts : tuple of int
        For each pass, its output pixels.
    """

    first: float
    step: int
    count: int
    befores: tuple
    counts: tuple


def placement(n, passes, axis, *, edges="zero"):
    """Where the output of the passes lies along one axis of a photo.

    Parameters
    ----------
    n : int
        The photo's pixels along the axis.
    passes : sequence of Pass
    axis : {0, 1}
        Down or across.
    edges : str
        As in `apply_stack`.

    Returns
    -------
    Placement

    Raises
    ------
    ValueError
        When a kernel does not fit.

    Examples
    --------
    >>> placement(9, [Pass((np.ones((3, 3)),), stride=2)], 0)
    Placement(first=0.0, step=2, count=5, befores=(1,), counts=(5,))
    """
    first, step, count, befores, counts = 0.0, 1, n, [], []
    for one in passes:
        windows = _windows(count, one, axis, edges)
        first += step * ((windows.window - 1) / 2 - windows.before)
        step, count = step * one.stride, windows.count
        befores.append(windows.before)
        counts.append(count)
    return Placement(first, step, count, tuple(befores), tuple(counts))


def _windows(n, one, axis, edges):
    window = one.kernels[0].shape[axis]
    return axis_windows(n, window, stride=one.stride, padding=_padding(edges))


def _apply(picture, one, edges):
    responses = [
        filter_image(
            picture, kernel, stride=one.stride, padding=_padding(edges), pad_mode=_pad_mode(edges)
        )
        for kernel in one.kernels
    ]
    response = responses[0] if len(responses) == 1 else np.hypot(*responses)
    return response + np.float32(one.bias) if one.bias else response


def _padding(edges):
    return "valid" if edges == "none" else "same"


def _pad_mode(edges):
    return "zero" if edges == "none" else edges
