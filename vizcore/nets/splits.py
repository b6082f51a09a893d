"""Training, validation and test parts: what is learned from, chosen by, and reported on."""

from typing import NamedTuple

import numpy as np

from vizcore.nets.dataset import Dataset, DatasetError, Part


class Parts(NamedTuple):
    """The three parts of one training run; no picture is in two of them."""

    train: Part
    validation: Part
    test: Part


def three_parts(dataset: Dataset, *, fraction=0.1, seed=0) -> Parts:
    """Divide a dataset for a training run.

    The test part is the dataset's own, untouched. So is the validation part where the dataset
    has one; otherwise it is drawn from the training part, class by class.

    Parameters
    ----------
    dataset : Dataset
    fraction : float
        How much of the training part goes into validation; between 0 and 1.
    seed : int
        Decides which pictures go.

    Raises
    ------
    ValueError
        For an impossible `fraction`.
    DatasetError
        When no class can spare a picture.
    """
    if dataset.validation is not None:
        return Parts(dataset.train, dataset.validation, dataset.test)
    rest, drawn = split_indices(dataset, fraction, seed)
    return Parts(dataset.train.take(rest), dataset.train.take(drawn), dataset.test)


def split_indices(dataset: Dataset, fraction=0.1, seed=0):
    """Say which pictures of `dataset.train` `three_parts` learns from, and which validate.

    Returns
    -------
    train, validation : ndarray of int
        Ascending; `validation` is empty where the dataset has a validation part of its own.
    """
    if dataset.validation is not None:
        return np.arange(len(dataset.train)), np.empty(0, np.intp)
    return stratified_split(dataset.train.y, fraction, seed)


def stratified_split(y, fraction, seed):
    """Draw a fraction of every class.

    Of each class, the number drawn differs from `fraction` of it by less than one, and at least
    one picture stays. The total is `fraction` of all, rounded, unless that rule forbids it
    (largest remainders; ties and members by the seed).

    Parameters
    ----------
    y : ndarray of int, shape (N,)
        The class of each picture.
    fraction : float
        Between 0 and 1.
    seed : int

    Returns
    -------
    rest, drawn : ndarray of int
        Indices into `y`, ascending; together each index once.

    Raises
    ------
    ValueError
        When `fraction` is not between 0 and 1.
    DatasetError
        When no class has two members.

    Examples
    --------
    >>> rest, drawn = stratified_split(np.array([0, 0, 0, 0, 1, 1, 1, 1]), 0.25, seed=0)
    >>> rest.size, np.array([0, 0, 0, 0, 1, 1, 1, 1])[drawn]
    (6, array([0, 1]))
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction must lie between 0 and 1. Received: fraction={fraction!r}")
    rng = np.random.default_rng(seed)
    classes, sizes = np.unique(y, return_counts=True)
    drawn = [
        rng.permutation(np.flatnonzero(y == label))[:count]
        for label, count in zip(classes, _numbers_to_draw(sizes, fraction, rng), strict=True)
    ]
    drawn = np.sort(np.concatenate([np.empty(0, np.intp), *drawn]))
    if not drawn.size:
        raise DatasetError(
            "No class has two training pictures, so none can be set aside for validation."
        )
    return np.setdiff1d(np.arange(len(y)), drawn, assume_unique=True), drawn


def _numbers_to_draw(sizes, fraction, rng):
    quotas = sizes * fraction
    numbers = np.floor(quotas).astype(int)
    missing = max(1, round(fraction * sizes.sum())) - numbers.sum()
    shuffled = rng.permutation(np.flatnonzero((sizes > 1) & (quotas > numbers)))
    by_remainder = shuffled[np.argsort((numbers - quotas)[shuffled], kind="stable")]
    numbers[by_remainder[: max(0, missing)]] += 1
    return np.minimum(numbers, sizes - 1)
