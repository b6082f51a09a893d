"""The confusion matrix: a table in colours; a click on a cell asks for its pictures."""

import streamlit as st

from vizcore.ui.assets import register
from vizcore.ui.state import whole

_component = register("confusion")


def confusion(matrix, class_names, *, chosen, on_choice, visit, key):
    """Show how often each class was taken for each.

    The browser marks another cell at once and tells the server afterwards. Arrow keys walk, Enter
    or a click chooses, and lets a chosen cell go.

    Parameters
    ----------
    matrix : ndarray of int, (K, K)
        Row: the true class; column: the predicted one.
    class_names : sequence of str
        Shown as the text they are.
    chosen : (int, int) or None
        The row and the column of the cell that is chosen.
    on_choice : callable
        Called with ``{"true", "predicted"}``, a cell or twice −1, before the page runs again. It
        comes from a browser, unchecked.
    visit : hashable
        Another value makes the browser show this choice instead of its own.
    key : str
        The component's key on the page.
    """

    @whole
    def told():
        on_choice(st.session_state[key]["cell"])

    _component(
        key=key,
        data={
            "matrix": matrix.tolist(),
            "names": list(class_names),
            "chosen": list(chosen) if chosen else None,
            "visit": visit,
        },
        on_cell_change=told,
    )
