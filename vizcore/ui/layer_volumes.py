"""Which volumes of a network a picture draws: all of a short one, the telling ones of a long."""

from dataclasses import dataclass

from vizcore.nets.layers import BatchNorm, Dropout, LeakyRelu, Relu, Sigmoid, Softmax, Tanh

MOST_SEPARATE = 12
"""Rows up to which each has a volume of its own."""

MOST_VOLUMES = 24
"""Volumes up to which neighbours of the same shape stay apart."""

_CHANGE_NOTHING = (BatchNorm, Dropout, LeakyRelu, Relu, Sigmoid, Softmax, Tanh)


@dataclass(frozen=True)
class Group:
    """Rows that share a volume.

    Attributes
    ----------
    name : str
    shape : tuple of int
    rows : range
    """

    name: str
    shape: tuple
    rows: range


def grouped(rows):
    """Return the volumes of a layer table.

    Parameters
    ----------
    rows : sequence of vizcore.nets.architectures.Row

    Returns
    -------
    list of Group
        In a longer network, layers that change each number where it is share the volume of the
        layer before them; in a very long one all neighbours of the same shape share one.
    """
    groups = [[index] for index in range(len(rows))]
    if len(rows) > MOST_SEPARATE:
        groups = _joined(groups, lambda _, index: isinstance(rows[index].layer, _CHANGE_NOTHING))
    if len(groups) > MOST_VOLUMES:
        groups = _joined(groups, lambda last, index: rows[last].shape == rows[index].shape)
    return [
        Group(_name(rows, one), rows[one[-1]].shape, range(one[0], one[-1] + 1)) for one in groups
    ]


def _joined(groups, together):
    """Join each group to the one before it where that is wanted of its first row."""
    joined = [list(groups[0])]
    for group in groups[1:]:
        if together(joined[-1][0], group[0]):
            joined[-1] += group
        else:
            joined.append(list(group))
    return joined


def _name(rows, indices):
    telling = [i for i in indices if not isinstance(rows[i].layer, _CHANGE_NOTHING)] or indices
    first, last = rows[telling[0]].name, rows[telling[-1]].name
    return first if first == last else f"{first} … {last}"
