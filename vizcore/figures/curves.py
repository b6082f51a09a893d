"""Activation functions and their slopes as curves."""

import numpy as np
from plotly.subplots import make_subplots

from vizcore.figures.colours import ACCENT
from vizcore.ops.derivatives import activate, derivative

REACH = 6.0
"""How far to either side of 0 the curves go."""

LOOKS = {
    "sigmoid": ("#000001", "solid", "diamond-open"),
    "tanh": ("#000002", "dash", "square-open"),
    "relu": ("#000003", "dashdot", "triangle-up-open"),
    "leaky_relu": ("#000004", "dot", "triangle-down-open"),
    "softmax": ("#000005", "longdashdot", "cross-open"),
}
"""A colour, a dash and a mark for each, so that colour is never the only sign.

The colours are places in the theme's `chartCategoricalColors`, one list for light and one for
dark: Streamlit puts those in their stead, in the browser, where the theme is known.
"""

BENT = ("relu", "leaky_relu")
"""Those whose slope jumps at 0."""

PLACES = np.linspace(-REACH, REACH, 481)
"""Where the curves are computed, 0 among them."""

_LEAST_TOP, _BOTTOM = 3.0, -1.25


def curves(titles, x, *, alpha, others):
    """Draw activation functions above, and how steep they are below, read off at one place.

    Parameters
    ----------
    titles : dict
        Name of the function, as in `vizcore.ops.derivatives`, to its name on screen.
    x : float
        Where they are read off: an amber band, and on each curve its mark.
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
    for look in (
        {"color": ACCENT, "width": 16},
        {"color": "#808890", "dash": "dot", "width": 1.5},
    ):
        for row in (1, 2):
            figure.add_vline(
                x, row=row, col=1, line=look, layer="below", exclude_empty_subplots=False,
                opacity=0.4 if look["color"] == ACCENT else 1,
            )  # fmt: skip
    top = 1.25
    for name, title in titles.items():
        colour, dash, _ = LOOKS[name]
        look = {
            "name": title,
            "legendgroup": name,
            "showlegend": False,
            "mode": "lines",
            # All points: Plotly would leave out those that it thinks nobody misses.
            "line": {
                "color": colour, "dash": dash, "width": 4 if dash == "dot" else 3,
                "simplify": False,
            },
            "hovertemplate": "%{y:.3f}",
        }  # fmt: skip
        figure.add_scatter(x=PLACES, y=activate(name, PLACES, **given), row=1, col=1, **look)
        at = _slope_places(name)
        slopes = derivative(name, np.nan_to_num(at), **given)
        slopes[np.isnan(at)] = np.nan
        figure.add_scatter(x=at, y=slopes, row=2, col=1, **look)
        if name in BENT:
            _jump(figure, name, float(derivative(name, 0.0, **given)))
            top = max(_LEAST_TOP, top, float(activate(name, x, **given)) + 0.5)
    # Last, so that no curve runs over another one's mark.
    for name, title in titles.items():
        _mark(figure, 1, name, title, x, float(activate(name, x, **given)))
        _mark(figure, 2, name, title, x, float(derivative(name, x, **given)))
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
        legend={
            "orientation": "h", "y": 1.06, "yanchor": "bottom", "x": 0, "font": {"size": 16},
            "itemwidth": 45,
        },
    )  # fmt: skip


def _mark(figure, row, name, title, x, y):
    """Mark where a curve is read off: hollow, so that marks in one place all show.

    The upper mark is the curve's entry in the legend, too, with its dash.
    """
    colour, dash, symbol = LOOKS[name]
    figure.add_scatter(
        x=[x],
        y=[y],
        row=row,
        col=1,
        mode="lines+markers",
        line={"color": colour, "dash": dash, "width": 3},
        marker={"symbol": symbol, "color": colour, "size": 14, "line": {"width": 2.5}},
        name=title,
        legendgroup=name,
        showlegend=row == 1,
        hoverinfo="skip",
    )


def _jump(figure, name, below):
    """Mark what the slope is at the bend: a full dot; an open one where it is not."""
    colour = LOOKS[name][0]
    for slope, fill in ((below, colour), (1.0, "rgba(0,0,0,0)")):
        figure.add_scatter(
            x=[0],
            y=[slope],
            row=2,
            col=1,
            mode="markers",
            marker={"color": fill, "size": 9, "line": {"color": colour, "width": 2}},
            legendgroup=name,
            showlegend=False,
            hoverinfo="skip",
        )


def _slope_places(name):
    """Where to compute a slope; one that jumps at 0 has a gap there, not to look like a ramp."""
    if name not in BENT:
        return PLACES
    middle = len(PLACES) // 2
    return np.concatenate([PLACES[: middle + 1], [np.nan, 1e-9], PLACES[middle + 1 :]])
