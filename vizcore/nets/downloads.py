"""MNIST, Fashion-MNIST and CIFAR-10 from the internet; for workers, since it takes Keras.

`keras.datasets` reads the files. What it does not do is tell how far a download has come, give up
on a dead connection, or leave nothing broken behind, so the files are brought here, into the
folder where it looks for them.
"""

import hashlib
import http.client
import os
import secrets
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from vizcore.nets.dataset import DatasetError, Part

Report = Callable[[str, float], None]
"""Told what goes on, and how much of it is done, from 0 to 1. What it raises ends the download."""

_SILENCE_S = 20
_PIECE = 2**16

_TENSORFLOW = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_TORONTO = "https://www.cs.toronto.edu/~kriz/"


@dataclass(frozen=True)
class RemoteFile:
    """A file, and how to know it.

    Attributes
    ----------
    site, name : str
        Its address is both, joined.
    place : str
        Where Keras looks for it, below its folder of datasets.
    size : int
        In bytes.
    digest : str
        SHA-256 (64 digits) or MD5 (32), as its publisher gives it; empty where none is given, and
        the size has to do.
    """

    site: str
    name: str
    place: str
    size: int
    digest: str


# Addresses, places and the SHA-256 are those of keras.datasets in Keras 3.15, which checks no
# digest of Fashion-MNIST: those are from its authors, github.com/zalandoresearch/fashion-mnist.
FILES = {
    "mnist": (
        RemoteFile(
            _TENSORFLOW,
            "mnist.npz",
            "mnist.npz",
            11_490_434,
            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        ),
    ),
    "fashion_mnist": tuple(
        RemoteFile(_TENSORFLOW, name, f"fashion-mnist/{name}", size, digest)
        for name, size, digest in (
            ("train-labels-idx1-ubyte.gz", 29_515, "25c81989df183df01b3e8a0aad5dffbe"),
            ("train-images-idx3-ubyte.gz", 26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            ("t10k-labels-idx1-ubyte.gz", 5_148, "bb300cfdad3c16e7a12a480ee83cd310"),
            ("t10k-images-idx3-ubyte.gz", 4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
        )
    ),
    "cifar10": (
        RemoteFile(
            _TORONTO,
            "cifar-10-python.tar.gz",
            "cifar-10-batches-py-target_archive",
            170_498_071,
            "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        ),
    ),
}


def download(name, title, report: Report, *, base_url=None) -> tuple[Part, Part]:
    """Bring a dataset of `keras.datasets` here.

    Parameters
    ----------
    name : str
        A key of `FILES`.
    title : str
        What people call it.
    report : callable
        See `Report`.
    base_url : str, optional
        A mirror with the same files, ending in "/", instead of where they are published; by
        default `VIZCORE_MIRROR`, where that is set.

    Returns
    -------
    train, test : Part

    Raises
    ------
    DatasetError
        When the site cannot be reached, or sends something else.
    """
    base_url = base_url or mirror()
    try:
        fetch_all(FILES[name], keras_folder(), title, report, base_url)
        report(f"Reading {title}", 1.0)
        return _read_with_keras(name)
    except (OSError, http.client.HTTPException, WrongFile) as error:
        site = urlsplit(base_url or FILES[name][0].site).hostname
        raise DatasetError(
            f"{title} could not be downloaded from {site} ({reason(error)}): choose the embedded"
            f" digits, which need no download, or put {name}.npz into the folder that"
            " VIZCORE_DATA names."
        ) from error


def mirror() -> str:
    """Return the address that `VIZCORE_MIRROR` gives, ending in "/", or nothing."""
    address = os.environ.get("VIZCORE_MIRROR", "")
    return address and f"{address.rstrip('/')}/"


class WrongFile(Exception):
    """What came is not what the table says."""


def reason(error) -> str:
    """Say in a few words why something could not be had from the internet."""
    told = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return " ".join(str(told).split())[:100].rstrip(".") or type(error).__name__


def keras_folder() -> Path:
    """Where `keras.datasets` keeps its files: in `KERAS_HOME`, or else in ~/.keras."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"


def fetch_all(files, folder, title, report: Report, base_url=None):
    """Bring those of some files that are not in a folder yet, each whole or not at all.

    Parameters
    ----------
    files : sequence of RemoteFile
    folder : Path
    title : str
        What people call them all together.
    report : callable
        See `Report`.
    base_url : str, optional
        As in `download`.
    """
    total, before = sum(file.size for file in files), 0
    for file in files:
        if not is_in(folder, file):
            place = folder / file.place
            fetch(file, place, _in_megabytes(report, title, before, total), base_url)
        before += file.size


def is_in(folder, file) -> bool:
    """Tell whether a file is in a folder, as far as its size tells."""
    place = folder / file.place
    return place.is_file() and place.stat().st_size == file.size


def _in_megabytes(report, title, before, total):
    def told(done):
        done += before
        report(f"Downloading {title}: {done / 1e6:.1f} of {total / 1e6:.1f} MB", done / total)

    return told


def fetch(file: RemoteFile, place: Path, told, base_url=None):
    """Bring one file to its place, whole and checked, or not at all.

    Parameters
    ----------
    file : RemoteFile
    place : Path
    told : callable
        Given the bytes that have come, after each piece.
    base_url : str, optional
        As in `download`.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(f"{place.name}-{secrets.token_hex(8)}.part")
    try:
        with (
            urllib.request.urlopen((base_url or file.site) + file.name, timeout=_SILENCE_S) as sent,
            new.open("wb") as kept,
        ):
            _copy(sent, kept, file, told)
        new.replace(place)
    finally:
        new.unlink(missing_ok=True)


def _copy(sent, kept, file, told):
    digest = hashlib.sha256() if len(file.digest) == 64 else hashlib.md5(usedforsecurity=False)
    done = 0
    while done <= file.size and (piece := sent.read(_PIECE)):
        kept.write(piece)
        digest.update(piece)
        done += len(piece)
        told(min(done, file.size))
    if done != file.size or file.digest not in ("", digest.hexdigest()):
        raise WrongFile(f"what came as {file.name} is not the published file")


def _read_with_keras(name):
    import keras

    try:
        train, test = getattr(keras.datasets, name).load_data()
        return _part(*train), _part(*test)
    except Exception as error:  # get_file raises Exception itself
        raise WrongFile(f"Keras could not read it, {reason(error)}") from error


def _part(x, y):
    x = np.ascontiguousarray(x)
    return Part(x.reshape(*x.shape[:3], -1), y.reshape(-1).astype(np.int64))
