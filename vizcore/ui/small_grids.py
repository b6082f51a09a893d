"""Small grids of numbers, side by side, to compare without playing them."""

from functools import lru_cache
from html import escape

import numpy as np
import streamlit as st

from vizcore.figures.colours import (
    ACCENT,
    ACCENT_EDGE,
    RESPONSE_RAMP,
    WEIGHT_RAMP,
    colour_at,
    ink_on,
)
from vizcore.ui.numbers import readable

_GREY = ("#000000", "#000000", "#ffffff")

_LARGEST_CELL = 36
_WIDEST = 330
_GAP = 2
_LARGEST_TYPE = 16
_SMALLEST_TYPE = 10
_DIGIT = 0.6  # of the type's size


def small_grids(*grids):
    """Show grids side by side, or below each other where there is no room.

    Parameters
    ----------
    *grids : str
        As `grid`, `legend` or `together` makes them.
    """
    st.html(together(*grids))


def together(*grids):
    """Join grids that are to stay beside each other as long as there is room."""
    return f'<div class="small-grids">{"".join(grids)}</div>'


def grid(array, caption, *, limit, grey=False, weights=False, same=None, frame=None):
    """Write a grid as an HTML table; where there is no room for numbers, it has shades alone.

    An unchanged cell is outlined, or bears a dot where there are no numbers.

    Parameters
    ----------
    array : ndarray, (rows, columns)
    caption : str
    limit : float
        The magnitude at the ends of the colour scale, the same in all grids compared.
    grey : bool
        Grey levels from 0 to 255 instead.
    weights : bool
        A kernel, in the colours of weights.
    same : ndarray of bool, (rows, columns), optional
        The cells to mark as unchanged.
    frame : tuple of int, optional
        Row, column, rows and columns of what to frame: the window, or the cell looked at.
    """
    pitch = _WIDEST // array.shape[1]
    cell = max(6, min(_LARGEST_CELL, pitch - _GAP))
    texts, type_size = _fitted(array.ravel(), cell)
    scale = WEIGHT_RAMP if weights else RESPONSE_RAMP
    scale, limit = (_GREY, 255) if grey else (scale, limit)
    kept = np.zeros(array.shape, bool) if same is None else same
    rows = []
    for r, row in enumerate(array):
        cells = (
            _cell(value, texts[r * len(row) + c], _style(scale, value, limit), kept[r, c])
            for c, value in enumerate(row)
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    name, size = escape(caption), f"--small-cell:{cell}px;font-size:{type_size}px"
    shaded = "" if any(texts) else " class=shaded"
    return (
        f"<figure><figcaption>{name}</figcaption>"
        f'<div class="cells" style="{size}">'
        f'<table{shaded} aria-label="{name}"><tbody>{"".join(rows)}</tbody></table>'
        f"{_frame(*frame) if frame else ''}</div></figure>"
    )


def legend(name, limit, *, weights=False):
    """Write the colour scale of grids: from −limit to limit.

    Parameters
    ----------
    name : str
    limit : float
    weights : bool
        In the colours of weights.
    """
    colours = ",".join(WEIGHT_RAMP if weights else RESPONSE_RAMP)
    ends = [f"<span>{readable(end)}</span>" for end in (-limit, limit)]
    scale = f'<span class="scale" style="background:linear-gradient(90deg,{colours})"></span>'
    return f'<p class="legend"><span>{escape(name)}</span>{ends[0]}{scale}{ends[1]}</p>'


def _frame(row, column, rows, columns):
    place = f"--row:{row};--column:{column};--rows:{rows};--columns:{columns}"
    colours = f"--accent:{ACCENT};--accent-edge:{ACCENT_EDGE}"
    return f'<span class="frame-of-cells" style="{place};{colours}"></span>'


def _cell(value, text, style, same):
    mark, said = (' class="same"', ", unchanged") if same else ("", "")
    return f'<td{mark} title="{readable(value, 6)}{said}" style="{style}">{text}</td>'


@lru_cache(maxsize=4096)
def _style(scale, value, limit):
    """Colour a cell; remembered, since choosing the ink takes longer than all the rest."""
    colour = colour_at(scale, value, limit)
    return f"background-color:{colour};color:{ink_on(colour)}"


def _fitted(numbers, cell):
    """Choose the texts and the size of type that fit: a decimal less, and at last no text."""
    for digits in (2, 1):
        texts = [readable(number, digits).replace(",", "") for number in numbers]
        size = int(min(_LARGEST_TYPE, (cell - 2) / (_DIGIT * max(map(len, texts)))))
        if size >= _SMALLEST_TYPE:
            return texts, size
    return [""] * len(texts), _SMALLEST_TYPE
