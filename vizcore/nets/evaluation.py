"""What a trained network gets right and wrong."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support


@dataclass(frozen=True, eq=False)
class Report:
    """How the predictions for one part of the data compare with the truth.

    Attributes
    ----------
    accuracy : float
        The share that is right.
    confusion : ndarray, int, (K, K)
        Row: the true class; column: the predicted one.
    precision, recall, f1 : ndarray, (K,)
        Of each class; 0 where a class was never predicted, or never there.
    support : ndarray, int, (K,)
        Samples of each class.
    """

    accuracy: float
    confusion: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    support: np.ndarray


def report(truth, probabilities):
    """Compare predictions with the truth.

    Parameters
    ----------
    truth : ndarray, int, (N,)
    probabilities : ndarray, (N, K)
        The largest decides; of equal ones, the first.

    Examples
    --------
    >>> one = report(np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]))
    >>> one.confusion
    array([[1, 1],
           [0, 1]])
    >>> round(one.accuracy, 3), one.recall.tolist()
    (0.667, [0.5, 1.0])
    """
    predicted = probabilities.argmax(axis=1)
    classes = np.arange(probabilities.shape[1])
    precision, recall, f1, support = precision_recall_fscore_support(
        truth, predicted, labels=classes, zero_division=0
    )
    confusion = confusion_matrix(truth, predicted, labels=classes)
    return Report(float((predicted == truth).mean()), confusion, precision, recall, f1, support)


def mistakes(truth, probabilities):
    """Return the places of the samples that are classed wrong, the surest mistake first.

    Parameters
    ----------
    truth : ndarray, int, (N,)
    probabilities : ndarray, (N, K)

    Examples
    --------
    >>> mistakes(np.array([0, 0, 1]), np.array([[0.4, 0.6], [0.2, 0.8], [0.3, 0.7]])).tolist()
    [1, 0]
    """
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != truth)
    return wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")]


def predicted(model, x, preparation, batch=256):
    """Return the probabilities that a network gives, (N, K) float32.

    Parameters
    ----------
    model : keras.Model
    x : ndarray, uint8, (N, H, W, C)
    preparation : vizcore.nets.preparation.Preparation
    batch : int
        Samples at a time.
    """
    steps = range(0, len(x), batch)
    inputs = (preparation.apply(x[start : start + batch]) for start in steps)
    return np.concatenate([np.asarray(model(part, training=False), np.float32) for part in inputs])
