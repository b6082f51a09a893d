"""What a neuron likes: a picture that grows from noise towards its highest activation.

Keras runs in a worker, so it is imported inside the functions.
"""

import math
from dataclasses import dataclass

import numpy as np

from vizcore.nets.excitement import excitable
from vizcore.nets.graph import INPUT
from vizcore.nets.receptive import fields_of

OVERS = {"map": "the whole map, on average", "cell": "the cell in its middle"}
"""What is climbed of a feature map: key → in words."""

MOST_STEPS = 512
MOMENTS = 9

_NOISE = 0.05
_TRIES = 12
_RATE = 0.02
_PULL = 0.005
_SMOOTH = 0.04
_JITTER = 2
_FIELD_A_JITTER = 8
_MOVING = 0.75
_NO_WAY_UP = ("relu", "softmax", "sigmoid", "dropout")


@dataclass(frozen=True, eq=False)
class Liked:
    """How a picture grew.

    Attributes
    ----------
    node, climbed : str
        The node that was asked for, and the one whose values were climbed.
    map : int
        Which of its feature maps, or numbers.
    pictures : ndarray of uint8, (F, H, W, C)
        At no more than `MOMENTS` moments: the noise first, the result last.
    steps : ndarray of int, (F,)
        After how many steps each of them.
    course : ndarray of float32, (steps + 1,)
        The value that was climbed, from step to step.
    values : ndarray of float32, (F,)
        What the node itself gives for each picture, as it is shown: the mean of the map, or the
        cell in its middle.
    box : ((int, int), (int, int))
        The rows and columns of the picture that count.
    """

    node: str
    climbed: str
    map: int
    pictures: np.ndarray
    steps: np.ndarray
    course: np.ndarray
    values: np.ndarray
    box: tuple


def activation_maximisation(network, model, node, map, *, steps=128, over="map", seed=0):
    """Change noise, step by step, into a picture for which a node gives a high value.

    The method is that of Erhan and others, *Visualizing higher-layer features of a deep network*
    (2009), held back as Olah, Mordvintsev and Schubert, *Feature visualization* (2017),
    https://doi.org/10.23915/distill.00007, describe it. A step goes up the gradient, always
    equally far. Then every number is pulled a little towards the mean of the training pictures, or
    mid-grey where that is not known (an L2 penalty), and neighbours are drawn a little together (a
    penalty of squared total variation). The network sees the picture moved by a pixel or two, each
    time otherwise, but for the last steps. Without all this the result is a fine noise that
    networks answer to and eyes do not. No number leaves what a picture can hold. Its limit: how the
    result looks follows from the penalties and the seed as well as from the neuron, and no such
    picture need ever occur.

    A ReLU that gives 0 everywhere shows no way up, and a probability near 1 none either: what goes
    into them is climbed in their place. Where all is 0 nevertheless, the noise is drawn anew,
    stronger each time; a neuron to which nothing of it matters stays as it is.

    Parameters
    ----------
    network : vizcore.nets.network.Network
    model : keras.Model
        The same network, as `vizcore.nets.keras_model.keras_model` builds it.
    node : str
        One of `vizcore.nets.excitement.excitable`.
    map : int
    steps : int
        1 to `MOST_STEPS`.
    over : str
        A key of `OVERS`; it matters for feature maps alone.
    seed : int
        Draws the noise and the moves.

    Returns
    -------
    Liked

    Raises
    ------
    ValueError
        Where there is no such node, map or setting.
    """
    graph = network.graph
    _check(graph, node, map, steps, over)
    climbed, share = _climbed(graph, node), _share(graph[node].shape, over)
    random = np.random.default_rng(seed)
    low, high = (network.prepared(np.full(graph[INPUT].shape, n, np.uint8)) for n in (0, 255))
    centre = np.float32(0 if network.preparation.mean else 0.5)
    box = _box(network, climbed, over)
    climb = _climber(model, climbed, map, share, low, high, centre)
    x = _start(random, climb, low, high, centre)
    moves = _moves(random, box, steps)
    kept = _moments(steps)
    shown, course = [x], []
    for done, move in enumerate(moves, start=1):
        value, _, x = climb(x, move)
        course.append(value)
        if done in kept:
            shown.append(x)
    value, *_ = climb(x, (0, 0))
    course = np.float32([*course, value])
    pictures = np.stack([_levels(network.preparation, np.asarray(one)) for one in shown])
    values = [(network.activations(one)[node][..., map] * share).sum() for one in pictures]
    return Liked(node, climbed, map, pictures, kept, course, np.float32(values), box)


def _check(graph, node, map, steps, over):
    known = excitable(graph)
    if node not in known:
        raise ValueError(f"This network has no such layer: choose one of {', '.join(known)}.")
    if not 0 <= map < graph[node].shape[-1]:
        raise ValueError(f"The maps of {node} are 0 to {graph[node].shape[-1] - 1}.")
    if not 1 <= steps <= MOST_STEPS:
        raise ValueError(f"There can be 1 to {MOST_STEPS} steps, not {steps}.")
    if over not in OVERS:
        raise ValueError(f"One can climb {' or '.join(OVERS)}, not “{over}”.")


def _climbed(graph, node):
    while graph[node].kind in _NO_WAY_UP:
        (node,) = graph[node].inputs
    return node


def _share(shape, over):
    """Return what each cell of a map counts for, together 1."""
    *plane, _ = shape
    if over == "map" or not plane:
        return np.full(plane, 1 / math.prod(plane), np.float32)
    share = np.zeros(plane, np.float32)
    share[_middle(plane)] = 1
    return share


def _middle(plane):
    return tuple(n // 2 for n in plane)


def _moves(random, box, steps):
    """Draw how the picture is moved at each step: little where little is seen; not at last."""
    most = min(_JITTER, min(end - begin for begin, end in box) // _FIELD_A_JITTER)
    moves = random.integers(-1, 2, (steps, 2)) * most
    moves[round(_MOVING * steps) :] = 0
    return moves


def _start(random, climb, low, high, centre):
    """Draw noise for which there is a way up, where there is any."""
    tried = []
    for spread in _NOISE * np.arange(1, _TRIES + 1):
        tried.append(np.float32(random.normal(centre, spread * (high - low))).clip(low, high))
        _, slope, _ = climb(tried[-1], (0, 0))
        if slope > 0:
            return tried[-1]
    return tried[0]


def _moments(steps):
    """Return after how many steps to look: often at first, when most happens."""
    return np.unique(np.rint(np.linspace(0, 1, MOMENTS) ** 2 * steps).astype(int))


def _climber(model, node, map, share, low, high, centre):
    """Return a function that takes a picture one step up: value, slope, the new picture."""
    import keras
    import tensorflow as tf

    inner = keras.Model(model.input, model.get_layer(node).output)

    @tf.function(input_signature=[tf.TensorSpec(model.input.shape[1:]), tf.TensorSpec(2, tf.int32)])
    def climb(x, move):
        with tf.GradientTape() as tape:
            tape.watch(x)
            given = inner(tf.roll(x, move, (0, 1))[None], training=False)
            value = tf.reduce_sum(given[0, ..., map] * share)
        slope = tape.gradient(value, x)
        far = tf.sqrt(tf.reduce_mean(slope**2))
        x += _RATE * (high - low) * tf.math.divide_no_nan(slope, far)
        x += _SMOOTH * _towards_neighbours(tf, x) - _PULL * (x - centre)
        return value, far, tf.clip_by_value(x, low, high)

    return climb


def _towards_neighbours(tf, x):
    """Return the way of each number to the sum of its four neighbours; the edge is repeated."""
    wide = tf.concat([x[:1], x, x[-1:]], 0)
    high = tf.concat([x[:, :1], x, x[:, -1:]], 1)
    return wide[2:] + wide[:-2] + high[:, 2:] + high[:, :-2] - 4 * x


def _box(network, node, over):
    size, shape = network.architecture.input[:2], network.graph[node].shape
    if over == "map" or len(shape) == 1:
        return tuple((0, n) for n in size)
    return fields_of(network.graph)[node].seen(_middle(shape[:2]), size)


def _levels(preparation, x):
    """Return the levels that were prepared, rounded."""
    if preparation.mean is not None:
        x = x * np.float32(preparation.spread) + np.float32(preparation.mean)
    return np.uint8(np.rint(255 * x).clip(0, 255))
