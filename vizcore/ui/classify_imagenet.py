"""MobileNetV2 on the page *Classify*: downloaded on first use, asked of a worker."""

from functools import partial

import streamlit as st

from vizcore.compute import imagenet
from vizcore.compute.imagenet_job import ImagenetJob
from vizcore.imaging.geometry import resize
from vizcore.imaging.seeing import levels_of
from vizcore.nets.imagenet import SIDE, TITLE, is_here, megabytes
from vizcore.ops import softmax
from vizcore.ui import classify_files as files
from vizcore.ui.answers import answer as in_its_time
from vizcore.ui.classify_answer import (
    INVITED,
    Answer,
    answer_section,
    nothing_drawn,
    stages_of,
)
from vizcore.ui.classify_table import show_table
from vizcore.ui.classify_words import note
from vizcore.ui.download import Download, download_section
from vizcore.ui.network_settings import IMAGENET
from vizcore.ui.overlay import Panel, overlay

_CLOSED = (
    f"{TITLE} cannot be opened layer by layer here: its layers are of kinds that the map of a "
    "network does not know."
)

_TABLE = "classify.imagenet.table"


def imagenet_answer(settings, network, shown, stages, me):
    """Show what it says of a picture, and where it looked; before it is here, offer to bring it.

    Parameters
    ----------
    settings : ClassifySettings
    network : vizcore.nets.network.Network
        As `vizcore.nets.imagenet.front` makes it.
    shown : vizcore.ui.network_pictures.Shown
    stages : tuple of vizcore.imaging.seeing.Stage
    me : str
        The visitor's digest.
    """
    if not is_here():
        st.subheader(TITLE, anchor=False)
        st.markdown(
            "3.5 million weights, trained by its authors on 1.3 million photographs of ImageNet; "
            "Keras publishes it. It tells 1,000 kinds of things apart."
        )
        asked = Download(ImagenetJob(), TITLE, round(megabytes()), "it is being put in its place")
        download_section(asked, me, "classify.imagenet")
        return
    if nothing_drawn(shown):
        st.markdown(INVITED)
        return
    levels = levels_of(stages)
    in_its_time(
        "classify.imagenet",
        (levels.tobytes(), settings.normalise),
        partial(imagenet.classified, levels, settings.normalise),
        partial(_show, settings, network, shown, stages),
        meanwhile=f"{TITLE} looks at the picture in a worker …",
    )


def steps_title():
    """Return what stands above the steps: before it is here it has seen nothing."""
    return "What the network saw" if is_here() else "What the network will see"


def imagenet_table(state, network):
    """Show what it says of several files, as soon as all are looked at.

    Parameters
    ----------
    state : PageState
        Of `ClassifySettings`.
    network : vizcore.nets.network.Network
    """
    pictures = files.pictures_brought()
    if len(pictures) < 2 or not is_here():
        return
    seen = [levels_of(stages_of(state.now, IMAGENET, network, one.picture)) for one in pictures]
    asked = tuple(one.id for one in pictures), state.now.steps, state.now.normalise
    kept, answers = st.session_state.get(_TABLE, (None, None))
    if kept == asked:
        show_table(state, network, pictures, answers, [note(one) for one in answers])
        return
    in_its_time(
        _TABLE,
        asked,
        partial(_all, seen, state.now.normalise),
        partial(_keep, asked),
        meanwhile=f"{TITLE} looks at {len(pictures)} pictures in a worker …",
    )


def _all(seen, normalise):
    return [softmax(imagenet.classified(levels, normalise).logits) for levels in seen]


def _keep(asked, answers):
    st.session_state[_TABLE] = asked, answers
    st.rerun()


def _show(settings, network, shown, stages, said):
    levels = levels_of(stages)
    answer = Answer(levels, network.class_names, softmax(said.logits), said.logits)
    answer_section(settings, IMAGENET, network, shown, stages, answer)
    st.markdown(_CLOSED)
    st.subheader("Where it looked", anchor=False)
    overlay(
        levels,
        [Panel("Class activation, last maps", resize(said.map, SIDE, SIDE),
               "Speaks for the class")],
        label=f"Where the network looked for {answer.names[answer.best]}",
        key="classify.imagenet.looks",
    )  # fmt: skip
