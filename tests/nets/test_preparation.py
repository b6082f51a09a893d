import numpy as np
import pytest

from vizcore.imaging.stack import grey_levels
from vizcore.nets.preparation import Preparation, fit_preparation, with_channels, with_side

RNG = np.random.default_rng(2)
GREY = RNG.integers(0, 256, (20, 6, 4, 1)).astype(np.uint8)
COLOUR = RNG.integers(0, 256, (20, 6, 4, 3)).astype(np.uint8)


def test_levels_come_to_lie_between_0_and_1():
    prepared = Preparation().apply(GREY)
    assert prepared.dtype == np.float32 and np.array_equal(prepared, np.float32(GREY) / 255)


@pytest.mark.parametrize("x", [GREY, COLOUR])
def test_standardised_training_pictures_have_mean_0_and_spread_1(x):
    preparation = fit_preparation(x, standardise=True)
    prepared = preparation.apply(x)
    assert prepared.dtype == np.float32
    assert prepared.mean(axis=(0, 1, 2)) == pytest.approx(0, abs=1e-6)
    assert prepared.std(axis=(0, 1, 2)) == pytest.approx(1, abs=1e-6)


def test_other_parts_are_measured_by_the_training_part():
    preparation = fit_preparation(GREY[:10], standardise=True)
    dark = np.zeros((1, 6, 4, 1), np.uint8)
    mean, spread = GREY[:10].mean() / 255, GREY[:10].std() / 255
    assert preparation.apply(dark) == pytest.approx(-mean / spread, rel=1e-6)


def test_a_channel_without_spread_is_only_centred():
    flat = np.full((3, 2, 2, 1), 51, np.uint8)
    preparation = fit_preparation(flat, standardise=True)
    assert preparation.apply(flat) == pytest.approx(0, abs=1e-7)
    assert preparation.apply(flat + np.uint8(51)) == pytest.approx(0.2)


def test_without_standardising_nothing_is_measured():
    assert fit_preparation(GREY, side=8, channels=3) == Preparation(8, 3)


def test_mean_and_spread_are_those_after_size_and_channels():
    preparation = fit_preparation(COLOUR, side=2, channels=1, standardise=True)
    assert len(preparation.mean) == 1
    assert preparation.apply(COLOUR).shape == (20, 2, 2, 1)
    assert preparation.apply(COLOUR).std() == pytest.approx(1, abs=1e-6)


def test_channels():
    assert np.array_equal(with_channels(GREY, 3), np.concatenate([GREY] * 3, axis=3))
    assert np.array_equal(with_channels(COLOUR, 1)[7, ..., 0], grey_levels(COLOUR[7]))
    assert with_channels(with_channels(GREY, 3), 1).tolist() == GREY.tolist()
    assert with_channels(GREY, 1) is GREY and with_channels(COLOUR, None) is COLOUR
    with pytest.raises(ValueError, match="channels must be 1, 3 or None"):
        with_channels(GREY, 2)


def test_sides():
    halved = with_side(np.uint8([[0, 20], [40, 60]]).reshape(1, 2, 2, 1), 1)
    assert halved.tolist() == [[[[30]]]]
    assert with_side(COLOUR, 9).shape == (20, 9, 9, 3) and with_side(GREY, 3).shape == (20, 3, 3, 1)
    assert with_side(GREY, None) is GREY
    square = GREY[:, :4]
    assert with_side(square, 4) is square
