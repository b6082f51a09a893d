"""The wiring: a small layer, dense, local or sharing its weights, and its weight matrix."""

import streamlit as st

from vizcore.lessons.weights import KINDS, weight_matrix
from vizcore.ui.assets import register

_component = register("wiring")


def wiring(inputs, window, kind, *, on_kind, visit, key):
    """Draw which output reads which input, by which weight; hovering costs no server traffic.

    Parameters
    ----------
    inputs, window : int
        As in `vizcore.lessons.weights.weight_matrix`.
    kind : str
        One of `vizcore.lessons.weights.KINDS`: what to show first.
    on_kind : callable
        Called with ``{"kind"}``, what the visitor has chosen, before the page runs again. It comes
        from a browser, unchecked.
    visit : hashable
        Another value makes the browser show `kind` instead of its own choice.
    key : str
        The component's key on the page.
    """
    _component(
        key=key,
        data={
            "matrices": {one: weight_matrix(one, inputs, window).tolist() for one in KINDS},
            "window": window,
            "kind": kind,
            "visit": visit,
        },
        on_kind_change=lambda: on_kind(st.session_state[key]["kind"]),
    )
