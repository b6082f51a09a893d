"""The keeper: a visitor's own lessons in the browser's storage, so that a reload loses nothing."""

import streamlit as st

from vizcore.ui.assets import register
from vizcore.ui.state import whole

_component = register("lesson_keeper")


def lesson_keeper(text, *, on_found, key):
    """Keep a text in the visitor's browser, or ask the browser for the one it keeps.

    Parameters
    ----------
    text : str or None
        What to keep; None asks, once for each load of the page.
    on_found : callable
        Called with the text that the browser has kept, if any, before the page runs again. It
        comes from a browser, unchecked.
    key : str
        The component's key on the page.
    """

    @whole
    def found():
        on_found(st.session_state[key]["found"])

    _component(key=key, data={"text": text}, on_found_change=found)
