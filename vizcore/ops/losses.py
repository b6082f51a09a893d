"""How wrong a prediction is."""

import numpy as np

from vizcore.ops.arrays import as_real, as_shaped


def mse(prediction, target):
    """Average the squared differences.

    Parameters
    ----------
    prediction, target : array_like, the same shape
        What a network said, and what is right.

    Returns
    -------
    numpy scalar
        float32 if `prediction` is, otherwise float64.

    Raises
    ------
    ValueError
        When the shapes differ, or something is not a finite real number.

    Examples
    --------
    >>> float(mse([1, 2, 3, 4], [1, 2, 3, 0]))
    4.0
    """
    prediction, target = _alike(prediction, target)
    return np.mean(np.square(prediction - target))


def cross_entropy(prediction, target):
    """Sum −target · ln(prediction) over the last axis, and average over the others.

    The prediction is taken as it is; Keras divides it by its sum first. A target of 0 contributes
    nothing, whatever the prediction; a prediction of 0 for a positive target makes the loss
    infinite.

    Parameters
    ----------
    prediction, target : array_like, (..., classes)
        Probabilities.

    Returns
    -------
    numpy scalar
        float32 if `prediction` is, otherwise float64.

    Raises
    ------
    ValueError
        When the shapes differ, or something does not lie between 0 and 1.

    Examples
    --------
    >>> round(float(cross_entropy([0.1, 0.7, 0.2], [0, 1, 0])), 3)
    0.357
    """
    prediction, target = _probabilities(prediction, target)
    # Plus 0, as a perfect prediction scores 0, not −0.
    return np.mean(np.sum(-_times_log(prediction, target), axis=-1)) + 0


def binary_cross_entropy(prediction, target):
    """Judge every output by itself, as a yes or a no: sum over the last axis, average the others.

    −ln(prediction) where the target is 1 and −ln(1 − prediction) where it is 0. Keras averages
    over the last axis too, where this adds up.

    Parameters
    ----------
    prediction, target : array_like, (..., n)
        Probabilities, which need not sum to 1.

    Returns
    -------
    numpy scalar
        float32 if `prediction` is, otherwise float64; infinite where a prediction rules out what
        is true.

    Raises
    ------
    ValueError
        When the shapes differ, or something does not lie between 0 and 1.

    Examples
    --------
    >>> round(float(binary_cross_entropy([0.5, 0.5], [0, 1])), 3)
    1.386
    """
    prediction, target = _probabilities(prediction, target)
    both = [np.stack([one, 1 - one], axis=-1) for one in (prediction, target)]
    return np.mean(np.sum(-_times_log(*both), axis=(-1, -2))) + 0


def normalised(x):
    """Divide what is not negative by its sum along the last axis, as Keras does to a prediction.

    Parameters
    ----------
    x : array_like, (..., n)

    Returns
    -------
    ndarray
        As `x` in shape; it sums to 1 along the last axis.

    Raises
    ------
    ValueError
        When something is negative or no finite real number, or a sum is 0.

    Examples
    --------
    >>> normalised([1, 3])
    array([0.25, 0.75])
    """
    x = as_real(x, "x")
    if x.ndim == 0 or x.min() < 0 or not x.sum(axis=-1).all():
        raise ValueError("x must hold numbers of 0 or more whose sum is positive.")
    return x / x.sum(axis=-1, keepdims=True)


def _probabilities(prediction, target):
    prediction, target = _alike(prediction, target)
    for values, name in ((prediction, "prediction"), (target, "target")):
        if values.ndim == 0 or values.min() < 0 or values.max() > 1:
            raise ValueError(
                f"{name} must be an array of probabilities, from 0 to 1. Received: {name} of shape "
                f"{values.shape}, from {values.min()} to {values.max()}"
            )
    return prediction, target


def _times_log(prediction, target):
    """Multiply each target by the prediction's logarithm; a target of 0 gives 0 in any case."""
    with np.errstate(divide="ignore"):
        logs = np.log(prediction, where=target > 0, out=np.zeros_like(prediction))
    return target * logs


def _alike(prediction, target):
    prediction = as_real(prediction, "prediction")
    meaning = f"of the prediction's shape {prediction.shape}"
    shape = [prediction.shape]
    return prediction, as_shaped(target, "target", shape, dtype=prediction.dtype, meaning=meaning)
