"""Learned layers below a new head: shared, frozen, and left bit for bit as they were."""

import numpy as np
import pytest

from vizcore.nets import pretrained, transfer
from vizcore.nets.architectures import Architecture, build, layer_table, preset
from vizcore.nets.dataset import Part
from vizcore.nets.forward_pass import forward_pass
from vizcore.nets.graph import graph_of
from vizcore.nets.inspection import feature_maps
from vizcore.nets.keras_model import keras_model
from vizcore.nets.preparation import Preparation
from vizcore.nets.training import TrainingSettings, compiled, train
from vizcore.nets.weights import weights_of

pytestmark = pytest.mark.xdist_group("tensorflow")

TINY = "conv_10_3-relu-conv_10_3-relu-max_2-conv_10_3-relu-conv_10_3-relu-max_2"


# ---- Which layers are shared ----


def test_the_features_are_all_layers_below_the_head():
    assert transfer.features("tiny").to_text() == f"32x32x3-{TINY}"
    kinds = [layer.kind for layer in transfer.features("objects").layers]
    assert kinds[:3] == ["conv", "norm", "relu"] and kinds[-2:] == ["relu", "globalmax"]
    assert kinds.count("conv") == 7


def test_a_new_head_is_a_dense_layer_and_softmax():
    assert transfer.with_new_head("tiny", 3).to_text() == (
        f"32x32x3-{TINY}-flatten-dense_3-softmax"
    )
    assert transfer.with_new_head("objects", 2).to_text().endswith("globalmax-dense_2-softmax")


@pytest.mark.parametrize(
    ("network", "rows"),
    [
        (f"32x32x3-{TINY}-flatten-dense_2-softmax", 10),
        (f"32x32x3-{TINY}", 10),
        (f"32x32x3-{TINY}-relu-flatten-dense_2", 10),
        ("32x32x3-conv_10_3-relu-conv_11_3-relu-flatten-dense_2", 2),
        ("32x32x3-conv_10_3-tanh-conv_10_3", 1),
        ("32x32x3-conv_10_3_s2-relu-conv_10_3", 0),
        (f"33x33x3-{TINY}", 0),
        ("32x32x1-conv_10_3-relu", 0),
    ],
)
def test_layers_are_shared_up_to_the_first_that_differs(network, rows):
    assert transfer.shared(Architecture.from_text(network), "tiny") == rows


def test_without_a_source_nothing_is_shared_and_everything_trained():
    tiny = preset("tiny")
    assert transfer.shared(tiny, "") == 0
    transfer.check(tiny, "")
    everything = sum(row.trainable for row in layer_table(tiny))
    assert transfer.trained(tiny, "") == everything


def test_only_what_is_not_shared_is_trained():
    # 160 features · 3 classes + 3 biases; 5·5 cells · 10 maps · 2 + 2.
    assert transfer.trained(transfer.with_new_head("objects", 3), "objects") == 483
    assert transfer.trained(transfer.with_new_head("tiny", 2), "tiny") == 502


@pytest.mark.parametrize(
    ("network", "source", "said"),
    [
        (preset("mnist-mlp"), "objects", "does not begin as Objects does.*32×32×3"),
        (preset("tiny"), "objects", "none of its weights can be reused"),
        (preset("tiny"), "<b>", "there is no network “<b>” whose features"),
        (preset("tiny"), "plain-cnn", "choose one of digits, objects, scans, tiny"),
    ],
)
def test_what_cannot_be_reused_is_said_in_a_sentence(network, source, said):
    with pytest.raises(ValueError, match=said):
        transfer.check(network, source)


@pytest.mark.parametrize(
    ("names", "known"),
    [
        (["cat", "dog"], ["cat", "dog"]),
        ([" Horses", "newt"], [" Horses"]),
        (["cattle", "s", "", "<b>"], []),
    ],
)
def test_classes_that_the_network_knows_are_found_by_name(names, known):
    assert transfer.known_classes(names, "objects") == known


@pytest.mark.parametrize("source", pretrained.NAMES)
def test_every_network_that_ships_has_features_to_reuse(source):
    network = transfer.with_new_head(source, 4)
    transfer.check(network, source)
    whole = layer_table(Architecture.from_text(pretrained.card(source).network))
    mine = layer_table(network)[: transfer.shared(network, source)]
    assert [row.name for row in mine] == [row.name for row in whole[: len(mine)]]
    assert sum(row.parameters for row in mine) > 0


def test_pictures_are_prepared_as_those_that_were_learned_from():
    known = pretrained.card("objects").preparation
    mine = transfer.preparation("objects", side=32, channels=3)
    assert mine == Preparation(32, 3, known.mean, known.spread)
    grey = mine.apply(np.full((1, 28, 28, 1), 255, np.uint8))
    expected = (1 - np.float32(known.mean)) / np.float32(known.spread)
    np.testing.assert_allclose(grey, np.broadcast_to(expected, (1, 32, 32, 3)), rtol=1e-6)


# ---- In Keras ----


def reusing(source, classes, seed=0):
    network = transfer.with_new_head(source, classes)
    return network, transfer.reuse(build(network, seed=seed), network, source)


def pictures(count=24, classes=2, seed=0):
    """Bright and dark noise."""
    rng = np.random.default_rng(seed)
    y = np.arange(count) % classes
    x = (
        rng.integers(0, 100, (count, 32, 32, 3))
        + (150 * y / classes).astype(int)[:, None, None, None]
    )
    return Part(x.astype(np.uint8), y.astype(np.int64))


@pytest.mark.parametrize("source", ["tiny", "objects"])
def test_frozen_weights_stay_bit_for_bit_while_the_head_learns(source):
    settings = TrainingSettings("adam", 0.01, batch=8, epochs=2, precision="float32")
    network, model = reusing(source, 2)
    graph, known = graph_of(network), pretrained.load(source).weights
    before = weights_of(model, graph)
    rows = list(
        train(
            compiled(model, settings),
            pictures(),
            pictures(8, seed=1),
            settings,
            preparation=transfer.preparation(source),
        )
    )
    after = weights_of(model, graph)
    assert set(known) - set(before) == set()
    for name, own in after.items():
        for part, array in own.items():
            if name == "dense1":
                assert not np.array_equal(array, before[name][part])
            else:
                np.testing.assert_array_equal(array, known[name][part])
    assert rows[1]["loss"] < rows[0]["loss"]
    assert sum(one.size for one in map(np.asarray, model.trainable_variables)) == (
        transfer.trained(network, source)
    )


def test_the_features_are_those_of_the_network_that_ships():
    network, model = reusing("objects", 3)
    shipped = pretrained.load("objects")
    x = shipped.prepared(pictures().x[1])
    mine = feature_maps(model, x, ["relu1", "relu4", "global1"])
    theirs = feature_maps(keras_model(shipped), x, [*mine])
    ours = forward_pass(shipped.graph, shipped.weights, x)
    for name, given in mine.items():
        np.testing.assert_array_equal(given, theirs[name])
        np.testing.assert_allclose(given, ours[name], atol=2e-4)


def test_frozen_normalisation_takes_its_running_mean_in_training_too():
    import keras

    network, model = reusing("objects", 2)
    x = transfer.preparation("objects").apply(pictures().x)

    def features(whole, training):
        inner = keras.Model(whole.input, whole.get_layer("global1").output)
        return np.asarray(inner(x, training=training))

    np.testing.assert_array_equal(features(model, True), features(model, False))
    loose = build(network, seed=0)
    assert not np.array_equal(features(loose, True), features(loose, False))


def test_layers_above_the_first_that_differs_begin_at_random_and_learn():
    network = Architecture.from_text("32x32x3-conv_10_3-relu-conv_5_3-relu-flatten-dense_2-softmax")
    model = transfer.reuse(build(network, seed=3), network, "tiny")
    fresh, known = weights_of(build(network, seed=3), graph_of(network)), pretrained.load("tiny")
    mine = weights_of(model, graph_of(network))
    np.testing.assert_array_equal(mine["conv1"]["kernel"], known.weights["conv1"]["kernel"])
    np.testing.assert_array_equal(mine["conv2"]["kernel"], fresh["conv2"]["kernel"])
    frozen = [layer.name for layer in model.layers if not layer.trainable]
    assert frozen == ["conv1"]
