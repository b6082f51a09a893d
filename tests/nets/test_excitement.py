"""What excites a neuron, held against looking at every picture one by one."""

from dataclasses import replace

import numpy as np
import pytest
from made_networks import drawn_network

from vizcore.nets import excitement as module
from vizcore.nets.dataset import Part
from vizcore.nets.excitement import NOBODY, N, excitable, excitement, patches
from vizcore.nets.keras_model import keras_model
from vizcore.nets.preparation import Preparation

pytestmark = pytest.mark.xdist_group("tensorflow")

TEXT = (
    "9x8x3-conv_4_3_psame-norm-relu-max_2-conv_5_2-tanh-dropout_0.5-flatten-dense_6-relu"
    "-dense_3-softmax"
)
COUNT = 23


@pytest.fixture(scope="module")
def network():
    preparation = Preparation(mean=(0.4, 0.5, 0.6), spread=(0.2, 0.3, 0.4))
    drawn = drawn_network(TEXT, seed=1, preparation=preparation)
    drawn.weights["norm1"]["beta"][2] = -50  # a map that the ReLU behind never lets pass
    return drawn


@pytest.fixture(scope="module")
def part():
    numbers = np.random.default_rng(6)
    x = numbers.integers(0, 256, (COUNT, 9, 8, 3)).astype(np.uint8)
    return Part(x, numbers.integers(0, 3, COUNT))


@pytest.fixture(scope="module")
def found(network, part):
    told = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_LARGEST_BATCH", 7)
        given = excitement(network, keras_model(network), part.x, lambda *done: told.append(done))
    assert told == [(7, 23), (14, 23), (21, 23), (23, 23)]
    return given


def highest(network, part, node):
    """Return each picture's highest activation of each map, (pictures, maps)."""
    given = [network.activations(one)[node] for one in part.x]
    return np.array([one.reshape(-1, one.shape[-1]).max(axis=0) for one in given])


def test_all_nodes_but_copies_are_looked_at(network, found):
    names = ("conv1", "norm1", "relu1", "pool1", "conv2", "tanh1", "dense1", "relu2", "dense2",
             "softmax1")  # fmt: skip
    assert excitable(network.graph) == tuple(found.nodes) == names
    assert found.count == COUNT


@pytest.mark.parametrize("node", ["conv1", "relu1", "pool1", "tanh1", "dense1", "softmax1"])
def test_the_pictures_are_those_of_brute_force(network, part, found, node):
    expected, given = highest(network, part, node), found.nodes[node]
    maps = network.graph[node].shape[-1]
    assert given.values.shape == given.pictures.shape == (maps, N)
    for k in range(maps):
        order = np.argsort(-expected[:, k], kind="stable")[:N]
        np.testing.assert_allclose(given.values[k], expected[order, k], atol=1e-5)
        for value, picture in zip(given.values[k], given.pictures[k], strict=True):
            assert value == pytest.approx(expected[picture, k], abs=1e-5)
        assert len({*given.pictures[k]}) == N


def test_of_equal_activations_the_earlier_picture_comes_first(monkeypatch):
    monkeypatch.setattr(module, "_LARGEST_BATCH", 5)
    network = drawn_network("2x2x1-max_2-flatten-dense_1")
    x = np.full((12, 2, 2, 1), 51, np.uint8)
    x[7] = 255
    given = excitement(network, keras_model(network), x).nodes["pool1"]
    assert given.pictures.tolist() == [[7, 0, 1, 2, 3, 4, 5, 6, 8]]


def test_silence_is_counted_behind_a_relu_alone(network, part, found):
    for node in ("relu1", "relu2"):
        expected = (highest(network, part, node) == 0).mean(axis=0)
        np.testing.assert_allclose(found.nodes[node].silent, expected, atol=1e-6)
    assert found.nodes["relu1"].silent[2] == 1
    assert found.nodes["relu1"].silent.min() == 0
    assert np.isnan(found.nodes["conv1"].silent).all()


def test_fewer_pictures_than_places(network, part):
    given = excitement(network, keras_model(network), part.x[:4]).nodes["conv2"]
    assert (given.pictures[:, 4:] == NOBODY).all() and (given.pictures[:, :4] >= 0).all()
    assert np.isneginf(given.values[:, 4:]).all()
    cut = patches(network, part, "conv2", 0, given.pictures[0])
    assert len(cut.patches) == len(cut.labels) == 4


def test_the_search_can_be_ended(network, part):
    def ended(done, count):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        excitement(network, keras_model(network), part.x, ended)


def test_a_patch_is_the_slice_that_the_cell_sees(network, part, found):
    for k in range(5):
        chosen = found.nodes["conv2"].pictures[k]
        cut = patches(network, part, "conv2", k, chosen)
        np.testing.assert_array_equal(cut.levels, part.x[chosen])
        np.testing.assert_array_equal(cut.labels, part.y[chosen])
        np.testing.assert_allclose(cut.values, found.nodes["conv2"].values[k], atol=1e-5)
        # conv1 same (−1 … 1), pool 2, conv2 of 2: six pixels from 2 · cell − 1 on.
        assert cut.patches.shape == (N, 6, 6, 3)
        for i, picture in enumerate(chosen):
            maps = network.activations(part.x[picture])["conv2"][..., k]
            row, column = cut.cells[i]
            assert maps[row, column] == maps.max()
            top, bottom, left, right = cut.frames[i]
            assert (top, bottom) == (max(0, 2 * row - 1), min(9, 2 * row + 5))
            assert (left, right) == (max(0, 2 * column - 1), min(8, 2 * column + 5))
            a, b, c, d = cut.boxes[i]
            assert (b - a, d - c) == (bottom - top, right - left)
            np.testing.assert_array_equal(
                cut.patches[i, a:b, c:d], part.x[picture, top:bottom, left:right]
            )
            assert cut.patches[i].sum() == cut.patches[i, a:b, c:d].sum()
            assert a == (1 if row == 0 else 0) and c == (1 if column == 0 else 0)


def test_numbers_see_whole_pictures(network, part):
    cut = patches(network, part, "dense2", 1, [3, 5])
    np.testing.assert_array_equal(cut.patches, part.x[[3, 5]])
    assert cut.cells.tolist() == [[0, 0], [0, 0]]
    assert cut.frames.tolist() == cut.boxes.tolist() == [[0, 9, 0, 8]] * 2
    np.testing.assert_array_equal(cut.average, np.rint(part.x[[3, 5]].mean(axis=0)))


def test_a_field_beyond_the_picture_shows_the_picture_and_what_of_it_counts():
    network = drawn_network("4x4x1-conv_1_5_psame-conv_1_3_psame")
    part = Part(np.arange(32, dtype=np.uint8).reshape(2, 4, 4, 1), np.array([1, 0]))
    cut = patches(network, part, "conv2", 0, [1])
    np.testing.assert_array_equal(cut.patches, part.x[[1]])
    row, column = cut.cells[0]
    frame = [max(0, row - 3), min(4, row + 4), max(0, column - 3), min(4, column + 4)]
    assert cut.frames.tolist() == cut.boxes.tolist() == [frame]


def test_the_average_counts_what_lies_inside():
    # The kernel takes the pixel down and right of the cell: the brightest one decides.
    network = drawn_network("5x5x1-conv_1_3_psame")
    network.weights["conv1"]["kernel"][:] = 0
    network.weights["conv1"]["kernel"][2, 2] = 1
    x = np.full((2, 5, 5, 1), 10, np.uint8)
    x[0, 1, 1], x[1, 3, 3] = 200, 100
    given = patches(network, Part(x, np.array([0, 1])), "conv1", 0, [0, 1])
    assert given.cells.tolist() == [[0, 0], [2, 2]]
    assert given.frames.tolist() == [[0, 2, 0, 2], [1, 4, 1, 4]]
    assert given.boxes.tolist() == [[1, 3, 1, 3], [0, 3, 0, 3]]
    assert given.patches[0, ..., 0].tolist() == [[0, 0, 0], [0, 10, 10], [0, 10, 200]]
    assert given.patches[1, ..., 0].tolist() == [[10, 10, 10], [10, 10, 10], [10, 10, 100]]
    assert given.average[..., 0].tolist() == [[10, 10, 10], [10, 10, 10], [10, 10, 150]]


def test_pictures_of_another_size_are_brought_to_the_networks(network, part):
    wide = np.repeat(np.repeat(part.x, 2, axis=1), 2, axis=2)
    given = excitement(network, keras_model(network), wide)
    small = excitement(network, keras_model(network), part.x)
    np.testing.assert_array_equal(given.nodes["dense1"].pictures, small.nodes["dense1"].pictures)
    cut = patches(network, replace(part, x=wide), "conv2", 0, [2])
    np.testing.assert_array_equal(cut.levels[0], part.x[2])
