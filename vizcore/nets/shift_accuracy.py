"""How many test digits the pair of the shift experiment gets right, wherever they are moved.

    python -m vizcore.nets.shift_accuracy

writes the file that ships, of every fifth digit of MNIST's test part: one is an anecdote. To be
run again whenever the pair is trained anew.
"""

import os
import sys
from functools import lru_cache

import numpy as np

from vizcore.nets import pretrained
from vizcore.nets.datasets import fetch_dataset
from vizcore.nets.evaluation import predicted
from vizcore.nets.keras_model import keras_model
from vizcore.nets.shifting import plane, shifted

MOST = 8
"""Pixels each way."""

EVERY = 5
"""The step through the test part: its first half is the easier one."""

FILE = "shift-accuracy.npz"


def main():
    """Measure the pair, and write the file."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    networks = [pretrained.load(name) for name in pretrained.SHIFT_PAIR]
    test = fetch_dataset(pretrained.card(pretrained.SHIFT_PAIR[0]).dataset).test
    part = test.take(slice(None, None, EVERY))
    moves = plane(MOST)
    found = accuracies(networks, part, moves)
    np.savez_compressed(pretrained.FOLDER / FILE, moves=moves, accuracy=found)
    print(f"Not moved: {found[:, len(moves) // 2]}, on average: {found.mean(axis=1)}")
    return 0


def accuracies(networks, part, moves):
    """Return the share of pictures that networks get right after each move; imports Keras.

    Parameters
    ----------
    networks : sequence of vizcore.nets.network.Network
    part : vizcore.nets.dataset.Part
        Of pictures in the size of the networks' input.
    moves : ndarray of int, (positions, 2)

    Returns
    -------
    ndarray of float32, (networks, positions)
    """
    models = [(keras_model(network), network.preparation) for network in networks]
    return np.float32([[_accuracy(*one, part, by) for by in moves] for one in models])


@lru_cache
def shift_accuracy():
    """Return what ships.

    Returns
    -------
    moves : ndarray of int, (positions, 2)
        `vizcore.nets.shifting.plane` of `MOST`.
    accuracy : ndarray of float32, (2, positions)
        Of the CNN and the MLP of `vizcore.nets.pretrained.SHIFT_PAIR`.
    """
    with np.load(pretrained.FOLDER / FILE, allow_pickle=False) as file:
        return file["moves"], file["accuracy"]


def _accuracy(model, preparation, part, by):
    pictures = np.moveaxis(shifted(np.moveaxis(part.x, 0, 2), by), 2, 0)
    return (predicted(model, pictures, preparation).argmax(axis=1) == part.y).mean()


if __name__ == "__main__":
    sys.exit(main())
