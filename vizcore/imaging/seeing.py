"""From any picture to what a network is given: turned, framed, resized, in grey, inverted.

Each step keeps what it made, so that one can look at what became of a picture on the way.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vizcore.imaging.geometry import resize
from vizcore.imaging.stack import grey_levels

FRAMINGS = ("crop", "fit", "stretch")
"""What becomes of a picture of another aspect: its middle; all of it, between borders; squeezed."""

INVERSIONS = ("auto", "on", "off")

LONGEST_SIDE = 1024
"""Pixels of a picture between borders: a thin strip would else need a vast square."""

_GREY, _COLOUR = "grey", "colour"
_BRIGHT = 128


@dataclass(frozen=True)
class Steps:
    """What is done to a picture before a network sees it.

    Attributes
    ----------
    turns : int
        Quarter turns, clockwise: 0 to 3.
    framing : str
        One of `FRAMINGS`.
    grey : bool
        Take its colours away, also where the network takes colours.
    inversion : str
        One of `INVERSIONS`; ``"auto"`` inverts a picture with a bright edge for a network that
        learned from light figures on black.

    Raises
    ------
    ValueError
    """

    turns: int = 0
    framing: str = "crop"
    grey: bool = False
    inversion: str = "auto"

    def __post_init__(self):
        if self.turns not in range(4):
            raise ValueError(f"a picture is turned by 0 to 3 quarters, not {self.turns}.")
        if self.framing not in FRAMINGS:
            raise ValueError(f"a picture can be framed by {', '.join(FRAMINGS)}.")
        if self.inversion not in INVERSIONS:
            raise ValueError(f"inverting can be {', '.join(INVERSIONS)}.")

    def to_text(self):
        """Write these steps for a link.

        Examples
        --------
        >>> Steps(turns=1, grey=True).to_text()
        '1-crop-grey-auto'
        """
        colours = _GREY if self.grey else _COLOUR
        return f"{self.turns}-{self.framing}-{colours}-{self.inversion}"

    @classmethod
    def from_text(cls, text):
        """Read what `to_text` wrote; ValueError where it is no such thing."""
        try:
            turns, framing, colours, inversion = text.split("-")
            grey = (_COLOUR, _GREY).index(colours) == 1
            return cls(("0", "1", "2", "3").index(turns), framing, grey, inversion)
        except ValueError:
            raise ValueError("its steps from the picture to the network cannot be read.") from None


@dataclass(frozen=True, eq=False)
class Stage:
    """A step, and what it made.

    Attributes
    ----------
    name : str
        ``"picture"``, ``"turn"``, ``"frame"``, ``"resize"``, ``"grey"``, ``"invert"`` or
        ``"normalise"``.
    picture : ndarray
        uint8 (H, W, 1 or 3); after ``"normalise"`` float32.
    changed : bool
        Whether the step did anything.
    """

    name: str
    picture: np.ndarray
    changed: bool


def see(
    picture: np.ndarray,
    shape: tuple,
    steps: Steps,
    *,
    on_black: bool = False,
    normalise: Callable | None = None,
) -> tuple:
    """Bring a picture to a network's input, step by step.

    Parameters
    ----------
    picture : ndarray of uint8, shape (H, W, 1 or 3)
    shape : (int, int, int)
        Rows, columns and channels of the input.
    steps : Steps
    on_black : bool
        Whether the network learned from light figures on black.
    normalise : callable, optional
        Takes levels, uint8 in the shape of the input; returns the numbers that the network is
        given. Without it, this last step is left out.

    Returns
    -------
    tuple of Stage
        The picture as it came, then one for each step.

    Examples
    --------
    >>> stages = see(np.uint8([[[0], [99], [0]]]), (1, 1, 1), Steps(inversion="on"))
    >>> [(one.name, one.picture.ravel().tolist()) for one in stages if one.changed]
    [('frame', [99]), ('invert', [156])]
    """
    rows, columns, channels = shape
    stages = [Stage("picture", picture, False)]

    def step(name, made):
        stages.append(Stage(name, made, made is not stages[-1].picture))
        return made

    turned = step("turn", np.rot90(picture, -steps.turns) if steps.turns else picture)
    framed = step("frame", framed_to(turned, rows, columns, steps.framing))
    fits = framed.shape[:2] == (rows, columns)
    resized = step("resize", framed if fits else resize(framed, rows, columns))
    coloured = step("grey", _with_channels(resized, channels, steps.grey))
    inverts = is_inverted(coloured, steps, on_black)
    levels = step("invert", 255 - coloured if inverts else coloured)
    if normalise:
        step("normalise", normalise(levels))
    return tuple(stages)


def levels_of(stages):
    """Return what the network is given, as levels: uint8, before it is normalised."""
    return next(one.picture for one in reversed(stages) if one.name == "invert")


def is_inverted(levels, steps, on_black):
    """Tell whether `steps` invert this picture, which is already of the network's size."""
    if steps.inversion == "auto":
        return on_black and has_bright_edge(levels)
    return steps.inversion == "on"


def has_bright_edge(levels):
    """Tell whether the outermost pixels are light on average, as those of ink on paper.

    Parameters
    ----------
    levels : ndarray of uint8, shape (H, W, C)

    Examples
    --------
    >>> paper = np.full((3, 3, 1), 200, np.uint8)
    >>> paper[1, 1] = 0
    >>> has_bright_edge(paper), has_bright_edge(255 - paper)
    (True, False)
    """
    return bool(_edge(levels).mean() >= _BRIGHT)


def framed_to(picture, rows, columns, framing):
    """Bring a picture to the aspect of rows × columns.

    ``"crop"`` keeps its middle; ``"fit"`` keeps all of it, beside borders in the mean colour of
    its edge; ``"stretch"`` leaves the aspect to the resizing.

    Parameters
    ----------
    picture : ndarray of uint8, shape (H, W, C)
    rows, columns : int
    framing : str
        One of `FRAMINGS`.

    Returns
    -------
    ndarray of uint8, shape (H', W', C)
        The picture itself where there is nothing to do.

    Examples
    --------
    >>> wide = np.uint8([[[1], [2], [3]]])
    >>> framed_to(wide, 1, 1, "crop").tolist(), framed_to(wide, 1, 1, "fit")[..., 0].tolist()
    ([[[2]]], [[2, 2, 2], [1, 2, 3], [2, 2, 2]])
    """
    if framing == "stretch":
        return picture
    if framing == "crop":
        return _middle(picture, *_inside(picture.shape[:2], rows, columns))
    return _bordered(picture, rows, columns)


def seen_share(size, rows, columns):
    """Return how much of a picture's area is left when it is cropped to rows × columns.

    Examples
    --------
    >>> seen_share((100, 300), 28, 28)
    0.3333333333333333
    """
    high, wide = _inside(size, rows, columns)
    return high * wide / (size[0] * size[1])


def _inside(size, rows, columns):
    """Return the largest part of the aspect rows × columns that a size holds."""
    high, wide = size
    if high * columns > wide * rows:
        return min(high, max(1, round(wide * rows / columns))), wide
    return high, min(wide, max(1, round(high * columns / rows)))


def _around(size, rows, columns):
    """Return the smallest size of the aspect rows × columns that holds another."""
    high, wide = size
    return max(high, round(wide * rows / columns)), max(wide, round(high * columns / rows))


def _middle(picture, high, wide):
    if picture.shape[:2] == (high, wide):
        return picture
    top, left = (picture.shape[0] - high) // 2, (picture.shape[1] - wide) // 2
    return picture[top : top + high, left : left + wide]


def _bordered(picture, rows, columns):
    high, wide = _around(picture.shape[:2], rows, columns)
    if (high, wide) == picture.shape[:2]:
        return picture
    if (longest := max(high, wide)) > LONGEST_SIDE:
        shrunk = (max(1, n * LONGEST_SIDE // longest) for n in picture.shape[:2])
        picture = resize(picture, *shrunk)
        high, wide = _around(picture.shape[:2], rows, columns)
    paper = np.empty((high, wide, picture.shape[2]), np.uint8)
    paper[:] = np.rint(_edge(picture).mean(axis=0))
    top, left = (high - picture.shape[0]) // 2, (wide - picture.shape[1]) // 2
    paper[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return paper


def _edge(levels):
    """Return the outermost pixels, (N, C)."""
    inner = np.zeros(levels.shape[:2], bool)
    inner[1:-1, 1:-1] = True
    return levels[~inner]


def _with_channels(levels, channels, grey):
    """Bring a picture to 1 channel or 3, and take its colours where that is asked for."""
    if levels.shape[2] == 3 and (grey or channels == 1):
        levels = grey_levels(levels)[..., np.newaxis]
    return levels if levels.shape[2] == channels else np.repeat(levels, channels, axis=2)
