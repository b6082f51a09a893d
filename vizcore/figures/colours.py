"""The colour language: what each colour means, on every page and in every component.

Photographs keep their own colours. Responses and activations are blue where positive and red
where negative; kernel weights are teal where positive and brown where negative; the window one
is looking at is amber. The two scales are ColorBrewer's RdBu and BrBG, eleven classes each
(Harrower and Brewer, 2003, doi:10.1179/000870403235002042), safe for colour-blind readers.
"""

import json

RESPONSE_SCALE = (
    "#67001f", "#b2182b", "#d6604d", "#f4a582", "#fddbc7", "#f7f7f7",
    "#d1e5f0", "#92c5de", "#4393c3", "#2166ac", "#053061",
)  # fmt: skip
"""The colours of responses and activations, from most negative to most positive."""

WEIGHT_SCALE = (
    "#543005", "#8c510a", "#bf812d", "#dfc27d", "#f6e8c3", "#f5f5f5",
    "#c7eae5", "#80cdc1", "#35978f", "#01665e", "#003c30",
)  # fmt: skip
"""The colours of kernel weights, from most negative to most positive."""

RESPONSE_RAMP, WEIGHT_RAMP = RESPONSE_SCALE[2:-2], WEIGHT_SCALE[2:-2]
"""What cells, maps and legends are painted with, one for each kind of number: without the darkest
two colours at either end, so that the numbers are in dark ink. Those serve lines and letters."""

ACCENT = "#ffb000"
"""The window, the winner, the focused cell: amber, always with a dark edge around it."""

ACCENT_EDGE = "#1b1b1b"
"""The thin edge that lets the accent show on any colour."""

INK_ON_LIGHT = "#000000"
"""Numbers on a light cell. With a softer ink, neither it nor white would reach a contrast of
4.5 : 1 on the middle blues and teals."""

INK_ON_DARK = "#ffffff"
"""Numbers on a dark cell."""


def colour_at(scale, value, limit):
    """The colour of a value on a diverging scale centred on zero.

    Parameters
    ----------
    scale : sequence of str
        Hexadecimal colours from most negative to most positive.
    value : float
        What to show; beyond ``limit`` it takes the end colour.
    limit : float
        The magnitude at both ends, positive. With 0 every value is the middle colour.

    Returns
    -------
    str
        ``#rrggbb``, interpolated linearly in sRGB between neighbouring colours.

    Examples
    --------
    >>> colour_at(RESPONSE_RAMP, 0, 255), colour_at(RESPONSE_RAMP, 300, 255)
    ('#f7f7f7', '#4393c3')
    """
    share = 0.0 if limit <= 0 else max(-1.0, min(1.0, value / limit))
    place = (share + 1) / 2 * (len(scale) - 1)
    low = min(int(place), len(scale) - 2)
    pairs = zip(_rgb(scale[low]), _rgb(scale[low + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * (place - low)):02x}" for a, b in pairs)


def ink_on(colour):
    """Dark or light ink, whichever contrasts more with a cell's colour (WCAG 2 luminance).

    Examples
    --------
    >>> ink_on("#f7f7f7") == INK_ON_LIGHT, ink_on("#053061") == INK_ON_DARK
    (True, True)
    """
    dark, light = (contrast(colour, ink) for ink in (INK_ON_LIGHT, INK_ON_DARK))
    return INK_ON_LIGHT if dark >= light else INK_ON_DARK


def contrast(one, other):
    """The WCAG 2 contrast ratio of two ``#rrggbb`` colours, from 1 to 21.

    Examples
    --------
    >>> contrast("#000000", "#ffffff")
    21.0
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def as_javascript():
    """The same constants for the browser components, as one line of JavaScript."""
    constants = {
        "responseScale": RESPONSE_SCALE,
        "weightScale": WEIGHT_SCALE,
        "responseRamp": RESPONSE_RAMP,
        "weightRamp": WEIGHT_RAMP,
        "accent": ACCENT,
        "accentEdge": ACCENT_EDGE,
        "inkOnLight": INK_ON_LIGHT,
        "inkOnDark": INK_ON_DARK,
    }
    return f"const COLOURS = {json.dumps(constants)};\n"


def as_css():
    """The same constants as custom properties of a component's root."""
    return (
        f":host {{ --accent: {ACCENT}; --accent-edge: {ACCENT_EDGE};"
        f" --ink-on-light: {INK_ON_LIGHT}; --ink-on-dark: {INK_ON_DARK};"
        f" --response-positive: {RESPONSE_RAMP[-1]}; }}\n"
    )


def _rgb(colour):
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def _luminance(colour):
    channels = (c / 255 for c in _rgb(colour))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
