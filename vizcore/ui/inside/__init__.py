"""Inside a feature map: how each of its numbers was computed from the maps before it."""

from hashlib import blake2b

import numpy as np
import streamlit as st

from vizcore.ui.assets import pack, register
from vizcore.ui.inside.workings import working
from vizcore.ui.state import whole

_component = register(
    "inside",
    "board",
    "player",
    "inside/plate",
    "inside/cells",
    "inside/windows",
    "inside/pointwise",
    "inside/weighing",
)


def contents(network, activations, levels, node, map):
    """Write how one map was computed as the browser reads it.

    Parameters
    ----------
    network : vizcore.nets.network.Network
    activations : dict of str to ndarray of float32
        As `Network.activations` returns them.
    levels : ndarray of uint8, shape (H, W, C)
        The picture, as `Network.levels` returns it.
    node : str
        Of ``network.graph``.
    map : int
        Which of its maps, or of its numbers in a row, counted from 0.

    Returns
    -------
    tuple
        A header, the picture's levels, then the arrays that the header names with their shapes,
        float32, maps first.

    Raises
    ------
    ValueError
        When the network has no such node or map, or its parts are too large to be written.
    """
    header, arrays = working(network, activations, levels, node, map)
    header["shapes"] = {name: list(one.shape) for name, one in arrays.items()}
    header["picture"] = list(levels.shape)
    parts = [np.ascontiguousarray(levels).tobytes()]
    parts += [one.tobytes() for one in arrays.values()]
    stamp = blake2b(repr(header).encode(), digest_size=12)
    for part in parts:
        stamp.update(part)
    return header | {"stamp": stamp.hexdigest()}, *parts


def inside(network, activations, levels, node, map, *, visit, on_open, key):
    """Show how a map was computed; stepping and looking cost no server traffic.

    The cell one looks at is kept in the address, as ``at=row_column``.

    Parameters
    ----------
    network, activations, levels, node, map
        As `contents` takes them.
    visit : hashable
        Another value makes the browser go to the cell in the address.
    on_open : callable
        Called with a node's name and a map's number, before the page runs again, when a map is
        asked for that this one was computed from. They come from a browser, unchecked.
    key : str
        The component's key on the page.

    Raises
    ------
    ValueError
        As `contents`.
    """
    header, *parts = contents(network, activations, levels, node, map)

    @whole
    def opened():
        asked = st.session_state[key]["open"]
        on_open(asked["node"], asked["map"])

    _component(key=key, data=pack(header | {"visit": str(visit)}, *parts), on_open_change=opened)
