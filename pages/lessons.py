"""Lessons: the slides' worked examples, each a link to its page in the right state."""

import streamlit as st

from vizcore.ui import lesson_controls as controls
from vizcore.ui.catalogue_settings import CatalogueSettings
from vizcore.ui.frame import open_page
from vizcore.ui.own_lessons import own_lessons
from vizcore.ui.state import PageState

open_page(
    "pages/lessons.py",
    "Every worked example of the slides, with what it computes. Open one, play it, change it; and "
    "collect your own.",
)
state = PageState("lessons", CatalogueSettings())
if state.problem:
    st.warning(f"{state.problem} You see the page as it was.")

has_own = bool(own_lessons().order)
if has_own:
    controls.own()
    st.subheader("Lessons of the slides", anchor=False)
controls.filters(state)
controls.catalogue(state.now)
if not has_own:
    controls.own()
