import pytest

from vizcore.figures.network_units import MOST_UNFOLDED, units_of
from vizcore.nets.architectures import PRESETS, Architecture, layer_table, preset


def names(unit):
    return [[row.name for row in rows] for rows in unit.rows]


def test_layers_that_work_in_place_stand_with_the_one_before():
    units = units_of(Architecture.from_text("8x8x1-dropout_0.1-conv_4_3-norm-relu-flatten-softmax"))
    assert [(unit.shape, names(unit)) for unit in units] == [
        ((8, 8, 1), [["dropout1"]]),
        ((6, 6, 4), [["conv1"], ["norm1"], ["relu1"]]),
        ((144,), [["flatten1"], ["softmax1"]]),
    ]
    assert [[row.name for row in unit.made_by] for unit in units] == [[], ["conv1"], ["flatten1"]]
    assert [len(unit.in_place) for unit in units] == [1, 2, 1]


def test_a_deep_network_folds_what_repeats():
    units = units_of(preset("plain-56"))
    assert [unit.times for unit in units] == [1, 1, 18, 1, 17, 1, 17, 1, 1]
    assert names(units[2])[1] == [f"norm{i}" for i in range(2, 20)]


def test_what_differs_in_one_number_is_no_repeat():
    # Sixteen convolutions: the first reads one channel, the tenth has no bias, the last are eight.
    layers = ["conv_4_3_psame"] * 9 + ["conv_4_3_psame_b0"] + ["conv_4_3_psame"] * 4
    text = "-".join(["8x8x1", *layers, "conv_8_3_psame", "conv_8_3_psame"])
    assert [unit.times for unit in units_of(Architecture.from_text(text))] == [1, 1, 8, 1, 4, 1, 1]


def test_a_short_network_is_drawn_in_full():
    text = "-".join(["8x8x1", *["conv_1_3_psame"] * (MOST_UNFOLDED - 1)])
    assert len(units_of(Architecture.from_text(text))) == MOST_UNFOLDED
    longer = units_of(Architecture.from_text(f"{text}-conv_1_3_psame"))
    assert [unit.times for unit in longer] == [1, MOST_UNFOLDED]


@pytest.mark.parametrize("slug", PRESETS)
def test_no_row_is_lost_or_told_twice(slug):
    rows = layer_table(preset(slug))
    told = [row for unit in units_of(preset(slug)) for row in zip(*unit.rows, strict=True)]
    assert [one for repeat in told for one in repeat] == list(rows)
