"""A network's volumes as a picture: boxes as high, deep and wide as rows, columns and channels."""

from dataclasses import dataclass
from html import escape
from math import log2

from vizcore.figures.colours import ACCENT, ACCENT_EDGE, RESPONSE_SCALE

_TALLEST = 120
_SMALLEST = 6
_GENTLE = 0.6
_SLANT = 0.32
_GAP = 34
_MARGIN = 8
_LINE = 20
_MIDDLE = _MARGIN + _LINE + (1 + _SLANT) * _TALLEST / 2
_LETTER = 8.2  # Wider than the mean letter of 15 px type, so that no two labels touch.
FACES = {"front": RESPONSE_SCALE[7], "top": RESPONSE_SCALE[6], "side": RESPONSE_SCALE[8]}
"""The colours of a volume of responses, seen from three sides."""
_STYLE = (
    ".volumes text{font-size:15px;fill:currentColor;text-anchor:middle;"
    "font-variant-numeric:tabular-nums}"
    ".volumes .name{font-weight:600}"
    f".volumes polygon{{stroke:{ACCENT_EDGE};stroke-width:1;stroke-linejoin:round}}"
    ".volumes .way{stroke:currentColor;stroke-width:1.5;fill:none}"
    ".volumes .halo{display:none;fill:none}"
    ".volumes .chosen .halo{display:inline}"
    f".volumes .chosen .edge{{stroke:{ACCENT_EDGE};stroke-width:6}}"
    f".volumes .chosen .light{{stroke:{ACCENT};stroke-width:4}}"
)


def volumes_picture(rows, *, title="The volumes of a network", chosen=None, steps=None, room=None):
    """Draw the volumes that pass through a network, from left to right.

    Heights and depths grow as the power 0.6 of rows and columns, the largest map filling the
    picture; widths as the logarithm of the channels. So 7 and 224, or 3 and 4096, fit one picture.

    Parameters
    ----------
    rows : sequence of (str, tuple of int)
        What each volume is called, and its shape: (rows, columns, channels), or (numbers,) for a
        flat one, which is drawn as 1 × 1 × numbers.
    title : str
        What the picture shows, for those who do not see it.
    chosen : int, optional
        The volume to mark, counted from 0.
    steps : sequence of tuple of str, optional
        Lines to write under each volume, about the step that makes it.
    room : float, optional
        How many pixels wide the picture may be: what does not fit goes on below. One volume
        stands in every line, however wide it is.

    Returns
    -------
    str
        An ``<svg>`` element of fixed size with selectable text, in the colours of the page around
        it (``currentColor``). Each volume is a ``<g class="volume" data-row="0">``; one that also
        has the class ``chosen`` is outlined.

    Raises
    ------
    ValueError
        When there are no rows, or a shape is none.

    Examples
    --------
    >>> svg = volumes_picture([("Input", (32, 32, 3)), ("CONV", (32, 32, 8)), ("FC", (5,))])
    >>> svg.count('class="volume"'), "32×32×8" in svg
    (3, True)
    """
    if not rows:
        raise ValueError("rows must hold at least one volume. Received: none")
    shapes = [_as_volume(shape) for _, shape in rows]
    largest = max(max(shape[:2]) for shape in shapes)
    steps = steps or [()] * len(rows)
    pitch = _bottom(_MIDDLE) + _MARGIN + _LINE * max(map(len, steps))
    parts, left, top, width = [], _MARGIN, 0, 0
    volumes = zip(rows, shapes, steps, strict=True)
    for index, ((name, shape), volume, lines) in enumerate(volumes):
        label = shape_text(shape)
        box = Box.of(volume, largest)
        wide = max(box.across, *(_LETTER * len(text) for text in (name, label, *lines)))
        after = _GAP if index < len(rows) - 1 else _MARGIN
        if room and index and left + wide + after > room:
            left, top = _MARGIN, top + pitch + _MARGIN
        centre, middle = left + wide / 2, top + _MIDDLE
        mark = " chosen" if index == chosen else ""
        parts.append(
            f'<g class="volume{mark}" data-row="{index}">'
            f"<title>{escape(name)}: {label}</title>{_marked(box, centre, middle)}"
            f'<text class="name" x="{centre:.1f}" y="{top + _MARGIN + 12:g}">{escape(name)}</text>'
            f'<text x="{centre:.1f}" y="{_bottom(middle):.1f}">{label}</text>'
            f"{_lines(lines, centre, _bottom(middle))}</g>"
        )
        if index < len(rows) - 1:
            parts.append(_arrow(left + wide + 8, _bottom(middle) - 5, _GAP - 16))
        width = max(width, left + wide + after)
        left += wide + _GAP
    height = top + pitch
    said = escape(title, quote=True)
    told = "; ".join(f"{escape(name)} {shape_text(shape)}" for name, shape in rows)
    return (
        f'<svg class="volumes" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{said}: '
        f'{told}" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}">'
        f"<title>{said}</title><desc>{told}</desc><style>{_STYLE}</style>{''.join(parts)}</svg>"
    )


def shape_text(shape):
    """Write a shape as people do.

    Examples
    --------
    >>> shape_text((32, 32, 3)), shape_text((4096,))
    ('32×32×3', '4,096')
    """
    return "×".join(f"{n:,}" if len(shape) == 1 else str(n) for n in shape)


@dataclass(frozen=True)
class Box:
    """A box seen from the front, a little from above and from the right.

    Attributes
    ----------
    high, wide : float
        Of its front.
    slant : float
        How far its depth goes to the right, and up.
    """

    high: float
    wide: float
    slant: float

    @classmethod
    def of(cls, volume, largest):
        """Make the box of (rows, columns, channels), where `largest` is the largest side of all."""
        rows, columns, channels = volume
        return cls(_side(rows, largest), 8 * log2(channels + 1), _SLANT * _side(columns, largest))

    @property
    def across(self):
        """How wide it is drawn."""
        return self.wide + self.slant

    @property
    def tall(self):
        """How high it is drawn."""
        return self.high + self.slant

    def faces(self, left, top):
        """Return the name of each face that is seen, and its corners; and all that is around."""
        front, right, bottom = top + self.slant, left + self.wide, top + self.tall
        back, far = left + self.slant, right + self.slant
        low = bottom - self.slant
        return {
            "front": ((left, front), (right, front), (right, bottom), (left, bottom)),
            "top": ((left, front), (back, top), (far, top), (right, front)),
            "side": ((right, front), (far, top), (far, low), (right, bottom)),
            "around": ((left, front), (back, top), (far, top), (far, low), (right, bottom),
                       (left, bottom)),
        }  # fmt: skip

    def drawn(self, left, top, fills):
        """Draw its faces, filled with the colour of each, from their left and their top."""
        return "".join(
            polygon(points, f'fill="{fills[face]}"')
            for face, points in self.faces(left, top).items()
            if face in fills
        )


def _marked(box, centre, middle):
    """Draw a box around a point, and the outline that marks it."""
    left, top = centre - box.across / 2, middle - box.tall / 2
    around = box.faces(left, top)["around"]
    outline = (polygon(around, f'class="halo {layer}"') for layer in ("edge", "light"))
    return box.drawn(left, top, FACES) + "".join(outline)


def _lines(texts, centre, top):
    return "".join(
        f'<text class="step" x="{centre:.1f}" y="{top + _LINE * number:.1f}">{escape(text)}</text>'
        for number, text in enumerate(texts, 1)
    )


def polygon(points, attributes):
    """Draw a polygon with these corners."""
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon {attributes} points="{corners}"/>'


def _arrow(x, y, length):
    head = f"M{x + length - 5:.1f} {y - 4:.1f}l5 4l-5 4"
    return f'<path class="way" d="M{x:.1f} {y:.1f}h{length:.1f}{head}"/>'


def _side(n, largest):
    return max(_SMALLEST, _TALLEST * (n / largest) ** _GENTLE)


def _bottom(middle):
    return middle + (1 + _SLANT) * _TALLEST / 2 + _LINE


def _as_volume(shape):
    volume = shape if len(shape) == 3 else (1, 1, *shape)
    if len(volume) != 3 or not all(isinstance(n, int) and n > 0 for n in volume):
        raise ValueError(
            f"a shape must be (rows, columns, channels) or (numbers,). Received: {shape!r}"
        )
    return volume
