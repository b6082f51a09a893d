"""What a unit of a network looks like: its volume, what leads to it, and plates behind it."""

from dataclasses import replace

from vizcore.figures.colours import ACCENT_EDGE, RESPONSE_SCALE, WEIGHT_SCALE
from vizcore.figures.pieces import Piece, side_by_side, text_at
from vizcore.figures.volumes import FACES, Box
from vizcore.lessons.networks import as_volume
from vizcore.nets.layers import AveragePool, Conv, Dense, Depthwise, MaxPool, Residual

INK, LINES, PAPER = ACCENT_EDGE, "#5b6570", "#ffffff"
TEXT = 14
"""Pixels of the type that stands around the volumes."""

KERNELS, POOLS = (Conv, Depthwise, Residual), (MaxPool, AveragePool)
_PLATES = {"front": RESPONSE_SCALE[6], "top": RESPONSE_SCALE[5], "side": RESPONSE_SCALE[7]}

_PLATE, _WEIGHTS, _WEIGHT_LINES = 6, WEIGHT_SCALE[7], WEIGHT_SCALE[9]
_CELL, _MOST_CELLS = 5, 12
_DOT, _SUM, _ARC = 4, 10, 26
_LETTER = 0.6 * TEXT
_SHORTCUTS = {"projection": "1×1 convolution", "pad": "channels of zeros"}


def unit_picture(unit, largest):
    """Draw a unit's volume, what makes it before it, and a plate for each layer in place."""
    box = Box.of(as_volume(unit.shape), largest)
    layer = unit.made_by[0].layer if unit.made_by else None
    if isinstance(layer, Residual):
        made = _block(layer, unit.made_by[0].input, box)
    else:
        made = _strung(*filter(None, (window(layer), volume(box))))
    return _strung(made, *[plate(box) for _ in unit.in_place], gap=4)


def volume(box, fills=FACES):
    """Draw a box in the colours of its faces."""

    def drawn(left, top):
        return f'<g stroke="{INK}" stroke-linejoin="round">{box.drawn(left, top, fills)}</g>'

    return Piece(box.across, box.tall, "a volume" if fills is FACES else "a plate", drawn)


def plate(box):
    """Draw what stands behind a box where its numbers are changed in place."""
    return volume(replace(box, wide=_PLATE), _PLATES)


def _strung(*pieces, gap=8):
    """Put pieces beside each other on a line that leads through them."""
    row = side_by_side(*pieces, gap=gap)

    def drawn(left, top):
        return _way(left, top + row.height / 2, row.width) + row.drawn(left, top)

    return Piece(row.width, row.height, row.said, drawn)


def window(layer):
    """Draw what leads to a volume: a kernel's weights, a pooling window, or all to all."""
    if isinstance(layer, Dense):
        return _fan()
    if isinstance(layer, KERNELS):
        return _grid(layer.size, getattr(layer, "dilation", 1), _WEIGHTS, _WEIGHT_LINES)
    if isinstance(layer, POOLS):
        return _grid(layer.size, 1, PAPER, LINES)
    return None


def _grid(size, dilation, fill, ink):
    """Draw a window cell by cell; a large one as a whole."""
    span = dilation * (size - 1) + 1
    cell = _CELL if span <= _MOST_CELLS else _CELL * _MOST_CELLS / span
    places = [cell * dilation * i for i in range(size)] if size <= _MOST_CELLS else [0]
    side = cell if len(places) == size else cell * size

    def drawn(left, top):
        cells = "".join(
            f'<rect x="{left + x:.1f}" y="{top + y:.1f}" width="{side:.1f}" height="{side:.1f}"/>'
            for y in places
            for x in places
        )
        return f'<g class="window" fill="{fill}" stroke="{ink}">{cells}</g>'

    return Piece(cell * span, cell * span, f"a {size}×{size} window", drawn)


def _fan():
    ends, wide, apart = range(3), 18, 9

    def drawn(left, top):
        ways = "".join(
            f"M{left:.1f} {top + apart * a:.1f}L{left + wide:.1f} {top + apart * b:.1f}"
            for a in ends
            for b in ends
        )
        return (
            f'<path class="window" d="{ways}" fill="none" stroke="{_WEIGHT_LINES}" '
            'stroke-width="1.2"/>'
        )

    return Piece(wide, 2 * apart, "all to all", drawn)


def _block(layer, given, box):
    """Draw a residual block: two convolutions, the shortcut around them, and the sum of both."""
    pair = _strung(window(layer), volume(box), window(layer), volume(box))
    label = _SHORTCUTS[layer.shortcut] if layer.changes(given[2]) else "shortcut"
    row = max(pair.width, _LETTER * len(label))
    width, height = row + 4 * _DOT + 3 * _SUM, pair.height + 2 * _ARC

    def drawn(left, top):
        middle, x, end = top + height / 2, left + _DOT, left + width - _SUM
        up = top + _ARC - 6
        # A rounded way: up, along, and down into the sum.
        arc = (
            f'<path class="shortcut" d="M{x:.1f} {middle:.1f}V{up + 8:.1f}q0 -8 8 -8H{end - 8:.1f}'
            f'q8 0 8 8V{middle - _SUM:.1f}m-4 -6l4 6l4 -6" fill="none" stroke="{LINES}" '
            'stroke-width="2"/>'
        )
        return (
            _way(left, middle, width)
            + f'<circle cx="{x:.1f}" cy="{middle:.1f}" r="{_DOT}" fill="{LINES}"/>{arc}'
            + text_at((x + end) / 2, up - 5, label, TEXT, INK)
            + pair.drawn(left + 3 * _DOT + (row - pair.width) / 2, middle - pair.height / 2)
            + sum_sign().drawn(end - _SUM, middle - _SUM)
        )

    return Piece(width, height, "a residual block", drawn)


def sum_sign():
    """Draw a plus in a circle."""

    def drawn(left, top):
        x, y = left + _SUM, top + _SUM
        return (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_SUM}" fill="{PAPER}" stroke="{LINES}" '
            f'stroke-width="2"/><path d="M{x - 5:.1f} {y:.1f}h10m-5 -5v10" stroke="{LINES}" '
            'stroke-width="2"/>'
        )

    return Piece(2 * _SUM, 2 * _SUM, "a sum", drawn)


def _way(left, middle, length):
    return f'<path d="M{left:.1f} {middle:.1f}h{length:.1f}" stroke="{LINES}" stroke-width="2"/>'
