"""A shared weight: what its gradient adds up from, place by place."""

import numpy as np
import streamlit as st

from vizcore.ui.assets import register
from vizcore.ui.edits import edits
from vizcore.ui.gradient_settings import GRIDS

_component = register("shared_weight", "fields", "player")


def shared_weight(settings, *, on_choice, on_edit, visit, key):
    """Draw a filter, its error, and the gradient of each of its weights.

    Choosing a weight and going from place to place cost no server traffic.

    Parameters
    ----------
    settings : vizcore.ui.gradient_settings.GradientSettings
    on_choice : callable
        Called with ``{"row", "column", "place"}``, what the visitor looks at, before the page
        runs again. It comes from a browser, unchecked, as does what `on_edit` is called with.
    on_edit : callable
        Called with ``{"row", "place", "text"}``: the grid, and the cell typed anew.
    visit : hashable
        Another value makes the browser look at what the settings say.
    key : str
        The component's key on the page.
    """
    done, edited = edits(key, on_edit)
    _component(
        key=key,
        data={
            **as_data(settings),
            "row": settings.row - 1,
            "column": settings.column - 1,
            "place": settings.place,
            "visit": visit,
            "done": done,
        },
        on_choice_change=lambda: on_choice(st.session_state[key]["choice"]),
        on_edits_change=edited,
    )


def as_data(settings):
    """Return what the browser draws, as lists.

    Parameters
    ----------
    settings : vizcore.ui.gradient_settings.GradientSettings

    Returns
    -------
    dict
        The grids; ``windows`` with the cells, counted from the first of the input, that each
        window reads down and across; ``weights`` with what each weight meets and learns, place
        by place in reading order, and ``running``, the sum so far.
    """
    found = settings.filter_step()
    rows, columns = settings.windows()
    learned = [
        settings.contributions(row, column)
        for row in range(settings.kernel.rows)
        for column in range(settings.kernel.columns)
    ]
    return {
        "padding": settings.padding,
        "texts": {name: _flat(getattr(settings, name).texts[0]) for name in GRIDS},
        **{name: getattr(settings, name).values()[..., 0].tolist() for name in GRIDS},
        "output": found.output.tolist(),
        "upstream": found.upstream.tolist(),
        "gradient": found.gradient.tolist(),
        "after": found.kernel_after.tolist(),
        "error": found.error,
        "errorAfter": found.error_after,
        "rate": settings.rate,
        "windows": [[list(axis.cells(i)) for i in range(axis.count)] for axis in (rows, columns)],
        "weights": [
            {
                "rows": one.rows,
                "columns": one.columns,
                "values": one.values.ravel().tolist(),
                "products": one.products.ravel().tolist(),
                "running": np.cumsum(one.products).tolist(),
            }
            for one in learned
        ],
    }


def _flat(rows):
    return [text for row in rows for text in row]
