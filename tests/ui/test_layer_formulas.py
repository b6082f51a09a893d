"""What is said about a row, read back and worked out."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.nets.architectures import PRESETS, Architecture, layer_table, preset
from vizcore.ui.layer_formulas import formulas
from vizcore.ui.layer_volumes import MOST_SEPARATE, MOST_VOLUMES, grouped


def said(text, row=-1):
    rows = layer_table(Architecture.from_text(text))
    index = row % len(rows)
    return dict(formulas(rows[index], rows[index - 1] if index else None))


def worth(text):
    """What a formula's left side amounts to."""
    text = text.replace("·", "*").replace("−", "-").replace("⌊", "(").replace("⌋", ")")
    return eval(text.replace("/", "//"))


def test_a_convolution_is_worked_out_with_its_numbers():
    assert said("32x32x3-conv_12_3_p1") == {
        "Rows and columns": "(32 − 3 + 2·1)/1 + 1 = 32",
        "Channels": "12: one for each filter",
        "Parameters": "(3·3·3 + 1)·12 = 336; the 1 is the bias",
        "Multiply-adds": "32·32·12 · 3·3·3 = 331,776",
        "Receptive field": "1 + (3 − 1)·1 = 3 rows and columns",
        "Step": "1 pixel from one cell's view to the next one's",
    }


def test_an_axis_that_differs_is_said_by_itself():
    found = said("9x6x1-conv_2_3-max_2")
    assert found["Rows"] == "⌊(7 − 2 + 2·0)/2⌋ + 1 = 3"
    assert found["Columns"] == "(4 − 2 + 2·0)/2 + 1 = 2"
    assert found["Parameters"] == "0: there is nothing to learn"
    assert found["Channels"] == "2: each is treated by itself"
    assert found["Receptive field"] == "3 + (2 − 1)·1 = 4 rows and columns"


def test_a_dense_layer_sees_everything():
    found = said("4x3x2-flatten-dense_5")
    assert found["Parameters"] == "(24 + 1)·5 = 125; the 1 is the bias"
    assert found["Receptive field"] == "4×3: all that reaches this layer"
    assert said("4x3x2-flatten-dense_5", 0)["Numbers"] == "4 · 3 · 2 = 24"


def test_a_residual_block_is_worked_out_convolution_by_convolution():
    found = said("8x8x4-residual_6_s2")
    assert found["Rows and columns, convolution 1"] == "(8 − 3 + 0 + 1)/2 + 1 = 4"
    assert found["Rows and columns, convolution 2"] == "(4 − 3 + 2·1)/1 + 1 = 4"
    assert found["Receptive field"] == "1 + (3 − 1)·1 + (3 − 1)·2 = 7 rows and columns"
    assert found["Parameters"] == (
        "3·3·4·6 + 3·3·6·6 + 1·1·4·6 + 3·4·6 = 636, of which 600 are learned"
    )


@pytest.mark.parametrize("slug", PRESETS)
def test_every_formula_on_screen_comes_to_what_it_says(slug):
    rows = layer_table(preset(slug))
    for index, row in enumerate(rows):
        for name, text in formulas(row, rows[index - 1] if index else None):
            match = re.match(r"([^=:;]*\d[^=:;]*) = ([0-9,]+)", text)
            if match:
                assert worth(match[1]) == int(match[2].replace(",", "")), (row.name, name, text)


# ---- Which volumes a picture draws ----


def test_a_short_network_has_a_volume_for_each_row():
    groups = grouped(layer_table(preset("nine-layers")))
    assert [group.name for group in groups][:3] == ["conv1", "relu1", "pool1"]
    assert len(groups) == 9 <= MOST_SEPARATE


def test_in_a_longer_one_activations_share_the_volume_before_them():
    names = [group.name for group in grouped(layer_table(preset("alexnet")))]
    assert names == [
        "conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool3", "flatten1",
        "dense1", "dense2", "dense3",
    ]  # fmt: skip


def test_in_a_very_long_one_neighbours_of_the_same_shape_share_one():
    groups = grouped(layer_table(preset("plain-56")))
    assert [(group.name, group.shape) for group in groups] == [
        ("conv1 … conv19", (32, 32, 16)),
        ("conv20 … conv37", (16, 16, 32)),
        ("conv38 … conv55", (8, 8, 64)),
        ("global1", (64,)),
        ("dense1", (10,)),
    ]


@given(st.sampled_from([*PRESETS]))
def test_every_row_is_in_one_volume_of_its_own_shape(slug):
    rows = layer_table(preset(slug))
    groups = grouped(rows)
    assert [index for group in groups for index in group.rows] == [*range(len(rows))]
    assert all(rows[index].shape == group.shape for group in groups for index in group.rows)
    assert len(groups) <= MOST_VOLUMES
