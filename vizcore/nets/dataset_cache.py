"""Large datasets unpacked on disk once, so that every process maps them instead of reading them."""

import os
import secrets
import shutil
import sys
from pathlib import Path

from vizcore.nets.dataset import Dataset
from vizcore.nets.dataset_files import DAMAGED, read_about, read_files, write_files


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
        return read_files(folder) if read_about(folder)["stamp"] == stamp else None
    except DAMAGED:
        return None


def _keep(key, stamp, dataset):
    """Write beside and rename, so that nobody ever finds half a dataset."""
    folder = cache_folder() / "datasets" / key
    new = folder.with_name(f".{key}-{secrets.token_hex(8)}")
    try:
        new.mkdir(parents=True)
        write_files(new, dataset, stamp=stamp)
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)
    except OSError:  # no room, no right, or another process was quicker
        shutil.rmtree(new, ignore_errors=True)
    return kept(key, stamp) or dataset
