"""Which parts of a picture speak for a class: three ways to ask a network.

All gradients are those of the class's logit, not of its probability: p = softmax(z) falls also
where another class's logit rises, and is flat where the network is sure; the logit tells of this
class alone, however sure the network is.

Keras runs in a worker, so it is imported inside the functions.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from vizcore.imaging.geometry import resize
from vizcore.nets.graph import INPUT

FILLS = {"grey": "mid-grey", "mean": "the picture's mean colour", "black": "black"}
"""What a square can cover a picture with: key → in words."""

MOST_SQUARES = 4096
_GREY = 128
_BATCH = 256
_SQUARES_A_SIDE = 16
_OF_THE_SIDE = 4


@dataclass(frozen=True, eq=False)
class GradCam:
    """Where a layer's maps speak for a class.

    Attributes
    ----------
    layer : str
        The node whose maps are weighed.
    weights : ndarray of float32, (K,)
        Of each map: what the logit gains for each of its cells, on average.
    map : ndarray of float32, (h, w)
        The weighted sum of the maps, what is negative in it set to 0.
    upsampled : ndarray of float32, (H, W)
        The same at the size of the network's input, interpolated linearly.
    """

    layer: str
    weights: np.ndarray
    map: np.ndarray
    upsampled: np.ndarray


@dataclass(frozen=True, eq=False)
class Occlusion:
    """How a probability falls when a square covers a part of the picture.

    Attributes
    ----------
    probability : float
        Of the class, when nothing is covered.
    probabilities : ndarray of float32, (h, w)
        With a square there.
    rows, columns : ndarray of int, (h, 2) and (w, 2)
        The first and the last but one row and column that the squares cover.
    """

    probability: float
    probabilities: np.ndarray
    rows: np.ndarray
    columns: np.ndarray

    @property
    def drops(self):
        """How far the probability falls, (h, w); negative where covering helps the class."""
        return self.probability - self.probabilities

    def heat(self):
        """Return for each pixel the mean fall of the squares that cover it; 0 where none does.

        Returns
        -------
        ndarray of float32, (H, W)

        Examples
        --------
        >>> spans, row = np.array([[0, 2], [1, 3]]), np.array([[0, 1]])
        >>> Occlusion(0.5, np.float32([[0.5], [0.25]]), spans, row).heat().ravel()
        array([0.   , 0.125, 0.25 ], dtype=float32)
        """
        down, right = _shares(self.rows), _shares(self.columns)
        return np.float32(down @ self.drops @ right.T)


def logit_node(graph):
    """Return the name of the node that gives the logits: what goes into the softmax at the end.

    Examples
    --------
    >>> from vizcore.nets.architectures import Architecture
    >>> from vizcore.nets.graph import graph_of
    >>> logit_node(graph_of(Architecture.from_text("2x2x1-flatten-dense_3-softmax")))
    'dense1'
    """
    *_, last = graph.values()
    return last.inputs[0] if last.kind in ("softmax", "sigmoid") else last.name


def grad_cam_layers(graph):
    """Return the names of the nodes that `grad_cam` can look at, the first one first.

    They give maps; dropout, which does nothing in a trained network, is left out.
    """
    return tuple(
        name
        for name, node in graph.items()
        if node.has_maps and node.kind not in (INPUT, "dropout")
    )


def saliency(network, model, x, label):
    """Tell how much the class's logit depends on each pixel.

    The method is that of Simonyan, Vedaldi and Zisserman, *Deep inside convolutional networks*
    (2013), https://arxiv.org/abs/1312.6034. Its limit: it tells of the smallest changes of this
    very picture alone, each pixel by itself, and is often speckled.

    Parameters
    ----------
    network : vizcore.nets.network.Network
    model : keras.Model
        The same network, as `vizcore.nets.keras_model.keras_model` builds it.
    x : ndarray of float32, (H, W, C)
        Prepared, in the shape of the input.
    label : int
        The class.

    Returns
    -------
    ndarray of float32, (H, W)
        |∂ logit / ∂ x|, of the channel where it is largest.
    """
    _, gradient = value_and_gradient(network, model, x, label)
    return np.abs(gradient).max(axis=2)


def grad_cam(network, model, x, label, layer=None):
    """Tell where a layer's maps speak for the class.

    The method is that of Selvaraju and others, *Grad-CAM* (2017),
    https://arxiv.org/abs/1610.02391. Its limit: it is as coarse as the layer's maps, says nothing
    of what speaks against the class, and one weight a map need not suit every place: the whole map
    may be 0 behind a network that flattens.

    Parameters
    ----------
    network, model, x, label
        As for `saliency`.
    layer : str, optional
        One of `grad_cam_layers`; by default the last one.

    Returns
    -------
    GradCam

    Raises
    ------
    ValueError
        Where the network has no such layer.
    """
    known = grad_cam_layers(network.graph)
    if not known:
        raise ValueError("Grad-CAM needs feature maps, and this network has none.")
    layer = layer or known[-1]
    if layer not in known:
        raise ValueError(f"Grad-CAM looks at layers that give maps: {', '.join(known)}.")
    maps, gradient = value_and_gradient(network, model, x, label, layer)
    weights = gradient.mean(axis=(0, 1))
    positive = np.maximum(maps @ weights, 0)
    return GradCam(layer, weights, positive, resize(positive, *x.shape[:2]))


def value_and_gradient(network, model, x, label, node=INPUT):
    """Return what a node gives, and how the class's logit changes with each number of it.

    Parameters
    ----------
    network, model, x, label
        As for `saliency`.
    node : str
        One that the logit depends on.

    Returns
    -------
    value, gradient : ndarray of float32
        Both in the shape of the node.
    """
    import keras
    import tensorflow as tf

    outputs = [model.get_layer(name).output for name in (node, logit_node(network.graph))]
    inner = keras.Model(model.input, outputs)
    given = tf.constant(np.float32(x)[None])
    with tf.GradientTape() as tape:
        tape.watch(given)
        value, logits = inner(given, training=False)
        logit = logits[0, label]
    gradient = tape.gradient(logit, given if node == INPUT else value)
    return value.numpy()[0], gradient.numpy()[0]


def squares_for(side):
    """Return a size and a stride of squares that suit a picture of so many rows and columns.

    Examples
    --------
    >>> squares_for(28), squares_for(8), squares_for(128)
    ((7, 2), (2, 1), (32, 8))
    """
    return max(1, side // _OF_THE_SIDE), -(-side // _SQUARES_A_SIDE)


def occlusion(predict, levels, label, *, size, stride, fill="grey"):
    """Tell how the class's probability falls when a square covers each place of a picture.

    The method is that of Zeiler and Fergus, *Visualizing and understanding convolutional
    networks* (2013), https://arxiv.org/abs/1311.2901. Its limit: the square itself is something
    to see, and two parts of which either would do hide each other.

    The picture is divided into cells of stride × stride pixels, and the square is laid upon the
    middle of each; what leaves the picture is cut off.

    Parameters
    ----------
    predict : callable
        Takes levels, uint8 (N, H, W, C); returns the probabilities of the classes, (N, K).
    levels : ndarray of uint8, (H, W, C)
        At the size of the network's input.
    label : int
    size, stride : int
        Of the squares, in pixels.
    fill : str
        A key of `FILLS`.

    Returns
    -------
    Occlusion

    Raises
    ------
    ValueError
        Where there are no such squares, or too many.

    Examples
    --------
    >>> def brightness(pictures):
    ...     return pictures.mean(axis=(1, 2, 3))[:, None] / 100
    >>> picture = np.uint8([[100, 0], [50, 50]])[..., None]
    >>> occlusion(brightness, picture, 0, size=1, stride=1, fill="black").drops
    array([[0.25 , 0.   ],
           [0.125, 0.125]], dtype=float32)
    """
    colour = _colour(levels, fill)
    rows, columns = (_squares(n, size, stride) for n in levels.shape[:2])
    squares = list(product(rows, columns))
    if len(squares) > MOST_SQUARES:
        raise ValueError(
            f"{len(squares):,} squares are more than {MOST_SQUARES:,}: let them lie further apart."
        )
    given = [
        predict(_covered(levels, squares[start : start + _BATCH], colour))[:, label]
        for start in range(0, len(squares), _BATCH)
    ]
    plain = float(predict(levels[None])[0, label])
    there = np.float32(np.concatenate(given)).reshape(len(rows), len(columns))
    return Occlusion(plain, there, rows, columns)


def _squares(n, size, stride):
    """Return where the squares begin and end along an axis, (count, 2)."""
    if not 1 <= stride <= n or not 1 <= size <= n:
        raise ValueError(f"The square and its stride can be 1 to {n} pixels.")
    middle = np.minimum(np.arange(0, n, stride) + stride // 2, n - 1)
    begin = middle - size // 2
    return np.stack([begin.clip(0, n), (begin + size).clip(0, n)], axis=1)


def _shares(spans):
    """Return what each square's values count for at each place along an axis, (n, count)."""
    at = np.arange(spans.max())[:, None]
    covered = (spans[:, 0] <= at) & (at < spans[:, 1])
    return covered / np.maximum(1, covered.sum(axis=1, keepdims=True))


def _covered(levels, squares, colour):
    """Return a copy of the picture for each square, covered there."""
    copies = np.repeat(levels[None], len(squares), axis=0)
    for copy, (rows, columns) in zip(copies, squares, strict=True):
        copy[slice(*rows), slice(*columns)] = colour
    return copies


def _colour(levels, fill):
    if fill not in FILLS:
        raise ValueError(f"A square can be {', '.join(FILLS)}, not “{fill}”.")
    mean = np.uint8(np.rint(levels.mean(axis=(0, 1))))
    return {"grey": _GREY, "mean": mean, "black": 0}[fill]
