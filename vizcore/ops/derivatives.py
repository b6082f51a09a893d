"""Activation functions by name, each with its slope.

The derivatives are those that Keras uses, at the bend of the rectifiers too: at 0 the slope of
ReLU is 0 and that of leaky ReLU is `alpha`, as if 0 belonged to the negative side.
"""

import numpy as np

from vizcore.ops.activations import leaky_relu, relu, sigmoid, softmax, tanh
from vizcore.ops.arrays import as_choice, as_number, as_real

NAMES = ("sigmoid", "tanh", "relu", "leaky_relu", "softmax")
"""What `activate` and `derivative` know."""


def activate(name, x, *, alpha=0.01, others=(0.0,)):
    """Apply the activation function of this name to each number.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    x : array_like
        Numbers, in any shape. For ``"softmax"`` each of them is a score by itself, beside the
        `others`: see `softmax_share`.
    alpha : float
        The slope of leaky ReLU for negative numbers; the other functions pass it over.
    others : array_like, (n,)
        The other scores of softmax; the other functions pass them over.

    Returns
    -------
    ndarray
        As `x` in shape; float32 if `x` is, otherwise float64.

    Raises
    ------
    ValueError
        When there is no such function, or something is not a finite real number.

    Examples
    --------
    >>> activate("leaky_relu", [-2, 3], alpha=0.5)
    array([-1.,  3.])
    """
    name = as_choice(name, "name", NAMES)
    if name == "leaky_relu":
        return leaky_relu(x, alpha)
    if name == "softmax":
        return softmax_share(x, others)
    return {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[name](x)


def derivative(name, x, *, alpha=0.01, others=(0.0,)):
    """Return how steep the activation function of this name is at each number.

    Parameters, raises
        As in `activate`.

    Returns
    -------
    ndarray
        As `x` in shape; float32 if `x` is, otherwise float64. Sigmoid y: y·(1 − y). Tanh y:
        1 − y². ReLU: 1 above 0, else 0. Leaky ReLU: 1 above 0, else `alpha`. Softmax share p:
        p·(1 − p), as only its own score moves.

    Examples
    --------
    >>> derivative("relu", [-2, 0, 3])
    array([0., 0., 1.])
    >>> derivative("sigmoid", [0])
    array([0.25])
    """
    name, x = as_choice(name, "name", NAMES), as_real(x, "x")
    if name in ("relu", "leaky_relu"):
        below = 0 if name == "relu" else as_number(alpha, "alpha", dtype=x.dtype)
        return np.where(x > 0, 1, below).astype(x.dtype)
    y = activate(name, x, others=others)
    with np.errstate(under="ignore"):
        return 1 - y * y if name == "tanh" else y * (1 - y)


def softmax_share(x, others):
    """Return the share of one score under softmax, while the other scores stay.

    Parameters
    ----------
    x : array_like
        Values of the one score, in any shape.
    others : array_like, (n,)
        The other scores.

    Returns
    -------
    ndarray
        As `x` in shape: exp(x) / (exp(x) + sum of exp(others)).

    Raises
    ------
    ValueError
        When something is not a finite real number, or `others` is not a list.

    Examples
    --------
    >>> softmax_share([0.0, 100.0], [0.0])
    array([0.5, 1. ])
    """
    x = as_real(x, "x")
    others = as_real(others, "others", dtype=x.dtype)
    if others.ndim != 1:
        raise ValueError(
            f"others must be a list of numbers. Received: others of shape {others.shape}"
        )
    beside = np.broadcast_to(others, (*x.shape, len(others)))
    return softmax(np.concatenate([x[..., np.newaxis], beside], axis=-1))[..., 0]
