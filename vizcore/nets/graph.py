"""A network as single operations: what a layer table has in a row may be several of them."""

from dataclasses import dataclass
from functools import lru_cache

from vizcore.nets.architectures import layer_table
from vizcore.nets.layers import BatchNorm, Layer, Relu, Residual


@dataclass(frozen=True)
class Node:
    """One operation: what it is made of, and the shape that it gives.

    Attributes
    ----------
    name : str
        The Keras layer's whose output it is, in a model from `vizcore.nets.architectures.build`.
    kind : str
        ``"input"``; the ``kind`` of a layer; ``"add"``, a residual block's sum; or ``"pad"``, its
        shortcut that takes every stride-th cell and adds channels of zeros.
    row : str
        The row of the layer table that it belongs to; empty for the input.
    layer : Layer or None
        Its arguments; of ``"add"`` and ``"pad"``, the residual block.
    inputs : tuple of str
        The nodes that it reads, by name; two for ``"add"``: F(x), then the shortcut.
    shape : tuple of int
        (rows, columns, channels), or (numbers,).
    """

    name: str
    kind: str
    row: str
    layer: Layer | None
    inputs: tuple
    shape: tuple

    @property
    def has_maps(self):
        """Whether it gives feature maps, not numbers in a row."""
        return len(self.shape) == 3


INPUT = "input"


@lru_cache(maxsize=64)
def graph_of(architecture):
    """Return the operations of a network in the order in which they are computed.

    Parameters
    ----------
    architecture : vizcore.nets.architectures.Architecture

    Returns
    -------
    dict of str to Node
        By name, the input first; every node stands behind those that it reads.

    Raises
    ------
    vizcore.nets.architectures.ImpossibleLayer

    Examples
    --------
    >>> from vizcore.nets.architectures import Architecture
    >>> graph = graph_of(Architecture.from_text("8x8x1-residual_2_s2_n0-flatten"))
    >>> for node in graph.values():
    ...     print(node.name, node.inputs, node.shape)
    input () (8, 8, 1)
    residual1_conv1 ('input',) (4, 4, 2)
    residual1_relu ('residual1_conv1',) (4, 4, 2)
    residual1_conv2 ('residual1_relu',) (4, 4, 2)
    residual1_projection ('input',) (4, 4, 2)
    residual1_add ('residual1_conv2', 'residual1_projection') (4, 4, 2)
    residual1 ('residual1_add',) (4, 4, 2)
    flatten1 ('residual1',) (32,)
    """
    nodes = [Node(INPUT, INPUT, "", None, (), architecture.input)]
    for row in layer_table(architecture):
        if isinstance(row.layer, Residual):
            nodes += _block(row, nodes[-1])
        else:
            before = (nodes[-1].name,)
            nodes.append(Node(row.name, row.layer.kind, row.name, row.layer, before, row.shape))
    return {node.name: node for node in nodes}


def _block(row, given):
    """Return the operations of a residual block, named as `Residual.apply` names them."""
    block, made = row.layer, []

    def node(part, layer, *inputs, kind=None, shape=None):
        name = f"{row.name}_{part}" if part else row.name
        shape = shape or layer.place(inputs[0].shape).shape
        names = tuple(one.name for one in inputs)
        made.append(Node(name, kind or layer.kind, row.name, layer, names, shape))
        return made[-1]

    def convolved(conv, before, part):
        after = node(part, conv, before)
        return node(f"{part}_norm", BatchNorm(), after) if block.norm else after

    channels = given.shape[2]
    first, second, *projection = block.convolutions(channels)
    inner = node("relu", Relu(), convolved(first, given, "conv1"))
    inner = convolved(second, inner, "conv2")
    shortcut = given
    if projection:
        shortcut = convolved(projection[0], given, "projection")
    elif block.changes(channels):
        shortcut = node("back", block, given, kind="pad", shape=row.shape)
    added = node("add", block, inner, shortcut, kind="add", shape=row.shape)
    node("", Relu(), added)
    return made
