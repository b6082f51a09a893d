"""The same object moved, turned, recoloured: what three models make of it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from vizcore.lessons.lesson import matrix
from vizcore.ops import conv2d, dense, global_pool2d

GRID = 12
"""Rows and columns of the picture."""

SHAPES = {
    "swan": matrix("1 1 0 0 0 / 0 1 0 0 1 / 0 1 0 1 1 / 0 1 1 1 1 / 0 0 1 1 0"),
    "arrow": matrix("0 0 1 0 0 / 0 0 1 1 0 / 1 1 1 1 1 / 0 0 1 1 0 / 0 0 1 0 0"),
    "plus": matrix("0 0 1 0 0 / 0 0 1 0 0 / 1 1 1 1 1 / 0 0 1 0 0 / 0 0 1 0 0"),
}
"""What can be drawn: 1 on the object, 0 beside it."""

SIDE = 5
"""Rows and columns of the box that every shape fills."""

FIRST = (1, 2)
"""The row and column of the box where the dense neuron has seen the object."""

PLACES = GRID - SIDE + 1
"""Rows and columns at which the box can stand, and so those of a response map."""

COLOURS = {"white": 1.0, "pale": 0.5, "black": -1.0}
"""The value of the object's pixels; the water around it is 0."""


@dataclass(frozen=True, eq=False)
class Look:
    """What the three models make of one picture.

    Attributes
    ----------
    dense : float
        The score of the dense neuron.
    map : ndarray, (PLACES, PLACES)
        The response map of the convolution.
    best : float
        The largest number of the map.
    """

    dense: float
    map: np.ndarray
    best: float

    @property
    def peaks(self):
        """Where the map is largest, as (row, column); several places may be equal."""
        return tuple((int(r), int(c)) for r, c in np.argwhere(np.isclose(self.map, self.best)))


def drawn(shape, turn=0, colour="white"):
    """Return an object, (SIDE, SIDE).

    Parameters
    ----------
    shape : str
        A key of `SHAPES`.
    turn : int
        Quarter turns, clockwise.
    colour : str
        A key of `COLOURS`.
    """
    return np.rot90(SHAPES[shape], -turn) * COLOURS[colour]


def placed(box, row, column):
    """Return the picture, (GRID, GRID): a box of SIDE × SIDE cells in the water.

    Examples
    --------
    >>> placed(drawn("plus"), 7, 7)[9, 7:].tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    picture = np.zeros((GRID, GRID))
    picture[row : row + SIDE, column : column + SIDE] = box
    return picture


def template(shape):
    """Return the kernel that answers most to a shape: +1 on it and −1 beside it, (SIDE, SIDE).

    No other place or turn of a white object reaches the score of the very same object, which is
    the number of its cells: all of them meet a +1.
    """
    return 2 * SHAPES[shape] - 1


def dense_weights(shape):
    """Return the dense neuron's weights: the template at the first place, 0 elsewhere."""
    return placed(template(shape), *FIRST)


def look(picture, shape):
    """Let the three models see a picture, (GRID, GRID), as `Look`; none has a bias."""
    score = dense(picture.ravel(), dense_weights(shape).reshape(-1, 1))
    answers = conv2d(picture, template(shape))
    return Look(float(score[0]), answers, float(global_pool2d(answers, "max")))


def meeting(picture, shape, row, column):
    """Count the pixels of the object that lie on a +1 and on a −1 of the template at a place.

    The response there is their value times the first count less the second, since water is 0.

    Examples
    --------
    >>> meeting(placed(drawn("plus"), 0, 0), "plus", 0, 0)
    (9, 0)
    >>> meeting(placed(drawn("plus"), 0, 0), "plus", 0, 1)
    (4, 4)
    """
    object_there = picture[row : row + SIDE, column : column + SIDE] != 0
    on = template(shape) > 0
    return int((object_there & on).sum()), int((object_there & ~on).sum())


@lru_cache(maxsize=64)
def looks(shape, turn=0, colour="white"):
    """Return what the models make of an object at each place, row by row, as a tuple of `Look`."""
    box = drawn(shape, turn, colour)
    places = np.ndindex(PLACES, PLACES)
    return tuple(look(placed(box, *place), shape) for place in places)


def placed_at(seen, row, column):
    """Return which of `looks` is that of a place."""
    return seen[row * PLACES + column]


def first_look(shape):
    """Return what the models make of the white object as it stood at first."""
    return placed_at(looks(shape), *FIRST)


def moved_along(before, after, move):
    """Count how many numbers of one map are found again in another, moved.

    Parameters
    ----------
    before, after : ndarray, (rows, columns)
    move : (int, int)
        Rows down and columns to the right.

    Returns
    -------
    same, shared : int
        Numbers found again, and numbers that the move leaves inside the map.

    Examples
    --------
    >>> moved_along(np.array([[1, 2], [3, 4]]), np.array([[0, 1], [0, 5]]), (0, 1))
    (1, 2)
    """
    old, new = before[_staying(before, move)], after[_staying(after, [-m for m in move])]
    return int(np.isclose(old, new).sum()), old.size


def _staying(array, move):
    """Return the slices of what a move leaves inside."""
    return tuple(slice(max(0, -m), n - max(0, m)) for m, n in zip(move, array.shape, strict=True))
