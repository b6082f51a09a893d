"""The networks of the slides: what the small residual block computes, and what is compared."""

import numpy as np
import pytest
from scipy.signal import correlate2d

from vizcore.lessons.networks import (
    BLOCK_INPUT,
    NETWORK_LESSONS,
    READINGS,
    as_volume,
    block_weights,
    small_block,
)
from vizcore.nets.architectures import PRESETS


def test_a_block_adds_its_input_to_what_its_convolutions_make_of_it():
    first, second = block_weights(0.7)
    hidden = np.maximum(correlate2d(BLOCK_INPUT, first, mode="same"), 0)
    expected = correlate2d(hidden, second, mode="same")
    inner, plain, residual = small_block(BLOCK_INPUT, first, second)
    np.testing.assert_allclose(inner, expected)
    np.testing.assert_allclose(plain, np.maximum(expected, 0))
    np.testing.assert_allclose(residual, np.maximum(expected + BLOCK_INPUT, 0))


def test_without_weights_the_block_is_the_identity_and_the_plain_pair_loses_all():
    inner, plain, residual = small_block(BLOCK_INPUT, *block_weights(0))
    assert not inner.any() and not plain.any()
    np.testing.assert_array_equal(residual, BLOCK_INPUT)


def test_the_smaller_the_weights_the_nearer_the_block_is_to_the_identity():
    moved = [
        np.abs(small_block(BLOCK_INPUT, *block_weights(share))[2] - BLOCK_INPUT).max()
        for share in (0.02, 0.05, 0.1, 0.3)
    ]
    assert moved == sorted(moved) and moved[0] < 0.01


def test_weights_keep_their_signs_at_every_size():
    for small, large in zip(block_weights(0.01), block_weights(1), strict=True):
        np.testing.assert_array_equal(np.sign(small), np.sign(large))
        assert np.abs(large).max() <= 1


def test_what_a_block_gets_could_come_from_a_relu():
    assert (BLOCK_INPUT >= 0).all()


def test_numbers_in_a_row_are_a_volume_too():
    assert as_volume((7,)) == (1, 1, 7)
    assert as_volume((2, 3, 4)) == (2, 3, 4)


@pytest.mark.parametrize("slug", NETWORK_LESSONS)
def test_a_lesson_has_the_network_that_it_is_called_after(slug):
    assert NETWORK_LESSONS[slug].settings["network"] in PRESETS


def test_parameters_of_the_tables_add_up_to_those_of_the_papers():
    assert sum(row[3] for row in NETWORK_LESSONS["alexnet"].expected) == 60_965_224
    assert len(READINGS) == len(NETWORK_LESSONS["slides-64"].expected)


@pytest.mark.parametrize("shape", ["64×64", "62", "21×21"])
def test_the_correction_tells_all_three_readings(shape):
    assert shape in NETWORK_LESSONS["slides-64"].correction
