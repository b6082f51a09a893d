import numpy as np
import pytest

from vizcore.imaging.handwriting import fitted_as_mnist
from vizcore.nets.pretrained import samples

DIGITS = samples("digits").x[..., 0]


def test_mnists_own_digits_stay_as_they_are():
    assert [np.array_equal(fitted_as_mnist(one), one) for one in DIGITS] == [True] * len(DIGITS)


@pytest.mark.parametrize("shift", [(3, -2), (-2, 3), (-3, 0)])
def test_a_digit_elsewhere_comes_back(shift):
    # Those with room enough all round, so that nothing is cut off.
    roomy = [one for one in DIGITS if one[3:-3, 3:-3].sum() == one.sum()]
    assert len(roomy) >= 10
    for one in roomy:
        assert np.array_equal(fitted_as_mnist(np.roll(one, shift, axis=(0, 1))), one)


def test_a_small_bar_becomes_as_high_as_the_box():
    levels = np.zeros((28, 28), np.uint8)
    levels[2:7, 3:4] = 200
    fitted = fitted_as_mnist(levels)
    # 5 by 1 becomes 20 by 4; the middle of both is at 14.
    expected = np.zeros((28, 28), np.uint8)
    expected[4:24, 12:16] = 200
    assert np.array_equal(fitted, expected)


def test_a_large_drawing_becomes_smaller():
    fitted = fitted_as_mnist(np.full((28, 28), 255, np.uint8))
    rows, columns = np.nonzero(fitted)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1, fitted.max()) == (20, 20, 255)


@pytest.mark.parametrize("place", [(0, 0), (27, 27), (13, 5)])
def test_a_single_pixel_and_nothing(place):
    levels = np.zeros((28, 28), np.uint8)
    assert not fitted_as_mnist(levels).any()
    levels[place] = 17
    assert np.count_nonzero(fitted_as_mnist(levels)) == 400


def test_what_is_given_stays_as_it_was():
    levels = np.zeros((28, 28), np.uint8)
    fitted_as_mnist(levels)[0, 0] = 9
    levels[5, 5] = 1
    kept = levels.copy()
    fitted_as_mnist(levels)
    assert np.array_equal(levels, kept)


def test_lopsided_ink_stays_inside_the_picture():
    levels = np.zeros((28, 28), np.uint8)
    levels[4:24, 4] = 1
    levels[4:24, 5:24] = 0
    levels[4, 4:24] = 255
    levels[4:6, 4:24] = 255
    fitted = fitted_as_mnist(levels)
    assert fitted.sum() == levels.sum()
