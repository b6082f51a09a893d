"""Where numbers in a row come from: the map, and the cell of it that the network flattened."""

import numpy as np

from vizcore.nets.receptive import fields_of

_EACH = {"relu", "leaky", "sigmoid", "tanh", "norm", "dropout"}
"""What makes each number of one number, so that it keeps its place."""


def place_name(node, index):
    """Name a map, or a number in a row.

    Parameters
    ----------
    node : vizcore.nets.graph.Node
    index : int
        Counted from 0; people count from 1.

    Examples
    --------
    >>> from vizcore.nets.graph import Node
    >>> place_name(Node("relu2", "relu", "relu2", None, ("conv2",), (4, 4, 8)), 0)
    'relu2, map 1'
    """
    if node.kind == "input":
        return f"the picture, channel {index + 1}" if node.shape[-1] > 1 else "the picture"
    return f"{node.name}, {'map' if node.has_maps else 'number'} {index + 1}"


def origin(graph, name, index):
    """Follow a number in a row back to the map that it was taken from.

    Parameters
    ----------
    graph : dict of str to vizcore.nets.graph.Node
    name : str
        A node that gives numbers in a row.
    index : int
        Which of its numbers.

    Returns
    -------
    str, int, (int, int) or None
        The node and its map, and the cell of the map: None for all of its cells, as after global
        pooling, or where it is a number in a row that a dense layer or a softmax made.

    Examples
    --------
    >>> from vizcore.nets.architectures import Architecture
    >>> from vizcore.nets.graph import graph_of
    >>> graph = graph_of(Architecture.from_text("2x3x4-relu-dropout_0.5-flatten-dense_2"))
    >>> origin(graph, "flatten1", 17), origin(graph, "dense1", 1)
    (('relu1', 1, (1, 1)), ('dense1', 1, None))
    """
    node = graph[name]
    if node.has_maps or node.kind in ("dense", "softmax"):
        return name, index, None
    before = graph[node.inputs[0]]
    if node.kind == "flatten" and before.has_maps:
        row, column, place = np.unravel_index(index, before.shape)
        # The map of the network leaves dropout out: outside training it changes nothing.
        while before.kind == "dropout":
            before = graph[before.inputs[0]]
        return before.name, int(place), (int(row), int(column))
    if node.kind in _EACH | {"flatten"}:
        return origin(graph, before.name, index)
    return before.name, index, None


def flattened(graph, name):
    """Return the node whose maps a node has in a row, number for number, or None.

    Examples
    --------
    >>> from vizcore.nets.architectures import Architecture
    >>> from vizcore.nets.graph import graph_of
    >>> graph = graph_of(Architecture.from_text("2x3x4-relu-flatten-dropout_0.5-dense_2"))
    >>> flattened(graph, "dropout1").name, flattened(graph, "dense1")
    ('relu1', None)
    """
    source, _, cell = origin(graph, name, 0)
    return graph[source] if cell else None


def origin_shown(graph, name, index):
    """Return an origin as the browser shows and opens it: with its name and what it sees."""
    source, place, cell = origin(graph, name, index)
    node = graph[source]
    told = place_name(node, place)
    if cell:
        told += f", row {cell[0] + 1}, column {cell[1] + 1}"
    seen = cell and fields_of(graph)[source].seen(cell, graph["input"].shape[:2])
    return {"node": source, "map": place, "cell": cell, "name": told, "seen": seen}
