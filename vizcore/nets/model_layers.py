"""What Keras writes of a layer, as layers of ours: only kinds that we know, every argument checked.

A Keras layer may be several of ours (a convolution and its activation), none (an activation that
does nothing), or a piece of one (`Zeros`, `Turn`, `Sum` are pieces of convolutions with padding and
of residual blocks). What only matters in training, such as initialisers, is passed over.
"""

import math
import re
from dataclasses import dataclass

from vizcore.nets.layers import (
    AveragePool,
    BatchNorm,
    Conv,
    Dense,
    Depthwise,
    Dropout,
    Flatten,
    GlobalAverage,
    GlobalMax,
    LeakyRelu,
    MaxPool,
    Relu,
    Sigmoid,
    Softmax,
    Tanh,
)

POLICIES = ("float32", "mixed_bfloat16", "mixed_float16")
"""What Keras may compute with; in each, the weights are 32-bit floats."""

_MOST_QUOTED, _MOST_REASON = 40, 160


_WITH_WEIGHTS = (Conv, Depthwise, BatchNorm, Dense)


class LayerError(ValueError):
    """A layer that is not read; the text is a sentence."""


@dataclass(frozen=True)
class Zeros:
    """Zeros around a map: cells above, below, left and right."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True)
class Turn:
    """The axes of a map in another order, counted from 1."""

    order: tuple


@dataclass(frozen=True)
class Sum:
    """Several maps, cell by cell."""


@dataclass(frozen=True)
class Scale:
    """x · scale + offset."""

    scale: float
    offset: float


@dataclass(frozen=True)
class Shape:
    """The same numbers in another shape."""

    shape: tuple


@dataclass(frozen=True)
class Start:
    """The input; its shape may lack channels."""

    shape: tuple


@dataclass(frozen=True)
class Part:
    """A layer of ours, or a piece of one, and where it comes from.

    Attributes
    ----------
    made : Layer, Zeros, Turn, Sum, Scale, Shape or Start
    origin : str
        What a visitor knows the Keras layer by, quoted.
    place : str
        Where the file keeps its weights, if it has any: Keras counts the layers of each kind.
    """

    made: object
    origin: str
    place: str


def read_layer(written, counted):
    """Read one layer.

    Parameters
    ----------
    written : dict
        As Keras serialises a layer: its module, its class and its arguments.
    counted : collections.Counter
        The layers so far, by class; this one is added.

    Returns
    -------
    tuple of Part

    Raises
    ------
    LayerError

    Examples
    --------
    >>> from collections import Counter
    >>> layer = {"module": "keras.layers", "class_name": "Activation", "registered_name": None}
    >>> layer["config"] = {"name": "a", "dtype": "float32", "activation": "relu"}
    >>> [part] = read_layer(layer, Counter())
    >>> part.made, part.origin
    (Relu(), "'a' (Activation)")
    """
    kind, config = written.get("class_name"), written.get("config")
    if not isinstance(kind, str) or not isinstance(config, dict):
        raise LayerError("This file describes a layer in a way that Keras does not.")
    origin = f"{quoted(config.get('name'))} ({quoted(kind)[1:-1]})"
    if kind not in _READERS:
        raise LayerError(f"The layer {origin} is none of those that are read: {KNOWN}.")
    if written.get("module") != "keras.layers" or written.get("registered_name") not in (
        None,
        kind,
    ):
        raise LayerError(
            f"The layer {origin} is not of keras.layers, and only layers of Keras's own are read."
        )
    given = _Given(config)
    try:
        given.dtype()
        made = _READERS[kind](given)
        given.nothing_else()
    except ValueError as error:
        reason = str(error).rstrip(".")
        if len(reason) > _MOST_REASON:
            reason = "it has an argument that cannot be"
        raise LayerError(f"The layer {origin} is not read: {reason}.") from None
    place = _place(kind, counted[kind])
    counted[kind] += 1
    return tuple(Part(one, origin, place if isinstance(one, _WITH_WEIGHTS) else "") for one in made)


def _place(kind, number):
    """Return what Keras calls a layer in a file of weights: by its class, numbered from the second.

    >>> _place("Conv2D", 0), _place("Conv2D", 2), _place("BatchNormalization", 1)
    ('conv2d', 'conv2d_2', 'batch_normalization_1')
    """
    name = re.sub("(?<=[a-z])(?=[A-Z])", "_", kind).lower()
    return f"{name}_{number}" if number else name


def quoted(text):
    """Quote a name from a file: short, plain, and without anything that a page may mistake."""
    return ascii(text[:_MOST_QUOTED]) if isinstance(text, str) else "without a name"


class _Given:
    """The arguments of a layer; each is taken once."""

    def __init__(self, config):
        self._left = {
            name: value
            for name, value in config.items()
            if name not in _PASSED_OVER and not name.endswith(_TRAINING_ONLY)
        }

    def take(self, name, usual=None):
        return self._left.pop(name, usual)

    def one_of(self, name, *values):
        """Return an argument that has few values; the first is Keras's own."""
        value = self.take(name, values[0])
        if value not in values:
            wanted = " or ".join(map(repr, values))
            raise ValueError(f"{name} must be {wanted}, not {_short(value)}")
        return value

    def whole(self, name, usual=None):
        value = self.take(name, usual)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{name} must be a whole number, not {_short(value)}")
        return value

    def real(self, name, usual=None):
        value = self.take(name, usual)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{name} must be a number, not {_short(value)}")
        return float(value) if abs(value) < 1e30 else math.inf

    def switch(self, name, usual):
        value = self.take(name, usual)
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be True or False, not {_short(value)}")
        return value

    def square(self, name, usual=None):
        """Return a whole number that holds for rows and columns alike."""
        value = self.take(name, usual)
        pair = value if isinstance(value, list) else [value, value]
        whole = all(isinstance(n, int) and not isinstance(n, bool) for n in pair)
        if len(pair) != 2 or not whole or pair[0] != pair[1]:
            raise ValueError(f"{name} must be one number for rows and columns, not {_short(value)}")
        return pair[0]

    def wholes(self, name):
        """Return a list of whole numbers, or of such lists, as a flat tuple."""
        value = self.take(name)
        rows = value if isinstance(value, list) else [value]
        flat = [n for row in rows for n in (row if isinstance(row, list) else [row])]
        if not all(isinstance(n, int) and not isinstance(n, bool) for n in flat):
            raise ValueError(f"{name} must be whole numbers, not {_short(value)}")
        return tuple(flat)

    def dtype(self):
        """See that the layer computes with a kind of number whose weights are 32-bit floats."""
        dtype = self.take("dtype", "float32")
        if isinstance(dtype, dict):
            config = dtype.get("config")
            dtype = config.get("name") if isinstance(config, dict) else None
        if dtype not in POLICIES:
            kind = _short(dtype) if isinstance(dtype, str) else "numbers of another kind"
            raise ValueError(f"it computes in {kind}, and {', '.join(POLICIES)} are read")

    def nothing_else(self):
        """Refuse what has not been taken, unless it says nothing."""
        for name, value in self._left.items():
            if value is not None and value is not False:
                raise ValueError(f"its argument {quoted(name)} is not known")


def _short(value):
    """Write a value of any size for a message.

    >>> print(_short([3, 5]), _short([1] * 99), _short("a" * 9), _short(10**40), _short({}))
    [3, 5] a list of 99 'aaaaaaaaa' a huge number a description
    """
    if isinstance(value, dict):
        return "a description"
    if isinstance(value, list):
        short = len(value) <= 4 and not any(isinstance(one, list | dict) for one in value)
        return f"[{', '.join(map(_short, value))}]" if short else f"a list of {len(value):,}"
    if isinstance(value, str):
        return quoted(value)
    return "a huge number" if isinstance(value, int) and abs(value) >= 10**9 else repr(value)


_PASSED_OVER = {
    "name", "trainable", "seed", "noise_shape", "momentum", "synchronized", "renorm_clipping",
    "renorm_momentum",
}  # fmt: skip
_TRAINING_ONLY = ("_initializer", "_regularizer", "_constraint")


# ---- One reader a class: its arguments → layers of ours ----

_ACTIVATIONS = {
    "linear": (),
    "relu": (Relu(),),
    "leaky_relu": (LeakyRelu(0.2),),
    "sigmoid": (Sigmoid(),),
    "tanh": (Tanh(),),
    "softmax": (Softmax(),),
}


def _activation(given):
    return _ACTIVATIONS[given.one_of("activation", *_ACTIVATIONS)]


def _last_channels(given):
    given.one_of("data_format", "channels_last", None)


def _windows(given):
    _last_channels(given)
    return {
        "size": given.square("kernel_size"),
        "stride": given.square("strides", 1),
        "padding": given.one_of("padding", "valid", "same"),
        "dilation": given.square("dilation_rate", 1),
        "bias": given.switch("use_bias", True),
    }


def _conv(given):
    filters, groups = given.whole("filters"), given.whole("groups", 1)
    return Conv(filters=filters, groups=groups, **_windows(given)), *_activation(given)


def _depthwise(given):
    given.one_of("depth_multiplier", 1)
    return Depthwise(**_windows(given)), *_activation(given)


def _dense(given):
    return Dense(given.whole("units"), given.switch("use_bias", True)), *_activation(given)


def _pool(kind):
    def read(given):
        _last_channels(given)
        size = given.square("pool_size", 2)
        stride = given.take("strides")
        return (
            kind(
                size,
                size if stride is None else _Given({"strides": stride}).square("strides"),
                given.one_of("padding", "valid", "same"),
            ),
        )

    return read


def _global(kind):
    def read(given):
        _last_channels(given)
        given.one_of("keepdims", False)
        return (kind(),)

    return read


def _norm(given):
    # 3 is the last axis of maps.
    given.one_of("axis", -1, 3, [-1], [3])
    given.one_of("epsilon", 0.001)
    given.one_of("center", True)
    given.one_of("scale", True)
    given.one_of("renorm", False)
    return (BatchNorm(),)


def _relu(given):
    given.one_of("max_value", None)
    given.one_of("negative_slope", 0.0, None)
    given.one_of("threshold", 0.0, None)
    return (Relu(),)


def _leaky(given):
    return (LeakyRelu(given.real("negative_slope", 0.3)),)


def _softmax(given):
    given.one_of("axis", -1)
    return (Softmax(),)


def _dropout(given):
    return (Dropout(given.real("rate")),)


def _flatten(given):
    _last_channels(given)
    return (Flatten(),)


def _zeros(given):
    _last_channels(given)
    cells = given.wholes("padding")
    sides = {1: cells * 4, 2: (cells[:1] * 2 + cells[1:] * 2), 4: cells}.get(len(cells))
    if sides is None or not all(0 <= n <= 10**6 for n in sides):
        raise ValueError("padding must be a number of cells on each side")
    return (Zeros(*sides),)


def _turn(given):
    return (Turn(given.wholes("dims")),)


def _sum(given):
    return (Sum(),)


def _scale(given):
    return (Scale(given.real("scale"), given.real("offset", 0.0)),)


def _reshape(given):
    return (Shape(given.wholes("target_shape")),)


def _start(given):
    for name in ("sparse", "ragged", "optional"):
        given.one_of(name, False, None)
    return (Start(picture_shape(given.take("batch_shape"))),)


def picture_shape(batch_shape):
    """Return (rows, columns) or (rows, columns, channels) of what Keras calls a batch shape."""
    shape = batch_shape[1:] if isinstance(batch_shape, list) else None
    whole = shape and all(isinstance(n, int) and not isinstance(n, bool) for n in shape)
    if not whole or len(shape) not in (2, 3) or not all(0 < n < 10**6 for n in shape):
        raise ValueError("its input must be rows, columns and channels of fixed numbers")
    return tuple(shape)


_READERS = {
    "InputLayer": _start,
    "Rescaling": _scale,
    "Reshape": _reshape,
    "Conv2D": _conv,
    "DepthwiseConv2D": _depthwise,
    "ZeroPadding2D": _zeros,
    "MaxPooling2D": _pool(MaxPool),
    "AveragePooling2D": _pool(AveragePool),
    "GlobalMaxPooling2D": _global(GlobalMax),
    "GlobalAveragePooling2D": _global(GlobalAverage),
    "BatchNormalization": _norm,
    "Activation": _activation,
    "ReLU": _relu,
    "LeakyReLU": _leaky,
    "Softmax": _softmax,
    "Dropout": _dropout,
    "Flatten": _flatten,
    "Dense": _dense,
    "Add": _sum,
    "Permute": _turn,
}

KNOWN = ", ".join(sorted(_READERS))
"""The classes that are read, for a message."""
