"""Every recipe names a network that can be built, and fitting changes both of its ends."""

import pytest

from vizcore.nets.architectures import Architecture, ImpossibleLayer, layer_table, preset
from vizcore.nets.recipes import RECIPES, fitted


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_for_a_preset_that_ends_in_ten_probabilities(name):
    last = layer_table(preset(name))[-1]
    assert last.shape == (10,) and last.layer.kind == "softmax"


def test_fitting_changes_the_input_and_the_last_dense_layer_alone():
    one = fitted(preset("mnist-mlp"), (32, 32, 3), 7)
    assert one.to_text() == "32x32x3-flatten-dense_128-relu-dropout_0.2-dense_7-softmax"


def test_a_network_too_deep_for_the_pictures_is_told_by_its_row():
    with pytest.raises(ImpossibleLayer, match="Row 6"):
        layer_table(fitted(preset("tiny"), (8, 8, 1), 10))


def test_a_network_without_a_dense_layer_keeps_its_layers():
    one = Architecture.from_text("8x8x1-conv_4_3-globalaverage-softmax")
    assert fitted(one, (9, 9, 1), 3).layers == one.layers
