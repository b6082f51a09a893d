"""A network that one edits in its table, on any page whose settings have a network and a row."""

import streamlit as st

from vizcore.nets.architectures import MOST_LAYERS, ImpossibleLayer
from vizcore.ui.layer_settings import Network
from vizcore.ui.layers import layers


def layer_editor(state, note=None, frozen=0):
    """Show the page's network, and take changes back.

    Parameters
    ----------
    state : PageState
        Its settings have `network`, `row` and `showing`, as `LayerSettings` has.
    note : dict or None
        What to say at a row: ``row``, counted from 0, and ``text``, in a few words.
    frozen : int
        How many of the first rows keep the weights that they have.
    """

    def told(message):
        try:
            take(state, message)
        except (ValueError, KeyError, TypeError):
            st.toast("The layers could not be changed. The page stays as it was.")

    layers(
        state.now.network,
        row=state.now.row - 1,
        problem=_problem(state),
        note=note,
        frozen=frozen,
        answer=st.session_state.get(f"{state.page}.answer", 0),
        on_told=told,
        visit=state.visits,
        key=f"{state.page}.layers",
    )


def take(state, told):
    """Take in what the browser tells: another row, or another network that can be.

    A network that cannot be leaves the settings as they are, and its problem is kept.
    """
    row = range(MOST_LAYERS).index(told["row"]) + 1
    st.session_state[f"{state.page}.answer"] = int(told["number"])
    if told["layers"] is None:
        state.set(state.now.showing(state.now.network, row))
        return
    try:
        state.edit(state.now.showing(Network.of(told), row))
        st.session_state.pop(f"{state.page}.problem", None)
    except ValueError as error:
        blamed = error.row if isinstance(error, ImpossibleLayer) else None
        said = str(error).rstrip(".")
        text = f"{said[0].upper()}{said[1:]}. The table stays as it was."
        problem = {"row": blamed, "text": text}
        st.session_state[f"{state.page}.problem"] = state.now.network, problem


def _problem(state):
    """Return what was wrong with the last change of this network, or None."""
    network, told = st.session_state.get(f"{state.page}.problem", (None, None))
    return told if network == state.now.network else None
