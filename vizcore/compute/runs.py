"""Runs: what they are, what has become of them, and who may say so.

The database is the truth. A worker commits every finished epoch to it, and only then does the
epoch count: a checkpoint that no row names is not there.
"""

import json
import math
import secrets
import shutil
import time
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa

from vizcore.compute.database import EPOCHS, RUNS, Database
from vizcore.compute.fairness import Waiting, fair_order

MOST_DEATHS = 1
"""Workers that may die under a run before nobody tries again unasked."""

LONGEST_NAME = 100


class State(StrEnum):
    """Where a run is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


ON_WORKER = (State.RUNNING, State.STOPPING)
ACTIVE = (State.QUEUED, *ON_WORKER)


class RunError(ValueError):
    """Something that cannot be done with a run; the text tells the visitor why."""


class Disowned(Exception):
    """Another attempt carries the run out by now, or nobody shall."""


@dataclass(frozen=True)
class Run:
    """A run as it was when it was looked up.

    Attributes
    ----------
    id : str
        Unguessable: who has it, by a shared link, may read the run.
    visitor : str
        The digest of the visitor who may change it.
    name : str
    job : str
        The class of the job, as ``module:Class``.
    settings : dict
        What the job is made of, as JSON has it.
    epochs : int
        Epochs that were asked for.
    state : State
    note : str
        One sentence for the visitor on what happened, or empty.
    created, asked, started, ended : float or None
        Seconds since 1970; `asked` is when it last went into the queue.
    epochs_done : int
        Epochs that are kept, whatever happens.
    checkpoint : str
        The folder of the last of them, below the run's own; empty before the first.
    deaths : int
        Workers that died under it since it was asked for.
    ticket : str
        The task that carries it out.
    worker : str
        The address of the worker that does.
    metrics : dict
        What the finished job reported.
    """

    id: str
    visitor: str
    name: str
    job: str
    settings: dict
    epochs: int
    state: State
    note: str
    created: float
    asked: float
    started: float | None
    ended: float | None
    epochs_done: int
    checkpoint: str
    deaths: int
    ticket: str
    worker: str
    metrics: dict

    @property
    def is_active(self):
        """Whether it waits or is being carried out."""
        return self.state in ACTIVE

    @property
    def can_resume(self):
        """Whether there is something left to do, and nobody doing it."""
        return not self.is_active and self.epochs_done < self.epochs


@dataclass(frozen=True)
class Epoch:
    """One finished epoch: its number from 1, when it ended, and what was measured."""

    number: int
    ended: float
    metrics: dict


class Runs:
    """All runs of a database, with their files.

    Parameters
    ----------
    settings : Settings
        Which database, which folder.
    """

    def __init__(self, settings):
        settings.runs.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._files = settings.runs / "files"
        self._limits = settings.limits
        self._database = Database(settings.database_url)

    def close(self):
        """Let go of the database."""
        self._database.close()

    # --- What a visitor asks for -----------------------------------------------------------

    def create(self, visitor, name, job, settings, cost):
        """Put a new run into the queue.

        Raises
        ------
        LimitError
            Where it, or the visitor, asks for too much; nothing is then stored.
        """
        self._limits.check(cost)
        now = time.time()
        run_id = secrets.token_urlsafe(12)
        with self._database.writing() as connection:
            self._check_visitor(connection, visitor)
            connection.execute(
                RUNS.insert().values(
                    id=run_id,
                    visitor=visitor,
                    name=_checked_name(name),
                    job=job,
                    settings=settings,
                    epochs=cost.epochs,
                    state=State.QUEUED,
                    created=now,
                    asked=now,
                )
            )
        return self.get(run_id)

    def resume(self, run_id, visitor, settings=None, cost=None):
        """Put a run back into the queue, to go on after its last epoch.

        Parameters
        ----------
        run_id, visitor : str
        settings, cost : dict, Cost
            New settings, as for more epochs; the old ones by default.

        Raises
        ------
        RunError
            Where it is not the visitor's, is still active, or has no epoch left.
        LimitError
        """
        run = self._own(run_id, visitor)
        epochs = cost.epochs if cost else run.epochs
        if cost:
            self._limits.check(cost)
        if epochs <= run.epochs_done:
            raise RunError(f"All {run.epochs_done} epochs are done: ask for more to go on.")
        with self._database.writing() as connection:
            waiting, _ = self._counts(connection, visitor)
            self._limits.check_visitor(waiting, 0)
            change = {
                "state": State.QUEUED,
                "settings": settings or run.settings,
                "epochs": epochs,
                "asked": time.time(),
                "ended": None,
                "deaths": 0,
                "note": "",
                "metrics": {},
            }
            inactive = RUNS.c.state.not_in(ACTIVE)
            if not self._change(connection, RUNS.c.id == run_id, inactive, **change):
                raise RunError("This run is still in progress.")
        return self.get(run_id)

    def ask_to_stop(self, run_id, visitor):
        """Cancel a run that waits; mark one that is being carried out, for its job to see."""
        self._own(run_id, visitor)
        this = RUNS.c.id == run_id
        note = "Cancelled while it waited."
        cancelled = {"state": State.CANCELLED, "ended": time.time(), "note": note}
        with self._database.writing() as connection:
            self._change(connection, this, RUNS.c.state == State.QUEUED, **cancelled)
            self._change(connection, this, RUNS.c.state == State.RUNNING, state=State.STOPPING)
        return self.get(run_id)

    def rename(self, run_id, visitor, name):
        """Give a run another name."""
        self._own(run_id, visitor)
        with self._database.writing() as connection:
            self._change(connection, RUNS.c.id == run_id, name=_checked_name(name))

    def delete(self, run_id, visitor):
        """Remove a run that is not active, with its files."""
        self._own(run_id, visitor)
        with self._database.writing() as connection:
            inactive = RUNS.c.state.not_in(ACTIVE)
            gone = connection.execute(RUNS.delete().where(RUNS.c.id == run_id, inactive))
        if not gone.rowcount:
            raise RunError("This run is still in progress: cancel it first.")
        shutil.rmtree(self.folder(run_id), ignore_errors=True)

    # --- What anybody may read -------------------------------------------------------------

    def get(self, run_id):
        """Look a run up.

        Raises
        ------
        RunError
            Where there is none.
        """
        with self._database.reading() as connection:
            row = connection.execute(sa.select(RUNS).where(RUNS.c.id == str(run_id))).first()
        if row is None:
            raise RunError("There is no such run: it was deleted, or the link is incomplete.")
        return _run(row)

    def of(self, visitor):
        """List a visitor's runs, the newest first."""
        with self._database.reading() as connection:
            mine = sa.select(RUNS).where(RUNS.c.visitor == visitor)
            return [_run(row) for row in connection.execute(mine.order_by(RUNS.c.created.desc()))]

    def history(self, run_id):
        """List a run's finished epochs, the first one first."""
        with self._database.reading() as connection:
            wanted = sa.select(EPOCHS).where(EPOCHS.c.run == run_id).order_by(EPOCHS.c.number)
            return [Epoch(row.number, row.ended, row.metrics) for row in connection.execute(wanted)]

    def queue(self):
        """List the ids of all waiting runs, the next one first."""
        with self._database.reading() as connection:
            return self._queue(connection)

    def on_worker(self):
        """List all runs that a worker carries out."""
        with self._database.reading() as connection:
            wanted = sa.select(RUNS).where(RUNS.c.state.in_(ON_WORKER))
            return [_run(row) for row in connection.execute(wanted)]

    def active(self):
        """List all runs that wait or are carried out, the oldest first."""
        with self._database.reading() as connection:
            wanted = sa.select(RUNS).where(RUNS.c.state.in_(ACTIVE)).order_by(RUNS.c.created)
            return [_run(row) for row in connection.execute(wanted)]

    def folder(self, run_id) -> Path:
        """Return the folder of a run's files; its job makes what is in it."""
        return self._files / run_id

    # --- What a worker says ----------------------------------------------------------------

    def claim(self, ticket, worker):
        """Give a worker its run: the one it died under, or else the next in the queue.

        Parameters
        ----------
        ticket : str
            The task that asks. Dask asks again with the same one when its worker has died.
        worker : str
            The worker's address.

        Returns
        -------
        Run or None
            None where nothing is left to do.
        """
        with self._database.writing() as connection:
            mine = sa.select(RUNS).where(RUNS.c.ticket == ticket, RUNS.c.state.in_(ON_WORKER))
            if orphan := connection.execute(mine).first():
                return self._try_again(connection, _run(orphan), worker)
            change = {
                "state": State.RUNNING,
                "ticket": ticket,
                "worker": worker,
                "started": time.time(),
            }
            for run_id in self._queue(connection):
                this = RUNS.c.id == run_id
                if self._change(connection, this, RUNS.c.state == State.QUEUED, **change):
                    return _run(connection.execute(sa.select(RUNS).where(this)).first())
        return None

    def _try_again(self, connection, run, worker):
        this = RUNS.c.id == run.id
        if run.state is State.STOPPING:
            self._end(connection, run, State.CANCELLED, f"Ended by force{_kept(run)}.")
            return None
        if run.deaths >= MOST_DEATHS:
            self._end(
                connection,
                run,
                State.INTERRUPTED,
                "The process that trains was ended twice from outside, most often for want of"
                f" memory: try a smaller batch or network{_kept(run)}.",
            )
            return None
        note = f"The process that trains was ended from outside; another {_went_on(run)}."
        self._change(connection, this, deaths=run.deaths + 1, worker=worker, note=note)
        return _run(connection.execute(sa.select(RUNS).where(this)).first())

    def commit_epoch(self, run, number, metrics, checkpoint):
        """Make an epoch count.

        Parameters
        ----------
        run : Run
            As it was claimed.
        number : int
            From 1.
        metrics : dict of str to float
        checkpoint : str
            The folder, below the run's own, from which it can be resumed.

        Returns
        -------
        bool
            Whether the run is asked to stop.

        Raises
        ------
        Disowned
            Where another attempt has taken over, or the run was given up.
        """
        with self._database.writing() as connection:
            change = {"epochs_done": number, "checkpoint": checkpoint}
            if not self._change(connection, *self._attempt(run), **change):
                raise Disowned
            same = (EPOCHS.c.run == run.id) & (EPOCHS.c.number == number)
            connection.execute(EPOCHS.delete().where(same))
            connection.execute(
                EPOCHS.insert().values(
                    run=run.id, number=number, ended=time.time(), metrics=_as_json(metrics)
                )
            )
            state = sa.select(RUNS.c.state).where(RUNS.c.id == run.id)
            return connection.execute(state).scalar() == State.STOPPING

    def end(self, run, state, note="", metrics=None):
        """Say how an attempt ended, unless another has taken over meanwhile."""
        with self._database.writing() as connection:
            self._end(connection, run, state, note, metrics)

    def give_up(self, run):
        """End a run whose task nobody knows any more: its cluster has ended under it."""
        if run.state is State.STOPPING:
            self.end(run, State.CANCELLED, f"Ended with its cluster{_kept(run)}.")
        else:
            note = f"The cluster that trained it ended{_kept(run)}."
            self.end(run, State.INTERRUPTED, note)

    # --- How it is done --------------------------------------------------------------------

    def _own(self, run_id, visitor):
        run = self.get(run_id)
        if not visitor or run.visitor != visitor:
            raise RunError("This run belongs to somebody else: you can look at it, not change it.")
        return run

    def _check_visitor(self, connection, visitor):
        self._limits.check_visitor(*self._counts(connection, visitor))

    def _counts(self, connection, visitor):
        """Count a visitor's active runs, and all of them."""
        states = sa.select(RUNS.c.state).where(RUNS.c.visitor == visitor)
        states = connection.execute(states).scalars().all()
        return sum(state in ACTIVE for state in states), len(states)

    def _queue(self, connection):
        columns = sa.select(RUNS.c.id, RUNS.c.visitor, RUNS.c.asked)
        queued = connection.execute(columns.where(RUNS.c.state == State.QUEUED)).all()
        waiting = [Waiting(*row) for row in queued]
        ended = sa.select(RUNS.c.visitor, sa.func.max(RUNS.c.ended)).group_by(RUNS.c.visitor)
        ended = ended.where(RUNS.c.ended.is_not(None))
        served = {visitor: last for visitor, last in connection.execute(ended)}
        busy = sa.select(RUNS.c.visitor).where(RUNS.c.state.in_(ON_WORKER))
        served |= dict.fromkeys(connection.execute(busy).scalars(), math.inf)
        return fair_order(waiting, served)

    def _attempt(self, run):
        """Return the conditions under which this attempt may still speak for the run."""
        same = RUNS.c.id == run.id, RUNS.c.ticket == run.ticket, RUNS.c.deaths == run.deaths
        return *same, RUNS.c.state.in_(ON_WORKER)

    def _end(self, connection, run, state, note, metrics=None):
        change = {
            "state": state,
            "note": note,
            "ended": time.time(),
            "metrics": _as_json(metrics or {}),
        }
        self._change(connection, *self._attempt(run), **change)

    @staticmethod
    def _change(connection, *conditions, **values):
        """Change the runs that meet all conditions, and count them."""
        return connection.execute(RUNS.update().where(*conditions).values(**values)).rowcount


def _run(row):
    values = {each.name: getattr(row, each.name) for each in fields(Run)}
    return Run(**{**values, "state": State(row.state)})


def _checked_name(name):
    return " ".join(str(name).split())[:LONGEST_NAME] or "Untitled"


def _as_json(metrics):
    """Write what JSON has no number for, such as the loss of a run that diverged, as None."""
    return json.loads(json.dumps(metrics, default=float), parse_constant=lambda _: None)


def _went_on(run):
    return f"went on after epoch {run.epochs_done}" if run.epochs_done else "started over"


def _kept(run):
    if not run.epochs_done:
        return "; no epoch was finished, so it starts afresh when resumed"
    return f"; it can be resumed after epoch {run.epochs_done}"
