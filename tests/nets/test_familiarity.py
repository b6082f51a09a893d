"""Familiar or not, on logits one can work out by hand."""

import math

import numpy as np
import pytest

from vizcore.nets import pretrained
from vizcore.nets.attribution import logit_node
from vizcore.nets.familiar_cards import is_useful
from vizcore.nets.familiarity import SHARE, below, energy_score, familiar, threshold


@pytest.mark.parametrize(
    ("logits", "score"),
    [
        ([0, 0], math.log(2)),
        ([0, 0, 0, 0], math.log(4)),
        ([5], 5),
        ([math.log(3), math.log(7)], math.log(10)),
        ([-1000, -1000], -1000 + math.log(2)),
        ([1e4, 0], 1e4),
    ],
)
def test_the_score_of_some_logits(logits, score):
    assert energy_score(np.float32(logits)) == pytest.approx(score)


def test_each_row_of_logits_has_its_score():
    logits = np.log([[1, 1], [2, 6]])
    np.testing.assert_allclose(energy_score(logits), np.log([2, 8]))


def test_more_of_any_class_is_more_familiar_and_a_shift_of_all_shifts_the_score():
    logits = np.random.default_rng(0).normal(size=(20, 10)) * 5
    np.testing.assert_allclose(energy_score(logits + 3), energy_score(logits) + 3)
    assert (energy_score(logits + np.eye(10)[0]) > energy_score(logits)).all()


@pytest.mark.parametrize(("share", "least"), [(1, 1), (0.95, 2), (0.93, 2), (0.5, 11), (0.05, 20)])
def test_so_many_reach_the_threshold(share, least):
    scores = np.random.default_rng(1).permutation(np.arange(1.0, 21))
    assert threshold(scores, share) == least
    assert np.mean(scores >= least) >= share > np.mean(scores > least)


def test_what_a_card_holds():
    found = familiar(np.arange(1.0, 21), np.array([1.0, 1.9, 2.0, 7.0]))
    assert found == {"threshold": 2.0, "share": SHARE, "test_unlike": 0.5}
    assert below(np.array([2.0, 3.0]), 2.0) == 0


@pytest.mark.parametrize("name", ["digits", "objects", "scans"])
def test_the_networks_that_ship_have_a_threshold_that_suits_their_own_pictures(name):
    found = pretrained.card(name).familiar
    assert found["share"] == SHARE and np.isfinite(found["threshold"])
    assert 0 < found["test_unlike"] < 0.1
    assert len(found["unlike"]) == 2 and all(0 <= one <= 1 for one in found["unlike"].values())
    assert is_useful(found)


def test_tiny_has_none_for_its_logits_do_not_tell():
    assert pretrained.card("tiny").familiar is None


@pytest.mark.parametrize("name", ["digits", "scans"])
def test_samples_are_familiar_but_for_a_few(name):
    network, least = pretrained.load(name), pretrained.card(name).familiar["threshold"]
    node = logit_node(network.graph)
    scores = [energy_score(network.activations(x)[node]) for x in pretrained.samples(name).x]
    assert below(np.array(scores), least) < 0.2
