"""Data: what a network learns from, what it is chosen by, and what it is tested on."""

import streamlit as st

from vizcore.ui import data_controls as controls
from vizcore.ui.data_settings import DataSettings
from vizcore.ui.frame import open_page
from vizcore.ui.state import PageState

open_page(
    "pages/data.py",
    "Look at the pictures that a network learns from, and at how they are divided: one part to "
    "learn from, one to choose by, and one to test on.",
)
state = PageState("data", DataSettings())
if state.problem:
    st.warning(f"{state.problem} You see the page as it was.")

which, *others = st.columns([3, 3, 1])
controls.dataset(state, which)
if looked_at := controls.looked_at(state):
    data, found = looked_at
    controls.about(data)
    controls.samples(state, others, data, found)
    controls.parts(state, data, found)
    controls.classes(data, found)
    controls.channels(found)
    controls.onward(state.now, data)
controls.own_files()
