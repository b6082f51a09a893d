"""The map of a network: a column for each layer, its feature maps as pictures, edges by weight."""

import streamlit as st

from vizcore.ui.assets import register
from vizcore.ui.netmap.columns import contents
from vizcore.ui.netmap_values import netmap_values
from vizcore.ui.state import whole

__all__ = ["contents", "netmap"]

_component = register("netmap", "board", "netmap/columns", "netmap/scene", "netmap/readout")


def netmap(shown, *, opened, ranges, visit, on_open, on_ranges, key):
    """Show a network as a map; pointing, walking and paging cost no server traffic.

    Arrow keys walk the maps, with Shift the pixels of a map, Enter or a click opens a map, Escape
    closes it. The browser marks what one opens at once and tells the server afterwards.

    Parameters
    ----------
    shown : tuple
        As `contents` wrote it.
    opened : (str, int) or None
        The node and the map, or number, that is opened.
    ranges : str
        What shares a range of colours: ``"map"``, ``"layer"`` or ``"network"``.
    visit : hashable
        Another value makes the browser show this choice instead of its own.
    on_open : callable
        Called with a node's name and a map's number before the page runs again; with ``""`` and 0
        when what was open is closed. They come from a browser, unchecked.
    on_ranges : callable
        Called likewise with another value of `ranges`.
    key : str
        The component's key on the page.
    """

    @whole
    def told_open():
        told = st.session_state[key]["opened"]
        on_open(told["node"], told["map"])

    @whole
    def told_ranges():
        on_ranges(st.session_state[key]["ranges"]["of"])

    stamps, network, picture = shown
    netmap_values(network, key=f"{key}.pixels-network")
    netmap_values(picture, key=f"{key}.pixels-picture")
    _component(
        key=key,
        data={
            **stamps,
            "opened": list(opened) if opened else None,
            "range": ranges,
            "visit": visit,
        },
        on_opened_change=told_open,
        on_ranges_change=told_ranges,
    )
