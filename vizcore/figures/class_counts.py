"""How many pictures of each class the parts of a dataset hold, as bars."""

from html import escape

import plotly.graph_objects as go

LOOKS = {
    "train": ("Training", "#000001", ""),
    "validation": ("Validation", "#000002", "/"),
    "test": ("Test", "#000003", "x"),
}
"""The name, colour and pattern of each part, so that colour is never the only sign.

The colours are places in the theme's `chartCategoricalColors`; see `vizcore.figures.curves`.
"""


def class_counts(counts, class_names):
    """Draw a group of bars for each class.

    Parameters
    ----------
    counts : dict of str to ndarray of int, (classes,)
        By part, as in `vizcore.nets.description.Description`.
    class_names : sequence of str
        Anybody's text.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    # Plotly reads HTML in names, and takes classes of one name for one class.
    places, names = list(range(len(class_names))), [escape(name) for name in class_names]
    figure = go.Figure()
    for part, (title, colour, pattern) in LOOKS.items():
        figure.add_bar(
            x=places,
            y=counts[part].tolist(),
            name=title,
            marker={"color": colour, "pattern": {"shape": pattern, "solidity": 0.3, "size": 6}},
            customdata=names,
            hovertemplate=f"%{{customdata}}<br>{title}: %{{y:,}}<extra></extra>",
        )
    return figure.update_layout(
        barmode="group",
        bargroupgap=0.05,
        height=380,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        font={"size": 15},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 15}},
        xaxis={
            "tickvals": places,
            "ticktext": names,
            "tickfont": {"size": 15},
            "autotickangles": [0, -40, -90],
            "ticklabeloverflow": "allow",
            "automargin": True,
        },
        yaxis={
            "title": {"text": "pictures"},
            "tickfont": {"size": 15},
            "tickformat": ",",
            "rangemode": "tozero",
            "automargin": True,
        },
    )
