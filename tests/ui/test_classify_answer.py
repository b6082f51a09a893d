from dataclasses import replace

import numpy as np
import pytest

from vizcore.imaging.seeing import Steps, levels_of
from vizcore.nets import pretrained
from vizcore.nets.preparation import Preparation
from vizcore.ui.classify_answer import answered, is_unlike, learned_on_black, stages_of
from vizcore.ui.classify_seen import numbers_told
from vizcore.ui.classify_settings import ClassifySettings

DIGITS = pretrained.load("digits")


def standardised(*mean):
    return replace(DIGITS, preparation=Preparation(mean=mean, spread=(0.3,)))


@pytest.mark.parametrize(
    ("key", "network", "on_black"),
    [
        ("digits", DIGITS, True),
        ("scans", pretrained.load("scans"), False),
        ("tiny", pretrained.load("tiny"), False),
        ("own", replace(DIGITS, preparation=Preparation()), False),
        ("own", standardised(0.29), True),
        ("own", standardised(0.3), False),
        ("own", standardised(0.0), False),
    ],
)
def test_which_networks_learned_from_light_on_black(key, network, on_black):
    assert learned_on_black(key, network) == on_black


def answer_to(settings, picture):
    stages = stages_of(settings, "digits", DIGITS, picture)
    return stages, answered(settings, DIGITS, stages)


def test_the_answer_is_that_of_the_network_to_what_it_saw():
    picture = 255 - pretrained.samples("digits").x[5]
    stages, answer = answer_to(ClassifySettings(), picture)
    np.testing.assert_array_equal(levels_of(stages), 255 - picture)
    given = DIGITS.activations(255 - picture)
    np.testing.assert_array_equal(answer.probabilities, given[DIGITS.output])
    np.testing.assert_array_equal(answer.logits, given["dense1"])
    np.testing.assert_array_equal(stages[-1].picture, given["input"])
    assert answer.best == 5 and answer.names == DIGITS.class_names
    other = answer_to(ClassifySettings(steps=Steps(inversion="off")), picture)[1]
    np.testing.assert_array_equal(other.levels, picture)


def test_without_normalising_it_is_given_levels_from_0_to_1():
    picture = pretrained.samples("digits").x[5]
    stages, answer = answer_to(ClassifySettings(normalise=False), picture)
    np.testing.assert_array_equal(stages[-1].picture, np.float32(picture) / np.float32(255))
    plain = replace(DIGITS, preparation=Preparation())
    np.testing.assert_array_equal(answer.probabilities, plain.activations(picture)[plain.output])


def test_a_score_below_the_threshold_is_unlike_and_one_at_it_is_not(monkeypatch):
    # The energy score of one logit is that logit.
    card = replace(pretrained.card("digits"), familiar={"threshold": 10.0, "share": 0.95})
    monkeypatch.setattr(pretrained, "card", {"digits": card}.get)
    assert is_unlike("digits", np.array([9.9]))
    assert not is_unlike("digits", np.array([10.0]))
    assert not is_unlike("a-run", np.array([9.9]))


def test_how_the_numbers_of_three_channels_come_about():
    assert numbers_told(pretrained.load("tiny"), True) == (
        "x = (level ÷ 255 − mean) ÷ spread, mean 0.492, 0.482, 0.446, spread 0.247, 0.244, 0.262"
    )
