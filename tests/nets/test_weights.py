"""Learned numbers: out of a Keras model or its file, into one of ours, and back."""

import io
import zipfile

import h5py
import numpy as np
import pytest
from made_networks import drawn_network, drawn_weights, write_keras_file

from vizcore.nets import weights as module
from vizcore.nets.architectures import Architecture, build
from vizcore.nets.graph import graph_of
from vizcore.nets.keras_model import keras_model
from vizcore.nets.training import TrainingSettings, compiled
from vizcore.nets.weights import (
    WeightsError,
    count,
    layer_weights,
    read,
    read_keras_file,
    weights_of,
    write,
)

with_keras = pytest.mark.xdist_group("tensorflow")

TEXT = (
    "9x8x4-conv_6_3_p1_g2-norm-relu-depthwise_2_s2-residual_8_s2-residual_8_n0_cpad"
    "-flatten-dense_5_b0-norm-dense_3-softmax"
)
MEMBER = "model.weights.h5"


def assert_same(one, other):
    assert {name: [*own] for name, own in one.items()} == {
        name: [*own] for name, own in other.items()
    }
    for name, own in one.items():
        for part, array in own.items():
            assert array.dtype == np.float32
            np.testing.assert_array_equal(array, other[name][part], err_msg=f"{name} {part}")


@with_keras
def test_a_keras_model_takes_them_and_gives_them_back():
    drawn = drawn_network(TEXT)
    assert_same(weights_of(keras_model(drawn), drawn.graph), drawn.weights)


@with_keras
def test_what_keras_saved_is_read_without_keras(tmp_path):
    drawn = drawn_network(TEXT, seed=1)
    keras_model(drawn).save(tmp_path / "model.keras")
    assert_same(read_keras_file(tmp_path / "model.keras", drawn.graph), drawn.weights)


@with_keras
def test_the_file_of_a_run_holds_its_optimiser_too_and_was_computed_in_halves(tmp_path):
    import keras

    architecture = Architecture.from_text("6x6x1-conv_2_3_b0-norm-flatten-dense_3-softmax")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = compiled(build(architecture, seed=2), TrainingSettings())
    finally:
        keras.config.set_dtype_policy(before)
    x = np.random.default_rng(0).random((4, 6, 6, 1), np.float32)
    model.fit(x, np.arange(4) % 3, verbose=0)
    model.save(tmp_path / "model.keras")
    graph = graph_of(architecture)
    assert_same(read_keras_file(tmp_path / "model.keras", graph), weights_of(model, graph))


@with_keras
def test_layers_that_keras_has_counted_on_are_found_by_their_own_names(tmp_path):
    architecture = Architecture.from_text("6x6x1-conv_2_3-conv_2_3-flatten-dense_2")
    for _ in range(2):
        model = build(architecture)
    model.save(tmp_path / "model.keras")
    graph = graph_of(architecture)
    assert_same(read_keras_file(tmp_path / "model.keras", graph), weights_of(model, graph))


def test_a_depthwise_kernel_has_its_channels_last_here_and_third_in_keras():
    graph = graph_of(Architecture.from_text("2x2x3-depthwise_2_b0"))
    kernel = np.arange(12, dtype=np.float32).reshape(2, 2, 1, 3)
    ((theirs,),) = layer_weights({"depthwise1": {"kernel": kernel}}, graph).values()
    assert theirs.shape == (2, 2, 3, 1)
    assert theirs[1, 0, :, 0].tolist() == kernel[1, 0, 0].tolist() == [6, 7, 8]


def test_they_are_written_to_a_file_of_ours_and_read(tmp_path):
    drawn = drawn_network(TEXT)
    write(tmp_path / "one.npz", drawn.weights)
    assert_same(read(tmp_path / "one.npz"), drawn.weights)


def test_they_are_counted():
    graph = graph_of(Architecture.from_text("4x4x2-conv_3_2-norm-flatten-dense_5_b0"))
    assert count(drawn_weights(graph)) == (2 * 2 * 2 + 1) * 3 + 4 * 3 + 27 * 5


@pytest.fixture
def saved(tmp_path):
    """A file that Keras might have written, and its network."""
    drawn = drawn_network(TEXT)
    write_keras_file(tmp_path / "model.keras", drawn)
    return tmp_path / "model.keras", drawn


def test_the_stand_in_for_what_keras_writes_is_read_alike(saved):
    path, drawn = saved
    assert_same(read_keras_file(path, drawn.graph), drawn.weights)


def zipped(path, content, name=MEMBER):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)


DAMAGES = {
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-2000]),
    "garbage": lambda path: path.write_bytes(b"garbage"),
    "empty": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "without weights": lambda path: zipped(path, b"{}", "config.json"),
    "weights of another kind": lambda path: zipped(path, b"garbage"),
    "weights cut short": lambda path: zipped(path, inner(path)[:3000]),
    "no layers": lambda path: zipped(path, h5(lambda file: file.create_group("others"))),
    "a number for layers": lambda path: zipped(path, h5(lambda file: file.update(layers=3))),
    "a number for a layer": lambda path: zipped(
        path, h5(lambda file: file.update({"layers/a": 3}))
    ),
}


def inner(path):
    return zipfile.ZipFile(path).read(MEMBER)


def h5(fill):
    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        fill(file)
    return held.getvalue()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_told_in_a_sentence(saved, damage):
    path, drawn = saved
    DAMAGES[damage](path)
    with pytest.raises(WeightsError, match=r"^The file of the network's weights cannot be read\.$"):
        read_keras_file(path, drawn.graph)


def test_a_flipped_bit_is_noticed(saved):
    path, drawn = saved
    bits = bytearray(path.read_bytes())
    bits[len(bits) // 2] ^= 1
    path.write_bytes(bits)
    with pytest.raises(WeightsError, match="cannot be read"):
        read_keras_file(path, drawn.graph)


def test_a_file_that_is_too_large_is_not_unpacked(saved, monkeypatch):
    path, drawn = saved
    size = len(inner(path))
    monkeypatch.setattr(module, "_MOST_BYTES", size)
    read_keras_file(path, drawn.graph)
    monkeypatch.setattr(module, "_MOST_BYTES", size - 1)
    with pytest.raises(WeightsError, match="too large"):
        read_keras_file(path, drawn.graph)


def test_an_array_that_only_claims_to_be_large_is_not_read(saved):
    path, drawn = saved
    held = io.BytesIO(inner(path))
    with h5py.File(held, "a") as file:
        (own,) = (
            one["vars"] for one in file["layers"].values() if one["vars"].attrs["name"] == "dense2"
        )
        del own["0"]
        # Nothing of it is stored: a terabyte of zeros.
        own.create_dataset("0", (2**20, 2**18), "f4")
    zipped(path, held.getvalue())
    with pytest.raises(WeightsError, match="weights of dense2 do not belong"):
        read_keras_file(path, drawn.graph)


@pytest.mark.parametrize(
    ("text", "stranger"),
    [
        (TEXT.replace("conv_6", "conv_8"), "conv1"),
        (TEXT.replace("_p1_g2", "_p1"), "conv1"),
        (TEXT.replace("-norm-relu", "-relu"), "norm1"),
        (TEXT.replace("residual_8_s2", "residual_8_s2_n0"), "residual1_conv1"),
        (TEXT.replace("dense_5_b0", "dense_5"), "dense1"),
        (TEXT.replace("dense_3", "dense_4"), "dense2"),
        ("9x8x4-conv_6_3_g2-conv_6_3", "conv2"),
    ],
)
def test_weights_of_another_network_are_refused(saved, text, stranger):
    path, drawn = saved
    other = graph_of(Architecture.from_text(text))
    said = rf"^The weights of {stranger} do not belong to this network\.$"
    with pytest.raises(WeightsError, match=said):
        read_keras_file(path, other)
    with pytest.raises(WeightsError, match=said):
        layer_weights(drawn.weights, other)
