"""Networks with weights drawn at random, and the files that Keras would write of them.

Neither needs Keras; `tests/nets/test_weights.py` holds both against it.
"""

import io
import zipfile

import h5py
import numpy as np

from vizcore.nets.architectures import Architecture
from vizcore.nets.graph import graph_of
from vizcore.nets.network import Network
from vizcore.nets.preparation import Preparation
from vizcore.nets.weights import layer_weights


def drawn_weights(graph, seed=0):
    """Draw weights such that activations neither grow nor vanish, none of them 0."""
    numbers = np.random.default_rng(seed)

    def drawn(*shape):
        spread = np.prod(shape[:-1]) ** -0.5 if len(shape) > 1 else 0.3
        return np.float32(numbers.normal(0, spread, shape))

    weights = {}
    for name, node in graph.items():
        channels, layer = node.shape[-1], node.layer
        before = graph[node.inputs[0]].shape if node.inputs else ()
        match node.kind:
            case "norm":
                own = {"gamma": 1 + drawn(channels), "beta": drawn(channels)}
                own |= {"mean": drawn(channels), "variance": np.exp(drawn(channels))}
                weights[name] = own
                continue
            case "conv":
                shape = layer.size, layer.size, before[2] // layer.groups, channels
            case "depthwise":
                shape = layer.size, layer.size, 1, channels
            case "dense":
                shape = *before, channels
            case _:
                continue
        weights[name] = {"kernel": drawn(*shape)}
        if layer.bias:
            weights[name]["bias"] = drawn(channels)
    return weights


def drawn_network(text, seed=0, preparation=None, class_names=None):
    """Return a `Network` whose weights are drawn."""
    architecture = Architecture.from_text(text)
    graph = graph_of(architecture)
    names = class_names or tuple(f"class {k}" for k in range(np.prod([*graph.values()][-1].shape)))
    weights = drawn_weights(graph, seed)
    return Network("Drawn", architecture, weights, names, preparation or Preparation())


def write_keras_file(path, network):
    """Write the weights of a `Network` where Keras has them in a ``.keras`` file."""
    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        for name, arrays in layer_weights(network.weights, network.graph).items():
            # Keras names the group after the layer's class, and keeps the layer's name beside it.
            group = file.create_group(f"layers/some_{name}/vars")
            group.attrs["name"] = name
            for place, array in enumerate(arrays):
                group[str(place)] = array
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model.weights.h5", held.getvalue())
