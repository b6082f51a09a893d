r"""The slashes: by hand, by numerical gradients, and whatever the numbers."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vizcore.lessons.slashes import (
    BACKSLASH,
    BAD_BACKSLASH,
    BAD_SLASH,
    PICTURES,
    SIGN_GRIDS,
    SLASH,
    TARGETS,
    TOO_FAR,
    best_weights,
    descend,
    error,
    gradient,
    largest_rate,
    one_turned,
    random_weights,
    rank_filters,
    score,
    scores,
    turn_best_sign,
)

WEIGHTS = arrays(float, (2, 2), elements=st.floats(-10, 10))


def test_scores_by_hand():
    assert score(BACKSLASH, BACKSLASH) == 4
    assert score(SLASH, BACKSLASH) == -4
    assert score(BAD_BACKSLASH, BACKSLASH) == 2
    assert score(BAD_SLASH, BACKSLASH) == -2
    assert score([[1, 2], [3, 4]], [[5, 6], [7, -8]]) == 5 + 12 + 21 - 32


def test_all_sign_grids_are_there_once():
    assert {tuple(grid.ravel()) for grid in SIGN_GRIDS} == {
        (a, b, c, d) for a in (1, -1) for b in (1, -1) for c in (1, -1) for d in (1, -1)
    }


def test_the_ten_slashes_are_the_clean_ones_and_those_with_one_wrong_pixel():
    assert len({tuple(picture.ravel()) for picture in PICTURES}) == 10
    for picture, target in zip(PICTURES, TARGETS, strict=True):
        wrong = np.sum(picture != (BACKSLASH if target > 0 else SLASH))
        assert wrong <= 1
    found = PICTURES.tolist()
    assert [found.index(one.tolist()) for one in (BACKSLASH, SLASH)] == [0, 5]
    assert BAD_BACKSLASH.tolist() in found[1:5] and BAD_SLASH.tolist() in found[6:]


def test_turning_one_sign_leaves_the_others():
    turned = one_turned(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert turned.reshape(4, 4).tolist() == [
        [-1, 2, 3, 4],
        [1, -2, 3, 4],
        [1, 2, -3, 4],
        [1, 2, 3, -4],
    ]


def test_the_sixteen_filters_fall_into_the_slides_classes():
    ranked = rank_filters()
    assert [one.backslash for one in ranked] == [4] + 4 * [2] + 6 * [0] + 4 * [-2] + [-4]
    assert all(one.slash == -one.backslash for one in ranked)
    assert np.array_equal(ranked[0].weights, BACKSLASH)
    assert np.array_equal(ranked[-1].weights, SLASH)
    classes = Counter(
        (one.backslash, one.right, one.undecided, one.wrong_clean, one.wrong_badly_drawn)
        for one in ranked
    )
    assert classes == {
        (4, 10, 0, 0, 0): 1,
        (2, 4, 6, 0, 0): 4,
        (0, 4, 2, 0, 4): 6,
        (-2, 0, 6, 2, 2): 4,
        (-4, 0, 0, 2, 8): 1,
    }
    assert {one.right + one.undecided + one.wrong for one in ranked} == {10}


@pytest.mark.parametrize("start", SIGN_GRIDS.tolist())
def test_turning_one_sign_at_a_time_finds_the_filter(start):
    filter = np.array(start)
    for _ in range(int(np.sum(filter != BACKSLASH))):
        better = turn_best_sign(filter)
        assert np.sum(better != filter) == 1
        assert score(BACKSLASH, better) == score(BACKSLASH, filter) + 2
        filter = better
    assert np.array_equal(filter, BACKSLASH)
    assert np.array_equal(turn_best_sign(filter), BACKSLASH)


def test_error_and_gradient_by_hand():
    # With weights of 0 each score is 0, each difference ∓1; a weight of the filter agrees with
    # eight pixels of ten, and disagrees with two: −2 · (8 − 2) / 10.
    zeros = np.zeros((2, 2))
    assert error(zeros) == 1
    np.testing.assert_allclose(gradient(zeros), -1.2 * BACKSLASH)
    # The clean slashes score ±4, the others ±2.
    assert error(BACKSLASH) == pytest.approx((2 * 3**2 + 8 * 1**2) / 10)


@given(WEIGHTS)
def test_the_gradient_is_the_slope_of_the_error(weights):
    step = 1e-4
    slopes = [
        (error(weights + step * unit) - error(weights - step * unit)) / (2 * step)
        for unit in np.eye(4).reshape(4, 2, 2)
    ]
    np.testing.assert_allclose(gradient(weights).ravel(), slopes, atol=1e-5)


def test_the_best_weights_have_the_signs_of_the_best_filter():
    np.testing.assert_allclose(best_weights(), 0.375 * BACKSLASH)
    np.testing.assert_allclose(gradient(best_weights()), 0, atol=1e-12)
    # Clean slashes score ±1.5, badly drawn ones ±0.75.
    assert error(best_weights()) == pytest.approx((2 * 0.5**2 + 8 * 0.25**2) / 10)


@given(WEIGHTS)
def test_no_weights_do_better_than_the_best(weights):
    assert error(weights) >= error(best_weights()) - 1e-12


def test_the_largest_rate_by_hand():
    # The error curves most along the best filter itself: 2 · (2 · 4² + 8 · 2²) / 10 / 4 = 3.2.
    assert largest_rate() == pytest.approx(2 / 3.2)


@given(WEIGHTS, st.floats(0.001, 0.624), st.integers(0, 40))
def test_below_the_largest_rate_no_step_raises_the_error(weights, rate, steps):
    path = descend(weights, rate, steps)
    assert len(path.errors) == steps + 1
    assert not path.diverged
    assert (np.diff(path.errors) <= 1e-9).all()


@given(WEIGHTS, st.floats(0.001, 2), st.integers(0, 40))
def test_each_step_goes_against_the_gradient(weights, rate, steps):
    path = descend(weights, rate, steps)
    assert np.array_equal(path.weights[0], weights)
    np.testing.assert_allclose(path.weights[1:], path.weights[:-1] - rate * path.gradients[:-1])
    for i, at in enumerate(path.weights):
        assert path.errors[i] == error(at)
        assert np.array_equal(path.scores[i], scores(at))
        assert np.array_equal(path.gradients[i], gradient(at))


@pytest.mark.parametrize("seed", range(20))
def test_a_descent_at_a_fair_rate_arrives(seed):
    path = descend(random_weights(seed), 0.1, 200)
    np.testing.assert_allclose(path.weights[-1], best_weights(), atol=1e-6)
    assert path.errors[-1] == pytest.approx(0.1)


@pytest.mark.parametrize("rate", [0.7, 1.0, 1e3])
def test_a_diverging_descent_stops_before_it_overflows(rate):
    path = descend(random_weights(2), rate, 10_000)
    assert path.diverged
    assert len(path.errors) < 100
    assert (path.errors[:-1] <= TOO_FAR).all() and path.errors[-1] > TOO_FAR
    for values in (path.weights, path.gradients, path.scores):
        assert np.isfinite(values).all()


def test_the_same_seed_draws_the_same_start():
    assert np.array_equal(random_weights(7), random_weights(7))
    assert not np.array_equal(random_weights(7), random_weights(8))
    assert (np.abs(random_weights(7)) <= 1).all()
