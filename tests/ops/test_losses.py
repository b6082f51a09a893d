import math

import numpy as np
import pytest

from vizcore.ops import cross_entropy, mse
from vizcore.ops.losses import binary_cross_entropy, normalised

PREDICTION = [0.1, 0.2, 0.5, 0.7, 0.3, 0.9, 0.55, 0.2, 0.5, 0.1]
THREE = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]


def test_the_slides_cost():
    assert mse(PREDICTION, THREE) == pytest.approx(0.18925)
    assert cross_entropy(PREDICTION, THREE) == pytest.approx(-math.log(0.7))
    assert round(float(cross_entropy(PREDICTION, THREE)), 3) == 0.357
    assert round(float(cross_entropy(normalised(PREDICTION), THREE)), 3) == 1.755
    assert round(float(binary_cross_entropy(PREDICTION, THREE)), 3) == 5.858


def test_mse_of_a_matrix():
    assert mse([[1, 2], [3, 4]], [[1, 2], [3, 0]]) == 4


def test_cross_entropy_averages_over_examples():
    assert cross_entropy([[0.5, 0.5], [1, 0]], [[0, 1], [1, 0]]) == pytest.approx(math.log(2) / 2)
    assert cross_entropy([0.5, 0.25, 0.25], [0.5, 0.5, 0]) == pytest.approx(1.5 * math.log(2))


def test_certainty():
    with np.errstate(all="raise"):
        right, wrong = cross_entropy([1, 0], [1, 0]), cross_entropy([1, 0], [0, 1])
    assert right == 0
    assert not np.signbit(right)
    assert wrong == np.inf


def test_float32_stays():
    prediction = np.float32([0.5, 0.5])
    assert mse(prediction, [0.0, 1.0]).dtype == np.float32
    assert cross_entropy(prediction, [0.0, 1.0]).dtype == np.float32
    assert mse([0, 1], np.float32([0, 1])).dtype == np.float64


@pytest.mark.parametrize("loss", [mse, cross_entropy])
@pytest.mark.parametrize("target", [[1], [[0, 1]], 1, [0, np.nan], ["a", "b"]])
def test_the_target_is_like_the_prediction(loss, target):
    with pytest.raises(ValueError, match="^target must"):
        loss([0.5, 0.5], target)


@pytest.mark.parametrize("value", [[-0.1, 0.5], [0.5, 1.1], 0.5])
def test_cross_entropy_needs_probabilities(value):
    with pytest.raises(ValueError, match="^prediction must be an array of probabilities"):
        cross_entropy(value, np.zeros_like(value))
    with pytest.raises(ValueError, match="^target must be an array|^prediction must be an array"):
        cross_entropy(np.full_like(value, 0.5), value)


def test_the_losses_are_those_of_keras():
    keras = pytest.importorskip("keras")
    prediction, target = np.float32([PREDICTION]), np.float32([THREE])
    for ours, theirs in (
        (mse(prediction, target), keras.losses.MeanSquaredError()),
        (cross_entropy(normalised(prediction), target), keras.losses.CategoricalCrossentropy()),
        (binary_cross_entropy(prediction, target) / 10, keras.losses.BinaryCrossentropy()),
    ):
        assert float(ours) == pytest.approx(float(theirs(target, prediction)), rel=1e-5)


def test_binary_cross_entropy_by_hand():
    assert binary_cross_entropy([0.5, 0.25], [1, 0]) == pytest.approx(math.log(2) - math.log(0.75))
    assert binary_cross_entropy([[0.5, 0.5], [1, 0]], [[0, 1], [1, 0]]) == pytest.approx(
        math.log(2)
    )
    with np.errstate(all="raise"):
        assert binary_cross_entropy([1, 0], [1, 0]) == 0
        assert binary_cross_entropy([1, 0], [0, 0]) == np.inf


def test_binary_cross_entropy_of_one_output_is_cross_entropy_of_two():
    for y in (0.1, 0.5, 0.8):
        for t in (0, 1):
            two = cross_entropy([y, 1 - y], [t, 1 - t])
            assert binary_cross_entropy([y], [t]) == pytest.approx(two)


def test_normalised():
    assert normalised([1, 3]).tolist() == [0.25, 0.75]
    assert normalised([[1, 1], [0, 5]]).tolist() == [[0.5, 0.5], [0, 1]]
    assert normalised(np.float32([1, 3])).dtype == np.float32


@pytest.mark.parametrize("x", [[0, 0], [-1, 2], [[1, 1], [0, 0]], 3, [np.nan, 1], ["a"]])
def test_what_cannot_be_normalised(x):
    with pytest.raises(ValueError, match="^x must"):
        normalised(x)


@pytest.mark.parametrize("value", [[-0.1, 0.5], [0.5, 1.1], 0.5])
def test_binary_cross_entropy_needs_probabilities(value):
    with pytest.raises(ValueError, match="^prediction must be an array of probabilities"):
        binary_cross_entropy(value, np.zeros_like(value))
