"""How a filter is found: two slashes on a 2×2 screen, all sign filters, and gradient descent."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from vizcore.lessons.lesson import Lesson, matrix
from vizcore.ops import conv2d, mse

PAGE = "finding_a_filter"

BACKSLASH = matrix("1 -1 / -1 1")
SLASH = -BACKSLASH
BAD_BACKSLASH = matrix("1 1 / -1 1")
BAD_SLASH = -BAD_BACKSLASH

SIGN_GRIDS = np.array(list(product((1.0, -1.0), repeat=4))).reshape(16, 2, 2)
"""Every 2×2 grid of +1 and −1: all pictures of the screen, and all sign filters."""

TOO_FAR = 1e6
"""A descent whose error has passed this has diverged; going on would only overflow."""


def one_turned(grid):
    """Return the four grids that differ from this one in a single sign, (4, 2, 2)."""
    return np.array([np.where(np.arange(4).reshape(2, 2) == i, -grid, grid) for i in range(4)])


PICTURES = np.concatenate([[BACKSLASH], one_turned(BACKSLASH), [SLASH], one_turned(SLASH)])
r"""The ten slashes, (10, 2, 2): clean ``\`` and four badly drawn ones, then the same of ``/``.

Badly drawn means that one pixel is wrong; with two wrong ones it might be either slash.
"""

CLEAN = [0, 5]
"""Where the clean ones stand among `PICTURES`."""

TARGETS = np.repeat([1.0, -1.0], 5)
r"""What the score of each of `PICTURES` should be: +1 for ``\`` and −1 for ``/``."""


def score(picture, filter):
    """Multiply picture and filter cell by cell, and add up: a convolution with a single window.

    Parameters
    ----------
    picture, filter : array_like, (2, 2)

    Returns
    -------
    float

    Examples
    --------
    >>> score([[1, 1], [-1, 1]], [[1, -1], [-1, 1]])
    2.0
    """
    return conv2d(picture, filter).item()


def scores(filter, pictures=PICTURES):
    """Return the score of each picture, (N,)."""
    return np.tensordot(pictures, filter, axes=2)


@dataclass(frozen=True, eq=False)
class Ranked:
    r"""A sign filter, and what it makes of the slashes.

    Attributes
    ----------
    weights : ndarray, (2, 2)
    backslash, slash : float
        Its scores of the clean slashes.
    right, undecided : int
        Of the ten slashes: scored with the right sign, with 0.
    wrong_clean, wrong_badly_drawn : int
        Of the two clean and of the eight badly drawn slashes: scored with the wrong sign.
    """

    weights: np.ndarray
    backslash: float
    slash: float
    right: int
    undecided: int
    wrong_clean: int
    wrong_badly_drawn: int

    @property
    def wrong(self):
        """How many of the ten slashes are scored with the wrong sign."""
        return self.wrong_clean + self.wrong_badly_drawn


def rank_filters():
    r"""Return all 16 sign filters as `Ranked`, the largest score of ``\`` first."""
    ranked = []
    for weights in SIGN_GRIDS:
        agreement = scores(weights) * TARGETS
        wrong = agreement < 0
        found = agreement > 0, agreement == 0, wrong[CLEAN], np.delete(wrong, CLEAN)
        clean = score(BACKSLASH, weights), score(SLASH, weights)
        ranked.append(Ranked(weights, *clean, *(int(np.sum(one)) for one in found)))
    return sorted(ranked, key=lambda one: -one.backslash)


def turn_best_sign(filter):
    r"""Turn the one sign that raises the score of ``\`` most, the first of equals.

    Returns
    -------
    ndarray, (2, 2)
        The filter itself when turning any sign lowers the score.
    """
    best = max(one_turned(filter), key=lambda one: score(BACKSLASH, one))
    return best if score(BACKSLASH, best) > score(BACKSLASH, filter) else filter


def error(weights):
    """Return the mean squared error of the scores of the ten slashes."""
    return float(mse(scores(weights), TARGETS))


def gradient(weights):
    """Return how the error grows with each weight: the mean of 2·(score − target)·pixel, (2, 2)."""
    off = scores(weights) - TARGETS
    return 2 * np.tensordot(off, PICTURES, axes=1) / len(PICTURES)


def best_weights():
    """Return the weights with the smallest possible error, (2, 2)."""
    flat = np.linalg.lstsq(PICTURES.reshape(-1, 4), TARGETS, rcond=None)[0]
    return flat.reshape(2, 2)


def largest_rate():
    """Return the learning rate beyond which every descent diverges.

    A step multiplies the distance to the best weights by 1 − rate · curvature, in each of the
    error's principal directions; beyond 2 / curvature that is less than −1.
    """
    flat = PICTURES.reshape(-1, 4)
    return float(2 / np.linalg.eigvalsh(2 * flat.T @ flat / len(flat)).max())


def random_weights(seed):
    """Draw four weights from −1 to 1, two decimals each; the same seed draws the same ones."""
    return np.random.default_rng(seed).uniform(-1, 1, (2, 2)).round(2)


@dataclass(frozen=True, eq=False)
class Descent:
    """The path of a gradient descent, its start included.

    Attributes
    ----------
    weights, gradients : ndarray, (N + 1, 2, 2)
    scores : ndarray, (N + 1, 10)
        Of each of `PICTURES`.
    errors : ndarray, (N + 1,)
    """

    weights: np.ndarray
    gradients: np.ndarray
    scores: np.ndarray
    errors: np.ndarray

    @property
    def diverged(self):
        """Whether it ended because its error passed `TOO_FAR`."""
        return bool(self.errors[-1] > TOO_FAR)


def descend(weights, rate, steps):
    """Follow the error downhill: weights − rate · gradient, over and over.

    Parameters
    ----------
    weights : array_like, (2, 2)
        Where to start.
    rate : float
        The learning rate.
    steps : int
        How many steps; fewer are taken when the error passes `TOO_FAR`.

    Returns
    -------
    Descent
    """
    path = [np.asarray(weights, dtype=float)]
    while len(path) <= steps and error(path[-1]) <= TOO_FAR:
        path.append(path[-1] - rate * gradient(path[-1]))
    return Descent(
        np.array(path),
        np.array([gradient(one) for one in path]),
        np.array([scores(one) for one in path]),
        np.array([error(one) for one in path]),
    )


def _what_the_slide_finds(pictures, filter):
    sums, products = pictures.sum(axis=(1, 2)), pictures.prod(axis=(1, 2))
    found = [one.backslash for one in rank_filters()]
    return (
        *scores(filter, pictures),
        *sums[:2],
        *products[:2],
        *(found.count(value) for value in (4, -4, 2, -2, 0)),
    )


def _products_and_sum(pictures, filter):
    return (*(pictures[0] * filter).ravel(), score(pictures[0], filter))


SLASH_LESSONS = {
    "two-slashes": Lesson(
        "Two slashes",
        "I",
        PAGE,
        {
            "pictures": np.array([BACKSLASH, SLASH, BAD_BACKSLASH, BAD_SLASH]),
            "filter": BACKSLASH,
        },
        # The four scores; both sums and both products of the clean slashes' pixels; how many of
        # the 16 filters score the clean backslash +4, −4, +2, −2 and 0.
        (4, -4, 2, -2, 0, 0, 1, 1, 1, 1, 4, 4, 6),
        _what_the_slide_finds,
    ),
    "dot-product": Lesson(
        "Dot product",
        "K",
        PAGE,
        {"pictures": np.array([BAD_BACKSLASH]), "filter": BACKSLASH},
        (1, -1, 1, 1, 2),  # four products, and their sum
        _products_and_sum,
    ),
}
"""Slug → `Lesson`."""
