"""Which pictures of a dataset excite a neuron most, and what of them it sees.

As in Zeiler and Fergus, *Visualizing and understanding convolutional networks* (2013),
https://arxiv.org/abs/1311.2901, without their projection back. Its limit: nine pictures show a
neuron at its utmost, not what it does with all the others, and none that the dataset lacks.

`excitement` looks through a dataset with Keras, in a worker, so Keras is imported inside it. It
keeps which pictures excite each map; `patches` finds the places in them by `vizcore.ops`.
"""

import math
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from vizcore.nets.forward_pass import forward_pass
from vizcore.nets.graph import INPUT
from vizcore.nets.receptive import fields_of

N = 9
"""Pictures that are kept for each map."""

NOBODY = -1
"""Stands for a picture where the dataset has fewer than `N`."""

_MOST_NUMBERS = 2**25
"""In all feature maps of a batch: 128 MiB."""

_LARGEST_BATCH = 256


@dataclass(frozen=True, eq=False)
class Excited:
    """What excites the maps of a node.

    Attributes
    ----------
    values : ndarray of float32, (K, N)
        For each map, or number, the highest activation of each picture, falling; −∞ where there
        are fewer pictures.
    pictures : ndarray of int, (K, N)
        Which pictures these are; no picture twice for a map. `NOBODY` where there are fewer.
    silent : ndarray of float32, (K,)
        Behind a ReLU, the share of pictures for which a map is 0 everywhere: 1 is a dead one.
        NaN for other nodes, where 0 says nothing.
    """

    values: np.ndarray
    pictures: np.ndarray
    silent: np.ndarray


@dataclass(frozen=True, eq=False)
class Excitement:
    """What excites all the maps of a network.

    Attributes
    ----------
    count : int
        How many pictures were looked through.
    nodes : dict of str to Excited
        For each node of `excitable`.
    """

    count: int
    nodes: dict


@dataclass(frozen=True, eq=False)
class Patches:
    """What a map sees of the pictures that excite it most.

    Attributes
    ----------
    patches : ndarray of uint8, (N, h, w, C)
        What the cell of the highest activation sees, black where its field leaves the picture;
        where the field is not smaller than the picture, the whole picture.
    boxes : ndarray of int, (N, 4)
        First and last but one row, then column, of each patch that lie inside the picture and in
        the field.
    average : ndarray of uint8, (h, w, C)
        The mean of the patches, each counted where it lies inside its picture.
    levels : ndarray of uint8, (N, H, W, C)
        The whole pictures, at the size of the network's input.
    frames : ndarray of int, (N, 4)
        Where in them the fields lie: first and last but one row, then column.
    cells : ndarray of int, (N, 2)
        Row and column of the cell in its map; (0, 0) for numbers in a row.
    labels : ndarray of int, (N,)
        The true classes.
    values : ndarray of float32, (N,)
        The activations, falling.
    """

    patches: np.ndarray
    boxes: np.ndarray
    average: np.ndarray
    levels: np.ndarray
    frames: np.ndarray
    cells: np.ndarray
    labels: np.ndarray
    values: np.ndarray


def excitable(graph):
    """Return the names of the nodes worth asking for: no copies of what others give.

    Examples
    --------
    >>> from vizcore.nets.architectures import Architecture
    >>> from vizcore.nets.graph import graph_of
    >>> excitable(graph_of(Architecture.from_text("4x4x1-conv_2_3-dropout_0.5-flatten-dense_3")))
    ('conv1', 'dense1')
    """
    copies = (INPUT, "dropout", "flatten")
    return tuple(name for name, node in graph.items() if node.kind not in copies)


def batch_size(graph):
    """Return how many pictures a worker has room for at a time, all their feature maps kept."""
    numbers = sum(math.prod(node.shape) for node in graph.values())
    return int(np.clip(_MOST_NUMBERS // numbers, 1, _LARGEST_BATCH))


def excitement(network, model, x, on_batch=lambda done, count: None):
    """Look through pictures for those that excite each map of a network most.

    Parameters
    ----------
    network : vizcore.nets.network.Network
    model : keras.Model
        The same network, as `vizcore.nets.keras_model.keras_model` builds it.
    x : ndarray of uint8, (count, H, W, C)
        Of any size; may be memory-mapped.
    on_batch : callable
        Told how many pictures of how many are done; what it raises ends the search.

    Returns
    -------
    Excitement
        Of equal activations, the earlier picture's comes first.
    """
    look = _looker(network, model)
    found = {name: _Best(network.graph[name]) for name in excitable(network.graph)}
    batch = batch_size(network.graph)
    for start in range(0, len(x), batch):
        given = look(_batch_of(network, x[start : start + batch], batch))
        count = min(batch, len(x) - start)
        for name, highest in given.items():
            found[name].see(highest.numpy()[:count], start)
        on_batch(start + count, len(x))
    return Excitement(len(x), {name: best.excited(len(x)) for name, best in found.items()})


def patches(network, part, node, map, pictures):
    """Cut out what a map sees of the pictures that excite it.

    Parameters
    ----------
    network : vizcore.nets.network.Network
    part : vizcore.nets.dataset.Part
        The pictures that were looked through.
    node : str
        One of `excitable`.
    map : int
    pictures : sequence of int
        Places in the part; `NOBODY` is passed over.

    Returns
    -------
    Patches
    """
    known = [one for one in pictures if one != NOBODY]
    levels = np.stack([network.levels(part.x[one]) for one in known])
    graph = _up_to(network.graph, node)
    given = [forward_pass(graph, network.weights, network.prepared(one))[node] for one in levels]
    maps = [one[..., map] for one in given]
    cells = [np.unravel_index(one.argmax(), one.shape) for one in maps]
    values = np.float32([one[cell] for one, cell in zip(maps, cells, strict=True)])
    windows = [_Window(network.graph, node, cell) for cell in cells]
    cut = np.stack([window.cut(one) for window, one in zip(windows, levels, strict=True)])
    boxes = np.array([window.box for window in windows])
    return Patches(
        cut,
        boxes,
        _average(cut, boxes),
        levels,
        np.array([window.frame for window in windows]),
        np.array([cell or (0, 0) for cell in cells]),
        np.asarray(part.y[known]),
        values,
    )


class _Best:
    """The pictures that excite a node most, of those seen so far."""

    def __init__(self, node):
        maps = node.shape[-1]
        self.values = np.full((maps, N), -np.inf, np.float32)
        self.pictures = np.full((maps, N), NOBODY)
        self.zero = np.zeros(maps) if node.kind == "relu" else np.full(maps, np.nan)

    def see(self, highest, first):
        """Take in the highest activations, (count, K), of the pictures from `first` on."""
        values = np.concatenate([self.values, highest.T], axis=1)
        new = np.broadcast_to(first + np.arange(len(highest)), highest.T.shape)
        pictures = np.concatenate([self.pictures, new], axis=1)
        order = np.argsort(-values, axis=1, kind="stable")[:, :N]
        self.values = np.take_along_axis(values, order, axis=1)
        self.pictures = np.take_along_axis(pictures, order, axis=1)
        self.zero += (highest == 0).sum(axis=0)

    def excited(self, count):
        return Excited(self.values, self.pictures, np.float32(self.zero / count))


class _Window:
    """What is cut out of a picture for a cell, of the same size for all cells of a map."""

    def __init__(self, graph, node, cell):
        size = graph[INPUT].shape[:2]
        if graph[node].has_maps:
            field = fields_of(graph)[node]
            axes = zip(field.start, field.jump, cell, field.size, size, strict=True)
            seen = [(first + jump * at, long, n) for first, jump, at, long, n in axes]
        else:
            seen = [(0, n, n) for n in size]
        self.frame = tuple(min(max(0, at), n) for a, long, n in seen for at in (a, a + long))
        self.places = [np.arange(a, a + long) if long < n else np.arange(n) for a, long, n in seen]

    @property
    def box(self):
        """The frame, counted from the corner of the window."""
        rows, columns = (places[0] for places in self.places)
        return tuple(np.subtract(self.frame, (rows, rows, columns, columns)))

    def cut(self, picture):
        """Return the window's part of the picture, black outside."""
        axes = list(zip(self.places, picture.shape, strict=False))
        there = picture[np.ix_(*(places.clip(0, n - 1) for places, n in axes))]
        inside = np.multiply.outer(*((places >= 0) & (places < n) for places, n in axes))
        return there * inside[..., None]


def _average(patches, boxes):
    """Average patches where they lie inside their pictures; black where none does."""
    inside = np.zeros(patches.shape[:3], bool)
    for mask, (top, bottom, left, right) in zip(inside, boxes, strict=True):
        mask[top:bottom, left:right] = True
    count = inside.sum(axis=0)[..., None]
    total = (patches * inside[..., None]).sum(axis=0, dtype=np.int64)
    return np.uint8(np.rint(total / np.maximum(count, 1)))


def _looker(network, model):
    """Return a function from a batch to each node's highest activations, (count, K)."""
    import keras
    import tensorflow as tf

    names = excitable(network.graph)
    inner = keras.Model(model.input, {name: model.get_layer(name).output for name in names})

    # As one graph: what has been looked at is forgotten at once.
    @tf.function(reduce_retracing=True)
    def look(batch):
        given = inner(batch, training=False)
        return {
            name: one if one.shape.rank == 2 else tf.reduce_max(one, axis=(1, 2))
            for name, one in given.items()
        }

    return look


def _batch_of(network, x, batch):
    """Prepare pictures, and fill up what is missing with the last: every batch is as large."""
    levels = np.stack([network.prepared(one) for one in x])
    return np.pad(levels, ((0, batch - len(x)), (0, 0), (0, 0), (0, 0)), mode="edge")


def _up_to(graph, node):
    """Return the operations that come before a node, and it."""
    before = dict(takewhile(lambda one: one[0] != node, graph.items()))
    return {**before, node: graph[node]}
