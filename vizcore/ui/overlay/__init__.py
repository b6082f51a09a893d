"""Maps laid over a picture, side by side, so that one can see what lies where."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from vizcore.ui.assets import pack, register

_component = register("overlay", "board")

OPACITY = 70
"""Per cent of the colours at first."""


@dataclass(frozen=True, eq=False)
class Panel:
    """A map over the picture.

    Attributes
    ----------
    title : str
    values : ndarray, (H, W)
        On the scale of responses, one for each pixel.
    unit : str
        What the numbers are, in the legend.
    """

    title: str
    values: np.ndarray
    unit: str


def overlay(levels, panels, *, label, key):
    """Show a picture, and maps over it whose opacity is chosen in the browser.

    Pointing at a place reads all maps there; arrow keys go from pixel to pixel.

    Parameters
    ----------
    levels : ndarray of uint8, (H, W, 1 or 3)
    panels : sequence of Panel
    label : str
        What it shows, for those who do not see it.
    key : str
        The component's key on the page.
    """
    _component(key=key, data=pack(*contents(levels, panels, label)))


def contents(levels, panels, label):
    """Write it as the browser reads it: a header, the picture's levels, each map as float32."""
    described = [
        {
            "title": one.title,
            "unit": one.unit,
            "limit": float(np.abs(one.values).max(initial=0)),
        }
        for one in panels
    ]
    header = {"label": label, "shape": levels.shape, "opacity": OPACITY, "panels": described}
    parts = [np.ascontiguousarray(levels, "u1").tobytes()]
    parts += [np.ascontiguousarray(one.values, "<f4").tobytes() for one in panels]
    stamp = blake2b(repr(header).encode(), digest_size=12)
    for part in parts:
        stamp.update(part)
    return header | {"stamp": stamp.hexdigest()}, *parts
