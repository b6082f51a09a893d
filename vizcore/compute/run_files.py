"""The reading side of a run's folder: what `vizcore.compute.training_job` wrote, without Keras.

A run that trains writes while others read. Every file appears whole or not at all; one that is
damaged all the same is told in a sentence.
"""

import json
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from vizcore.compute.runs import RunError
from vizcore.compute.training_job import ABOUT, PROBE, SNAPSHOTS, TEST
from vizcore.nets.preparation import Preparation

MAP = "map-"
"""What the name of a layer's maps begins with."""

_DAMAGED = (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class About:
    """What the numbers of a run mean.

    Attributes
    ----------
    classes : tuple of str
        The names, in the order of the network's outputs.
    preparation : Preparation
        How pictures became the network's input.
    policy : str
        What Keras calls the numbers that it was trained in; empty where the run does not say.
    """

    classes: tuple
    preparation: Preparation
    policy: str = ""


@dataclass(frozen=True, eq=False)
class Probe:
    """The picture whose feature maps are kept.

    Attributes
    ----------
    picture : ndarray of uint8, shape (H, W, C)
        At the size of the network's input, before it was scaled to numbers.
    truth : int
        Its class.
    """

    picture: np.ndarray
    truth: int


def about(folder):
    """Return the class names of a run and how it prepared its pictures.

    Parameters
    ----------
    folder : Path
        The run's, as `Runs.folder` gives it.

    Returns
    -------
    About

    Raises
    ------
    RunError
        Where the file is not there, or damaged.
    """
    try:
        read = json.loads((folder / ABOUT).read_text("utf-8"))
        settings = {name: _frozen(value) for name, value in read["preparation"].items()}
        classes, policy = tuple(map(str, read["classes"])), str(read.get("policy", ""))
        return About(classes, Preparation(**settings), policy)
    except FileNotFoundError:
        raise RunError("This run has not told its classes: it has not begun to train.") from None
    except (*_DAMAGED, AttributeError):
        raise RunError("What this run wrote about its classes cannot be read.") from None


def probe(folder):
    """Return the picture whose feature maps are kept, or None where the run did not say.

    Raises
    ------
    RunError
        Where the file is damaged.
    """
    said = "The run's probe picture cannot be read."
    read = _arrays(folder / PROBE, said)
    if read is None:
        return None
    if not {"picture", "truth"} <= read.keys() or read["picture"].ndim != 3:
        raise RunError(said)
    return Probe(read["picture"], int(read["truth"]))


def test_results(folder):
    """Return the classes and the probabilities of the test part, or None before the run's end.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    tuple of ndarray, or None
        ``truth`` (N,) of int and ``probabilities`` (N, K) of float32.

    Raises
    ------
    RunError
        Where the file is damaged.
    """
    said = "The run's test results cannot be read: train it again to have them."
    read = _arrays(folder / TEST, said)
    if read is None:
        return None
    truth, probabilities = read.get("truth"), read.get("probabilities")
    if truth is None or np.ndim(probabilities) != 2 or truth.shape != probabilities.shape[:1]:
        raise RunError(said)
    return truth, probabilities


# A function of the package, although pytest would take its name for a test's.
test_results.__test__ = False


def snapshot_epochs(folder):
    """Return the epochs of which there is a snapshot, the first one first; 0: before training.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of int
    """
    names = (path.stem for path in (folder / SNAPSHOTS).glob("*.npz"))
    return sorted(int(name) for name in names if name.isdecimal())


def snapshot(folder, epoch, names=None):
    """Return what the network looked like after an epoch.

    Parameters
    ----------
    folder : Path
    epoch : int
        0 for before training.
    names : container of str, optional
        Read only these: others are then not even unpacked.

    Returns
    -------
    dict of str to ndarray
        ``kernels`` (rows, columns, channels, filters), float32, of the first convolution, where
        there is one; ``map-NAME`` (rows, columns, maps), float16, the probe's maps in layer NAME,
        in the order of the network; ``probabilities`` (classes,), what it takes the probe for.

    Raises
    ------
    RunError
        Where there is no such snapshot, or it is damaged.
    """
    said = f"The snapshot after epoch {epoch} cannot be read."
    read = _arrays(_snapshot_path(folder, epoch), said, names)
    if read is None:
        raise RunError(f"There is no snapshot after epoch {epoch}.")
    return read


def written(folder, epoch):
    """Return when a snapshot was written, in nanoseconds; 0 where there is none."""
    try:
        return _snapshot_path(folder, epoch).stat().st_mtime_ns
    except OSError:
        return 0


def map_layers(folder, epoch=0):
    """Return the names of the layers whose maps a snapshot holds, in the order of the network.

    Raises
    ------
    RunError
        As `snapshot` does.
    """
    said = f"The snapshot after epoch {epoch} cannot be read."
    with _opened(_snapshot_path(folder, epoch), said) as file:
        if file is None:
            raise RunError(f"There is no snapshot after epoch {epoch}.")
        return [name.removeprefix(MAP) for name in file.files if name.startswith(MAP)]


def _snapshot_path(folder, epoch):
    return folder / SNAPSHOTS / f"{epoch:04}.npz"


def _arrays(path, damaged, names=None):
    """Read the arrays of a file, or return None where it is not there."""
    with _opened(path, damaged) as file:
        if file is not None:
            return {name: file[name] for name in file.files if names is None or name in names}


@contextmanager
def _opened(path, damaged):
    """Open a file of arrays, or give None where it is not there."""
    try:
        with np.load(path, allow_pickle=False) as file:
            yield file
    except FileNotFoundError:
        yield None
    except RunError:
        raise
    # A lone array is no file of arrays: it has no names.
    except (*_DAMAGED, AttributeError):
        raise RunError(damaged) from None


def _frozen(value):
    return tuple(value) if isinstance(value, list) else value
