"""The pictures that a visitor brings for classes of their own, as long as the session lasts."""

from dataclasses import dataclass, replace
from pathlib import PurePath

import streamlit as st

from vizcore.imaging import ImageError, decode_image
from vizcore.nets.collection import Collection
from vizcore.nets.dataset import Dataset
from vizcore.nets.layouts import read_dataset
from vizcore.nets.npz import MB, Limits
from vizcore.nets.own_datasets import is_own, title_of
from vizcore.nets.picture_archive import Found, PictureArchive, Skipped, clean_name
from vizcore.ui.state import whole
from vizcore.ui.uploads import hold

NPZ_LIMITS = Limits(file_bytes=64 * MB, array_bytes=48 * MB)
_SOURCE = "Brought by a visitor of this app, who knows where the pictures come from."

_STORE = "own_classes.pictures"


@dataclass(frozen=True, eq=False)
class OwnPictures:
    """What a visitor has brought so far; it is kept as one, so that no run finds half of it.

    Attributes
    ----------
    collection : Collection
        Pictures by class.
    dataset : Dataset or None
        That of an .npz file.
    problem : str
        Why the last file could not be used, in a sentence; or empty.
    uploads : int
        How many uploads were taken in: each gets a field of its own, so that the one before,
        whose files are no longer needed, is let go.
    """

    collection: Collection = Collection()
    dataset: Dataset | None = None
    problem: str = ""
    uploads: int = 0

    @property
    def size(self):
        """Bytes of all pictures."""
        parts = self.dataset.given.values() if self.dataset else ()
        return self.collection.size + sum(part.x.nbytes for part in parts)


def own_pictures():
    """Return what this session's visitor has brought."""
    return st.session_state.setdefault(_STORE, OwnPictures())


def changer(make):
    """Return a callback that replaces the collection by what `make` makes of it."""
    return whole(lambda: _change(collection=make(own_pictures().collection), problem=""))


def start_over():
    """Forget all that was brought."""
    _taken(collection=Collection(), dataset=None, problem="")


def take_archive(files):
    """Take in archives: the pictures of each, by folder.

    Parameters
    ----------
    files : sequence of (str, bytes)

    Raises
    ------
    DatasetError, UploadError
        With a sentence for the visitor; what was there stays.
    """
    collection = own_pictures().collection
    for _, data in files:
        collection = collection.adding(PictureArchive(data))
    _taken(collection=collection, problem="")


def take_pictures(class_name, files):
    """Take in pictures of one class.

    Parameters
    ----------
    class_name : str
    files : sequence of (str, bytes)

    Raises
    ------
    UploadError
    """
    found = (_found(clean_name(class_name), name, data) for name, data in files)
    _taken(collection=own_pictures().collection.adding(found), problem="")


def take_npz(files):
    """Take in a dataset, in place of the one before.

    Raises
    ------
    DatasetError, UploadError
    """
    for name, data in files:
        dataset = read_dataset(data, "own", _title(name), _SOURCE, limits=NPZ_LIMITS)
        _taken(dataset=dataset, problem="")


def rename_in_file(label, name):
    """Call a class of the file's dataset otherwise."""
    dataset = own_pictures().dataset
    names = list(dataset.class_names)
    names[label] = name
    _change(dataset=replace(dataset, class_names=tuple(names)), problem="")


def refuse(problem):
    """Say why something was not taken in; what was there stays."""
    _taken(problem=problem)


def _taken(**changes):
    _change(uploads=own_pictures().uploads + 1, **changes)


def _change(**changes):
    """Put something else in its place, as far as there is room for it."""
    new = replace(own_pictures(), **changes)
    hold(_STORE, new.size)
    st.session_state[_STORE] = new


def _title(file_name):
    """Call a dataset as its file is called; one that was kept here by its title, not by its key."""
    stem = clean_name(PurePath(file_name).stem)
    # Of a file that is there already, a browser makes "key (1)" or "key(1)".
    key = stem.partition("(")[0].strip()
    return (title_of(key) or "My classes") if is_own(key) else stem


def _found(class_name, name, data):
    try:
        return Found(class_name, clean_name(name, 60), decode_image(data))
    except ImageError as error:
        return Skipped(f"{class_name}/{clean_name(name, 60)}", str(error))
