"""What happened at each cell of an output: what a stepper plays.

A trace keeps what made it, so that drawing is only reading; a step is worked out when it is asked
for, from the numbers under its window and not from the output.
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vizcore.ops.convolution import (
    compute_conv2d,
    compute_conv2d_transpose,
    plan_conv2d,
    plan_conv2d_transpose,
)
from vizcore.ops.pooling import compute_pool2d, plan_pool2d
from vizcore.ops.windows import AxisWindows, pad_plane


@dataclass(frozen=True, eq=False)
class Step:
    """What happened at one cell of the output.

    Attributes
    ----------
    cell : tuple of int
        (row, column) of the output, or (row, column, channel).
    origin : (int, int)
        Row and column of the window's first cell, counted from the first cell of the input and so
        negative inside the padding.
    values : ndarray, (kh, kw) or (kh, kw, C / groups)
        What the window reads.
    is_padding : ndarray of bool, as `values`
        Where it reads anything but a cell of the input.
    products : ndarray, as `values`, or None
        `values` times the kernel; None for pooling.
    winner : (int, int) or None
        For maximum pooling, row and column in the input of the largest value, the first in
        reading order where several are.
    sum : float or None
        Of the products, or for average pooling of the values; None for maximum pooling.
    bias : float or None
        What the filter adds; None for pooling.
    count : int or None
        What an average divides by.
    output : float
        The result: `sum` + `bias`, the winner's value, or `sum` / `count`.
    """

    cell: tuple[int, ...]
    origin: tuple[int, int]
    values: np.ndarray
    is_padding: np.ndarray
    output: float
    products: np.ndarray | None = None
    winner: tuple[int, int] | None = None
    sum: float | None = None
    bias: float | None = None
    count: int | None = None


@dataclass(frozen=True, eq=False)
class Trace:
    """An operation, its result, and how each cell of it came about.

    A transposed convolution is traced as Dumoulin and Visin draw it: as a convolution with stride
    1 of the turned kernel over the input with zeros inserted between its cells. `x`, `kernel`,
    `rows` and `columns` are that convolution's, and a negative padding crops.

    Attributes
    ----------
    kind : {"convolution", "transposed convolution", "max pooling", "average pooling"}
        The operation.
    output : ndarray, (H', W') or (H', W', K)
        Its result.
    x : ndarray, (H, W) or (H, W, C)
        What the windows slide over.
    kernel : ndarray or None, (kh, kw) or (kh, kw, C / groups, K)
        As it is laid on a window; None for pooling.
    bias : ndarray or None
        A number, or one for each filter.
    rows, columns : AxisWindows
        Where the windows are.
    formulas : (str, str)
        How the output's height and its width are worked out, as plain text.
    inserted : ndarray of bool, (H, W)
        Where `x` holds an inserted zero.
    groups, pad_mode
        As given to the operation.
    divisors : ndarray or None, (H', W')
        What an average divides by.

    Examples
    --------
    >>> trace = trace_conv2d([[1, 2], [3, 4]], [[1, 0], [0, 1]], bias=10, padding=(0, 1))
    >>> step = trace.steps[0]
    >>> step.cell, step.origin, step.sum, step.bias, step.output
    ((0, 0), (0, -1), 3.0, 10.0, 13.0)
    >>> step.products
    array([[0., 0.],
           [0., 3.]])
    """

    kind: str
    output: np.ndarray
    x: np.ndarray
    rows: AxisWindows
    columns: AxisWindows
    formulas: tuple[str, str]
    inserted: np.ndarray
    kernel: np.ndarray | None = None
    bias: np.ndarray | None = None
    groups: int = 1
    pad_mode: str = "zero"
    divisors: np.ndarray | None = None

    @property
    def window(self):
        """Rows and columns of a window."""
        return self.rows.window, self.columns.window

    @property
    def stride(self):
        """Steps between windows, (vertical, horizontal)."""
        return self.rows.stride, self.columns.stride

    @property
    def dilation(self):
        """Steps between the cells of a window, (vertical, horizontal)."""
        return self.rows.dilation, self.columns.dilation

    @property
    def padding(self):
        """Cells around the input, ((top, bottom), (left, right))."""
        return (self.rows.before, self.rows.after), (self.columns.before, self.columns.after)

    @cached_property
    def padded(self):
        """The input with its padding, without what hangs over in `ceil_mode`."""
        return _frozen(pad_plane(self.x, self.rows, self.columns, self.pad_mode))

    @property
    def steps(self):
        """One step for each cell of the output, in reading order; worked out when asked for."""
        return Steps(self, range(self.output.size))

    def step(self, cell):
        """Work out what happened at `cell` of the output.

        Parameters
        ----------
        cell : (row, column) or (row, column, channel)
            Counted from 0.

        Returns
        -------
        Step

        Raises
        ------
        ValueError
            When the output has no such cell.
        """
        cell = self._checked(cell)
        rows, columns = self.rows.cells(cell[0]), self.columns.cells(cell[1])
        top, left = self.rows.before, self.columns.before
        values = _take(self.padded, np.add(rows, top), np.add(columns, left))
        is_padding = ~_take(~self.inserted, np.array(rows), np.array(columns))
        if self.kernel is not None:
            return self._convolve(cell, rows, columns, values, is_padding)
        if values.ndim == 3:
            values = values[..., cell[2]]
        pool = self._largest if self.divisors is None else self._average
        return pool(cell, rows, columns, values, is_padding)

    def _checked(self, cell):
        shape = self.output.shape
        try:
            indices = tuple(map(operator.index, cell))
        except TypeError:
            indices = ()
        inside = (0 <= index < size for index, size in zip(indices, shape, strict=False))
        if len(indices) != len(shape) or not all(inside):
            raise ValueError(
                f"cell must be a cell of the output, of shape {shape}. Received: cell={cell!r}"
            )
        return indices

    def _convolve(self, cell, rows, columns, values, is_padding):
        kernel, bias = self.kernel, 0.0 if self.bias is None else self.bias
        if values.ndim == 3:
            channel, (depth, filters) = cell[2], kernel.shape[2:]
            first = channel // (filters // self.groups) * depth
            values = values[..., first : first + depth]
            is_padding = np.repeat(is_padding[..., np.newaxis], depth, axis=2)
            kernel = kernel[..., channel]
            bias = np.broadcast_to(bias, filters)[channel]
        products = values * kernel
        total, bias = float(products.sum(dtype=np.float64)), float(bias)
        return Step(
            cell=cell,
            origin=(rows[0], columns[0]),
            values=values,
            is_padding=is_padding,
            products=products,
            sum=total,
            bias=bias,
            output=total + bias,
        )

    def _largest(self, cell, rows, columns, values, is_padding):
        candidates = np.where(is_padding, -np.inf, values)
        row, column = np.unravel_index(candidates.argmax(), candidates.shape)
        return Step(
            cell=cell,
            origin=(rows[0], columns[0]),
            values=values,
            is_padding=is_padding,
            winner=(rows[row], columns[column]),
            output=float(values[row, column]),
        )

    def _average(self, cell, rows, columns, values, is_padding):
        total, count = float(values.sum(dtype=np.float64)), int(self.divisors[cell[:2]])
        return Step(
            cell=cell,
            origin=(rows[0], columns[0]),
            values=values,
            is_padding=is_padding,
            sum=total,
            count=count,
            output=total / count,
        )


class Steps(Sequence):
    """The steps of a trace in reading order, each worked out when it is asked for."""

    def __init__(self, trace, positions):
        self._trace = trace
        self._positions = positions

    def __len__(self):
        return len(self._positions)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return Steps(self._trace, self._positions[index])
        cell = np.unravel_index(self._positions[index], self._trace.output.shape)
        return self._trace.step(cell)


def trace_conv2d(
    x, kernel, bias=None, *, stride=1, padding=0, dilation=1, groups=1, pad_mode="zero"
):
    """Trace `conv2d`: the same arguments, the same errors.

    Returns
    -------
    Trace
    """
    plan = plan_conv2d(x, kernel, bias, stride, padding, dilation, groups, pad_mode)
    return Trace(
        kind="convolution",
        output=_frozen(compute_conv2d(plan)),
        x=_frozen(plan.x),
        rows=plan.rows,
        columns=plan.columns,
        formulas=(plan.rows.formula, plan.columns.formula),
        inserted=_frozen(np.zeros(plan.x.shape[:2], bool)),
        kernel=_frozen(plan.kernel),
        bias=None if plan.bias is None else _frozen(plan.bias),
        groups=plan.groups,
        pad_mode=plan.pad_mode,
    )


def trace_conv2d_transpose(
    x, kernel, bias=None, *, stride=1, padding=0, output_padding=0, dilation=1
):
    """Trace `conv2d_transpose`: the same arguments, the same errors.

    Returns
    -------
    Trace
        Of the convolution that gives the same: see `Trace`.

    Examples
    --------
    >>> trace = trace_conv2d_transpose([[1, 2], [3, 4]], [[1, 2], [3, 4]], stride=2)
    >>> trace.x
    array([[1., 0., 2.],
           [0., 0., 0.],
           [3., 0., 4.]])
    >>> trace.padding, trace.kernel.tolist()
    (((1, 1), (1, 1)), [[4.0, 3.0], [2.0, 1.0]])
    """
    plan = plan_conv2d_transpose(x, kernel, bias, stride, padding, output_padding, dilation)
    rows, columns = plan.rows.stretched, plan.columns.stretched
    spread = np.s_[:: plan.rows.stride, :: plan.columns.stride]
    stretched = np.zeros((rows.n, columns.n, *plan.x.shape[2:]), plan.x.dtype)
    stretched[spread] = plan.x
    inserted = np.ones((rows.n, columns.n), bool)
    inserted[spread] = False
    turned = plan.kernel[::-1, ::-1]
    return Trace(
        kind="transposed convolution",
        output=_frozen(compute_conv2d_transpose(plan)),
        x=_frozen(stretched),
        rows=rows,
        columns=columns,
        formulas=(plan.rows.formula, plan.columns.formula),
        inserted=_frozen(inserted),
        kernel=_frozen(turned.swapaxes(2, 3) if turned.ndim == 4 else turned),
        bias=None if plan.bias is None else _frozen(plan.bias),
    )


def trace_pool2d(
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
    """Trace `pool2d`: the same arguments, the same errors.

    Returns
    -------
    Trace
    """
    plan = plan_pool2d(x, size, stride, padding, dilation, mode, ceil_mode, count_include_pad)
    return Trace(
        kind=f"{plan.mode} pooling",
        output=_frozen(compute_pool2d(plan)),
        x=_frozen(plan.x),
        rows=plan.rows,
        columns=plan.columns,
        formulas=(plan.rows.formula, plan.columns.formula),
        inserted=_frozen(np.zeros(plan.x.shape[:2], bool)),
        divisors=_frozen(plan.divisors) if plan.mode == "average" else None,
    )


def _take(plane, rows, columns):
    """Read `plane` at `rows` and `columns`, arrays of int; what lies outside reads as 0."""
    taken = plane.take(rows, axis=0, mode="clip").take(columns, axis=1, mode="clip")
    taken[(rows < 0) | (rows >= plane.shape[0])] = 0
    taken[:, (columns < 0) | (columns >= plane.shape[1])] = 0
    return taken


def _frozen(array):
    """Copy, so that a later change to the caller's array cannot falsify a step."""
    array = np.array(array)
    array.flags.writeable = False
    return array
