"""A network's learned numbers as plain arrays: out of a Keras model, its file, or a file of ours.

The form is that of `vizcore.nets.forward_pass`. Only `weights_of` needs Keras, by the model that
it is given.
"""

import io
import zipfile
import zlib

import h5py
import numpy as np

_NAMES = {
    "conv": ("kernel", "bias"),
    "depthwise": ("kernel", "bias"),
    "dense": ("kernel", "bias"),
    "norm": ("gamma", "beta", "mean", "variance"),
}
"""Kind of a node → its arrays, in the order in which Keras keeps them."""

_MEMBER = "model.weights.h5"
_MOST_BYTES = 128 * 2**20
"""Of a file's weights: twice the most parameters of a run, with its optimiser's numbers."""

_DAMAGED = (
    OSError, EOFError, KeyError, ValueError, TypeError, AttributeError, RuntimeError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What reading a file that is cut short, changed or none of Keras's may raise."""


class WeightsError(ValueError):
    """Weights that do not belong to the network, or cannot be read."""


def weights_of(model, graph):
    """Return the weights of a Keras model.

    Parameters
    ----------
    model : keras.Model
        As `vizcore.nets.architectures.build` makes it.
    graph : dict of str to vizcore.nets.graph.Node

    Returns
    -------
    dict of str to dict of str to ndarray of float32
    """
    given = {
        name: model.get_layer(name).get_weights()
        for name, node in graph.items()
        if node.kind in _NAMES
    }
    return named(graph, given)


def layer_weights(weights, graph):
    """Return what each Keras layer takes, in its order and layout: what `weights_of` undoes.

    Raises
    ------
    WeightsError
        Where the weights are not those that the network needs.
    """
    given = {
        name: [_turned(node, own[part]) for part in _NAMES[node.kind] if part in own]
        for name, node in graph.items()
        if node.kind in _NAMES and (own := weights.get(name))
    }
    named(graph, given)
    return given


def read_keras_file(path, graph):
    """Read the weights of a ``.keras`` file without Keras.

    Parameters
    ----------
    path : Path
        As Keras 3 saved a model of this network.
    graph : dict of str to vizcore.nets.graph.Node

    Returns
    -------
    dict of str to dict of str to ndarray of float32

    Raises
    ------
    WeightsError
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(_MEMBER).file_size > _MOST_BYTES:
                raise WeightsError("The file of the network's weights is too large.")
            held = archive.read(_MEMBER)
        with h5py.File(io.BytesIO(held)) as file:
            return named(graph, _layers_in(file["layers"], graph))
    except WeightsError:
        raise
    except _DAMAGED:
        raise WeightsError("The file of the network's weights cannot be read.") from None


def write(path, weights):
    """Write weights to a file of arrays, ``node/array``."""
    arrays = {f"{name}/{part}": one for name, own in weights.items() for part, one in own.items()}
    np.savez_compressed(path, **arrays)


def read(path):
    """Read what `write` wrote."""
    weights = {}
    with np.load(path, allow_pickle=False) as file:
        for key in file.files:
            name, part = key.split("/")
            weights.setdefault(name, {})[part] = file[key]
    return weights


def count(weights):
    """Return how many numbers there are."""
    return sum(one.size for own in weights.values() for one in own.values())


def _layers_in(layers, graph):
    """Return node name → its arrays, in order; Keras keeps a layer's name beside its variables."""
    found = {}
    for layer in layers.values():
        held = layer.get("vars", {})
        name = held.attrs.get("name") if held else None
        if name in graph and graph[name].kind in _NAMES:
            found[name] = [held[key] for key in sorted(held)]
    return found


def shapes_in_keras(graph):
    """Return the arrays of each node that has any: node name → array name → shape in Keras."""
    return {
        name: _shapes(node, graph[node.inputs[0]].shape)
        for name, node in graph.items()
        if node.kind in _NAMES
    }


def named(graph, given):
    """Name the arrays of each node, and see that they are those the network needs.

    Their shapes are looked at first: what a file has of another size is not read.

    Parameters
    ----------
    graph : dict of str to vizcore.nets.graph.Node
    given : dict of str to list of array-like
        Node name → its arrays, in the order and the layout of Keras.

    Returns
    -------
    dict of str to dict of str to ndarray of float32
        Views of what is given, where that is float32 already.

    Raises
    ------
    WeightsError
    """
    weights = {}
    for name, wanted in shapes_in_keras(graph).items():
        arrays = given.get(name, [])
        if [one.shape for one in arrays] != list(wanted.values()):
            raise WeightsError(f"The weights of {name} do not belong to this network.")
        read = (_turned(graph[name], np.asarray(one, np.float32)) for one in arrays)
        weights[name] = dict(zip(wanted, read, strict=True))
    return weights


def _turned(node, array):
    """Exchange the last two axes of a depthwise kernel: Keras has (rows, columns, channels, 1)."""
    return array.swapaxes(2, 3) if node.kind == "depthwise" and array.ndim == 4 else array


def _shapes(node, before):
    """Return the arrays of a node by name, with their shapes in Keras."""
    layer, channels = node.layer, node.shape[-1]
    if node.kind == "norm":
        return dict.fromkeys(_NAMES["norm"], (channels,))
    if node.kind == "dense":
        kernel = (*before, channels)
    elif node.kind == "depthwise":
        kernel = (layer.size, layer.size, channels, 1)
    else:
        kernel = (layer.size, layer.size, before[2] // layer.groups, channels)
    return {"kernel": kernel, **({"bias": (channels,)} if layer.bias else {})}
