"""What a visitor sets on the page *How a filter is found*, as one object and in a link."""

from dataclasses import dataclass

import numpy as np

from vizcore.lessons.slashes import BACKSLASH, BAD_BACKSLASH, descend, random_weights

STEPS = 60
SMALLEST_RATE, LARGEST_RATE = 0.01, 1.0
LARGEST_SEED = 9999


class Signs(tuple):
    """Four signs, row by row: a picture of the screen, or a filter."""

    @classmethod
    def of(cls, values):
        """Read +1 and −1 in any shape; ValueError when it is anything else."""
        known = {1: 1, -1: -1}
        signs = cls(known.get(value) for value in np.ravel(values).tolist())
        if len(signs) != 4 or None in signs:
            raise ValueError("a picture and a filter have four cells, each 1 or -1.")
        return signs

    def to_text(self):
        """Write them for a link."""
        return "_".join(map(str, self))

    @classmethod
    def from_text(cls, text):
        """Read what `to_text` wrote; ValueError when it is no such thing."""
        return cls.of([{"1": 1, "-1": -1}.get(one) for one in text.split("_")])


@dataclass(frozen=True)
class SlashSettings:
    """The page's settings.

    Attributes
    ----------
    picture, filter : Signs
        What the screen shows, and the sign filter that looks at it.
    seed : int
        Draws the four real weights that the descent starts with.
    rate : float
        The learning rate.
    step : int
        The step of the descent on screen.
    """

    picture: Signs = Signs.of(BACKSLASH)
    filter: Signs = Signs.of(BAD_BACKSLASH)
    seed: int = 2
    rate: float = 0.1
    step: int = 0

    def __post_init__(self):
        for name, least, most in (
            ("seed", 0, LARGEST_SEED),
            ("rate", SMALLEST_RATE, LARGEST_RATE),
            ("step", 0, STEPS),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise ValueError(f"the {name} can be {least} to {most}, not {value}.")

    def descent(self):
        """Return the path from the seeded start, `vizcore.lessons.slashes.Descent`."""
        return descend(random_weights(self.seed), self.rate, STEPS)


def from_lesson(lesson):
    """Return the settings that show a lesson of the slashes."""
    given = lesson.settings
    return SlashSettings(Signs.of(given["pictures"][0]), Signs.of(given["filter"]))
