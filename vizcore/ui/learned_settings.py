"""What a visitor sets on the page *What it learned*, as one object and in a link."""

from dataclasses import dataclass

from vizcore.nets.attribution import FILLS
from vizcore.nets.maximisation import OVERS
from vizcore.ui.network_settings import MOST_MAPS, NetworkSettings
from vizcore.ui.numbers import quoted

PARTS = {
    "kernels": "Its kernels",
    "excites": "What excites a map",
    "likes": "What a map likes",
    "looks": "Where it looks",
    "shift": "A digit that moves",
}
"""What the page can show, one at a time."""

PREDICTED = -1
"""The class that stands for the one the network gives the largest probability."""

MOST_ACTIVE = -1
"""The map that stands for the one with the highest value for the picture."""

DRAWING = -1
"""The digit that stands for the page's picture where that is a drawing, else for the first."""

MOST_SEED = 9999
MOST_CLASSES = 10_000
SQUARES = {"eighth": 8, "quarter": 4, "half": 2}
"""How many times the square that covers a part of the picture fits beside itself in it."""

MOST_SHIFT = 8
"""How far a digit is moved each way, in pixels."""

DIGITS = 100
"""More of them than there are samples."""

_SETTINGS_OF = {
    "excites": ("node", "map"),
    "likes": ("over", "seed"),
    "looks": ("label", "layer", "square", "fill"),
    "shift": ("digit", "meant", "down", "right"),
}


@dataclass(frozen=True)
class LearnedSettings:
    """The page's settings.

    Attributes
    ----------
    part : str
        A key of `PARTS`; empty for what the other settings tell of, see `part_shown`.
    model, picture, node, map
        As in `NetworkSettings`; an empty node stands for the last one worth looking at. The map
        may be `MOST_ACTIVE`.
    over : str
        What of the map is to grow when a picture is made that it likes: a key of `OVERS`.
    seed : int
        Decides the noise which that picture begins with.
    label : int
        The class that is asked for in the picture, or `PREDICTED`.
    layer : str
        The layer whose maps Grad-CAM weighs; empty for the last.
    square : str
        How large the square is that occlusion moves over the picture: a key of `SQUARES`.
    fill : str
        What that square is filled with: a key of `FILLS`.
    digit : int
        Which of the samples of digits is moved, or `DRAWING`.
    meant : int
        What a drawn digit is meant to be, or `PREDICTED`.
    down, right : int
        By how many pixels.
    """

    part: str = ""
    model: str = "digits"
    picture: str = "sample-0"
    node: str = ""
    map: int = MOST_ACTIVE
    over: str = "map"
    seed: int = 0
    label: int = PREDICTED
    layer: str = ""
    square: str = "quarter"
    fill: str = "grey"
    digit: int = DRAWING
    meant: int = PREDICTED
    down: int = 0
    right: int = 0

    def __post_init__(self):
        NetworkSettings(self.model, self.picture, self.node)
        NetworkSettings(node=self.layer)
        keys = {"part": ("", *PARTS), "over": OVERS, "fill": FILLS, "square": SQUARES}
        for name, known in keys.items():
            if getattr(self, name) not in known:
                offered = ", ".join(filter(None, known))
                raise ValueError(f"{name} is one of {offered}, not {quoted(getattr(self, name))}.")
        for name, least, most in (
            ("seed", 0, MOST_SEED),
            ("label", PREDICTED, MOST_CLASSES - 1),
            ("map", MOST_ACTIVE, MOST_MAPS - 1),
            ("digit", DRAWING, DIGITS - 1),
            ("meant", PREDICTED, 9),
            ("down", -MOST_SHIFT, MOST_SHIFT),
            ("right", -MOST_SHIFT, MOST_SHIFT),
        ):
            if not least <= getattr(self, name) <= most:
                said = f"{name} can be {least} to {most:,}, not {getattr(self, name):,}."
                raise ValueError(said.replace("-", "−"))

    @property
    def part_shown(self):
        """The part that is on screen; a link that names none leads to what it sets."""
        usual = type(self)()
        told = (
            part
            for part, names in _SETTINGS_OF.items()
            if any(getattr(self, name) != getattr(usual, name) for name in names)
        )
        return self.part or next(told, "kernels")
