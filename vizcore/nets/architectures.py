"""Networks as a list of layers: a table of shapes, parameters and work, and a Keras model.

The table needs no Keras; `build` imports it, and belongs in a worker.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from vizcore.nets.layers import Conv, Layer, Placed, layer_from_text
from vizcore.nets.presets import PRESETS
from vizcore.ops.windows import axis_windows

__all__ = [
    "PRESETS",
    "Architecture",
    "Conv",
    "ImpossibleLayer",
    "Row",
    "Totals",
    "build",
    "layer_table",
    "preset",
    "totals",
]

MOST_LAYERS = 250
LARGEST_SIDE = 1024
MOST_CHANNELS = 4096


class ImpossibleLayer(ValueError):
    """A layer that cannot follow the ones before it.

    Attributes
    ----------
    row : int
        Its place in the stack, counted from 0.
    layer : Layer
    reason : str
        What is wrong, in words that need no row beside them.
    """

    def __init__(self, row, layer, reason):
        super().__init__(f"Row {row + 1}, {layer.title}: {reason}.")
        self.row = row
        self.layer = layer
        self.reason = reason


@dataclass(frozen=True)
class Architecture:
    """A network: the shape of its input, and its layers in order.

    Attributes
    ----------
    input : (int, int, int)
        Rows, columns and channels.
    layers : tuple of Layer

    Examples
    --------
    >>> small = Architecture.from_text("28x28x1-conv_8_3-relu-max_2-flatten-dense_10-softmax")
    >>> [row.shape for row in layer_table(small)]
    [(26, 26, 8), (26, 26, 8), (13, 13, 8), (1352,), (10,), (10,)]
    >>> totals(layer_table(small)).parameters
    13610
    """

    input: tuple
    layers: tuple

    def __post_init__(self):
        object.__setattr__(self, "input", _input_shape(self.input))
        object.__setattr__(self, "layers", tuple(self.layers))
        if not all(isinstance(layer, Layer) for layer in self.layers):
            raise ValueError(f"layers must be layers. Received: {self.layers!r}")
        if not 1 <= len(self.layers) <= MOST_LAYERS:
            raise ValueError(f"a network has 1 to {MOST_LAYERS} layers, not {len(self.layers)}.")

    def to_text(self):
        """Write this network for a link: the input, then each layer."""
        size = "x".join(map(str, self.input))
        return "-".join((size, *(layer.to_text() for layer in self.layers)))

    @classmethod
    def from_text(cls, text):
        """Read what `to_text` wrote; ValueError when it is no such thing."""
        size, *layers = text.split("-")
        if not re.fullmatch(r"[0-9]{1,4}x[0-9]{1,4}x[0-9]{1,4}", size):
            raise ValueError("a network begins with the size of its input, as in 32x32x3.")
        if len(layers) > MOST_LAYERS:
            raise ValueError(f"a network has 1 to {MOST_LAYERS} layers, not {len(layers)}.")
        return cls(tuple(map(int, size.split("x"))), tuple(map(layer_from_text, layers)))


@dataclass(frozen=True)
class Row:
    """A row of a layer table.

    Attributes
    ----------
    name : str
        The layer's name, ``"conv2"``; in the Keras model its output is called so too.
    layer : Layer
    input : tuple of int
        The shape before it.
    placed : Placed
        What it makes of that shape.
    field : (int, int)
        Its receptive field: the rows and columns of the picture that reach one of its cells. With
        padding it may be larger than the picture.
    jump : (int, int)
        How far its neighbouring cells lie apart in the picture.
    """

    name: str
    layer: Layer
    input: tuple
    placed: Placed
    field: tuple
    jump: tuple

    @property
    def shape(self):
        """(rows, columns, channels), or (numbers,)."""
        return self.placed.shape

    @property
    def parameters(self):
        """All that Keras counts, the running means and variances of normalisation too."""
        return self.placed.trainable + self.placed.statistics

    @property
    def trainable(self):
        """The parameters that are learned."""
        return self.placed.trainable

    @property
    def multiply_adds(self):
        """Products that are added up for one picture, in convolutions and dense layers."""
        return self.placed.multiply_adds


@dataclass(frozen=True)
class Totals:
    """What a whole network costs; the fields are those of `Row`."""

    parameters: int
    trainable: int
    multiply_adds: int


@lru_cache(maxsize=128)
def layer_table(architecture):
    """Work out what each layer makes of the ones before it.

    The receptive field grows as in Araujo, Norris and Sim, *Computing receptive fields of
    convolutional neural networks* (2019), https://doi.org/10.23915/distill.00021.

    Parameters
    ----------
    architecture : Architecture

    Returns
    -------
    tuple of Row

    Raises
    ------
    ImpossibleLayer
        When a layer cannot follow the ones before it; its ``row`` says which.
    """
    rows, counted = [], Counter()
    shape, plane = architecture.input, architecture.input[:2]
    field = jump = (1, 1)
    for index, layer in enumerate(architecture.layers):
        try:
            placed = layer.place(shape)
        except ValueError as error:
            raise ImpossibleLayer(index, layer, str(error)) from None
        for windows in _looked_through(placed, plane):
            field, jump = _seen(field, jump, windows)
            plane = tuple(axis.count for axis in windows)
        counted[layer.stem] += 1
        rows.append(Row(f"{layer.stem}{counted[layer.stem]}", layer, shape, placed, field, jump))
        shape = placed.shape
    return tuple(rows)


def totals(rows):
    """Add up a layer table.

    Parameters
    ----------
    rows : iterable of Row

    Returns
    -------
    Totals
    """
    rows = tuple(rows)
    return Totals(
        *(sum(getattr(row, name) for row in rows) for name in Totals.__dataclass_fields__)
    )


@lru_cache
def preset(name):
    """Return a preset as an `Architecture`.

    Examples
    --------
    >>> totals(layer_table(preset("mnist-mlp"))).parameters
    101770
    """
    return Architecture.from_text(PRESETS[name].text)


def build(architecture, *, seed=None, initializer="glorot_uniform", name=None):
    """Build the functional Keras model; imports Keras, so only workers call it.

    Each row's output is the layer of the same name: ``model.get_layer("conv2").output``.

    Parameters
    ----------
    architecture : Architecture
    seed : int, optional
        The same seed makes the same weights, and the same dropout. None is different every time.
    initializer : str
        What Keras calls the initialiser of the weights of convolutions and dense layers.
    name : str, optional
        The model's.

    Returns
    -------
    keras.Model
        One without a compiled loss.

    Raises
    ------
    ImpossibleLayer
        As `layer_table`, before Keras is imported.
    """
    rows = layer_table(architecture)
    import keras

    seeds = _Seeds(keras, seed, initializer)
    inputs = x = keras.Input(architecture.input, name="input")
    for row in rows:
        x = row.layer.apply(keras, x, row.name, seeds)
    return keras.Model(inputs, x, name=name)


class _Seeds:
    """A seed of its own for everything random, drawn from one."""

    def __init__(self, keras, seed, initializer):
        self._random = np.random.default_rng(seed)
        self._initializer = keras.initializers.get(initializer)

    def next(self):
        """Draw a seed."""
        return int(self._random.integers(2**31 - 1))

    def initializer(self):
        """Return an initialiser with a seed of its own."""
        config = self._initializer.get_config()
        seed = {"seed": self.next()} if "seed" in config else {}
        return type(self._initializer).from_config({**config, **seed})


def _looked_through(placed, plane):
    """Return the windows of a layer; one that reads everything has a single window."""
    whole = tuple(axis_windows(n, n) for n in plane)
    return (*placed.windows, whole) if placed.reads_all else placed.windows


def _seen(field, jump, windows):
    """Return the receptive field and the jump behind one more window."""
    axes = list(zip(field, jump, windows, strict=True))
    return (
        tuple(cells + (axis.span - 1) * step for cells, step, axis in axes),
        tuple(step * axis.stride for _, step, axis in axes),
    )


def _input_shape(shape):
    shape = tuple(shape)
    limits = (LARGEST_SIDE, LARGEST_SIDE, MOST_CHANNELS)
    whole = all(isinstance(n, int) and not isinstance(n, bool) for n in shape)
    if (
        len(shape) != 3
        or not whole
        or not all(1 <= n <= most for n, most in zip(shape, limits, strict=True))
    ):
        raise ValueError(
            f"the input has 1 to {LARGEST_SIDE} rows and columns and 1 to {MOST_CHANNELS} "
            f"channels, not {'×'.join(map(str, shape))}."
        )
    return shape
