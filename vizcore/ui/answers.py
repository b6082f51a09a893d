"""What takes a while: nobody waits for it, and it is shown in its place when it has come."""

import logging
import threading
from collections import OrderedDict
from concurrent.futures import Future, wait
from functools import partial

import streamlit as st

from vizcore.compute.cluster import ClusterError
from vizcore.ui.plain import plain

POLL_SECONDS = 0.5
GRACE_SECONDS = 0.25
"""For so long a page waits all the same: what has come by then is on screen without a flicker."""

MOST_QUESTIONS = 128

_places = threading.Semaphore(4)
_questions, _lock = OrderedDict(), threading.Lock()


def answer(slot, what, ask, show, *, meanwhile):
    """Show what somebody else computes when it is there; the page goes on at once.

    Who asks the same while it is being computed, gets the same answer. One that failed is told in
    a sentence, and can be asked for again.

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
    """
    name = slot, what
    with _lock:
        if name not in _questions:
            _questions[name] = _asked(ask)
        _questions.move_to_end(name)
        while len(_questions) > MOST_QUESTIONS:
            _questions.popitem(last=False)[1].cancel()
        future = _questions[name]
    wait([future], GRACE_SECONDS)
    every = None if future.done() else POLL_SECONDS
    st.fragment(partial(_show, name, future, show, meanwhile, every), run_every=every)()


def _asked(ask):
    """Ask in a thread that ends with the program, unlike those of an executor."""

    def run():
        with _places:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(ask())
            except Exception as error:  # told by who waits for it
                future.set_exception(error)

    future = Future()
    threading.Thread(target=run, daemon=True).start()
    return future


def _show(name, future, show, meanwhile, every):
    if not future.done():
        st.markdown(f":material/hourglass_top: {meanwhile}")
        return
    if every:
        st.rerun()  # once more, and without asking again and again
    try:
        answered = future.result()
    except (ClusterError, ValueError) as error:
        _failed(name, str(error))
    except Exception:
        logging.getLogger(__name__).exception("no answer for %s", name[0])
        _failed(name, "This could not be computed, by a fault of this app.")
    else:
        show(answered)


def _failed(name, text):
    st.warning(plain(text))
    if st.button("Try again", on_click=_forget, args=(name,), key=f"{name[0]}.again"):
        st.rerun()


def _forget(name):
    with _lock:
        _questions.pop(name, None)
