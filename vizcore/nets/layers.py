"""The kinds of layers: what each makes of a shape, what it costs, and its twin in Keras.

The names and rules are those of Keras 3; the residual block is that of He, Zhang, Ren and Sun,
*Deep residual learning for image recognition* (2015), https://arxiv.org/abs/1512.03385.
"""

import math
from dataclasses import MISSING, dataclass, fields
from typing import ClassVar

from vizcore.nets.arguments import ARGUMENTS
from vizcore.ops.windows import plane_windows


@dataclass(frozen=True)
class Placed:
    """What a layer makes of the shape before it.

    Attributes
    ----------
    shape : tuple of int
        (rows, columns, channels), or (numbers,).
    windows : tuple of (AxisWindows, AxisWindows)
        The windows that it looks through, one after the other; a residual block has two.
    reads_all : bool
        Whether each output sees the whole input.
    trainable, statistics : int
        Parameters that are learned, and those that only keep a running mean or variance.
    multiply_adds : int
        For one picture; only convolutions and dense layers are counted, as is customary.
    parameters_text, multiply_adds_text : str
        How they are worked out, without the result.
    """

    shape: tuple
    windows: tuple = ()
    reads_all: bool = False
    trainable: int = 0
    statistics: int = 0
    multiply_adds: int = 0
    parameters_text: str = "0"
    multiply_adds_text: str = "0"


@dataclass(frozen=True)
class Layer:
    """One layer. A subclass has its arguments as fields, those without a default first.

    Attributes
    ----------
    kind : str
        Its name in a link.
    stem : str
        What its rows are called, with a number behind.
    title : str
        What a menu calls it.
    """

    kind: ClassVar[str]
    stem: ClassVar[str]
    title: ClassVar[str]

    def __post_init__(self):
        for name, argument in self.arguments().items():
            try:
                argument.check(getattr(self, name))
            except ValueError as error:
                raise ValueError(f"{name} of {self.title} must be {error}.") from None

    @classmethod
    def arguments(cls):
        """Return name → what it may be."""
        return {one.name: ARGUMENTS[one.name] for one in fields(cls)}

    def place(self, shape):
        """Return what this layer makes of a shape, `Placed`; ValueError where it cannot be."""
        return Placed(shape)

    def apply(self, keras, x, name, seeds):
        """Return the Keras tensor behind this layer.

        Parameters
        ----------
        keras : module
        x : KerasTensor
        name : str
            What the last Keras layer is called; inner ones begin with it.
        seeds : Seeds
            Draws a seed for everything random.
        """
        raise NotImplementedError

    def to_text(self):
        """Write this layer for a link: its kind, then what has no default, then what differs.

        Examples
        --------
        >>> Conv(32, 3, padding="same").to_text(), MaxPool(2).to_text()
        ('conv_32_3_psame', 'max_2')
        """
        parts = [self.kind]
        for one, argument in zip(fields(self), self.arguments().values(), strict=True):
            value = getattr(self, one.name)
            if one.default is MISSING:
                parts.append(argument.write(value))
            elif value != self._usual(one):
                parts.append(argument.letter + argument.write(value))
        return "_".join(parts)

    def _usual(self, field):
        return field.default


@dataclass(frozen=True)
class Conv(Layer):
    """A convolution: `filters` windows of weights, each over `channels / groups` channels."""

    kind, stem, title = "conv", "conv", "convolution"

    filters: int
    size: int
    stride: int = 1
    padding: int | str = "valid"
    dilation: int = 1
    groups: int = 1
    bias: bool = True

    def __post_init__(self):
        super().__post_init__()
        _not_both(self)
        if self.filters % self.groups:
            raise ValueError(
                f"filters of {self.title} must divide among its {self.groups} groups, "
                f"not {self.filters}."
            )

    def place(self, shape):
        """Return what this layer makes of a shape."""
        channels = _volume(shape)[2]
        if channels % self.groups:
            raise ValueError(f"{channels} channels do not divide among {self.groups} groups")
        windows = _windows(self, shape)
        rows, columns = (axis.count for axis in windows)
        each, size = channels // self.groups, self.size
        return Placed(
            (rows, columns, self.filters),
            (windows,),
            trainable=(size * size * each + self.bias) * self.filters,
            multiply_adds=rows * columns * self.filters * size * size * each,
            parameters_text=f"({size}·{size}·{each} + 1)·{self.filters}"
            if self.bias
            else f"{size}·{size}·{each}·{self.filters}",
            multiply_adds_text=f"{rows}·{columns}·{self.filters} · {size}·{size}·{each}",
        )

    def apply(self, keras, x, name, seeds):
        """Return the Keras tensor behind this layer."""
        x, padding = _padded(keras, x, self.padding, name)
        return keras.layers.Conv2D(
            self.filters,
            self.size,
            strides=self.stride,
            padding=padding,
            dilation_rate=self.dilation,
            groups=self.groups,
            use_bias=self.bias,
            kernel_initializer=seeds.initializer(),
            name=name,
        )(x)


@dataclass(frozen=True)
class Depthwise(Layer):
    """A convolution of each channel by itself, with one filter a channel."""

    kind, stem, title = "depthwise", "depthwise", "depthwise convolution"

    size: int
    stride: int = 1
    padding: int | str = "valid"
    dilation: int = 1
    bias: bool = True

    def __post_init__(self):
        super().__post_init__()
        _not_both(self)

    def place(self, shape):
        """Return what this layer makes of a shape."""
        channels = _volume(shape)[2]
        windows = _windows(self, shape)
        rows, columns = (axis.count for axis in windows)
        size = self.size
        return Placed(
            (rows, columns, channels),
            (windows,),
            trainable=(size * size + self.bias) * channels,
            multiply_adds=rows * columns * channels * size * size,
            parameters_text=f"({size}·{size} + 1)·{channels}"
            if self.bias
            else f"{size}·{size}·{channels}",
            multiply_adds_text=f"{rows}·{columns}·{channels} · {size}·{size}",
        )

    def apply(self, keras, x, name, seeds):
        """Return the Keras tensor behind this layer."""
        x, padding = _padded(keras, x, self.padding, name)
        return keras.layers.DepthwiseConv2D(
            self.size,
            strides=self.stride,
            padding=padding,
            dilation_rate=self.dilation,
            use_bias=self.bias,
            depthwise_initializer=seeds.initializer(),
            name=name,
        )(x)


@dataclass(frozen=True)
class _Pool(Layer):
    stem = "pool"
    layer: ClassVar[str]

    size: int
    stride: int = None
    padding: str = "valid"

    def __post_init__(self):
        if self.stride is None:
            object.__setattr__(self, "stride", self.size)
        super().__post_init__()

    @classmethod
    def arguments(cls):
        """Return name → what it may be."""
        return {**super().arguments(), "padding": ARGUMENTS["pool_padding"]}

    def _usual(self, field):
        return self.size if field.name == "stride" else field.default

    def place(self, shape):
        """Return what this layer makes of a shape."""
        channels = _volume(shape)[2]
        windows = _windows(self, shape)
        return Placed((*(axis.count for axis in windows), channels), (windows,))

    def apply(self, keras, x, name, seeds):
        """Return the Keras tensor behind this layer."""
        pool = getattr(keras.layers, self.layer)
        return pool(self.size, strides=self.stride, padding=self.padding, name=name)(x)


@dataclass(frozen=True)
class MaxPool(_Pool):
    """Keep the largest of every window; the stride is the window's size unless given."""

    kind, title, layer = "max", "max pooling", "MaxPooling2D"


@dataclass(frozen=True)
class AveragePool(_Pool):
    """Average every window; the stride is the window's size unless given."""

    kind, title, layer = "average", "average pooling", "AveragePooling2D"


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Normalise each channel over the batch, then scale and shift it."""

    kind, stem, title = "norm", "norm", "batch normalisation"

    def place(self, shape):
        """Return what this layer makes of a shape."""
        channels = shape[-1]
        return Placed(
            shape,
            trainable=2 * channels,
            statistics=2 * channels,
            parameters_text=f"4·{channels}",
        )

    def apply(self, keras, x, name, seeds):
        """Return the Keras tensor behind this layer."""
        return keras.layers.BatchNormalization(name=name)(x)


@dataclass(frozen=True)
class _Activation(Layer):
    def apply(self, keras, x, name, seeds):
        """Return the Keras tensor behind this layer."""
        return keras.layers.Activation(self.kind, name=name)(x)


@dataclass(frozen=True)
class Relu(_Activation):
    """The larger of 0 and x."""

    kind, stem, title = "relu", "relu", "ReLU"


@dataclass(frozen=True)
class LeakyRelu(_Activation):
    """`x`, or slope · x where it is negative."""

    kind, stem, title = "leaky", "leaky", "leaky ReLU"

    slope: float = 0.01

    def apply(self, keras, x, name, seeds):
        """Return the Keras tensor behind this layer."""
        return keras.layers.LeakyReLU(negative_slope=self.slope, name=name)(x)


@dataclass(frozen=True)
class Sigmoid(_Activation):
    """1 / (1 + e⁻ˣ)."""

    kind, stem, title = "sigmoid", "sigmoid", "sigmoid"


@dataclass(frozen=True)
class Tanh(_Activation):
    """The hyperbolic tangent."""

    kind, stem, title = "tanh", "tanh", "tanh"


@dataclass(frozen=True)
class Softmax(_Activation):
    """Probabilities along the last axis, in float32 whatever the policy: they need the digits."""

    kind, stem, title = "softmax", "softmax", "softmax"

    def apply(self, keras, x, name, seeds):
        """Return the Keras tensor behind this layer."""
        return keras.layers.Activation("softmax", dtype="float32", name=name)(x)


@dataclass(frozen=True)
class Dropout(Layer):
    """Set a share of the activations to 0 while training."""

    kind, stem, title = "dropout", "dropout", "dropout"

    rate: float

    def apply(self, keras, x, name, seeds):
        """Return the Keras tensor behind this layer."""
        return keras.layers.Dropout(self.rate, seed=seeds.next(), name=name)(x)


@dataclass(frozen=True)
class Residual(Layer):
    """Two convolutions F and a shortcut around them: ReLU(F(x) + x).

    Where F changes the shape, the shortcut is a 1×1 convolution (`"projection"`), or takes every
    `stride`-th cell and adds channels of zeros (`"pad"`, which costs no parameters).
    """

    kind, stem, title = "residual", "residual", "residual block"

    filters: int
    size: int = 3
    stride: int = 1
    norm: bool = True
    shortcut: str = "projection"

    def place(self, shape):
        """Return what this layer makes of a shape."""
        channels = _volume(shape)[2]
        if self.shortcut == "pad" and self.filters < channels:
            raise ValueError(
                f"padding with zeros cannot make {self.filters} channels of {channels}; "
                "a projection can"
            )
        placed, texts, work = [], [], []
        for conv in self.convolutions(channels):
            # The shortcut starts again from the input.
            before = placed[-1].shape if len(placed) == 1 else shape
            placed.append(conv.place(before))
            texts.append(placed[-1].parameters_text)
            work.append(placed[-1].multiply_adds_text)
        norms = len(placed) * self.norm
        if self.norm:
            texts.append(f"{norms}·4·{self.filters}")
        return Placed(
            placed[1].shape,
            placed[0].windows + placed[1].windows,
            trainable=sum(one.trainable for one in placed) + norms * 2 * self.filters,
            statistics=norms * 2 * self.filters,
            multiply_adds=sum(one.multiply_adds for one in placed),
            parameters_text=" + ".join(texts),
            multiply_adds_text=" + ".join(work),
        )

    def convolutions(self, channels):
        """Return F's two convolutions, and the projection where there is one."""
        bias = not self.norm
        first = Conv(self.filters, self.size, self.stride, "same", bias=bias)
        second = Conv(self.filters, self.size, padding="same", bias=bias)
        if self.shortcut == "pad" or not self.changes(channels):
            return first, second
        return first, second, Conv(self.filters, 1, self.stride, bias=bias)

    def changes(self, channels):
        """Return whether F makes another shape, so that the shortcut must, too."""
        return self.stride > 1 or self.filters != channels

    def apply(self, keras, x, name, seeds):
        """Return the Keras tensor behind this layer."""
        first, second, *projection = self.convolutions(x.shape[-1])

        def convolved(conv, x, part):
            x = conv.apply(keras, x, f"{name}_{part}", seeds)
            return BatchNorm().apply(keras, x, f"{name}_{part}_norm", seeds) if self.norm else x

        inner = keras.layers.Activation("relu", name=f"{name}_relu")(convolved(first, x, "conv1"))
        inner = convolved(second, inner, "conv2")
        if projection:
            x = convolved(projection[0], x, "projection")
        elif self.changes(x.shape[-1]):
            x = self._padded_shortcut(keras, x, name)
        added = keras.layers.Add(name=f"{name}_add")([inner, x])
        return keras.layers.Activation("relu", name=name)(added)

    def _padded_shortcut(self, keras, x, name):
        x = keras.layers.MaxPooling2D(1, strides=self.stride, name=f"{name}_every")(x)
        # Keras pads rows and columns alone, so channels take the place of columns meanwhile.
        more = ((0, 0), (0, self.filters - x.shape[-1]))
        x = keras.layers.Permute((1, 3, 2), name=f"{name}_aside")(x)
        x = keras.layers.ZeroPadding2D(more, name=f"{name}_zeros")(x)
        return keras.layers.Permute((1, 3, 2), name=f"{name}_back")(x)


@dataclass(frozen=True)
class Flatten(Layer):
    """Write all numbers in a row."""

    kind, stem, title = "flatten", "flatten", "flatten"

    def place(self, shape):
        """Return what this layer makes of a shape."""
        return Placed((math.prod(shape),))

    def apply(self, keras, x, name, seeds):
        """Return the Keras tensor behind this layer."""
        return keras.layers.Flatten(name=name)(x)


@dataclass(frozen=True)
class _Global(Layer):
    stem = "global"
    layer: ClassVar[str]

    def place(self, shape):
        """Return what this layer makes of a shape."""
        return Placed((_volume(shape)[2],), reads_all=True)

    def apply(self, keras, x, name, seeds):
        """Return the Keras tensor behind this layer."""
        return getattr(keras.layers, self.layer)(name=name)(x)


@dataclass(frozen=True)
class GlobalAverage(_Global):
    """Average each channel."""

    kind, title = "globalaverage", "global average pooling"
    layer = "GlobalAveragePooling2D"


@dataclass(frozen=True)
class GlobalMax(_Global):
    """Keep the largest number of each channel."""

    kind, title = "globalmax", "global max pooling"
    layer = "GlobalMaxPooling2D"


@dataclass(frozen=True)
class Dense(Layer):
    """Give every unit a weighted sum of all inputs."""

    kind, stem, title = "dense", "dense", "dense layer"

    units: int
    bias: bool = True

    def place(self, shape):
        """Return what this layer makes of a shape."""
        if len(shape) != 1:
            raise ValueError(
                "a dense layer needs its input in a row; put flatten or global pooling before it"
            )
        (n,) = shape
        return Placed(
            (self.units,),
            reads_all=True,
            trainable=(n + self.bias) * self.units,
            multiply_adds=n * self.units,
            parameters_text=f"({n} + 1)·{self.units}" if self.bias else f"{n}·{self.units}",
            multiply_adds_text=f"{n}·{self.units}",
        )

    def apply(self, keras, x, name, seeds):
        """Return the Keras tensor behind this layer."""
        return keras.layers.Dense(
            self.units,
            use_bias=self.bias,
            kernel_initializer=seeds.initializer(),
            name=name,
        )(x)


KINDS = {
    kind.kind: kind
    for kind in (
        Conv, Depthwise, MaxPool, AveragePool, BatchNorm, Relu, LeakyRelu, Sigmoid, Tanh, Softmax,
        Dropout, Residual, Flatten, GlobalAverage, GlobalMax, Dense,
    )
}  # fmt: skip
"""Kind → its class."""


def layer_from_text(text):
    """Read what `Layer.to_text` wrote.

    Raises
    ------
    ValueError
        When it names no layer, or an argument cannot be.

    Examples
    --------
    >>> layer_from_text("conv_32_3_psame")
    Conv(filters=32, size=3, stride=1, padding='same', dilation=1, groups=1, bias=True)
    """
    name, *texts = text.split("_")
    if name not in KINDS:
        raise ValueError(f"there is no layer named {name[:20]!r}.")
    kind = KINDS[name]
    allowed = kind.arguments()
    needed = [one.name for one in fields(kind) if one.default is MISSING]
    given = dict(zip(needed, texts, strict=False))
    letters = {argument.letter: name for name, argument in allowed.items() if name not in needed}
    for part in texts[len(needed) :]:
        argument = letters.get(part[:1])
        if argument is None or argument in given:
            raise ValueError(f"{part[:20]!r} is no argument of {kind.title}.")
        given[argument] = part[1:]
    if len(texts) < len(needed):
        raise ValueError(f"{kind.title} needs its {' and '.join(needed)}.")
    values = {}
    for argument, written in given.items():
        try:
            values[argument] = allowed[argument].parse(written)
        except ValueError as error:
            raise ValueError(f"{argument} of {kind.title} must be {error}.") from None
    return kind(**values)


def _volume(shape):
    if len(shape) != 3:
        raise ValueError(
            f"it needs rows, columns and channels, and gets {shape[0]:,} numbers in a row"
        )
    return shape


def _windows(layer, shape):
    """Place a layer's windows; where none fits, say so in fewer words than the operations do."""
    dilation = getattr(layer, "dilation", 1)
    settings = {"stride": layer.stride, "padding": layer.padding, "dilation": dilation}
    try:
        return plane_windows(shape[:2], layer.size, **settings)
    except ValueError:
        span = dilation * (layer.size - 1) + 1
        around = f" with padding {layer.padding}" if isinstance(layer.padding, int) else ""
        raise ValueError(
            f"a window of {span}×{span} cells does not fit into {shape[0]}×{shape[1]}{around}"
        ) from None


def _not_both(layer):
    if layer.stride > 1 and layer.dilation > 1:
        raise ValueError(
            f"{layer.title} can have a stride or a dilation above 1, not both: Keras refuses it."
        )


def _padded(keras, x, padding, name):
    """Pad by a number of cells, which Keras does in a layer of its own."""
    if isinstance(padding, str):
        return x, padding
    if padding:
        x = keras.layers.ZeroPadding2D(padding, name=f"{name}_padding")(x)
    return x, "valid"
