"""A dataset as a folder of plain arrays, which every process maps instead of reading them."""

import json

import numpy as np

from vizcore.nets.dataset import Dataset, Part

_ABOUT = "dataset.json"

DAMAGED = (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError)
"""What reading raises where there is nothing, or half of it."""


def write_files(folder, dataset: Dataset, **more):
    """Write a dataset into a folder that is there and empty.

    Parameters
    ----------
    folder : Path
    dataset : Dataset
    **more
        What else is to be known of it, as JSON can hold it.
    """
    for name, part in dataset.given.items():
        np.save(folder / f"x_{name}.npy", part.x)
        np.save(folder / f"y_{name}.npy", part.y)
    about = {
        "parts": [*dataset.given],
        "name": dataset.name,
        "title": dataset.title,
        "class_names": dataset.class_names,
        "source": dataset.source,
    }
    (folder / _ABOUT).write_text(json.dumps(about | more), "utf-8")


def read_about(folder):
    """Return all that is known of the dataset in a folder, its pictures unread.

    Raises
    ------
    DAMAGED
    """
    return json.loads((folder / _ABOUT).read_text("utf-8"))


def read_files(folder) -> Dataset:
    """Return the dataset in a folder, its pictures memory-mapped and read-only.

    Raises
    ------
    DAMAGED
    """
    about = read_about(folder)
    parts = {name: _mapped(folder, name) for name in about["parts"]}
    known = {name: about[name] for name in ("name", "title", "source")}
    return Dataset(class_names=tuple(about["class_names"]), **known, **parts)


def _mapped(folder, name):
    x, y = (
        np.load(folder / f"{array}_{name}.npy", mmap_mode="r", allow_pickle=False) for array in "xy"
    )
    return Part(x, np.array(y))
