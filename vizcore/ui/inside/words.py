"""What is said above an opened map: which it is, and what it was computed from."""

from vizcore.ui.inside.origins import origin_shown, place_name


def class_names(network, name):
    """Return what the numbers of a node stand for, where that is classes.

    They do at the output, and at the scores that a softmax there turns into probabilities.
    """
    graph = network.graph
    node, output = graph[name], graph[network.output]
    scores = name in output.inputs and output.kind == "softmax"
    fits = node.shape == (len(network.class_names),)
    return network.class_names if fits and (name == output.name or scores) else None


def title(network, name, index):
    """Say in a line what an opened map is.

    Parameters
    ----------
    network : vizcore.nets.network.Network
    name : str
    index : int

    Returns
    -------
    str
        Not to be read as Markdown: classes are called what they are called.
    """
    node = network.graph[name]
    names = class_names(network, name)
    called = f" (“{names[index]}”)" if names else ""
    told = _TOLD.get(node.kind, _each)(network.graph, node, index)
    text = f"{place_name(node, index)}{called}: {told}"
    return text[0].upper() + text[1:] if node.kind == "input" else text


def counted(number, noun):
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "weight"), counted(1152, "weight")
    ('one weight', '1,152 weights')
    """
    return f"one {noun}" if number == 1 else f"{number:,} {noun}s"


def _source(graph, node, index):
    return place_name(graph[node.inputs[0]], index)


def _picture(graph, node, index):
    return "its levels from 0 to 255, as the numbers that the network is given"


def _convolution(graph, node, index):
    layer = node.layer
    groups = getattr(layer, "groups", 1)
    depth = 1 if node.kind == "depthwise" else graph[node.inputs[0]].shape[2] // groups
    maps = counted(depth, "input map")
    if node.kind == "depthwise":
        maps = "the input map of the same number"
    elif groups > 1:
        maps += f" (group {index // (node.shape[2] // groups) + 1} of {groups})"
    each = " for each" if depth > 1 else ""
    bias = "one bias" if layer.bias else "no bias"
    return f"{maps}, one {layer.size}×{layer.size} kernel{each}, {bias}"


def _pooling(graph, node, index):
    layer, source = node.layer, _source(graph, node, index)
    which = "the largest number" if node.kind == "max" else "the average"
    where = "" if layer.stride == layer.size else f", one at {_every(layer.stride)} cell"
    return f"{which} in every {layer.size}×{layer.size} window of {source}{where}"


def _whole(graph, node, index):
    before = graph[node.inputs[0]]
    count = before.shape[0] * before.shape[1]
    which = "the average of" if node.kind == "globalaverage" else "the largest of"
    return f"{which} all {count:,} numbers of {place_name(before, index)}"


def _dense(graph, node, index):
    (count,) = graph[node.inputs[0]].shape
    bias = "one bias" if node.layer.bias else "no bias"
    return f"{counted(count, 'input')}, one weight for each, {bias}"


def _flatten(graph, node, index):
    return f"{origin_shown(graph, node.name, index)['name']}, written in a row with all others"


def _shortcut(graph, node, index):
    before = graph[node.inputs[0]]
    if index >= before.shape[2]:
        return f"zeros, since {before.name} has only {counted(before.shape[2], 'map')}"
    stride = node.layer.stride
    if stride == 1:
        return f"{place_name(before, index)}, as it is"
    step = _every(stride)
    return f"{step} cell of {step} row of {place_name(before, index)}"


def _every(stride):
    return {1: "every", 2: "every 2nd", 3: "every 3rd"}.get(stride, f"every {stride}th")


def _each(graph, node, index):
    source = _source(graph, node, index)
    slope = getattr(node.layer, "slope", 0)
    return {
        "relu": f"{source}, with 0 in place of what is negative",
        "leaky": f"{source}, with what is negative multiplied by {slope:g}",
        "sigmoid": f"the sigmoid of every number of {source}",
        "tanh": f"the hyperbolic tangent of every number of {source}",
        "norm": f"batch normalisation of {source}, by four numbers of its own",
        "dropout": f"{source}, as it is",
        "softmax": f"its exponential as a share of all {node.shape[-1]:,}",
        "add": "F(x) and the shortcut, added cell by cell",
    }[node.kind]


_TOLD = {
    "input": _picture,
    "conv": _convolution,
    "depthwise": _convolution,
    "max": _pooling,
    "average": _pooling,
    "globalaverage": _whole,
    "globalmax": _whole,
    "dense": _dense,
    "flatten": _flatten,
    "pad": _shortcut,
}
