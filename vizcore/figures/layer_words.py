"""A layer in words: its arguments in a phrase."""

from vizcore.figures.pieces import number_text
from vizcore.nets.layers import (
    AveragePool,
    BatchNorm,
    Dense,
    Dropout,
    GlobalAverage,
    GlobalMax,
    LeakyRelu,
    MaxPool,
    Residual,
)


def described(layer):
    """Describe a layer's arguments in a phrase; empty where it has none.

    Examples
    --------
    >>> from vizcore.nets.layers import Conv
    >>> described(Conv(12, 3, padding="same"))
    '12 filters 3×3, padding same'
    >>> described(Conv(96, 11, stride=4)), described(MaxPool(2))
    ('96 filters 11×11, stride 4', 'max 2×2, stride 2')
    """
    if isinstance(layer, Dense):
        return ", ".join([counted(layer.units, "unit")] + ["no bias"] * (not layer.bias))
    if isinstance(layer, Dropout):
        return f"{number_text(100 * layer.rate)}%"
    if isinstance(layer, (GlobalAverage, GlobalMax)):
        return f"{layer.kind.removeprefix('global')} of each channel"
    if isinstance(layer, LeakyRelu):
        return f"slope {layer.slope:g}"
    if isinstance(layer, BatchNorm):
        return layer.title
    if not hasattr(layer, "size"):
        return ""
    window = f"{layer.size}×{layer.size}"
    pools = isinstance(layer, (MaxPool, AveragePool))
    if pools:
        window = f"{layer.kind} {window}"
    filters = getattr(layer, "filters", None)
    parts = [f"{counted(filters, 'filter')} {window}" if filters else window]
    stride = layer.stride
    if stride > 1 or pools:
        parts.append(f"stride {stride}")
    padding = getattr(layer, "padding", "valid")
    if padding not in ("valid", 0):
        parts.append(f"padding {padding}")
    if getattr(layer, "dilation", 1) > 1:
        parts.append(f"dilation {layer.dilation}")
    if getattr(layer, "groups", 1) > 1:
        parts.append(f"{layer.groups} groups")
    if not getattr(layer, "bias", True):
        parts.append("no bias")
    if isinstance(layer, Residual):
        parts += [f"no {BatchNorm.title}"] * (not layer.norm)
        parts += ["shortcut padded with zeros"] * (layer.shortcut == "pad")
    return ", ".join(parts)


def counted(number, name):
    """Write a number of things.

    Examples
    --------
    >>> counted(1, "filter"), counted(4096, "unit")
    ('1 filter', '4,096 units')
    """
    return f"{number:,} {name}{'s' * (number != 1)}"
