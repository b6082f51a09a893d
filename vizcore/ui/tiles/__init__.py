"""Small pictures side by side, every number of them at hand: kernels, maps, patches of photos."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import streamlit as st

from vizcore.ui.assets import pack, register
from vizcore.ui.state import whole

_component = register("tiles", "board")

PER_PAGE = 64

WEIGHT, RESPONSE, COLOUR, PHOTO = "weight", "response", "colour", "photo"
_PLANES = {WEIGHT: (3, None), RESPONSE: (3, None), COLOUR: (4, (3,)), PHOTO: (4, (1, 3))}
"""Kind → how many axes its values have, and how many channels where there are any."""


@dataclass(frozen=True, eq=False)
class Strip:
    """Tiles of one kind, all in one range of colours.

    Attributes
    ----------
    title : str
        What they are, for the heading above them; may be empty.
    noun : str
        What one of them is.
    kind : str
        `WEIGHT` or `RESPONSE`: (N, rows, columns) on the scale of that name. `COLOUR`: (N, rows,
        columns, 3), weights for red, green and blue, mixed to a colour in which mid-grey is 0.
        `PHOTO`: (N, rows, columns, 1 or 3) of uint8, as it is.
    values : ndarray
    limit : float
        The magnitude at the ends of the colour range; of no use to a photo.
    unit : str
        What the numbers are, in the legend.
    names : tuple of tuple of str
        Lines of text above each tile; by default its number.
    frames : tuple of (int, int, int, int)
        For each tile the first and the last but one row, then column, of a part to be framed.
    """

    title: str
    noun: str
    kind: str
    values: np.ndarray
    limit: float = 0.0
    unit: str = "Value"
    names: tuple = ()
    frames: tuple = ()

    def __post_init__(self):
        axes, channels = _PLANES[self.kind]
        if self.values.ndim != axes or (channels and self.values.shape[3] not in channels):
            raise ValueError(f"values of {self.kind} cannot be of shape {self.values.shape}.")
        for told in (self.names, self.frames):
            if told and len(told) != len(self.values):
                raise ValueError(f"{len(self.values)} tiles need as many names and frames.")


def tiles(strips, *, label, chosen=None, on_choose=None, begin=0, visit=0, key):
    """Show strips of tiles, and the numbers of the one under the pointer.

    Arrow keys go from number to number, Page Up and Page Down from tile to tile; of more than
    `PER_PAGE` tiles the browser shows a page at a time.

    Parameters
    ----------
    strips : sequence of Strip
    label : str
        What these are, for those who do not see them.
    chosen : int, optional
        The tile that is marked as chosen, in every strip.
    on_choose : callable, optional
        Called with the number of a tile that was clicked, or entered with Enter, before the page
        runs again; it is one that there is. Without it there is nothing to choose.
    begin : int
        The tile that is shown large at first, where none is chosen.
    visit : hashable
        Another value makes the browser mark this choice instead of its own.
    key : str
        The component's key on the page.
    """

    @whole
    def told():
        choice = st.session_state[key]["choice"]
        tile = choice.get("tile") if isinstance(choice, dict) else None
        if on_choose and type(tile) is int and 0 <= tile < len(strips[0].values):
            on_choose(tile)

    header, *parts = contents(strips, label)
    header |= {"chosen": chosen, "choosable": on_choose is not None, "visit": repr(visit)}
    _component(key=key, data=pack(header | {"begin": begin}, *parts), on_choice_change=told)


def contents(strips, label):
    """Write strips as the browser reads them: a header, and each strip's numbers.

    Parameters
    ----------
    strips : sequence of Strip
    label : str

    Returns
    -------
    tuple
        dict, then bytes for each strip: float32, or the levels of photos.
    """
    described = [
        {
            "title": one.title,
            "noun": one.noun,
            "kind": one.kind,
            "shape": one.values.shape,
            "limit": float(one.limit),
            "unit": one.unit,
            "names": one.names,
            "frames": one.frames,
        }
        for one in strips
    ]
    header = {"label": label, "perPage": PER_PAGE, "strips": described}
    parts = [
        np.ascontiguousarray(one.values, "u1" if one.kind == PHOTO else "<f4").tobytes()
        for one in strips
    ]
    stamp = blake2b(repr(header).encode(), digest_size=12)
    for part in parts:
        stamp.update(part)
    return header | {"stamp": stamp.hexdigest()}, *parts
