"""Files named .keras that nobody should load: each kind as a function that makes one.

They start from honest ones. ``HOSTILE`` must be refused; ``CURIOUS`` are read, for what they say
besides is passed over.
"""

import base64
import copy
import json
import marshal
import os
import pickle
import struct
import sys
import tempfile
import zlib
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from archives import deflated_zeros, entry, npz, zipped  # noqa: E402
from keras_files import (  # noqa: E402
    ARRAYS,
    CONFIG,
    FLOAT32,
    KERNEL,
    METADATA,
    conv,
    dense,
    flatten,
    functional,
    h5,
    honest,
    keras_file,
    layer,
    members,
    pool,
    sequential,
    start,
    stored,
)

CANARY = Path(tempfile.gettempdir()) / f"a-model-file-has-run-code-{os.getpid()}"
"""What the files that run code would leave behind."""

# ---- Archives ----


def with_claims(name, **claims):
    """One member says of itself what is not so."""
    return zipped(
        *(stored(own, data, **(claims if own == name else {})) for own, data in members().items())
    )


def with_more(*more):
    return zipped(*(stored(*pair) for pair in members().items()), *more)


def swelling(name, megabytes):
    """A member that unpacks to zeros without end."""
    parts = []
    for own, data in members().items():
        if own == name:
            packed = deflated_zeros(data, megabytes)
            size = min(len(data) + megabytes * 2**20, 2**32 - 1)
            parts.append(entry(own, data, packed=packed, size=size))
        else:
            parts.append(stored(own, data))
    return zipped(*parts)


def overlapping():
    """All three members are one and the same bytes."""
    name, record, fields = stored("metadata.json", json.dumps(METADATA).encode())
    return zipped(
        (name, record, fields), (b"config.json", b"", fields), (b"model.weights.h5", b"", fields)
    )


def nested():
    """The description lies within the weights."""
    parts = members()
    inner = stored("config.json", parts["config.json"])
    outer = stored("model.weights.h5", parts["model.weights.h5"] + inner[1])
    whole = zipped(stored("metadata.json", parts["metadata.json"]), outer, inner)
    first = whole.index(inner[1])
    last = whole.rindex(b"PK\1\2")
    return whole[: last + 42] + struct.pack("<L", first) + whole[last + 46 :]


def largest():
    """As large as is taken at all, and wrong at the end."""
    weights = h5() + bytes(250 * 2**20)
    return zipped(
        *(
            stored(name, data, **({"crc": 1} if data is weights else {}))
            for name, data in members(weights=weights).items()
        )
    )


def png():
    def chunk(kind, body):
        return (
            struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))
        )

    header = struct.pack(">2L5B", 8, 8, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(72))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


class _Runs:
    def __reduce__(self):
        return open, (str(CANARY), "w")


def legacy_pickle():
    return zipped(stored("data.pkl", pickle.dumps(_Runs())), stored("version", b"3\n"))


ARCHIVES = {
    "empty": lambda: b"",
    "a PNG": png,
    "a pickle": lambda: pickle.dumps(_Runs()),
    "an archive with a pickle": legacy_pickle,
    "an .npz": lambda: npz(a=np.eye(3)),
    "an .h5 of the older Keras": h5,
    "text": lambda: b"hello " * 1000,
    "four letters": lambda: b"PK\3\4",
    "with a program before it": lambda: b"MZ" + honest(),
    "with something behind it": lambda: honest() + b"more",
    "with a comment": lambda: zipped(
        *(stored(*pair) for pair in members().items()), comment=b"hello"
    ),
    "deflated": lambda: zipped(*(entry(*pair) for pair in members().items())),
    "a bomb for metadata": lambda: swelling("metadata.json", 1000),
    "a bomb for a description": lambda: swelling("config.json", 5000),
    "a bomb for weights": lambda: swelling("model.weights.h5", 5000),
    "a bomb that says it is stored": lambda: with_claims("config.json", size=2**32 - 1),
    "one record for all members": overlapping,
    "a member within another": nested,
    "config.json twice": lambda: with_more(stored("config.json", b"{}")),
    "config.json twice and no weights": lambda: zipped(
        *(stored(*pair) for pair in [*members().items()][:2]), stored("config.json", b"{}")
    ),
    "another member": lambda: with_more(stored("assets/words.txt", b"hello")),
    "a member above the folder": lambda: with_more(stored("../../canary", b"hello")),
    "weights in shards": lambda: zipped(
        *(
            stored(name.replace("model.weights.h5", "model_00000.weights.h5"), data)
            for name, data in members().items()
        )
    ),
    "no weights": lambda: zipped(*(stored(*pair) for pair in [*members().items()][:2])),
    "a member longer than the file": lambda: with_claims(
        "model.weights.h5", size=2**31, packed_size=2**31
    ),
    "a member shorter than it is packed": lambda: with_claims("model.weights.h5", size=100),
    "another name inside": lambda: with_claims("config.json", local_name=b"config.jsom"),
    "a wrong checksum of the description": lambda: with_claims("config.json", crc=1),
    "a wrong checksum of the weights": lambda: with_claims("model.weights.h5", crc=1),
    "encrypted": lambda: with_claims("config.json", flags=1),
    "packed in an unknown way": lambda: with_claims("config.json", method=99),
    "a directory of 400,000": lambda: zipped(*[stored("config.json", b"")] * 400_000),
    "the record of a larger archive": lambda: (
        honest()[:-22] + b"PK\6\7" + bytes(16) + honest()[-22:]
    ),
    "cut short in the middle": lambda: honest()[:6000],
    "cut short by a byte": lambda: honest()[:-1],
}


# ---- Descriptions ----


def with_layer(*layers):
    """An honest network with layers put into it."""
    return keras_file(sequential(start(), conv(), *layers, flatten(), dense()))


def with_start(*shape):
    return keras_file(sequential(start(shape), conv(), flatten(), dense()))


def with_text(old, new):
    return keras_file(json.dumps(CONFIG).replace(old, new, 1).encode())


def python_lambda():
    """Return a layer that runs Python, as Keras writes one."""
    text = f"lambda x: (open({str(CANARY)!r}, 'w').close(), x)[1]"
    raw = marshal.dumps(eval(text).__code__)
    function = {
        "class_name": "__lambda__",
        "config": {
            "code": base64.b64encode(raw).decode() + "\n",
            "defaults": None,
            "closure": None,
        },
    }
    return layer("Lambda", "lambda", function=function, arguments={}, output_shape=None)


def of_module(module, kind, **config):
    return {"module": module, "class_name": kind, "config": config, "registered_name": kind}


RUNS = of_module("os", "system", command=f"touch {CANARY}")
OPENS = of_module("builtins", "open", file=str(CANARY), mode="w")


def nested_network():
    inner = sequential(start(), conv())
    inner["config"]["name"] = "inner"
    return with_layer(inner)


def deep(letter, count):
    return keras_file(b'{"module": ' + letter * count)


def cycle():
    return keras_file(
        functional(
            [
                (start(), []),
                (layer("Add", "add"), ["input", "b"]),
                (conv(1, 1, "a"), ["add"]),
                (conv(1, 1, "b"), ["a"]),
                (flatten(), ["b"]),
                (dense(), ["flatten"]),
            ]
        )
    )


def fans(count):
    """So many layers that all read the input, and one that reads them all."""
    names = [f"conv{k}" for k in range(count)]
    return keras_file(
        functional(
            [
                (start(), []),
                *((conv(1, 1, name), ["input"]) for name in names),
                (layer("Add", "add"), names),
                (flatten(), ["add"]),
                (dense(), ["flatten"]),
            ]
        )
    )


def ladder(count):
    """Sums of what is there already: 2**count paths."""
    wires = [(start(), [])]
    for k in range(count):
        before = wires[-1][0]["config"]["name"]
        wires.append((layer("Add", f"add{k}"), [before, before]))
    return keras_file(
        functional([*wires, (flatten(), [f"add{count - 1}"]), (dense(), ["flatten"])])
    )


def called_twice():
    config = functional([(start(), []), (flatten(), ["input"]), (dense(), ["flatten"])])
    nodes = config["config"]["layers"][2]["inbound_nodes"]
    nodes.append(copy.deepcopy(nodes[0]))
    return keras_file(config)


def trained_while_asked():
    dropout = layer("Dropout", "dropout", rate=0.5)
    config = functional(
        [(start(), []), (dropout, ["input"]), (flatten(), ["dropout"]), (dense(), ["flatten"])]
    )
    config["config"]["layers"][1]["inbound_nodes"][0]["kwargs"] = {"training": True}
    return keras_file(config)


DESCRIPTIONS = {
    "a Lambda": lambda: with_layer(python_lambda()),
    "a SavedModel from elsewhere": lambda: with_layer(layer("TFSMLayer", "t", filepath="/tmp")),
    "a layer of another module": lambda: with_layer(of_module("os", "system", name="x")),
    "a Conv2D of another module": lambda: with_layer(
        {**conv(name="x"), "module": "my.layers", "registered_name": "my>Conv2D"}
    ),
    "a registered Conv2D": lambda: with_layer({**conv(name="x"), "registered_name": "my>Conv2D"}),
    "an activation that opens a file": lambda: with_layer(conv(name="x", activation=OPENS)),
    "a dtype that runs a command": lambda: with_layer(conv(name="x", dtype=RUNS)),
    "an argument that runs a command": lambda: with_layer(conv(name="x", hook=RUNS)),
    "a network of another class": lambda: keras_file(
        {**CONFIG, "module": "os", "class_name": "system"}
    ),
    "a registered network": lambda: keras_file({**CONFIG, "registered_name": "my>Sequential"}),
    "a network of another module": lambda: keras_file({**CONFIG, "module": "kerasish.models"}),
    "a network in the network": nested_network,
    "quantised": lambda: with_layer(
        conv(name="x", dtype={**FLOAT32, "class_name": "QuantizedDTypePolicy", "config": {}})
    ),
    "float64": lambda: with_layer(conv(name="x", dtype="float64")),
    "units: 10⁹": lambda: keras_file(sequential(start(), flatten(), dense(10**9))),
    "units: 99,999 twice": lambda: keras_file(
        sequential(start(), flatten(), dense(99_999, "a"), dense(99_999))
    ),
    "units: 10²⁵": lambda: keras_file(sequential(start(), flatten(), dense(10**25))),
    "units: a million digits": lambda: with_text('"units": 3', '"units": ' + "9" * 900_000),
    "units: true": lambda: with_text('"units": 3', '"units": true'),
    "units: -3": lambda: with_text('"units": 3', '"units": -3'),
    "units: text": lambda: with_text('"units": 3', '"units": "3"'),
    "filters: 10⁹": lambda: with_layer(conv(10**9, name="x")),
    "kernel: 10⁹": lambda: with_layer(conv(size=10**9, name="x")),
    "kernel: 999 over 1024×1024": lambda: keras_file(
        sequential(start((1024, 1024, 1)), conv(1, 999, padding="same"), flatten(), dense())
    ),
    "kernel: 3×5": lambda: with_layer(conv(name="x", kernel_size=[3, 5])),
    "kernel: a long list": lambda: with_layer(conv(name="x", kernel_size=[3] * 20_000)),
    "strides: 0": lambda: with_layer(conv(name="x", strides=[0, 0])),
    "strides: -1": lambda: with_layer(conv(name="x", strides=[-1, -1])),
    "strides: 10⁹": lambda: with_layer(conv(name="x", strides=[10**9] * 2)),
    "dilation: 10⁹": lambda: with_layer(conv(name="x", dilation_rate=[10**9] * 2)),
    "groups: 0": lambda: with_layer(conv(name="x", groups=0)),
    "padding: 900,000 letters": lambda: with_layer(conv(name="x", padding="a" * 900_000)),
    "padding: 10⁹ cells": lambda: with_layer(
        layer("ZeroPadding2D", "x", padding=[[10**9] * 2] * 2), conv(name="y")
    ),
    "padding: 999 cells, 200 times": lambda: with_layer(
        *(
            one
            for k in range(100)
            for one in (
                layer("ZeroPadding2D", f"z{k}", padding=[[999] * 2] * 2),
                conv(1, 1, f"c{k}"),
            )
        )
    ),
    "a pooling that looks at all, everywhere": lambda: keras_file(
        sequential(
            start((1024, 1024, 1)),
            pool(999, strides=[1, 1], padding="same"),
            pool(999, "last", strides=[999, 999]),
            flatten(),
            dense(),
        )
    ),
    "an input of 10⁹ × 10⁹": lambda: with_start(10**9, 10**9, 3),
    "an input of 1024×1024×4096": lambda: with_start(1024, 1024, 4096),
    "an input of -8": lambda: with_start(-8, 8, 1),
    "an input of any size": lambda: with_start(None, None, 1),
    "an input of 9 axes": lambda: with_start(*[2] * 9),
    "an input of 40,000 axes": lambda: with_start(*[1] * 40_000),
    "rescaling by 10³⁰⁰": lambda: keras_file(
        sequential(
            start(), layer("Rescaling", "r", scale=1e300, offset=0.0), conv(), flatten(), dense()
        )
    ),
    "rescaling by 0": lambda: keras_file(
        sequential(start(), layer("Rescaling", "r", scale=0, offset=0), conv(), flatten(), dense())
    ),
    "49,000 layers": lambda: keras_file(
        b'{"module":"keras","class_name":"Sequential","config":{"layers":['
        + b",".join([b"{}"] * 49_000)
        + b"]}}"
    ),
    "2,000 layers": lambda: keras_file(
        sequential(start(), *(layer("Activation", f"a{k}", activation="relu") for k in range(2000)))
    ),
    "1,000 layers": lambda: keras_file(
        sequential(start(), *(layer("Activation", f"a{k}", activation="relu") for k in range(1000)))
    ),
    "no layers": lambda: keras_file(sequential()),
    "an input alone": lambda: keras_file(sequential(start())),
    "layers that are numbers": lambda: keras_file(sequential(1, 2, 3)),
    "a list": lambda: keras_file(b"[]"),
    "nothing": lambda: keras_file(b""),
    "lists in lists": lambda: deep(b"[", 90_000),
    "objects in objects": lambda: deep(b'{"a":', 90_000),
    "a million lists": lambda: keras_file(b'{"a":[' + b"[]," * 300_000 + b"1]}"),
    "two megabytes": lambda: keras_file(b" " * 2**21),
    "a name twice": lambda: with_text('"units": 3', '"units": 3, "units": 4'),
    "45,000 names, one twice": lambda: keras_file(
        ("{" + ",".join(f'"{k}":1' for k in [*range(45_000), 44_999]) + "}").encode()
    ),
    "NaN": lambda: with_text('"units": 3', '"units": NaN'),
    "Infinity": lambda: with_text('"units": 3', '"units": Infinity'),
    "-Infinity": lambda: with_text('"units": 3', '"units": -Infinity'),
    "1e999": lambda: with_text('"units": 3', '"units": 1e999'),
    "UTF-16": lambda: keras_file(json.dumps(CONFIG).encode("utf-16")),
    "half a letter": lambda: keras_file(b'{"module": "\xff"}'),
    "another version": lambda: keras_file(metadata={"keras_version": "2.13.1"}),
    "no version": lambda: keras_file(metadata={}),
    "a version of many kinds": lambda: keras_file(metadata={"keras_version": [3]}),
    "layers in a circle": cycle,
    "500 branches": lambda: fans(500),
    "2⁵⁰ paths": lambda: ladder(50),
    "a layer called twice": called_twice,
    "a layer that trains while it answers": trained_while_asked,
    "an output that is not there": lambda: keras_file(
        functional([(start(), []), (flatten(), ["input"])], last="dense")
    ),
    "two layers of one name": lambda: keras_file(
        functional(
            [(start(), []), (flatten(), ["input"]), (flatten(), ["flatten"])], last="flatten"
        )
    ),
    "a layer beside the way": lambda: keras_file(
        functional(
            [
                (start(), []),
                (flatten(), ["input"]),
                (dense(), ["flatten"]),
                (conv(1, 1, "aside"), []),
            ]
        )
    ),
}


# ---- Weights ----


def with_array(array=None, **settings):
    """Another dataset where the dense layer's kernel belongs."""

    def change(file):
        del file[KERNEL]
        if array is None:
            file.create_dataset(KERNEL, **settings)
        else:
            file.create_dataset(KERNEL, data=array, **settings)

    return keras_file(weights=h5(change=change))


def with_change(change):
    return keras_file(weights=h5(change=change))


def put(path, value):
    def change(file):
        del file[path]
        file[path] = value

    return with_change(change)


def gzip_bomb():
    """A kernel of 58 MB of zeros, packed."""
    config = sequential(start(), conv(), flatten(), dense(99_999))
    arrays = {name: one for name, one in ARRAYS.items() if "dense" not in name}

    def change(file):
        packed = {"chunks": (144, 99_999), "compression": "gzip"}
        kernel = file.create_dataset(KERNEL, (144, 99_999), "<f4", **packed)
        kernel.id.write_direct_chunk((0, 0), zlib.compress(bytes(4 * 144 * 99_999), 1))
        file["layers/dense/vars/1"] = np.zeros(99_999, np.float32)

    return keras_file(config, h5(arrays, change))


def only_claimed():
    """Sixty million numbers of which none is there."""
    config = sequential(start(), conv(), flatten(), dense(99_999))
    arrays = {name: one for name, one in ARRAYS.items() if "dense" not in name}

    def change(file):
        file.create_dataset(KERNEL, (144, 99_999), "<f4")
        file.create_dataset("layers/dense/vars/1", (99_999,), "<f4")

    return keras_file(config, h5(arrays, change))


def virtual():
    layout = h5py.VirtualLayout((144, 3), "<f4")
    layout[:] = h5py.VirtualSource("/etc/hostname", "x", (144, 3))

    def change(file):
        del file[KERNEL]
        file.create_virtual_dataset(KERNEL, layout)

    return with_change(change)


def patched(mark, offset, form, *values):
    """An honest file of weights with numbers written over, so far behind some bytes."""
    weights = bytearray(h5())
    struct.pack_into(form, weights, weights.index(mark) + offset, *values)
    return keras_file(weights=bytes(weights))


def endless_tree():
    """A tree whose node has itself for a child, 60,000 times."""
    weights = bytearray(h5())
    at = weights.index(b"TREE")
    weights += struct.pack("<4s2BH2Q", b"TREE", 0, 1, 60_000, 0, 0)
    weights += struct.pack("<2Q", 0, at) * 60_000
    root = weights.index(struct.pack("<Q", at))
    end = len(weights) - 24 - 16 * 60_000
    # The group's own header names the tree, too, and that is what counts.
    while root >= 0:
        struct.pack_into("<Q", weights, root, end)
        root = weights.find(struct.pack("<Q", at), root + 1, end)
    return keras_file(weights=bytes(weights))


def looping_header():
    """An object whose description goes on where it began, with messages of 60 kB each."""
    weights = bytearray(h5())
    place = len(weights)
    (root,) = struct.unpack_from("<Q", weights, 64)
    struct.pack_into("<H", weights, root + 2, 65_535)
    struct.pack_into("<2H", weights, root + 16, 0x10, 16)
    struct.pack_into("<2Q", weights, root + 24, place, 65_000 + 24)
    weights += struct.pack("<2HL", 0x11, 60_000, 0) + bytes(60_000)
    weights += struct.pack("<2HL2Q", 0x10, 16, 0, place, 65_024) + bytes(6000)
    return keras_file(weights=bytes(weights))


def many_groups(count):
    def change(file):
        for number in range(count):
            file.create_group(f"layers/g{number}")

    return with_change(change)


WEIGHTS = {
    "an external link": lambda: put(KERNEL, h5py.ExternalLink("/etc/hostname", "/x")),
    "an external link at the root": lambda: with_change(
        lambda file: file.__setitem__("other", h5py.ExternalLink("/etc/hostname", "/x"))
    ),
    "an external link to a group": lambda: put(
        "layers/dense", h5py.ExternalLink("/etc/hostname", "/x")
    ),
    "a soft link": lambda: put(KERNEL, h5py.SoftLink("/layers/dense/vars/1")),
    "a soft link to a group": lambda: put("layers/dense", h5py.SoftLink("/layers/conv2d")),
    "a soft link to itself": lambda: put(KERNEL, h5py.SoftLink(f"/{KERNEL}")),
    "an array in another file": lambda: with_array(
        shape=(144, 3), dtype="<f4", external=[("/etc/passwd", 0, 1728)]
    ),
    "a virtual array": virtual,
    "a bomb of gzip": gzip_bomb,
    "arrays that are only claimed": only_claimed,
    "packed": lambda: with_array(ARRAYS[KERNEL], compression="gzip"),
    "in chunks": lambda: with_array(ARRAYS[KERNEL], chunks=(12, 3)),
    "with checksums": lambda: with_array(ARRAYS[KERNEL], fletcher32=True),
    "objects": lambda: with_array(shape=(144, 3), dtype=h5py.special_dtype(ref=h5py.Reference)),
    "text": lambda: with_array(np.full((144, 3), b"abcd", "S4")),
    "text of any length": lambda: with_array(shape=(144, 3), dtype=h5py.string_dtype()),
    "records": lambda: with_array(np.zeros((144, 3), [("a", "<f4")])),
    "halves": lambda: with_array(ARRAYS[KERNEL].astype("<f2")),
    "float64": lambda: with_array(ARRAYS[KERNEL].astype("<f8")),
    "whole numbers": lambda: with_array(np.zeros((144, 3), "<i4")),
    "the highest byte first": lambda: with_array(ARRAYS[KERNEL].astype(">f4")),
    "another shape": lambda: with_array(ARRAYS[KERNEL].T),
    "another shape of as many": lambda: with_array(ARRAYS[KERNEL].ravel()),
    "a shape of a terabyte": lambda: with_array(shape=(2**20, 2**18), dtype="<f4"),
    "32 axes": lambda: with_array(np.zeros([1] * 32, np.float32)),
    "no shape": lambda: with_array(h5py.Empty("<f4")),
    "not a number": lambda: with_array(np.full((144, 3), np.nan, np.float32)),
    "infinity": lambda: with_array(np.full((144, 3), np.inf, np.float32)),
    "a type of its own": lambda: put(KERNEL, np.dtype("<f4")),
    "a group for an array": lambda: with_change(
        lambda file: (file.__delitem__(KERNEL), file.create_group(KERNEL))
    ),
    "an array for a group": lambda: put("layers/dense/vars", np.zeros(3, np.float32)),
    "a group that holds itself": lambda: with_change(
        lambda file: (
            file.__delitem__("layers/dense/vars"),
            file.__setitem__("layers/dense/vars", file["layers/dense"]),
        )
    ),
    "one array too few": lambda: with_change(lambda file: file.__delitem__("layers/dense/vars/1")),
    "one array too many": lambda: with_change(
        lambda file: file.__setitem__("layers/dense/vars/2", np.zeros(3, np.float32))
    ),
    "no layers": lambda: with_change(lambda file: file.__delitem__("layers")),
    "of another kind of HDF5": lambda: keras_file(weights=h5(libver="latest")),
    "no HDF5": lambda: keras_file(weights=b"garbage" * 1000),
    "empty": lambda: keras_file(weights=b""),
    "cut short": lambda: keras_file(weights=h5()[:3000]),
    "22,000 groups": lambda: many_groups(22_000),
    "a tree of one node": endless_tree,
    "a description without end": looping_header,
    "a tree that leads outside": lambda: patched(b"TREE", 32, "<Q", 2**63),
    "a tree of 65,535": lambda: patched(b"TREE", 6, "<H", 65_535),
    "a table of 65,535": lambda: patched(b"SNOD", 6, "<H", 65_535),
    "names that lie outside": lambda: patched(b"SNOD", 8, "<Q", 2**62),
    "a heap that lies outside": lambda: patched(b"HEAP", 24, "<Q", 2**64 - 1),
    "a root that lies outside": lambda: patched(b"\x89HDF", 64, "<Q", 2**64 - 8),
    "an array longer than its shape": lambda: patched(
        struct.pack("<Q", 4 * 144 * 3), 0, "<Q", 4 * 144 * 3 + 4
    ),
    "addresses of 255 bytes": lambda: patched(b"\x89HDF", 13, "<B", 255),
    "addresses from elsewhere": lambda: patched(b"\x89HDF", 24, "<Q", 2**40),
}

HOSTILE = {
    f"{family}: {kind}": make
    for family, kinds in (
        ("archive", ARCHIVES),
        ("description", DESCRIPTIONS),
        ("weights", WEIGHTS),
    )
    for kind, make in kinds.items()
}

LARGE = {
    "archive: 250 MB, wrong at the end": largest,
    "archive: 257 MB": lambda: bytes(257 * 2**20),
}
"""Too large to be made in every test: the benchmark does."""

CURIOUS = {
    "initialisers that run a command": lambda: keras_file(
        sequential(start(), conv(kernel_initializer=RUNS), flatten(), dense())
    ),
    "compiled with a loss that runs a command": lambda: keras_file(
        {**CONFIG, "compile_config": {"loss": RUNS, "optimizer": OPENS}}
    ),
    "built by a command": lambda: keras_file({**CONFIG, "build_config": RUNS}),
    "a circle beside the way": lambda: with_change(
        lambda file: file.__setitem__("layers/again", file["layers"])
    ),
    "a link beside the way": lambda: with_change(
        lambda file: file.__setitem__("optimizer/vars/0", h5py.ExternalLink("/etc/hostname", "/x"))
    ),
    "5,000 groups": lambda: many_groups(5000),
    "attributes without measure": lambda: with_change(
        lambda file: file["layers/dense"].attrs.__setitem__("a", np.zeros(8000))
    ),
}
