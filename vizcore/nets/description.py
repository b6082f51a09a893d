"""What a dataset looks like: samples, classes, brightness, and pictures that are there twice."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from vizcore.nets.dataset import Dataset
from vizcore.nets.splits import split_indices

_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Description:
    """A dataset in numbers and samples.

    Attributes
    ----------
    counts : dict of str to ndarray of int, (classes,)
        Pictures of each class in "train", "validation" and "test".
    mean, spread : ndarray of float64, (C,)
        Mean and standard deviation of each channel over the training part, black 0, white 1.
    samples : tuple of ndarray of uint8, (n, H, W, C)
        For each class, some of its training pictures; fewer, or none, where it has no more.
    repeated : int
        How many test pictures are, level for level, also among those for training or validation:
        on them, the test tells nothing about new pictures.
    """

    counts: dict[str, np.ndarray]
    mean: np.ndarray
    spread: np.ndarray
    samples: tuple[np.ndarray, ...]
    repeated: int


def describe(dataset: Dataset, *, fraction=0.1, seed=0, per_class=8) -> Description:
    """Describe a dataset as `three_parts` divides it with the same `fraction` and `seed`.

    Parameters
    ----------
    dataset : Dataset
    fraction, seed
        As in `splits.three_parts`; the seed chooses the samples too.
    per_class : int
        Samples of each class.
    """
    train, validation = split_indices(dataset, fraction, seed)
    classes = {"train": dataset.train.y[train], "test": dataset.test.y}
    if dataset.validation is None:
        classes["validation"] = dataset.train.y[validation]
    else:
        classes["validation"] = dataset.validation.y
    mean, spread = channel_statistics(dataset.train.x, train)
    return Description(
        {
            part: np.bincount(classes[part], minlength=len(dataset.class_names))
            for part in ("train", "validation", "test")
        },
        mean,
        spread,
        tuple(
            _samples(dataset, train, label, per_class, seed)
            for label in range(len(dataset.class_names))
        ),
        _repeated(dataset),
    )


def class_samples(dataset: Dataset, label, count, *, fraction=0.1, seed=0):
    """Choose training pictures of one class: those of `describe`, and more of them.

    Parameters
    ----------
    dataset : Dataset
    label : int
        The class.
    count : int
        As many, or all where there are fewer.
    fraction, seed
        As in `describe`.

    Returns
    -------
    ndarray of uint8, shape (n, H, W, C)
    """
    train, _ = split_indices(dataset, fraction, seed)
    return _samples(dataset, train, label, count, seed)


def channel_statistics(x, indices=None):
    """Mean and standard deviation of each channel, black 0, white 1.

    Parameters
    ----------
    x : ndarray of uint8, shape (N, H, W, C)
    indices : ndarray of int, optional
        Only these pictures.

    Returns
    -------
    mean, spread : ndarray of float64, shape (C,)
        Exact but for the last roundings.

    Examples
    --------
    >>> channel_statistics(np.uint8([0, 255]).reshape(2, 1, 1, 1))
    (array([0.5]), array([0.5]))
    """
    indices = np.arange(len(x)) if indices is None else indices
    channels = x.shape[3]
    counts = np.zeros((channels, 256), np.int64)
    for at in range(0, len(indices), _BLOCK):
        block = x[indices[at : at + _BLOCK]].reshape(-1, channels)
        counts += [np.bincount(block[:, channel], minlength=256) for channel in range(channels)]
    # In whole numbers, as large as need be: a channel of one level has a spread of exactly 0.
    levels, total = np.arange(256), int(counts[0].sum())
    sums, squares = (counts @ levels).tolist(), (counts @ levels**2).tolist()
    variances = [total * square - first**2 for first, square in zip(sums, squares, strict=True)]
    return np.array(sums) / (255 * total), np.sqrt(np.array(variances, float)) / (255 * total)


def _samples(dataset, train, label, count, seed):
    members = train[dataset.train.y[train] == label]
    chosen = np.random.default_rng((seed, label)).permutation(members)[:count]
    return np.asarray(dataset.train.x[chosen])


def _repeated(dataset):
    known = {
        digest
        for name, part in dataset.given.items()
        if name != "test"
        for digest in _digests(part.x)
    }
    return sum(digest in known for digest in _digests(dataset.test.x))


def _digests(x):
    return (blake2b(picture.tobytes(), digest_size=16).digest() for picture in x)
