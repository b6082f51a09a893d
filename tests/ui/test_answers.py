"""Answers that take a while: the page does not wait, and shows them when they are there."""

import threading
import time

import pytest
from streamlit.testing.v1 import AppTest

from vizcore.compute import ClusterError
from vizcore.ui import answers

GATE, CALLS = threading.Event(), []


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    GATE.clear()
    CALLS.clear()
    monkeypatch.setattr(answers, "_questions", type(answers._questions)())
    yield
    GATE.set()


def wait_for(at):
    """Let the page run anew, as its polling fragment has it do, until it has the answer."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if not any("Computing" in one.value for one in at.run().markdown):
            return at
        time.sleep(0.01)
    raise AssertionError("the answer never came")


def slow(calls, gate):
    import streamlit as st

    from vizcore.ui.answers import answer

    def ask():
        calls.append(1)
        gate.wait(60)
        return 42

    def show(told):
        st.markdown(f"It is {told}.")

    answer("slot", st.session_state.get("what", 1), ask, show, meanwhile="Computing …")
    st.markdown("The rest of the page")


def failing(calls):
    from vizcore.compute import ClusterError
    from vizcore.ui.answers import answer

    def ask():
        calls.append(1)
        if len(calls) == 1:
            raise ClusterError("There is *no* cluster.")
        raise RuntimeError("secret")

    answer("slot", "what", ask, lambda told: None, meanwhile="Computing …")


def visit(script, **given):
    kwargs = {"calls": CALLS, **given}
    return AppTest.from_function(script, default_timeout=60, kwargs=kwargs).run()


def told(at):
    return [one.value for one in at.markdown]


def test_the_rest_of_the_page_does_not_wait():
    at = visit(slow, gate=GATE)
    assert told(at)[0].endswith("Computing …") and told(at)[-1] == "The rest of the page"
    GATE.set()
    assert told(wait_for(at)) == ["It is 42.", "The rest of the page"]
    assert CALLS == [1]


def test_who_asks_the_same_shares_the_answer():
    one, other = visit(slow, gate=GATE), visit(slow, gate=GATE)
    GATE.set()
    assert told(wait_for(one)) == told(wait_for(other)) and CALLS == [1]


def test_a_question_that_was_not_begun_is_given_up_for_another_and_can_be_asked_again(monkeypatch):
    monkeypatch.setattr(answers, "_places", threading.Semaphore(0))
    at = visit(slow, gate=GATE)
    (first,) = answers._questions.values()
    at.session_state["what"] = 2
    at.run()
    second = answers._questions["slot", 2]
    assert first.cancelled() and not second.cancelled() and not CALLS
    at.session_state["what"] = 1
    at.run()
    assert second.cancelled() and answers._questions["slot", 1] is not first
    GATE.set()
    answers._places.release(3)
    assert told(wait_for(at))[0] == "It is 42."


def test_what_failed_is_asked_again_but_not_at_once(monkeypatch):
    monkeypatch.setattr(answers, "GRACE_SECONDS", 20)
    at = visit(failing)
    assert at.run() and CALLS == [1]
    monkeypatch.setattr(answers, "AGAIN_SECONDS", -1)
    assert at.run() and CALLS == [1, 1]


def test_a_failure_is_told_in_a_sentence_and_can_be_asked_again(monkeypatch):
    assert issubclass(ClusterError, RuntimeError)
    monkeypatch.setattr(answers, "GRACE_SECONDS", 20)
    at = visit(failing)
    assert at.warning[0].value == r"There is \*no\* cluster\."
    assert CALLS == [1] and at.run() and CALLS == [1]
    at.button[0].click().run()
    # What nobody foresaw is told without its trace.
    assert "by a fault of this app" in at.warning[0].value and "secret" not in at.warning[0].value
    assert CALLS == [1, 1] and not at.exception
