"""What each operation of a network makes of a picture, by `vizcore.ops` alone.

Weights are a dict from node name to its arrays: ``kernel`` and, where there is one, ``bias`` of
convolutions and dense layers, in the layout of `vizcore.ops` (a depthwise kernel is (rows,
columns, 1, channels)); ``gamma``, ``beta``, ``mean`` and ``variance`` of batch normalisation.
"""

import numpy as np

from vizcore.ops import (
    batch_norm,
    conv2d,
    dense,
    global_pool2d,
    leaky_relu,
    pool2d,
    relu,
    sigmoid,
    softmax,
    tanh,
)

_PLAIN = {"relu": relu, "sigmoid": sigmoid, "tanh": tanh, "softmax": softmax, "flatten": np.ravel}
_GLOBAL = {"globalaverage": "average", "globalmax": "max"}


def forward_pass(graph, weights, x):
    """Compute a network for one input.

    Parameters
    ----------
    graph : dict of str to vizcore.nets.graph.Node
        As `vizcore.nets.graph.graph_of` returns it.
    weights : dict of str to dict of str to ndarray
    x : ndarray, (H, W, C)
        Prepared; float32 stays float32.

    Returns
    -------
    dict of str to ndarray
        Node name → what it gives, the input among them.

    Examples
    --------
    >>> from vizcore.nets.architectures import Architecture
    >>> from vizcore.nets.graph import graph_of
    >>> graph = graph_of(Architecture.from_text("2x2x1-conv_1_2-relu-flatten"))
    >>> weights = {"conv1": {"kernel": np.ones((2, 2, 1, 1)), "bias": np.array([-3.0])}}
    >>> given = forward_pass(graph, weights, [[[1], [2]], [[3], [4]]])
    >>> [one.ravel().tolist() for one in given.values()]
    [[1, 2, 3, 4], [7.0], [7.0], [7.0]]
    """
    x = np.asarray(x)
    values = {}
    for name, node in graph.items():
        given = [values[one] for one in node.inputs]
        values[name] = node_output(node, weights.get(name, {}), *given) if given else x
    return values


def node_output(node, weights, *given):
    """Compute one operation.

    Parameters
    ----------
    node : vizcore.nets.graph.Node
    weights : dict of str to ndarray
        The node's own.
    *given : ndarray
        What the nodes give that it reads.

    Returns
    -------
    ndarray
    """
    x, layer = given[0], node.layer
    match node.kind:
        case "conv" | "depthwise":
            return conv2d(x, weights["kernel"], weights.get("bias"), **conv_settings(node))
        case "max" | "average":
            settings = {"stride": layer.stride, "padding": layer.padding}
            return pool2d(x, layer.size, mode=node.kind, **settings)
        case "norm":
            return batch_norm(x, **weights)
        case "leaky":
            return leaky_relu(x, layer.slope)
        case "globalaverage" | "globalmax":
            return global_pool2d(x, _GLOBAL[node.kind])
        case "dense":
            return dense(x, weights["kernel"], weights.get("bias"))
        case "dropout":
            return x
        case "add":
            return given[0] + given[1]
        case "pad":
            every = x[:: layer.stride, :: layer.stride]
            return np.pad(every, ((0, 0), (0, 0), (0, node.shape[2] - x.shape[2])))
    return _PLAIN[node.kind](x)


def conv_settings(node):
    """Return what `vizcore.ops.conv2d` and `trace_conv2d` need to know of a node."""
    layer = node.layer
    groups = node.shape[2] if node.kind == "depthwise" else layer.groups
    shared = {"stride": layer.stride, "padding": layer.padding, "dilation": layer.dilation}
    return {**shared, "groups": groups}
