"""Pictures by class → a dataset: one size, no picture twice, a test part drawn class by class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from vizcore.imaging.geometry import resize
from vizcore.imaging.seeing import framed_to
from vizcore.nets.dataset import Dataset, DatasetError, Part
from vizcore.nets.splits import stratified_split

SIDES = (32, 48, 64, 96)
"""Pixels a side that pictures can be brought to."""

FRAMINGS = {
    "crop": "The middle square of each",
    "fit": "All of each, with a border",
}

LEAST_PICTURES, GOOD_PICTURES = 5, 30
"""Of a class: without which nothing is made of it, and with which there is something to learn."""

MOST_PICTURES, MOST_CLASSES = 1000, 20
MOST_BYTES = 40 * 2**20
"""Of all pictures together, as they are held until they are kept."""

LEAST_FRACTION, MOST_FRACTION = 0.1, 0.5
UNBALANCED = 2
"""So many times the pictures of another class are worth a warning."""

_LONGEST = 4 * max(SIDES)


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture of one's own, at the size in which it is held until the dataset is made.

    Attributes
    ----------
    name : str
        The file's name, or what else it is called.
    pixels : ndarray of uint8, shape (H, W, 3)
    """

    name: str
    pixels: np.ndarray

    @classmethod
    def of(cls, name, pixels):
        """Hold a picture of any size: its shorter side is at most that of the largest dataset."""
        return cls(name, reduced(pixels))


@dataclass(frozen=True)
class Making:
    """How a dataset is made of pictures.

    Attributes
    ----------
    side : int
        One of `SIDES`.
    framing : str
        One of `FRAMINGS`.
    fraction : float
        How much of each class is set aside for the test.
    seed : int
        Decides which pictures.

    Raises
    ------
    ValueError
    """

    side: int = 32
    framing: str = "crop"
    fraction: float = 0.2
    seed: int = 0

    def __post_init__(self):
        if self.side not in SIDES:
            raise ValueError(f"the side can be {', '.join(map(str, SIDES))}, not {self.side}.")
        if self.framing not in FRAMINGS:
            raise ValueError(f"the framing can be {', '.join(FRAMINGS)}.")
        if not LEAST_FRACTION <= self.fraction <= MOST_FRACTION:
            raise ValueError(f"the fraction can be {LEAST_FRACTION} to {MOST_FRACTION}.")


@dataclass(frozen=True, eq=False)
class Made:
    """Pictures of one size, each once in its class.

    Attributes
    ----------
    class_names : tuple of str
    x : ndarray of uint8, shape (N, side, side, 3)
        Class by class.
    y : ndarray of int64, shape (N,)
    names : tuple of str
        What each of them is called.
    repeats : tuple of (str, str, str)
        Class, name and the name of its equal, of each picture that was left out.
    shared : tuple of tuple of (str, str)
        Class and name of pictures that are equal and in different classes.
    """

    class_names: tuple[str, ...]
    x: np.ndarray
    y: np.ndarray
    names: tuple[str, ...]
    repeats: tuple[tuple[str, str, str], ...]
    shared: tuple[tuple[tuple[str, str], ...], ...]

    @property
    def counts(self):
        """Pictures of each class."""
        return np.bincount(self.y, minlength=len(self.class_names))

    def of(self, label):
        """Return the pictures of a class."""
        return self.x[self.y == label]


def reduced(pixels):
    """Scale a picture down until its shorter side is the largest of `SIDES`, or its longer 4 times.

    A smaller picture is returned as it is.

    Examples
    --------
    >>> reduced(np.zeros((480, 640, 3), np.uint8)).shape
    (96, 128, 3)
    >>> reduced(np.zeros((30, 40, 3), np.uint8)).shape
    (30, 40, 3)
    """
    high, wide = pixels.shape[:2]
    scale = min(max(SIDES) / min(high, wide), _LONGEST / max(high, wide))
    if scale >= 1:
        return pixels
    return resize(pixels, max(1, round(high * scale)), max(1, round(wide * scale)))


def squared(pixels, side, framing):
    """Bring a picture to a square.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W, C)
    side : int
    framing : str
        ``"crop"`` or ``"fit"``, as `vizcore.imaging.seeing.framed_to` takes it.

    Returns
    -------
    ndarray of uint8, shape (side, side, C)
    """
    framed = framed_to(pixels, 1, 1, framing)
    return framed if framed.shape[:2] == (side, side) else resize(framed, side, side)


def made_of(classes: Mapping[str, Sequence[Picture]], making: Making) -> Made:
    """Bring pictures to one size, and find those that are there twice.

    Equal means level for level, at the size that the network sees. Of equal pictures in one class
    the first stays: else the test part could ask for one that was learned from. Of those in
    different classes all stay, to be looked at by whoever put them there.

    Parameters
    ----------
    classes : mapping of str to sequence of Picture
        In the order that the classes get.
    making : Making

    Returns
    -------
    Made
    """
    taken, repeats, places = [], [], {}
    for label, (class_name, pictures) in enumerate(classes.items()):
        first = {}
        for one in pictures:
            square = squared(one.pixels, making.side, making.framing)
            digest = blake2b(square.tobytes(), digest_size=16).digest()
            if digest in first:
                repeats.append((class_name, one.name, first[digest]))
                continue
            first[digest] = one.name
            places.setdefault(digest, []).append((class_name, one.name))
            taken.append((square, label, one.name))
    return Made(
        tuple(classes),
        np.array([square for square, *_ in taken], np.uint8).reshape(
            -1, making.side, making.side, 3
        ),
        np.array([label for _, label, _ in taken], np.int64),
        tuple(name for *_, name in taken),
        tuple(repeats),
        tuple(tuple(equal) for equal in places.values() if len(equal) > 1),
    )


def divided(made: Made, making: Making):
    """Draw the test part, class by class.

    Returns
    -------
    train, test : ndarray of int
        Places in ``made.x``, ascending.

    Raises
    ------
    DatasetError
        Where a class is missing, or has too few pictures; it says which.
    """
    if len(made.class_names) < 2:
        raise DatasetError("A network tells classes apart: bring pictures of at least two.")
    for name, count in zip(made.class_names, made.counts.tolist(), strict=True):
        if count < LEAST_PICTURES:
            raise DatasetError(
                f"“{name}” has {count} {'picture' if count == 1 else 'pictures'}: each class needs"
                f" at least {LEAST_PICTURES}, and {GOOD_PICTURES} are a good start."
            )
    train, test = stratified_split(made.y, making.fraction, making.seed)
    untested = np.bincount(made.y[test], minlength=len(made.class_names)) == 0
    if untested.any():
        raise DatasetError(
            f"“{made.class_names[int(untested.argmax())]}” would have no test picture: set more"
            " aside for the test."
        )
    return train, test


def dataset_of(made: Made, making: Making, title) -> Dataset:
    """Make the dataset.

    Raises
    ------
    DatasetError
        As `divided` does.
    """
    train, test = divided(made, making)
    whole = Part(made.x, made.y)
    source = "Brought by a visitor of this app, who knows where the pictures come from."
    return Dataset(
        "own", title, made.class_names, source, train=whole.take(train), test=whole.take(test)
    )


def balance(counts, class_names):
    """Say in a sentence where one class outweighs another, or return an empty text.

    Examples
    --------
    >>> balance([30, 28], ["cat", "dog"])
    ''
    >>> balance([30, 10], ["cat", "dog"])
    '“cat” has 3.0 times as many pictures as “dog”: always to answer “cat” would be right for 75% \
of them, and a network may learn just that.'
    """
    most, least = int(np.argmax(counts)), int(np.argmin(counts))
    if not counts[least] or counts[most] < UNBALANCED * counts[least]:
        return ""
    return (
        f"“{class_names[most]}” has {counts[most] / counts[least]:.1f} times as many pictures as"
        f" “{class_names[least]}”: always to answer “{class_names[most]}” would be right for"
        f" {counts[most] / sum(counts):.0%} of them, and a network may learn just that."
    )
