"""Where a network looked for the class it named, on the page *Classify*."""

from functools import partial

import streamlit as st

from vizcore.compute import looking
from vizcore.nets.attribution import grad_cam_layers
from vizcore.ui.answers import answer as in_its_time
from vizcore.ui.learned_words import told
from vizcore.ui.overlay import Panel, overlay
from vizcore.ui.own_model import asked_of


def looks_section(settings, key, network, answer, *, drawing=False):
    """Show Grad-CAM of the class that is named; returns at once, the map comes from the worker.

    Parameters
    ----------
    settings : ClassifySettings
    key : str
    network : vizcore.nets.network.Network
    answer : vizcore.ui.classify_answer.Answer
    drawing : bool
        Whether a stroke goes on: then nothing is asked.
    """
    st.subheader("Where it looked", anchor=False, help=told("grad_cam"))
    if not grad_cam_layers(network.graph):
        st.markdown("Grad-CAM weighs feature maps, and this network has none.")
    elif not settings.normalise:
        st.markdown("Grad-CAM is asked of numbers as the network learned them: normalise them.")
    elif drawing:
        st.markdown("Asked when the stroke has ended.")
    else:
        in_its_time(
            "classify.looks",
            (key, network.digest, answer.levels.tobytes(), answer.best),
            partial(looking.grad_cam, asked_of(key, network), answer.levels, answer.best),
            partial(_show, answer),
            meanwhile="A worker looks at the picture …",
        )


def _show(answer, seen):
    name = answer.names[answer.best]
    overlay(
        answer.levels,
        [Panel(f"Grad-CAM, {seen.layer}", seen.upsampled, "Speaks for the class")],
        label=f"Where the network looked for {name}",
        key="classify.looks",
    )
    if not seen.map.any():
        st.markdown(f"Nothing in the maps of {seen.layer} speaks for this class.")
