"""Dropout: in training some activations are set to 0 at random, and the rest are scaled up.

Srivastava et al., *Dropout: a simple way to prevent neural networks from overfitting* (2014),
https://jmlr.org/papers/v15/srivastava14a.html; scaled in training rather than in prediction
("inverted dropout"), as in Keras.
"""

import operator
from dataclasses import dataclass

import numpy as np

from vizcore.ops.activations import relu
from vizcore.ops.arrays import as_flag, as_number, as_real
from vizcore.ops.layers import dense


def keep_mask(shape, rate, seed):
    """Draw which activations are kept.

    Parameters
    ----------
    shape : int or tuple of int
    rate : float
        The chance of each to be dropped, from 0 to below 1.
    seed : int
        The same seed draws the same ones. A larger rate drops those of a smaller one, and more.

    Returns
    -------
    ndarray of bool

    Raises
    ------
    ValueError
        When the rate or the seed is impossible.
    """
    return np.random.default_rng(_seed(seed)).random(shape) >= _rate(rate)


def dropout(x, rate, seed, *, training=True):
    """Set some activations to 0 and divide the others by 1 − rate; in prediction, do nothing.

    Divided so, an activation is on the average over many draws what it is in prediction.

    Parameters
    ----------
    x : array_like
        Activations, in any shape.
    rate : float
        The chance of each to be dropped, from 0 to below 1.
    seed : int
        Draws which ones.
    training : bool

    Returns
    -------
    ndarray
        As `x` in shape, a new array; float32 if `x` is, otherwise float64.

    Raises
    ------
    ValueError
        When an argument is no such thing.

    Examples
    --------
    >>> dropout([1, 2, 3, 4], 0.5, seed=1)
    array([2., 4., 0., 8.])
    >>> dropout([1, 2, 3, 4], 0.5, seed=1, training=False)
    array([1., 2., 3., 4.])
    """
    x = as_real(x, "x")
    if not as_flag(training, "training"):
        return x.copy()
    return scaled(x, keep_mask(x.shape, rate, seed), rate)


def scaled(x, kept, rate):
    """Set what is not `kept` to 0, and divide the rest by 1 − rate."""
    return np.where(kept, x / x.dtype.type(1 - _rate(rate)), 0).astype(x.dtype)


@dataclass(frozen=True, eq=False)
class Layer:
    """What happened in one dense layer of a small net.

    Attributes
    ----------
    sums : ndarray, (..., n)
        Weighted sums of the layer before, with the bias.
    active : ndarray, (..., n)
        After ReLU; the last layer has none and gives its sums.
    kept : ndarray of bool, (..., n)
        Which of them dropout kept.
    output : ndarray, (..., n)
        What the next layer gets.
    """

    sums: np.ndarray
    active: np.ndarray
    kept: np.ndarray
    output: np.ndarray


def forward(x, kernels, biases, *, rate=0.0, seed=0, training=False, draws=None):
    """Send inputs through dense layers with ReLU, with dropout after every hidden one.

    Parameters
    ----------
    x : array_like, (n,)
        The inputs; none of them is dropped.
    kernels : sequence of array_like, (n, m)
        The weights, layer by layer, in Keras's layout.
    biases : sequence of array_like, (m,)
    rate : float
        The chance of each hidden node to be dropped in training.
    seed : int
    training : bool
        In prediction every node is kept, and nothing is scaled.
    draws : int, optional
        Go through the net so many times, each with another draw; the arrays have a first axis
        more. The first draw is the one without `draws`.

    Returns
    -------
    list of Layer

    Raises
    ------
    ValueError
        When the shapes do not go together, or an argument is no such thing.

    Examples
    --------
    >>> hidden, last = forward([1, 2], [[[1, -1], [1, 0]], [[1], [1]]], [[0, 0], [5]])
    >>> hidden.output, last.output
    (array([3., 0.]), array([8.]))
    """
    rate = _rate(rate) if as_flag(training, "training") else 0.0
    hidden = [np.shape(bias)[0] for bias in biases[:-1]]
    passed = as_real(x, "x")
    chances = np.random.default_rng(_seed(seed)).random(((draws or 1), sum(hidden)))
    if draws is None:
        chances = chances[0]
    else:
        passed = np.broadcast_to(passed, (draws, *passed.shape))
    every = [*np.split(chances, np.cumsum(hidden)[:-1], axis=-1), None]
    layers = []
    for kernel, bias, chance in zip(kernels, biases, every, strict=True):
        sums = dense(passed, kernel, bias)
        if chance is None:
            layers.append(Layer(sums, sums, np.ones(sums.shape, bool), sums))
            break
        kept = chance >= rate
        passed = scaled(relu(sums), kept, rate)
        layers.append(Layer(sums, relu(sums), kept, passed))
    return layers


def _rate(rate):
    rate = as_number(rate, "rate", dtype=np.float64)
    if not 0 <= rate < 1:
        raise ValueError(f"rate must be from 0 to below 1. Received: rate={rate}")
    return rate


def _seed(seed):
    try:
        if isinstance(seed, (bool, np.bool_)) or operator.index(seed) < 0:
            raise TypeError
    except TypeError:
        raise ValueError(
            f"seed must be a whole number, 0 or more. Received: seed={seed!r}"
        ) from None
    return operator.index(seed)
