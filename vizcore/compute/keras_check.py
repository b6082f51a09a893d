"""Keras agrees: what our own arithmetic makes of a picture, held against Keras in a worker.

The whole of a network's activations comes back, so that the very numbers on screen are compared.
"""

from functools import lru_cache

import numpy as np

from vizcore.compute.jobs import open_jobs
from vizcore.compute.networks import NetworkError, open_network
from vizcore.compute.recent import recent
from vizcore.nets.graph import INPUT
from vizcore.nets.keras_model import keras_model


def agreement(key, picture):
    """Return how far our activations and Keras's are apart, for one picture.

    Parameters
    ----------
    key : str
        As `vizcore.compute.networks.open_network` takes it.
    picture : ndarray of uint8, shape (H, W, C)
        Of any size, grey or coloured.

    Returns
    -------
    dict of str to float
        Node name → the largest absolute difference; the input is not among them.

    Raises
    ------
    NetworkError
    vizcore.compute.cluster.ClusterError
        Where no worker answers.
    """
    network = open_network(key)
    levels = network.levels(picture)
    return dict(_agreement(key, network.digest, levels.shape, levels.tobytes()))


def keras_activations(key, weights, levels):
    """Return what Keras makes of a picture; runs in a worker, which keeps its models.

    Parameters
    ----------
    key : str
    weights : str
        `Network.digest` of the one that is meant: a run may have gone on.
    levels : ndarray of uint8, shape (H, W, C)
        In the size of the network's input.

    Returns
    -------
    dict of str to ndarray of float32
        Node name → its output.

    Raises
    ------
    NetworkError
    """
    network = open_network(key)
    if network.digest != weights:
        raise NetworkError("This network has changed meanwhile: look again.")
    compute = _computed if isinstance(key, str) else _computed_of_a_visitor
    given = compute(network)(network.prepared(levels)[np.newaxis])
    return {name: np.asarray(one, np.float32)[0] for name, one in given.items()}


@recent(maxsize=256)
def _agreement(key, weights, shape, levels):
    picture = np.frombuffer(levels, np.uint8).reshape(shape)
    theirs = open_jobs().cluster.call(keras_activations, key, weights, picture)
    ours = open_network(key).activations(picture)
    return tuple((name, float(np.abs(ours[name] - one).max())) for name, one in theirs.items())


@lru_cache(maxsize=4)
def _computed(network):
    """Return a function from inputs, (1, H, W, C), to every node's output."""
    import keras
    import tensorflow as tf

    model = keras_model(network)
    outputs = {name: model.get_layer(name).output for name in network.graph if name != INPUT}
    inner = keras.Model(model.input, outputs)

    # As one graph it takes a quarter of the time that a call of each layer takes.
    @tf.function(input_signature=[tf.TensorSpec((1, *network.architecture.input), tf.float32)])
    def computed(x):
        return inner(x, training=False)

    return computed


_computed_of_a_visitor = recent(maxsize=4)(_computed.__wrapped__)
