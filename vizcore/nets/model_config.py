"""What Keras writes of a network, as an `Architecture`: chains of layers, and residual blocks.

Two branches must be a residual block as `vizcore.nets.layers.Residual` builds it. Whatever a
description says besides what an `Architecture` can say is refused, not guessed.
"""

from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice

from vizcore.nets.architectures import Architecture
from vizcore.nets.layers import BatchNorm, Conv, Depthwise, Flatten, Layer, MaxPool, Relu, Residual
from vizcore.nets.model_graph import BRANCHES, Block, followed
from vizcore.nets.model_layers import (
    LayerError,
    Part,
    Scale,
    Shape,
    Start,
    Sum,
    Turn,
    Zeros,
    picture_shape,
    quoted,
    read_layer,
)

MOST_LAYERS = 2000
"""Of Keras; a row of ours, such as a residual block, may be a dozen of them."""


@dataclass(frozen=True)
class Described:
    """What a description says.

    Attributes
    ----------
    title : str
        What its author called the network; plain, but any text.
    architecture : Architecture
    scale : Scale or None
        What is done to the input first.
    sources : tuple of Part
        Where each node of the network's graph that has weights finds them, in the graph's order.
    """

    title: str
    architecture: Architecture
    scale: Scale | None
    sources: tuple


def described(config):
    """Read a description.

    Parameters
    ----------
    config : dict
        The content of ``config.json``.

    Returns
    -------
    Described

    Raises
    ------
    LayerError
        For whatever `Architecture` cannot say.
    """
    kind, inner = config.get("class_name"), config.get("config")
    of_keras = str(config.get("module")).split(".")[0] == "keras"
    if kind not in ("Sequential", "Functional") or not of_keras:
        raise LayerError(
            f"This file describes a network of the class {quoted(kind)}, and only Keras's own"
            " Sequential and functional networks are read."
        )
    if config.get("registered_name") not in (None, kind):
        raise LayerError(
            "This file describes a network of a class of its author's own making, and only Keras's"
            " own Sequential and functional networks are read."
        )
    written = inner.get("layers") if isinstance(inner, dict) else None
    if not isinstance(written, list) or not all(isinstance(one, dict) for one in written):
        raise LayerError("This file describes a network without layers.")
    if len(written) > MOST_LAYERS:
        raise LayerError(f"This network has more than {MOST_LAYERS:,} layers.")
    counted = Counter()
    parts = [read_layer(one, counted) for one in written]
    items = _sequence(inner, parts) if kind == "Sequential" else followed(inner, written, parts)
    return _assembled(_title(inner.get("name")), items)


def _title(name):
    text = name if isinstance(name, str) else ""
    return "".join(one for one in text[:60] if one.isprintable()).strip() or "model"


# ---- From a description to what comes after what ----


def _sequence(inner, parts):
    items = [part for own in parts for part in own]
    if items and isinstance(items[0].made, Start):
        return items
    try:
        shape = picture_shape(inner.get("build_input_shape"))
    except ValueError:
        raise LayerError(
            "This network does not say the size of its input: give it a layer keras.Input first,"
            " and save it anew."
        ) from None
    return [Part(Start(shape), "the input", ""), *items]


# ---- From what comes after what to layers of ours ----


def _assembled(title, items):
    start, items = _first(items), items[1:]
    if not isinstance(start, Start):
        raise LayerError("This network does not begin with an input.")
    scale = None
    if isinstance(_first(items), Scale):
        scale, items = _first(items), items[1:]
    shape, items = _with_channels(start.shape, items)
    stack = _Stack(shape)
    items = iter(_padded(items))
    for item in items:
        if isinstance(item, Block):
            if _first([*islice(items, 1)]) != Relu():
                raise LayerError(
                    f"Behind the layer {item.total.origin} stands no ReLU, and {BRANCHES}."
                )
            stack.add_block(item)
        else:
            stack.add(item)
    try:
        architecture = Architecture(shape, tuple(stack.layers))
    except ValueError as error:
        raise LayerError(f"This network is not read: {error}") from None
    return Described(title, architecture, scale, tuple(stack.sources))


def _with_channels(shape, items):
    """Return the input's shape with channels, and what follows once that is settled."""
    full = shape if len(shape) == 3 else (*shape, 1)
    if _first(items) == Shape(full):
        return full, items[1:]
    if len(shape) == 2 and _first(items) != Flatten():
        raise LayerError(
            "This network's input has no channels, which only Flatten or Reshape can follow: give"
            " it rows, columns and channels."
        )
    return full, items


def _first(items):
    """Return what the first item is; None where there is none, or it is a block."""
    return getattr(items[0], "made", None) if items else None


def _padded(items):
    """Put the zeros around a map into the convolution that follows."""
    done = []
    for item in items:
        zeros, layer = _first(done[-1:]), _first([item])
        if isinstance(zeros, Zeros) and isinstance(layer, Conv | Depthwise):
            sides = {zeros.top, zeros.bottom, zeros.left, zeros.right}
            if len(sides) == 1 and layer.padding == "valid":
                (cells,) = sides
                done.pop()
                item = replace(item, made=_with_padding(layer, cells, item.origin))
        done.append(item)
    return done


def _with_padding(layer, cells, origin):
    try:
        return replace(layer, padding=cells)
    except ValueError as error:
        raise LayerError(f"The layer {origin} is not read: {error}") from None


class _Stack:
    """Layers on top of each other, the shape that they give, and where their weights are."""

    def __init__(self, shape):
        self.layers, self.sources = [], []
        self._shape = shape

    def add(self, part):
        """Put a layer on top."""
        if not isinstance(part.made, Layer):
            raise LayerError(
                f"The layer {part.origin} stands where it is not read: {_WHERE[type(part.made)]}."
            )
        self._place(part.made, part.origin)
        self.sources += _with_weights([part])

    def add_block(self, block):
        """Put a residual block on top; the branch without ReLU is its shortcut."""
        by_relu = sorted(block.branches, key=lambda branch: Relu() not in _made(branch))
        main, shortcut = (_padded(branch) for branch in by_relu)
        residual = _residual(_made(main), _made(shortcut), block.total.origin)
        channels = self._shape[2] if len(self._shape) == 3 else 0
        if _parts_of(residual, channels) != (_made(main), _plain(_made(shortcut))):
            raise _no_block(block.total.origin)
        self._place(residual, block.total.origin)
        self.sources += _with_weights([*main, *shortcut])

    def _place(self, layer, origin):
        try:
            self._shape = layer.place(self._shape).shape
        except ValueError as error:
            raise LayerError(f"The layer {origin} is not read: {error}.") from None
        self.layers.append(layer)


_WHERE = {
    Start: "a network has one input",
    Scale: "Rescaling comes first",
    Shape: "Reshape comes first, and only adds one channel",
    Zeros: "ZeroPadding2D comes before a convolution with padding 'valid', the same on all sides",
    Turn: "Permute belongs to a residual block whose shortcut adds channels of zeros",
    Sum: "Add belongs to a residual block",
}


def _made(parts):
    return [part.made for part in parts]


def _with_weights(parts):
    return [part for part in parts if part.place]


def _residual(main, shortcut, origin):
    """Guess which block two branches are; what it is made of is compared with them later."""
    convolutions = [one for one in main if isinstance(one, Conv)]
    if len(convolutions) != 2:
        raise _no_block(origin)
    first, _ = convolutions
    return Residual(
        first.filters,
        first.size,
        first.stride,
        norm=BatchNorm() in main,
        shortcut="pad" if any(isinstance(one, Turn) for one in shortcut) else "projection",
    )


def _parts_of(block, channels):
    """Return what a residual block is made of, as `Residual.apply` builds it."""
    first, second, *projection = block.convolutions(channels)
    norm = [BatchNorm()] * block.norm
    main = [first, *norm, Relu(), second, *norm]
    if projection:
        return main, [*projection, *norm]
    if not block.changes(channels):
        return main, []
    aside = Turn((1, 3, 2))
    more = Zeros(0, 0, 0, block.filters - channels)
    return main, [MaxPool(1, block.stride), aside, more, aside]


def _plain(shortcut):
    """Write the padding of a 1×1 convolution, which needs none, as "valid"."""
    return [
        replace(one, padding="valid") if isinstance(one, Conv) and one.size == 1 else one
        for one in shortcut
    ]


def _no_block(origin):
    return LayerError(f"What meets in the layer {origin} is not read: {BRANCHES}.")
