"""What a dataset is: pictures with their classes, and the test part apart."""

from dataclasses import dataclass

import numpy as np


class DatasetError(ValueError):
    """A dataset that cannot be had or used; the text tells the visitor why and what to do."""


@dataclass(frozen=True, eq=False)
class Part:
    """Some pictures and the class of each.

    Attributes
    ----------
    x : ndarray of uint8, shape (N, H, W, C)
        Levels 0 to 255; grey pictures have one channel, colour pictures three (red, green, blue).
        May be memory-mapped and read-only.
    y : ndarray of int64, shape (N,)
        Classes, counted from 0.

    Raises
    ------
    ValueError
        When types or shapes are others than these.
    """

    x: np.ndarray
    y: np.ndarray

    def __post_init__(self):
        if self.x.dtype != np.uint8 or self.x.ndim != 4 or self.x.shape[3] not in (1, 3):
            raise ValueError(
                "x must be uint8 of shape (N, H, W, 1) or (N, H, W, 3)."
                f" Received: {self.x.dtype} of shape {self.x.shape}"
            )
        if self.y.dtype != np.int64 or self.y.shape != self.x.shape[:1]:
            raise ValueError(
                f"y must be int64 of shape ({len(self.x)},), a class for each picture."
                f" Received: {self.y.dtype} of shape {self.y.shape}"
            )

    def __len__(self):
        return len(self.y)

    def take(self, indices):
        """Copy the pictures at these places out, in this order."""
        return Part(self.x[indices], self.y[indices])


@dataclass(frozen=True, eq=False)
class Dataset:
    """A named set of pictures, as its makers divided it.

    `splits.three_parts` takes the validation part from `train` where the makers gave none.
    Nothing is ever chosen by `test`.

    Attributes
    ----------
    name : str
        What it is called in addresses and commands.
    title : str
        What it is called on screen.
    class_names : tuple of str
        The name of class k at place k.
    source : str
        Where it comes from, and under which licence.
    train, test : Part
    validation : Part or None
        Only where the makers gave one.
    """

    name: str
    title: str
    class_names: tuple[str, ...]
    source: str
    train: Part
    test: Part
    validation: Part | None = None

    @property
    def shape(self):
        """(H, W, C) of every picture."""
        return self.train.x.shape[1:]

    @property
    def given(self):
        """The parts that the makers gave, by name."""
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: part for name, part in parts.items() if part is not None}
