"""What a map of a network shows: its columns, the weights between them, and a picture's numbers."""

from collections import Counter
from hashlib import blake2b

import numpy as np

from vizcore.nets.receptive import fields_of
from vizcore.ui.assets import pack

HIDDEN = ("dropout", "flatten")
"""Kinds of nodes that change nothing one could see; edges go through them."""

MOST_WEIGHTS = 2**20
"""Entries of the matrix between two columns; larger ones are not sent."""

MOST_NUMBERS = 4 * 2**20
"""Activations that are sent: 16 MiB, of the 20 MB that a message may hold."""


def contents(network, activations, levels):
    """Write a network and what it makes of a picture as the browser reads it.

    It takes some milliseconds and is worth keeping. The network is sent apart from the picture's
    numbers, so that another picture sends no weights again.

    Parameters
    ----------
    network : vizcore.nets.network.Network
    activations : dict of str to ndarray
        As `Network.activations` returns them.
    levels : ndarray of uint8, shape (H, W, C)
        The picture at the size of the network's input.

    Returns
    -------
    tuple
        What `netmap` takes: the stamps of both, the network and the picture, packed.
    """
    nodes = [node for node in network.graph.values() if node.kind not in HIDDEN]
    sent = [node.name for node in nodes if node.name not in _too_large(nodes)]
    columns, matrices = _columns(network, nodes)
    for column in columns:
        column["sent"] = column["name"] in sent
    about = {"columns": columns, "classes": _classes(network), "output": nodes[-1].name}
    numbers = np.concatenate([_map_by_map(activations[name]) for name in sent])
    first, whole = _stamped(about, *(np.float32(one).tobytes() for one in matrices))
    second, seen = _stamped({}, numbers.tobytes(), np.ascontiguousarray(levels).tobytes())
    return {"network": first, "picture": second}, whole, seen


def _columns(network, nodes):
    """Return what is told of each node, and the matrices of weights that they name by place."""
    fields = fields_of(network.graph)
    parts = Counter(node.row for node in nodes)
    places = {node.name: place for place, node in enumerate(nodes)}
    columns, matrices = [], []
    for node in nodes:
        sources = [_seen(network.graph, name) for name in node.inputs]
        edges = [{"column": places[one.name], **_edges(node, one, network)} for one in sources]
        for edge in edges:
            if (matrix := edge.pop("matrix", None)) is not None:
                edge["part"] = len(matrices)
                matrices.append(matrix)
        block = node.row if node.row and parts[node.row] > 1 else ""
        field = fields.get(node.name)
        columns.append(
            {
                "name": node.name,
                "label": _label(node, block),
                "block": block,
                "kind": node.kind,
                "shape": list(node.shape),
                "field": field and [*field.start, *field.size, *field.jump],
                "sources": edges,
            }
        )
    return columns, matrices


def _seen(graph, name):
    """Return the node of a name, or the one before it that is seen."""
    node = graph[name]
    while node.kind in HIDDEN:
        node = graph[node.inputs[0]]
    return node


def _label(node, block):
    """Name a node inside of its residual block, where there is one."""
    if not block:
        return node.name
    inside = node.name.removeprefix(block).strip("_")
    return inside.replace("_", " ") or node.kind


def _edges(node, source, network):
    """Tell which maps of a source a node's maps read, and by which weights.

    ``by`` is ``"weights"``, with a matrix (source maps in a group, maps), the sums of the weights
    between two maps; ``"many"``, the same without, where it would be too large; ``"one"``, each
    from its own; ``"turns"``, numbers that were flattened out of maps, which take turns; or
    ``"all"``.
    """
    channels = node.shape[-1]
    own = network.weights.get(node.name, {})
    if node.kind == "depthwise":
        return {"by": "one", "matrix": own["kernel"].sum(axis=(0, 1, 2))[np.newaxis]}
    if node.kind == "conv":
        return _summed(own["kernel"].sum(axis=(0, 1)), node.layer.groups)
    if node.kind == "dense":
        # A flattened map's cells lie channel by channel apart.
        kernel = own["kernel"]
        return _summed(kernel.reshape(-1, source.shape[-1], channels).sum(axis=0), 1)
    if node.kind == "softmax":
        return {"by": "all"}
    flattened = source.has_maps and not node.has_maps
    return {"by": "turns" if flattened and not node.kind.startswith("global") else "one"}


def _summed(matrix, groups):
    if matrix.size > MOST_WEIGHTS:
        return {"by": "many", "groups": groups}
    return {"by": "weights", "groups": groups, "matrix": matrix}


def _classes(network):
    """Return the names of the outputs, where each output is a class."""
    shape = network.graph[network.output].shape
    return list(network.class_names) if shape == (len(network.class_names),) else []


def _too_large(nodes):
    """Return the names of the nodes that do not fit: the largest, first of all normalisations."""
    spare = sum(int(np.prod(node.shape)) for node in nodes) - MOST_NUMBERS
    left = set()
    for node in sorted(nodes[1:], key=lambda one: (one.kind != "norm", -np.prod(one.shape))):
        if spare <= 0:
            break
        left.add(node.name)
        spare -= int(np.prod(node.shape))
    return left


def _map_by_map(values):
    """Return numbers with each map's cells side by side, in reading order."""
    return np.moveaxis(np.asarray(values, "<f4"), -1, 0).ravel()


def _stamped(header, *parts):
    stamp = blake2b(repr(header).encode(), digest_size=12)
    for part in parts:
        stamp.update(part)
    stamp = stamp.hexdigest()
    return stamp, pack(header | {"stamp": stamp}, *parts)
