"""MobileNetV2, which knows ImageNet's 1,000 classes, as `keras.applications` publishes it.

The web process asks `is_here` and `class_names` alone; the rest is for workers, since it takes
Keras or the internet.

Sources: Sandler et al. 2018, *MobileNetV2: Inverted Residuals and Linear Bottlenecks*; Russakovsky
et al. 2015, *ImageNet Large Scale Visual Recognition Challenge*.
"""

import http.client
import json
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import numpy as np

from vizcore.nets.architectures import Architecture
from vizcore.nets.dataset_cache import cache_folder
from vizcore.nets.downloads import (
    RemoteFile,
    Report,
    WrongFile,
    fetch_all,
    is_in,
    mirror,
    reason,
)
from vizcore.nets.network import Network
from vizcore.nets.preparation import Preparation

TITLE = "MobileNetV2"
SIDE = 224
CLASSES = 1000

_ENDS = Architecture.from_text(f"{SIDE}x{SIDE}x3-globalaverage-dense_{CLASSES}-softmax")

_SITE = "https://storage.googleapis.com/"
# Keras knows no digest of the weights.
WEIGHTS = RemoteFile(
    f"{_SITE}tensorflow/keras-applications/mobilenet_v2/",
    "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5",
    "mobilenet_v2.h5",
    14_536_120,
    "",
)
NAMES = RemoteFile(
    f"{_SITE}download.tensorflow.org/data/",
    "imagenet_class_index.json",
    "imagenet_class_index.json",
    35_363,
    "c2c37ea517e94d9795004a39431a14cb",
)


class ImagenetError(ValueError):
    """The network cannot be had or used; the text tells the visitor why and what to do."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What it says of a picture.

    Attributes
    ----------
    logits : ndarray of float32, (1000,)
    map : ndarray of float32, (7, 7)
        Where its last feature maps speak for the likeliest class; see `class_activation`.
    """

    logits: np.ndarray
    map: np.ndarray


def folder():
    """Where its files are kept: beside the datasets that were downloaded."""
    return cache_folder() / "imagenet"


def megabytes():
    """Return how much is to be downloaded, in millions of bytes."""
    return (WEIGHTS.size + NAMES.size) / 1e6


def is_here():
    """Tell whether all its files are on this machine."""
    return all(is_in(folder(), file) for file in (WEIGHTS, NAMES))


def download(report: Report, *, base_url=None):
    """Bring its files here.

    Parameters
    ----------
    report : callable
        Told in words, and as a part of 1, how far it has come; what it raises ends the download
        and leaves nothing half done.
    base_url : str, optional
        A mirror of the files, ending in "/"; by default `VIZCORE_MIRROR`, where that is set.

    Raises
    ------
    ImagenetError
        When the site cannot be reached, or sends something else.
    """
    base_url = base_url or mirror()
    try:
        fetch_all((NAMES, WEIGHTS), folder(), TITLE, report, base_url)
    except (OSError, http.client.HTTPException, WrongFile) as error:
        site = urlsplit(base_url or _SITE).hostname
        raise ImagenetError(
            f"{TITLE} could not be downloaded from {site} ({reason(error)}): choose one of the "
            "networks that come with this app, or try again where there is internet."
        ) from error


def class_names():
    """Return the 1,000 names, in the order of the logits.

    Raises
    ------
    ImagenetError
        Where they have not been downloaded.
    """
    place = folder() / NAMES.place
    try:
        return _names(place, place.stat().st_mtime_ns)
    except (OSError, ValueError, LookupError, TypeError):
        raise ImagenetError(f"The names of {TITLE}’s classes are not on this machine.") from None


def front(names=()):
    """Return its way in and its classes as a `Network`; all between them is Keras's.

    Parameters
    ----------
    names : tuple of str
        As `class_names` returns them.

    Returns
    -------
    vizcore.nets.network.Network
        Without weights: it brings pictures to what the network learned from, numbers from −1 to 1.

    Examples
    --------
    >>> x = front().prepared(np.uint8([[[0, 127, 255]]]))
    >>> x.shape, [f"{value:.3f}" for value in x[0, 0]]
    ((224, 224, 3), ['-1.000', '-0.004', '1.000'])
    """
    half = (0.5, 0.5, 0.5)
    return Network(TITLE, _ENDS, {}, names, Preparation(mean=half, spread=half))


@lru_cache(maxsize=1)
def _names(place, stamp):
    """Read the names; `stamp` says which state of the file is meant."""
    index = json.loads(place.read_text("utf-8"))
    return tuple(str(index[str(k)][1]).replace("_", " ") for k in range(CLASSES))


@lru_cache(maxsize=1)
def model():
    """Build the network with the weights that were downloaded.

    Returns
    -------
    keras.Model
        Prepared pictures (N, 224, 224, 3) → its last feature maps (N, 7, 7, 1280), and logits
        (N, 1000).

    Raises
    ------
    ImagenetError
        Where the file is not the network's.
    """
    import keras

    built = keras.applications.MobileNetV2(weights=None, classifier_activation=None)
    try:
        built.load_weights(folder() / WEIGHTS.place)
    # Keras and h5py raise what they like at a file that is none of theirs.
    except Exception as error:
        raise ImagenetError(f"The file of {TITLE}’s weights cannot be read.") from error
    return keras.Model(built.input, [built.get_layer("out_relu").output, built.output])


def classified(network, x):
    """Return what the network says of a picture, `Answer`.

    Parameters
    ----------
    network : keras.Model
        As `model` returns it.
    x : ndarray of float32, (224, 224, 3)
        Prepared.
    """
    maps, logits = (np.asarray(one)[0] for one in network(x[np.newaxis]))
    kernel = network.layers[-1].get_weights()[0]
    return Answer(logits, class_activation(maps, kernel[:, logits.argmax()]))


def class_activation(maps, weights):
    """Weigh feature maps by what each means to a class, and keep what speaks for it.

    Behind the maps stand a global average and one dense layer, so this is what Grad-CAM gives.
    Source: Zhou et al. 2016, *Learning Deep Features for Discriminative Localization*.

    Parameters
    ----------
    maps : ndarray, (H, W, C)
    weights : ndarray, (C,)
        Of the dense layer, for the class.

    Returns
    -------
    ndarray of float32, (H, W)

    Examples
    --------
    >>> class_activation(np.float32([[[1, 2], [3, 1]]]), np.float32([1, -1])).tolist()
    [[0.0, 2.0]]
    """
    return np.maximum(maps @ weights, 0)
