"""The curves of a run: every point is a row's, and no two lines look alike without colour."""

import pytest

from vizcore.figures.training import COLOURS, Course, points, ranges, training_figure

ROWS = (
    {"loss": 2.0, "val_loss": 1.5, "accuracy": 0.35, "val_accuracy": 0.5, "rate": 0.1},
    {"loss": 1.0, "val_loss": 0.75, "accuracy": 0.625, "val_accuracy": 0.75, "rate": 0.05},
)
ONE = Course("", ROWS, 5, 2.25, {"loss": 0.9, "accuracy": 0.7})
OTHER = Course("B", ROWS[:1], 3)


def drawn(figure):
    """Panel, name, x and y of every line."""
    return [(one.yaxis, one.name, list(one.x), list(one.y)) for one in figure.data]


def test_every_point_is_a_rows():
    assert drawn(training_figure([ONE])) == [
        ("y", "training", [1, 2], [2.0, 1.0]),
        ("y", "validation", [1, 2], [1.5, 0.75]),
        ("y", "this epoch so far", [2.25], [0.9]),
        ("y2", "training", [1, 2], [0.35, 0.625]),
        ("y2", "validation", [1, 2], [0.5, 0.75]),
        ("y2", "this epoch so far", [2.25], [0.7]),
    ]


def test_two_runs_are_drawn_on_the_same_axes():
    figure = training_figure([Course("A", ROWS, 5), OTHER])
    assert [(panel, name) for panel, name, _, _ in drawn(figure)[:6]] == [
        ("y", "training A"),
        ("y", "validation A"),
        ("y", "this epoch so far A"),
        ("y", "training B"),
        ("y", "validation B"),
        ("y", "this epoch so far B"),
    ]
    assert len(figure.data) == 12
    assert figure.layout.xaxis.range == (0, 5.05)
    assert figure.layout.xaxis.matches == "x2"


@pytest.mark.parametrize("courses", [[ONE], [ONE, OTHER]])
@pytest.mark.parametrize("rates", [False, True])
def test_what_is_fed_later_fits_what_is_drawn(courses, rates):
    """The page draws once, and from then on only sends `points`."""
    figure = training_figure(courses, rates=rates)
    assert [(x, y) for _, _, x, y in drawn(figure)] == points(courses, rates)
    grown = [Course(one.name, (*one.rows, ROWS[0]), one.epochs) for one in courses]
    assert len(points(grown, rates)) == len(figure.data)


def test_learning_rates_are_steps_beneath():
    figure = training_figure([ONE], rates=True)
    last = figure.data[-1]
    assert (last.yaxis, list(last.x), list(last.y)) == ("y3", [1, 2], [0.1, 0.05])
    assert last.line.shape == "hv"
    assert [one.text for one in figure.layout.annotations] == ["Loss", "Accuracy", "Learning rate"]


def test_before_the_first_epoch_there_are_axes_and_no_points():
    figure = training_figure([Course("", (), 10)], loss="Cross-entropy")
    assert all(x == [] and y == [] for _, _, x, y in drawn(figure))
    assert figure.layout.xaxis.range == (0, 10.1)
    assert figure.layout.yaxis.range == (0, 1.08)
    assert figure.layout.annotations[0].text == "Loss: cross-entropy"


def test_what_is_no_number_is_a_gap_and_stretches_no_axis():
    broken = {"loss": None, "val_loss": None, "accuracy": 0.1, "val_accuracy": 0.1}
    course = Course("", (ROWS[0], broken), 2)
    assert points([course])[0] == ([1, 2], [2.0, None])
    assert ranges([course])[1] == [0, 2.16]


@pytest.mark.parametrize(
    ("accuracy", "ends"), [(0.99, [0.895, 1.005]), (0.35, [0.265, 1.035]), (0.0, [-0.05, 1.05])]
)
def test_accuracies_fill_their_panel(accuracy, ends):
    row = {"loss": 1, "val_loss": 1, "accuracy": accuracy, "val_accuracy": 1.0}
    assert ranges([Course("", (row,), 1)])[2] == pytest.approx(ends)


@pytest.mark.parametrize("courses", [[ONE], [Course("A", ROWS, 5), OTHER]])
def test_lines_differ_in_more_than_colour(courses):
    lines = [one for one in training_figure(courses).data if one.yaxis == "y"]
    looks = {(one.mode, one.line.dash, one.marker.symbol) for one in lines}
    assert len(looks) == len(lines)
    colours = {one.line.color or one.marker.color for one in lines}
    assert colours == set(COLOURS)
    assert [one.showlegend for one in lines[:3]] == [True, True, len(courses) == 1]


@pytest.mark.parametrize(("epochs", "step"), [(1, 1), (10, 1), (12, 2), (50, 5), (200, 20)])
def test_epochs_are_counted_in_whole_steps(epochs, step):
    assert training_figure([Course("", (), epochs)]).layout.xaxis.dtick == step
