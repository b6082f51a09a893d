"""Activation functions, for arrays of any shape; none overflows.

Each returns a new array, float32 if `x` is and otherwise float64, and raises ValueError for what
is not an array of finite real numbers.
"""

import operator

import numpy as np

from vizcore.ops.arrays import as_number, as_real


def relu(x):
    """Replace what is negative by 0.

    Examples
    --------
    >>> relu([-2, 0, 3])
    array([0., 0., 3.])
    """
    return np.maximum(as_real(x, "x"), 0)


def leaky_relu(x, alpha=0.01):
    """Multiply what is negative by `alpha`.

    Examples
    --------
    >>> leaky_relu([-2, 0, 3], alpha=0.5)
    array([-1.,  0.,  3.])
    """
    x = as_real(x, "x")
    return np.maximum(x, 0) + as_number(alpha, "alpha", dtype=x.dtype) * np.minimum(x, 0)


def sigmoid(x):
    """Squash to between 0 and 1: 1 / (1 + exp(−x)).

    Examples
    --------
    >>> sigmoid([-1e4, 0, 1e4])
    array([0. , 0.5, 1. ])
    """
    x = as_real(x, "x")
    with np.errstate(under="ignore"):
        # exp(−|x|) never overflows, and keeps its precision on both sides.
        tail = np.exp(-np.abs(x))
        return np.where(x < 0, tail, 1) / (1 + tail)


def tanh(x):
    """Squash to between −1 and 1.

    Examples
    --------
    >>> tanh([-1e4, 0, 1e4])
    array([-1.,  0.,  1.])
    """
    with np.errstate(under="ignore"):
        return np.tanh(as_real(x, "x"))


def softmax(x, axis=-1):
    """Turn scores into shares that sum to 1 along `axis`.

    Parameters
    ----------
    x : array_like, at least 1-D
        The scores.
    axis : int
        Along which to share out.

    Returns
    -------
    ndarray
        As `x` in shape.

    Raises
    ------
    ValueError
        When `x` has no such axis.

    Examples
    --------
    >>> softmax([1e4, 1e4])
    array([0.5, 0.5])
    """
    x = as_real(x, "x")
    axis = _axis(axis, x.ndim)
    with np.errstate(under="ignore", over="ignore"):
        # Only differences matter; from the largest down, no exponential exceeds 1.
        shares = np.exp(x - x.max(axis=axis, keepdims=True))
        return shares / shares.sum(axis=axis, keepdims=True)


def _axis(axis, ndim):
    try:
        if isinstance(axis, (bool, np.bool_)):
            raise TypeError
        return range(ndim)[operator.index(axis)]
    except (TypeError, IndexError):
        raise ValueError(
            f"axis must be an integer naming one of the {ndim} axes of x. Received: axis={axis!r}"
        ) from None
