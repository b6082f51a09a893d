"""What a lesson's small picture is put together from: cells, boxes, photos, counts with names."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import numpy as np

from vizcore.figures.colours import (
    ACCENT,
    ACCENT_EDGE,
    RESPONSE_RAMP,
    RESPONSE_SCALE,
    WEIGHT_RAMP,
    colour_at,
    ink_on,
)
from vizcore.figures.volumes import shape_text
from vizcore.imaging import SAMPLES, fit_within, to_jpeg

WIDTH, HEIGHT = 264, 104
MOST_MAPS = 4

_SHADE, _CELL, _LINE = 9, 30, 24
_TYPE, _SMALLEST_TYPE, _DIGIT = 12, 9.5, 0.58
_BOX_GAP, _ARC = 6, 16
_LINES = "#8d96a0"
_MOST_BOXES, _MOST_LETTERED, _MOST_CELLS = 6, 4, 24
_LETTERS, _MOST_LINES = 16, 4
_SAID, _SAID_LINE, _LETTER = 12, 18, 6
_PHOTO_PIXELS = 5_000


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of the picture: how much room it takes, how it is drawn there, what it is in words.

    Attributes
    ----------
    width, height : float
    said : str
    drawn : callable
        Takes its left and its top, and returns SVG elements.
    """

    width: float
    height: float
    said: str
    drawn: Callable


def array_piece(array, scale, room=WIDTH, *, numbered=False):
    """Draw an array as cells in the colours of a scale; of several channels, a stack of maps.

    Parameters
    ----------
    array : ndarray
    scale : sequence of str
    room : float, optional
        How wide it may be where its numbers are written.
    numbered : bool, optional

    Returns
    -------
    Piece
    """
    maps = matrices(array)
    if array.ndim == 1 or (numbered and len(maps) == 1 and _is_too_wide(maps[0])):
        return row_of_numbers(array.ravel().tolist(), room, scale)
    (rows, columns), shown = maps[0].shape, maps[:MOST_MAPS]
    shift = 5 if len(shown) > 1 else 0
    behind = shift * (len(shown) - 1)
    cell = cell_size(maps[0], room - behind) if numbered else shade_size(maps[0])
    limit = float(np.abs(array).max()) or 1.0

    def drawn(left, top):
        back_to_front = [
            _grid(one, left + shift * i, top + behind - shift * i, cell, scale, limit, numbered)
            for i, one in reversed([*enumerate(shown)])
        ]
        return "".join(back_to_front)

    kind = "kernel" if scale is WEIGHT_RAMP else "grid"
    sizes = maps[0].shape if len(maps) == 1 else array.shape
    said = f"a {shape_text(sizes)} {kind}"
    if numbered and array.ndim == 2:
        said += f": {' / '.join(' '.join(map(number_text, row)) for row in array)}"
    return Piece(columns * cell + behind, rows * cell + behind, said, drawn)


def matrices(array):
    """Part an array into its matrices: its channels, or what its first axis counts."""
    if array.ndim < 3:
        return [np.atleast_2d(array)]
    if array.ndim > 3:
        array = array.reshape(*array.shape[:2], -1)
    if array.shape[1] == array.shape[2] != array.shape[0]:
        return list(array)
    return list(np.moveaxis(array, -1, 0))


def _is_too_wide(matrix):
    return matrix.shape[0] == 1 and matrix.shape[1] > 8


def shade_size(matrix):
    """Return the side of a cell without a number."""
    rows, columns = matrix.shape
    return min(12, _SHADE * 7 / max(rows, 4), 84 / columns)


def cell_size(matrix, room):
    """Return the side of a cell with a number."""
    rows, columns = matrix.shape
    return min(_CELL, (HEIGHT - 12) / rows, max(room, 60) / columns)


def _grid(matrix, left, top, cell, scale, limit, numbered):
    texts = [number_text(value) for value in matrix.flat]
    size = min(_TYPE, (cell - 2) / (_DIGIT * max(map(len, texts)))) if numbered else 0
    if size < _SMALLEST_TYPE:
        texts = [""] * len(texts)
    places = [(left + c * cell, top + r * cell) for r, c in np.ndindex(matrix.shape)]
    colours = [colour_at(scale, value, limit) for value in matrix.flat]
    # Between the cells of a stack's front nothing of its back is to be seen.
    high, wide = (_short(n * cell - 1) for n in matrix.shape)
    ground = (
        f'<rect x="{_short(left)}" y="{_short(top)}" width="{wide}" height="{high}" '
        f'fill="{_LINES}"/>'
    )
    return ground + _cells(places, (cell, cell), colours, texts, size)


def row_of_numbers(values, room, scale=RESPONSE_RAMP):
    """Write numbers one after another, in lines where they are many."""
    shown = values[:_MOST_CELLS]
    texts = [one if isinstance(one, str) else number_text(one) for one in shown]
    wide = max(_LINE, 8 + _DIGIT * _TYPE * max(map(len, texts)))
    columns = max(1, -(-len(texts) // _MOST_LINES), min(len(texts), int(room / wide)))
    lines = -(-len(texts) // columns)
    columns = -(-len(texts) // lines)
    numbers = [0 if isinstance(one, str) else float(one) for one in shown]
    limit = max(map(abs, numbers)) or 1.0

    colours = [colour_at(scale, number, limit) for number in numbers]

    def drawn(left, top):
        places = [
            (left + i % columns * wide, top + i // columns * _LINE) for i in range(len(texts))
        ]
        return _cells(places, (wide, _LINE), colours, texts, _TYPE)

    return Piece(columns * wide, lines * _LINE, ", ".join(texts), drawn)


def boxes(shapes, largest, *, tall=None, arcs=()):
    """Draw volumes as boxes side by side; of many, the first ones and the last.

    Parameters
    ----------
    shapes : sequence of tuple of int
    largest : int
        The side of the largest map, to which all are compared.
    tall : float, optional
        How high that is drawn; then every box is lettered.
    arcs : sequence of int, optional
        The boxes to which a shortcut leads around one step.

    Returns
    -------
    Piece
    """
    if len(shapes) > _MOST_BOXES:
        shapes = [*shapes[: _MOST_BOXES - 1], shapes[-1]]
    label = 6.2
    many = len(shapes) > 2
    sizes = []
    for shape in shapes:
        rows, columns, channels = (*shape, 1)[:3] if len(shape) > 1 else (1, 1, *shape)
        most = tall or (44 if many else 58)
        high = max(6, most * (rows / largest) ** 0.6)
        slant = 0.3 * max(6, most * (columns / largest) ** 0.6)
        sizes.append((high, slant, 3 + 4 * np.log2(channels + 1) * (0.6 if many else 1)))
    texts = [shape_text(tuple(map(int, shape))) for shape in shapes]
    if len(shapes) > _MOST_LETTERED and not tall:
        texts[1:-1] = [""] * (len(texts) - 2)
    widths = [
        max(wide + slant, label * len(text))
        for (_, slant, wide), text in zip(sizes, texts, strict=True)
    ]
    height = max(high + slant for high, slant, _ in sizes) + _LETTERS + _ARC * bool(arcs)

    def drawn(left, top):
        parts, base = [], top + height - _LETTERS
        start = None
        for i, ((high, slant, wide), text, room) in enumerate(
            zip(sizes, texts, widths, strict=True)
        ):
            end = left + (room + slant) / 2, base - high - slant - 3
            if i in arcs:
                parts.append(_arc(start, end, top))
            start = end
            parts.append(_box(left + (room - wide - slant) / 2, base - high, high, slant, wide))
            parts.append(text_at(left + room / 2, base + 12, text, 11) if text else "")
            left += room + _BOX_GAP
        return "".join(parts)

    said = ", ".join(shape_text(tuple(map(int, shape))) for shape in shapes)
    return Piece(sum(widths) + _BOX_GAP * (len(widths) - 1), height, said, drawn)


def _box(left, top, high, slant, wide):
    right, bottom = left + wide, top + high
    faces = (
        (RESPONSE_SCALE[7], (left, top, right, top, right, bottom, left, bottom)),
        (RESPONSE_SCALE[6], (left, top, left + slant, top - slant, right + slant, top - slant,
                             right, top)),
        (RESPONSE_SCALE[8], (right, top, right + slant, top - slant, right + slant,
                             bottom - slant, right, bottom)),
    )  # fmt: skip
    return "".join(
        f'<polygon points="{" ".join(f"{n:.1f}" for n in points)}" fill="{fill}" '
        f'stroke="{ACCENT_EDGE}" stroke-linejoin="round"/>'
        for fill, points in faces
    )


def _arc(start, end, top):
    """Draw a way from above one box to above the next, with an arrow head."""
    (x, y), (to_x, to_y) = start, end
    x, to_x = x + 4, to_x - 4
    return (
        f'<path class="shortcut" d="M{x:.1f} {y:.1f}C{x:.1f} {top - 4:.1f} {to_x:.1f} '
        f'{top - 4:.1f} {to_x:.1f} {to_y:.1f}m-4 -5l4 5l4 -5" fill="none" stroke="currentColor" '
        'stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/>'
    )


def photo(key):
    """Draw a sample photo, by its key."""
    picture = fit_within(SAMPLES[key].load(), _PHOTO_PIXELS)
    rows, columns = picture.shape[:2]
    high = min(84, 110 * rows / columns)
    source = f"data:image/jpeg;base64,{b64encode(to_jpeg(picture)).decode()}"

    def drawn(left, top):
        return (
            f'<image x="{left:.1f}" y="{top:.1f}" width="{high * columns / rows:.1f}" '
            f'height="{high:.1f}" style="image-rendering:pixelated" href="{source}"/>'
        )

    return Piece(high * columns / rows, high, f"the photo “{SAMPLES[key].title}”", drawn)


def counts(*lines):
    """Write numbers beneath each other, each with its name behind it.

    Parameters
    ----------
    *lines : (float or str, str)
        A number, or several as a text, and what they count.

    Returns
    -------
    Piece
    """
    lines = [(n if isinstance(n, str) else number_text(n), name) for n, name in lines]
    before, behind = (_LETTER * max(map(len, texts)) + 4 for texts in zip(*lines, strict=True))

    def drawn(left, top):
        return "".join(
            text_at(left + before, top + y, number, _SAID, anchor="end", bold=True)
            + text_at(left + before + 5, top + y, name, _SAID, anchor="start")
            for y, (number, name) in zip(range(13, 1000, _SAID_LINE), lines, strict=False)
        )

    said = ", ".join(f"{number} {name}" for number, name in lines)
    return Piece(before + behind + 5, _SAID_LINE * len(lines), said, drawn)


def captioned(piece, caption):
    """Write a few words under a piece."""
    wide = max(piece.width, _LETTER * len(caption))

    def drawn(left, top):
        under = text_at(left + wide / 2, top + piece.height + 12, caption, 11)
        return piece.drawn(left + (wide - piece.width) / 2, top) + under

    return Piece(wide, piece.height + _LETTERS, f"{piece.said} ({caption})", drawn)


def sign(text):
    """Write a sign between two pieces."""
    return Piece(14, 16, text, lambda left, top: text_at(left + 7, top + 13, text, 14))


def side_by_side(*pieces, gap=4):
    """Put pieces beside each other, along their middles."""
    high = max(piece.height for piece in pieces)

    def drawn(left, top):
        parts = []
        for piece in pieces:
            parts.append(piece.drawn(left, top + (high - piece.height) / 2))
            left += piece.width + gap
        return "".join(parts)

    wide = sum(piece.width + gap for piece in pieces) - gap
    return Piece(wide, high, " ".join(piece.said for piece in pieces), drawn)


def stacked(*pieces, gap=4):
    """Put pieces beneath each other, from the same left."""

    def drawn(left, top):
        parts = []
        for piece in pieces:
            parts.append(piece.drawn(left, top))
            top += piece.height + gap
        return "".join(parts)

    high = sum(piece.height + gap for piece in pieces) - gap
    return Piece(max(p.width for p in pieces), high, "; ".join(p.said for p in pieces), drawn)


def ringed(piece, left, top, wide, high):
    """Mark a part of a piece."""

    def drawn(x, y):
        return piece.drawn(x, y) + _outline(x + left, y + top, wide, high)

    return Piece(piece.width, piece.height, piece.said, drawn)


def marked(left, top, dx, dy, wide, high, far, steps):
    """Return a window at its first place, and how far it goes in how many steps."""
    timing = f"--far:{far:.1f}px;animation-timing-function:steps({steps},jump-none)"
    return f'<g class="window" style="{timing}">{_outline(left + dx, top + dy, wide, high)}</g>'


def _outline(left, top, wide, high):
    place = f'x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{high:.1f}"'
    layers = ((ACCENT_EDGE, 4), (ACCENT, 2.5))
    return "".join(
        f'<rect {place} fill="none" stroke="{colour}" stroke-width="{width}"/>'
        for colour, width in layers
    )


def number_text(value):
    """Write a number as short as a small cell needs it, with a true minus sign.

    Examples
    --------
    >>> number_text(-3.0), number_text(0.18925), number_text(150528)
    ('−3', '0.19', '150,528')
    """
    text = f"{float(value):,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def _cells(places, sides, colours, texts, size):
    """Draw cells of one size, and their texts."""
    wide, high = sides
    fills = "".join(
        f'<rect x="{_short(x)}" y="{_short(y)}" width="{_short(wide - 1)}" '
        f'height="{_short(high - 1)}" fill="{colour}"/>'
        for (x, y), colour in zip(places, colours, strict=True)
    )
    inks = "".join(
        text_at(x + (wide - 1) / 2, y + (high - 1) / 2 + 0.36 * size, text, size, ink_on(colour))
        for (x, y), colour, text in zip(places, colours, texts, strict=True)
        if text
    )
    return f'<g stroke="{_LINES}" stroke-width="0.7">{fills}</g>{inks}'


def text_at(x, y, text, size, ink="currentColor", *, anchor="middle", bold=False):
    """Write a text on a base line."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" text-anchor="{anchor}" '
        f'fill="{ink}"{weight}>{escape(text)}</text>'
    )


def _short(number):
    return f"{number:.1f}".removesuffix(".0")


def arrow(left, middle):
    """Draw the arrow from what goes in to what comes out."""
    return (
        f'<path d="M{left:.1f} {middle:.1f}h14m-5 -4l5 4l-5 4" fill="none" stroke="currentColor" '
        'stroke-width="1.6" stroke-linecap="round"/>'
    )
