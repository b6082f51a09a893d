"""A digit that moves, before a CNN and an MLP, on the page *What it learned*."""

from dataclasses import replace
from functools import lru_cache, partial

import numpy as np
import streamlit as st

from vizcore.nets import pretrained
from vizcore.nets.shift_accuracy import EVERY, shift_accuracy
from vizcore.nets.shifting import plane, shift_experiment
from vizcore.ui.answers import answer
from vizcore.ui.learned_settings import MOST_SHIFT
from vizcore.ui.learned_words import limits
from vizcore.ui.picture_strip import picture_strip
from vizcore.ui.run_words import percent
from vizcore.ui.shifts import shifts

NAMES = ("CNN", "MLP")
SAMPLES = "digits"
"""The network with whose samples one plays."""


def shift_section(state):
    """Let one move a digit, and see what two networks make of it; no worker has part in it.

    Parameters
    ----------
    state : PageState
        Of `LearnedSettings`: ``digit`` is chosen here, ``down`` and ``right`` in the browser.
    """
    st.header("A digit that moves", anchor=False)
    what, but = limits("shifting")
    st.markdown(what)
    samples = pretrained.samples(SAMPLES)
    digit = state.now.digit if state.now.digit < len(samples.x) else 0

    def choose(place):
        if type(place) is int and 0 <= place < len(samples.x):
            state.set(replace(state.now, digit=place))

    picture_strip(
        list(samples.x),
        [f"A {truth}" for truth in samples.y.tolist()],
        chosen=digit,
        on_choice=choose,
        visit=state.visits,
        label="Digits to move",
        key="learned.digits",
    )
    answer(
        "learned.shifts",
        digit,
        partial(answers, digit),
        partial(_show, state, digit),
        meanwhile="Both networks look at every place the digit can be moved to …",
    )
    st.markdown(but)


@lru_cache(maxsize=32)
def answers(digit):
    """Return what both networks say of a digit at every place, (2, places, classes)."""
    try:
        networks = [pretrained.load(name) for name in pretrained.SHIFT_PAIR]
    except OSError:
        raise ValueError("The two networks for it did not come with this app.") from None
    return shift_experiment(networks, pretrained.samples(SAMPLES).x[digit], plane(MOST_SHIFT))


def of_many_digits():
    """Return how many of many test digits both networks get right, (2, places), or None."""
    try:
        moves, accuracy = shift_accuracy()
    except OSError:
        return None
    return accuracy if np.array_equal(moves, plane(MOST_SHIFT)) else None


def evidence(accuracy, count):
    """Say what became of many test digits.

    Parameters
    ----------
    accuracy : ndarray, (2, places)
        Of the CNN, then of the MLP; in the middle that of digits that are not moved.
    count : int
        How many digits.

    Examples
    --------
    >>> evidence(np.array([[0.5, 1.0, 0.75], [0.25, 1.0, 0.25]]), 200)
    'One digit is an anecdote. Of 200 test digits, the CNN recognises 100.0% where they lie \
and 75.0% on average over these moves, the MLP 100.0% and 50.0%.'
    """
    (cnn, cnn_moved), (mlp, mlp_moved) = (
        (percent(float(one[len(one) // 2])), percent(float(one.mean()))) for one in accuracy
    )
    return (
        f"One digit is an anecdote. Of {count:,} test digits, the CNN recognises {cnn} where "
        f"they lie and {cnn_moved} on average over these moves, the MLP {mlp} and {mlp_moved}."
    )


def conclusion(found, truth):
    """Say what the experiment came to.

    Parameters
    ----------
    found : ndarray, (2, places, classes)
        Of the CNN, then of the MLP.
    truth : int

    Examples
    --------
    >>> found = np.array([[[0.5, 0.5], [0.0, 1.0]], [[1.0, 0.0], [0.5, 0.5]]])
    >>> conclusion(found, 1)
    'Of these 2 places, the CNN is right at 1 and the MLP at 0; on average they give the right \
class 75% and 25%.'
    """
    right = (found.argmax(axis=2) == truth).sum(axis=1)
    means = found[:, :, truth].mean(axis=1)
    return (
        f"Of these {found.shape[1]} places, the CNN is right at {right[0]} and the MLP at "
        f"{right[1]}; on average they give the right class {percent(float(means[0]), 0)} and "
        f"{percent(float(means[1]), 0)}."
    )


def _show(state, digit, found):
    samples, accuracy = pretrained.samples(SAMPLES), of_many_digits()
    truth = int(samples.y[digit])
    count = -(-pretrained.card(SAMPLES).counts["test"] // EVERY)
    shifts(
        samples.x[digit],
        found,
        accuracy,
        count,
        most=MOST_SHIFT,
        truth=truth,
        names=NAMES,
        classes=pretrained.card(SAMPLES).class_names,
        down=state.now.down,
        right=state.now.right,
        visit=(state.visits, digit),
        key="learned.shifts",
    )
    st.markdown(conclusion(found, truth))
    if accuracy is not None:
        st.markdown(evidence(accuracy, count))
