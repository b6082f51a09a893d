"""The pictures that a visitor has brought to the page *Classify*: files and a shot.

They stay in the visitor's session. Of each there is the file as it came, and what is small enough
for sixty of them.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import streamlit as st

from vizcore.imaging import ImageError
from vizcore.imaging.geometry import resize
from vizcore.ui.network_pictures import middle_square
from vizcore.ui.photos import keep_own, read_photo
from vizcore.ui.uploads import UploadError, hold

MOST_FILES = 60
THUMBNAIL = 72
"""Pixels of the side of a small picture in the table."""

_HELD = "the pictures on Classify"
_FILES, _OPENED, _SHOT = "classify.brought", "classify.opened", "classify.shot.photo"


@dataclass(frozen=True, eq=False)
class Brought:
    """A file that a visitor has brought.

    Attributes
    ----------
    id : str
        Of the upload.
    name : str
        The visitor's own text.
    data : bytes
        The file; empty where it was refused.
    picture : ndarray of uint8, (H, W, 3), or None
        Small, but larger than any network's input here.
    thumbnail : ndarray of uint8, or None
        Its middle square.
    problem : str
        Why there is no picture, in a sentence that names the file; may be empty.
    """

    id: str
    name: str
    data: bytes = field(default=b"", repr=False)
    picture: np.ndarray | None = None
    thumbnail: np.ndarray | None = None
    problem: str = ""


def brought():
    """Return the files that are here, a tuple of `Brought`, in their order."""
    return st.session_state.get(_FILES, ())


def pictures_brought():
    """Return those of them that are pictures."""
    return tuple(one for one in brought() if one.picture is not None)


def opened():
    """Return the id of the file that is shown, or None."""
    return st.session_state.get(_OPENED)


def bring(files, admitted):
    """Take in what an uploader holds now; for its callback.

    Files that were here stay as they are, those that are gone from the uploader go.

    Parameters
    ----------
    files : sequence of UploadedFile
    admitted : callable
        Takes files; returns for each its bytes, or a sentence that refuses it.
    """
    known = {one.id: one for one in brought()}
    new = [one for one in files if one.file_id not in known]
    given = dict(zip((one.file_id for one in new), admitted(new), strict=True))
    now = tuple(
        known.get(one.file_id) or _brought(one, given[one.file_id]) for one in files[:MOST_FILES]
    )
    st.session_state[_FILES] = now + tuple(
        Brought(one.file_id, one.name, problem=_named(one, f"at most {MOST_FILES} at a time."))
        for one in files[MOST_FILES:]
    )
    hold(_HELD, sum(one.picture.nbytes for one in pictures_brought()))
    if new or opened() not in {one.id for one in now}:
        first = next((one for one in now if one.id in given and one.data), None)
        st.session_state[_OPENED] = first.id if first else None


def _brought(file, given):
    if isinstance(given, str):
        return Brought(file.file_id, file.name, problem=given)
    return Brought(file.file_id, file.name, given)


def read_pictures(progress):
    """Read the files that nobody has read yet, and show the one that is opened.

    Parameters
    ----------
    progress : callable
        Told after each file how many are done and how many there are.
    """
    waiting = [one for one in brought() if one.data and one.picture is None and not one.problem]
    for done, one in enumerate(waiting, 1):
        read = _read(one)
        st.session_state[_FILES] = tuple(read if it is one else it for it in brought())
        progress(done, len(waiting))
    here = {one.id for one in pictures_brought()}
    if here and opened() not in here:
        open_file(pictures_brought()[0].id)


def open_file(file_id):
    """Show a file as the visitor's own picture, on this page and the others."""
    one = next((one for one in pictures_brought() if one.id == file_id), None)
    if one is None:
        return
    keep_own(read_photo(one.data))
    st.session_state[_OPENED] = file_id


def _read(one):
    try:
        photo = read_photo(one.data)
    except ImageError as error:
        return replace(one, data=b"", problem=_named(one, error))
    if one.id == opened():
        keep_own(photo)
    small = photo.small
    square = resize(middle_square(small), THUMBNAIL, THUMBNAIL)
    try:
        hold(_HELD, small.nbytes + sum(it.picture.nbytes for it in pictures_brought()))
    except UploadError as error:
        return replace(one, data=b"", problem=_named(one, error))
    return replace(one, picture=small, thumbnail=square)


def _named(one, reason):
    return f"“{one.name}”: {reason}"


def take_shot(data):
    """Make what the camera took the visitor's own picture, and return what is wrong with it."""
    try:
        photo = read_photo(data)
    except ImageError as error:
        return str(error)
    st.session_state[_SHOT] = photo
    keep_own(photo)
    return ""


def shot():
    """Return the last picture the camera took, a `Photo`, or None."""
    return st.session_state.get(_SHOT)
