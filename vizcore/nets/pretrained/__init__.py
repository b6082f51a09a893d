"""The networks that ship: weights, a card that says where they come from, and pictures to try.

Each is made by ``python -m vizcore.nets.pretrain NAME``, which writes its files into this folder:
``NAME.npz``, the weights; ``NAME.json``, the card; ``DATASET-samples.npz``, pictures of its data
that may be passed on, one file for all networks that learned from it. ``python -m
vizcore.nets.shift_accuracy`` adds what the pair of the shift experiment gets right, ``python -m
vizcore.nets.familiar_cards`` how well the others notice what is unlike their pictures.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from vizcore.nets import weights
from vizcore.nets.architectures import Architecture
from vizcore.nets.network import Network
from vizcore.nets.preparation import Preparation

FOLDER = Path(__file__).parent
NAMES = ("digits", "objects", "scans", "tiny")
SHIFT_PAIR = ("plain-cnn", "plain-mlp")
"""A CNN and an MLP for `vizcore.nets.shifting`, trained alike on digits that were never moved."""


@dataclass(frozen=True, eq=False)
class Card:
    """What is to be known of a network that ships.

    Attributes
    ----------
    title, about : str
        What it is called, and what it is for, in a sentence or two.
    network : str
        Its layers, as `Architecture.to_text` writes them.
    dataset, source : str
        What it was trained on, by name, and where that comes from, with its licence.
    class_names : tuple of str
    preparation : Preparation
    recipe : dict
        `TrainingSettings` as a dict, with ``standardise`` and ``validation``, the part held back.
    counts : dict of str to int
        Pictures for ``train``, ``validation`` and ``test``.
    epochs, seconds : float
        How long it was trained.
    made_with : str
        Versions and machine.
    validation_accuracy, test_accuracy : float
        The test part was looked at once, when nothing could be chosen any more.
    confusion : ndarray of int, (K, K)
        Of the test part: row the true class, column the predicted one.
    familiar : dict or None
        What `vizcore.nets.familiar_cards` measured, where it did: ``threshold``, ``share``,
        ``test_unlike`` and ``unlike``.
    """

    title: str
    about: str
    network: str
    dataset: str
    source: str
    class_names: tuple
    preparation: Preparation
    recipe: dict
    counts: dict
    epochs: int
    seconds: float
    made_with: str
    validation_accuracy: float
    test_accuracy: float
    confusion: np.ndarray
    familiar: dict | None = None


@dataclass(frozen=True, eq=False)
class Samples:
    """Pictures of a network's data that may be passed on.

    Attributes
    ----------
    x : ndarray of uint8, shape (N, H, W, C)
    y : ndarray of int64, shape (N,)
    credit : str
        Whose they are, and under what licence.
    """

    x: np.ndarray
    y: np.ndarray
    credit: str


@lru_cache
def card(name):
    """Return the card of a network that ships.

    Examples
    --------
    >>> card("tiny").network.count("conv")
    4
    """
    read = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    preparation = {key: _frozen(value) for key, value in read["preparation"].items()}
    changed = {
        "class_names": tuple(read["class_names"]),
        "preparation": Preparation(**preparation),
        "confusion": np.array(read["confusion"]),
    }
    return Card(**(read | changed))


@lru_cache
def load(name):
    """Return a network that ships, `vizcore.nets.network.Network`."""
    about = card(name)
    return Network(
        about.title,
        Architecture.from_text(about.network),
        weights.read(FOLDER / f"{name}.npz"),
        about.class_names,
        about.preparation,
    )


def samples(name):
    """Return the pictures that ship with a network, `Samples`, or None where none may.

    Examples
    --------
    >>> samples("plain-cnn") is samples("digits")
    True
    """
    return _samples_of(card(name).dataset)


@lru_cache
def _samples_of(dataset):
    path = FOLDER / f"{dataset}-samples.npz"
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as file:
        return Samples(file["x"], file["y"], str(file["credit"]))


def _frozen(value):
    return tuple(value) if isinstance(value, list) else value
