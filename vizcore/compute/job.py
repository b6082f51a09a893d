"""What a job must offer, and what it is given: the whole of what compute knows of training."""

import importlib
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from vizcore.compute.limits import Cost

_EVENT_EVERY = 0.25
"""Seconds between two progress events within an epoch."""


class Job(Protocol):
    """Something that takes epochs: in practice a small frozen dataclass of settings.

    It travels as ``module:Class`` and a dict, never as a pickle, so that a run can be read,
    repeated and changed years later. Its module must be importable where the workers are.
    """

    def to_settings(self) -> dict:
        """Return all that it is made of, as JSON can hold it."""

    @classmethod
    def from_settings(cls, settings: dict) -> "Job":
        """Make the job that `to_settings` described."""

    def cost(self) -> Cost:
        """Return what it will spend, without doing any of it."""

    def run(self, context: "Context") -> dict:
        """Do it, in a worker, and return the final metrics.

        Start at ``context.checkpoint`` where there is one: the state after the first
        ``context.epochs_done`` epochs. Call `Context.report_batch` and then
        `Context.should_stop` after every batch, and return (anything) as soon as the latter is
        true. Call `Context.report_epoch` after every epoch. Leave lasting files, such as the
        model, in ``context.folder``. A ValueError ends the run with its text for the visitor.
        """


def kind_of(job):
    """Return the class of a job as ``module:Class``."""
    return f"{type(job).__module__}:{type(job).__qualname__}"


def restore(kind, settings):
    """Make a job again from what `kind_of` and its `to_settings` gave."""
    module, name = kind.split(":")
    return getattr(importlib.import_module(module), name).from_settings(settings)


class Context:
    """A job's side of its run: where its files are, what to tell, and when to stop.

    Parameters
    ----------
    folder : Path
        For the run's lasting files; made if it is not there.
    epochs_done : int
        Epochs that need not be done again.
    checkpoint : str
        The folder, below `folder`, with the state after them; empty before the first.
    commit : callable
        Takes an epoch's number, its metrics and its checkpoint; makes them count; returns whether
        the job is asked to stop.
    tell : callable, optional
        Takes each progress event, a dict.
    asked_to_stop : callable, optional
        Returns whether somebody asks the job to stop; cheap.

    Attributes
    ----------
    folder : Path
    epochs_done : int
    checkpoint : Path or None
    stopped : bool
        Whether the job was told to stop.
    """

    def __init__(
        self,
        folder: Path,
        epochs_done: int,
        checkpoint: str,
        commit: Callable[[int, dict, str], bool],
        tell: Callable[[dict], None] = lambda event: None,
        asked_to_stop: Callable[[], bool] = lambda: False,
    ):
        self.folder = folder
        self.epochs_done = epochs_done
        self.checkpoint = folder / checkpoint if checkpoint else None
        self.stopped = False
        self._commit, self._tell, self._asked_to_stop = commit, tell, asked_to_stop
        self._next_event = 0.0
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def should_stop(self):
        """Return whether to leave off; asked after every batch."""
        self.stopped = self.stopped or self._asked_to_stop()
        return self.stopped

    def report_batch(self, batch, batches, **metrics):
        """Tell who watches that a batch is done; as often as one likes, most calls cost nothing.

        Parameters
        ----------
        batch, batches : int
            How many of how many in this epoch.
        **metrics : float
            Means over the epoch so far.
        """
        now = time.monotonic()
        if now >= self._next_event:
            self._next_event = now + _EVENT_EVERY
            self._event(batch, batches, metrics)

    def report_epoch(self, metrics, save):
        """Make a finished epoch count; whatever happens now, it need not be done again.

        Parameters
        ----------
        metrics : dict of str to float
        save : callable
            Writes all that is needed to go on from here into the empty folder it is given.
        """
        number = self.epochs_done + 1
        # The name is new at each attempt, so what a dead one left half-written is in nobody's way.
        name = f"checkpoints/{number:04}-{secrets.token_hex(4)}"
        checkpoint = self.folder / name
        checkpoint.mkdir(parents=True)
        save(checkpoint)
        self.stopped = self._commit(number, metrics, name) or self.stopped
        self.epochs_done, self.checkpoint = number, checkpoint
        for old in checkpoint.parent.iterdir():
            if old != checkpoint:
                shutil.rmtree(old, ignore_errors=True)
        self._event(0, 0, metrics)

    def _event(self, batch, batches, metrics):
        numbers = {name: float(value) for name, value in metrics.items()}
        done = {"epochs_done": self.epochs_done, "batch": batch, "batches": batches}
        self._tell({**done, "metrics": numbers})
