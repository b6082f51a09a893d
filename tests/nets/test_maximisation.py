"""What a neuron likes: higher than before, the same again by the same seed, and what it must be."""

import numpy as np
import pytest
from made_networks import drawn_network

from vizcore.nets.keras_model import keras_model
from vizcore.nets.maximisation import MOST_STEPS, activation_maximisation
from vizcore.nets.preparation import Preparation

pytestmark = pytest.mark.xdist_group("tensorflow")

TEXT = "10x10x3-conv_4_3-relu-max_2-conv_5_3-norm-relu-dropout_0.5-flatten-dense_3-softmax"


@pytest.fixture(scope="module")
def opened():
    preparation = Preparation(mean=(0.4, 0.5, 0.6), spread=(0.2, 0.3, 0.4))
    network = drawn_network(TEXT, seed=2, preparation=preparation)
    return network, keras_model(network)


def measured(network, picture, node, map, over="map"):
    given = network.activations(picture)[node][..., map]
    if over == "cell":
        return given[tuple(n // 2 for n in given.shape)]
    return given.mean()


@pytest.mark.parametrize("over", ["map", "cell"])
@pytest.mark.parametrize(
    ("node", "climbed"),
    [("conv1", "conv1"), ("relu1", "conv1"), ("pool1", "pool1"), ("relu2", "norm1"),
     ("dense1", "dense1"), ("softmax1", "dense1")],
)  # fmt: skip
def test_the_activation_rises(opened, node, climbed, over):
    network, _ = opened
    given = activation_maximisation(*opened, node, 1, steps=40, over=over)
    assert given.climbed == climbed
    assert given.values[-1] > given.values[0] + 0.1
    assert given.course[-1] > given.course[0]
    expected = [measured(network, picture, node, 1, over) for picture in given.pictures]
    assert given.values == pytest.approx(expected, abs=1e-5)


def test_the_course_ends_at_the_result(opened):
    network, _ = opened
    given = activation_maximisation(*opened, "conv2", 3, steps=30)
    assert given.course.shape == (31,)
    last = measured(network, given.pictures[-1], "conv2", 3)
    assert given.course[-1] == pytest.approx(last, abs=0.02)  # but for rounding to levels


def test_moments_are_the_noise_then_oftener_at_first_then_the_result(opened):
    given = activation_maximisation(*opened, "conv2", 3, steps=64)
    assert given.steps.tolist() == [0, 1, 4, 9, 16, 25, 36, 49, 64]
    assert given.pictures.shape == (9, 10, 10, 3) and given.pictures.dtype == np.uint8
    short = activation_maximisation(*opened, "conv2", 3, steps=16)
    assert short.steps.tolist()[-1] == 16
    assert len(short.steps) == len(short.pictures) < 9
    np.testing.assert_array_equal(short.pictures[0], given.pictures[0])


def test_the_same_seed_gives_the_same_and_another_another(opened):
    one, again = (activation_maximisation(*opened, "relu2", 2, steps=20, seed=7) for _ in "ab")
    np.testing.assert_array_equal(one.pictures, again.pictures)
    np.testing.assert_array_equal(one.course, again.course)
    other = activation_maximisation(*opened, "relu2", 2, steps=20, seed=8)
    assert (one.pictures[0] != other.pictures[0]).mean() > 0.5
    assert (one.pictures[-1] != other.pictures[-1]).any()


def test_a_linear_cell_likes_its_own_kernel():
    network = drawn_network("9x9x1-conv_2_3", seed=1)
    given = activation_maximisation(
        network, keras_model(network), "conv1", 1, steps=60, over="cell"
    )
    assert given.box == ((3, 6), (3, 6))
    (top, bottom), (left, right) = given.box
    seen = given.pictures[-1][top:bottom, left:right, 0].astype(float)
    kernel = network.weights["conv1"]["kernel"][:, :, 0, 1]
    assert np.corrcoef(seen.ravel(), kernel.ravel())[0, 1] > 0.8
    outside = given.pictures[-1].astype(float)
    outside[top - 2 : bottom + 2, left - 2 : right + 2] = np.nan
    assert np.nanstd(outside) < 8 < np.std(seen)


def test_the_whole_picture_counts_for_maps_and_numbers(opened):
    for node, over in [("conv1", "map"), ("dense1", "cell")]:
        given = activation_maximisation(*opened, node, 0, steps=1, over=over)
        assert given.box == ((0, 10), (0, 10))


def test_a_neuron_without_a_slope_stays_where_it_is():
    network = drawn_network("4x4x1-flatten-dense_2-relu-dense_2-softmax")
    network.weights["dense2"]["kernel"][:] = 0
    given = activation_maximisation(network, keras_model(network), "dense2", 0, steps=5)
    assert len({*given.values.tolist()}) == 1 and np.isfinite(given.course).all()


@pytest.mark.parametrize(
    ("node", "map", "settings", "said"),
    [
        ("conv9", 0, {}, "no such layer"),
        ("input", 0, {}, "no such layer"),
        ("conv1", 4, {}, "0 to 3"),
        ("conv1", -1, {}, "0 to 3"),
        ("conv1", 0, {"steps": 0}, "1 to 512"),
        ("conv1", 0, {"steps": MOST_STEPS + 1}, "1 to 512"),
        ("conv1", 0, {"over": "all"}, "not “all”"),
    ],
)
def test_impossible_questions_are_refused(opened, node, map, settings, said):
    with pytest.raises(ValueError, match=said):
        activation_maximisation(*opened, node, map, **settings)
