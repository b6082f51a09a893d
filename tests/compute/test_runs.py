import multiprocessing
import os
import sqlite3
from dataclasses import replace

import pytest
import sqlalchemy as sa

from vizcore.compute import Cost, LimitError, RunError, Settings, State
from vizcore.compute.database import Database
from vizcore.compute.runs import LONGEST_NAME, Disowned, Runs

# The same tests hold PostgreSQL to account where there is one to try: VIZCORE_TEST_DATABASE_URL.
URLS = ["", *filter(None, [os.environ.get("VIZCORE_TEST_DATABASE_URL")])]
SMALL = Cost(parameters=10, multiply_adds=100, epochs=3)
ANN, BOB = "a" * 64, "b" * 64


@pytest.fixture(params=URLS, ids=lambda url: url.split(":")[0] or "sqlite")
def settings(request, tmp_path):
    if request.param:
        engine = sa.create_engine(request.param)
        with engine.begin() as connection:
            for table in ("epochs", "runs"):
                connection.execute(sa.text(f"DROP TABLE IF EXISTS {table}"))
        engine.dispose()
    return Settings(runs=tmp_path, database=request.param)


@pytest.fixture
def runs(settings):
    opened = Runs(settings)
    yield opened
    opened.close()


def create(runs, visitor=ANN, name="run", cost=SMALL):
    return runs.create(visitor, name, "module:Job", {"rate": 0.1, "layers": [1, None]}, cost)


def claimed(runs, ticket="t1", **options):
    create(runs, **options)
    return runs.claim(ticket, "worker")


def test_a_run_is_kept_as_it_was_asked_for(runs):
    run = create(runs, name="  My\nrun ")
    assert runs.get(run.id) == run
    assert run.name == "My run" and run.settings == {"rate": 0.1, "layers": [1, None]}
    assert run.state is State.QUEUED and run.is_active and not run.can_resume
    assert run.created == run.asked and run.started is None and run.ended is None


@pytest.mark.parametrize("name", ["", " \n "])
def test_a_run_without_a_name_gets_one(runs, name):
    assert create(runs, name=name).name == "Untitled"
    assert len(create(runs, name="x" * 500).name) == LONGEST_NAME


@pytest.mark.parametrize("run_id", ["", "nobody", None, "../../etc"])
def test_no_such_run(runs, run_id):
    with pytest.raises(RunError, match="no such run"):
        runs.get(run_id)


def test_what_costs_too_much_is_refused_before_it_is_queued(runs):
    with pytest.raises(LimitError, match="parameters"):
        create(runs, cost=replace(SMALL, parameters=5_000_001))
    assert runs.of(ANN) == [] and runs.queue() == []


def test_a_visitor_waits_with_few_runs_and_keeps_not_too_many(settings):
    runs = Runs(replace(settings, waiting=2, kept=3))
    first = create(runs)
    create(runs)
    with pytest.raises(LimitError, match="2 runs that wait"):
        create(runs)
    create(runs, visitor=BOB)
    runs.ask_to_stop(first.id, ANN)
    third = create(runs)
    with pytest.raises(LimitError, match="2 runs that wait"):
        runs.resume(first.id, ANN)
    runs.ask_to_stop(third.id, ANN)
    with pytest.raises(LimitError, match="delete one first"):
        create(runs)
    runs.delete(first.id, ANN)
    create(runs)
    runs.close()


def test_only_its_visitor_changes_a_run_and_anybody_reads_it(runs):
    run = create(runs)
    for change in (
        lambda who: runs.ask_to_stop(run.id, who),
        lambda who: runs.resume(run.id, who),
        lambda who: runs.rename(run.id, who, "mine"),
        lambda who: runs.delete(run.id, who),
    ):
        for stranger in (BOB, None, ""):
            with pytest.raises(RunError, match="somebody else"):
                change(stranger)
    assert runs.get(run.id) == run
    runs.rename(run.id, ANN, "mine")
    assert runs.get(run.id).name == "mine"


def test_a_ticket_takes_the_next_run_and_no_other(runs):
    first, second = create(runs), create(runs, visitor=BOB)
    one = runs.claim("t1", "w1")
    assert one.id == first.id and one.state is State.RUNNING
    assert (one.ticket, one.worker, one.deaths) == ("t1", "w1", 0)
    assert runs.claim("t2", "w2").id == second.id
    assert runs.claim("t3", "w3") is None
    assert {run.id for run in runs.on_worker()} == {first.id, second.id}


def test_the_queue_takes_turns_after_a_run_has_ended(runs):
    run = claimed(runs)
    second, third = create(runs), create(runs, visitor=BOB)
    assert runs.queue() == [third.id, second.id]
    runs.end(run, State.FINISHED)
    assert runs.queue() == [third.id, second.id]


def test_an_epoch_counts_when_it_is_committed(runs):
    run = claimed(runs)
    assert runs.commit_epoch(run, 1, {"loss": 0.5}, "checkpoints/1") is False
    assert runs.commit_epoch(run, 2, {"loss": float("nan")}, "checkpoints/2") is False
    epochs = runs.history(run.id)
    assert [(epoch.number, epoch.metrics) for epoch in epochs] == [
        (1, {"loss": 0.5}),
        (2, {"loss": None}),
    ]
    now = runs.get(run.id)
    assert (now.epochs_done, now.checkpoint) == (2, "checkpoints/2")


def test_an_epoch_done_again_replaces_what_it_was(runs):
    run = claimed(runs)
    for loss in (0.5, 0.25):
        runs.commit_epoch(run, 1, {"loss": loss}, "checkpoints/1")
    assert [epoch.metrics for epoch in runs.history(run.id)] == [{"loss": 0.25}]


def test_a_committing_job_is_told_that_it_should_stop(runs):
    run = claimed(runs)
    assert runs.ask_to_stop(run.id, ANN).state is State.STOPPING
    assert runs.commit_epoch(run, 1, {}, "checkpoints/1") is True


def test_a_run_that_waits_is_cancelled_at_once(runs):
    run = create(runs)
    assert runs.ask_to_stop(run.id, ANN).state is State.CANCELLED
    assert runs.queue() == [] and runs.claim("t1", "w") is None
    assert runs.ask_to_stop(run.id, ANN).state is State.CANCELLED


def test_after_a_death_the_same_ticket_goes_on_once(runs):
    run = claimed(runs)
    runs.commit_epoch(run, 1, {}, "checkpoints/1")
    create(runs, visitor=BOB)
    again = runs.claim("t1", "other")
    assert again.id == run.id and again.deaths == 1 and again.worker == "other"
    assert "went on after epoch 1" in again.note
    assert runs.claim("t1", "third") is None
    now = runs.get(run.id)
    assert now.state is State.INTERRUPTED and now.can_resume
    assert now.note.endswith("it can be resumed after epoch 1.")


def test_who_was_taken_for_dead_may_not_speak_any_more(runs):
    run = claimed(runs)
    again = runs.claim("t1", "other")
    with pytest.raises(Disowned):
        runs.commit_epoch(run, 1, {}, "checkpoints/old")
    runs.end(run, State.FAILED, "a ghost")
    assert runs.get(run.id).state is State.RUNNING
    runs.commit_epoch(again, 1, {}, "checkpoints/new")
    runs.give_up(again)
    with pytest.raises(Disowned):
        runs.commit_epoch(again, 2, {}, "checkpoints/late")
    assert runs.get(run.id).checkpoint == "checkpoints/new"


def test_a_run_that_was_to_stop_is_not_taken_up_after_a_death(runs):
    run = claimed(runs)
    runs.ask_to_stop(run.id, ANN)
    assert runs.claim("t1", "other") is None
    now = runs.get(run.id)
    assert now.state is State.CANCELLED
    assert now.note == ("Ended by force; no epoch was finished, so it starts afresh when resumed.")


@pytest.mark.parametrize(("asked", "state"), [(0, State.INTERRUPTED), (1, State.CANCELLED)])
def test_a_run_whose_cluster_is_gone(runs, asked, state):
    run = claimed(runs)
    if asked:
        run = runs.ask_to_stop(run.id, ANN)
    runs.give_up(run)
    assert runs.get(run.id).state is state


def test_giving_up_comes_too_late_for_a_run_that_has_ended(runs):
    run = claimed(runs)
    runs.end(run, State.FINISHED, "", {"accuracy": 1.0})
    runs.give_up(run)
    assert runs.get(run.id).state is State.FINISHED


def test_a_resumed_run_starts_with_a_clean_sheet_and_its_epochs(runs):
    run = claimed(runs)
    runs.commit_epoch(run, 1, {}, "checkpoints/1")
    with pytest.raises(RunError, match="in progress"):
        runs.resume(run.id, ANN)
    runs.give_up(runs.claim("t1", "other"))
    resumed = runs.resume(run.id, ANN)
    assert (resumed.state, resumed.deaths, resumed.note) == (State.QUEUED, 0, "")
    assert (resumed.epochs_done, resumed.checkpoint) == (1, "checkpoints/1")
    assert runs.claim("t2", "w").id == run.id


def test_a_finished_run_can_be_trained_longer(runs):
    run = claimed(runs)
    for epoch in (1, 2, 3):
        runs.commit_epoch(run, epoch, {}, f"checkpoints/{epoch}")
    runs.end(run, State.FINISHED)
    assert not runs.get(run.id).can_resume
    with pytest.raises(RunError, match="All 3 epochs"):
        runs.resume(run.id, ANN)
    with pytest.raises(LimitError):
        runs.resume(run.id, ANN, {"rate": 1}, replace(SMALL, epochs=10**6))
    longer = runs.resume(run.id, ANN, {"rate": 1}, replace(SMALL, epochs=5))
    assert (longer.epochs, longer.epochs_done, longer.settings) == (5, 3, {"rate": 1})


def test_a_deleted_run_leaves_nothing(runs):
    run = claimed(runs)
    runs.commit_epoch(run, 1, {}, "checkpoints/1")
    runs.folder(run.id).mkdir(parents=True)
    (runs.folder(run.id) / "model.keras").touch()
    with pytest.raises(RunError, match="cancel it first"):
        runs.delete(run.id, ANN)
    runs.end(run, State.FINISHED)
    runs.delete(run.id, ANN)
    assert runs.of(ANN) == [] and runs.history(run.id) == []
    assert not runs.folder(run.id).exists()


def test_the_newest_run_is_listed_first(runs):
    made = [create(runs).id for _ in range(3)]
    create(runs, visitor=BOB)
    assert [run.id for run in runs.of(ANN)] == made[::-1]


def test_active_runs_are_listed_whoever_asked_for_them(runs):
    waits, works, ended = (create(runs, visitor=one) for one in (ANN, BOB, BOB))
    runs.ask_to_stop(ended.id, BOB)
    assert [run.id for run in runs.active()] == [waits.id, works.id]
    runs.claim("t1", "worker")
    assert [run.id for run in runs.active()] == [waits.id, works.id]


def work(settings, name, start):
    """Open the database, and carry out whatever is next until nothing is left."""
    runs = Runs(settings)
    start.wait()
    mine = []
    for i in range(6):
        create(runs, visitor=name, cost=SMALL)
        if run := runs.claim(f"{name}-{i}", name):
            for epoch in (1, 2, 3):
                runs.commit_epoch(run, epoch, {"loss": 1 / epoch}, str(epoch))
            runs.end(run, State.FINISHED)
            mine.append(run.id)
    runs.close()
    return mine


def test_processes_that_work_at_once_share_the_queue_without_loss(settings):
    settings = replace(settings, waiting=100)
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(3) as pool:
        start = manager.Event()
        names = ["x", "y", "z"]
        results = [pool.apply_async(work, (settings, name, start)) for name in names]
        start.set()
        done = [run_id for result in results for run_id in result.get(120)]
    runs = Runs(settings)
    everything = [run for name in names for run in runs.of(name)]
    assert len(everything) == 18
    assert sorted(done) == sorted({*done})
    finished = {run.id for run in everything if run.state is State.FINISHED}
    assert finished == {*done} and len(finished) + len(runs.queue()) == 18
    assert all(len(runs.history(run_id)) == 3 for run_id in done)
    runs.close()


def test_readers_do_not_wait_for_a_writer(settings):
    if settings.database:
        pytest.skip("of SQLite")
    runs = Runs(settings)
    run = create(runs)
    with Database(settings.database_url).writing() as connection:
        connection.execute(sa.text("UPDATE runs SET name = 'half done'"))
        assert runs.get(run.id).name == "run"
    assert runs.get(run.id).name == "half done"
    assert sqlite3.connect(settings.runs / "runs.db").execute("PRAGMA journal_mode").fetchone() == (
        "wal",
    )
    runs.close()
