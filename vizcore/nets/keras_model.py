"""A network as a Keras model again, in a worker: what our own arithmetic is held against."""

from vizcore.nets.architectures import build
from vizcore.nets.weights import layer_weights


def keras_model(network):
    """Build a network's Keras model and give it its weights; imports Keras.

    Parameters
    ----------
    network : vizcore.nets.network.Network

    Returns
    -------
    keras.Model
        A functional one, without a compiled loss. The output of node ``name`` is
        ``model.get_layer(name).output``; the input is ``model.input``.

    Raises
    ------
    vizcore.nets.weights.WeightsError
        Where the weights are not those that the network needs.
    """
    given = layer_weights(network.weights, network.graph)
    model = build(network.architecture)
    for name, arrays in given.items():
        model.get_layer(name).set_weights(arrays)
    return model
