"""A trained network that one can open: its layers, its weights, and what its classes are called."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np

from vizcore.imaging.geometry import resize
from vizcore.nets.architectures import Architecture
from vizcore.nets.forward_pass import forward_pass
from vizcore.nets.graph import graph_of
from vizcore.nets.preparation import Preparation, with_channels


@dataclass(frozen=True, eq=False)
class Network:
    """A trained network, read without Keras.

    Attributes
    ----------
    title : str
        What it is called on screen.
    architecture : Architecture
    weights : dict of str to dict of str to ndarray of float32
        As `vizcore.nets.forward_pass` describes.
    class_names : tuple of str
        In the order of its outputs.
    preparation : Preparation
        How pictures become its input.
    """

    title: str
    architecture: Architecture
    weights: dict
    class_names: tuple
    preparation: Preparation

    @cached_property
    def graph(self):
        """Its operations by name, in order; see `vizcore.nets.graph.graph_of`."""
        return graph_of(self.architecture)

    @property
    def output(self):
        """The name of its last node: the probabilities of the classes."""
        return next(reversed(self.graph))

    @cached_property
    def digest(self):
        """A text that stands for its weights: other numbers, another text."""
        held = blake2b(digest_size=16)
        for name, own in sorted(self.weights.items()):
            for part, one in sorted(own.items()):
                held.update(f"{name}/{part} {one.shape}".encode())
                held.update(np.ascontiguousarray(one))
        return held.hexdigest()

    def levels(self, picture):
        """Bring a picture to the size and the channels of its input.

        Parameters
        ----------
        picture : ndarray of uint8, shape (H, W, C)
            With 1 channel or 3.

        Returns
        -------
        ndarray of uint8, shape (H', W', C')
        """
        rows, columns, channels = self.architecture.input
        if picture.shape[:2] != (rows, columns):
            picture = resize(picture, rows, columns)
        return with_channels(picture[np.newaxis], channels)[0]

    def prepared(self, picture):
        """Return the numbers that a picture becomes, float32, in the shape of its input."""
        levels = self.levels(picture)
        plain = Preparation(mean=self.preparation.mean, spread=self.preparation.spread)
        return plain.apply(levels[np.newaxis])[0]

    def activations(self, picture):
        """Return what every node gives for a picture.

        Parameters
        ----------
        picture : ndarray of uint8, shape (H, W, C)

        Returns
        -------
        dict of str to ndarray of float32
            Node name → its output; ``"input"`` is the prepared picture.
        """
        return forward_pass(self.graph, self.weights, self.prepared(picture))
