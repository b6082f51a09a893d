"""What a visitor sets on the page *Why convolution*, as one object and in a link."""

from dataclasses import dataclass, fields

from vizcore.lessons.moving import COLOURS, FIRST, PLACES, SHAPES
from vizcore.lessons.weights import KINDS, Layer

PARTS = {
    "connections": "Connections",
    "counted": "Weights, counted",
    "moved": "The same object, moved",
}
"""The parts of the page, one of which is on screen."""

TURNS = ("upright", "a quarter turn", "upside down", "three quarter turns")
"""What `WhySettings.turn` means."""

LARGEST = {
    "rows": 512,
    "columns": 512,
    "channels": 1024,
    "filters": 1024,
    "size": 31,
    "stride": 16,
    "inputs": 8,
}
LEAST_INPUTS = 2
LARGEST_WINDOW = 5

MOVED = (FIRST[0] + 2, FIRST[1] + 3)
"""Where the object stands when the page opens: moved, so that there is something to compare."""


@dataclass(frozen=True)
class WhySettings:
    """The page's settings.

    Attributes
    ----------
    part : str
        A key of `PARTS`.
    kind : str
        One of `vizcore.lessons.weights.KINDS`: how the small layer is connected.
    inputs, window : int
        The size of the small layer, and of the neighbourhood of each output.
    rows, columns, channels, filters, size, stride, padding : int
        The layer that is counted, as `vizcore.lessons.weights.Layer` has it.
    shape, colour : str
        What is drawn: keys of `SHAPES` and `COLOURS` in `vizcore.lessons.moving`.
    turn : int
        Its quarter turns, clockwise.
    row, column : int
        Where its box stands, counted from 0.
    """

    part: str = "connections"
    kind: str = "shared"
    inputs: int = 7
    window: int = 3
    rows: int = 32
    columns: int = 32
    channels: int = 3
    filters: int = 10
    size: int = 5
    stride: int = 1
    padding: int = 2
    shape: str = "swan"
    colour: str = "white"
    turn: int = 0
    row: int = MOVED[0]
    column: int = MOVED[1]

    def __post_init__(self):
        for said, value, choices in (
            ("part of the page", self.part, PARTS),
            ("way to connect", self.kind, KINDS),
            ("shape", self.shape, SHAPES),
            ("colour", self.colour, COLOURS),
        ):
            if value not in choices:
                raise ValueError(f"there is no {said} named “{value}”.")
        for said, name in SAID.items():
            value, low, high = getattr(self, name), least(name), most(self, name)
            if not low <= value <= high:
                raise ValueError(f"the {said} can be {low} to {high}, not {value}.")

    @property
    def layer(self):
        """The layer that is counted, `vizcore.lessons.weights.Layer`."""
        return Layer(**{field.name: getattr(self, field.name) for field in fields(Layer)})


SAID = {
    "number of inputs": "inputs",
    "neighbourhood": "window",
    "height of the input": "rows",
    "width of the input": "columns",
    "number of channels": "channels",
    "number of filters": "filters",
    "size of the filters": "size",
    "padding": "padding",
    "stride": "stride",
    "turn": "turn",
    "row of the object": "row",
    "column of the object": "column",
}
"""What messages call each number."""


def from_lesson(lesson):
    """Return the settings that show a lesson of this page; the swans swim upright at first."""
    given = lesson.settings
    if "shape" in given:
        place = {name: given[name] for name in ("shape", "row", "column")}
        return WhySettings(part="moved", **place)
    return WhySettings(part="counted", **{"padding": 0, **given})


def least(name):
    """Return the smallest value of a number among the settings."""
    return {"inputs": LEAST_INPUTS, "padding": 0, "turn": 0, "row": 0, "column": 0}.get(name, 1)


def most(settings, name):
    """Return the largest value of a number with which everything is possible.

    Parameters
    ----------
    settings : WhySettings
    name : str
        A field.
    """
    if name in ("row", "column"):
        return PLACES - 1
    # A window must reach further than the padding, lest it hold nothing else, and fit.
    room = min(settings.rows, settings.columns) + 2 * max(0, settings.padding)
    bounds = {
        "size": min(LARGEST["size"], room),
        "padding": settings.size - 1,
        "window": min(LARGEST_WINDOW, settings.inputs),
        "turn": len(TURNS) - 1,
    }
    return bounds[name] if name in bounds else LARGEST[name]


def fitted(settings, **changes):
    """Return changed settings, each other value lowered as far as it takes to be possible."""
    names = (field.name for field in fields(settings))
    given = {name: getattr(settings, name) for name in names} | changes
    given["padding"] = min(given["padding"], given["size"] - 1)
    room = min(given["rows"], given["columns"]) + 2 * given["padding"]
    given["size"] = min(given["size"], room)
    given["window"] = min(given["window"], given["inputs"])
    return WhySettings(**given)
