"""How a value went, step by step, as a small picture."""

from html import escape

import numpy as np

from vizcore.figures.colours import RESPONSE_SCALE

WIDTH, HEIGHT = 320, 140

_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 304, 28, 108
_STYLE = (
    ".course text{font-size:14px;fill:currentColor;font-variant-numeric:tabular-nums}"
    ".course path{fill:none;stroke:currentColor;stroke-width:1.5}"
    f".course .went{{stroke:{RESPONSE_SCALE[8]};stroke-width:3;stroke-linejoin:round}}"
)


def course_picture(values, name, write):
    """Draw values from the first step to the last, between their least and their largest.

    Parameters
    ----------
    values : ndarray, (steps + 1,)
        One before the first step, one after each.
    name : str
        What they are.
    write : callable
        Writes a value as people read it.

    Returns
    -------
    str
        An ``<svg>`` element, in the colours of the page around it (``currentColor``).

    Examples
    --------
    >>> svg = course_picture(np.array([1.0, 3.0, 2.0]), "A value", str)
    >>> 'd="M64.0 108.0L184.0 28.0L304.0 68.0"' in svg
    True
    >>> "A value: 1.0 at first, 2.0 after 2 steps, at most 3.0" in svg
    True
    """
    low, high = float(values.min()), float(values.max())
    x = np.linspace(_LEFT, _RIGHT, len(values))
    y = _BOTTOM - (values - low) / ((high - low) or 1) * (_BOTTOM - _TOP)
    points = "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))
    first, last = write(float(values[0])), write(float(values[-1]))
    steps = len(values) - 1
    said = escape(f"{name}: {first} at first, {last} after {steps} steps, at most {write(high)}")
    labels = (
        (_LEFT - 8, _TOP + 5, "end", write(high)),
        (_LEFT - 8, _BOTTOM + 5, "end", write(low)),
        (_LEFT, _BOTTOM + 20, "start", "0"),
        (_RIGHT, _BOTTOM + 20, "end", str(steps)),
        ((_LEFT + _RIGHT) / 2, _BOTTOM + 20, "middle", "steps"),
        (8, 14, "start", escape(name)),
    )
    texts = "".join(
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{text}</text>'
        for x, y, anchor, text in labels
    )
    return (
        f'<svg class="course" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{said}" '
        f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"><title>{said}</title>'
        f'<style>{_STYLE}</style><path d="M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}"/>'
        f'<path class="went" d="M{points}"/>{texts}</svg>'
    )
