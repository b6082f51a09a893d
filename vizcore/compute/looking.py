"""What a trained network looks at and likes: asked of a worker, and kept for who asks again.

An answer is kept by all that it depends on: the network, by its weights; the picture, by its
levels; the settings. Keras runs in the worker alone.
"""

from functools import lru_cache, partial

import numpy as np

from vizcore.compute import excitement_job
from vizcore.compute.jobs import open_jobs
from vizcore.compute.networks import NetworkError, open_network
from vizcore.compute.recent import recent
from vizcore.nets import attribution
from vizcore.nets.datasets import load_dataset, stamp_of
from vizcore.nets.evaluation import predicted
from vizcore.nets.excitement import batch_size, patches
from vizcore.nets.keras_model import keras_model
from vizcore.nets.maximisation import activation_maximisation
from vizcore.nets.preparation import Preparation

_SECONDS = 120


def saliency(key, picture, label):
    """Return how much a class's logit depends on each pixel.

    Parameters
    ----------
    key : str
        Of a network, as `vizcore.compute.networks.open_network` takes it.
    picture : ndarray of uint8, (H, W, C)
        Of any size, grey or coloured.
    label : int
        The class.

    Returns
    -------
    ndarray of float32, (H', W')
        At the size of the network's input; see `vizcore.nets.attribution.saliency`.

    Raises
    ------
    ValueError
        Where there is no such network, class or setting, in a sentence for the visitor.
    ClusterError
        Where no worker answers.
    """
    return _about_picture("saliency", key, picture, label)


def grad_cam(key, picture, label, layer=""):
    """Return where a layer's maps speak for a class, `vizcore.nets.attribution.GradCam`.

    `layer` is a node of `grad_cam_layers`, by default the last one; all else is as for `saliency`.
    """
    return _about_picture("grad_cam", key, picture, label, layer=layer)


def occlusion(key, picture, label, *, size=None, stride=None, fill="grey"):
    """Return how a probability falls under a square, `vizcore.nets.attribution.Occlusion`.

    Size and stride are by default those of `squares_for`; all else is as for `saliency`.
    """
    usual = attribution.squares_for(min(open_network(key).architecture.input[:2]))
    size, stride = size or usual[0], stride or usual[1]
    return _about_picture("occlusion", key, picture, label, size=size, stride=stride, fill=fill)


def liked(key, node, map, *, steps=128, over="map", seed=0):
    """Return a picture that a neuron likes, `vizcore.nets.maximisation.Liked`.

    The arguments are those of `activation_maximisation`; it raises as `saliency` does.
    """
    settings = {"node": node, "map": map, "steps": steps, "over": over, "seed": seed}
    return _asked("liked", key, open_network(key).digest, None, None, tuple(settings.items()))


def excitement(key):
    """Return what excites a network's neurons most, or None where nobody has looked yet.

    To look, submit a `vizcore.compute.excitement_job.ExcitementJob`.

    Returns
    -------
    vizcore.nets.excitement.Excitement, or None

    Raises
    ------
    NetworkError
    """
    return excitement_job.found(key)


def excited(key, excitement, node, map):
    """Return what a map sees of the pictures that excite it most.

    Parameters
    ----------
    key : str
    excitement : vizcore.nets.excitement.Excitement
        As the function `excitement` returns it.
    node : str
    map : int

    Returns
    -------
    vizcore.nets.excitement.Patches

    Raises
    ------
    ValueError
        Where there is no such network, node or map, or the dataset is not on this machine.
    """
    known = excitement.nodes.get(node)
    if known is None or not 0 <= map < len(known.pictures):
        raise ValueError("This network has no such feature map.")
    dataset, chosen = excitement_job.dataset_of(key), tuple(known.pictures[map].tolist())
    return _patches(open_network(key), dataset, stamp_of(dataset), node, map, chosen)


def answer(what, key, weights, levels, settings):
    """Answer a question; runs in a worker, which keeps its models.

    Parameters
    ----------
    what : str
    key : str
    weights : str
        `Network.digest` of the one that is meant: a run may have gone on.
    levels : ndarray of uint8, (H, W, C), or None
        In the size of the network's input.
    settings : dict
    """
    network = open_network(key)
    if network.digest != weights:
        raise NetworkError("This network has changed meanwhile: look again.")
    build = _built if isinstance(key, str) else _built_of_a_visitor
    return _ANSWERS[what](network, build(network), levels, **settings)


def _about_picture(what, key, picture, label, **settings):
    network = open_network(key)
    if not 0 <= label < len(network.class_names):
        raise ValueError(f"This network knows the classes 0 to {len(network.class_names) - 1}.")
    levels = network.levels(picture)
    settings = (("label", int(label)), *settings.items())
    return _asked(what, key, network.digest, levels.shape, levels.tobytes(), settings)


@recent(maxsize=128)
def _asked(what, key, weights, shape, levels, settings):
    picture = None if levels is None else np.frombuffer(levels, np.uint8).reshape(shape)
    question = what, key, weights, picture, dict(settings)
    return open_jobs().cluster.call(answer, *question, timeout=_SECONDS)


@recent(maxsize=64)
def _patches(network, dataset, stamp, node, map, pictures):
    """Cut patches; `stamp` says which state of the dataset is meant."""
    return patches(network, load_dataset(dataset).test, node, map, pictures)


@lru_cache(maxsize=4)
def _built(network):
    return keras_model(network)


_built_of_a_visitor = recent(maxsize=4)(keras_model)


def _saliency(network, model, levels, label):
    return attribution.saliency(network, model, network.prepared(levels), label)


def _grad_cam(network, model, levels, label, layer):
    return attribution.grad_cam(network, model, network.prepared(levels), label, layer)


def _occlusion(network, model, levels, label, **settings):
    plain = Preparation(mean=network.preparation.mean, spread=network.preparation.spread)
    predict = partial(predicted, model, preparation=plain, batch=batch_size(network.graph))
    return attribution.occlusion(predict, levels, label, **settings)


def _liked(network, model, levels, **settings):
    return activation_maximisation(network, model, **settings)


_ANSWERS = {
    "saliency": _saliency,
    "grad_cam": _grad_cam,
    "occlusion": _occlusion,
    "liked": _liked,
}
