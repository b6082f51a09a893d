"""How one map was computed: the arrays that go into it, and that they do give it.

Everything is computed anew by `vizcore.ops` from the maps before, and held against the map.
"""

import inspect
from dataclasses import dataclass

import numpy as np

from vizcore.nets.forward_pass import conv_settings, node_output
from vizcore.nets.graph import Node
from vizcore.nets.network import Network
from vizcore.nets.receptive import fields_of
from vizcore.ops import batch_norm, conv2d, softmax
from vizcore.ops.windows import plane_windows
from vizcore.ui.inside.origins import flattened, origin_shown, place_name
from vizcore.ui.inside.words import class_names, title

TOLERANCE = 1e-4
"""How far a number computed anew may lie from the map's, as a part of the map's largest if that is
above 1: float32 has seven digits."""

STRONGEST = 10
"""Inputs of a dense unit that are listed, of those that push it up and of those that push it
down."""

STRONGEST_MAPS = 5
"""The same of whole maps, where the unit reads flattened ones."""

MOST_CLASSES = 100
"""Rows of a softmax; of more, the likeliest are listed."""

EPSILON = inspect.signature(batch_norm).parameters["epsilon"].default


def working(network, activations, levels, name, index):
    """Gather how one map of a node was computed; see `vizcore.ui.inside.contents`.

    Returns
    -------
    dict, dict of str to ndarray
        What is said, and the arrays: ``given``, the maps that go in, (maps, rows, columns);
        ``made``, the map itself; more by kind.

    Raises
    ------
    ValueError
        When there is no such map, or what makes it is too large a number.
    """
    opened = _opened(network, activations, levels, name, index)
    header, arrays, anew = _WORKINGS.get(opened.node.kind, _alone)(opened)
    made = opened.made
    with np.errstate(over="ignore"):
        arrays = {part: np.asarray(one, "<f4") for part, one in (arrays | {"made": made}).items()}
    if not all(np.isfinite(one).all() for one in arrays.values()):
        raise ValueError(
            f"How {place_name(opened.node, index)} was computed cannot be shown: its parts are "
            "larger than float32 can hold."
        )
    difference = float(np.abs(np.asarray(anew, float) - made).max())
    largest = _largest(made)
    sources = header.pop("sources")
    shared = {
        "node": name,
        "map": index,
        "kind": opened.node.kind,
        "title": title(network, name, index),
        "name": place_name(opened.node, index),
        "hasMaps": opened.node.has_maps,
        "sources": [_source(network.graph, one, place) for one, place in sources],
        "field": _field(network.graph, name),
        "limits": _limits(arrays),
        "difference": difference,
        "agrees": bool(difference <= TOLERANCE * max(1, largest)),
    }
    return shared | header, arrays


@dataclass(frozen=True, eq=False)
class _Opened:
    network: Network
    node: Node
    index: int
    weights: dict
    given: list  # what its node reads: (maps, rows, columns) each
    made: np.ndarray  # (rows, columns)
    outputs: list  # what its node reads, as it lies
    levels: np.ndarray

    @property
    def before(self):
        """The names of the nodes it reads."""
        return self.node.inputs

    def weight(self, name):
        return float(self.weights[name][self.index])


def _opened(network, activations, levels, name, index):
    node = network.graph.get(name)
    if node is None or not 0 <= index < node.shape[-1]:
        raise ValueError(f"There is no map {index + 1} of “{name}” in this network.")
    outputs = [activations[one] for one in node.inputs]
    return _Opened(
        network,
        node,
        index,
        network.weights.get(name, {}),
        [_maps(one) for one in outputs],
        _maps(activations[name])[index],
        outputs,
        levels,
    )


def _maps(array):
    """Return an output as maps first; numbers in a row are maps of one cell."""
    return array[:, np.newaxis, np.newaxis] if array.ndim == 1 else np.moveaxis(array, 2, 0)


# ---- By kind: what is said, the arrays, and the map computed anew ----


def _picture(opened):
    preparation, index = opened.network.preparation, opened.index
    levels = opened.levels[..., index].astype(np.float32)
    said = {"sources": [], "mean": 0.0, "spread": 1.0}
    if preparation.mean is not None:
        said |= {"mean": preparation.mean[index], "spread": preparation.spread[index]}
    anew = (levels / 255 - said["mean"]) / said["spread"]
    return said, {"levels": levels[np.newaxis]}, anew


def _convolution(opened):
    node, weights = opened.node, opened.weights
    kernel = weights["kernel"][..., opened.index]
    settings = conv_settings(node)
    depth = kernel.shape[2]
    first = opened.index // (node.shape[2] // settings["groups"]) * depth
    x = opened.outputs[0][..., first : first + depth]
    each = conv2d(x, kernel[:, :, np.newaxis], **{**settings, "groups": depth})
    bias = opened.weight("bias") if "bias" in weights else None
    said = {
        "sources": [(opened.before[0], first + n) for n in range(depth)],
        "bias": bias,
        "windows": _windows(node, x.shape),
    }
    arrays = {"given": _maps(x), "kernel": _maps(kernel), "each": _maps(each)}
    return said, arrays, each.sum(axis=2, dtype=float) + (bias or 0)


def _pooling(opened):
    said, arrays, anew = _alone(opened)
    windows = _windows(opened.node, opened.outputs[0].shape)
    return said | {"windows": windows}, arrays, anew


def _norm(opened):
    said, arrays, anew = _alone(opened)
    numbers = {name: opened.weight(name) for name in ("gamma", "beta", "mean", "variance")}
    return said | numbers | {"epsilon": EPSILON}, arrays, anew


def _alone(opened):
    """Gather one map that is made of the map of the same number."""
    said = {"sources": [(opened.before[0], opened.index)]}
    for name in ("slope", "rate"):
        if hasattr(opened.node.layer, name):
            said[name] = getattr(opened.node.layer, name)
    return said, {"given": opened.given[0][opened.index][np.newaxis]}, _anew(opened)


def _whole(opened):
    said, arrays, anew = _alone(opened)
    return said | {"field": _field(opened.network.graph, opened.before[0])}, arrays, anew


def _added(opened):
    given = np.stack([one[opened.index] for one in opened.given])
    said = {"sources": [(name, opened.index) for name in opened.before]}
    return said, {"given": given}, _anew(opened)


def _shortcut(opened):
    zeros = opened.index >= len(opened.given[0])
    said = {
        "sources": [] if zeros else [(opened.before[0], opened.index)],
        "stride": opened.node.layer.stride,
    }
    given = opened.given[0][opened.index : opened.index + 1]
    return said, {} if zeros else {"given": given}, _anew(opened)


def _flatten(opened):
    origin = origin_shown(opened.network.graph, opened.node.name, opened.index)
    source = opened.network.graph[opened.before[0]]
    place = origin["map"] if source.has_maps else opened.index
    said = {"sources": [(source.name, place)], "origin": origin, "channels": source.shape[-1]}
    return said, {"given": opened.given[0][place][np.newaxis]}, _anew(opened)


def _dense(opened):
    graph, (before,) = opened.network.graph, opened.before
    x, weights = opened.outputs[0].astype(float), opened.weights["kernel"][:, opened.index]
    pushes = x * weights
    up, down = _strongest(pushes, STRONGEST)
    bias = opened.weight("bias") if "bias" in opened.weights else None

    def listed(places):
        return [
            {"input": k, "x": float(x[k]), "weight": float(weights[k]), "push": float(pushes[k])}
            | {"origin": origin_shown(graph, before, k)}
            for k in places
        ]

    told = pushes[up].sum() + pushes[down].sum()
    said = {
        "sources": [],
        "up": listed(up),
        "down": listed(down),
        "rest": float(pushes.sum() - told),
        "others": len(pushes) - len(up) - len(down),
        "bias": bias,
        "classes": _names(opened),
        "before": before,
    }
    maps, arrays = _by_map_and_place(graph, before, pushes)
    return said | maps, arrays, [[pushes.sum() + (bias or 0)]]


def _by_map_and_place(graph, before, pushes):
    """Add up what flattened maps push, map by map and place by place."""
    source = flattened(graph, before)
    if source is None:
        return {}, {}
    pushes = pushes.reshape(source.shape)
    by_map = pushes.sum(axis=(0, 1))
    listed = [
        [_source(graph, source.name, k) | {"push": float(by_map[k])} for k in places]
        for places in _strongest(by_map, STRONGEST_MAPS)
    ]
    of = {"shape": source.shape, "field": _field(graph, source.name), "name": source.name}
    said = {"of": of, "mapsUp": listed[0], "mapsDown": listed[1]}
    return said, {"places": pushes.sum(axis=2)[np.newaxis]}


def _strongest(pushes, most):
    """Return the places of what pushes up most, and of what pushes down most."""
    order = np.argsort(pushes, kind="stable")
    up = [int(k) for k in order[::-1][:most] if pushes[k] > 0]
    return up, [int(k) for k in order[:most] if pushes[k] < 0]


def _softmax(opened):
    logits = opened.given[0].astype(float)
    largest = logits.max(axis=0)
    # Without the largest itself, whose power is 1: it would swallow what they add to it.
    others = np.sort(np.exp(logits - largest), axis=0)[:-1].sum(axis=0)
    strongest = np.argsort(-logits.max(axis=(1, 2)), kind="stable")[:MOST_CLASSES]
    rows = sorted({*strongest.tolist(), opened.index})
    said = {
        "sources": [(opened.before[0], place) for place in rows],
        "classes": _names(opened),
        "count": len(logits),
    }
    arrays = {"given": logits[rows], "largest": largest, "others": others}
    return said, arrays, _maps(softmax(opened.outputs[0]))[opened.index]


def _anew(opened):
    output = node_output(opened.node, opened.weights, *opened.outputs)
    return _maps(np.asarray(output))[opened.index]


_WORKINGS = {
    "input": _picture,
    "conv": _convolution,
    "depthwise": _convolution,
    "max": _pooling,
    "average": _pooling,
    "norm": _norm,
    "globalaverage": _whole,
    "globalmax": _whole,
    "add": _added,
    "pad": _shortcut,
    "flatten": _flatten,
    "dense": _dense,
    "softmax": _softmax,
}


# ---- What they share ----


def _source(graph, name, place):
    return {"node": name, "map": place, "name": place_name(graph[name], place)}


def _field(graph, name):
    field = fields_of(graph).get(name)
    return field and {"start": field.start, "size": field.size, "jump": field.jump}


def _windows(node, shape):
    layer = node.layer
    settings = {name: getattr(layer, name) for name in ("stride", "padding")}
    axes = plane_windows(shape[:2], layer.size, dilation=getattr(layer, "dilation", 1), **settings)
    names = ("n", "window", "stride", "dilation", "before")
    return [{name: getattr(axis, name) for name in names} for axis in axes]


def _limits(arrays):
    """Return the ends of the colour scales: one for all maps that are compared.

    The maps that a convolution reads are of another kind than what it adds up.
    """
    weight = _largest(arrays["kernel"]) if "kernel" in arrays else 0
    if "each" in arrays:
        made = max(_largest(arrays["each"]), _largest(arrays["made"]))
        return {"given": _largest(arrays["given"]), "made": made, "weight": weight}
    both = max(_largest(arrays[name]) for name in ("given", "made") if name in arrays)
    return {"given": both, "made": both, "weight": weight}


def _largest(array):
    return float(np.abs(array).max(initial=0))


def _names(opened):
    names = class_names(opened.network, opened.node.name)
    return names and list(names)
