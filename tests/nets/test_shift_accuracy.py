"""The pair over the whole test part, held against single pictures and against its cards."""

import numpy as np
import pytest
from made_networks import drawn_network

from vizcore.nets import pretrained
from vizcore.nets.dataset import Part
from vizcore.nets.preparation import Preparation
from vizcore.nets.shift_accuracy import FILE, MOST, accuracies, shift_accuracy
from vizcore.nets.shifting import plane, shift_experiment

pytestmark = pytest.mark.xdist_group("tensorflow")

ships = pytest.mark.skipif(not (pretrained.FOLDER / FILE).exists(), reason="it is not made yet")


def test_it_is_the_experiment_with_every_picture():
    preparation = Preparation(mean=(0.4, 0.5, 0.6), spread=(0.2, 0.3, 0.4))
    networks = [
        drawn_network(text, seed=2, preparation=preparation)
        for text in ("6x5x3-conv_3_2-relu-flatten-dense_2-softmax", "6x5x3-flatten-dense_2-softmax")
    ]
    numbers = np.random.default_rng(1)
    part = Part(numbers.integers(0, 256, (30, 6, 5, 3), np.uint8), numbers.integers(0, 2, 30))
    moves = plane(1)
    right = [
        shift_experiment(networks, x, moves).argmax(axis=2) == y
        for x, y in zip(part.x, part.y, strict=True)
    ]
    given = accuracies(networks, part, moves)
    np.testing.assert_allclose(given, np.mean(right, axis=0), atol=1e-6)
    assert np.ptp(given, axis=1).min() > 0


@ships
def test_not_moved_the_pair_is_as_good_as_its_cards_say():
    moves, accuracy = shift_accuracy()
    np.testing.assert_array_equal(moves, plane(MOST))
    said = [pretrained.card(name).test_accuracy for name in pretrained.SHIFT_PAIR]
    # A share of 2,000 digits: three times its standard error.
    assert accuracy[:, len(moves) // 2] == pytest.approx(said, abs=0.01)


@ships
def test_the_cnn_bears_every_move_better():
    moves, (cnn, mlp) = shift_accuracy()
    assert (cnn > mlp).all()
    assert cnn.mean() > mlp.mean() + 0.2


@ships
def test_the_pair_was_trained_alike_and_never_on_moved_pictures():
    cnn, mlp = (pretrained.card(name) for name in pretrained.SHIFT_PAIR)
    assert cnn.recipe == mlp.recipe and cnn.dataset == mlp.dataset
    assert cnn.preparation == mlp.preparation
    assert not any(cnn.recipe["augmentation"].values())
    sizes = [sum(w.size for own in pretrained.load(name).weights.values() for w in own.values())
             for name in pretrained.SHIFT_PAIR]  # fmt: skip
    assert max(sizes) < 1.1 * min(sizes)
