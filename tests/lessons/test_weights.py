"""What a layer costs, and which weight joins what, against counting by other means."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.lessons import LESSONS, TOPICS
from vizcore.lessons.weights import KINDS, WEIGHT_LESSONS, Cost, Layer, weight_matrix
from vizcore.ops import conv2d

SMALL = st.builds(
    Layer,
    rows=st.integers(5, 9),
    columns=st.integers(5, 9),
    channels=st.integers(1, 3),
    filters=st.integers(1, 4),
    size=st.integers(1, 5),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
)


def test_alexnets_first_layer_costs_what_is_known_of_it():
    layer = Layer(227, 227, 3, 96, 11, stride=4)
    assert layer.output == (55, 55, 96)
    assert layer.convolution == Cost(34_848, 96, 105_415_200)
    assert layer.local.parameters == 105_705_600
    assert layer.neuron == Cost(154_587, 1, 154_587)
    assert layer.dense.parameters == 44_892_355_200


def test_sharing_saves_parameters_and_no_multiplications():
    layer = Layer(32, 32, 3, 10, 5, padding=2)
    assert (layer.dense.parameters, layer.local.parameters) == (31_467_520, 778_240)
    assert layer.convolution.parameters == 760
    assert layer.local.multiplications == layer.convolution.multiplications == 768_000
    assert layer.filter == Cost(75, 1, 75)


@given(SMALL)
def test_a_layer_is_counted_as_the_operation_makes_it(layer):
    kernel = np.ones((layer.size, layer.size, layer.channels, layer.filters))
    x = np.ones((layer.rows, layer.columns, layer.channels))
    out = conv2d(x, kernel, stride=layer.stride, padding=layer.padding)
    assert layer.output == out.shape
    assert (layer.inputs, layer.outputs) == (x.size, out.size)
    assert layer.convolution.weights == kernel.size
    assert layer.local.weights * layer.filters == kernel.size * out.size
    assert layer.dense.weights == x.size * out.size


def test_small_matrices_written_out():
    assert weight_matrix("dense", 3, 2).tolist() == [[1, 2, 3], [4, 5, 6]]
    assert weight_matrix("local", 4, 2).tolist() == [[1, 2, 0, 0], [0, 3, 4, 0], [0, 0, 5, 6]]
    assert weight_matrix("shared", 4, 2).tolist() == [[1, 2, 0, 0], [0, 1, 2, 0], [0, 0, 1, 2]]


@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 99))
def test_the_matrix_of_shared_weights_is_the_convolution(inputs, window, seed):
    window = min(window, inputs)
    rng = np.random.default_rng(seed)
    x, kernel = rng.normal(size=inputs), rng.normal(size=window)
    weights = np.concatenate([[0], kernel])[weight_matrix("shared", inputs, window)]
    np.testing.assert_allclose(weights @ x, conv2d(x[None], kernel[None])[0])


@given(st.sampled_from(KINDS), st.integers(1, 8), st.integers(1, 8))
def test_distinct_weights_are_as_many_as_the_layer_counts(kind, inputs, window):
    window = min(window, inputs)
    matrix = weight_matrix(kind, inputs, window)
    outputs = len(matrix)
    counts = {"dense": outputs * inputs, "local": outputs * window, "shared": window}
    assert set(np.unique(matrix[matrix > 0])) == set(range(1, counts[kind] + 1))


def test_the_lessons_are_a_topic_of_their_own():
    assert TOPICS["Why convolution"] is WEIGHT_LESSONS
    assert {*WEIGHT_LESSONS} == {
        "ten-5x5-filters",
        "six-maps",
        "ninety-six-11x11",
        "ten-weights",
        "mlp-is-too-large",
        "swans",
    }


@pytest.mark.parametrize(
    ("slug", "told"),
    [
        ("six-maps", "“output = (N − F)/stride + bias”. It must be “+ 1”"),
        ("six-maps", "(32 − 5)/1 + 1 = 28"),
        ("ten-5x5-filters", "“pixel values × 3 × 12”. Right is H′×W′×12"),
    ],
)
def test_what_the_decks_have_wrong_is_told(slug, told):
    assert told in LESSONS[slug].correction
