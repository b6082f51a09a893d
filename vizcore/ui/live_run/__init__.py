"""The live run: how far training is, and its newest points for a chart that is on the page.

Streamlit makes a chart anew whenever a point is added, and it would blink twice a second. So the
page draws the chart once, and this hands the points to Plotly, in the browser.
"""

from vizcore.ui.assets import register

_component = register("live_run")


def live_run(bars, *, chart="", points=(), ranges=(), key):
    """Show how far runs are, and let a chart have their newest points.

    Parameters
    ----------
    bars : sequence of dict
        ``name``; ``share``, 0 to 1, or None for a run that waits; ``told`` and ``figures``, a line
        each.
    chart : str
        The key of the `st.plotly_chart` that is to grow, or empty.
    points : sequence of (x, y)
        For each of its lines, as `vizcore.figures.training.points` gives them.
    ranges : sequence of (float, float)
        The ends of its axes, as `vizcore.figures.training.ranges` gives them.
    key : str
        The component's key on the page.
    """
    columns = [list(axis) for axis in zip(*points, strict=True)] or [[], []]
    _component(
        key=key,
        data={"bars": list(bars), "chart": chart, "x": columns[0], "y": columns[1],
              "ranges": [list(ends) for ends in ranges]},
    )  # fmt: skip
