"""Files as Keras 3 writes them of small networks, made by hand and without Keras.

`test_model_files_keras` holds `honest` against what Keras writes.
"""

import io
import json
import re
import sys
from collections import Counter
from functools import partial
from pathlib import Path

import h5py
import numpy as np

from vizcore.nets.architectures import layer_table
from vizcore.nets.weights import layer_weights

sys.path.insert(0, str(Path(__file__).parent))
from archives import entry, zipped  # noqa: E402

FLOAT32 = {
    "module": "keras",
    "class_name": "DTypePolicy",
    "config": {"name": "float32"},
    "registered_name": None,
}
METADATA = {"keras_version": "3.15.1", "date_saved": "2026-11-21@13:23:10"}


def layer(kind, name, **config):
    """One layer, as Keras writes it in a Sequential network."""
    config = {"name": name, "trainable": True, "dtype": FLOAT32, **config}
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": config,
        "registered_name": None,
    }


def start(shape=(8, 8, 1)):
    shape = [None, *shape]
    settings = {"sparse": False, "ragged": False, "optional": False}
    written = layer("InputLayer", "input", batch_shape=shape, dtype="float32", **settings)
    del written["config"]["trainable"]
    return written


def conv(filters=4, size=3, name="conv", **config):
    zeros = {
        "module": "keras.initializers",
        "class_name": "Zeros",
        "config": {},
        "registered_name": None,
    }
    settings = {
        "filters": filters,
        "kernel_size": [size, size],
        "strides": [1, 1],
        "padding": "valid",
        "data_format": "channels_last",
        "dilation_rate": [1, 1],
        "groups": 1,
        "activation": "relu",
        "use_bias": True,
        "kernel_initializer": zeros,
        "bias_initializer": zeros,
        "kernel_regularizer": None,
        "bias_constraint": None,
    }
    return layer("Conv2D", name, **{**settings, **config})


def pool(size=2, name="pool", **config):
    settings = {"pool_size": [size, size], "strides": [size, size], "padding": "valid"}
    return layer("MaxPooling2D", name, **{**settings, "data_format": "channels_last", **config})


def flatten():
    return layer("Flatten", "flatten", data_format="channels_last")


def dense(units=3, name="dense", activation="softmax", **config):
    return layer("Dense", name, units=units, activation=activation, use_bias=True, **config)


def sequential(*layers, **more):
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "honest", "trainable": True, "dtype": FLOAT32, "layers": [*layers]},
        "registered_name": None,
        **more,
    }


def functional(wires, *, first="input", last="dense"):
    """A functional network of (layer, names of the layers it reads)."""
    layers = []
    for one, reads in wires:
        tensors = [
            {
                "class_name": "__keras_tensor__",
                "config": {"shape": [None], "dtype": "float32", "keras_history": [name, 0, 0]},
            }
            for name in reads
        ]
        args = [tensors if len(tensors) > 1 else tensors[0]] if tensors else []
        nodes = [{"args": args, "kwargs": {}}] if tensors else []
        layers.append({**one, "name": one["config"]["name"], "inbound_nodes": nodes})
    inner = {"name": "honest", "layers": layers}
    inner |= {"input_layers": [first, 0, 0], "output_layers": [last, 0, 0]}
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": inner,
        "registered_name": "Functional",
    }


CONFIG = sequential(start(), conv(), flatten(), dense())
NUMBERS = np.random.default_rng(7).normal(0, 0.3, 1000).astype(np.float32)
ARRAYS = {
    "layers/conv2d/vars/0": NUMBERS[:36].reshape(3, 3, 1, 4),
    "layers/conv2d/vars/1": NUMBERS[36:40],
    "layers/dense/vars/0": NUMBERS[40 : 40 + 432].reshape(144, 3),
    "layers/dense/vars/1": NUMBERS[472:475],
}
KERNEL = "layers/dense/vars/0"


def h5(arrays=ARRAYS, change=lambda file: None, **options):
    held = io.BytesIO()
    with h5py.File(held, "w", **options) as file:
        for name, array in arrays.items():
            file[name] = array
            file[name].parent.attrs["name"] = name
        change(file)
    return held.getvalue()


def members(config=CONFIG, weights=None, metadata=METADATA):
    as_bytes = [
        one if isinstance(one, bytes) else json.dumps(one).encode() for one in (metadata, config)
    ]
    return {
        "metadata.json": as_bytes[0],
        "config.json": as_bytes[1],
        "model.weights.h5": h5() if weights is None else weights,
    }


def stored(name, data, **claims):
    return entry(name, data, **{"method": 0, **claims})


def keras_file(config=CONFIG, weights=None, metadata=METADATA):
    return zipped(*(stored(*pair) for pair in members(config, weights, metadata).items()))


def honest():
    """What Keras 3 writes of a small network."""
    return keras_file()


# ---- Any network of ours ----


class _Tensor:
    def __init__(self, layer, channels):
        self.layer, self.shape = layer, (None, channels)


class _Recorder:
    """Stands in for Keras: writes down the layers that `Layer.apply` makes, as Keras would."""

    POSITIONS = {
        "Conv2D": ("filters", "kernel_size"),
        "DepthwiseConv2D": ("kernel_size",),
        "MaxPooling2D": ("pool_size",),
        "AveragePooling2D": ("pool_size",),
        "ZeroPadding2D": ("padding",),
        "Permute": ("dims",),
        "Activation": ("activation",),
        "Dropout": ("rate",),
        "Dense": ("units",),
    }
    PAIRS = {"kernel_size", "pool_size", "strides", "dilation_rate"}

    def __init__(self):
        self.wires = []

    @property
    def layers(self):
        return self

    def __getattr__(self, kind):
        return partial(self._layer, kind)

    def next(self):
        return 0

    def initializer(self):
        return None

    def _layer(self, kind, *values, name, dtype=None, **settings):
        settings |= dict(zip(self.POSITIONS.get(kind, ()), values, strict=True))
        if kind == "ZeroPadding2D" and isinstance(settings["padding"], int):
            settings["padding"] = ((settings["padding"],) * 2,) * 2
        for pair in self.PAIRS & {*settings}:
            settings[pair] = (settings[pair],) * 2
        written = layer(kind, name, **settings)
        return partial(self._applied, written, settings.get("filters"))

    def _applied(self, written, channels, given):
        inputs = given if isinstance(given, list) else [given]
        self.wires.append((written, [one.layer for one in inputs]))
        return _Tensor(written["config"]["name"], channels or inputs[0].shape[-1])


def config_of(architecture):
    """Describe a network of ours as Keras describes the one that `build` makes."""
    keras = _Recorder()
    keras.wires.append((start(architecture.input), []))
    x = _Tensor("input", architecture.input[2])
    for row in layer_table(architecture):
        x = row.layer.apply(keras, x, row.name, keras)
    return json.loads(json.dumps(functional(keras.wires, last=x.layer)))


def file_of(network):
    """Write a network of ours as Keras would have saved it."""
    config = config_of(network.architecture)
    arrays, counted = {}, Counter()
    given = layer_weights(network.weights, network.graph)
    for one in config["config"]["layers"]:
        kind = re.sub("(?<=[a-z])(?=[A-Z])", "_", one["class_name"]).lower()
        number = counted[kind]
        counted[kind] += 1
        place = f"layers/{kind}" + (f"_{number}" if number else "")
        for k, array in enumerate(given.get(one["name"], ())):
            arrays[f"{place}/vars/{k}"] = array
    return keras_file(config, h5(arrays))
