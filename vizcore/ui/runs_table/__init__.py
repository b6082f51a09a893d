"""The table of a visitor's runs: links to each, two to compare, and what can be done to them."""

import streamlit as st

from vizcore.ui.assets import register
from vizcore.ui.state import whole

_component = register("runs_table")


def runs_table(runs, address, *, problem=None, on_told, key):
    """Show runs as a table.

    Names are shown as the text they are.

    Parameters
    ----------
    runs : sequence of dict
        ``id``, ``name``, ``dataset``, ``network``, ``sign`` and ``state``, ``detail``,
        ``validation``, ``test``, ``when``; ``active`` where it cannot be deleted.
    address : dict
        What the link to one run holds beside ``run``, and to two, beside ``beside``.
    problem : str, optional
        Why the last change was not made.
    on_told : callable
        Called before the page runs again with a dict: ``rename``, an id, and ``name``; or
        ``delete``, a list of ids. It comes from a browser, unchecked.
    key : str
        The component's key on the page.
    """

    @whole
    def told():
        on_told(st.session_state[key]["told"])

    data = {"runs": list(runs), "address": address, "problem": problem}
    _component(key=key, data=data, on_told_change=told)
