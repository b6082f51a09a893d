"""Where in the picture a feature map's cell looks.

As in Araujo, Norris and Sim, *Computing receptive fields of convolutional neural networks* (2019),
https://doi.org/10.23915/distill.00021, with the place of the field beside its size.
"""

from dataclasses import dataclass

from vizcore.ops.windows import plane_windows


@dataclass(frozen=True)
class Field:
    """What the cells of a feature map see of the picture; each pair is (vertical, horizontal).

    Attributes
    ----------
    start : (int, int)
        The first row and column that cell (0, 0) sees; negative inside the padding.
    size : (int, int)
        Rows and columns that a cell sees.
    jump : (int, int)
        How far neighbouring cells lie apart in the picture.
    """

    start: tuple = (0, 0)
    size: tuple = (1, 1)
    jump: tuple = (1, 1)

    def seen(self, cell, picture):
        """Return what a cell sees inside the picture.

        Parameters
        ----------
        cell : (int, int)
            Row and column in the map.
        picture : (int, int)
            Rows and columns of the picture.

        Returns
        -------
        (int, int), (int, int)
            The first and the last but one row, then column: as `slice` takes them.

        Examples
        --------
        >>> Field(start=(-1, -1), size=(3, 3), jump=(2, 2)).seen((0, 1), (8, 8))
        ((0, 2), (1, 4))
        """
        axes = zip(self.start, self.size, self.jump, cell, picture, strict=True)
        return tuple(
            (max(0, start + jump * at), min(n, start + jump * at + size))
            for start, size, jump, at, n in axes
        )


def fields_of(graph):
    """Return what the cells of every feature map see.

    Parameters
    ----------
    graph : dict of str to vizcore.nets.graph.Node

    Returns
    -------
    dict of str to Field
        Of each node that gives feature maps, by name.

    Examples
    --------
    >>> from vizcore.nets.architectures import Architecture
    >>> from vizcore.nets.graph import graph_of
    >>> fields = fields_of(graph_of(Architecture.from_text("8x8x1-conv_2_3_psame-max_2")))
    >>> fields["pool1"]
    Field(start=(-1, -1), size=(4, 4), jump=(2, 2))
    """
    fields = {}
    for name, node in graph.items():
        if not node.has_maps:
            continue
        before = [fields[one] for one in node.inputs]
        if not before:
            fields[name] = Field()
        elif node.kind == "add":
            fields[name] = _union(*before)
        elif node.kind in ("conv", "depthwise", "max", "average"):
            fields[name] = _behind(before[0], node, graph[node.inputs[0]].shape)
        elif node.kind == "pad":
            stride = node.layer.stride
            fields[name] = Field(
                before[0].start, before[0].size, tuple(n * stride for n in before[0].jump)
            )
        else:
            fields[name] = before[0]
    return fields


def _behind(field, node, shape):
    layer = node.layer
    windows = plane_windows(
        shape[:2],
        layer.size,
        stride=layer.stride,
        padding=layer.padding,
        dilation=getattr(layer, "dilation", 1),
    )
    axes = list(zip(field.start, field.size, field.jump, windows, strict=True))
    return Field(
        tuple(start - axis.before * jump for start, _, jump, axis in axes),
        tuple(size + (axis.span - 1) * jump for _, size, jump, axis in axes),
        tuple(jump * axis.stride for _, _, jump, axis in axes),
    )


def _union(one, other):
    """Join the fields of two maps of one size, whose cells lie equally far apart."""
    start = tuple(map(min, one.start, other.start))
    ends = (
        max(a + n, b + m)
        for a, n, b, m in zip(one.start, one.size, other.start, other.size, strict=True)
    )
    size = tuple(end - begin for end, begin in zip(ends, start, strict=True))
    return Field(start, size, one.jump)
