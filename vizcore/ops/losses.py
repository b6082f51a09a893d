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
    prediction, target = _alike(prediction, target)
    for values, name in ((prediction, "prediction"), (target, "target")):
        if values.ndim == 0 or values.min() < 0 or values.max() > 1:
            raise ValueError(
                f"{name} must be an array of probabilities, from 0 to 1. Received: {name} of shape "
                f"{values.shape}, from {values.min()} to {values.max()}"
            )
    with np.errstate(divide="ignore"):
        logs = np.log(prediction, where=target > 0, out=np.zeros_like(prediction))
    return np.mean(np.sum(-target * logs, axis=-1)) + 0  # a perfect prediction scores 0, not −0


def _alike(prediction, target):
    prediction = as_real(prediction, "prediction")
    meaning = f"of the prediction's shape {prediction.shape}"
    shape = [prediction.shape]
    return prediction, as_shaped(target, "target", shape, dtype=prediction.dtype, meaning=meaning)
