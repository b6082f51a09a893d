"""Choosing the picture that a network classifies: a sample, a drawing, files or a shot."""

from base64 import b64encode
from html import escape

import streamlit as st

from vizcore.imaging import fit_within, to_jpeg
from vizcore.ui import classify_files as files
from vizcore.ui import network_pictures as pictures
from vizcore.ui.classify_settings import CAMERA
from vizcore.ui.network_choice import (
    SOURCES,
    check_shown,
    choose_source,
    drawing_pad,
    picture_row,
    source_of,
)
from vizcore.ui.network_settings import OWN
from vizcore.ui.photos import UPLOAD_TYPES, keep_own, own_photo
from vizcore.ui.plain import plain
from vizcore.ui.uploads import admit, promise

TITLES = SOURCES | {OWN: "Files", CAMERA: "Camera"}

_ON_SCREEN = 300_000
"""Pixels of a visitor's picture beside its answer."""

_STYLE = """<style>
.brought { width: max-content; max-width: 100%; margin: 0; }
.brought img { display: block; max-width: 100%; max-height: 320px; border-radius: 4px; box-shadow: 0 0 0 1px rgb(110 120 130 / 70%); }
.brought figcaption { overflow-wrap: anywhere; }
/* There the answer would lie far below it; the steps show the picture again. */
@media (max-width: 640px) { .brought { display: none; } }
</style>"""  # noqa: E501

_SHORT_STYLE = """<style>
.short-answer { min-height: 1.5em; margin: 0; font-weight: 600; overflow-wrap: anywhere; }
@media (min-width: 641px) { .short-answer { display: none; } }
</style>"""

_STROKE, _PROBLEM = "classify.stroke", "classify.problem"


def choose_input(state, key, network):
    """Let one choose a picture.

    Parameters
    ----------
    state : PageState
        Of `ClassifySettings`.
    key : str
        The network's.
    network : vizcore.nets.network.Network

    Returns
    -------
    shown : vizcore.ui.network_pictures.Shown
        The picture, whole.
    beside : streamlit container or None
        Where a drawing has room for `short_answer`: above the pad, where no hand covers it.
    """
    beside = None
    check_shown(state, key, network)
    source = choose_source(state, key, TITLES, {CAMERA: CAMERA})
    if source == "draw":
        beside = st.empty()
        drawing_pad(state, lambda text: _follow(state, text), stroke(state))
    elif source == OWN:
        _uploader(state)
    elif source == CAMERA:
        _camera(state)
    else:
        picture_row(state, key, network, source)
    return _shown(state, key, network, source), beside


def short_answer(beside, text):
    """Say in a line beside the pad, on a phone, what a wider screen says beside it.

    Parameters
    ----------
    beside : streamlit container or None
        As `choose_input` gives it.
    text : str
        Shown as the text it is.
    """
    if beside is not None:
        beside.html(f'{_SHORT_STYLE}<p class="short-answer" role="status">{escape(text)}</p>')


def stroke(state):
    """Return the drawing while a stroke of it goes on, as the setting writes it, or None."""
    visits, text = st.session_state.get(_STROKE, (0, None))
    is_it = visits == state.visits and source_of(state.now.picture) == "draw"
    return text if is_it else None


def _follow(state, text):
    st.session_state[_STROKE] = (state.visits, text)


def _shown(state, key, network, source):
    if source == CAMERA and files.shot() is not None:
        keep_own(files.shot())
    here = files.shot() if source == CAMERA else own_photo()
    if source in (OWN, CAMERA) and here is None:
        return pictures.samples_of(key, network)[0]
    name = OWN if source in (OWN, CAMERA) else stroke(state) or state.now.picture
    return pictures.whole(name, key, network)


# ---- What one brings ----


def admitted(uploads):
    """Return for each upload its bytes, or a sentence that refuses it."""
    answers = map(admit, uploads)
    return [taken[0][1] if taken else refused[0] for taken, refused in answers]


def _uploader(state):
    key = f"{state.page}.files"
    st.file_uploader(
        "Pictures: PNG, JPEG, WebP, GIF or BMP, up to 10 MB each",
        UPLOAD_TYPES,
        accept_multiple_files=True,
        key=key,
        on_change=lambda: files.bring(st.session_state[key], admitted),
        help=f"One, or up to {files.MOST_FILES} for a table. A link does not carry them.",
    )
    promise()
    bar = st.empty()
    files.read_pictures(
        lambda done, count: count > 4 and bar.progress(done / count, f"{done} of {count} read")
    )
    bar.empty()
    for one in files.brought():
        if one.problem:
            st.warning(plain(one.problem))
    if own_photo() is None:
        st.markdown("Until there is a picture, you see the first sample. A link carries no file.")
    else:
        _photo()


def _photo():
    """Show the picture that is opened, under its name."""
    name = next((one.name for one in files.brought() if one.id == files.opened()), "Your picture")
    data = to_jpeg(fit_within(own_photo().preview, _ON_SCREEN), 85)
    st.html(
        f'{_STYLE}<figure class="brought"><img src="data:image/jpeg;base64,'
        f'{b64encode(data).decode()}" alt="Your picture"><figcaption>{escape(name)}</figcaption>'
        "</figure>"
    )


def _camera(state):
    key = f"{state.page}.camera"

    def taken():
        uploads = [one for one in [st.session_state[key]] if one is not None]
        said = [
            given if isinstance(given, str) else files.take_shot(given)
            for given in admitted(uploads)
        ]
        st.session_state[_PROBLEM] = next(filter(None, said), "")

    st.camera_input("A shot of what the network is to see", key=key, on_change=taken)
    promise()
    if problem := st.session_state.get(_PROBLEM):
        st.warning(plain(problem))
    if files.shot() is None:
        st.markdown("Until there is a shot, you see the first sample. A link carries none.")


def name_elsewhere(state):
    """Return what the picture is called on the pages that know no camera."""
    picture = stroke(state) or state.now.picture
    return OWN if picture == CAMERA else picture
