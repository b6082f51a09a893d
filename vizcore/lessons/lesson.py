"""A worked example: its numbers, the page that shows it, and the result it must give."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

DECKS = {
    "K": "knowledge-based CI (Kraków)",
    "B": "introduction to computer vision (Brunel)",
    "D": "lecture 7, CNNs (Deusto)",
    "I": "deep learning and CNN layers",
}
"""The slide decks, by their letters."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """A worked example of the slides.

    Attributes
    ----------
    title : str
        What a menu calls it.
    deck : str
        The slide deck: ``"K"``, ``"B"``, ``"D"`` or ``"I"``, or several.
    page : str
        The page that shows it, as in its address.
    settings : dict
        The arguments of the operation, by name.
    expected : ndarray, number or tuple
        The right result, typed in from the slides and never computed.
    correction : str or None
        What the slide had instead, where it is wrong.
    operation : callable
        Takes the settings.
    """

    title: str
    deck: str
    page: str
    settings: dict
    expected: object
    operation: Callable
    correction: str | None = None

    def compute(self):
        """Return the result of the operation on the settings, in the form of `expected`."""
        return self.operation(**self.settings)


def matrix(text):
    """Read rows parted by slashes, as the slides' examples are written down.

    Examples
    --------
    >>> matrix("1 0 / -1 2")
    array([[ 1.,  0.],
           [-1.,  2.]])
    """
    return np.array([row.split() for row in text.split("/")], dtype=np.float64)


def channels(*texts):
    """Read one matrix a channel, (H, W, C)."""
    return np.stack([matrix(text) for text in texts], axis=-1)
