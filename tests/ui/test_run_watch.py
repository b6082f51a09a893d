"""What happens on screen, and in which order, when a run comes into another state."""

import contextlib
from types import SimpleNamespace

import pytest

from vizcore.compute.jobs import Look
from vizcore.compute.runs import State
from vizcore.compute.training_job import TrainingJob
from vizcore.ui import run_watch
from vizcore.ui.run_counts import Counts

NETWORK = "8x8x1-conv_8_3-relu-max_2-flatten-dense_10-softmax"


def run_in(state):
    return SimpleNamespace(
        id="r", name="Mine", note="", asked=0, state=state, checkpoint="",
        is_active=state in (State.QUEUED, State.RUNNING, State.STOPPING),
        can_resume=False, epochs=5, epochs_done=0, metrics={},
        settings=TrainingJob("digits", NETWORK).to_settings(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "order"),
    [
        (State.QUEUED, State.QUEUED, ["shown"]),
        (State.QUEUED, State.RUNNING, ["shown", "rerun"]),
        (State.RUNNING, State.FINISHED, ["rerun"]),
    ],
)
def test_a_run_that_has_begun_is_shown_before_the_page_runs_anew(monkeypatch, before, after, order):
    happened, shares = [], []

    class Rerun(Exception):
        pass

    def rerun():
        happened.append("rerun")
        raise Rerun

    def shown(bars, **how):
        happened.append("shown")
        shares.extend(bar["share"] for bar in bars)

    look = Look(run_in(after), 1 if after is State.QUEUED else None, None, "")
    monkeypatch.setattr(run_watch, "open_jobs", lambda: SimpleNamespace(look=lambda _: look))
    monkeypatch.setattr(run_watch, "rows_of", lambda run: ())
    monkeypatch.setattr(run_watch, "live_run", shown)
    monkeypatch.setattr(run_watch, "st", SimpleNamespace(session_state={}, rerun=rerun))
    with contextlib.suppress(Rerun):
        run_watch._poll([run_in(before)], ("",))
    assert happened == order
    assert shares == ([] if "shown" not in order else [0.0 if after is State.RUNNING else None])


def test_a_share_of_few_pictures_says_of_how_many(monkeypatch):
    run = run_in(State.FINISHED)
    run.metrics["test_accuracy"] = 6 / 7
    monkeypatch.setattr(run_watch, "rows_of", lambda run: ({"val_accuracy": 1.0},))
    monkeypatch.setattr(run_watch, "counts_of", lambda run: Counts(5, 7))
    assert run_watch.state_line(run).endswith(
        "validation accuracy 100.0% of 5 pictures · test accuracy 85.7% of 7 pictures"
    )
    line = run_watch.figures_line(run, run_watch.rows_of(run))
    assert line.endswith("accuracy – in training, 100.0% of 5 pictures in validation.")
