"""The learning rate over a run as a small picture."""

import numpy as np

from vizcore.figures.colours import RESPONSE_SCALE
from vizcore.nets.schedules import SCHEDULES, rate_at

WIDTH, HEIGHT = 320, 150

_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 312, 28, 104
_STYLE = (
    ".rates text{font-size:14px;fill:currentColor;font-variant-numeric:tabular-nums}"
    ".rates path{fill:none;stroke:currentColor;stroke-width:1.5}"
    f".rates .rate{{stroke:{RESPONSE_SCALE[8]};stroke-width:3;stroke-linejoin:round}}"
    ".rates .worst{stroke-dasharray:5 4}"
)


def rate_picture(schedule, rate, epochs):
    """Draw the learning rate from the first batch to the last.

    With the plateau schedule it depends on how training goes: the line is drawn for a run that
    never stalls, and dashed for one that stalls from its first epoch on.

    Parameters
    ----------
    schedule : str
        A key of `vizcore.nets.schedules.SCHEDULES`.
    rate : float
        The largest rate.
    epochs : int

    Returns
    -------
    str
        An ``<svg>`` element, in the colours of the page around it (``currentColor``).

    Examples
    --------
    >>> svg = rate_picture("constant", 0.01, 5)
    >>> svg.count('class="rate"'), "0.01" in svg
    (1, True)
    """
    progress = np.linspace(0, 1, 121)
    lines = _line([rate_at(schedule, rate, p) for p in progress], rate, "rate")
    if schedule == "plateau":
        # The first loss is the best there ever is; each later epoch waits in vain.
        done = [min(int(p * epochs), epochs - 1) for p in progress]
        stalled = [rate_at(schedule, rate, 0, [1] * epoch) for epoch in done]
        if min(stalled) < rate:
            lines += _line(stalled, rate, "rate worst")
    said = (
        f"The learning rate over {epochs} epochs, {SCHEDULES[schedule].lower()}: at most {rate:g}"
    )
    labels = (
        (_LEFT - 8, _TOP + 5, "end", f"{rate:g}"),
        (_LEFT - 8, _BOTTOM + 5, "end", "0"),
        (_LEFT, _BOTTOM + 20, "start", "0"),
        (_RIGHT, _BOTTOM + 20, "end", str(epochs)),
        ((_LEFT + _RIGHT) / 2, _BOTTOM + 20, "middle", "epochs"),
        (_LEFT, 14, "start", "learning rate"),
    )
    texts = "".join(
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{text}</text>'
        for x, y, anchor, text in labels
    )
    axes = f'<path d="M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}"/>'
    return (
        f'<svg class="rates" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{said}" '
        f'width="{WIDTH}" height="{HEIGHT - 20}" viewBox="0 0 {WIDTH} {HEIGHT - 20}">'
        f"<title>{said}</title><style>{_STYLE}</style>{axes}{lines}{texts}</svg>"
    )


def _line(rates, most, name):
    x = np.linspace(_LEFT, _RIGHT, len(rates))
    y = _BOTTOM - np.divide(rates, most) * (_BOTTOM - _TOP)
    points = "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))
    return f'<path class="{name}" d="M{points}"/>'
