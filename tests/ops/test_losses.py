import math

import numpy as np
import pytest

from vizcore.ops import cross_entropy, mse

PREDICTION = [0.1, 0.2, 0.5, 0.7, 0.3, 0.9, 0.55, 0.2, 0.5, 0.1]
THREE = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]


def test_the_slides_cost():
    assert mse(PREDICTION, THREE) == pytest.approx(0.18925)
    assert cross_entropy(PREDICTION, THREE) == pytest.approx(-math.log(0.7))
    assert round(float(cross_entropy(PREDICTION, THREE)), 3) == 0.357
    normalised = np.divide(PREDICTION, np.sum(PREDICTION))
    assert round(float(cross_entropy(normalised, THREE)), 3) == 1.755


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
