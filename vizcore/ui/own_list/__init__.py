"""The own list: a visitor's saved lessons, to open, rename, move and delete."""

import streamlit as st

from vizcore.ui.assets import register
from vizcore.ui.state import whole

_component = register("own_list")


def own_list(lessons, *, version, on_arranged, key):
    """Show saved lessons; the browser arranges them at once and tells the server afterwards.

    Parameters
    ----------
    lessons : list of dict
        ``id``, ``name``, ``href`` and ``page`` (its title) of each, in order.
    version : int
        Another number makes the browser show these lessons instead of its own; its undo goes
        back to its own.
    on_arranged : callable
        Called with ``{"rows": [{"id", "name"}, …]}`` before the page runs again. It comes from a
        browser, unchecked.
    key : str
        The component's key on the page.
    """

    @whole
    def arranged():
        on_arranged(st.session_state[key]["arrangement"])

    _component(
        key=key,
        data={"lessons": lessons, "version": version},
        on_arrangement_change=arranged,
    )
