"""The job that looks through a test part for what excites a network's neurons; no training.

What it finds is kept in the folder of the runs, for everybody, until the network or the dataset
is another one.
"""

import os
import secrets
import zipfile
import zlib
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from vizcore.compute.job import kind_of
from vizcore.compute.jobs import open_jobs
from vizcore.compute.limits import Cost
from vizcore.compute.networks import open_network
from vizcore.compute.settings import Settings
from vizcore.nets import pretrained
from vizcore.nets.datasets import load_dataset, stamp_of
from vizcore.nets.excitement import Excited, Excitement, excitement
from vizcore.nets.keras_model import keras_model

FOLDER = "excitement"
"""Below the folder of the runs."""

_ARRAYS = tuple(each.name for each in fields(Excited))


@dataclass(frozen=True)
class ExcitementJob:
    """Find which test pictures excite each feature map of a network most.

    Attributes
    ----------
    network : str
        A key of `vizcore.compute.networks.open_network`.
    """

    network: str

    def to_settings(self):
        """Return all that it is made of, as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_settings(cls, settings):
        """Make the job that `to_settings` described."""
        return cls(**settings)

    def cost(self):
        """Return nothing, in one epoch, as nothing is trained.

        Raises
        ------
        NetworkError, DatasetError
            Where there is no such network, or its dataset is not on this machine.
        """
        open_network(self.network)
        load_dataset(dataset_of(self.network))
        return Cost(parameters=0, multiply_adds=0, epochs=1)

    def run(self, context):
        """Look in a worker; see `vizcore.compute.job.Job`."""

        def told(done, count):
            context.report_batch(done, count)
            if context.should_stop():
                raise _Stopped

        if found(self.network) is None:
            network = open_network(self.network)
            x = load_dataset(dataset_of(self.network)).test.x
            try:
                _write(_path(self.network), excitement(network, keras_model(network), x, told))
            except _Stopped:
                return {}
        context.report_epoch({}, lambda folder: None)
        return {}


class _Stopped(Exception):
    """Somebody does not want it any more."""


KIND = kind_of(ExcitementJob(""))
"""What `Run.job` holds of such a search."""


def dataset_of(key):
    """Return the name of the dataset that a network was trained on.

    Raises
    ------
    RunError
        Where it is no network at all.
    """
    if key in pretrained.NAMES:
        return pretrained.card(key).dataset
    return open_jobs().runs.get(key).settings["dataset"]


def searches(runs, key):
    """Tell which of some runs are searches for a network, a list.

    Parameters
    ----------
    runs : iterable of vizcore.compute.runs.Run
    key : str
    """
    wanted = KIND, ExcitementJob(key).to_settings()
    return [run for run in runs if (run.job, run.settings) == wanted]


def found(key):
    """Return what the job found for a network, or None where nobody has looked yet.

    Parameters
    ----------
    key : str

    Returns
    -------
    vizcore.nets.excitement.Excitement, or None
        The same object again while the file stays as it is.

    Raises
    ------
    NetworkError
    """
    path = _path(key)
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None


def _path(key):
    """Name the file after all that decides what is in it."""
    weights, dataset = open_network(key).digest, dataset_of(key)
    held = f"{weights} {dataset} {stamp_of(dataset)}".encode()
    name = blake2b(held, digest_size=16).hexdigest()
    return Settings.from_environment().runs / FOLDER / f"{name}.npz"


def _write(path, found):
    """Write a file that takes its place only when all is in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{secrets.token_hex(4)}.part")
    arrays = {
        f"{name}/{array}": getattr(one, array)
        for name, one in found.nodes.items()
        for array in _ARRAYS
    }
    with draft.open("wb") as file:
        np.savez_compressed(file, count=found.count, **arrays)
    os.replace(draft, path)


@lru_cache(maxsize=16)
def _read(path, stamp):
    """Read what `_write` wrote; `stamp` says which state of the file is kept."""
    with np.load(path, allow_pickle=False) as file:
        names = dict.fromkeys(key.split("/")[0] for key in file.files if "/" in key)
        nodes = {name: Excited(*(file[f"{name}/{array}"] for array in _ARRAYS)) for name in names}
        return Excitement(int(file["count"]), nodes)
