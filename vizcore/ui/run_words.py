"""A run in words: its state, how far it is, and how long it will still take."""

from dataclasses import dataclass
from statistics import median

from vizcore.compute.runs import State
from vizcore.ui.numbers import readable

STATES = {
    State.QUEUED: ("◔", "Waiting"),
    State.RUNNING: ("▶\ufe0e", "Training"),
    State.STOPPING: ("◧", "Stopping"),
    State.FINISHED: ("✓", "Finished"),
    State.CANCELLED: ("■", "Stopped"),
    State.FAILED: ("✗", "Failed"),
    State.INTERRUPTED: ("‖", "Interrupted"),
}
"""A sign and a word for each state."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def ordinal(number):
    """Return a place in a row.

    Examples
    --------
    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 22, 101, 111)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '22nd', '101st', '111th']
    """
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def ago(seconds):
    """Return how long ago something was.

    Examples
    --------
    >>> [ago(s) for s in (5, 60, 7199, 7200, 200_000)]
    ['just now', '1 minute ago', '1 hour ago', '2 hours ago', '2 days ago']
    """
    for size, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def about(seconds):
    """Return a time to wait, no more exact than it can be known.

    Examples
    --------
    >>> [about(s) for s in (2, 38, 62, 170, 3500, 5000, 90_000)]
    ['a few seconds', 'about 40 s', 'about 60 s', 'about 3 min', 'about 58 min', \
'about 1.4 h', 'about 25 h']
    """
    if seconds < 8:
        return "a few seconds"
    if seconds < 90:
        return f"about {5 * round(seconds / 5)} s"
    if seconds < _HOUR:
        return f"about {round(seconds / _MINUTE)} min"
    return f"about {readable(seconds / _HOUR, 1)} h"


def percent(share, digits=1):
    """Return a share in per cent; a dash where it is not known.

    Examples
    --------
    >>> percent(0.9725), percent(None), percent(1.0)
    ('97.2%', '–', '100.0%')
    """
    return "–" if share is None else f"{100 * share:.{digits}f}%"


def figure(value, digits=3):
    """Return a loss or a number of seconds; a dash where it is not known.

    Examples
    --------
    >>> figure(0.12349), figure(None)
    ('0.123', '–')
    """
    return "–" if value is None else f"{value:.{digits}f}"


def signed(value, digits):
    """Return a difference with its sign.

    Examples
    --------
    >>> signed(0.5, 1), signed(-0.52, 1), signed(0.0, 1), signed(-0.04, 1)
    ('+0.5', '−0.5', '±0.0', '±0.0')
    """
    text = f"{abs(value):.{digits}f}"
    if not float(text):
        return f"±{text}"
    return f"{'+' if value > 0 else '−'}{text}"


def epochs_of(run):
    """Return how many epochs are done of how many.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> epochs_of(SimpleNamespace(epochs_done=3, epochs=10))
    '3 of 10 epochs'
    """
    return f"{run.epochs_done} of {run.epochs} epoch{'s' if run.epochs != 1 else ''}"


@dataclass(frozen=True)
class Progress:
    """Where a run is that trains.

    Attributes
    ----------
    done, epochs : int
        Epochs done, and asked for.
    batch, batches : int
        Of the present epoch; 0 where nothing of it was heard yet.
    metrics : dict
        Means over the present epoch so far.
    time : float
        When that was heard, in seconds since 1970.
    """

    done: int
    epochs: int
    batch: int = 0
    batches: int = 0
    metrics: dict | None = None
    time: float = 0.0

    @classmethod
    def of(cls, look):
        """Read it off what was seen of a run, passing over what was heard of earlier epochs."""
        run, heard = look.run, look.progress or {}
        if heard.get("epochs_done") != run.epochs_done or not heard.get("batches"):
            return cls(run.epochs_done, run.epochs)
        given = (heard[name] for name in ("batch", "batches", "metrics", "time"))
        return cls(run.epochs_done, run.epochs, *given)

    @property
    def place(self):
        """Epochs done, the part of the present one included."""
        return self.done + (self.batch / self.batches if self.batches else 0)

    @property
    def share(self):
        """The same, as a share of all."""
        return min(1.0, self.place / self.epochs)

    def left(self, seconds, first=None):
        """Estimate the seconds that are left, or None where nothing can be known yet.

        Parameters
        ----------
        seconds : sequence of float
            What the epochs took that are done.
        first : Progress, optional
            An earlier batch of this epoch: from then to now tells the present rate.
        """
        batch = self._batch_seconds(first)
        # The first epoch also builds the graph; the last few tell best.
        epoch = median(seconds[-3:]) if seconds else batch and batch * self.batches
        if epoch is None:
            return None
        rest = max(0, self.epochs - self.done - 1) * epoch
        if batch is None:
            return rest + (self.done + 1 - self.place) * epoch
        return rest + (self.batches - self.batch) * batch

    def _batch_seconds(self, first):
        if first is None or first.done != self.done or first.batch >= self.batch:
            return None
        return (self.time - first.time) / (self.batch - first.batch)

    def told(self, left):
        """Say it in a line; `left` as `Progress.left` returns it."""
        if self.done >= self.epochs:
            return "The last epoch is done: now the test pictures."
        parts = [f"Epoch {self.done + 1} of {self.epochs}"]
        if self.batches:
            parts.append(f"batch {self.batch} of {self.batches}")
        else:
            parts.append("it begins" if self.done else "preparing data and network")
        if left is not None:
            parts.append(f"{about(left)} left")
        return " · ".join(parts)
