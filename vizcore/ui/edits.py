"""Edits from a component: each taken in once, in order, however quickly they come."""

import streamlit as st

from vizcore.ui.state import whole


def taker(key, on_edit, on_undo):
    """Return a callback for a component that sends all edits it has had no answer to.

    Parameters
    ----------
    key : str
        The component's key on the page; it sends ``edits``, each with a growing number ``n``.
    on_edit : callable
        Takes an edit, which comes from a browser, unchecked.
    on_undo : callable
        Called for an edit that holds ``undo``.
    """

    @whole
    def taken():
        edits = st.session_state[key]["edits"] or []
        last = st.session_state.setdefault(f"{key}.done", [0])
        for edit in edits:
            if edit["n"] > last[0]:
                on_undo() if "undo" in edit else on_edit(edit)
                # Noted after it is done, and in a list, which no newer run can cut short.
                last[0] = edit["n"]

    return taken


def done(key):
    """Return the number of the last edit that has been taken in."""
    return st.session_state.get(f"{key}.done", [0])[0]


def edits(key, on_edit, on_undo=None):
    """Return the number of the last edit taken in, and the callback: `done` and `taker`."""
    return done(key), taker(key, on_edit, on_undo)
