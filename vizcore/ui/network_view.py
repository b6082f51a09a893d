"""The map of a network for one picture, and what is inside the map that is opened."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from vizcore.compute.recent import recent
from vizcore.nets.excitement import excitable
from vizcore.ui.inside import inside
from vizcore.ui.into_view import into_view
from vizcore.ui.kernel_links import kernel_link
from vizcore.ui.learned_settings import LearnedSettings
from vizcore.ui.lesson_links import query_of
from vizcore.ui.netmap import contents, netmap
from vizcore.ui.network_settings import OWN_MODEL, RANGES, is_place
from vizcore.ui.plain import plain

_TOLD, _OPENINGS = "network.visit", "network.openings"
_DETAIL = "network-detail"
_LEARNED = "pages/what_it_learned.py"


@dataclass(frozen=True, eq=False)
class Pass:
    """What a network makes of a picture.

    Attributes
    ----------
    network : vizcore.nets.network.Network
    levels : ndarray of uint8, shape (H, W, C)
        The picture at the size of its input.
    activations : dict of str to ndarray of float32
    """

    network: object
    levels: np.ndarray
    activations: dict

    @property
    def probabilities(self):
        """What it says: a probability for each class."""
        return self.activations[self.network.output]


def passed(network, picture):
    """Return what a network makes of a picture, `Pass`; the same object for the same picture.

    Parameters
    ----------
    network : vizcore.nets.network.Network
    picture : ndarray of uint8, shape (H, W, C)
        Of any size. Where its numbers grow beyond what float32 holds, that is told, and the page
        ends there.
    """
    levels = network.levels(picture)
    try:
        return _passed(network, levels.shape, levels.tobytes())
    # Our arithmetic refuses what is not finite, in words for programmers.
    except ValueError:
        st.error(
            "For this picture the network’s numbers become too large to be computed, as when "
            "training has diverged: choose another picture or another network."
        )
        st.stop()


@recent(maxsize=32)
def _passed(network, shape, levels):
    picture = np.frombuffer(levels, np.uint8).reshape(shape)
    with np.errstate(over="ignore", invalid="ignore"):
        return Pass(network, picture, network.activations(picture))


@recent(maxsize=32)
def _contents(one):
    return contents(one.network, one.activations, one.levels)


def the_map(state, one):
    """Show the map of a network.

    Parameters
    ----------
    state : PageState
        Of `NetworkSettings`.
    one : Pass
    """

    def ranges(name):
        if name in RANGES:
            state.set(replace(state.now, ranges=name))

    netmap(
        _contents(one),
        opened=state.now.opened(one.network.graph),
        ranges=state.now.ranges,
        visit=state.visits,
        on_open=_opener(state, one.network.graph),
        on_ranges=ranges,
        key="network.map",
    )


def opened_map(state, one):
    """Show what is inside the map that is opened, right below the map of the network.

    Parameters
    ----------
    state : PageState
        Of `NetworkSettings`.
    one : Pass
    """
    with st.container(key=_DETAIL):
        _detail(state, one)
    # After what it shows, so that an element that comes or goes changes nothing here.
    into_view(_DETAIL, st.session_state.get(_OPENINGS, 0), key="network.into-view")


def _detail(state, one):
    now, graph = state.now, one.network.graph
    if not now.node:
        return
    if now.opened(graph) is None:
        # Of a network chosen here, nobody has asked for it.
        if st.session_state.get(_TOLD) != state.visits:
            st.warning("This network has no such map as the link names: none is opened.")
        state.amend(now.opening())
    else:
        try:
            inside(
                one.network,
                one.activations,
                one.levels,
                now.node,
                now.map,
                visit=(state.visits, now.model),
                on_open=_opener(state, graph),
                key="network.inside",
            )
        except ValueError as error:
            st.warning(plain(error))
        _learned_link(now, graph)
        kernel_link(one, now.node, now.map)
    st.session_state[_TOLD] = state.visits


def _learned_link(now, graph):
    """Link to what the opened map answers to, where test pictures can tell."""
    if now.node in excitable(graph) and now.model != OWN_MODEL:
        there = LearnedSettings(model=now.model, picture=now.picture, node=now.node, map=now.map)
        st.page_link(
            _LEARNED,
            label="What excites this map most, and what it likes",
            icon=":material/arrow_forward:",
            query_params=query_of(there),
        )


def _opener(state, graph):
    """Return what opens a map that a browser names, if there is such a one."""

    def opening(node, place):
        if not node:
            state.set(state.now.opening())
        elif is_place(graph, node, place):
            st.session_state[_OPENINGS] = st.session_state.get(_OPENINGS, 0) + 1
            state.set(state.now.opening(node, place))

    return opening
