"""Pooling: a window's largest value, or its average."""

from typing import NamedTuple

import numpy as np

from vizcore.ops.arrays import as_choice, as_flag, as_image
from vizcore.ops.windows import AxisWindows, plane_windows


class Pooling(NamedTuple):
    """The checked arguments of `pool2d`."""

    x: np.ndarray
    rows: AxisWindows
    columns: AxisWindows
    mode: str
    count_include_pad: bool

    @property
    def divisors(self):
        """What an average divides by, (H', W')."""
        if self.count_include_pad:
            return np.outer(self.rows.padded_counts, self.columns.padded_counts)
        return np.outer(self.rows.real_counts, self.columns.real_counts)


def pool2d(
    x,
    size,
    *,
    stride=None,
    padding=0,
    dilation=1,
    mode="max",
    ceil_mode=False,
    count_include_pad=False,
):
    """Keep one number of every window, channel by channel.

    Parameters
    ----------
    x : array_like, (H, W) or (H, W, C)
        The input.
    size : int or (vertical, horizontal)
        Cells of a window.
    stride : int or (vertical, horizontal), optional
        Steps between windows; `size` by default.
    padding : int, (vertical, horizontal), ((top, bottom), (left, right)), "valid" or "same"
        Cells added around the input. They never win a maximum.
    dilation : int or (vertical, horizontal)
        Steps between the cells of a window.
    mode : {"max", "average"}
        Which number to keep.
    ceil_mode : bool
        Whether the last windows may hang over the end, as in PyTorch: one that would start in the
        trailing padding is dropped.
    count_include_pad : bool
        Whether an average counts the cells of the padding as zeros, as in PyTorch. By default it
        divides by the cells of the input, as Keras does. What hangs over never counts.

    Returns
    -------
    ndarray, (H', W') or (H', W', C)
        float32 if `x` is, otherwise float64.

    Raises
    ------
    ValueError
        When an argument is no such thing, or a window would hold nothing but padding.

    Examples
    --------
    >>> pool2d([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]], 2)
    array([[6., 8.],
           [3., 4.]])
    """
    return compute_pool2d(
        plan_pool2d(x, size, stride, padding, dilation, mode, ceil_mode, count_include_pad)
    )


def plan_pool2d(x, size, stride, padding, dilation, mode, ceil_mode, count_include_pad):
    """Check the arguments of `pool2d`."""
    x = as_image(x)
    rows, columns = plane_windows(
        x.shape[:2],
        size,
        stride=size if stride is None else stride,
        padding=padding,
        dilation=dilation,
        ceil_mode=ceil_mode,
        name="size",
    )
    for axis in (rows, columns):
        if not axis.real_counts.all():
            raise ValueError(
                "padding must leave every window at least one cell of the input. Received: padding "
                f"{axis.before} and {axis.after} beside {axis.n} cells, for windows of "
                f"{axis.window} with stride {axis.stride} and dilation {axis.dilation}"
            )
    return Pooling(
        x,
        rows,
        columns,
        as_choice(mode, "mode", ("max", "average")),
        as_flag(count_include_pad, "count_include_pad"),
    )


def compute_pool2d(plan):
    """Go through the cells of the window, all windows at a time."""
    return _largest(plan) if plan.mode == "max" else _average(plan)


def _largest(plan):
    out = None
    for seen in _taps(plan, -np.inf):
        out = seen.copy() if out is None else np.maximum(out, seen, out=out)
    return out


def _average(plan):
    divisors = plan.divisors.astype(plan.x.dtype)
    return sum(_taps(plan, 0)) / divisors.reshape(divisors.shape + (1,) * (plan.x.ndim - 2))


def _taps(plan, fill):
    """Yield, for each cell of the window, what lies under it in all windows."""
    rows, columns = plan.rows, plan.columns
    widths = [(axis.before, axis.after + axis.overhang) for axis in (rows, columns)]
    widths += [(0, 0)] * (plan.x.ndim - 2)
    framed = np.pad(plan.x, widths, constant_values=fill)
    for i in range(rows.window):
        for j in range(columns.window):
            yield framed[rows.tap(i), columns.tap(j)]
