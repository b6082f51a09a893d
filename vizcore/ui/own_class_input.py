"""How pictures come in on the page *Your own classes*: an archive, class by class, or arrays."""

from dataclasses import replace

import streamlit as st

from vizcore.nets.own_classes import GOOD_PICTURES, LEAST_PICTURES, MOST_CLASSES, MOST_PICTURES
from vizcore.ui.own_class_settings import WAYS
from vizcore.ui.own_pictures import own_pictures, refuse, take_archive, take_npz, take_pictures
from vizcore.ui.photos import UPLOAD_TYPES
from vizcore.ui.plain import plain
from vizcore.ui.upload_limits import upload_limits
from vizcore.ui.uploads import admit, promise

_NAME = "own_classes.name"


def bring(state):
    """Show the ways to bring pictures, and take in what comes."""
    st.radio(
        "How the pictures come",
        list(WAYS),
        format_func=WAYS.get,
        horizontal=True,
        **state.bind("way", lambda s: s.way, lambda s, v: replace(s, way=v)),
    )
    {"zip": _archive, "classes": _one_class, "npz": _arrays}[state.now.way]()
    promise()
    if problem := own_pictures().problem:
        st.error(plain(problem))


def _archive():
    st.markdown(
        "Put the pictures of each class into a folder that is called as the class is, and zip the "
        f"folders: at least {LEAST_PICTURES} pictures a class, {GOOD_PICTURES} are a good start; "
        f"at most {MOST_CLASSES} classes and {MOST_PICTURES:,} pictures. Small pictures do: a side "
        "of 300 pixels is plenty."
    )
    _uploader(f"A zip with a folder for each class, {_limit()}", ["zip"], take_archive)


def _one_class():
    name, files = st.columns([1, 2], gap="large")
    with name:
        called = st.text_input(
            "Name of the class",
            placeholder="cat",
            max_chars=40,
            key=_NAME,
            help="What the next pictures show. A name that is there already gets more pictures.",
        ).strip()
        pictures = own_pictures().collection.classes.get(called, ())
        st.markdown(
            f"{len(pictures)} so far of “{plain(called)}”." if called else "First name the class."
        )
    with files:
        _uploader(
            f"Pictures of “{plain(called)}”, each {_limit()}" if called else "Its pictures",
            UPLOAD_TYPES,
            lambda given: take_pictures(called, given),
            several=True,
            disabled=not called,
        )
        if st.toggle("or use the camera", key="own_classes.camera", disabled=not called):
            _camera(called, len(pictures))


def _camera(called, count):
    shot = st.camera_input(f"Picture {count + 1} of “{plain(called)}”", key=_fresh("shot"))
    if shot:
        _take([shot], lambda given: take_pictures(called, _named(given, count)))


def _named(given, count):
    return [(f"shot {count + i}", data) for i, (_, data) in enumerate(given, 1)]


def _arrays():
    st.markdown(
        "A file with the arrays `x_train`, `y_train`, `x_test` and `y_test`, as `numpy.savez` "
        "writes it: pictures are number × rows × columns, for colour × 3, with levels 0 to 255; "
        "labels are whole numbers from 0; `class_names` may name the classes. It is taken as it is "
        "divided; the page Data tells more of the layout."
    )
    _uploader(f"An .npz file, {_limit()}", ["npz"], take_npz)


def _uploader(label, types, take, *, several=False, disabled=False):
    files = st.file_uploader(
        label, types, accept_multiple_files=several, key=_fresh("files"), disabled=disabled
    )
    if given := files if several else [files] if files else []:
        _take(given, take)


def _take(files, take):
    """Take files in, and begin anew with an empty field: what they held is kept elsewhere."""
    taken, refused = admit(files)
    try:
        with st.spinner("Reading the pictures …"):
            take(taken)
    except ValueError as error:
        refused.append(str(error))
    if refused:
        refuse(" ".join(refused))
    st.rerun()


def _limit():
    return f"up to {upload_limits().file} MB"


def _fresh(name):
    return f"own_classes.{name}.{own_pictures().uploads}"
