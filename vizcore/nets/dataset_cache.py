"""Large datasets unpacked on disk once, so that every process maps them instead of reading them."""

import json
import os
import secrets
import shutil
import sys
from pathlib import Path

import numpy as np

from vizcore.nets.dataset import Dataset, Part

_ABOUT = "dataset.json"


def cache_folder() -> Path:
    """Where datasets are kept: `VIZCORE_CACHE`, or else the user's cache folder."""
    if folder := os.environ.get("VIZCORE_CACHE"):
        return Path(folder)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "vizcore"


def cached(key, stamp, read) -> Dataset:
    """Give the dataset kept under a key, or read it and keep it.

    Parameters
    ----------
    key : str
        A folder name.
    stamp : str
        What it was read from; what was kept with another stamp is replaced.
    read : callable
        () → Dataset, when nothing fitting is kept.

    Returns
    -------
    Dataset
        Its pictures memory-mapped; or, where the cache cannot be written, as they were read.
    """
    return kept(key, stamp) or _keep(key, stamp, read())


def kept(key, stamp) -> Dataset | None:
    """Give the dataset kept under this key and stamp, memory-mapped, or None."""
    folder = cache_folder() / "datasets" / key
    try:
        about = json.loads((folder / _ABOUT).read_text("utf-8"))
        if about.pop("stamp") != stamp:
            return None
        parts = {name: _mapped(folder, name) for name in about.pop("parts")}
        return Dataset(class_names=tuple(about.pop("class_names")), **about, **parts)
    except (OSError, EOFError, ValueError, KeyError, TypeError):  # nothing, or half of it
        return None


def _mapped(folder, name):
    x, y = (
        np.load(folder / f"{array}_{name}.npy", mmap_mode="r", allow_pickle=False) for array in "xy"
    )
    return Part(x, np.array(y))


def _keep(key, stamp, dataset):
    """Write beside and rename, so that nobody ever finds half a dataset."""
    folder = cache_folder() / "datasets" / key
    new = folder.with_name(f".{key}-{secrets.token_hex(8)}")
    try:
        new.mkdir(parents=True)
        _write(new, stamp, dataset)
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)
    except OSError:  # no room, no right, or another process was quicker
        shutil.rmtree(new, ignore_errors=True)
    return kept(key, stamp) or dataset


def _write(folder, stamp, dataset):
    for name, part in dataset.given.items():
        np.save(folder / f"x_{name}.npy", part.x)
        np.save(folder / f"y_{name}.npy", part.y)
    about = {
        "stamp": stamp,
        "parts": [*dataset.given],
        "name": dataset.name,
        "title": dataset.title,
        "class_names": dataset.class_names,
        "source": dataset.source,
    }
    (folder / _ABOUT).write_text(json.dumps(about), "utf-8")
