"""Where runs live, which cluster carries them out, and what it may spend: the environment."""

import hashlib
import os
from dataclasses import dataclass, field, fields
from pathlib import Path

from vizcore.compute.limits import Limits

ROOT = Path(__file__).parents[2]


class SettingsError(ValueError):
    """A variable of the environment that cannot be followed; the text names it."""


def _whole(text):
    return int(text.replace("_", ""))


def _variable(name, default, read=str):
    return field(default=default, metadata={"variable": f"VIZCORE_{name}", "read": read})


@dataclass(frozen=True)
class Settings:
    """What an operator can set, each by one variable of the environment.

    Attributes
    ----------
    runs : Path
        ``VIZCORE_RUNS``: the folder of the runs: their models and checkpoints, the SQLite
        database, and the embedded cluster's address. By default ``.runs`` beside the app, so that
        it does not depend on where one stands, and every checkout keeps its own. With a cluster of
        several machines, all of them must see it under the same path.
    database : str
        ``VIZCORE_DATABASE_URL``: an SQLAlchemy URL, such as ``postgresql+psycopg://…`` (which
        needs ``pip install psycopg``); by default an SQLite file in `runs`, which suits a cluster
        on one machine.
    scheduler : str
        ``VIZCORE_SCHEDULER``: ``tls://host:port`` (or ``tcp://``) of the operator's own Dask
        scheduler; without it the app starts a cluster of its own on this machine. The workers need
        this package, the same `runs` and `database`, and the resources ``training=1`` or
        ``inference=1``. One scheduler serves one database.
    tls_ca, tls_cert, tls_key : str
        ``VIZCORE_TLS_CA``, ``VIZCORE_TLS_CERT``, ``VIZCORE_TLS_KEY``: PEM files for a ``tls://``
        scheduler; without them, Dask's own configuration counts.
    training_workers, inference_workers : int
        ``VIZCORE_TRAINING_WORKERS``, ``VIZCORE_INFERENCE_WORKERS``: processes of the embedded
        cluster.
    training_memory, inference_memory : str
        ``VIZCORE_TRAINING_MEMORY``, ``VIZCORE_INFERENCE_MEMORY``: of each of them, as ``4GiB`` or
        as a fraction of this machine; one that takes more is ended.
    warm : str
        ``VIZCORE_WARM``: the module that workers import before they are asked, so that nobody
        waits for it (Keras takes 0.7 GiB of each); empty for none.
    grace : float
        ``VIZCORE_GRACE``: seconds that a run which is asked to stop has until its worker is ended.
    linger : float
        ``VIZCORE_LINGER``: seconds for which the embedded cluster outlives its last client and
        its last run.
    parameters, multiply_adds, epochs, waiting, kept : int
        ``VIZCORE_MOST_PARAMETERS`` and so on: see `Limits`.

    Examples
    --------
    >>> Settings.from_environment({"VIZCORE_TRAINING_WORKERS": "2"}).training_workers
    2
    """

    runs: Path = _variable("RUNS", ROOT / ".runs", Path)
    database: str = _variable("DATABASE_URL", "")
    scheduler: str = _variable("SCHEDULER", "")
    tls_ca: str = _variable("TLS_CA", "")
    tls_cert: str = _variable("TLS_CERT", "")
    tls_key: str = _variable("TLS_KEY", "")
    training_workers: int = _variable("TRAINING_WORKERS", 1, _whole)
    inference_workers: int = _variable("INFERENCE_WORKERS", 1, _whole)
    training_memory: str = _variable("TRAINING_MEMORY", "0.5")
    inference_memory: str = _variable("INFERENCE_MEMORY", "0.25")
    warm: str = _variable("WARM", "keras")
    grace: float = _variable("GRACE", 5.0, float)
    linger: float = _variable("LINGER", 60.0, float)
    parameters: int = _variable("MOST_PARAMETERS", Limits.parameters, _whole)
    multiply_adds: int = _variable("MOST_MULTIPLY_ADDS", Limits.multiply_adds, _whole)
    epochs: int = _variable("MOST_EPOCHS", Limits.epochs, _whole)
    waiting: int = _variable("MOST_WAITING", Limits.waiting, _whole)
    kept: int = _variable("MOST_KEPT", Limits.kept, _whole)

    @classmethod
    def from_environment(cls, environ=os.environ):
        """Read the variables that are set.

        Raises
        ------
        SettingsError
            Naming the variable that cannot be read.
        """
        values = {}
        for each in fields(cls):
            variable, read = each.metadata["variable"], each.metadata["read"]
            if text := environ.get(variable):
                try:
                    values[each.name] = read(text)
                except ValueError as error:
                    raise SettingsError(f"{variable} must be a number. Received: {text}") from error
        # An empty text is how one says that nothing shall be imported beforehand.
        if environ.get("VIZCORE_WARM") == "":
            values["warm"] = ""
        return cls(**values)

    def __post_init__(self):
        object.__setattr__(self, "runs", Path(self.runs).expanduser().absolute())
        for name in ("training_workers", "inference_workers"):
            if getattr(self, name) < 1:
                raise SettingsError(f"VIZCORE_{name.upper()} must be at least 1.")
        if self.scheduler and not self.scheduler.startswith(("tls://", "tcp://")):
            raise SettingsError(
                f"VIZCORE_SCHEDULER must be tls://host:port or tcp://host:port."
                f" Received: {self.scheduler}"
            )

    def to_environment(self):
        """Return the variables that make another process read these settings."""
        return {each.metadata["variable"]: str(getattr(self, each.name)) for each in fields(self)}

    @property
    def database_url(self):
        """The SQLAlchemy URL of the database."""
        return self.database or f"sqlite:///{self.runs / 'runs.db'}"

    @property
    def place(self):
        """A digest of where the runs are kept: the app and its workers must agree on it."""
        return hashlib.sha256(f"{self.runs} {self.database_url}".encode()).hexdigest()

    @property
    def limits(self):
        """What a run may cost."""
        return Limits(**{each.name: getattr(self, each.name) for each in fields(Limits)})
