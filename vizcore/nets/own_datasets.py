"""The datasets that visitors bring: kept beside the runs, for a while, each for its owner.

A dataset is a folder of plain arrays (`dataset_files`) under an unguessable name, so that a run
that learned from it finds it, here and in the workers, and nobody else does. What has not been
used for `DAYS` is deleted.
"""

import os
import re
import secrets
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from vizcore.nets.dataset import Dataset, DatasetError
from vizcore.nets.dataset_files import DAMAGED, read_about, read_files, write_files

PREFIX = "own-"
DAYS = 7
MB = 2**20
MOST_KEPT, MOST_BYTES = 8, 128 * MB
"""Of one visitor."""
MOST_KEPT_IN_ALL, MOST_BYTES_IN_ALL = 400, 4096 * MB

_NAME = re.compile(PREFIX + "[0-9a-f]{32}")
_USED = "used"
_DAY, _HOUR = 86_400, 3600
_keeping = threading.Lock()


@dataclass(frozen=True)
class Kept:
    """A dataset that is kept, as its owner sees it in a list.

    Attributes
    ----------
    name : str
        As `load` takes it.
    title : str
    class_names : tuple of str
    counts : tuple of int
        Pictures of each class, all parts together.
    shape : tuple of int
        (H, W, C) of a picture.
    made, expires : float
        Seconds since 1970; each use of it puts off the second.
    size : int
        Bytes of its pictures.
    """

    name: str
    title: str
    class_names: tuple[str, ...]
    counts: tuple[int, ...]
    shape: tuple[int, int, int]
    made: float
    expires: float
    size: int


def datasets_folder() -> Path:
    """Where they are kept: ``datasets`` in the folder that `VIZCORE_RUNS` names, as the runs."""
    runs = os.environ.get("VIZCORE_RUNS") or Path(__file__).parents[2] / ".runs"
    return Path(runs).expanduser().absolute() / "datasets"


def keep(dataset: Dataset, owner) -> str:
    """Keep a dataset.

    Parameters
    ----------
    dataset : Dataset
        Its `name` is replaced.
    owner : str
        The digest of the visitor whose pictures they are.

    Returns
    -------
    str
        The name under which `load` finds it.

    Raises
    ------
    DatasetError
        Where the visitor, or all of them together, would have too much; nothing is then stored.
    """
    expire()
    name = PREFIX + secrets.token_hex(16)
    size = sum(part.x.nbytes for part in dataset.given.values())
    with _keeping:
        _check_room(owner, size)
        new = datasets_folder() / f".{name}"
        try:
            datasets_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
            new.mkdir(mode=0o700)
            write_files(new, replace(dataset, name=name), **_listed(dataset, owner, size))
            (new / _USED).touch()
            new.rename(_folder(name))
        except OSError as error:
            shutil.rmtree(new, ignore_errors=True)
            raise DatasetError("This dataset could not be stored: the disk may be full.") from error
    return name


def mine(owner) -> list[Kept]:
    """List a visitor's datasets, the newest first; nobody has none. No pictures are read."""
    if not owner:
        return []
    expire()
    found = [_kept(about, folder) for about, folder in _all() if about["owner"] == owner]
    return sorted(found, key=lambda one: -one.made)


def load(name) -> Dataset:
    """Give a dataset, memory-mapped, to whoever knows its name; that is a use of it.

    Raises
    ------
    DatasetError
        Where it was deleted or has expired.
    """
    gone = DatasetError(
        "These pictures are gone: whoever brought them deleted them, or nobody had used them for"
        f" {DAYS} days."
    )
    if not is_kept(name):
        raise gone
    try:
        dataset = read_files(_folder(name))
    except DAMAGED:
        raise gone from None
    _use(name)
    return dataset


def is_own(name) -> bool:
    """Tell whether a name is one of a visitor's own datasets, kept or gone."""
    return isinstance(name, str) and bool(_NAME.fullmatch(name))


def is_kept(name) -> bool:
    """Tell whether `load` would find it, without reading or using it."""
    return is_own(name) and _used(_folder(name)) > time.time() - DAYS * _DAY


def title_of(name):
    """Return what its owner called it, or None where it is gone."""
    try:
        return read_about(_folder(name))["title"] if is_kept(name) else None
    except DAMAGED:
        return None


def delete(name, owner):
    """Delete a dataset; what its runs learned stays with them.

    Raises
    ------
    DatasetError
        Where it is somebody else's. One that is gone already is no mistake.
    """
    if not is_own(name):
        return
    try:
        whose = read_about(_folder(name))["owner"]
    except FileNotFoundError:
        return
    except DAMAGED:
        whose = None
    if not owner or whose != owner:
        raise DatasetError("This dataset belongs to somebody else: only they can delete it.")
    _remove(_folder(name))


def expire():
    """Delete what nobody has used for `DAYS`, and what was left half written."""
    before = time.time() - DAYS * _DAY
    for folder in _entries():
        if _used(folder) <= before and _changed(folder) <= time.time() - _HOUR:
            _remove(folder)


def _listed(dataset, owner, size):
    classes = len(dataset.class_names)
    counts = sum(np.bincount(part.y, minlength=classes) for part in dataset.given.values())
    return {
        "owner": owner,
        "counts": counts.tolist(),
        "shape": [int(n) for n in dataset.shape],
        "size": int(size),
        "made": time.time(),
    }


def _check_room(owner, size):
    known = [about for about, _ in _all()]
    own = [about["size"] for about in known if about["owner"] == owner]
    if len(own) >= MOST_KEPT:
        raise DatasetError(f"You have {len(own)} datasets, the most that are kept: delete one.")
    if sum(own) + size > MOST_BYTES:
        raise DatasetError(
            f"Your datasets would take {-(-(sum(own) + size) // MB):,} MB and the limit is"
            f" {MOST_BYTES // MB}: delete one, or take smaller or fewer pictures."
        )
    total = sum(about["size"] for about in known)
    if len(known) >= MOST_KEPT_IN_ALL or total + size > MOST_BYTES_IN_ALL:
        raise DatasetError("This server has no room for more datasets now: try again in some days.")


def _all():
    """Yield what is known of each dataset, and its folder; none that is spoilt."""
    for folder in _entries():
        if is_own(folder.name):
            with suppress(*DAMAGED):
                yield _about(folder, _changed(folder)), folder


@lru_cache(maxsize=2 * MOST_KEPT_IN_ALL)
def _about(folder, changed):
    return read_about(folder)


def _kept(about, folder):
    return Kept(
        folder.name,
        about["title"],
        tuple(about["class_names"]),
        tuple(about["counts"]),
        tuple(about["shape"]),
        about["made"],
        _used(folder) + DAYS * _DAY,
        about["size"],
    )


def _entries():
    try:
        return list(datasets_folder().iterdir())
    except OSError:
        return []


def _folder(name):
    return datasets_folder() / name


def _used(folder):
    """Return when it was last used, or 0 where it is not there or not whole."""
    return 0 if folder.name.startswith(".") else _changed(folder / _USED)


def _changed(path):
    try:
        return path.stat().st_mtime
    except OSError:
        return 0


def _use(name):
    """Note the use, but not at every look."""
    if _used(_folder(name)) < time.time() - _HOUR:
        with suppress(OSError):
            (_folder(name) / _USED).touch()


def _remove(folder):
    """Take it away at once, then its files: nobody finds half of it."""
    if not folder.name.startswith("."):
        gone = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
        with suppress(OSError):
            folder = folder.rename(gone)
    shutil.rmtree(folder, ignore_errors=True)
