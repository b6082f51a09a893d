import time
from types import SimpleNamespace

import numpy as np
import pytest

from vizcore.compute.cluster import ClusterError
from vizcore.ui import keras_agreement
from vizcore.ui.keras_agreement import Question, scientific, told

LEVELS = np.zeros((2, 2, 1), np.uint8)


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    """Nothing has been asked yet."""
    monkeypatch.setattr(keras_agreement, "_questions", type(keras_agreement._questions)())


def answering(monkeypatch, answer):
    """Let the cluster answer so, and note what it is asked."""
    asked = []

    def agreement(key, picture):
        asked.append((key, picture.shape))
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(keras_agreement, "agreement", agreement)
    return asked


def over(question):
    end = time.monotonic() + 10
    while not question.is_over and time.monotonic() < end:
        time.sleep(0.005)
    return question


@pytest.mark.parametrize(
    ("differences", "said", "agrees"),
    [
        (
            {"conv1": 3e-7, "relu1": 1.24e-6},
            "Keras agrees: the largest difference over all 2 operations is 1.2·10⁻⁶, at relu1.",
            True,
        ),
        ({"relu1": 0.0}, "Keras agrees: over all 1 operations there is no difference.", True),
        ({"conv1": 1e-4}, "Keras agrees: the largest difference over all 1 operations is "
         "1.0·10⁻⁴, at conv1.", True),
        ({"conv1": 0.0, "relu1": 0.5}, "Keras does not agree: at relu1 the difference is "
         "5.0·10⁻¹, more than the 1.0·10⁻⁴ that rounding explains.", False),
    ],
)  # fmt: skip
def test_a_difference_in_words(differences, said, agrees):
    assert told(differences) == (said, agrees)


def test_what_rounding_explains_grows_with_the_numbers():
    differences = {"conv1": 5e-5, "dense1": 2e-4}
    assert told(differences, {"conv1": 0.1, "dense1": 3.0}) == (
        "Keras agrees: the largest difference over all 2 operations is 2.0·10⁻⁴, at dense1.",
        True,
    )
    assert told({**differences, "conv1": 1.5e-4}, {"conv1": 0.1, "dense1": 3.0}) == (
        "Keras does not agree: at conv1 the difference is 1.5·10⁻⁴, more than the 1.0·10⁻⁴ that "
        "rounding explains.",
        False,
    )
    said, agrees = told(differences, {"dense1": 1.9})
    assert not agrees and "2.0·10⁻⁴, more than the 1.9·10⁻⁴" in said


def test_a_difference_that_is_no_number_is_no_agreement():
    said, agrees = told({"conv1": 1e-7, "relu1": float("nan")})
    assert not agrees and "relu1" in said


def test_small_numbers():
    assert [scientific(v) for v in (9.96e-7, 1.0, 12.0)] == ["1.0·10⁻⁶", "1.0·10⁰", "1.2·10¹"]


def test_the_cluster_answers(monkeypatch):
    asked = answering(monkeypatch, {"conv1": 1e-7})
    question = over(Question("digits", LEVELS))
    assert question.differences == {"conv1": 1e-7} and not question.problem
    assert asked == [("digits", (2, 2, 1))] and not question.is_stale


def test_a_cluster_that_is_down_is_told_in_its_own_words(monkeypatch):
    answering(monkeypatch, ClusterError("Nobody is there."))
    question = over(Question("digits", LEVELS))
    assert question.differences is None and question.problem == "Nobody is there."


def test_what_nobody_expected_is_told_without_its_text(monkeypatch):
    answering(monkeypatch, KeyError("secret"))
    assert over(Question("digits", LEVELS)).problem == "The comparison failed: KeyError."


def test_the_same_is_asked_once_and_after_a_failure_not_at_once(monkeypatch):
    asked = answering(monkeypatch, ClusterError("Nobody is there."))
    network = SimpleNamespace(digest="weights")
    first = over(keras_agreement._asked("digits", network, LEVELS))
    assert keras_agreement._asked("digits", network, LEVELS) is first and len(asked) == 1
    monkeypatch.setattr(keras_agreement, "AGAIN_SECONDS", -1)
    second = over(keras_agreement._asked("digits", network, LEVELS))
    assert second is not first and len(asked) == 2


def test_other_weights_or_another_picture_is_another_question(monkeypatch):
    answering(monkeypatch, {"conv1": 0.0})
    one, other = SimpleNamespace(digest="a"), SimpleNamespace(digest="b")
    questions = {
        over(keras_agreement._asked("digits", network, levels))
        for network in (one, other)
        for levels in (LEVELS, LEVELS + 1)
    }
    assert len(questions) == 4


def test_only_so_many_answers_are_kept(monkeypatch):
    answering(monkeypatch, {"conv1": 0.0})
    monkeypatch.setattr(keras_agreement, "MOST_QUESTIONS", 2)
    network = SimpleNamespace(digest="a")
    for level in range(4):
        over(keras_agreement._asked("digits", network, LEVELS + level))
    assert len(keras_agreement._questions) == 2
