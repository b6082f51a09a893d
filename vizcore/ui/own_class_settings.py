"""What a visitor sets on the page *Your own classes*: how a dataset is made, not its pictures."""

from dataclasses import dataclass

from vizcore.nets.own_classes import Making

MOST_SEED = 9999

WAYS = {
    "zip": "A zip, one folder a class",
    "classes": "Class by class, files or camera",
    "npz": "An .npz file",
}
"""How pictures come in."""


@dataclass(frozen=True)
class OwnClassSettings:
    """The page's settings; a link carries them, and no picture.

    Attributes
    ----------
    way : str
        One of `WAYS`.
    side, framing, fraction, seed
        As in `vizcore.nets.own_classes.Making`.
    """

    way: str = "zip"
    side: int = Making.side
    framing: str = Making.framing
    fraction: float = Making.fraction
    seed: int = Making.seed

    def __post_init__(self):
        if self.way not in WAYS:
            raise ValueError(f"pictures come in by {', '.join(WAYS)}.")
        if not 0 <= self.seed <= MOST_SEED:
            raise ValueError(f"the seed can be 0 to {MOST_SEED:,}, not {self.seed:,}.")
        self.making()

    def making(self):
        """Return how the dataset is made."""
        return Making(self.side, self.framing, self.fraction, self.seed)
