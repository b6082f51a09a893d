"""A picture's way into a network, and what the network says of it."""

from dataclasses import replace

import numpy as np
import pytest
from made_networks import drawn_network

from vizcore.imaging.geometry import resize
from vizcore.imaging.stack import grey_levels
from vizcore.nets.preparation import Preparation, fit_preparation

GREY, COLOUR = "6x6x1-conv_2_3-globalmax-softmax", "6x6x3-conv_2_3-globalmax-softmax"


def picture(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def test_colour_becomes_grey_where_the_network_sees_grey():
    given = picture(6, 6, 3)
    levels = drawn_network(GREY).levels(given)
    assert levels.dtype == np.uint8 and levels.shape == (6, 6, 1)
    np.testing.assert_array_equal(levels[..., 0], grey_levels(given))


def test_grey_becomes_three_equal_channels_where_it_sees_colour():
    given = picture(6, 6, 1)
    levels = drawn_network(COLOUR).levels(given)
    np.testing.assert_array_equal(levels, np.concatenate([given] * 3, axis=2))


@pytest.mark.parametrize("shape", [(13, 9, 3), (2, 5, 3), (6, 9, 3)])
def test_a_picture_of_another_size_is_brought_to_the_networks(shape):
    given = picture(*shape)
    np.testing.assert_array_equal(drawn_network(COLOUR).levels(given), resize(given, 6, 6))


def test_an_oblong_network_keeps_its_shape():
    network = drawn_network("4x7x1-conv_2_3-globalmax-softmax")
    given = picture(4, 7, 1)
    np.testing.assert_array_equal(network.levels(given), given)
    assert network.levels(picture(20, 20, 3)).shape == (4, 7, 1)
    assert network.activations(picture(20, 20, 3))["input"].shape == (4, 7, 1)


@pytest.mark.parametrize("standardise", [False, True])
@pytest.mark.parametrize(("text", "shape"), [(GREY, (9, 9, 3)), (COLOUR, (6, 6, 3))])
def test_a_picture_is_prepared_as_in_training(text, shape, standardise):
    data = picture(20, *shape)
    changes = {"side": 6, "channels": 1 if text == GREY else None}
    preparation = fit_preparation(data, standardise=standardise, **changes)
    network = drawn_network(text, preparation=preparation)
    expected = preparation.apply(data)
    for one, prepared in zip(data, expected, strict=True):
        ours = network.prepared(one)
        assert ours.dtype == np.float32
        np.testing.assert_array_equal(ours, prepared)
        np.testing.assert_array_equal(network.activations(one)["input"], prepared)


def test_levels_are_scaled_by_hand():
    network = drawn_network(
        "1x2x1-flatten-dense_2-softmax", preparation=Preparation(mean=(0.2,), spread=(0.4,))
    )
    prepared = network.prepared(np.uint8([[[51], [255]]]))
    np.testing.assert_allclose(prepared.ravel(), [0, 2], atol=1e-6)


def test_it_gives_every_node_and_ends_in_the_classes():
    network = drawn_network(GREY, class_names=("cat", "dog"))
    given = network.activations(picture(6, 6, 1))
    assert list(given) == ["input", "conv1", "global1", "softmax1"]
    assert network.output == "softmax1"
    assert given["softmax1"].shape == (2,)
    np.testing.assert_allclose(given["softmax1"].sum(), 1, rtol=1e-6)
    assert {one.dtype for one in given.values()} == {np.dtype(np.float32)}


def test_a_digest_stands_for_the_weights_and_for_nothing_else():
    one, same, other = drawn_network(GREY), drawn_network(GREY), drawn_network(GREY, seed=1)
    assert one.digest == same.digest == replace(one, title="Another name").digest
    assert one.digest != other.digest
    changed = {name: dict(own) for name, own in one.weights.items()}
    changed["conv1"]["bias"] = np.nextafter(changed["conv1"]["bias"], np.float32(9))
    assert replace(one, weights=changed).digest != one.digest
