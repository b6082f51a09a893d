"""A lesson as a small picture: what goes in, and what its own computation gives."""

from html import escape

import numpy as np

from vizcore.figures.colours import RESPONSE_RAMP, WEIGHT_RAMP
from vizcore.figures.lesson_drawings import COUNTED, DRAWINGS, volumes_of
from vizcore.figures.pieces import (
    HEIGHT,
    MOST_MAPS,
    WIDTH,
    array_piece,
    arrow,
    boxes,
    cell_size,
    counts,
    marked,
    matrices,
    photo,
    row_of_numbers,
    shade_size,
)
from vizcore.imaging import SAMPLES
from vizcore.nets.architectures import preset

_WEIGHT_NAMES = ("kernel", "filter", "weights")
_GAP, _ARROW, _MARGIN = 10, 26, 10
_LEAST_SIDES = 8  # to which a box of few cells is compared, lest 1×1 look large
_MOST_GIVEN = 3


def thumbnail(lesson, slug=None):
    """Draw a lesson's input and what it computes.

    Matrices are shades, those of the result with their numbers where there is room; a volume of
    cells is a stack of its maps; a shape is a box; other numbers stand in a row, or with their
    names where `COUNTED` has them. A lesson in `DRAWINGS` is drawn in a way of its own. Where a
    window moves over the input, it lies on its first place, in elements of the class ``window``
    that a style sheet may move by ``--far`` pixels.

    Parameters
    ----------
    lesson : vizcore.lessons.Lesson
    slug : str, optional
        Its name in the catalogue, for names of its numbers and drawings of its own.

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
    window = None
    if slug in DRAWINGS:
        given, found = DRAWINGS[slug](lesson.settings, result)
    else:
        given, found, window = _as_usual(lesson.settings, result, COUNTED.get(slug))
    way = _ARROW if given else 0
    wide = sum(p.width for p in (*given, *found)) + _GAP * (len(given) + len(found)) + way
    high = max(piece.height for piece in (*given, *found))
    scale = min(1, WIDTH / (wide + 2 * _MARGIN), HEIGHT / (high + 4))
    left, parts = (WIDTH / scale - wide) / 2 + _GAP / 2, []
    middle = HEIGHT / 2 / scale
    for index, piece in enumerate((*given, *found)):
        if 0 < index == len(given):
            parts.append(arrow(left, middle))
            left += _ARROW
        top = middle - piece.height / 2
        parts.append(piece.drawn(left, top))
        if window and index in (0, len(given)):
            parts.append(marked(left, top, *window[index > 0]))
        left += piece.width + _GAP
    said = " → ".join(", ".join(piece.said for piece in side) for side in (given, found) if side)
    scaled = f'<g transform="scale({scale:.3f})">' if scale < 1 else "<g>"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"<title>{escape(said)}</title>{scaled}{''.join(parts)}</g></svg>"
    )


# ---- What goes in, and what comes out ----


def _as_usual(settings, result, names):
    """Return the pieces of what goes in and of what comes out, and the window, if one moves."""
    network = "network" in settings and preset(settings["network"])
    if network and "readings" not in settings and _shapes_found(result):
        result = _from_input(network.input, result)
    volumes, found = _shapes_given(settings), _shapes_found(result)
    sides = [max(shape[:2]) for shape in (*volumes, *found) if len(shape) > 1]
    largest = max([_LEAST_SIDES, *sides])
    if "readings" in settings:  # One layer is read in several ways: only its input goes in.
        given = [boxes([network.input], largest)]
    else:
        given = [] if found and network else _given(settings, largest)
    way = _ARROW if given else 0
    room = WIDTH - 2 * _MARGIN - sum(piece.width + _GAP for piece in given) - way
    return given, _found(result, room, largest, names), _window(settings, result, room)


def _from_input(shape, result):
    """Put the input before the volumes of a network, where they do not begin with it."""
    return result if result[0][:3] == shape else (shape, *result)


def _given(settings, largest):
    """Return the pieces of what goes in: pictures first, then weights."""
    pieces = [photo(settings["photo"])] if settings.get("photo") in SAMPLES else []
    if shapes := _shapes_given(settings):
        pieces.append(boxes(shapes, largest))
    arrays = {
        name: value
        for name, value in settings.items()
        if isinstance(value, np.ndarray) and not name.endswith("bias")
    }
    weights = {name for name in arrays if name.startswith(_WEIGHT_NAMES)}
    for name in sorted(arrays, key=lambda name: name in weights):
        scale = WEIGHT_RAMP if name in weights else RESPONSE_RAMP
        pieces.append(array_piece(arrays[name], scale, WIDTH, numbered=False))
    return pieces[:_MOST_GIVEN]


def _found(result, room, largest, names):
    """Return the pieces of a result: an array, a number, or a tuple of shapes or numbers."""
    if isinstance(result, np.ndarray) and result.ndim:
        return [array_piece(result, RESPONSE_RAMP, room, numbered=True)]
    tuples = _innermost(result)
    shapes = _shapes_found(result)
    if len(tuples) == 1:
        rest = tuples[0][3 * len(shapes) :]
    else:
        rest = [] if shapes else [number for one in tuples for number in one]
    volumes = [boxes(shapes, largest)] if shapes else []
    if rest and names:
        return [*volumes, counts(*zip(rest, names, strict=True))]
    return [*volumes, *([row_of_numbers(rest, room)] if rest else [])]


def _shapes_given(settings):
    """Return the shapes of an input of which nothing else is known, or of a network's volumes."""
    if "network" in settings:
        return volumes_of(settings["network"])
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
    (plane, *more), (shown, *others) = matrices(x), matrices(result)
    behind, behind_output = (5 * (min(MOST_MAPS, 1 + len(rest)) - 1) for rest in (more, others))
    cell, output_cell = shade_size(plane), cell_size(shown, room - behind_output)
    steps = shown.shape[1]
    start = -padding * cell
    return [
        (start, start + behind, wide * cell, high * cell, (steps - 1) * stride * cell, steps),
        (0, behind_output, output_cell, output_cell, (steps - 1) * output_cell, steps),
    ]
