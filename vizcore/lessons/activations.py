"""Activations, the cost of a prediction, and dropout, as the slides have them."""

from dataclasses import dataclass

import numpy as np

from vizcore.lessons.lesson import Lesson, matrix
from vizcore.ops import cross_entropy, mse
from vizcore.ops.derivatives import activate
from vizcore.ops.dropout import dropout, forward
from vizcore.ops.losses import binary_cross_entropy, normalised

PAGE = "activations"

NET_INPUTS = np.array([1, 0.5, 2, 1, 1])

NET_KERNELS = (
    matrix(
        "0.3 0.8 0.3 -0.2 / 0.8 1 0.8 -0.2 / 0.3 0.8 0.2 0.8 / 0.3 -0.5 0.3 0.8 / 0.6 1 -0.2 -0.3"
    ),
    matrix("0.3 0.2 -0.5 0.3 / 0.2 0.3 0.8 0.2 / 0.5 0.2 -0.2 1 / 0.2 -0.5 0.2 0.4"),
    matrix("0.3 0.2 0.5 / 0.2 -0.5 0.3 / -0.2 0.3 0.4 / -0.5 0.4 0.2"),
)
NET_BIASES = tuple(np.zeros(kernel.shape[1]) for kernel in NET_KERNELS)
"""A net of 5, 4, 4 and 3 nodes that is small enough to be drawn with all its weights."""


def through_the_net(rate=0.0, seed=0, *, training=False, draws=None):
    """Send `NET_INPUTS` through the net, as `vizcore.ops.dropout.forward` does."""
    return forward(
        NET_INPUTS,
        NET_KERNELS,
        NET_BIASES,
        rate=rate,
        seed=seed,
        training=training,
        draws=draws,
    )


def weighted_sum(inputs, weights, bias):
    """Add up w₁x₁ + … + wₙxₙ + b.

    Parameters
    ----------
    inputs, weights : array_like, (n,)
    bias : float

    Returns
    -------
    float

    Examples
    --------
    >>> weighted_sum([1, 2], [3, -1], 0.5)
    1.5
    """
    return float(np.dot(inputs, weights) + bias)


@dataclass(frozen=True, eq=False)
class Cost:
    """What ten outputs cost, measured against a one-hot digit.

    Attributes
    ----------
    target : ndarray, (n,)
        1 for the digit, 0 for all others.
    squares : ndarray, (n,)
        Squared differences; `total` is their sum and `mean` their average.
    total, mean : float
    largest : int
        Where the largest output stands, the first of equals.
    sum : float
        Of the outputs.
    of_truth : float
        The output for the digit.
    share_of_truth : float
        The same, divided by the sum; NaN where the sum is 0.
    cross_entropy, normalised, binary : float
        The cross-entropy of the outputs as they are, after division by their sum (NaN where that
        is 0), and as so many decisions of yes or no; infinite where an output rules out the truth.
    """

    target: np.ndarray
    squares: np.ndarray
    total: float
    mean: float
    largest: int
    sum: float
    of_truth: float
    share_of_truth: float
    cross_entropy: float
    normalised: float
    binary: float


def cost(prediction, digit):
    """Measure a prediction, each output from 0 to 1, against the digit that is right.

    Parameters
    ----------
    prediction : array_like, (n,)
    digit : int

    Returns
    -------
    Cost
    """
    prediction = np.asarray(prediction, dtype=float)
    target = np.eye(len(prediction))[digit]
    shares = normalised(prediction) if prediction.any() else np.full(len(prediction), np.nan)
    mean = float(mse(prediction, target))
    return Cost(
        target,
        np.square(prediction - target),
        mean * len(prediction),
        mean,
        int(prediction.argmax()),
        float(prediction.sum()),
        float(prediction[digit]),
        float(shares[digit]),
        float(cross_entropy(prediction, target)),
        float(cross_entropy(shares, target)) if prediction.any() else np.nan,
        float(binary_cross_entropy(prediction, target)),
    )


def _one_neuron(inputs, weights, bias):
    total = weighted_sum(inputs, weights, bias)
    return total, *(round(float(activate(f, total)), 4) for f in ("relu", "sigmoid", "tanh"))


def _costs(prediction, digit):
    found = cost(prediction, digit)
    return (
        round(found.total, 4),
        round(found.mean, 5),
        found.largest,
        round(found.sum, 2),
        round(found.cross_entropy, 3),
        round(found.normalised, 3),
        round(found.binary, 3),
    )


def _dropped_and_kept(x, rate, seed):
    """Return what dropped, kept and predicting activations are, in parts of what they were."""
    training = dropout(x, rate, seed) / x
    prediction = dropout(x, rate, seed, training=False) / x
    return (*np.unique(training).tolist(), *np.unique(prediction).tolist())


ACTIVATION_LESSONS = {
    "activations": Lesson(
        "One neuron",
        "B, D, I",
        PAGE,
        {"inputs": np.array([2, 1, 3]), "weights": np.array([0.5, 1, -1.5]), "bias": 1.5},
        # 1 + 1 − 4.5 + 1.5 = −1, then ReLU, sigmoid and tanh of it.
        (-1, 0, 0.2689, -0.7616),
        _one_neuron,
    ),
    "cost": Lesson(
        "The cost of ten outputs",
        "B",
        PAGE,
        {
            "prediction": np.array([0.1, 0.2, 0.5, 0.7, 0.3, 0.9, 0.55, 0.2, 0.5, 0.1]),
            "digit": 3,
        },
        # Squared differences, summed and on average; the digit of the largest output; the sum of
        # the outputs; cross-entropy as they are, normalised, and as ten binary decisions.
        (1.8925, 0.18925, 5, 4.05, 0.357, 1.755, 5.858),
        _costs,
    ),
    "dropout": Lesson(
        "Dropout: the thinned net",
        "B, K",
        PAGE,
        {"x": np.array([2.2, 3.4, 1.2, 1.8]), "rate": 0.5, "seed": 4},
        (0, 2, 1),  # a dropped activation, a kept one, and either in prediction
        _dropped_and_kept,
    ),
}
"""Slug → `Lesson`."""
