"""How an error depends on what a convolution was given: its backward pass.

Of the `conv2d` with zero padding, y = x ⋆ kernel + bias, from the error's gradient with respect to
y, here called *upstream* as it comes from the layers behind. Every formula is the chain rule over
y[i, j] = Σ x[i·s − p + m·d, j·s − p + n·d] · kernel[m, n] + bias; compare chapter 9.5 of
Goodfellow, Bengio and Courville, *Deep Learning* (2016).
"""

from dataclasses import dataclass

import numpy as np

from vizcore.ops.arrays import as_shaped
from vizcore.ops.convolution import plan_conv2d
from vizcore.ops.windows import pad_plane, pair


@dataclass(frozen=True, eq=False)
class ConvolutionGradients:
    """The gradients of an error, each in the shape of what it belongs to.

    Attributes
    ----------
    x : ndarray, (H, W) or (H, W, C)
    kernel : ndarray, (kh, kw) or (kh, kw, C, K)
    bias : numpy scalar or ndarray (K,)
    """

    x: np.ndarray
    kernel: np.ndarray
    bias: np.ndarray


@dataclass(frozen=True, eq=False)
class Contributions:
    """What one shared weight learns from each place that it visited.

    Attributes
    ----------
    rows, columns : tuple of int
        The cell of the input that the weight touched at output (i, j) is (rows[i], columns[j]),
        counted from 0 at the first; one outside the input is padding.
    values : ndarray, (H', W')
        What stood there.
    products : ndarray, (H', W')
        `values` times the upstream gradient.
    gradient : float
        The sum of the products: the gradient of the weight.
    """

    rows: tuple
    columns: tuple
    values: np.ndarray
    products: np.ndarray
    gradient: float


def conv2d_gradients(x, kernel, upstream, *, stride=1, padding=0, dilation=1):
    """Carry a gradient backward through `conv2d`.

    Parameters
    ----------
    x, kernel, stride, padding, dilation
        As `conv2d` was given them.
    upstream : array_like, (H', W') or (H', W', K)
        The gradient of the error with respect to each number of the output.

    Returns
    -------
    ConvolutionGradients

    Raises
    ------
    ValueError
        When `conv2d` refuses the arguments, or `upstream` is not of its output's shape.

    Examples
    --------
    >>> gradients = conv2d_gradients([[1, 2, 3]], [[10, 20]], [[1, -1]])
    >>> gradients.kernel, gradients.x, float(gradients.bias)
    (array([[-1., -1.]]), array([[ 10.,  10., -20.]]), 0.0)
    """
    plan, upstream = _checked(x, kernel, upstream, stride, padding, dilation)
    rows, columns = plan.rows, plan.columns
    padded = pad_plane(plan.x, rows, columns)
    back_x, back_kernel = np.zeros_like(padded), np.empty_like(plan.kernel)
    depth, filters = plan.kernel.shape[2:] or (1, 1)
    flat = upstream.reshape(-1, filters)
    for i in range(rows.window):
        for j in range(columns.window):
            seen = np.s_[rows.tap(i), columns.tap(j)]
            taps = plan.kernel[i, j].reshape(depth, filters)
            summed = padded[seen].reshape(-1, depth).T @ flat
            back_kernel[i, j] = summed.reshape(plan.kernel.shape[2:])
            back_x[seen] += (flat @ taps.T).reshape(padded[seen].shape)
    inside = np.s_[rows.before : rows.before + rows.n, columns.before : columns.before + columns.n]
    return ConvolutionGradients(back_x[inside], back_kernel, upstream.sum(axis=(0, 1)))


def weight_contributions(x, kernel, upstream, weight, *, stride=1, padding=0, dilation=1):
    """Work out what each place adds to the gradient of one weight.

    Parameters
    ----------
    x, kernel, upstream, stride, padding, dilation
        As `conv2d_gradients` takes them; `x` a matrix.
    weight : (int, int)
        Row and column in the kernel, counted from 0.

    Returns
    -------
    Contributions

    Raises
    ------
    ValueError
        As `conv2d_gradients`, or when there is no such weight.

    Examples
    --------
    >>> found = weight_contributions([[1, 2, 3]], [[10, 20]], [[1, -1]], (0, 1))
    >>> found.columns, found.products, found.gradient
    ((1, 2), array([[ 2., -3.]]), -1.0)
    """
    plan, upstream = _checked_plane(x, kernel, upstream, stride, padding, dilation)
    row, column = pair(weight, "weight", least=0)
    if row >= plan.rows.window or column >= plan.columns.window:
        raise ValueError(
            f"weight must be a cell of the kernel, of shape {plan.kernel.shape}. "
            f"Received: weight={weight!r}"
        )
    values = _seen(plan)[:, :, row, column]
    products = values * upstream
    touched = (
        tuple(axis.cells(index)[tap] for index in range(axis.count))
        for axis, tap in ((plan.rows, row), (plan.columns, column))
    )
    return Contributions(*touched, values, products, float(products.sum()))


def unshared_gradients(x, kernel, upstream, *, stride=1, padding=0, dilation=1):
    """Return the kernel's gradients if every output had a kernel of its own.

    In such a locally connected layer nothing adds up: the copy at output (i, j) learns from that
    place alone. The sum over all places is the gradient of the shared kernel.

    Parameters
    ----------
    x, kernel, upstream, stride, padding, dilation
        As `conv2d_gradients` takes them; `x` a matrix.

    Returns
    -------
    ndarray, (H', W', kh, kw)

    Examples
    --------
    >>> unshared_gradients([[1, 2, 3]], [[10, 20]], [[1, -1]]).tolist()
    [[[[1.0, 2.0]], [[-2.0, -3.0]]]]
    """
    plan, upstream = _checked_plane(x, kernel, upstream, stride, padding, dilation)
    return _seen(plan) * upstream[:, :, np.newaxis, np.newaxis]


def _seen(plan):
    """Return what each window reads, (H', W', kh, kw)."""
    rows, columns = plan.rows, plan.columns
    padded = pad_plane(plan.x, rows, columns)
    taps = [
        [padded[rows.tap(i), columns.tap(j)] for j in range(columns.window)]
        for i in range(rows.window)
    ]
    return np.moveaxis(np.array(taps), (0, 1), (2, 3))


def _checked_plane(x, kernel, upstream, stride, padding, dilation):
    plan, upstream = _checked(x, kernel, upstream, stride, padding, dilation)
    if plan.x.ndim != 2:
        raise ValueError(f"x must be a matrix (H, W). Received: x of shape {plan.x.shape}")
    return plan, upstream


def _checked(x, kernel, upstream, stride, padding, dilation):
    plan = plan_conv2d(x, kernel, None, stride, padding, dilation, 1, "zero")
    shape = (plan.rows.count, plan.columns.count, *plan.kernel.shape[3:])
    meaning = f"of the output's shape {shape}"
    return plan, as_shaped(upstream, "upstream", [shape], dtype=plan.x.dtype, meaning=meaning)
