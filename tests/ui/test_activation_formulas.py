"""The arithmetic on screen: written out by hand here."""

from dataclasses import replace

import numpy as np
import pytest

from vizcore.imaging import KERNELS
from vizcore.lessons.activations import cost
from vizcore.ui import activation_formulas as formulas
from vizcore.ui.activation_settings import ActivationSettings, Numbers

START = ActivationSettings()


def test_the_neuron_is_written_out():
    assert formulas.neuron(START) == [
        "z = w₁x₁ + w₂x₂ + w₃x₃ + b = 0.5·2 + 1·1 + (−1.5)·3 + 1.5 = −1",
        "ReLU: f(z) = max(0, −1) = 0",
    ]


@pytest.mark.parametrize(
    ("name", "x", "value", "slope"),
    [
        ("sigmoid", 0.0, "1 / (1 + exp(0)) = 0.5", "y · (1 − y) = 0.5 · (1 − 0.5) = 0.25"),
        (
            "sigmoid",
            -1.0,
            "1 / (1 + exp(1)) = 0.2689",
            "y · (1 − y) = 0.2689 · (1 − 0.2689) = 0.1966",
        ),
        ("tanh", 0.0, "(exp(0) − exp(0)) / (exp(0) + exp(0)) = 0", "1 − y² = 1 − 0² = 1"),
        (
            "tanh",
            -1.0,
            "(exp(−1) − exp(1)) / (exp(−1) + exp(1)) = −0.7616",
            "1 − y² = 1 − (−0.7616)² = 0.42",
        ),
        ("relu", -2.0, "max(0, −2) = 0", "0, as x < 0"),
        ("relu", 2.0, "max(0, 2) = 2", "1, as x > 0"),
        (
            "relu",
            0.0,
            "max(0, 0) = 0",
            "0, as x = 0, where the curve bends: by convention that of the left side",
        ),
        ("leaky_relu", -2.0, "0.1·(−2) = −0.2", "0.1, as x < 0"),
        ("leaky_relu", 2.0, "2", "1, as x > 0"),
        (
            "softmax",
            1.0,
            "exp(1) / (exp(1) + exp(1) + exp(0)) = 0.4223",
            "p · (1 − p) = 0.4223 · (1 − 0.4223) = 0.244",
        ),
    ],
)
def test_values_and_slopes_are_written_out(name, x, value, slope):
    assert formulas.value(START, name, x) == value
    assert formulas.slope(START, name, x) == slope


def test_leaky_relu_is_named_with_its_slope():
    leaky = replace(START, activation="leaky_relu", alpha=0.25)
    assert formulas.named(leaky, "leaky_relu") == "Leaky ReLU (α = 0.25)"
    assert formulas.named(leaky, "relu") == "ReLU"
    assert formulas.neuron(leaky)[1] == "Leaky ReLU (α = 0.25): f(z) = 0.25·(−1) = −0.25"
    assert formulas.through(START, "leaky_relu") == "Leaky ReLU (α = 0.1): 0.1·(−1) = −0.1"
    assert formulas.through(START, "tanh") == "Tanh: −0.7616"
    above = replace(START, bias=Numbers(["4.5"]))
    assert formulas.through(above, "leaky_relu") == "Leaky ReLU (α = 0.1): 2"


def test_the_lowest_response_is_written_out():
    picture = np.array([[0.0, 1, 0], [0, 1, 0], [1, 1, 0], [0, 0, 0]])
    kernel = KERNELS["sobel_x"].weights
    assert formulas.lowest(picture, kernel).cell == (1, 0)
    said = (
        "Framed: row 2, column 1 of the maps, and the window it comes from. Products of 0 left "
        "out, r = (−2)·1 = −2, and {} makes it {}."
    )
    assert formulas.one_response(START, picture, kernel) == said.format("ReLU", 0)
    leaky = replace(START, activation="leaky_relu")
    assert formulas.one_response(leaky, picture, kernel) == said.format(
        "Leaky ReLU (α = 0.1)", "−0.2"
    )


def test_the_slides_cost_is_written_out():
    found = cost(START.outputs.values, START.digit)
    assert formulas.squared_error(START.outputs, found) == (
        "0.01 + 0.04 + 0.25 + 0.09 + 0.09 + 0.81 + 0.3025 + 0.04 + 0.25 + 0.01 = 1.8925; "
        "divided by 10, on average 0.18925"
    )
    assert formulas.answer(START.outputs, 3) == "0.9, for 5; but 3 is right, so the answer is wrong"
    assert formulas.answer(START.outputs, 5) == "0.9, for 5: the answer is right"
    assert formulas.total(START.outputs, found).endswith("+ 0.5 + 0.1 = 4.05")
    assert formulas.entropies(START.outputs, 3) == {
        "As they are": "−ln 0.7 = 0.357",
        "Divided by their sum first, as Keras does": "0.7 / 4.05 = 0.1728, and −ln 0.1728 = 1.755",
        "As ten binary decisions": "0.105 + 0.223 + 0.693 + 0.357 + 0.357 + 2.303 + 0.799 + 0.223 "
        "+ 0.693 + 0.105 = 5.858; Keras gives their average, 0.586",
    }


def test_equal_outputs_are_no_answer():
    even = Numbers(["0.1"] * 10)
    assert formulas.answer(even, 3) == "0.1, for all alike: no answer stands out"
    two = START.outputs.with_text(8, "0.9")
    assert formulas.answer(two, 3) == "0.9, for 5 and 8 alike: no answer stands out"


def test_what_rules_out_the_truth_costs_without_end():
    zeros = Numbers(["0"] * 10)
    said = formulas.entropies(zeros, 3)
    assert said["As they are"] == "−ln 0 = ∞"
    assert "cannot be divided" in said["Divided by their sum first, as Keras does"]
    assert said["As ten binary decisions"].endswith("= ∞")
    certain = replace(START, outputs=zeros.with_text(3, "1")).outputs
    assert formulas.entropies(certain, 3)["As they are"] == "−ln 1 = 0"
