"""Convolution and its transpose, over a matrix or a stack of channels."""

from typing import NamedTuple

import numpy as np

from vizcore.ops.arrays import as_image, as_real, as_shaped
from vizcore.ops.windows import (
    AxisWindows,
    TransposedAxis,
    check_pad_mode,
    pad_plane,
    plane_windows,
    positive_integer,
    transposed_plane,
)


class Convolution(NamedTuple):
    """The checked arguments of `conv2d`."""

    x: np.ndarray
    kernel: np.ndarray
    bias: np.ndarray | None
    rows: AxisWindows
    columns: AxisWindows
    groups: int
    pad_mode: str


class TransposedConvolution(NamedTuple):
    """The checked arguments of `conv2d_transpose`."""

    x: np.ndarray
    kernel: np.ndarray
    bias: np.ndarray | None
    rows: TransposedAxis
    columns: TransposedAxis


def conv2d(x, kernel, bias=None, *, stride=1, padding=0, dilation=1, groups=1, pad_mode="zero"):
    """Slide a kernel over a matrix or a stack of channels.

    This is the cross-correlation that deep-learning frameworks call convolution: the kernel is
    not turned.

    Parameters
    ----------
    x : array_like, (H, W) or (H, W, C)
        The input.
    kernel : array_like, (kh, kw) or (kh, kw, C / groups, K)
        The weights, in Keras's layout.
    bias : array_like, () or (K,), optional
        What each filter adds.
    stride, dilation : int or (vertical, horizontal)
        Steps between windows, and between the cells of one.
    padding : int, (vertical, horizontal), ((top, bottom), (left, right)), "valid" or "same"
        Cells added around the input. ``"same"`` gives ⌈H / stride⌉ rows as Keras does, an odd row
        going to the bottom and an odd column to the right.
    groups : int
        Filter k reads only the C / groups channels of its group, as in PyTorch and Keras.
        ``groups=C`` is a depthwise convolution.
    pad_mode : {"zero", "reflect", "replicate"}
        What the padding holds. A reflection does not repeat the edge.

    Returns
    -------
    ndarray, (H', W') or (H', W', K)
        float32 if `x` is, otherwise float64.

    Raises
    ------
    ValueError
        When an argument is no such thing, or the arguments do not go together.

    Examples
    --------
    >>> conv2d([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[1, 0], [0, -1]], stride=1, bias=10)
    array([[6., 6.],
           [6., 6.]])
    """
    return compute_conv2d(plan_conv2d(x, kernel, bias, stride, padding, dilation, groups, pad_mode))


def conv2d_transpose(x, kernel, bias=None, *, stride=1, padding=0, output_padding=0, dilation=1):
    """Lay down a kernel for every cell of the input, scaled by it, and add up.

    This is the transpose, as a linear map, of the `conv2d` with the same kernel, stride, padding
    and dilation.

    Parameters
    ----------
    x : array_like, (H, W) or (H, W, C)
        The input.
    kernel : array_like, (kh, kw) or (kh, kw, K, C)
        The weights, in Keras's layout.
    bias : array_like, () or (K,), optional
        What is added to every cell of a channel.
    stride, dilation : int or (vertical, horizontal)
        Steps between the places where kernels are laid, and between the cells of one.
    padding : int, (vertical, horizontal), ((top, bottom), (left, right)), "valid" or "same"
        Cells cropped from the result. ``"same"`` gives H · stride rows as Keras does: it crops an
        odd row at the bottom, and appends empty rows where the kernel is smaller than the stride.
        ``"valid"`` crops nothing; Keras would append those rows here too.
    output_padding : int or (vertical, horizontal)
        Cells added at the bottom and on the right; smaller than the stride or the dilation, as
        in PyTorch, and 0 with ``"same"``.

    Returns
    -------
    ndarray, (H', W') or (H', W', K)
        H' = (H − 1) · stride − top − bottom + dilation · (kh − 1) + 1 + output_padding;
        float32 if `x` is, otherwise float64.

    Raises
    ------
    ValueError
        When an argument is no such thing, or the arguments do not go together.

    Examples
    --------
    >>> conv2d_transpose([[1, 2]], [[1, 1], [10, 10]])
    array([[ 1.,  3.,  2.],
           [10., 30., 20.]])
    """
    return compute_conv2d_transpose(
        plan_conv2d_transpose(x, kernel, bias, stride, padding, output_padding, dilation)
    )


def plan_conv2d(x, kernel, bias, stride, padding, dilation, groups, pad_mode):
    """Check the arguments of `conv2d`."""
    x = as_image(x)
    kernel = _kernel(kernel, x)
    groups = positive_integer(groups, "groups")
    if x.ndim == 2:
        filters = None
        if groups != 1:
            raise ValueError(f"groups must be 1 for a matrix (H, W). Received: groups={groups}")
    else:
        channels, (_, _, depth, filters) = x.shape[2], kernel.shape
        if channels % groups or filters % groups:
            raise ValueError(
                "groups must divide the channels of x and the filters of kernel. "
                f"Received: groups={groups} with {channels} channels and {filters} filters"
            )
        if depth * groups != channels:
            raise ValueError(
                f"kernel must read {channels // groups} channels, those of x in a group. "
                f"Received: x of shape {x.shape}, kernel of shape {kernel.shape}, groups={groups}"
            )
    rows, columns = plane_windows(
        x.shape[:2],
        kernel.shape[:2],
        stride=stride,
        padding=padding,
        dilation=dilation,
        name="kernel",
    )
    check_pad_mode(pad_mode, rows, columns)
    return Convolution(x, kernel, _bias(bias, x, filters), rows, columns, groups, str(pad_mode))


def plan_conv2d_transpose(x, kernel, bias, stride, padding, output_padding, dilation):
    """Check the arguments of `conv2d_transpose`."""
    x = as_image(x)
    kernel = _kernel(kernel, x)
    filters = None
    if x.ndim == 3:
        filters, channels = kernel.shape[2:]
        if channels != x.shape[2]:
            raise ValueError(
                f"kernel must be (kh, kw, filters, {x.shape[2]}) to read the channels of x. "
                f"Received: x of shape {x.shape}, kernel of shape {kernel.shape}"
            )
    rows, columns = transposed_plane(
        x.shape[:2],
        kernel.shape[:2],
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        dilation=dilation,
    )
    return TransposedConvolution(x, kernel, _bias(bias, x, filters), rows, columns)


def _kernel(kernel, x):
    kernel = as_real(kernel, "kernel", dtype=x.dtype)
    ndim = 2 if x.ndim == 2 else 4
    if kernel.ndim != ndim:
        raise ValueError(
            f"kernel must have {ndim} axes for x of shape {x.shape}. "
            f"Received: kernel of shape {kernel.shape}"
        )
    return kernel


def _bias(bias, x, filters):
    if bias is None:
        return None
    if filters is None:
        return as_shaped(bias, "bias", [()], dtype=x.dtype, meaning="a single number")
    meaning = f"{filters} numbers, one for each filter"
    return as_shaped(bias, "bias", [(filters,)], dtype=x.dtype, meaning=meaning)


def compute_conv2d(plan):
    """Shift and add: one matrix product for each cell of the kernel, no stack of patches."""
    rows, columns, groups = plan.rows, plan.columns, plan.groups
    padded = pad_plane(plan.x, rows, columns, plan.pad_mode)
    depth, filters = plan.kernel.shape[2:] or (1, 1)
    taps = plan.kernel.reshape(rows.window, columns.window, depth, groups, filters // groups)
    taps = taps.swapaxes(2, 3)
    out = np.zeros((groups, rows.count * columns.count, filters // groups), padded.dtype)
    for i in range(rows.window):
        for j in range(columns.window):
            seen = padded[rows.tap(i), columns.tap(j)].reshape(-1, groups, depth)
            out += seen.swapaxes(0, 1) @ taps[i, j]
    out = out.swapaxes(0, 1).reshape(rows.count, columns.count, *plan.kernel.shape[3:])
    return _with_bias(out, plan.bias)


def compute_conv2d_transpose(plan):
    """Add up one scaled copy of the input for each cell of the kernel, then crop."""
    rows, columns, kernel = plan.rows, plan.columns, plan.kernel
    bottom, right = rows.before + rows.count, columns.before + columns.count
    size = max(rows.full, bottom), max(columns.full, right)
    full = np.zeros(size + kernel.shape[2:3], plan.x.dtype)
    for i in range(rows.window):
        for j in range(columns.window):
            full[rows.tap(i), columns.tap(j)] += np.dot(plan.x, kernel[i, j].T)
    return _with_bias(full[rows.before : bottom, columns.before : right], plan.bias)


def _with_bias(out, bias):
    return out if bias is None else out + bias
