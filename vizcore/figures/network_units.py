"""A network as it is drawn: layers that work in place stand with the one before, repeats fold."""

from dataclasses import dataclass

from vizcore.nets.architectures import layer_table
from vizcore.nets.layers import BatchNorm, Dropout, LeakyRelu, Relu, Sigmoid, Softmax, Tanh

IN_PLACE = (BatchNorm, Dropout, LeakyRelu, Relu, Sigmoid, Softmax, Tanh)
"""Layers that change each number where it is."""

MOST_UNFOLDED = 14
"""Units up to which none is folded."""


@dataclass(frozen=True)
class Unit:
    """A volume: the layer that makes it, and the layers that change its numbers in place.

    Attributes
    ----------
    shape : tuple of int
        (rows, columns, channels), or (numbers,).
    rows : tuple of tuple of Row
        The making layer's rows, then those of each layer in place: one row, or one for each repeat
        of a folded unit.
    is_input : bool
        Then no layer makes it.
    """

    shape: tuple
    rows: tuple = ()
    is_input: bool = False

    @property
    def made_by(self):
        """The rows of the layer that makes it; empty for the input."""
        return () if self.is_input else self.rows[0]

    @property
    def in_place(self):
        """The rows of each layer that changes its numbers in place."""
        return self.rows[0 if self.is_input else 1 :]

    @property
    def times(self):
        """How often it comes one after the other."""
        return len(self.rows[0]) if self.rows else 1

    def and_then(self, row):
        """Return this unit with one more layer in place."""
        return Unit(self.shape, (*self.rows, (row,)), self.is_input)

    def repeats(self, other):
        """Return whether another unit is the same again."""
        return not self.is_input and self._look == other._look

    def with_repeat(self, other):
        """Return both as one."""
        return Unit(self.shape, tuple(a + b for a, b in zip(self.rows, other.rows, strict=True)))

    @property
    def _look(self):
        layers = ((rows[0].layer, rows[0].parameters) for rows in self.rows)
        return self.is_input, self.shape, *layers


def units_of(architecture):
    """Return the units of a network in order, its input first.

    Parameters
    ----------
    architecture : vizcore.nets.architectures.Architecture

    Returns
    -------
    list of Unit
        In a deep network, equal ones in a row are folded into one.

    Examples
    --------
    >>> from vizcore.nets.architectures import preset
    >>> [(unit.shape, unit.times) for unit in units_of(preset("resnet-56"))][:3]
    [((32, 32, 3), 1), ((32, 32, 16), 1), ((32, 32, 16), 9)]
    """
    units = [Unit(architecture.input, is_input=True)]
    for row in layer_table(architecture):
        if isinstance(row.layer, IN_PLACE):
            units[-1] = units[-1].and_then(row)
        else:
            units.append(Unit(row.shape, ((row,),)))
    return _folded(units) if len(units) > MOST_UNFOLDED else units


def _folded(units):
    folded = units[:1]
    for unit in units[1:]:
        if folded[-1].repeats(unit):
            folded[-1] = folded[-1].with_repeat(unit)
        else:
            folded.append(unit)
    return folded
