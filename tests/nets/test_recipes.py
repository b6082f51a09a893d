"""Every recipe names a network that can be built, and fitting changes both of its ends."""

import pytest

from vizcore.nets.architectures import Architecture, ImpossibleLayer, layer_table, preset, totals
from vizcore.nets.recipes import RECIPES, ending_in, fitted, gives_probabilities

SHAPES = {"digits": (8, 8, 1), "mnist": (28, 28, 1), "cifar": (32, 32, 3), "large": (64, 64, 3)}


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("classes", [2, 10])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_recipe_is_for_a_preset_that_can_be_fitted_to_anything(name, shape, classes):
    one = fitted(preset(name), shape, classes)
    last = layer_table(one)[-1]
    assert last.shape == (classes,) and last.layer.kind == "softmax"
    assert one.input in (shape, preset(name).input)


def test_the_presets_of_the_training_page_have_a_recipe():
    asked = (
        "simplest-cnn mnist-mlp mnist-five-conv cifar-six-conv slides-64 small-vgg residual fast"
    )
    assert {*asked.split()} <= {*RECIPES}


@pytest.mark.parametrize("name", ["mnist-five-conv", "cifar-six-conv"])
def test_what_is_reconstructed_is_told(name):
    assert "our reconstruction" in RECIPES[name].note


def test_fitting_changes_the_input_and_the_last_dense_layer_alone():
    one = fitted(preset("mnist-mlp"), (32, 32, 3), 7)
    assert one.to_text() == "32x32x3-flatten-dense_128-relu-dropout_0.2-dense_7-softmax"


def test_the_network_of_the_slides_keeps_its_parameters_where_it_was_made_for():
    assert totals(layer_table(fitted(preset("mnist-five-conv"), (28, 28, 1), 10))).parameters == (
        2_782_090
    )


def test_the_slides_sigmoid_becomes_softmax_over_the_classes():
    one = fitted(preset("slides-64"), (28, 28, 1), 6)
    stack = "conv_32_3-relu-max_2-conv_32_3-relu-max_2-flatten-dense_128-relu-dense_6-softmax"
    assert one.to_text() == f"28x28x1-{stack}"


def test_a_network_too_deep_for_the_pictures_keeps_its_own_input():
    with pytest.raises(ImpossibleLayer, match="Row 6"):
        layer_table(Architecture((8, 8, 1), preset("tiny").layers))
    assert fitted(preset("tiny"), (8, 8, 1), 10).to_text() == preset("tiny").to_text()


def test_pictures_larger_than_any_input_are_left_to_the_preparation():
    assert fitted(preset("tiny"), (2000, 2000, 3), 4).input == (32, 32, 3)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("conv_4_3-globalaverage-softmax", "conv_4_3-globalaverage-dense_3-softmax"),
        ("conv_3_3-globalaverage-softmax", "conv_3_3-globalaverage-softmax"),
        ("conv_4_3", "conv_4_3-flatten-dense_3-softmax"),
        ("flatten-dense_9-relu-dropout_0.5", "flatten-dense_9-relu-dropout_0.5-dense_3-softmax"),
        ("flatten-dense_9_b0", "flatten-dense_3_b0-softmax"),
        ("flatten-dense_3", "flatten-dense_3-softmax"),
        ("flatten-dense_1-sigmoid", "flatten-dense_3-softmax"),
        ("sigmoid", "flatten-dense_3-softmax"),
    ],
)
def test_any_network_can_be_made_to_end_in_a_probability_for_each_class(before, after):
    one = ending_in(Architecture.from_text(f"8x8x1-{before}"), 3)
    assert one.to_text() == f"8x8x1-{after}"
    assert gives_probabilities(one, 3) and not gives_probabilities(one, 4)
    assert ending_in(one, 3) == one
