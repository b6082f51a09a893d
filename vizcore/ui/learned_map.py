"""Choosing one map of a network, on the page *What it learned*."""

from dataclasses import replace

import numpy as np
import streamlit as st

from vizcore.nets.excitement import excitable
from vizcore.ui.learned_settings import MOST_ACTIVE
from vizcore.ui.network_settings import is_place
from vizcore.ui.numbers import readable
from vizcore.ui.plain import plain
from vizcore.ui.tiles import RESPONSE, Strip, tiles


def first_choice(graph):
    """Return the node that is shown at first: the last ReLU with maps, or what comes nearest.

    Examples
    --------
    >>> from vizcore.nets.architectures import Architecture
    >>> from vizcore.nets.graph import graph_of
    >>> graph = graph_of(Architecture.from_text("8x8x1-conv_2_3-relu-max_2-flatten-dense_3"))
    >>> first_choice(graph)
    'relu1'
    """
    known = excitable(graph)
    maps = [name for name in known if graph[name].has_maps]
    after = [name for name in maps if graph[name].kind in ("relu", "leaky")]
    return (after or maps or list(known))[-1]


def most_active(now, name):
    """Return which map of a node has the highest value for a picture; of equals, the first.

    Parameters
    ----------
    now : vizcore.ui.network_view.Pass
    name : str
    """
    values = now.activations[name]
    return int(values.reshape(-1, values.shape[-1]).max(axis=0).argmax())


def chosen_map(settings, now):
    """Return the node and the map that settings name, or the first choice.

    Parameters
    ----------
    settings : LearnedSettings
    now : vizcore.ui.network_view.Pass

    Returns
    -------
    (str, int), str
        The place, and a sentence where the settings name none of this network's, else empty.
    """
    graph, begin = now.network.graph, first_choice(now.network.graph)
    name, place = settings.node or begin, settings.map
    if name in excitable(graph) and place == MOST_ACTIVE:
        return (name, most_active(now, name)), ""
    if name in excitable(graph) and is_place(graph, name, place):
        return (name, place), ""
    what = f"layer {name}" if place == MOST_ACTIVE else f"map {place + 1} of {name}"
    said = f"This network has no {what}: you see the most active one of {begin}."
    return (begin, most_active(now, begin)), said


def choose_map(state, now):
    """Let one choose a layer, and one of its maps by what it makes of the picture.

    Parameters
    ----------
    state : PageState
        Of `LearnedSettings`.
    now : vizcore.ui.network_view.Pass
        The network, and what it makes of the picture.

    Returns
    -------
    (str, int)
        The node, and the map or number.
    """
    graph = now.network.graph
    (name, place), said = chosen_map(state.now, now)
    st.header("One map", anchor=False)
    st.markdown(
        "A map is what one neuron, the same at every place, makes of the whole picture. Choose a "
        "layer and click one of its maps: all parts of this page tell of the same one."
    )
    if said:
        st.info(said)
    st.selectbox(
        "Layer",
        excitable(graph),
        format_func=lambda one: layer_title(graph[one]),
        width=360,
        **state.bind(
            "node",
            lambda settings: chosen_map(settings, now)[0][0],
            lambda settings, one: replace(settings, node=one, map=MOST_ACTIVE),
        ),
    )
    if state.now.map == MOST_ACTIVE:
        st.markdown(begun_with(now, name, place))
    tiles(
        [maps_strip(now, name)],
        label=f"Maps of {name} for the picture",
        chosen=place,
        on_choose=lambda tile: state.set(replace(state.now, node=name, map=tile)),
        visit=(state.visits, name),
        key="learned.maps",
    )
    return name, place


def begun_with(now, name, place):
    """Say why this map is the one that is shown."""
    values = now.activations[name]
    return (
        f"You begin with {plain(map_title(now.network, name, place))}: of all {values.shape[-1]} "
        f"it gives the highest value for this picture, {readable(float(values[..., place].max()))}."
    )


def layer_title(node):
    """Say what a node gives.

    Examples
    --------
    >>> from vizcore.nets.architectures import Architecture
    >>> from vizcore.nets.graph import graph_of
    >>> graph = graph_of(Architecture.from_text("8x8x1-conv_2_3-flatten-dense_3"))
    >>> [layer_title(graph[name]) for name in ("conv1", "dense1")]
    ['conv1: 2 maps of 6×6', 'dense1: 3 numbers']
    """
    *sides, count = node.shape
    if not sides:
        return f"{node.name}: {count} number{'s' if count > 1 else ''}"
    return f"{node.name}: {count} map{'s' if count > 1 else ''} of {sides[0]}×{sides[1]}"


def map_title(network, name, place):
    """Call a map or a number by its name; a class is called what it is called.

    Returns
    -------
    str
        Not to be read as Markdown.
    """
    node = network.graph[name]
    if node.has_maps:
        return f"map {place + 1} of {name}"
    named = names_of(network, name)
    return f"number {place + 1} of {name}" + (f" (class {named[place][0]})" if named else "")


def names_of(network, name):
    """Return what the numbers of a node are called, or nothing: classes have names."""
    graph = network.graph
    ends = {network.output, *graph[network.output].inputs}
    if name in ends and graph[name].shape == (len(network.class_names),):
        return tuple((one,) for one in network.class_names)
    return ()


def maps_strip(now, name):
    """Return what a node makes of a picture, as tiles in one range."""
    given = now.activations[name]
    values = given.transpose(2, 0, 1) if given.ndim == 3 else given[:, None, None]
    noun = "map" if given.ndim == 3 else "number"
    limit = float(np.abs(values).max())
    return Strip("", noun, RESPONSE, values, limit, "Value", names_of(now.network, name))
