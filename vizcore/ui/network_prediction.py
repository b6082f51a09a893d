"""What a network takes a picture for: the picture as it sees it, and its likeliest classes."""

import base64
from html import escape

import numpy as np
import streamlit as st

from vizcore.figures.colours import RESPONSE_SCALE
from vizcore.imaging import to_png
from vizcore.ui.run_words import percent

NAMED = 3
"""Classes that are named, the likeliest first."""

_STYLE = """<style>
.prediction { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 8px 16px; }
.prediction img { width: 112px; image-rendering: pixelated; border-radius: 4px; box-shadow: 0 0 0 1px rgb(110 120 130 / 70%); }
.prediction .said { flex: 1; min-width: 210px; }
.prediction p { margin: 0 0 4px; overflow-wrap: anywhere; }
.prediction .verdict { font-size: 1.25rem; font-weight: 600; }
.stHtml .prediction ol { display: grid; grid-template-columns: minmax(40px, max-content) 1fr max-content; gap: 4px 12px; margin: 0; padding: 0; list-style: none; font-variant-numeric: tabular-nums lining-nums; }
.stHtml .prediction li { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; align-items: center; margin: 0; padding: 0; }
.stHtml .prediction .logits { grid-template-columns: minmax(40px, max-content) 1fr max-content max-content; }
.prediction :is(.heads, .figure) { text-align: right; }
.prediction .unseen { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
.prediction .heads { font-size: 15px; }
.prediction .name { max-width: 160px; overflow-wrap: anywhere; }
.prediction .track { height: 14px; border-radius: 3px; box-shadow: inset 0 0 0 1px rgb(110 120 130 / 60%); overflow: hidden; }
.prediction .track span { display: block; height: 100%; background: var(--bar); }
.prediction .note { max-width: 60ch; margin-top: 8px; }
@media (max-width: 640px) {
  .prediction img { width: 72px; }
  .prediction .said { min-width: 190px; }
}
</style>"""  # noqa: E501


_HEADS = (
    '<li class="heads" aria-hidden="true"><span></span><span></span><span>probability</span>'
    "<span>logit</span></li>"
)
_LOGIT = '<span class="unseen">logit </span>'


def prediction(network, probabilities, shown, *, logits=None, count=NAMED):
    """Show what a network says of a picture.

    Parameters
    ----------
    network : vizcore.nets.network.Network
    probabilities : ndarray, (K,)
        Of its classes.
    shown : vizcore.ui.network_pictures.Shown
    logits : ndarray, (K,), optional
        What goes into the softmax, to be told beside the probabilities.
    count : int
        Classes that are named.
    """
    names = network.class_names
    order = np.argsort(-probabilities, kind="stable")[:count]
    bars = "".join(
        _bar(names[k], float(probabilities[k]), None if logits is None else float(logits[k]))
        for k in order
    )
    note = f'<p class="note">{escape(shown.note)}</p>' if shown.note else ""
    kind, heads = ("", "") if logits is None else (' class="logits"', _HEADS)
    st.html(
        f'{_STYLE}<div class="prediction" style="--bar: {RESPONSE_SCALE[8]}">'
        f'<img alt="The picture as the network is given it" src="{_address(network, shown)}">'
        f'<div class="said"><p class="verdict">{escape(verdict(names, probabilities))}</p>'
        f"<p>{escape(judged(names, order[0], shown.truth))}</p>"
        f'<ol{kind} aria-label="The likeliest classes">{heads}{bars}</ol>{note}</div></div>'
    )


def verdict(names, probabilities):
    """Say which class has the largest probability.

    Examples
    --------
    >>> verdict(("cat", "dog"), np.array([0.25, 0.75]))
    'It says: dog, with 75.0%'
    """
    best = int(probabilities.argmax())
    return f"It says: {names[best]}, with {percent(float(probabilities[best]))}"


def judged(names, best, truth):
    """Say whether that is right, as far as one knows.

    Examples
    --------
    >>> judged(("cat", "dog"), 1, 0), judged(("cat", "dog"), 1, 1), judged(("cat", "dog"), 1, None)
    ('✗ wrong: it is cat', '✓ right', 'What it is, only you know.')
    """
    if truth is None or truth >= len(names):
        return "What it is, only you know."
    return "✓ right" if best == truth else f"✗ wrong: it is {names[truth]}"


def _bar(name, share, logit):
    width = f"{100 * share:.2f}%"
    beside = "" if logit is None else f'<span class="figure">{_LOGIT}{_two(logit)}</span>'
    return (
        f'<li><span class="name">{escape(name)}</span>'
        f'<span class="track" aria-hidden="true"><span style="width: {width}"></span></span>'
        f'<span class="figure">{percent(share)}</span>{beside}</li>'
    )


def _two(value):
    """Write a number with two decimals, for a column of them; what rounds to 0 has no sign."""
    return f"{round(value, 2) + 0.0:,.2f}".replace("-", "−")


def _address(network, shown):
    levels = network.levels(shown.picture)
    png = to_png(levels[..., 0] if levels.shape[2] == 1 else levels)
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
