"""What a visitor sets on the page *Pooling*, as one object and in a link."""

from dataclasses import dataclass, field, replace

import numpy as np

from vizcore.lessons import LESSONS
from vizcore.ops import trace_pool2d
from vizcore.ops.windows import pair
from vizcore.ui.volumes import LARGEST_INPUT, Volume

MODES = {"max": "Its largest (max)", "average": "Its average"}
MOVES = {"right": (1, 1), "left": (1, -1), "down": (0, 1), "up": (0, -1)}
"""Where the input moves: along which axis, and how far."""

LARGEST_WINDOW = 6
LARGEST_STRIDE = 6
MOST_CHANNELS = 8


@dataclass(frozen=True)
class PoolSettings:
    """The page's settings.

    Attributes
    ----------
    input : Volume
        One layer a channel.
    mode : str
        A key of `MODES`.
    high, wide : int
        Rows and columns of the window.
    stride : int
        Down and across alike; 0 stands for the window's own size, so that windows lie side by
        side.
    padding : int
        Cells added on each side.
    partial : bool
        Whether the last windows may hang over the end.
    count_padding : bool
        Whether an average counts the padding as zeros.
    shift : str
        A key of `MOVES`: where the input moves in the small-shift experiment.
    channel : int
        The channel whose maps that experiment draws, counted from 1.
    """

    input: Volume = field(
        default_factory=lambda: Volume.of(LESSONS["max-pool-slice"].settings["x"])
    )
    mode: str = "max"
    high: int = 2
    wide: int = 2
    stride: int = 0
    padding: int = 0
    partial: bool = False
    count_padding: bool = False
    shift: str = "right"
    channel: int = 1

    def __post_init__(self):
        if self.mode not in MODES:
            raise ValueError(f"there is no pooling named “{self.mode}”.")
        if self.shift not in MOVES:
            raise ValueError(f"the input cannot move to “{self.shift}”.")
        for said, name, value, least in (
            ("number of channels", "channels", self.input.depth, 1),
            ("window's rows", "high", self.high, 1),
            ("window's columns", "wide", self.wide, 1),
            ("padding", "padding", self.padding, 0),
            ("stride", "stride", self.stride, 0),
            ("channel shown", "channel", self.channel, 1),
        ):
            largest = most(self, name)
            if not least <= value <= largest:
                raise ValueError(f"the {said} can be {least} to {largest}, not {value}.")
        self.trace()

    def trace(self, x=None):
        """Return the trace of the operation.

        Parameters
        ----------
        x : ndarray, (rows, columns, channels), optional
            What to pool instead of the input.

        Returns
        -------
        vizcore.ops.trace.Trace

        Raises
        ------
        ValueError
            When the settings are impossible.
        """
        return trace_pool2d(
            self.input.values() if x is None else x,
            (self.high, self.wide),
            stride=self.stride or None,
            padding=self.padding,
            mode=self.mode,
            ceil_mode=self.partial,
            count_include_pad=self.count_padding,
        )

    def with_edit(self, edit):
        """Return these settings with one cell typed anew, as a stepper tells it.

        Parameters
        ----------
        edit : dict
            ``row``, ``column``, ``channel`` and ``text``.

        Raises
        ------
        ValueError, KeyError, TypeError
            When there is no such cell, or the text is no number.
        """
        place = edit["channel"], edit["row"], edit["column"]
        return replace(self, input=self.input.with_text(*place, edit["text"]))

    def reshaped(self, *, rows=None, columns=None, channels=None):
        """Return these settings with another size of the input; the rest is made to fit."""
        old = self.input
        sizes = rows or old.rows, columns or old.columns, channels or old.depth
        return fitted(self, input=old.resized(*sizes))


def from_lesson(lesson):
    """Return the settings that show a lesson of pooling.

    A lesson that is about shapes alone is shown on the feature maps of a photo.
    """
    given = lesson.settings
    high, wide = pair(given["size"], "size")
    return PoolSettings(
        input=Volume.of(given["x"])
        if "x" in given
        else Volume(*given["shape"], rule="map-upright"),
        mode=given.get("mode", "max"),
        high=high,
        wide=wide,
        stride=given.get("stride", 0),
        partial=given.get("ceil_mode", False),
    )


def most(settings, name):
    """Return the largest value of a control with which the operation is possible.

    Parameters
    ----------
    settings : PoolSettings
    name : str
        ``"rows"``, ``"columns"``, ``"channels"`` of the input, or a field.
    """
    room = 2 * max(0, settings.padding)
    return {
        "rows": LARGEST_INPUT,
        "columns": LARGEST_INPUT,
        "channels": MOST_CHANNELS,
        "high": min(LARGEST_WINDOW, settings.input.rows + room),
        "wide": min(LARGEST_WINDOW, settings.input.columns + room),
        "stride": LARGEST_STRIDE,
        "padding": min(settings.high, settings.wide) - 1,
        "channel": settings.input.depth,
    }[name]


def fitted(settings, **changes):
    """Return changed settings, each other value lowered as far as it takes to be possible."""
    given = {name: getattr(settings, name) for name in settings.__dataclass_fields__} | changes
    volume, high, wide = given["input"], given["high"], given["wide"]
    # A window must reach further than the padding, lest it hold nothing else.
    padding = min(given["padding"], high - 1, wide - 1)
    given |= {
        "padding": padding,
        "high": min(high, volume.rows + 2 * padding),
        "wide": min(wide, volume.columns + 2 * padding),
        "channel": min(given["channel"], volume.depth),
    }
    return PoolSettings(**given)


def moved(x, direction):
    """Return the input moved by one cell; zeros come in, and what leaves is lost.

    Parameters
    ----------
    x : ndarray, (rows, columns, ...)
    direction : str
        A key of `MOVES`.

    Examples
    --------
    >>> moved(np.array([[1, 2], [3, 4]]), "right")
    array([[0, 1],
           [0, 3]])
    """
    axis, step = MOVES[direction]
    out = np.roll(x, step, axis)
    np.moveaxis(out, axis, 0)[0 if step > 0 else -1] = 0
    return out


def staying(before, after):
    """Tell which cells are the same in two arrays, apart from rounding."""
    return np.isclose(before, after, rtol=1e-9, atol=1e-12)
