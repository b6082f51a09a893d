"""The layers of a network as lines of Keras code, written down as `build` makes them.

A stand-in for Keras is handed to each layer, so that the code cannot say anything else than what
`vizcore.nets.architectures.build` does.
"""

from functools import partial
from textwrap import fill
from typing import NamedTuple

import numpy as np

from vizcore.nets.architectures import layer_table
from vizcore.nets.layers import Residual

_LONGEST, _INDENT = 100, "    "
_USUAL = {"padding": "valid", "dilation_rate": 1, "groups": 1, "use_bias": True}


def written_layers(network, seed, *, usual_dtype="float32"):
    """Write the network's layers, with the seeds that `build` draws for them.

    The first line makes the variables ``inputs`` and ``x``, and the last leaves its result in
    ``x``; the parts of a residual block have names of their own.

    Parameters
    ----------
    network : vizcore.nets.architectures.Architecture
    seed : int
        As in `build`.
    usual_dtype : str or None
        A layer of this type need not say so.

    Returns
    -------
    list of str

    Examples
    --------
    >>> from vizcore.nets.architectures import Architecture
    >>> small = Architecture.from_text("8x8x1-conv_4_3_psame-relu-max_2")
    >>> print(*written_layers(small, seed=0), sep=chr(10))
    inputs = x = keras.Input((8, 8, 1), name="input")
    x = layers.Conv2D(
        4, 3, padding="same", kernel_initializer=GlorotUniform(1826701614), name="conv1"
    )(x)
    x = layers.Activation("relu", name="relu1")(x)
    x = layers.MaxPooling2D(2, name="pool1")(x)
    """
    writer, seeds = _Writer({**_USUAL, "dtype": usual_dtype}), _Seeds(seed)
    for row in layer_table(network):
        writer.result = row.name if isinstance(row.layer, Residual) else None
        row.layer.apply(writer, _Variable("x", row.input), row.name, seeds)
    return [f'inputs = x = keras.Input({network.input}, name="input")', *writer.lines]


def written_changes(changes, seed):
    """Write Keras's own layers for an augmentation, as a list named ``changes``.

    They change pictures in the same ranges as `vizcore.nets.augmentation.augmenter`, one after the
    other, and draw in ways of their own.

    Parameters
    ----------
    changes : vizcore.nets.augmentation.Augmentation
    seed : int

    Returns
    -------
    list of str

    Examples
    --------
    >>> from vizcore.nets.augmentation import Augmentation
    >>> print(*written_changes(Augmentation(rotate=10.0, flip=True), 5), sep=chr(10))
    changes = [
        layers.RandomRotation(10.0 / 360, fill_mode="nearest", seed=6, dtype="float32"),
        layers.RandomFlip("horizontal", seed=8, dtype="float32"),
    ]
    """
    edge = 'fill_mode="nearest", '
    made = {
        f"RandomTranslation({changes.shift!r}, {changes.shift!r}, {edge}": changes.shift,
        f"RandomRotation({changes.rotate!r} / 360, {edge}": changes.rotate,
        f"RandomZoom({changes.zoom!r}, {edge}": changes.zoom,
        'RandomFlip("horizontal", ': changes.flip,
    }
    lines = [
        f'{_INDENT}layers.{layer}seed={seed + place}, dtype="float32"),'
        for place, (layer, wanted) in enumerate(made.items())
        if wanted
    ]
    return ["changes = [", *lines, "]"]


class _Variable(NamedTuple):
    """What stands for a tensor: its name in the script, and a shape for layers that ask."""

    name: str
    shape: tuple

    def __repr__(self):
        return self.name


class _Code(str):
    """What stands in the script as it is."""

    def __repr__(self):
        return str(self)


class _Writer:
    """Stands in for Keras: writes down which layers are made, of what and behind what."""

    def __init__(self, usual):
        self.lines = []
        self.result = None
        """The layer of a block whose output is ``x``; None where every layer's is."""
        self._usual = usual

    @property
    def layers(self):
        return self

    def __getattr__(self, kind):
        return partial(self._layer, kind)

    def _layer(self, kind, *values, **settings):
        usual = {**self._usual, "strides": values[0] if values and "Pooling" in kind else 1}
        told = {name: value for name, value in settings.items() if usual.get(name) != value}
        arguments = [_written(one) for one in values]
        arguments += [f"{name}={_written(value)}" for name, value in told.items()]
        return partial(self._apply, f"layers.{kind}", ", ".join(arguments), settings["name"])

    def _apply(self, layer, arguments, name, x):
        made = "x" if self.result in (None, name) else name
        line = f"{made} = {layer}({arguments})({x})"
        if len(line) > _LONGEST:
            line = f"{made} = {layer}(\n{_wrapped(arguments)}\n)({x})"
        self.lines.append(line)
        return _Variable(made, getattr(x, "shape", None))


def _wrapped(arguments):
    return fill(arguments, _LONGEST, initial_indent=_INDENT, subsequent_indent=_INDENT)


def _written(value):
    if isinstance(value, str) and not isinstance(value, _Code):
        return f'"{value}"'
    return repr(value)


class _Seeds:
    """The seeds that `build` draws, as code."""

    def __init__(self, seed):
        self._random = np.random.default_rng(seed)

    def next(self):
        return int(self._random.integers(2**31 - 1))

    def initializer(self):
        return _Code(f"GlorotUniform({self.next()})")
