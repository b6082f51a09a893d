"""Runs from the pages' side to the worker's, on both kinds of cluster, and what befalls them."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from vizcore.compute import ClusterError, Context, Jobs, RunError, State, new_token, visitor_of

sys.path.insert(0, str(Path(__file__).parent))
from conftest import eventually  # noqa: E402
from counting import Counting, die, fail, keras_version, own_pid  # noqa: E402

pytestmark = pytest.mark.xdist_group("compute")

ENDED = {State.FINISHED, State.CANCELLED, State.FAILED, State.INTERRUPTED}


def ended(jobs, run):
    """Wait as a page does, looking again and again, until a run has ended."""

    def look():
        now = jobs.look(run.id).run
        return now.state in ENDED and now

    return eventually(look, f"the end of {run.name}")


def reached(gate, batches):
    """Wait until a job has begun so many batches and stands before the next."""
    gate.let(batches)
    eventually(lambda: gate.is_reached and len(gate.passed) == batches, f"batch {batches}")


def undisturbed(job, folder):
    """What a job gives with nobody around; and its epochs."""
    epochs = []
    context = Context(folder, 0, "", lambda number, metrics, _: epochs.append((number, metrics)))
    return replace(job, gate="").run(context), epochs


def assert_as_undisturbed(jobs, run, job, folder):
    metrics, epochs = undisturbed(job, folder)
    assert run.state is State.FINISHED
    assert run.metrics == metrics
    assert [(epoch.number, epoch.metrics) for epoch in jobs.runs.history(run.id)] == epochs


def test_a_job_is_carried_out_and_watched(jobs, visitor, gate, tmp_path):
    job = Counting(gate=str(gate.folder))
    run = jobs.submit(job, visitor, "My first")
    reached(gate, 6)
    look = eventually(lambda: (now := jobs.look(run.id)).progress and now, "an event")
    assert look.run.state is State.RUNNING and look.position is None and look.trouble == ""
    gate.let(100)
    run = ended(jobs, run)
    assert (run.name, run.note, run.epochs_done, run.job) == (
        "My first",
        "",
        3,
        "counting:Counting",
    )
    assert_as_undisturbed(jobs, run, job, tmp_path / "alone")
    assert (jobs.runs.folder(run.id) / "model.npy").exists()
    last = eventually(
        lambda: (now := jobs.look(run.id).progress)["epochs_done"] == 3 and now, "the last event"
    )
    assert last["metrics"] == jobs.runs.history(run.id)[-1].metrics


def test_a_run_is_cancelled_within_one_batch_and_resumed(jobs, visitor, gate, tmp_path):
    job = Counting(epochs=3, batches=4, gate=str(gate.folder))
    run = jobs.submit(job, visitor)
    reached(gate, 6)
    assert jobs.stop(run.id, visitor).state is State.STOPPING
    gate.let(100)
    run = ended(jobs, run)
    assert run.state is State.CANCELLED and run.note == "Cancelled after epoch 1."
    assert len(gate.passed) <= 7
    jobs.resume(run.id, visitor)
    assert_as_undisturbed(jobs, ended(jobs, run), job, tmp_path / "alone")
    assert gate.passed[-8:] == [f"{epoch} {batch}" for epoch in (1, 2) for batch in range(4)]


def test_a_job_that_does_not_listen_is_ended_by_force(jobs, cluster, visitor, gate):
    impatient = Jobs(replace(cluster.settings, grace=0.01))
    deaf = impatient.submit(Counting(gate=str(gate.folder), deaf=True), visitor)
    reached(gate, 5)
    impatient.stop(deaf.id, visitor)
    run = ended(impatient, deaf)
    assert run.state is State.CANCELLED and run.can_resume
    assert run.note == "Ended by force; it can be resumed after epoch 1."
    assert len(gate.passed) == 5
    after = ended(jobs, jobs.submit(Counting(), visitor))
    assert after.state is State.FINISHED
    impatient.close()


def test_a_killed_worker_costs_no_finished_epoch(jobs, visitor, gate, tmp_path):
    job = Counting(gate=str(gate.folder))
    run = jobs.submit(job, visitor)
    reached(gate, 6)
    os.kill(gate.pid, signal.SIGKILL)
    gate.let(100)
    run = ended(jobs, run)
    assert_as_undisturbed(jobs, run, job, tmp_path / "alone")
    assert gate.passed[6:] == [f"{epoch} {batch}" for epoch in (1, 2) for batch in range(4)]
    assert run.note == (
        "The process that trains was ended from outside; another went on after epoch 1."
    )


def test_a_worker_killed_again_ends_in_a_sentence_and_can_be_resumed(jobs, visitor, gate, tmp_path):
    job = Counting(gate=str(gate.folder))
    run = jobs.submit(job, visitor)
    reached(gate, 6)
    first = gate.pid
    os.kill(first, signal.SIGKILL)
    eventually(lambda: gate.pid != first, "another process")
    reached(gate, 7)
    os.kill(gate.pid, signal.SIGKILL)
    run = ended(jobs, run)
    assert run.state is State.INTERRUPTED and run.epochs_done == 1 and run.can_resume
    assert "ended twice" in run.note and "resumed after epoch 1" in run.note
    assert len(jobs.runs.history(run.id)) == 1
    gate.let(100)
    jobs.resume(run.id, visitor)
    assert_as_undisturbed(jobs, ended(jobs, run), job, tmp_path / "alone")


def test_a_killed_cluster_costs_no_finished_epoch_and_no_place_in_the_queue(
    jobs, cluster, visitor, gate, tmp_path
):
    job = Counting(gate=str(gate.folder))
    run = jobs.submit(job, visitor)
    waiting = jobs.submit(Counting(), visitor)
    reached(gate, 6)
    cluster.kill()
    interrupted = ended(jobs, run)
    assert interrupted.state is State.INTERRUPTED
    assert interrupted.note == "The cluster that trained it ended; it can be resumed after epoch 1."
    assert ended(jobs, waiting).state is State.FINISHED
    gate.let(100)
    jobs.resume(run.id, visitor)
    assert_as_undisturbed(jobs, ended(jobs, run), job, tmp_path / "alone")


WEB = """
import sys, time
from counting import Counting
from vizcore.compute import Settings, Jobs
jobs = Jobs(Settings.from_environment())
for job in Counting(gate=sys.argv[1]), Counting():
    print(jobs.submit(job, sys.argv[2]).id, flush=True)
time.sleep(600)
"""


def test_a_killed_web_server_costs_nothing(jobs, cluster, visitor, gate, tmp_path):
    web = subprocess.Popen(
        [sys.executable, "-c", WEB, str(gate.folder), visitor],
        env={**os.environ, **cluster.settings.to_environment()},
        stdout=subprocess.PIPE,
        text=True,
    )
    run, waiting = (jobs.runs.get(web.stdout.readline().strip()) for _ in range(2))
    reached(gate, 6)
    web.kill()
    web.wait()
    gate.let(100)
    # Nobody looks, so nobody helps.
    eventually(lambda: not jobs.runs.get(waiting.id).is_active, "the end of what waited")
    assert jobs.runs.get(waiting.id).state is State.FINISHED
    run = ended(jobs, run)
    assert_as_undisturbed(jobs, run, Counting(), tmp_path / "alone")
    assert run.note == "" and len(gate.passed) == 12
    jobs.cluster.client()  # what was told before one listened is told again
    eventually(lambda: (jobs.look(run.id).progress or {}).get("epochs_done") == 3, "the last event")


def test_visitors_take_turns_and_know_their_place(jobs, gate):
    ann, bob = visitor_of(new_token()), visitor_of(new_token())
    first = jobs.submit(Counting(gate=str(gate.folder)), ann, "first")
    reached(gate, 1)
    short = Counting(epochs=1, batches=1)
    anns = [jobs.submit(short, ann, f"ann {i}") for i in range(3)]
    bobs = [jobs.submit(short, bob, f"bob {i}") for i in range(2)]
    expected = [bobs[0], anns[0], bobs[1], anns[1], anns[2]]
    assert [jobs.look(run.id).position for run in expected] == [1, 2, 3, 4, 5]
    jobs.stop(anns[0].id, ann)
    assert jobs.look(anns[0].id).run.state is State.CANCELLED
    expected = [bobs[0], anns[1], bobs[1], anns[2]]
    assert [jobs.look(run.id).position for run in expected] == [1, 2, 3, 4]
    gate.let(100)
    for run in (first, *expected):
        assert ended(jobs, run).state is State.FINISHED
    begun = sorted(expected, key=lambda run: jobs.runs.get(run.id).started)
    assert begun == expected


@pytest.mark.parametrize(
    ("error", "note"),
    [("value", "no such thing"), ("other", "The job failed: KeyError: 'no such thing'")],
)
def test_a_job_that_fails_says_why(jobs, visitor, error, note):
    run = ended(jobs, jobs.submit(Counting(error=error), visitor))
    assert (run.state, run.note) == (State.FAILED, note)
    assert "Traceback" in (jobs.runs.folder(run.id) / "error.txt").read_text()


def test_only_its_visitor_stops_a_run(jobs, visitor, gate):
    run = jobs.submit(Counting(gate=str(gate.folder)), visitor)
    reached(gate, 1)
    with pytest.raises(RunError, match="somebody else"):
        jobs.stop(run.id, visitor_of(new_token()))
    gate.let(100)
    assert ended(jobs, run).state is State.FINISHED


def test_answers_come_from_another_process_with_keras_in_it(jobs):
    assert jobs.cluster.call(own_pid) != os.getpid()
    assert jobs.cluster.call(keras_version, timeout=120).startswith("3.")
    with pytest.raises(FileNotFoundError, match="nothing there"):
        jobs.cluster.call(fail)


def test_answers_come_while_a_run_is_in_progress(jobs, visitor, gate):
    run = jobs.submit(Counting(gate=str(gate.folder)), visitor)
    reached(gate, 1)
    assert jobs.cluster.call(own_pid) != gate.pid
    gate.let(100)
    assert ended(jobs, run).state is State.FINISHED


def test_a_question_that_kills_its_worker_ends_in_a_sentence(jobs):
    with pytest.raises(ClusterError, match="ended from outside"):
        jobs.cluster.call(die)
    assert jobs.cluster.call(own_pid)


def test_a_worker_with_other_runs_is_noticed(cluster, visitor, tmp_path):
    elsewhere = Jobs(replace(cluster.settings, database=f"sqlite:///{tmp_path}/other.db"))
    run = elsewhere.submit(Counting(), visitor)
    eventually(
        lambda: "VIZCORE_DATABASE_URL must be the same" in elsewhere.look(run.id).trouble,
        "the sentence on it",
    )
    assert elsewhere.look(run.id).run.state is State.QUEUED
    elsewhere.close()
