"""A job without a network: it adds numbers up, batch by batch, and waits where a test wants it."""

import functools
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from vizcore.compute import Cost


@dataclass(frozen=True)
class Counting:
    """Sums that depend on every batch before them, as weights do."""

    epochs: int = 3
    batches: int = 4
    gate: str = ""
    deaf: bool = False
    error: str = ""
    parameters: int = 10

    def to_settings(self):
        return asdict(self)

    @classmethod
    def from_settings(cls, settings):
        return cls(**settings)

    def cost(self):
        return Cost(self.parameters, self.parameters * self.batches * self.epochs, self.epochs)

    def run(self, context):
        if self.error:
            raise {"value": ValueError, "other": KeyError}[self.error]("no such thing")
        total = np.zeros(3)
        if context.checkpoint:
            total = np.load(context.checkpoint / "total.npy")
        for epoch in range(context.epochs_done, self.epochs):
            numbers = np.random.default_rng(epoch)
            for batch in range(self.batches):
                if self.gate:
                    Gate(self.gate).pass_through(f"{epoch} {batch}")
                total = 0.9 * total + numbers.normal(size=3)
                context.report_batch(batch + 1, self.batches, loss=total.mean())
                if not self.deaf and context.should_stop():
                    return {}
            save = functools.partial(_save, total)
            context.report_epoch({"loss": total.mean()}, save)
        np.save(context.folder / "model.npy", total)
        return {"total": total.tolist()}


def _save(total, folder):
    np.save(folder / "total.npy", total)


class Gate:
    """A folder through which a test lets a job do one batch after another."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def let(self, batches):
        """Let it begin this many batches in all."""
        draft = self.folder / "draft"
        draft.write_text(str(batches))
        draft.replace(self.folder / "may")

    @property
    def passed(self):
        """The batches that have begun, in order."""
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []

    @property
    def pid(self):
        """The process that waits or counts here."""
        return int((self.folder / "pid").read_text())

    @property
    def is_reached(self):
        return (self.folder / "pid").exists()

    def pass_through(self, what):
        draft = self.folder / "pid.draft"
        draft.write_text(str(os.getpid()))
        draft.replace(self.folder / "pid")
        while len(self.passed) >= int((self.folder / "may").read_text()):
            time.sleep(0.005)
        with open(self.folder / "log", "a") as log:
            log.write(f"{what}\n")


def keras_version():
    """What an inference worker may do."""
    import keras

    return keras.__version__


def own_pid():
    return os.getpid()


def fail():
    raise FileNotFoundError("nothing there")


def die():
    os.kill(os.getpid(), 9)
