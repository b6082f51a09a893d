"""The shift experiment: a digit moved by pixels, before a CNN and before an MLP.

A convolution of a moved picture is the moved convolution: whatever the CNN has learned of a stroke
it knows at every place. The MLP has learned every place by itself. Both networks of
`vizcore.nets.pretrained.SHIFT_PAIR` were trained alike, on pictures that lie where they lie. The
experiment's limit: strides and pooling undo the CNN's advantage in part (see Azulay and Weiss,
*Why do deep convolutional networks generalize so poorly to small image transformations?* (2019),
https://arxiv.org/abs/1805.12177), and a digit that leaves the picture is lost to both.

All of it is `vizcore.ops`, quick enough for the web process.
"""

import numpy as np

DIRECTIONS = {"right": "right", "down": "down", "both": "right and down at once"}
"""Where to move: key → in words."""

_STEPS = {"right": (0, 1), "down": (1, 0), "both": (1, 1)}


def offsets(most, direction):
    """Return the moves along a direction, from −most to most.

    Parameters
    ----------
    most : int
        In pixels.
    direction : str
        A key of `DIRECTIONS`.

    Returns
    -------
    ndarray of int, (2 · most + 1, 2)
        (down, right); in the middle (0, 0).

    Examples
    --------
    >>> offsets(1, "right").tolist()
    [[0, -1], [0, 0], [0, 1]]
    """
    if direction not in DIRECTIONS:
        raise ValueError(f"One can move {', '.join(DIRECTIONS)}, not “{direction}”.")
    return np.arange(-most, most + 1)[:, None] * _STEPS[direction]


def plane(most):
    """Return all moves by at most so many pixels each way, row by row.

    Examples
    --------
    >>> plane(1)[:4].tolist()
    [[-1, -1], [-1, 0], [-1, 1], [0, -1]]
    """
    one = np.arange(-most, most + 1)
    return np.stack(np.meshgrid(one, one, indexing="ij"), axis=-1).reshape(-1, 2)


def shifted(levels, by):
    """Move a picture by whole pixels; what comes in from beyond the edge repeats the edge.

    Parameters
    ----------
    levels : ndarray, (H, W, C)
    by : (int, int)
        Down and right; negative for up and left.

    Examples
    --------
    >>> shifted(np.uint8([[[1], [2], [3]]]), (0, 1)).ravel()
    array([1, 1, 2], dtype=uint8)
    """
    places = (np.arange(n) - move for n, move in zip(levels.shape, by, strict=False))
    rows, columns = (one.clip(0, n - 1) for one, n in zip(places, levels.shape, strict=False))
    return levels[np.ix_(rows, columns)]


def shift_experiment(networks, picture, moves):
    """Ask networks what they see in a picture that is moved.

    Parameters
    ----------
    networks : sequence of vizcore.nets.network.Network
        With equally many classes.
    picture : ndarray of uint8, (H, W, C)
    moves : array-like of int, (positions, 2)
        Down and right, in pixels of the networks' input; see `offsets` and `plane`.

    Returns
    -------
    ndarray of float32, (networks, positions, classes)
        The probabilities.
    """
    return np.float32([[_told(network, picture, by) for by in moves] for network in networks])


def _told(network, picture, by):
    moved = shifted(network.levels(picture), by)
    return network.activations(moved)[network.output]
