"""Activations: what a neuron makes of its sum, what a prediction costs, and dropout."""

import streamlit as st

from vizcore.ui import activation_controls as controls
from vizcore.ui.activation_settings import ActivationSettings
from vizcore.ui.dropout_controls import dropout
from vizcore.ui.frame import open_page
from vizcore.ui.state import PageState

open_page(
    "pages/activations.py",
    "A neuron adds up and bends what comes out. Type its numbers, read off the curves, and see "
    "what a prediction costs and what dropout leaves of a net.",
)
state = PageState("activations", ActivationSettings())
if state.problem:
    st.warning(f"{state.problem} You see the page as it was.")

controls.topic(state)
show = {
    "neuron": controls.neuron,
    "curves": controls.curves,
    "map": controls.feature_map,
    "cost": controls.costs,
    "dropout": dropout,
}[state.now.topic]
show(state)
controls.examples(state.now)
