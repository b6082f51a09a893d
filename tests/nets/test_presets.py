"""The named networks, held against what papers and slides state, and against Keras."""

import numpy as np
import pytest

from vizcore.nets.architectures import PRESETS, Architecture, build, layer_table, preset, totals

STATED = {
    "simplest-cnn": 13_610,
    "mnist-mlp": 101_770,
    "mnist-five-conv": 2_782_090,
    "cifar-six-conv": 1_769_674,
    "slides-64": 813_217,
    "organs": 2_781_445,
    "alexnet": 60_965_224,
    "tiny": 5_520,
    "residual-block": 4_736,
    "plain-pair": 4_736,
}
LEARNED = {
    "fast": 240 + 24 * 64 * 9 + 2 * 64 + 64 * 128 * 9 + 2 * 128 + 3_200 * 10 + 10,
    "plain-20": 269_722,
    "resnet-20": 269_722,
    "plain-56": 853_018,
    "resnet-56": 853_018,
}


@pytest.mark.parametrize("slug", PRESETS)
def test_a_preset_is_a_network_and_says_what_it_is(slug):
    one = PRESETS[slug]
    assert layer_table(preset(slug))
    assert preset(slug).to_text() == one.text  # in the one spelling, so that links are short
    assert one.title and one.about.endswith(".")


def test_titles_tell_presets_apart():
    assert len({one.title for one in PRESETS.values()}) == len(PRESETS)
    assert len({one.text for one in PRESETS.values()}) == len(PRESETS)


@pytest.mark.parametrize("slug", STATED)
def test_a_preset_has_the_parameters_that_are_stated(slug):
    assert totals(layer_table(preset(slug))).parameters == STATED[slug]


@pytest.mark.parametrize("slug", LEARNED)
def test_a_normalised_preset_learns_as_many_parameters_as_stated(slug):
    assert totals(layer_table(preset(slug))).trainable == LEARNED[slug]


def test_cnn_explainers_network_is_tiny_at_its_own_size():
    tiny = Architecture((64, 64, 3), preset("tiny").layers)
    assert totals(layer_table(tiny)).parameters == 19_920


@pytest.mark.parametrize(
    ("slug", "depth"), [("plain-20", 20), ("plain-56", 56), ("resnet-20", 20), ("resnet-56", 56)]
)
def test_a_network_is_as_deep_as_it_is_called(slug, depth):
    weighted = {"conv": 1, "dense": 1, "residual": 2}
    assert sum(weighted.get(layer.kind, 0) for layer in preset(slug).layers) == depth


def test_nine_layers_are_nine():
    kinds = [layer.kind for layer in preset("nine-layers").layers]
    assert kinds == ["conv", "relu", "max", "conv", "relu", "max", "flatten", "dense", "relu"]


def test_volumes_are_those_of_the_slide():
    shapes = [row.shape for row in layer_table(preset("volumes"))]
    assert shapes == [(32, 32, 8), (32, 32, 8), (16, 16, 8), (2048,), (5,)]


def test_maps_shrink_fast_or_slowly_over_as_many_layers():
    fast, slow = (layer_table(preset(f"shrinking-{how}")) for how in ("fast", "slowly"))
    assert [row.layer.kind for row in fast] == [row.layer.kind for row in slow]
    assert (fast[3].shape, slow[3].shape) == ((1, 1, 16), (8, 8, 16))


@pytest.mark.xdist_group("keras")
@pytest.mark.parametrize("slug", PRESETS)
def test_keras_counts_the_same(slug):
    rows = layer_table(preset(slug))
    model = build(preset(slug), initializer="zeros")
    for row in rows:
        assert model.get_layer(row.name).output.shape[1:] == row.shape
    assert model.count_params() == totals(rows).parameters
    learned = sum(np.prod(weights.shape) for weights in model.trainable_weights)
    assert learned == totals(rows).trainable
