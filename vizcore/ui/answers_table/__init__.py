"""A table of pictures and what a network says of each; one of them is opened."""

import streamlit as st

from vizcore.ui.assets import register
from vizcore.ui.state import whole

_component = register("answers_table")


def answers_table(rows, *, opened, on_open, visit, key):
    """Show a picture a row; any column sorts it, in the browser.

    Parameters
    ----------
    rows : sequence of dict
        ``id`` and ``name`` of the picture, ``thumbnail``, its address; ``best`` and ``second``,
        classes; ``most`` and ``next``, their probabilities; ``note``, what makes
        the answer doubtful, may be empty. Texts are shown as the text they are.
    opened : str or None
        The id of the picture that is opened.
    on_open : callable
        Called with an id before the page runs again; it is that of a row.
    visit : hashable
        Another value makes the browser mark this choice instead of its own.
    key : str
        The component's key on the page.
    """

    @whole
    def told():
        chosen = st.session_state[key]["open"]
        if any(chosen == one["id"] for one in rows):
            on_open(chosen)

    data = {"rows": list(rows), "opened": opened, "visit": repr(visit)}
    _component(key=key, data=data, on_open_change=told)
