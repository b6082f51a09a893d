"""Whether Keras agrees with the numbers on screen: asked beside the page, which never waits."""

import threading
import time
from collections import OrderedDict
from functools import partial

import numpy as np
import streamlit as st

from vizcore.compute.cluster import ClusterError
from vizcore.compute.keras_check import agreement
from vizcore.compute.networks import NetworkError
from vizcore.ui.plain import plain

POLL_SECONDS = 0.5
LARGEST_DIFFERENCE = 1e-4
"""That rounding explains; of numbers above 1, as a share of the largest of their operation."""

AGAIN_SECONDS = 30
"""For so long after a failure nobody asks the same again."""

MOST_QUESTIONS = 128

_QUESTION = "network.question"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_places = threading.Semaphore(2)
_questions, _lock = OrderedDict(), threading.Lock()


class Question:
    """What is asked of the cluster, and what came of it.

    Attributes
    ----------
    differences : dict of str to float, or None
        As `agreement` returns them.
    problem : str
        Why there are none, in a sentence; may be empty.
    """

    def __init__(self, key, picture):
        self.differences, self.problem = None, ""
        self.dropped, self._ended = False, None
        threading.Thread(target=self._ask, args=(key, picture), daemon=True).start()

    @property
    def is_over(self):
        """Whether there is an answer, or will be none."""
        return self._ended is not None

    @property
    def is_stale(self):
        """Whether it had no answer, long enough ago to be asked again."""
        failed = self.is_over and self.differences is None
        return self.dropped or (failed and time.monotonic() - self._ended > AGAIN_SECONDS)

    def _ask(self, key, picture):
        with _places:
            try:
                if not self.dropped:
                    self.differences = agreement(key, picture)
            except (ClusterError, NetworkError) as error:
                self.problem = str(error)
            except Exception as error:  # nobody else would tell of it
                self.problem = f"The comparison failed: {type(error).__name__}."
            self._ended = time.monotonic()


def agreement_line(key, network, levels):
    """Tell how far Keras's numbers are from ours, as soon as a worker has said so.

    Parameters
    ----------
    key : str
        The network's, as `vizcore.compute.networks.open_network` takes it.
    network : vizcore.nets.network.Network
    levels : ndarray of uint8, shape (H, W, C)
        The picture at the size of the network's input.
    """
    question = _asked(key, network, levels)
    last = st.session_state.get(_QUESTION)
    if last is not None and last is not question and not last.is_over:
        last.dropped = True
    st.session_state[_QUESTION] = question
    every = None if question.is_over else POLL_SECONDS
    st.fragment(partial(_told, question, every, network, levels), run_every=every)()


def told(differences, sizes=None):
    """Return a sentence on the differences, and whether they are as small as they should be.

    Parameters
    ----------
    differences : dict of str to float
        As `agreement` returns them; not empty.
    sizes : dict of str to float, optional
        The largest absolute number of each operation.

    Examples
    --------
    >>> told({"conv1": 1.2e-6, "relu1": 3e-7})
    ('Keras agrees: the largest difference over all 2 operations is 1.2·10⁻⁶, at conv1.', True)
    """
    # What is no number is the worst of all.
    apart = {name: np.nan_to_num(one, nan=np.inf) for name, one in differences.items()}
    units = {name: max(1, (sizes or {}).get(name, 1)) for name in differences}
    worst = max(apart, key=lambda name: apart[name] / units[name])
    most = LARGEST_DIFFERENCE * units[worst]
    if apart[worst] > most:
        said = f"Keras does not agree: at {worst} the difference is"
        said += f" {scientific(differences[worst])}, more than"
        return f"{said} the {scientific(most)} that rounding explains.", False
    worst = max(apart, key=apart.get)
    if not differences[worst]:
        return f"Keras agrees: over all {len(differences)} operations there is no difference.", True
    return (
        f"Keras agrees: the largest difference over all {len(differences)} operations is "
        f"{scientific(differences[worst])}, at {worst}.",
        True,
    )


def _sizes(network, levels):
    given = network.activations(levels)
    return {name: float(np.abs(one).max()) for name, one in given.items()}


def scientific(value):
    """Write a small number; what is none as it is called.

    Examples
    --------
    >>> scientific(1.234e-6), scientific(0.5)
    ('1.2·10⁻⁶', '5.0·10⁻¹')
    """
    if not np.isfinite(value):
        return "no number"
    digits, power = f"{value:.1e}".split("e")
    return f"{digits}·10{str(int(power)).translate(_SUPERSCRIPTS)}"


def _asked(key, network, levels):
    name = key, network.digest, levels.tobytes()
    with _lock:
        question = _questions.get(name)
        if question is None or question.is_stale:
            question = _questions[name] = Question(key, levels)
        _questions.move_to_end(name)
        while len(_questions) > MOST_QUESTIONS:
            _questions.popitem(last=False)
    return question


def _told(question, every, network, levels):
    if not question.is_over:
        st.markdown("Keras is being asked for the same numbers …")
        return
    if every:
        st.rerun()  # once more, and without asking again and again
    if question.differences is None:
        st.markdown(f"Keras could not be asked: {plain(question.problem)}")
        return
    small = all(one <= LARGEST_DIFFERENCE for one in question.differences.values())
    said, agrees = told(question.differences, None if small else _sizes(network, levels))
    st.markdown(said) if agrees else st.warning(said)
