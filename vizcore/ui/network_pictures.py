"""The pictures that one can show a network: samples, its dataset's test part, drawings, uploads."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from vizcore.compute import run_files
from vizcore.compute.jobs import open_jobs
from vizcore.compute.recent import recent
from vizcore.compute.runs import RunError
from vizcore.imaging import SAMPLES
from vizcore.imaging.geometry import resize
from vizcore.imaging.seeing import levels_of, see
from vizcore.imaging.sketches import SKETCHES
from vizcore.nets import pretrained
from vizcore.nets.dataset import DatasetError
from vizcore.nets.datasets import is_here, load_dataset
from vizcore.ui.drawn_digit import PREFIX, DrawnDigit
from vizcore.ui.network_settings import IMAGENET, OWN, OWN_MODEL, named, numbered, steps_of
from vizcore.ui.photos import own_photo
from vizcore.ui.run_facts import dataset_title, job_of, training_run

SHOWN_A_CLASS, MOST_SHOWN = 4, 48
"""Test pictures that are offered for each class, and in all."""

FIRST = "sample-0"

_PHOTOS = {"cat": "cat", "rocket": None, "coffee": None, "astronaut": None}
_SIDE = 64

_SHARES = "Softmax shares out 100% among the classes it knows, whatever it is shown"
_SKETCHED = "A drawing: it has learned from photographs alone."
_CROPPED = "The middle square of a photograph that is not of its dataset."
_UNKNOWN = f"None of its classes is to be seen here. {_SHARES}."
_UPLOADED = f"{_SHARES}: being sure does not mean that your picture is like those it learned from."
_DRAWN = f"It has not learned from digits. {_SHARES}."
_UNFITTED = (
    "MNIST’s digits fill 20 of the 28 pixels, with their centre of mass in the middle: a digit "
    "that is larger, smaller or elsewhere is unlike them."
)
SEEN = "seen as you set it on “Classify”"
_BLANK = "Nothing is drawn yet: this is what it makes of black."


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture to show a network.

    Attributes
    ----------
    id : str
        As `NetworkSettings.picture` has it.
    title : str
        What it is called, plain text.
    picture : ndarray of uint8, shape (H, W, C)
    truth : int or None
        Its class, where it is known and one of the network's.
    note : str
        What is to be known of it, in a sentence or two; may be empty.
    """

    id: str
    title: str
    picture: np.ndarray
    truth: int | None = None
    note: str = ""


class PictureError(ValueError):
    """A picture that cannot be shown; the text tells the visitor why."""


def samples_of(key, network):
    """Return the pictures that are always at hand for a network, a tuple of `Shown`.

    Those that ship with it; for a run, the picture whose feature maps were kept; else, and where
    it takes colours, sketches and photographs of our own.
    """
    if key in pretrained.NAMES:
        return _shipped(key, network) if pretrained.samples(key) else _own(network)
    if key == OWN_MODEL:
        return _for_own_model(network)
    if key == IMAGENET:
        return _numbered(
            Shown("", f"{SAMPLES[name].title}, a photograph", middle_square(SAMPLES[name].load()))
            for name in _PHOTOS
        )
    kept = _probe(key, network)
    colours = network.architecture.input[2] == 3
    return _numbered((*kept, *(_own(network) if colours or not kept else ())))


def has_tests(key):
    """Tell whether the dataset's test part is on this machine, without reading it."""
    return is_here(dataset_of(key))


def dataset_of(key):
    """Return the name of the dataset that a network learned from; empty where nobody knows."""
    if key in pretrained.NAMES:
        return pretrained.card(key).dataset
    if key in (OWN_MODEL, IMAGENET):
        return ""
    return job_of(training_run(key)).dataset


def tests_offered(key, network):
    """Return some pictures of the test part: the first ones of each class, the classes in turn.

    Raises
    ------
    PictureError
        Where the dataset cannot be used.
    """
    test, names = _test_part(key), network.class_names
    each = max(1, min(SHOWN_A_CLASS, MOST_SHOWN // len(names)))
    return tuple(_test(network, test, i) for i in _first_places(test.y, len(names), each))


def test_count(key):
    """Return how many pictures the test part has."""
    return len(_test_part(key).y)


def shown(text, key, network):
    """Return the picture that a setting names.

    Parameters
    ----------
    text : str
        As `NetworkSettings.picture`.
    key : str
        The network's.
    network : vizcore.nets.network.Network

    Raises
    ------
    PictureError
        Where there is none, or none here.
    """
    steps = steps_of(text)
    if steps is None:
        plain = whole(text, key, network)
        return replace(plain, picture=middle_square(plain.picture)) if text == OWN else plain
    plain = whole(named(text), key, network)
    seen = levels_of(see(plain.picture, network.architecture.input, steps))
    title, note = f"{plain.title}, {SEEN}", f"It is {SEEN}. {plain.note}".strip()
    return replace(plain, id=text, title=title, picture=seen, note=note)


def whole(text, key, network):
    """Return the picture of a name that says nothing of steps, of its own aspect; see `shown`."""
    if text.startswith(PREFIX):
        return _drawn(text, key)
    if text == OWN:
        return _uploaded()
    kind, number = numbered(text)
    if kind == "sample":
        samples = samples_of(key, network)
        if number < len(samples):
            return samples[number]
        raise PictureError(f"This network has samples 1 to {len(samples)}, and no {number + 1}.")
    test = _test_part(key)
    if number >= len(test.y):
        raise PictureError(f"The test part has pictures 0 to {len(test.y) - 1:,}, no {number:,}.")
    return _test(network, test, number)


def middle_square(picture):
    """Cut the middle square out of a picture.

    Examples
    --------
    >>> middle_square(np.arange(8).reshape(2, 4, 1))[..., 0]
    array([[1, 2],
           [5, 6]])
    """
    side = min(picture.shape[:2])
    top, left = ((n - side) // 2 for n in picture.shape[:2])
    return picture[top : top + side, left : left + side]


# ---- Samples ----


@lru_cache(maxsize=8)
def _shipped(key, network):
    samples = pretrained.samples(key)
    return _numbered(
        Shown("", f"{network.class_names[truth]}, a sample", picture, int(truth))
        for picture, truth in zip(samples.x, samples.y, strict=True)
    )


def _probe(key, network):
    try:
        probe = run_files.probe(open_jobs().runs.folder(key))
    except RunError:
        return ()
    if probe is None:
        return ()
    known = 0 <= probe.truth < len(network.class_names)
    return (Shown("", "The run’s probe picture", probe.picture, probe.truth if known else None),)


@recent(maxsize=8)
def _own(network):
    names = network.class_names
    sketches = [
        Shown("", f"{one.title}, drawn", one.load(), _place(names, kind), _SKETCHED)
        for kind, one in SKETCHES.items()
    ]
    photos = [
        Shown("", f"{SAMPLES[name].title}, a photograph", _small(SAMPLES[name]),
              _place(names, kind), _CROPPED if _place(names, kind) is not None else _UNKNOWN)
        for name, kind in _PHOTOS.items()
    ]  # fmt: skip
    return _numbered((*sketches, *photos))


@recent(maxsize=8)
def _for_own_model(network):
    """Offer digits to a network that sees grey: most of them learned from MNIST."""
    digits = ()
    if network.architecture.input[2] == 1:
        samples = pretrained.samples("digits")
        digits = (
            Shown("", f"{truth}, a sample", picture, _place(network.class_names, str(truth)))
            for picture, truth in zip(samples.x, samples.y, strict=True)
        )
    return _numbered((*digits, *_own(network)))


def _small(sample):
    return resize(middle_square(sample.load()), _SIDE, _SIDE)


def _place(names, name):
    return names.index(name) if name in names else None


def _numbered(pictures):
    return tuple(replace(one, id=f"sample-{i}") for i, one in enumerate(pictures))


# ---- The test part ----


def _test_part(key):
    try:
        return load_dataset(dataset_of(key)).test
    except DatasetError:
        title = dataset_title(dataset_of(key))
        raise PictureError(
            f"The dataset {title} is not on this machine, so its test pictures cannot be shown."
        ) from None


def _first_places(truth, classes, each):
    places = [np.flatnonzero(truth == k)[:each] for k in range(classes)]
    return [int(own[i]) for i in range(each) for own in places if i < len(own)]


def _test(network, test, place):
    truth = int(test.y[place])
    names = network.class_names
    title = f"{names[truth]}, test picture {place:,}" if truth < len(names) else f"{place:,}"
    return Shown(f"test-{place}", title, np.asarray(test.x[place]), truth)


# ---- The visitor's own ----


def _drawn(text, key):
    digit = DrawnDigit.from_text(text)
    note = "" if digit.fitted else _UNFITTED
    if dataset_of(key) not in ("mnist", "digits", ""):
        note = _DRAWN
    return Shown(text, "Your drawing", digit.picture(), None, _BLANK if digit.is_blank else note)


def _uploaded():
    photo = own_photo()
    if photo is None:
        raise PictureError("There is no picture of your own yet.")
    return Shown(OWN, "Your picture", photo.small, None, _UPLOADED)
