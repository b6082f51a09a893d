"""A lesson as a small picture: what goes in, and what its own computation gives."""

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
from vizcore.lessons.networks import as_volume
from vizcore.nets.architectures import layer_table, preset

WIDTH, HEIGHT = 264, 104

_WEIGHT_NAMES = ("kernel", "filter", "weights")
_SHADE, _CELL, _LINE = 9, 30, 24
_TYPE, _SMALLEST_TYPE, _DIGIT = 12, 9.5, 0.58
_GAP, _BOX_GAP, _ARROW, _MARGIN = 10, 6, 26, 10
_LEAST_SIDES = 8  # to which a box of few cells is compared, lest 1×1 look large
_LINES = "#8d96a0"
_MOST_GIVEN = 3
_MOST_MAPS, _MOST_BOXES, _MOST_LETTERED, _MOST_CELLS = 4, 6, 4, 24
_LETTERS, _MOST_LINES = 16, 4
_PHOTO_PIXELS = 5_000


@dataclass(frozen=True, eq=False)
class _Piece:
    """A part of the picture: how much room it takes, how it is drawn there, what it is in words."""

    width: float
    height: float
    said: str
    drawn: Callable  # from its left and its top


def thumbnail(lesson):
    """Draw a lesson's input and what it computes.

    Matrices are shades, those of the result with their numbers where there is room; a volume of
    cells is a stack of its maps; a shape is a box; other numbers stand in a row. Where a window
    moves over the input, it lies on its first place, in elements of the class ``window`` that a
    style sheet may move by ``--far`` pixels.

    Parameters
    ----------
    lesson : vizcore.lessons.Lesson

    Returns
    -------
    str
        An ``<svg role="img">`` with a title, in the colours of the page around it.

    Examples
    --------
    >>> from vizcore.lessons import LESSONS
    >>> svg = thumbnail(LESSONS["max-pool-slice"])
    >>> "<title>a 4×4 grid → a 2×2 grid: 6 8 / 3 4</title>" in svg
    True
    """
    result = lesson.compute()
    shapes = _shapes_given(lesson.settings), _shapes_found(result)
    sides = [max(shape[:2]) for side in shapes for shape in side if len(shape) > 1]
    largest = max([_LEAST_SIDES, *sides])
    given = [] if shapes[1] and "network" in lesson.settings else _given(lesson.settings, largest)
    arrow = _ARROW if given else 0
    room = WIDTH - 2 * _MARGIN - sum(piece.width + _GAP for piece in given) - arrow
    found = _found(result, room, largest)
    wide = sum(p.width for p in (*given, *found)) + _GAP * (len(given) + len(found)) + arrow
    high = max(piece.height for piece in (*given, *found))
    scale = min(1, WIDTH / (wide + 2 * _MARGIN), HEIGHT / (high + 4))
    window = _window(lesson.settings, result, room)
    left, parts = (WIDTH / scale - wide) / 2 + _GAP / 2, []
    middle = HEIGHT / 2 / scale
    for index, piece in enumerate((*given, *found)):
        if 0 < index == len(given):
            parts.append(_arrow(left, middle))
            left += _ARROW
        top = middle - piece.height / 2
        parts.append(piece.drawn(left, top))
        if window and index in (0, len(given)):
            parts.append(_marked(left, top, *window[index > 0]))
        left += piece.width + _GAP
    said = " → ".join(", ".join(piece.said for piece in side) for side in (given, found) if side)
    scaled = f'<g transform="scale({scale:.3f})">' if scale < 1 else "<g>"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"<title>{escape(said)}</title>{scaled}{''.join(parts)}</g></svg>"
    )


# ---- What goes in, and what comes out ----


def _given(settings, largest):
    """Return the pieces of what goes in: pictures first, then weights."""
    pieces = [_photo(settings["photo"])] if settings.get("photo") in SAMPLES else []
    if shapes := _shapes_given(settings):
        pieces.append(_boxes(shapes, largest))
    arrays = {
        name: value
        for name, value in settings.items()
        if isinstance(value, np.ndarray) and not name.endswith("bias")
    }
    weights = {name for name in arrays if name.startswith(_WEIGHT_NAMES)}
    for name in sorted(arrays, key=lambda name: name in weights):
        scale = WEIGHT_RAMP if name in weights else RESPONSE_RAMP
        pieces.append(_array(arrays[name], scale, WIDTH, numbered=False))
    return pieces[:_MOST_GIVEN]


def _found(result, room, largest):
    """Return the pieces of a result: an array, a number, or a tuple of shapes or numbers."""
    if isinstance(result, np.ndarray) and result.ndim:
        return [_array(result, RESPONSE_RAMP, room, numbered=True)]
    tuples = _innermost(result)
    shapes = _shapes_found(result)
    if len(tuples) == 1:
        rest = tuples[0][3 * len(shapes) :]
    else:
        rest = [] if shapes else [number for one in tuples for number in one]
    boxes = [_boxes(shapes, largest)] if shapes else []
    return [*boxes, *([_row(rest, room)] if rest else [])]


def _shapes_given(settings):
    """Return the shapes of an input of which nothing else is known, or of a network's volumes."""
    if "network" in settings:
        shapes = [as_volume(row.shape) for row in layer_table(preset(settings["network"]))]
        return [one for one, before in zip(shapes, [None, *shapes], strict=False) if one != before]
    if "rows" in settings:
        return [tuple(settings.get(name, 1) for name in ("rows", "columns", "channels"))]
    return [settings["shape"]] if isinstance(settings.get("shape"), tuple) else []


def _shapes_found(result):
    """Return the shapes that a result holds or begins with; where one is a shape, all are."""
    tuples = [] if isinstance(result, np.ndarray) else _innermost(result)
    return [one[:3] for one in tuples] if any(map(_is_shape, tuples)) else []


def _innermost(result):
    """Return the tuples that hold no others, in order; a number is a tuple of one."""
    if not isinstance(result, tuple):
        return [(result,)]
    if not any(isinstance(one, tuple) for one in result):
        return [result]
    return [inner for one in result for inner in _innermost(one)]


def _is_shape(numbers):
    """Whether numbers begin with the shape of a volume: two sides alike, all positive and whole."""
    whole = all(isinstance(n, int | np.integer) and n > 0 for n in numbers[:3])
    return whole and 2 <= len(numbers) <= 4 and numbers[0] == numbers[1] > 1


def _maps(array):
    """Part an array into its matrices: its channels, or what its first axis counts."""
    if array.ndim < 3:
        return [np.atleast_2d(array)]
    if array.ndim > 3:
        array = array.reshape(*array.shape[:2], -1)
    if array.shape[1] == array.shape[2] != array.shape[0]:
        return list(array)
    return list(np.moveaxis(array, -1, 0))


# ---- Pieces ----


def _array(array, scale, room, *, numbered):
    maps = _maps(array)
    if array.ndim == 1 or (numbered and len(maps) == 1 and _is_too_wide(maps[0])):
        return _row(array.ravel().tolist(), room, scale)
    (rows, columns), shown = maps[0].shape, maps[:_MOST_MAPS]
    shift = 5 if len(shown) > 1 else 0
    behind = shift * (len(shown) - 1)
    cell = _cell_size(maps[0], room - behind) if numbered else _shade_size(maps[0])
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
    return _Piece(columns * cell + behind, rows * cell + behind, said, drawn)


def _is_too_wide(matrix):
    return matrix.shape[0] == 1 and matrix.shape[1] > 8


def _shade_size(matrix):
    rows, columns = matrix.shape
    return min(12, _SHADE * 7 / max(rows, 4), 84 / columns)


def _cell_size(matrix, room):
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


def _row(values, room, scale=RESPONSE_RAMP):
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

    return _Piece(columns * wide, lines * _LINE, ", ".join(texts), drawn)


def _boxes(shapes, largest):
    """Draw volumes as boxes side by side; of many, the first ones and the last."""
    if len(shapes) > _MOST_BOXES:
        shapes = [*shapes[: _MOST_BOXES - 1], shapes[-1]]
    label = 6.2
    many = len(shapes) > 2
    sizes = []
    for shape in shapes:
        rows, columns, channels = (*shape, 1)[:3] if len(shape) > 1 else (1, 1, *shape)
        tall = 58 if not many else 44
        high = max(6, tall * (rows / largest) ** 0.6)
        slant = 0.3 * max(6, tall * (columns / largest) ** 0.6)
        sizes.append((high, slant, 3 + 4 * np.log2(channels + 1) * (0.6 if many else 1)))
    texts = [shape_text(tuple(map(int, shape))) for shape in shapes]
    if len(shapes) > _MOST_LETTERED:
        texts[1:-1] = [""] * (len(texts) - 2)
    widths = [
        max(wide + slant, label * len(text))
        for (_, slant, wide), text in zip(sizes, texts, strict=True)
    ]
    height = max(high + slant for high, slant, _ in sizes) + _LETTERS

    def drawn(left, top):
        parts, base = [], top + height - _LETTERS
        for (high, slant, wide), text, room in zip(sizes, texts, widths, strict=True):
            parts.append(_box(left + (room - wide - slant) / 2, base - high, high, slant, wide))
            parts.append(_text(left + room / 2, base + 12, text, 11) if text else "")
            left += room + _BOX_GAP
        return "".join(parts)

    said = ", ".join(shape_text(tuple(map(int, shape))) for shape in shapes)
    return _Piece(sum(widths) + _BOX_GAP * (len(widths) - 1), height, said, drawn)


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


def _photo(key):
    picture = fit_within(SAMPLES[key].load(), _PHOTO_PIXELS)
    rows, columns = picture.shape[:2]
    high = min(84, 110 * rows / columns)
    source = f"data:image/jpeg;base64,{b64encode(to_jpeg(picture)).decode()}"

    def drawn(left, top):
        return (
            f'<image x="{left:.1f}" y="{top:.1f}" width="{high * columns / rows:.1f}" '
            f'height="{high:.1f}" style="image-rendering:pixelated" href="{source}"/>'
        )

    return _Piece(high * columns / rows, high, f"the photo “{SAMPLES[key].title}”", drawn)


# ---- The window ----


def _window(settings, result, room):
    """Return where a window starts on the input and on the output, and how far it goes.

    Returns
    -------
    list of two (left, top, width, height, far, steps) or None
        In pixels, from the corner of the drawn matrix; None where no window moves over a matrix.
    """
    x = settings.get("x")
    if not isinstance(x, np.ndarray) or not isinstance(result, np.ndarray) or result.ndim < 2:
        return None
    kernel, size = settings.get("kernel"), settings.get("size")
    if kernel is None and size is None:
        return None
    high, wide = kernel.shape[:2] if kernel is not None else np.broadcast_to(size, 2)
    stride = settings.get("stride") or (1 if kernel is not None else int(wide))
    padding = settings.get("padding", 0)
    if not isinstance(stride, int) or not isinstance(padding, int):
        return None
    (plane, *more), (shown, *others) = _maps(x), _maps(result)
    behind, behind_output = (5 * (min(_MOST_MAPS, 1 + len(rest)) - 1) for rest in (more, others))
    cell, output_cell = _shade_size(plane), _cell_size(shown, room - behind_output)
    steps = shown.shape[1]
    start = -padding * cell
    return [
        (start, start + behind, wide * cell, high * cell, (steps - 1) * stride * cell, steps),
        (0, behind_output, output_cell, output_cell, (steps - 1) * output_cell, steps),
    ]


def _marked(left, top, dx, dy, wide, high, far, steps):
    place = f'x="{left + dx:.1f}" y="{top + dy:.1f}" width="{wide:.1f}" height="{high:.1f}"'
    timing = f"--far:{far:.1f}px;animation-timing-function:steps({steps},jump-none)"
    layers = ((ACCENT_EDGE, 4), (ACCENT, 2.5))
    return (
        f'<g class="window" style="{timing}">'
        + "".join(
            f'<rect {place} fill="none" stroke="{colour}" stroke-width="{width}"/>'
            for colour, width in layers
        )
        + "</g>"
    )


# ---- Small things ----


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
        _text(x + (wide - 1) / 2, y + (high - 1) / 2 + 0.36 * size, text, size, ink_on(colour))
        for (x, y), colour, text in zip(places, colours, texts, strict=True)
        if text
    )
    return f'<g stroke="{_LINES}" stroke-width="0.7">{fills}</g>{inks}'


def _text(x, y, text, size, ink="currentColor"):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" text-anchor="middle" '
        f'fill="{ink}">{escape(text)}</text>'
    )


def _short(number):
    return f"{number:.1f}".removesuffix(".0")


def _arrow(left, middle):
    return (
        f'<path d="M{left:.1f} {middle:.1f}h14m-5 -4l5 4l-5 4" fill="none" stroke="currentColor" '
        'stroke-width="1.6" stroke-linecap="round"/>'
    )
