"""Model files against Keras: what it saved answers alike when it is read by us."""

import contextlib
import json
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from vizcore.nets.architectures import PRESETS, build, preset
from vizcore.nets.graph import graph_of
from vizcore.nets.model_files import ModelFileError, read_model_file
from vizcore.nets.training import TrainingSettings, compiled
from vizcore.nets.weights import layer_weights

sys.path.insert(0, str(Path(__file__).parent))
from hostile_models import CANARY, HOSTILE  # noqa: E402
from keras_files import config_of, file_of, honest  # noqa: E402
from made_networks import drawn_network  # noqa: E402

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture(autouse=True)
def layers_counted_anew():
    import keras

    keras.utils.clear_session()


@pytest.fixture
def policy():
    """Change the dtype policy for one test."""
    import keras

    before = keras.config.dtype_policy()
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy(before)


def saved(model, tmp_path):
    model.save(tmp_path / "model.keras")
    return (tmp_path / "model.keras").read_bytes()


def drawn(model, seed=5):
    """Give every array of a model numbers of its own, the running means and variances too."""
    numbers = np.random.default_rng(seed)
    for variable in model.weights:
        if "float" in str(variable.dtype):
            spread = max(1, np.prod(variable.shape[:-1])) ** -0.5
            # AlexNet has 61 million: the same few thousand, over and over, in an odd number.
            array = np.resize(numbers.normal(0, spread, 4999).astype(np.float32), variable.shape)
            variable.assign(np.exp(array) if "variance" in variable.path else array)
    return model


def ours(read):
    """Build what was read with Keras."""
    model = build(read.architecture)
    for name, arrays in layer_weights(read.weights, graph_of(read.architecture)).items():
        model.get_layer(name).set_weights(arrays)
    return model


def loaded(tmp_path):
    import keras

    return keras.models.load_model(tmp_path / "model.keras")


def assert_same_answers(model, tmp_path, before=lambda x: x, shape=None, count=3):
    """Save, read, and hold the answers of the built network against those of the loaded one."""
    read = read_model_file(saved(model, tmp_path))
    x = np.random.default_rng(1).random((count, *read.architecture.input), np.float32)
    theirs = np.asarray(loaded(tmp_path)(x.reshape(count, *shape) if shape else x))
    mine = np.asarray(ours(read)(before(x)))
    assert theirs.dtype == mine.dtype and theirs.tobytes() == mine.tobytes()
    assert np.ptp(theirs.astype(np.float32)) > 0
    return read


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_answers_as_the_loaded_model(name, tmp_path):
    model = drawn(build(preset(name), seed=1))
    read = assert_same_answers(model, tmp_path, count=1 if name == "alexnet" else 3)
    assert read.architecture == preset(name)


@pytest.mark.parametrize("name", ["fast", "residual"])
def test_a_trained_run_in_halves_answers_as_the_loaded_model(name, tmp_path, policy):
    policy("mixed_bfloat16")
    model = compiled(build(preset(name), seed=1), TrainingSettings())
    shape = preset(name).input
    x = np.random.default_rng(0).random((8, *shape), np.float32)
    model.fit(x, np.arange(8) % 10, batch_size=4, verbose=0)
    assert assert_same_answers(model, tmp_path).architecture == preset(name)


@pytest.mark.parametrize(
    "text",
    [
        "9x8x4-conv_6_3_p1_g2-norm-relu-depthwise_2_s2-residual_8_s2-residual_12_n0_cpad"
        "-flatten-dense_5_b0-norm-dense_3-softmax",
        "12x12x3-conv_4_3_d2-leaky_a0.2-average_2_s1_psame-depthwise_3_p2-tanh-residual_4_k5"
        "-globalmax-dense_2-sigmoid",
    ],
)
def test_every_kind_of_layer_answers_as_the_loaded_model(text, tmp_path):
    network = drawn_network(text)
    read = assert_same_answers(drawn(build(network.architecture)), tmp_path)
    assert read.architecture == network.architecture


# ---- Networks as people write them ----


def tutorial(layers):
    return [
        layers.Conv2D(8, 3, activation="relu", input_shape=(12, 12, 1)),
        layers.MaxPooling2D(),
        layers.Conv2D(8, (3, 3), padding="same", activation="relu"),
        layers.Dropout(0.25),
        layers.Flatten(),
        layers.Dense(16, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]


def normalised(layers):
    return [
        layers.Input((12, 12, 3)),
        layers.Conv2D(8, 3, use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.ZeroPadding2D(),
        layers.DepthwiseConv2D(3, strides=2),
        layers.BatchNormalization(),
        layers.LeakyReLU(negative_slope=0.1),
        layers.Conv2D(4, 1, activation="leaky_relu"),
        layers.AveragePooling2D(2),
        layers.GlobalAveragePooling2D(),
        layers.Dense(3),
        layers.Softmax(),
    ]


def logits(layers):
    return [
        layers.Input((12, 12, 3), batch_size=4),
        layers.Conv2D(4, 5, strides=2, activation="tanh"),
        layers.GlobalMaxPooling2D(),
        layers.Dense(5),
    ]


@pytest.mark.parametrize("write", [tutorial, normalised, logits])
@pytest.mark.parametrize("fitted", [False, True])
def test_a_sequential_network_answers_as_the_loaded_model(write, fitted, tmp_path):
    import keras

    model = keras.Sequential(write(keras.layers))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    drawn(model)
    if fitted:
        x = np.random.default_rng(0).random((8, *model.input_shape[1:]), np.float32)
        model.fit(x, np.arange(8) % 3, batch_size=4, verbose=0)
    read = assert_same_answers(model, tmp_path, count=4)
    assert read.gives_probabilities == (write is not logits)


def test_a_network_built_by_its_first_picture_is_read(tmp_path):
    import keras

    model = keras.Sequential([keras.layers.Conv2D(3, 3), keras.layers.Flatten()])
    model(np.zeros((2, 6, 6, 1), np.float32))
    assert assert_same_answers(model, tmp_path, count=2).architecture.input == (6, 6, 1)


def test_a_picture_without_channels_is_flattened_or_reshaped(tmp_path):
    import keras

    layers = keras.layers
    for first in ([], [layers.Reshape((8, 8, 1)), layers.Conv2D(2, 3)]):
        model = keras.Sequential(
            [layers.Input((8, 8)), *first, layers.Flatten(), layers.Dense(3, activation="softmax")]
        )
        read = assert_same_answers(model, tmp_path, shape=(8, 8))
        assert read.architecture.input == (8, 8, 1)


@pytest.mark.parametrize(("scale", "offset"), [(1 / 255, 0), (1 / 127.5, -1)])
def test_rescaling_is_done_by_the_preparation(scale, offset, tmp_path):
    import keras

    rescaling = keras.layers.Rescaling(scale, offset)
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), rescaling, keras.layers.Flatten(), keras.layers.Dense(4)]
    )
    read = assert_same_answers(model, tmp_path, before=rescaling)
    levels = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), np.uint8)
    np.testing.assert_allclose(
        read.preparation.apply(levels), np.asarray(rescaling(levels)), rtol=1e-5, atol=1e-6
    )


def test_a_residual_block_written_by_hand_answers_as_the_loaded_model(tmp_path):
    import keras

    layers = keras.layers
    inputs = x = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    y = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    y = layers.Conv2D(4, 3, padding="same")(y)
    x = layers.ReLU()(layers.add([x, y]))
    y = layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False)(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(6, 3, padding="same", use_bias=False)(y))
    x = layers.Conv2D(6, 1, strides=2, padding="same", use_bias=False)(x)
    x = layers.Activation("relu")(layers.Add()([y, layers.BatchNormalization()(x)]))
    x = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    read = assert_same_answers(drawn(keras.Model(inputs, x)), tmp_path)
    assert read.architecture.to_text() == (
        "8x8x3-conv_4_3_psame-relu-residual_4_n0-residual_6_s2-globalaverage-dense_3-softmax"
    )


def test_layers_that_do_not_learn_are_read_alike(tmp_path):
    import keras

    model = keras.Sequential(normalised(keras.layers))
    for layer in model.layers[:5]:
        layer.trainable = False
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert_same_answers(drawn(model), tmp_path)


@pytest.mark.parametrize("name", ["mixed_float16", "mixed_bfloat16"])
def test_a_network_computed_in_halves_has_weights_in_full(name, tmp_path, policy):
    policy(name)
    test_every_kind_of_layer_answers_as_the_loaded_model(
        "8x8x2-conv_4_3-norm-relu-depthwise_3-flatten-dense_3-softmax", tmp_path
    )


# ---- What Keras writes that we do not read ----


def refusals(layers):
    return {
        "LSTM": [layers.Input((8, 8)), layers.LSTM(3)],
        "its input must be": [layers.Input((784,)), layers.Dense(3)],
        "fixed numbers": [layers.Input((None, None, 3)), layers.Conv2D(2, 3)],
        "epsilon must be 0.001": [layers.Input((8, 8, 1)), layers.BatchNormalization(epsilon=1e-5)],
        "activation must be": [layers.Input((8, 8, 1)), layers.Conv2D(2, 3, activation="gelu")],
        "kernel_size must be": [layers.Input((8, 8, 1)), layers.Conv2D(2, (1, 3))],
        "put flatten": [layers.Input((8, 8, 1)), layers.Dense(3)],
        "RandomFlip": [layers.Input((8, 8, 1)), layers.RandomFlip(), layers.Flatten()],
        "computes in 'float64'": [layers.Input((8, 8, 1)), layers.Conv2D(2, 3, dtype="float64")],
        "'bfloat16'": [layers.Input((8, 8, 1)), layers.Conv2D(2, 3, dtype="bfloat16")],
        "max_value must be": [layers.Input((8, 8, 1)), layers.ReLU(6.0), layers.Flatten()],
    }


def test_what_an_architecture_cannot_say_is_refused_by_name(tmp_path):
    import keras

    for said, written in refusals(keras.layers).items():
        with pytest.raises(ModelFileError, match=re.escape(said)):
            read_model_file(saved(keras.Sequential(written), tmp_path))


def test_networks_in_networks_and_several_inputs_are_refused(tmp_path):
    import keras

    inner = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3)], name="inner")
    model = keras.Sequential([keras.Input((8, 8, 1)), inner, keras.layers.Flatten()])
    with pytest.raises(ModelFileError, match=r"'inner' \(Sequential\)"):
        read_model_file(saved(model, tmp_path))
    one, two = keras.Input((8, 8, 1)), keras.Input((8, 8, 1))
    model = keras.Model([one, two], keras.layers.Add()([one, two]))
    with pytest.raises(ModelFileError, match="one input and one output"):
        read_model_file(saved(model, tmp_path))


# ---- The stand-ins ----


def plain(config):
    """What of a description is read."""
    if isinstance(config, dict):
        return {
            name: plain(value)
            for name, value in config.items()
            if value is not None
            and not name.endswith(("_initializer", "_regularizer", "_constraint"))
            and name not in ("build_config", "shared_object_id", "registered_name", "seed")
        }
    return [plain(one) for one in config] if isinstance(config, list) else config


@pytest.mark.parametrize("name", ["simplest-cnn", "residual", "fast"])
def test_our_stand_in_says_nothing_that_keras_does_not(name, tmp_path):
    model = build(preset(name))
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        theirs = json.loads(archive.read("config.json"))["config"]["layers"]
    mine = {one["name"]: one for one in config_of(preset(name))["config"]["layers"]}
    assert {one["name"] for one in theirs} == {*mine}
    for one in theirs:
        said, meant = plain(mine[one["name"]]), plain(one)
        assert said["class_name"] == meant["class_name"] and said["module"] == meant["module"]
        theirs_of_it = {name: meant["config"].get(name) for name in said["config"]}
        assert said["config"] == theirs_of_it


def test_keras_reads_our_stand_in(tmp_path):
    import keras

    (tmp_path / "model.keras").write_bytes(honest())
    x = np.random.default_rng(0).random((2, 8, 8, 1), np.float32)
    theirs = np.asarray(loaded(tmp_path)(x))
    assert theirs.tobytes() == np.asarray(ours(read_model_file(honest()))(x)).tobytes()
    drawn = drawn_network("8x8x2-conv_2_3-norm-relu-depthwise_3-flatten-dense_3-softmax")
    (tmp_path / "model.keras").write_bytes(file_of(drawn))
    x = np.random.default_rng(0).random((2, 8, 8, 2), np.float32)
    theirs = np.asarray(keras.models.load_model(tmp_path / "model.keras")(x))
    assert theirs.tobytes() == np.asarray(ours(read_model_file(file_of(drawn)))(x)).tobytes()


def test_the_hostile_files_are_as_bad_as_they_look(tmp_path):
    """Keras, told to trust it, runs the Lambda that we refuse."""
    import keras

    CANARY.unlink(missing_ok=True)
    (tmp_path / "model.keras").write_bytes(HOSTILE["description: a Lambda"]())
    with contextlib.suppress(Exception):
        keras.models.load_model(tmp_path / "model.keras", safe_mode=False)
    assert CANARY.exists()
    CANARY.unlink()
