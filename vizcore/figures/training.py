"""Loss and accuracy over the epochs, for one run or for two, live or done."""

from dataclasses import dataclass

from plotly.subplots import make_subplots

COLOURS = ("#000001", "#000002")
"""Places in the theme's `chartCategoricalColors`; see `vizcore.figures.curves.LOOKS`."""

PARTS = {"": "training", "val_": "validation"}
"""What the figures of a part begin with in a row, and what the part is called."""

PANELS = {"loss": "Loss", "accuracy": "Accuracy"}

_DASHES = {"": "dot", "val_": "solid"}
_SYMBOLS = ("circle", "square")
_FULL, _OPEN = 7, 13
_TICKS = 10
_PANEL, _FRAME, _GAP = 215, 100, 40


@dataclass(frozen=True)
class Course:
    """How far a run has come.

    Attributes
    ----------
    name : str
        What the legend calls it; empty where there is only one.
    rows : sequence of dict
        One for each finished epoch, as `vizcore.nets.training.train` yields them.
    epochs : int
        The epoch at which its axis ends.
    place : float
        How many epochs are done, with a fraction for the present one.
    present : dict or None
        The means over the present epoch so far, in training.
    """

    name: str
    rows: tuple
    epochs: int
    place: float = 0.0
    present: dict | None = None


def points(courses, rates=False):
    """Return what each line of the figure passes through, in the figure's order.

    Parameters
    ----------
    courses : sequence of Course
    rates : bool
        Whether there is a panel of learning rates, too.

    Returns
    -------
    list of (list of float, list of float or None)
        Epochs and figures; None where a figure is no number, as after a run has diverged.

    Examples
    --------
    >>> row = {"loss": 0.5, "val_loss": 0.4, "accuracy": 0.8, "val_accuracy": 0.9}
    >>> points([Course("", (row,), 3, 1.5, {"loss": 0.3, "accuracy": 0.85})])[:3]
    [([1], [0.5]), ([1], [0.4]), ([1.5], [0.3])]
    """
    return [line for panel in _panels(rates) for one in courses for line in _lines(one, panel)]


def ranges(courses):
    """Return the ends of the axes: epochs, losses and accuracies.

    Accuracies end at 100% and begin at the last whole ten below all of them, so that the last few
    per cent show; losses begin at 0.

    Examples
    --------
    >>> row = {"loss": 0.5, "val_loss": 0.4, "accuracy": 0.83, "val_accuracy": 0.9}
    >>> [[round(end, 3) for end in one] for one in ranges([Course("", (row,), 3)])]
    [[0, 3.03], [0, 0.54], [0.79, 1.01]]
    """
    losses, accuracies = _numbers(courses, "loss"), _numbers(courses, "accuracy")
    last = max(one.epochs for one in courses)
    least = min(int(min(accuracies, default=0) * 10) / 10, 0.9)
    # A little more, so that no mark is cut in half.
    margin = (1 - least) * 0.05
    return [
        [0, last * 1.01],
        [0, max(losses, default=1) * 1.08],
        [least - margin, 1 + margin],
    ]


def training_figure(courses, *, loss="", rates=False):
    """Draw loss and accuracy, one above the other, over the same epochs.

    Training is dotted, validation is drawn through, and each run has a colour and a mark of its
    own; of a single run, each part has. A larger open mark is the present epoch so far.

    Parameters
    ----------
    courses : sequence of Course
        One or two.
    loss : str
        What the loss is called.
    rates : bool
        Whether to draw the learning rates beneath.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    panels = _panels(rates)
    titles = [f"{PANELS['loss']}: {loss.lower()}" if loss else PANELS["loss"], PANELS["accuracy"]]
    figure = make_subplots(
        rows=len(panels),
        shared_xaxes=True,
        vertical_spacing=_GAP / (_PANEL * len(panels)),
        subplot_titles=[*titles, "Learning rate"][: len(panels)],
    )
    drawn = iter(points(courses, rates))
    for row, panel in enumerate(panels, 1):
        for place, course in enumerate(courses):
            for look in _looks(course, place, panel, single=len(courses) == 1):
                x, y = next(drawn)
                figure.add_scatter(x=x, y=y, row=row, col=1, **look)
    _axes(figure, ranges(courses), len(panels))
    figure.update_annotations(x=0, xanchor="left", font={"size": 16})
    return figure.update_layout(
        height=_PANEL * len(panels) + _FRAME,
        margin={"l": 60, "r": 16, "t": 84, "b": 48},
        hovermode="x unified",
        hoverlabel={"font": {"size": 15}},
        dragmode=False,
        font={"size": 15},
        legend={
            "orientation": "h", "y": 1 + 46 / (_PANEL * len(panels)), "yanchor": "bottom", "x": 0,
            "font": {"size": 16}, "itemwidth": 45, "itemclick": False, "itemdoubleclick": False,
        },
    )  # fmt: skip


def _panels(rates):
    return [*PANELS, *(["rate"] if rates else [])]


def _lines(course, panel):
    numbers = list(range(1, len(course.rows) + 1))
    if panel == "rate":
        return [(numbers, [row.get("rate") for row in course.rows])]
    value = (course.present or {}).get(panel)
    now = ([course.place], [value]) if value is not None else ([], [])
    return [*((numbers, [row.get(part + panel) for row in course.rows]) for part in PARTS), now]


def _looks(course, place, panel, *, single):
    """Say how the lines of `_lines` look."""
    of = f" {course.name}" if course.name else ""
    if panel == "rate":
        line = {"color": COLOURS[place], "width": 2.5, "shape": "hv", "dash": _DASHES["val_"]}
        common = {"name": f"rate{of}", "showlegend": False, "hovertemplate": "%{y:.3g}"}
        return [{**common, "mode": "lines", "line": line}]
    form = "%{y:.1%}" if panel == "accuracy" else "%{y:.3f}"
    looks = []
    for index, (part, title) in enumerate(PARTS.items()):
        which = index if single else place
        looks.append(
            {
                "name": f"{title}{of}",
                "legendgroup": f"{title}{of}",
                "showlegend": panel == "loss",
                "mode": "lines+markers",
                "line": {"color": COLOURS[which], "dash": _DASHES[part], "width": 3},
                "marker": {"symbol": _SYMBOLS[which], "size": _FULL},
                "hovertemplate": form,
            }
        )
    which = 0 if single else place
    now = {
        "name": f"this epoch so far{of}",
        "showlegend": single and panel == "loss",
        "mode": "markers",
        "marker": {
            "symbol": f"{_SYMBOLS[which]}-open", "size": _OPEN, "color": COLOURS[which],
            "line": {"width": 2.5},
        },
        "hovertemplate": form,
    }  # fmt: skip
    return [*looks, now]


def _axes(figure, ends, count):
    epochs, losses, accuracies = ends
    figure.update_xaxes(range=epochs, tick0=0, dtick=_step(epochs[1]), zeroline=False)
    figure.update_xaxes(tickfont={"size": 15})
    figure.update_xaxes(title_text="Epoch", row=count, col=1)
    figure.update_yaxes(tickfont={"size": 15}, zeroline=True)
    figure.update_yaxes(range=losses, row=1, col=1)
    figure.update_yaxes(range=accuracies, tickformat=".0%", row=2, col=1)
    if count > len(PANELS):
        figure.update_yaxes(rangemode="tozero", row=count, col=1)


def _step(epochs):
    """Return a whole number of epochs between two ticks: 1, 2, 5, 10, 20 or 50."""
    return next((step for step in (1, 2, 5, 10, 20) if epochs / step < _TICKS + 1), 50)


def _numbers(courses, panel):
    """List all figures of a panel that are numbers."""
    lines = (line for one in courses for line in _lines(one, panel))
    return [value for _, values in lines for value in values if value is not None]
