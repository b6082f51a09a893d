"""What takes a while: nobody waits for it, and it is shown in its place when it has come."""

import logging
import threading
import time
from collections import OrderedDict
from concurrent.futures import CancelledError, Future, wait
from functools import partial

import streamlit as st

from vizcore.compute.cluster import ClusterError
from vizcore.compute.recent import on_forgetting
from vizcore.ui.plain import plain

POLL_SECONDS = 0.5
GRACE_SECONDS = 0.25
"""For so long a page waits all the same: what has come by then is on screen without a flicker."""

AGAIN_SECONDS = 30
"""For so long after a failure a page asks the same again only where its visitor wants it."""

MOST_QUESTIONS = 128

_places = threading.Semaphore(4)
_questions, _lock = OrderedDict(), threading.Lock()


class _Question(Future):
    """What is asked, in a thread that ends with the program, unlike those of an executor."""

    def __init__(self, ask):
        super().__init__()
        self._ended, self.asked = None, time.monotonic()
        threading.Thread(target=self._run, args=(ask,), daemon=True).start()

    @property
    def is_stale(self):
        """Whether nobody waited for its answer, or it failed long enough ago to be asked again."""
        failed = self.done() and (self.cancelled() or self.exception() is not None)
        return failed and (self.cancelled() or time.monotonic() - self._ended > AGAIN_SECONDS)

    def _run(self, ask):
        with _places:
            if not self.set_running_or_notify_cancel():
                return
            try:
                told, answered = self.set_result, ask()
            except Exception as error:  # told by who waits for it
                told, answered = self.set_exception, error
            self._ended = time.monotonic()
            told(answered)


def answer(slot, what, ask, show, *, meanwhile, grace=None, warn=st.warning):
    """Show what somebody else computes when it is there; the page goes on at once.

    Who asks the same while it is being computed, gets the same answer. One that failed is told in
    a sentence, and can be asked for again. A question that was not begun when its visitor asked
    another in its slot is given up.

    Parameters
    ----------
    slot : str
        The place on the page.
    what : hashable
        All that the answer depends on.
    ask : callable
        Returns the answer, in a thread of its own: nothing of Streamlit. It may raise
        `ClusterError` or a ValueError, each with one sentence for the visitor.
    show : callable
        Takes the answer and draws it.
    meanwhile : str
        What goes on, in a sentence, for as long as it takes.
    grace : float, optional
        For how many seconds the page waits all the same; by default `GRACE_SECONDS`.
    warn : callable
        Writes what went wrong, as Markdown.
    """
    name = slot, what
    question = _question(name, ask)
    last = st.session_state.get(f"{slot}.question")
    if last is not None and last is not question:
        last.cancel()
    st.session_state[f"{slot}.question"] = question
    wait([question], GRACE_SECONDS if grace is None else grace)
    every = None if question.done() else POLL_SECONDS
    st.fragment(partial(_show, name, question, show, meanwhile, warn, every), run_every=every)()


def _question(name, ask):
    with _lock:
        if name not in _questions or _questions[name].is_stale:
            _questions[name] = _Question(ask)
        _questions.move_to_end(name)
        _questions[name].asked = time.monotonic()
        while len(_questions) > MOST_QUESTIONS:
            _questions.popitem(last=False)[1].cancel()
        return _questions[name]


@on_forgetting
def _forget_unused(since):
    """Let go of the pictures that were asked about, and of what was said of them."""
    with _lock:
        for name, question in list(_questions.items()):
            if question.done() and question.asked <= since:
                del _questions[name]


def _show(name, question, show, meanwhile, warn, every):
    if not question.done():
        st.markdown(f":material/hourglass_top: {meanwhile}")
        return
    if every:
        st.rerun()  # once more, and without asking again and again
    try:
        answered = question.result()
    except CancelledError:  # given up by somebody else: asked anew
        st.rerun()
    except (ClusterError, ValueError) as error:
        _failed(name, str(error), warn)
    except Exception:
        logging.getLogger(__name__).exception("no answer for %s", name[0])
        _failed(name, "This could not be computed, by a fault of this app.", warn)
    else:
        show(answered)


def _failed(name, text, warn):
    warn(plain(text))
    if st.button("Try again", on_click=_forget, args=(name,), key=f"{name[0]}.again"):
        st.rerun()


def _forget(name):
    with _lock:
        _questions.pop(name, None)
