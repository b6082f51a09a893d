"""What a visitor sets on the page *What it learned*, as one object and in a link."""

from dataclasses import dataclass

from vizcore.nets.attribution import FILLS
from vizcore.nets.maximisation import OVERS
from vizcore.ui.network_settings import NetworkSettings
from vizcore.ui.numbers import quoted

PREDICTED = -1
"""The class that stands for the one the network gives the largest probability."""

MOST_SEED = 9999
MOST_CLASSES = 10_000
SQUARES = {"eighth": 8, "quarter": 4, "half": 2}
"""How many times the square that covers a part of the picture fits beside itself in it."""

MOST_SHIFT = 8
"""How far a digit is moved each way, in pixels."""

DIGITS = 100
"""More of them than there are samples."""


@dataclass(frozen=True)
class LearnedSettings:
    """The page's settings.

    Attributes
    ----------
    model, picture, node, map
        As in `NetworkSettings`; an empty node stands for the last one worth looking at.
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
        Which of the samples of digits is moved.
    down, right : int
        By how many pixels.
    """

    model: str = "digits"
    picture: str = "sample-0"
    node: str = ""
    map: int = 0
    over: str = "map"
    seed: int = 0
    label: int = PREDICTED
    layer: str = ""
    square: str = "quarter"
    fill: str = "grey"
    digit: int = 0
    down: int = 0
    right: int = 0

    def __post_init__(self):
        NetworkSettings(self.model, self.picture, self.node, self.map)
        NetworkSettings(node=self.layer)
        for name, known in (("over", OVERS), ("fill", FILLS), ("square", SQUARES)):
            if getattr(self, name) not in known:
                raise ValueError(
                    f"{name} is one of {', '.join(known)}, not {quoted(getattr(self, name))}."
                )
        for name, least, most in (
            ("seed", 0, MOST_SEED),
            ("label", PREDICTED, MOST_CLASSES - 1),
            ("digit", 0, DIGITS - 1),
            ("down", -MOST_SHIFT, MOST_SHIFT),
            ("right", -MOST_SHIFT, MOST_SHIFT),
        ):
            if not least <= getattr(self, name) <= most:
                said = f"{name} can be {least} to {most:,}, not {getattr(self, name):,}."
                raise ValueError(said.replace("-", "−"))
