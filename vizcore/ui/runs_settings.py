"""What a visitor sets on the page *Runs*, as one object and in a link."""

import re
from dataclasses import dataclass

from vizcore.ui.numbers import quoted

LAST = -1
"""The epoch that stands for the last one, also while it is not yet known which that is."""

NOTHING = -1
"""The class that stands for none being chosen."""

_LAYER = re.compile(r"[a-z0-9_]{0,32}")
_ID = re.compile(r"[A-Za-z0-9_-]{0,64}")
_MOST = 100_000


@dataclass(frozen=True)
class RunsSettings:
    """What the page shows: the list of runs, one run, or two side by side.

    A link may hold any id: whether there is such a run, only the database knows.

    Attributes
    ----------
    run : str
        The id of the run on screen; empty for the list.
    beside : str
        The id of the run it is compared with, or empty.
    epoch : int
        The epoch whose kernels and maps are shown, 0 for before training; `LAST` for the last.
    layer : str
        The layer whose maps are shown; empty for the first.
    true, predicted : int
        The cell of the confusion matrix that is chosen, or `NOTHING`.
    """

    run: str = ""
    beside: str = ""
    epoch: int = LAST
    layer: str = ""
    true: int = NOTHING
    predicted: int = NOTHING

    def __post_init__(self):
        for name in (self.run, self.beside):
            if not _ID.fullmatch(name):
                raise ValueError(f"there is no run {quoted(name)}.")
        if not _LAYER.fullmatch(self.layer):
            raise ValueError(f"there is no layer {quoted(self.layer)}.")
        if self.beside and self.beside == self.run:
            raise ValueError("a run can be compared with another one, not with itself.")
        for name in ("epoch", "true", "predicted"):
            value = getattr(self, name)
            if not -1 <= value <= _MOST:
                raise ValueError(f"{name} can be −1 to {_MOST:,}, not {value}.")
