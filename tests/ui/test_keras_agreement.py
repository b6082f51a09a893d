"""Whether Keras agrees, in words: `tests/ui/test_answers.py` has how it is asked."""

from concurrent.futures import wait

import pytest
from streamlit.testing.v1 import AppTest

from vizcore.compute.cluster import ClusterError
from vizcore.ui import answers, keras_agreement
from vizcore.ui.keras_agreement import told, written


@pytest.mark.parametrize(
    ("differences", "said", "agrees"),
    [
        (
            {"conv1": 3e-7, "relu1": 1.24e-6},
            "Keras agrees in every layer: the largest difference is 1.2·10⁻⁶, at relu1.",
            True,
        ),
        ({"relu1": 0.0}, "Keras agrees in every layer: there is no difference.", True),
        ({"conv1": 1e-4}, "Keras agrees in every layer: the largest difference is 1·10⁻⁴, at "
         "conv1.", True),
        ({"conv1": 0.0, "relu1": 0.5}, "Keras does not agree: at relu1 the difference is 0.5, "
         "more than the 1·10⁻⁴ that rounding explains.", False),
    ],
)  # fmt: skip
def test_a_difference_in_words(differences, said, agrees):
    assert told(differences) == (said, agrees)


def test_what_rounding_explains_grows_with_the_numbers():
    differences = {"conv1": 5e-5, "dense1": 2e-4}
    assert told(differences, {"conv1": 0.1, "dense1": 3.0}) == (
        "Keras agrees in every layer: the largest difference is 2·10⁻⁴, at dense1, where numbers "
        "reach 3.",
        True,
    )
    assert told({**differences, "conv1": 1.5e-4}, {"conv1": 0.1, "dense1": 3.0}) == (
        "Keras does not agree: at conv1 the difference is 1.5·10⁻⁴, more than the 1·10⁻⁴ that "
        "rounding explains.",
        False,
    )
    said, agrees = told(differences, {"dense1": 1.9})
    assert not agrees and "2·10⁻⁴, more than the 1.9·10⁻⁴" in said


def test_a_difference_that_is_no_number_is_no_agreement():
    said, agrees = told({"conv1": 1e-7, "relu1": float("nan")})
    assert not agrees and "relu1 the difference is no number" in said


def test_numbers_as_the_browser_writes_them():
    numbers = (0, 9.96e-7, 0.0012, 1.0, 999_999.0, 1e6, 2.25e30)
    texts = ["0", "1·10⁻⁶", "0.001", "1", "999,999", "1·10⁶", "2.2·10³⁰"]
    assert [written(one) for one in numbers] == texts


def line():
    from types import SimpleNamespace

    import numpy as np

    from vizcore.ui.keras_agreement import agreement_line

    ones = SimpleNamespace(digest="weights", activations=lambda levels: {"conv1": np.float32([8])})
    agreement_line("digits", ones, np.zeros((2, 2, 1), np.uint8))


@pytest.mark.parametrize(
    ("answered", "said"),
    [
        ({"conv1": 1e-7}, "Keras agrees in every layer: the largest difference is 1·10⁻⁷"),
        ({"conv1": 5e-4}, "the largest difference is 5·10⁻⁴, at conv1, where numbers reach 8."),
        ({"conv1": 9e-4}, "Keras does not agree: at conv1"),
        (ClusterError("There is *no* cluster."), r"Keras could not be asked\: There is \*no\*"),
    ],
)
def test_the_line_is_one_sentence_whatever_came(monkeypatch, answered, said):
    asked = []

    def agreement(key, picture):
        asked.append((key, picture.shape))
        if isinstance(answered, Exception):
            raise answered
        return answered

    monkeypatch.setattr(keras_agreement, "agreement", agreement)
    monkeypatch.setattr(answers, "_questions", type(answers._questions)())
    at = AppTest.from_function(line, default_timeout=60).run()
    wait(answers._questions.values(), 60)
    at.run()
    (sentence,) = [one.value for one in (*at.markdown, *at.warning)]
    assert said in sentence and asked == [("digits", (2, 2, 1))] and not at.exception
