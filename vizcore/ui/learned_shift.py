"""A digit that moves, before a CNN and an MLP, on the page *What it learned*."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st

from vizcore.compute.recent import recent
from vizcore.imaging.handwriting import SIDE
from vizcore.nets import pretrained
from vizcore.nets.shift_accuracy import EVERY, shift_accuracy
from vizcore.nets.shifting import plane, shift_experiment
from vizcore.ui.answers import answer
from vizcore.ui.drawn_digit import DrawnDigit
from vizcore.ui.learned_settings import DRAWING, MOST_SHIFT, PREDICTED
from vizcore.ui.learned_words import limits
from vizcore.ui.network_choice import drawing_pad, source_of
from vizcore.ui.network_settings import named
from vizcore.ui.picture_strip import picture_strip
from vizcore.ui.run_words import percent
from vizcore.ui.shifts import shifts

NAMES = ("CNN", "MLP")
SAMPLES = "digits"
"""The network with whose samples one plays."""

SOURCES = {"sample": "Samples", "draw": "Draw"}
CLASSES = 10


@dataclass(frozen=True, eq=False)
class Digit:
    """What is moved.

    Attributes
    ----------
    levels : ndarray of uint8, (28, 28, 1)
    title : str
    truth : int or None
        What it is; None where only who drew it knows.
    """

    levels: np.ndarray
    title: str
    truth: int | None


def shift_section(state):
    """Let one move a digit, and see what two networks make of it; no worker has part in it.

    Parameters
    ----------
    state : PageState
        Of `LearnedSettings`: the digit is chosen or drawn here; ``down`` and ``right`` in the
        browser.
    """
    st.header("A digit that moves, before a small CNN and a small MLP", anchor=False)
    what, but = limits("shifting")
    st.markdown(f"{_about_them()} {what}")
    st.pills(
        "Digit",
        list(SOURCES),
        format_func=SOURCES.get,
        **state.bind("mover", lambda s: "draw" if drawing(s) else "sample", turned),
    )
    digit = _drawn(state, drawing(state.now)) if drawing(state.now) else _chosen(state)
    if not digit.levels.any():
        st.info("Draw a digit on the black square: it is moved as soon as there is something.")
        return
    answer(
        "learned.shifts",
        digit.levels.tobytes(),
        partial(answers, digit.levels.tobytes()),
        partial(_show, state, digit),
        meanwhile="Both networks look at every place the digit can be moved to …",
    )
    st.markdown(but)


def drawing(settings):
    """Return the drawing that is moved, `DrawnDigit`, or None where a sample is."""
    if settings.digit == DRAWING and source_of(settings.picture) == "draw":
        return DrawnDigit.from_text(named(settings.picture))
    return None


def turned(settings, source):
    """Return settings with which a sample is moved, or a drawing: the page's, or a new one."""
    if source is None:
        return settings
    if source == "sample":
        return replace(settings, digit=max(0, settings.digit))
    drawn = source_of(settings.picture) == "draw"
    picture = settings.picture if drawn else DrawnDigit().to_text()
    return replace(settings, digit=DRAWING, picture=picture)


@recent(maxsize=32)
def answers(levels):
    """Return what both networks say of a digit at every place, (2, places, classes).

    Parameters
    ----------
    levels : bytes
        Of 28×28 pixels.
    """
    try:
        networks = [pretrained.load(name) for name in pretrained.SHIFT_PAIR]
    except OSError:
        raise ValueError("The two networks for it did not come with this app.") from None
    picture = np.frombuffer(levels, np.uint8).reshape(SIDE, SIDE, 1)
    return shift_experiment(networks, picture, plane(MOST_SHIFT))


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


def _about_them():
    """Say at once whom this is about."""
    cnn, mlp = (percent(pretrained.card(one).test_accuracy) for one in pretrained.SHIFT_PAIR)
    return (
        "Two networks were trained for this experiment alone; the one that you choose in the other "
        f"parts has no part in it. Of the test digits, where they lie, the CNN recognises {cnn} "
        f"and the MLP {mlp}."
    )


def _chosen(state):
    samples = pretrained.samples(SAMPLES)
    place = state.now.digit if 0 <= state.now.digit < len(samples.x) else 0
    titles = [f"A {truth}" for truth in samples.y.tolist()]

    def choose(tile):
        if type(tile) is int and 0 <= tile < len(samples.x):
            state.set(replace(state.now, digit=tile))

    picture_strip(
        list(samples.x),
        titles,
        chosen=place,
        on_choice=choose,
        visit=state.visits,
        label="Digits to move",
        key="learned.digits",
    )
    return Digit(samples.x[place], titles[place], int(samples.y[place]))


def _drawn(state, drawn):
    drawing_pad(state)
    st.selectbox(
        "It is meant to be",
        [PREDICTED, *range(CLASSES)],
        format_func=lambda one: "what the CNN takes it for" if one == PREDICTED else str(one),
        width=280,
        **state.bind("meant", lambda s: s.meant, lambda s, one: replace(s, meant=one)),
    )
    truth = None if state.now.meant == PREDICTED else state.now.meant
    return Digit(drawn.picture(), "Your drawing", truth)


def _show(state, digit, found):
    accuracy = of_many_digits()
    count = -(-pretrained.card(SAMPLES).counts["test"] // EVERY)
    truth = int(found[0, found.shape[1] // 2].argmax()) if digit.truth is None else digit.truth
    shifts(
        digit.levels,
        found,
        accuracy,
        count,
        most=MOST_SHIFT,
        title=digit.title,
        truth=truth,
        names=NAMES,
        classes=pretrained.card(SAMPLES).class_names,
        down=state.now.down,
        right=state.now.right,
        visit=(state.visits, state.now.digit),
        key="learned.shifts",
    )
    if digit.truth is None:
        st.markdown(f"What the CNN takes it for where it lies, {truth}, counts as right.")
    st.markdown(conclusion(found, truth))
    if accuracy is not None:
        st.markdown(evidence(accuracy, count))
