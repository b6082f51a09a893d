"""A drawn digit, brought to the size and the place that MNIST gives its digits."""

import numpy as np

from vizcore.imaging.geometry import resize

SIDE, BOX = 28, 20
"""Pixels of MNIST's pictures, and of the box inside that their digits fill."""


def fitted_as_mnist(levels):
    """Scale what is drawn to 20 pixels, and put its centre of mass into the middle.

    As LeCun, Cortes and Burges describe their data, http://yann.lecun.com/exdb/mnist/, and to whole
    pixels: MNIST's own digits stay as they are.

    Parameters
    ----------
    levels : ndarray of uint8, shape (28, 28)
        Light on black.

    Returns
    -------
    ndarray of uint8, shape (28, 28)
        A blank picture stays blank.

    Examples
    --------
    >>> levels = np.zeros((28, 28), np.uint8)
    >>> levels[2:12, 20:24] = 255
    >>> rows, columns = np.nonzero(fitted_as_mnist(levels))
    >>> int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())
    (4, 23, 10, 17)
    """
    rows, columns = (np.flatnonzero(levels.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return levels.copy()
    ink = levels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX / max(ink.shape)
    ink = resize(ink, *(max(1, round(n * scale)) for n in ink.shape))
    fitted = np.zeros_like(levels)
    top, left = (_begin(ink.sum(axis=axis, dtype=float)) for axis in (1, 0))
    fitted[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return fitted


def _begin(mass):
    """Return where a line of pixels begins when its centre of mass is in the middle."""
    centre = np.arange(len(mass)) @ mass / mass.sum()
    return int(np.clip(np.round(SIDE / 2 - centre), 0, SIDE - len(mass)))
