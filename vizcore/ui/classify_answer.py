"""What a network answers to a picture that went through its steps, on the page *Classify*."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from vizcore.compute.recent import recent
from vizcore.imaging.seeing import levels_of, see
from vizcore.nets import pretrained
from vizcore.nets.attribution import logit_node
from vizcore.nets.familiarity import energy_score
from vizcore.nets.preparation import Preparation
from vizcore.ui.classify_words import (
    cautions,
    doubt,
    inversion_told,
    missed,
    unlike,
    unlike_figures,
)
from vizcore.ui.drawn_digit import PREFIX, DrawnDigit
from vizcore.ui.network_pictures import dataset_of
from vizcore.ui.network_prediction import prediction
from vizcore.ui.network_view import passed
from vizcore.ui.plain import plain

INVITED = "Draw a digit: the answer follows your stroke."
"""Said instead of an answer while nothing is drawn."""

NAMED = 5
"""Classes that are named, the likeliest first."""

DARKEST = 0.3
"""Mean level of data whose pictures are light figures on black: MNIST's is 0.13."""

_ON_BLACK = ("digits", "mnist", "fashion_mnist")


@dataclass(frozen=True, eq=False)
class Answer:
    """What a network answers.

    Attributes
    ----------
    levels : ndarray of uint8
        What it was given, before it is normalised.
    names : tuple of str
        Its classes.
    probabilities, logits : ndarray, (K,)
    """

    levels: np.ndarray
    names: tuple
    probabilities: np.ndarray
    logits: np.ndarray

    @property
    def best(self):
        """The class with the largest probability."""
        return int(self.probabilities.argmax())


def learned_on_black(key, network):
    """Tell whether a network learned from light figures on black.

    Parameters
    ----------
    key : str
    network : vizcore.nets.network.Network
    """
    if network.architecture.input[2] != 1:
        return False
    mean = network.preparation.mean
    return dataset_of(key) in _ON_BLACK or (mean is not None and 0 < mean[0] < DARKEST)


def stages_of(settings, key, network, picture):
    """Return what becomes of a picture on its way to the network, a tuple of `Stage`.

    Parameters
    ----------
    settings : ClassifySettings
    key : str
    network : vizcore.nets.network.Network
    picture : ndarray of uint8, (H, W, C)
        Whole.
    """
    return see(
        picture,
        network.architecture.input,
        settings.steps,
        on_black=learned_on_black(key, network),
        normalise=as_set(settings, network).prepared,
    )


def as_set(settings, network):
    """Return the network, given plain levels from 0 to 1 where normalising is switched off."""
    return network if settings.normalise else _without_scale(network)


def answered(settings, network, stages):
    """Return what a network answers, `Answer`.

    Parameters
    ----------
    settings : ClassifySettings
    network : vizcore.nets.network.Network
    stages : tuple of Stage
    """
    now = passed(as_set(settings, network), levels_of(stages))
    logits = now.activations[logit_node(network.graph)]
    return Answer(now.levels, network.class_names, now.probabilities, logits)


def nothing_drawn(shown):
    """Tell whether a picture, `Shown`, is a drawing without a stroke: there is nothing to answer.

    Examples
    --------
    >>> from vizcore.ui.network_pictures import Shown
    >>> digit = DrawnDigit()
    >>> nothing_drawn(Shown(digit.to_text(), "Your drawing", digit.picture()))
    True
    """
    return shown.id.startswith(PREFIX) and DrawnDigit.from_text(shown.id).is_blank


def answer_section(settings, key, network, shown, stages, answer):
    """Show the answer, and all that is to be said of it in words.

    Parameters
    ----------
    settings : ClassifySettings
    key : str
    network : vizcore.nets.network.Network
    shown : vizcore.ui.network_pictures.Shown
    stages : tuple of Stage
    answer : Answer
    """
    seen = replace(shown, picture=answer.levels)
    prediction(network, answer.probabilities, seen, logits=answer.logits, count=NAMED)
    if said := doubt(answer.names, answer.probabilities):
        st.markdown(f":material/question_mark: **{plain(said)}**")
    if settings.normalise and is_unlike(key, answer.logits):
        _tell_unlike(key, answer)
    if said := inversion_told(stages, settings.steps):
        st.info(said)
    told = cautions(
        stages,
        settings.steps,
        on_black=learned_on_black(key, network),
        normalised=settings.normalise,
    )
    if told:
        st.warning("\n".join(f"- {one}" for one in told) if len(told) > 1 else told[0])


def is_unlike(key, logits):
    """Tell whether a picture is unlike those learned from; False where no threshold is known.

    Parameters
    ----------
    key : str
        The network's.
    logits : ndarray, (K,)
    """
    familiar = _familiar(key)
    return familiar is not None and float(energy_score(logits)) < familiar["threshold"]


def _familiar(key):
    return pretrained.card(key).familiar if key in pretrained.NAMES else None


def _tell_unlike(key, answer):
    familiar, score = _familiar(key), float(energy_score(answer.logits))
    said = unlike(float(answer.probabilities.max()))
    st.markdown(f":material/explore_off: **{plain(said)}**")
    with st.expander("How do we know?"):
        st.markdown(plain(f"{unlike_figures(score, familiar)} {missed(familiar)}"))


@recent(maxsize=16)
def _without_scale(network):
    return replace(network, preparation=Preparation())
