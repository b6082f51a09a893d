"""The datasets one can name: one embedded, three to download, files beside them, visitors' own.

`load_dataset` takes what is on this machine, and is quick enough for the web process.
`fetch_dataset` downloads what is missing, and is for workers. Datasets other than the embedded one
are memory-mapped from a cache (`dataset_cache`); nothing is kept in the repository.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

import numpy as np

from vizcore.nets import own_datasets
from vizcore.nets.dataset import Dataset, DatasetError, Part
from vizcore.nets.dataset_cache import cached, kept
from vizcore.nets.downloads import Report, download
from vizcore.nets.layouts import read_dataset
from vizcore.nets.splits import stratified_split

EMBEDDED = "digits"

_DIGITS = tuple(map(str, range(10)))
_TEST_FRACTION, _TEST_SEED = 0.2, 1797


@dataclass(frozen=True)
class Published:
    """A dataset that everyone knows.

    Attributes
    ----------
    title : str
    source : str
        Where it comes from, and its licence.
    class_names : tuple of str
    shape : (int, int, int)
        Rows, columns and channels of a picture.
    """

    title: str
    source: str
    class_names: tuple[str, ...]
    shape: tuple[int, int, int]


PUBLISHED = {
    EMBEDDED: Published(
        "Digits",
        "1,797 digits written by hand on 8 × 8 pixels (E. Alpaydin and C. Kaynak, UCI Machine"
        " Learning Repository, 1998; CC BY 4.0), as they come with scikit-learn.",
        _DIGITS,
        (8, 8, 1),
    ),
    "mnist": Published(
        "MNIST",
        "70,000 digits written by hand (Y. LeCun and C. Cortes, from data of the NIST;"
        " CC BY-SA 3.0).",
        _DIGITS,
        (28, 28, 1),
    ),
    "fashion_mnist": Published(
        "Fashion-MNIST",
        "70,000 pieces of clothing (H. Xiao, K. Rasul and R. Vollgraf, Zalando, 2017; MIT"
        " licence).",
        (
            *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
            *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        ),
        (28, 28, 1),
    ),
    "cifar10": Published(
        "CIFAR-10",
        "60,000 small photographs (A. Krizhevsky, V. Nair and G. Hinton, University of Toronto,"
        " 2009; no licence stated).",
        (
            *("airplane", "automobile", "bird", "cat", "deer"),
            *("dog", "frog", "horse", "ship", "truck"),
        ),
        (32, 32, 3),
    ),
}
"""The embedded dataset and those of `keras.datasets`, by name."""


@dataclass(frozen=True)
class Choice:
    """A dataset to choose from.

    Attributes
    ----------
    name, title : str
        As in `Dataset`.
    origin : str
        "embedded", "file" (below `VIZCORE_DATA`), "downloaded", "download": still to come, or
        "own": a visitor's.
    """

    name: str
    title: str
    origin: str


def dataset_choices(owner=None) -> tuple[Choice, ...]:
    """List the datasets, the embedded one first; no pictures are read for it.

    Parameters
    ----------
    owner : str, optional
        The digest of the visitor whose own datasets are listed too, at the end.
    """
    files = _files()
    published = (
        Choice(name, known.title, _origin(name, files)) for name, known in PUBLISHED.items()
    )
    beside = (
        Choice(name, path.stem, "file") for name, path in files.items() if name not in PUBLISHED
    )
    own = (Choice(one.name, one.title, "own") for one in own_datasets.mine(owner))
    return *published, *beside, *own


def is_here(name):
    """Tell whether a dataset is on this machine, without reading it."""
    if own_datasets.is_own(name):
        return own_datasets.is_kept(name)
    return any(one.name == name and one.origin != "download" for one in dataset_choices())


def load_dataset(name=EMBEDDED) -> Dataset:
    """Give a dataset that is on this machine.

    Parameters
    ----------
    name : str
        "digits", "mnist", "fashion_mnist", "cifar10", or the name of an .npz file in the folder
        `VIZCORE_DATA`, in small letters and without its ending; or the name of a visitor's own, as
        `own_datasets.keep` gave it. The embedded dataset comes before a file, and a file before a
        download.

    Returns
    -------
    Dataset

    Raises
    ------
    DatasetError
        When it is not here, or its file cannot be used.

    Examples
    --------
    >>> digits = load_dataset("digits")
    >>> len(digits.train), len(digits.test), digits.shape
    (1438, 359, (8, 8, 1))
    """
    if name == EMBEDDED:
        return _digits()
    if own_datasets.is_own(name):
        return own_datasets.load(name)
    if path := _files().get(name):
        return cached(_key(path), _stamp(path), lambda: _read(name, path))
    if name not in PUBLISHED:
        known = ", ".join(choice.name for choice in dataset_choices())
        raise DatasetError(f"There is no dataset {str(name)[:40]!a} here: choose one of {known}.")
    if dataset := kept(name, name):
        return dataset
    raise DatasetError(
        f"{PUBLISHED[name].title} is not on this machine yet: download it, or choose the embedded"
        " digits."
    )


def fetch_dataset(name=EMBEDDED, report: Report = lambda *_: None, *, base_url=None) -> Dataset:
    """Give a dataset, downloaded if need be; for workers, since that takes Keras.

    Parameters
    ----------
    name : str
        As in `load_dataset`.
    report : callable
        Told in words, and as a part of 1, how far the download has come; what it raises ends the
        download and leaves nothing behind.
    base_url : str, optional
        A mirror of the files, as in `downloads.download`.

    Raises
    ------
    DatasetError
        Also when it cannot be downloaded.
    """
    if name in _files() or name not in PUBLISHED or name == EMBEDDED:
        return load_dataset(name)
    return cached(name, name, lambda: _download(name, report, base_url))


def stamp_of(name):
    """Tell a dataset from what had its name before, without reading it: for caches."""
    if own_datasets.is_own(name):
        return "kept" if own_datasets.is_kept(name) else ""
    path = None if name == EMBEDDED else _files().get(name)
    return _stamp(path) if path else ""


def _origin(name, files):
    if name == EMBEDDED:
        return "embedded"
    if name in files:
        return "file"
    return "downloaded" if kept(name, name) else "download"


@cache
def _digits():
    """Scale the levels 0 to 16 to 0 to 255, and set a test part aside once and for all."""
    from sklearn.datasets import load_digits  # takes a second to import

    digits, known = load_digits(), PUBLISHED[EMBEDDED]
    x = np.rint(digits.images * (255 / 16)).astype(np.uint8)[..., np.newaxis]
    whole = Part(x, digits.target.astype(np.int64))
    train, test = stratified_split(whole.y, _TEST_FRACTION, _TEST_SEED)
    return Dataset(
        EMBEDDED,
        known.title,
        known.class_names,
        known.source,
        train=whole.take(train),
        test=whole.take(test),
    )


def _files() -> Mapping[str, Path]:
    """Name the .npz files in the folder `VIZCORE_DATA`."""
    folder = os.environ.get("VIZCORE_DATA")
    try:
        paths = sorted(Path(folder).glob("*.npz")) if folder else []
        named = ((re.sub(r"[^a-z0-9_]+", "-", path.stem.lower()), path) for path in paths)
        return {name: path for name, path in named if path.is_file()}
    except OSError:  # a folder that may not be read holds nothing for us
        return {}


def _read(name, path):
    known = PUBLISHED.get(name)
    if known is None:
        note = f"The file {path.name}; whoever put it there knows its licence."
        return read_dataset(path, name, path.stem, note)
    dataset = read_dataset(path, name, known.title, known.source, class_names=known.class_names)
    if dataset.shape != known.shape or len(dataset.class_names) != len(known.class_names):
        raise DatasetError(
            f"{path.name} holds something else than {known.title}: give it another name."
        )
    return dataset


def _key(path):
    return blake2b(os.fsencode(path.resolve()), digest_size=16).hexdigest()


def _stamp(path):
    """Tell a file from the one that lay there before, without reading it."""
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns}"


def _download(name, report, base_url):
    known = PUBLISHED[name]
    train, test = download(name, known.title, report, base_url=base_url)
    return Dataset(name, known.title, known.class_names, known.source, train=train, test=test)
