"""Attribution, held against finite differences of our own arithmetic and squares laid by hand."""

from functools import lru_cache, partial

import numpy as np
import pytest
from made_networks import drawn_network

from vizcore.nets.attribution import (
    MOST_SQUARES,
    Occlusion,
    grad_cam,
    grad_cam_layers,
    logit_node,
    occlusion,
    saliency,
    squares_for,
    value_and_gradient,
)
from vizcore.nets.evaluation import predicted
from vizcore.nets.forward_pass import node_output
from vizcore.nets.keras_model import keras_model
from vizcore.nets.preparation import Preparation

pytestmark = pytest.mark.xdist_group("tensorflow")

# Every pool before its ReLU: among equal zeros a maximum has no slope to hold a gradient against.
PLAIN = "9x7x2-conv_4_3_psame-norm-max_2-relu-conv_3_2-tanh-dropout_0.5-flatten-dense_5-softmax"
RESIDUAL = "6x6x1-residual_2_s2_n0-average_2-globalmax-dense_3-softmax"
LABEL, STEP = 2, 1e-5


@lru_cache
def opened(text):
    network = drawn_network(text, seed=4)
    x = np.random.default_rng(5).normal(size=network.architecture.input)
    return network, keras_model(network), x


def passed(network, x, node="", value=None):
    """Compute all nodes in float64, one of them replaced."""
    weights = {
        name: {part: np.float64(one) for part, one in own.items()}
        for name, own in network.weights.items()
    }
    values = {}
    for name, one in network.graph.items():
        given = [values[other] for other in one.inputs]
        values[name] = node_output(one, weights.get(name, {}), *given) if given else x
        if name == node:
            values[name] = value
    return values


def differences(network, x, node):
    """Return how the logit changes with each number of a node, by central differences."""
    at = passed(network, x)[node]
    slopes = np.empty(at.shape)
    for place in np.ndindex(at.shape):
        ends = []
        for way in (STEP, -STEP):
            moved = at.copy()
            moved[place] += way
            ends.append(passed(network, x, node, moved)[logit_node(network.graph)][LABEL])
        slopes[place] = (ends[0] - ends[1]) / (2 * STEP)
    return slopes


@pytest.mark.parametrize("text", [PLAIN, RESIDUAL])
def test_saliency_is_the_size_of_the_logits_gradient(text):
    network, model, x = opened(text)
    expected = np.abs(differences(network, x, "input")).max(axis=2)
    assert (expected > 1e-3).mean() > 0.5
    given = saliency(network, model, x, LABEL)
    assert given.shape == x.shape[:2] and given.dtype == np.float32
    np.testing.assert_allclose(given, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "layer"),
    [(PLAIN, "conv1"), (PLAIN, "relu1"), (PLAIN, "pool1"), (PLAIN, "tanh1"),
     (RESIDUAL, "residual1_conv1"), (RESIDUAL, "residual1"), (RESIDUAL, "pool1")],
)  # fmt: skip
def test_grad_cam_weighs_maps_by_their_mean_gradient(text, layer):
    network, model, x = opened(text)
    slopes, maps = differences(network, x, layer), passed(network, x)[layer]
    weights = slopes.mean(axis=(0, 1))
    expected = np.maximum((maps * weights).sum(axis=2), 0)
    given = grad_cam(network, model, x, LABEL, layer)
    assert given.layer == layer
    np.testing.assert_allclose(given.weights, weights, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(given.map, expected, rtol=1e-4, atol=1e-6)
    assert given.upsampled.shape == x.shape[:2]
    assert given.map.min() >= 0 and given.upsampled.max() <= given.map.max() + 1e-6


def test_grad_cam_shows_something():
    network, model, x = opened(PLAIN)
    shown = [grad_cam(network, model, x, label).map.max() for label in range(5)]
    assert max(shown) > 0.01


def test_grad_cam_looks_at_the_last_maps_unless_told():
    network, model, x = opened(PLAIN)
    layers = grad_cam_layers(network.graph)
    assert layers == ("conv1", "norm1", "pool1", "relu1", "conv2", "tanh1")
    assert grad_cam(network, model, x, LABEL).layer == "tanh1"


def test_grad_cam_is_upsampled_linearly():
    # One map and the weight 1: the map is the picture, every other pixel of it averaged.
    network = drawn_network("4x4x1-average_2-flatten-dense_1")
    network.weights["dense1"]["kernel"][:] = 1
    x = np.float32([[0, 0, 4, 4], [0, 0, 4, 4], [8, 8, 8, 8], [8, 8, 8, 8]])[..., None]
    given = grad_cam(network, keras_model(network), x, 0)
    assert given.map.tolist() == [[0, 4], [8, 8]]
    assert given.upsampled[0].tolist() == [0, 1, 3, 4]
    assert given.upsampled[:, 0].tolist() == [0, 2, 6, 8]


def test_the_gradient_is_the_logits_also_where_the_probability_is_flat():
    network = drawn_network("4x4x1-flatten-dense_2-softmax")
    kernel = network.weights["dense1"]["kernel"]
    kernel[:, 0], kernel[:, 1] = 100, -100
    x = np.ones((4, 4, 1), np.float32)
    _, gradient = value_and_gradient(network, keras_model(network), x, 0)
    assert network.activations(np.full((4, 4, 1), 255, np.uint8))["softmax1"].tolist() == [1, 0]
    assert np.all(gradient == 100)


@pytest.mark.parametrize(
    ("text", "layer", "said"),
    [("4x4x1-flatten-dense_2-softmax", None, "has none"), (PLAIN, "dense1", "layers that give")],
)
def test_grad_cam_needs_maps(text, layer, said):
    network, model, x = opened(text)
    with pytest.raises(ValueError, match=said):
        grad_cam(network, model, x, 0, layer)


def test_the_logits_are_what_goes_into_the_softmax():
    assert logit_node(opened(PLAIN)[0].graph) == "dense1"
    assert logit_node(drawn_network("4x4x1-flatten-dense_2").graph) == "dense1"


# --- Occlusion ---


def halves(pictures):
    """Two classes: how bright the left half is, how bright the right."""
    middle = pictures.shape[2] // 2
    left, right = pictures[:, :, :middle], pictures[:, :, middle:]
    return np.stack([half.mean(axis=(1, 2, 3)) / 255 for half in (left, right)], axis=1)


def test_occlusion_by_hand():
    picture = np.full((2, 4, 1), 200, np.uint8)
    picture[0, 3] = 100
    given = occlusion(halves, picture, 1, size=1, stride=1, fill="black")
    assert given.probability == pytest.approx(700 / 4 / 255)
    expected = np.array([[0, 0, 200, 100], [0, 0, 200, 200]]) / 4 / 255
    np.testing.assert_allclose(given.drops, expected, atol=1e-7)
    np.testing.assert_allclose(given.probabilities, given.probability - expected, atol=1e-7)


@pytest.mark.parametrize(("fill", "level"), [("grey", 128), ("black", 0), ("mean", 60)])
def test_squares_lie_on_the_middle_of_their_cells_and_are_cut_at_the_edge(fill, level):
    picture = np.zeros((4, 5, 3), np.uint8)
    picture[:2] = 120  # the mean is 60
    seen = []

    def looked(pictures):
        seen.extend(pictures)
        return np.zeros((len(pictures), 1))

    given = occlusion(looked, picture, 0, size=3, stride=2, fill=fill)
    assert given.rows.tolist() == [[0, 3], [2, 4]]
    assert given.columns.tolist() == [[0, 3], [2, 5], [3, 5]]
    assert given.drops.shape == (2, 3)
    covered = picture.copy()
    covered[2:4, 2:5] = level
    np.testing.assert_array_equal(seen[4], covered)
    assert any(np.array_equal(one, picture) for one in seen)


def test_the_heat_of_a_pixel_is_the_mean_of_the_squares_that_cover_it():
    rows, columns = np.array([[0, 3], [2, 4]]), np.array([[0, 3], [2, 5], [3, 5]])
    drops = np.float32([[0.5, -0.25, 0], [0.125, 0.25, 1]])
    heat = Occlusion(0, -drops, rows, columns).heat()
    assert heat.shape == (4, 5)
    assert (heat[0, 0], heat[3, 1], heat[3, 4]) == (0.5, 0.125, (0.25 + 1) / 2)
    assert heat[2, 2] == (0.5 - 0.25 + 0.125 + 0.25) / 4


@pytest.mark.parametrize("part", [8, 4, 2])
@pytest.mark.parametrize("side", [1, 7, 17, 28, 32, 100])
def test_every_pixel_has_its_heat(side, part):
    given = occlusion(
        lambda many: np.zeros((len(many), 1)), np.zeros((side, side + 3, 1), np.uint8), 0,
        size=max(1, side // part), stride=squares_for(side)[1],
    )  # fmt: skip
    heat = Occlusion(1, np.zeros_like(given.drops), given.rows, given.columns).heat()
    np.testing.assert_allclose(heat, np.ones((side, side + 3)), rtol=1e-6)


def test_occlusion_of_a_network_is_its_prediction_for_the_covered_picture(monkeypatch):
    monkeypatch.setattr("vizcore.nets.attribution._BATCH", 5)
    preparation = Preparation(mean=(0.4, 0.5, 0.6), spread=(0.2, 0.3, 0.4))
    network = drawn_network("8x8x3-conv_4_3-relu-flatten-dense_3-softmax", preparation=preparation)
    picture = np.random.default_rng(1).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    predict = partial(predicted, keras_model(network), preparation=preparation)
    given = occlusion(predict, picture, 1, size=2, stride=3)
    for i, (top, bottom) in enumerate(given.rows):
        for j, (left, right) in enumerate(given.columns):
            covered = picture.copy()
            covered[top:bottom, left:right] = 128
            expected = network.activations(covered)["softmax1"][1]
            assert given.probabilities[i, j] == pytest.approx(expected, abs=1e-6)
    assert given.probability == pytest.approx(network.activations(picture)["softmax1"][1], abs=1e-6)
    assert np.ptp(given.drops) > 0.001


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"size": 0, "stride": 1}, "1 to 4 pixels"),
        ({"size": 5, "stride": 1}, "1 to 4 pixels"),
        ({"size": 1, "stride": 0}, "1 to 4 pixels"),
        ({"size": 1, "stride": 1, "fill": "red"}, "not “red”"),
    ],
)
def test_impossible_squares_are_refused(settings, said):
    with pytest.raises(ValueError, match=said):
        occlusion(halves, np.zeros((4, 4, 1), np.uint8), 0, **settings)


def test_too_many_squares_are_refused():
    with pytest.raises(ValueError, match=f"more than {MOST_SQUARES:,}"):
        occlusion(halves, np.zeros((65, 64, 1), np.uint8), 0, size=1, stride=1)


@pytest.mark.parametrize("side", [1, 2, 7, 8, 28, 32, 64, 224, 1024])
def test_the_usual_squares_can_be_laid(side):
    size, stride = squares_for(side)
    given = occlusion(
        lambda many: np.zeros((len(many), 1)), np.zeros((side, side, 1), np.uint8), 0,
        size=size, stride=stride,
    )  # fmt: skip
    assert max(given.drops.shape) <= 16
    assert given.rows[0, 0] == 0 and given.rows[-1, 1] == side
    assert (given.rows[1:, 0] <= given.rows[:-1, 1]).all()
