"""The way to save a page as a lesson: a name to type, and a button."""

import streamlit as st

from vizcore.export.lesson_list import LONGEST_NAME
from vizcore.ui.assets import register
from vizcore.ui.state import whole

_component = register("save_lesson")


def save_lesson(*, told, on_save, key):
    """Offer to save the page as it stands.

    Parameters
    ----------
    told : str
        What became of the last attempt, or empty.
    on_save : callable
        Called with ``{"name", "at"}`` before the page runs again: a name, and the step in the
        address or None, of which the server does not hear. It comes from a browser, unchecked.
    key : str
        The component's key on the page.
    """

    @whole
    def saved():
        on_save(st.session_state[key]["save"])

    _component(key=key, data={"told": told, "longest": LONGEST_NAME}, on_save_change=saved)
