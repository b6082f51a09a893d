"""Pictures to begin with: photographs that scikit-image ships, and drawn patterns."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

_SIDE = 400
_DRAWN = "Drawn by this program"


@dataclass(frozen=True)
class Sample:
    """A picture that is always at hand, offline too.

    Attributes
    ----------
    title : str
        What a menu calls it.
    credit : str
        Who made it and under what licence.
    alt : str
        What is to be seen, for those who cannot see it.
    """

    title: str
    credit: str
    alt: str
    _make: Callable[[], np.ndarray] = field(repr=False)

    def load(self) -> np.ndarray:
        """Return the picture, uint8 (H, W, 3), as a new array that may be written to."""
        picture = self._make()
        if picture.ndim == 2:
            picture = np.repeat(picture[..., np.newaxis], 3, axis=2)
        return np.array(picture, dtype=np.uint8, order="C")


def _photo(name):
    """Name a picture of scikit-image's, to be imported when it is first looked at."""

    def load():
        from skimage import data

        return getattr(data, name)()

    return load


def _edges():
    """Draw bars: upright on the left, lying in the middle, slanted on the right."""
    y, x = np.indices((_SIDE, _SIDE))
    third = _SIDE // 3
    ramp = np.where(x < third, x, np.where(x < 2 * third, y, (x + y) / np.sqrt(2)))
    return np.where(ramp // 25 % 2, 230, 25)


def _checkerboard():
    y, x = np.indices((_SIDE, _SIDE)) // 50
    return np.where((x + y) % 2, 230, 25)


def _circle():
    """Draw a disc whose rim fades over one pixel, as a camera would see it."""
    y, x = np.indices((_SIDE, _SIDE)) - (_SIDE - 1) / 2
    inside = np.clip(_SIDE * 0.35 + 0.5 - np.hypot(x, y), 0, 1)
    return np.rint(25 + 205 * inside)


def _text():
    page = np.full((_SIDE, _SIDE), 235, np.uint8)
    for row, (line, scale) in enumerate(
        [("Kernel", 2.6), ("slides over", 1.8), ("every pixel", 1.8), ("and adds up", 1.4)]
    ):
        cv2.putText(
            page, line, (24, 96 + 88 * row), cv2.FONT_HERSHEY_SIMPLEX, scale, 30, 3, cv2.LINE_AA
        )
    return page


def _noise():
    """Speckle a grey ramp, the same specks every time."""
    ramp = np.linspace(60, 195, _SIDE)
    specks = np.random.default_rng(2024).normal(0, 30, (_SIDE, _SIDE))
    return np.clip(np.rint(ramp + specks), 0, 255)


# Each digit is a pixel: eight strokes that fall to the right, some faint, some smudged, among other
# marks.
_STROKES = """
00000000000000000000000000
00000000000000000000000000
00090000000000070000006000
00009000000090007000000600
00000900000900000900000090
00000000009000000000000000
00000000000000000000000000
00000000000000000000000000
00000000090000800000000000
00999000049000080000009000
00999000000900008000099900
00999000000000000000009000
00000000000000000000000000
00000000000000000000000000
00060000009300000000009060
00006000000810000000000900
00000700000070099900000050
00000000000000000000000000
00000000000000000000000000
00000000000000000000000000
"""


def _strokes():
    return 25 * np.array([[int(pixel) for pixel in row] for row in _STROKES.split()])


SAMPLES = {
    "astronaut": Sample(
        "Astronaut",
        "Eileen Collins, by NASA; public domain",
        "A smiling astronaut in an orange space suit before a flag and a model of a shuttle.",
        _photo("astronaut"),
    ),
    "cat": Sample(
        "Cat",
        "Chelsea, by Stefan van der Walt; CC0",
        "The face of a ginger tabby cat with yellow-green eyes, close up.",
        _photo("chelsea"),
    ),
    "coffee": Sample(
        "Coffee",
        "By Rachel Michetti; CC0",
        "A cup of espresso on a red saucer with a spoon, on a wooden table.",
        _photo("coffee"),
    ),
    "rocket": Sample(
        "Rocket",
        "By SpaceX; public domain",
        "A slender rocket on its lit launch pad between lattice towers, before a dusky blue sky.",
        _photo("rocket"),
    ),
    "camera": Sample(
        "Cameraman",
        "By Lav Varshney; CC0",
        "A man in a dark coat behind a camera on a tripod, black and white.",
        _photo("camera"),
    ),
    "brick": Sample(
        "Brick wall",
        "From CC0Textures; CC0",
        "Upright rows of dark bricks with pale joints, black and white.",
        _photo("brick"),
    ),
    "edges": Sample(
        "Edges",
        _DRAWN,
        "Dark and light bars: upright on the left, lying in the middle, slanted on the right.",
        _edges,
    ),
    "checkerboard": Sample(
        "Checkerboard", _DRAWN, "A board of eight by eight dark and light squares.", _checkerboard
    ),
    "circle": Sample("Circle", _DRAWN, "A light disc on a dark ground.", _circle),
    "text": Sample("Text", _DRAWN, "Four lines of dark letters on a light page.", _text),
    "noise": Sample(
        "Noise", _DRAWN, "A ramp from dark grey to light grey, covered in random specks.", _noise
    ),
    "strokes": Sample(
        "Strokes",
        _DRAWN,
        "Small grey marks on black: eight strokes that fall to the right, one that rises, a cross, "
        "a square and a line.",
        _strokes,
    ),
}
"""Key → `Sample`: photographs first, then patterns."""
