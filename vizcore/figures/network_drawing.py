"""An architecture as a picture that stands by itself: its volumes, and what leads to each."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from textwrap import wrap
from unicodedata import east_asian_width

from vizcore.figures.layer_words import counted, described
from vizcore.figures.network_parts import (
    INK,
    KERNELS,
    LINES,
    PAPER,
    POOLS,
    TEXT,
    plate,
    sum_sign,
    unit_picture,
    volume,
    window,
)
from vizcore.figures.network_units import units_of
from vizcore.figures.pieces import Piece, text_at
from vizcore.figures.volumes import Box, shape_text
from vizcore.lessons.networks import as_volume
from vizcore.nets.architectures import layer_table, totals
from vizcore.nets.layers import Conv, Dense, MaxPool, Residual

ROOM = 1600
"""Pixels that a picture is wide at most, unless it is told otherwise."""

_MARGIN, _GAP, _LINE = 24, 34, 18
_TITLE, _NAME = 22, 15
_LETTER, _BOLD = 0.6, 0.68  # Of the size: as wide as in a wide type, so that no texts touch.
_LONGEST, _NARROW, _SIGN = 22, 620, 32


def network_svg(architecture, title, *, room=ROOM):
    """Draw a network: a volume for each layer, the windows that make it, its sizes and parameters.

    Heights, depths and widths grow as in `volumes_picture`. A layer that changes each number where
    it is stands as a plate behind the volume that it changes; a residual block as two convolutions
    with the shortcut around them. In a deep network equal layers in a row become one, with “× 8”.

    Parameters
    ----------
    architecture : vizcore.nets.architectures.Architecture
    title : str
        Stands above it, as the text it is.
    room : float, optional
        How many pixels wide it may be: what does not fit goes on below.

    Returns
    -------
    str
        An ``<svg>`` element on a light ground of its own, with selectable text, that needs nothing
        else. Each unit is a ``<g class="unit" data-rows="conv1 relu1">``.

    Raises
    ------
    vizcore.nets.architectures.ImpossibleLayer
        When a layer cannot follow the ones before it.

    Examples
    --------
    >>> from vizcore.nets.architectures import preset
    >>> svg = network_svg(preset("simplest-cnn"), "Mine")
    >>> "26×26×8" in svg, "13,530 parameters" in svg, svg.count('class="unit"')
    (True, True, 5)
    """
    printable = "".join(one if one.isprintable() else " " for one in title)
    return _drawn(architecture, " ".join(printable.split()) or "A network", room)


@lru_cache(maxsize=64)
def _drawn(architecture, title, room):
    units = units_of(architecture)
    largest = max(max(as_volume(unit.shape)[:2]) for unit in units)
    columns = [_Column.of(unit, largest) for unit in units]
    lines = _in_lines(columns, room - 2 * _MARGIN)
    inner = max(*map(_length, lines), min(room, _NARROW) - 2 * _MARGIN)
    parts, top = [], _MARGIN
    for text in _wrapped(title, inner, _TITLE * _BOLD):
        parts.append(_text(_MARGIN, top + _TITLE - 3, text, _TITLE, bold=True, anchor="start"))
        top += _TITLE + 6
    for text in _wrapped(_facts(architecture), inner, TEXT * _LETTER):
        parts.append(_text(_MARGIN, top + TEXT, text, TEXT, anchor="start"))
        top += _LINE
    top += 14
    end = None
    for line in lines:
        drawn, top, end = _line(line, top, end)
        parts.append(drawn)
    drawn, top = _legend(units, top + _LINE, inner)
    return _page(title, architecture, [*parts, drawn], inner + 2 * _MARGIN, top + _MARGIN)


def _page(title, architecture, parts, width, height):
    said = escape(title, quote=True)
    told = "; ".join(
        ["input " + shape_text(architecture.input)]
        + [f"{row.name} {shape_text(row.shape)}" for row in layer_table(architecture)]
    )
    return (
        f'<svg class="network" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{said}" '
        f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f"font-family=\"system-ui, 'Source Sans', 'Segoe UI', Arial, sans-serif\">"
        f"<title>{said}</title><desc>{told}</desc>"
        f'<rect width="100%" height="100%" rx="8" fill="{PAPER}"/>{"".join(parts)}</svg>'
    )


def _facts(architecture):
    rows = layer_table(architecture)
    cost = totals(rows)
    learned = f", {cost.trainable:,} of them learned" if cost.trainable < cost.parameters else ""
    return (
        f"{shape_text(architecture.input)} in, {shape_text(rows[-1].shape)} out; "
        f"{counted(len(rows), 'layer')}; {counted(cost.parameters, 'parameter')}{learned}; "
        f"{cost.multiply_adds:,} multiply-adds for one picture"
    )


# ---- A unit ----


@dataclass(frozen=True, eq=False)
class _Column:
    """A unit as it is drawn: what stands above its volume, the volume, what stands below."""

    rows: tuple
    heads: list
    picture: Piece
    texts: list

    @classmethod
    def of(cls, unit, largest):
        rows = [row.name for repeats in zip(*unit.rows, strict=True) for row in repeats]
        name = _named(unit.made_by) if unit.made_by else "input"
        heads = [name] + [f"× {unit.times}"] * (unit.times > 1)
        return cls(tuple(rows), heads, unit_picture(unit, largest), _texts(unit))

    @property
    def width(self):
        """How wide it is, its texts included."""
        shape, *texts = self.texts
        return max(
            self.picture.width,
            *(_NAME * _BOLD * len(text) for text in self.heads),
            TEXT * _BOLD * len(shape),
            *(TEXT * _LETTER * len(text) for text in texts),
        )

    def drawn(self, left, top, middle, bottom):
        """Draw it from its left, its head on top, its volume in the middle, its texts below."""
        centre = left + self.width / 2
        heads = "".join(
            _text(centre, top + _NAME + _LINE * i, text, _NAME, bold=True)
            for i, text in enumerate(self.heads)
        )
        texts = "".join(
            _text(centre, bottom + _LINE * (i + 1), text, TEXT, bold=i == 0)
            for i, text in enumerate(self.texts)
        )
        picture = self.picture
        drawn = picture.drawn(centre - picture.width / 2, middle - picture.height / 2)
        return (
            f'<g class="unit" data-rows="{" ".join(self.rows)}"><title>'
            f"{', '.join((*self.heads, *self.texts))}</title>{heads}{drawn}{texts}</g>"
        )


def _named(rows):
    return rows[0].name if len(rows) == 1 else f"{rows[0].name} … {rows[-1].name}"


def _texts(unit):
    """Write what stands below a volume: its shape, what makes it, what changes it in place."""
    lines = [shape_text(unit.shape)]
    if unit.made_by:
        lines += _broken(described(unit.made_by[0].layer))
        lines += _parameters(unit.made_by)
    for rows in unit.in_place:
        told = described(rows[0].layer)
        lines += _broken(f"{_named(rows)}{f', {told}' if told else ''}")
        lines += _parameters(rows)
    return lines


def _parameters(rows):
    count = rows[0].parameters
    if not count:
        return []
    return [f"{len(rows)} × {count:,} parameters" if len(rows) > 1 else counted(count, "parameter")]


def _broken(phrase):
    """Break a phrase at its commas."""
    lines = []
    for part in phrase.split(", ") if phrase else ():
        if lines and len(lines[-1]) + len(part) + 2 <= _LONGEST:
            lines[-1] += f", {part}"
        else:
            lines.append(part)
    return lines


# ---- Lines of units ----


def _in_lines(columns, room):
    """Part the columns into as few lines as the room asks for, all about equally long."""
    fewest = len(_filled(columns, room))
    while room > _LINE and len(_filled(columns, room - _LINE)) == fewest:
        room -= _LINE
    return _filled(columns, room)


def _filled(columns, room):
    lines = [[]]
    for column in columns:
        if lines[-1] and _length([*lines[-1], column]) > room:
            lines.append([])
        lines[-1].append(column)
    return lines


def _length(line):
    return sum(column.width + _GAP for column in line) + _GAP


@dataclass(frozen=True)
class _End:
    """Where a line of units ends: its last volume, and what the way on must go around."""

    out: float
    middle: float
    right: float
    bottom: float


def _line(columns, top, before):
    """Draw a line of units and the ways between them; return also where it ends."""
    head = _LINE * max(len(column.heads) for column in columns) + 12
    tall = max(column.picture.height for column in columns)
    middle, under = top + head + tall / 2, top + head + tall + 4
    bottom = under + _LINE * max(len(column.texts) for column in columns) + 14
    parts, left, out = [], _MARGIN + _GAP * (before is not None), None
    for column in columns:
        begins = left + (column.width - column.picture.width) / 2
        start = f"{out:.1f} {middle:.1f}" if out is not None else _from(before, middle)
        if start:
            parts.append(_arrow(start, begins - 5))
        parts.append(column.drawn(left, top, middle, under))
        out = begins + column.picture.width
        left += column.width + _GAP
    return "".join(parts), bottom + 14, _End(out + 2, middle, left - _GAP / 2, bottom)


def _from(end, middle):
    """Lead from the end of the line above to the beginning of this one."""
    if end is None:
        return ""
    back = f"H{end.right:.1f}V{end.bottom:.1f}H{_MARGIN + 1}V{middle:.1f}"
    return f"{end.out:.1f} {end.middle:.1f}{back}"


def _arrow(start, end):
    return (
        f'<path class="way" d="M{start}H{end:.1f}m-6 -4.5l6 4.5l-6 4.5" fill="none" '
        f'stroke="{LINES}" stroke-width="2" stroke-linejoin="round"/>'
    )


# ---- Words ----


def _legend(units, top, inner):
    """Say what the signs mean that this picture has."""
    parts, left, high = [], _MARGIN, 0
    for sign, text in _signs(units):
        lines = _wrapped(text, inner - _SIGN, TEXT * _LETTER)
        width = _SIGN + TEXT * _LETTER * max(map(len, lines))
        if left > _MARGIN and left + width > _MARGIN + inner:
            left, top, high = _MARGIN, top + high, 0
        tall = max(_SIGN, _LINE * len(lines) + 8)
        parts.append(sign.drawn(left, top + (tall - sign.height) / 2))
        first = top + (tall - _LINE * len(lines)) / 2 + TEXT
        parts += [
            _text(left + _SIGN, first + _LINE * i, one, TEXT, anchor="start")
            for i, one in enumerate(lines)
        ]
        left, high = left + width + _GAP, max(high, tall)
    return f'<g class="legend">{"".join(parts)}</g>', top + high


def _signs(units):
    layers = [unit.made_by[0].layer for unit in units if unit.made_by]
    box = Box(20, 11, 7)
    signs = [(volume(box), "numbers: higher, deeper with rows, columns; wider with channels")]
    if any(unit.in_place for unit in units):
        signs.append((plate(box), "changes each number where it is"))
    for kinds, one, text in (
        (KERNELS, Conv(1, 3), "a kernel, cell by cell"),
        (POOLS, MaxPool(2), "a pooling window"),
        (Dense, Dense(1), "each number goes into each"),
    ):
        if any(isinstance(layer, kinds) for layer in layers):
            signs.append((window(one), text))
    if any(isinstance(layer, Residual) for layer in layers):
        signs.append((sum_sign(), "adds the shortcut"))
    return signs


def _text(x, y, text, size, **how):
    return text_at(x, y, text, size, INK, **how)


def _wrapped(text, width, letter):
    """Part a text into lines that fit."""
    letter *= _wide(text) / len(text)
    return wrap(text, max(1, int(width / letter)))


def _wide(text):
    """Count the letters of a text; Chinese ones, say, are two wide."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)
