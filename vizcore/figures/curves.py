"""Activation functions and their slopes as curves."""

import numpy as np
from plotly.subplots import make_subplots

from vizcore.figures.colours import ACCENT, ACCENT_EDGE
from vizcore.ops.derivatives import activate, derivative

REACH = 6.0
"""How far to either side of 0 the curves go."""

LINES = {
    "sigmoid": ("#2f7fc1", "solid"),
    "tanh": ("#d55e00", "dash"),
    "relu": ("#00875f", "dashdot"),
    "leaky_relu": ("#a86fb5", "dot"),
    "softmax": ("#9a7b00", "longdashdot"),
}
"""A colour and a dash for each, so that colour is never the only sign; 3 : 1 on either theme."""

BENT = ("relu", "leaky_relu")
"""Those whose slope jumps at 0."""

PLACES = np.linspace(-REACH, REACH, 241)
"""Where the curves are computed, 0 among them."""

_LEAST_TOP, _BOTTOM = 3.0, -1.25


def curves(titles, x, *, alpha, others):
    """Draw activation functions above, and how steep they are below, read off at one place.

    Parameters
    ----------
    titles : dict
        Name of the function, as in `vizcore.ops.derivatives`, to its name on screen.
    x : float
        Where they are read off: amber dots.
    alpha, others
        As in `vizcore.ops.derivatives.activate`.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    figure = make_subplots(
        rows=2, shared_xaxes=True, vertical_spacing=0.17, subplot_titles=("f(x)", "Slope f′(x)")
    )
    given = {"alpha": alpha, "others": others}
    top = 1.25
    for name, title in titles.items():
        colour, dash = LINES[name]
        look = {
            "name": title,
            "legendgroup": name,
            "mode": "lines",
            "line": {"color": colour, "dash": dash, "width": 4 if dash == "dot" else 3},
            "hovertemplate": "%{y:.3f}",
        }
        figure.add_scatter(x=PLACES, y=activate(name, PLACES, **given), row=1, col=1, **look)
        at = _slope_places(name)
        slopes = derivative(name, np.nan_to_num(at), **given)
        slopes[np.isnan(at)] = np.nan
        figure.add_scatter(x=at, y=slopes, row=2, col=1, showlegend=False, **look)
        value = float(activate(name, x, **given))
        _dot(figure, 1, x, value, title)
        _dot(figure, 2, x, float(derivative(name, x, **given)), title)
        if name in BENT:
            top = max(_LEAST_TOP, value + 0.5)
            _jump(figure, colour, float(derivative(name, 0.0, **given)))
    line = {"color": "#808890", "dash": "dot", "width": 1.5}
    for row in (1, 2):
        figure.add_vline(x, row=row, col=1, line=line)
    figure.update_xaxes(
        range=[-REACH, REACH], zeroline=True, dtick=2, showticklabels=True, tickfont={"size": 15}
    )
    figure.update_yaxes(tickfont={"size": 15})
    figure.update_xaxes(title_text="x", row=2, col=1)
    figure.update_yaxes(zeroline=True, range=[_BOTTOM, top], row=1, col=1)
    figure.update_yaxes(zeroline=True, range=[-0.08, 1.12], row=2, col=1)
    return figure.update_layout(
        height=620,
        margin={"l": 48, "r": 16, "t": 72, "b": 48},
        hovermode="x unified",
        hoverlabel={"font": {"size": 15}},
        dragmode=False,
        font={"size": 15},
        legend={"orientation": "h", "y": 1.06, "yanchor": "bottom", "x": 0, "font": {"size": 16}},
    )


def _dot(figure, row, x, y, title):
    figure.add_scatter(
        x=[x],
        y=[y],
        row=row,
        col=1,
        mode="markers",
        marker={"color": ACCENT, "size": 13, "line": {"color": ACCENT_EDGE, "width": 2}},
        name=title,
        showlegend=False,
        hoverinfo="skip",
    )


def _jump(figure, colour, below):
    """Mark what the slope is at the bend: a full dot; an open one where it is not."""
    for slope, fill in ((below, colour), (1.0, "rgba(0,0,0,0)")):
        figure.add_scatter(
            x=[0],
            y=[slope],
            row=2,
            col=1,
            mode="markers",
            marker={"color": fill, "size": 9, "line": {"color": colour, "width": 2}},
            showlegend=False,
            hoverinfo="skip",
        )


def _slope_places(name):
    """Where to compute a slope; one that jumps at 0 has a gap there, not to look like a ramp."""
    if name not in BENT:
        return PLACES
    middle = len(PLACES) // 2
    return np.concatenate([PLACES[: middle + 1], [np.nan, 1e-9], PLACES[middle + 1 :]])
