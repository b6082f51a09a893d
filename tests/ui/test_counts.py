from math import log10

import pytest

from vizcore.lessons.weights import Layer
from vizcore.ui.counts import facts, for_all, for_one, length, memory

ALEXNET = Layer(227, 227, 3, 96, 11, stride=4)


def said(rows):
    """What each row says: its name, and for each column formula and value."""
    return {
        row["name"]: [f"{cell['formula']} = {cell['value']}" for cell in row["cells"]]
        for row in rows
    }


def test_the_formulas_carry_the_numbers():
    assert said(for_one(ALEXNET)) == {
        "One dense neuron": ["227·227·3 + 1 = 154,588", "227·227·3 = 154,587"],
        "One filter, at one place": ["11·11·3 + 1 = 364", "11·11·3 = 363"],
    }
    assert said(for_all(ALEXNET)) == {
        "Dense layer": [
            "(227·227·3 + 1) · 55·55·96 = 44,892,355,200",
            "227·227·3 · 55·55·96 = 44,892,064,800",
        ],
        "Locally connected, nothing shared": [
            "(11·11·3 + 1) · 55·55·96 = 105,705,600",
            "11·11·3 · 55·55·96 = 105,415,200",
        ],
        "Convolution": ["(11·11·3 + 1) · 96 = 34,944", "11·11·3 · 55·55·96 = 105,415,200"],
    }


@pytest.mark.parametrize("layer", [ALEXNET, Layer(7, 5, 2, 3, 3, padding=1), Layer(1, 1, 1, 1, 1)])
def test_every_formula_gives_its_value(layer):
    for row in for_one(layer) + for_all(layer):
        for cell in row["cells"]:
            value = eval(cell["formula"].replace("·", "*"))
            assert f"{value:,}" == cell["value"]
            assert cell["log"] == log10(value)


def test_weights_and_biases_are_told_apart_with_their_memory():
    row = for_all(Layer(32, 32, 3, 10, 5, padding=2))[-1]
    assert row["cells"][0]["parts"] == "750 weights and 10 biases, 3 kB"
    row = for_one(Layer(224, 224, 3, 10, 5))[0]
    assert row["cells"][0]["parts"] == "150,528 weights and 1 bias, 602 kB"


def test_a_single_weight_is_one():
    assert for_one(Layer(1, 1, 1, 1, 1))[0]["cells"][0]["parts"].startswith("1 weight and 1 bias")


def test_the_size_is_worked_out():
    assert facts(ALEXNET) == [
        ["Output height", "(227 − 11 + 2·0)/4 + 1 = 55"],
        ["Output width", "(227 − 11 + 2·0)/4 + 1 = 55"],
        ["Output depth", "96, one map a filter"],
        ["Each filter", "shared by all 3,025 places of its map"],
    ]


@pytest.mark.parametrize(
    ("parameters", "room"),
    [(2, "8 bytes"), (249, "996 bytes"), (250, "1 kB"), (2400, "9.6 kB"), (10**16, "40 PB")],
)
def test_memory_is_four_bytes_a_parameter(parameters, room):
    assert memory(parameters) == room


@pytest.mark.parametrize(
    ("metres", "text"),
    [(1000, "1 km"), (999, "999 m"), (0.5, "50 cm"), (0.0034, "3.4 mm"), (3.1e-9, "0.0000031 mm")],
)
def test_a_length_has_the_unit_that_suits_it(metres, text):
    assert length(metres) == text
