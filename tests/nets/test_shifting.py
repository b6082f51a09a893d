"""Moved pictures: by literal values, and by the law that a convolution moves along."""

import numpy as np
import pytest
from made_networks import drawn_network

from vizcore.nets.shifting import DIRECTIONS, offsets, plane, shift_experiment, shifted

PICTURE = np.random.default_rng(0).integers(0, 256, (12, 12, 1)).astype(np.uint8)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ((0, 0), [[1, 2, 3], [4, 5, 6]]),
        ((0, 1), [[1, 1, 2], [4, 4, 5]]),
        ((0, -2), [[3, 3, 3], [6, 6, 6]]),
        ((1, 0), [[1, 2, 3], [1, 2, 3]]),
        ((-1, 1), [[4, 4, 5], [4, 4, 5]]),
        ((9, -9), [[3, 3, 3], [3, 3, 3]]),
    ],
)
def test_a_picture_moves_and_repeats_its_edge(by, expected):
    picture = np.uint8([[1, 2, 3], [4, 5, 6]])[..., None]
    assert shifted(picture, by)[..., 0].tolist() == expected


def test_moves():
    assert offsets(1, "down").tolist() == [[-1, 0], [0, 0], [1, 0]]
    assert offsets(2, "both").tolist() == [[-2, -2], [-1, -1], [0, 0], [1, 1], [2, 2]]
    assert [len(offsets(3, one)) for one in DIRECTIONS] == [7, 7, 7]
    whole = plane(2)
    assert whole.shape == (25, 2) and whole[12].tolist() == [0, 0]
    assert whole[1].tolist() == [-2, -1]
    with pytest.raises(ValueError, match="not “left”"):
        offsets(1, "left")


def test_not_moved_the_prediction_is_the_plain_one():
    networks = [drawn_network("12x12x1-conv_3_3-relu-max_2-flatten-dense_4-softmax", seed=3),
                drawn_network("12x12x1-flatten-dense_5-relu-dense_4-softmax", seed=4)]  # fmt: skip
    given = shift_experiment(networks, PICTURE, offsets(2, "right"))
    assert given.shape == (2, 5, 4) and given.dtype == np.float32
    for network, told in zip(networks, given, strict=True):
        np.testing.assert_array_equal(told[2], network.activations(PICTURE)["softmax1"])
        moved = network.activations(shifted(PICTURE, (0, -2)))["softmax1"]
        np.testing.assert_array_equal(told[0], moved)
        assert (told[0] != told[2]).all()


def test_a_convolution_moves_along_exactly():
    network = drawn_network("12x12x1-conv_3_3-conv_2_3")
    plain, moved = (
        network.activations(one)["conv2"] for one in (PICTURE, shifted(PICTURE, (2, 1)))
    )
    np.testing.assert_array_equal(moved[2:, 1:], plain[:-2, :-1])


def test_behind_a_global_maximum_a_mark_that_stays_inside_counts_alike():
    mark = np.zeros((12, 12, 1), np.uint8)
    mark[4:7, 5:8] = PICTURE[:3, :3]
    network = drawn_network("12x12x1-conv_4_3-globalmax-dense_3-softmax")
    given = shift_experiment([network], mark, plane(2))
    assert np.ptp(given, axis=1).max() == 0
    other = drawn_network("12x12x1-flatten-dense_3-softmax")
    assert np.ptp(shift_experiment([other], mark, plane(2)), axis=1).min() > 0


def test_pictures_of_another_size_are_brought_to_the_networks_before_they_move():
    network = drawn_network("6x6x1-flatten-dense_2-softmax")
    colour = np.repeat(np.repeat(np.repeat(PICTURE[:6, :6], 2, 0), 2, 1), 3, 2)
    np.testing.assert_array_equal(
        shift_experiment([network], colour, [(1, 0)]),
        shift_experiment([network], PICTURE[:6, :6], [(1, 0)]),
    )
