"""The curves: every point is the core's, and no two lines look alike without colour."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from vizcore.figures.colours import ACCENT, contrast
from vizcore.figures.curves import BENT, LOOKS, PLACES, REACH, curves
from vizcore.ops.derivatives import NAMES, activate, derivative

GIVEN = {"alpha": 0.2, "others": (1.5, -0.5)}
TITLES = {name: name.title() for name in NAMES}
CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"


def drawn(figure, row, mode="lines"):
    """The traces of a kind in the upper or the lower chart."""
    axis = {1: "y", 2: "y2"}[row]
    return [one for one in figure.data if one.yaxis == axis and one.mode == mode]


@pytest.mark.parametrize("row", [1, 2])
def test_every_point_is_the_cores(row):
    figure = curves(TITLES, 1.0, **GIVEN)
    lines = drawn(figure, row)
    assert [one.name for one in lines] == list(TITLES.values())
    for name, line in zip(TITLES, lines, strict=True):
        x, y = np.array(line.x, float), np.array(line.y, float)
        there = ~np.isnan(x)
        compute = activate if row == 1 else derivative
        np.testing.assert_array_equal(y[there], compute(name, x[there], **GIVEN))
        assert np.isnan(y[~there]).all()
        assert (x.min(), x.max()) == (-REACH, REACH) if there.all() else name in BENT


def test_a_jump_is_a_gap():
    lines = {line.name: line for line in drawn(curves(TITLES, 1.0, **GIVEN), 2)}
    for name, title in TITLES.items():
        assert np.isnan(np.array(lines[title].y, float)).any() == (name in BENT)


def test_so_many_points_and_none_left_out_that_a_curve_is_smooth():
    assert len(PLACES) >= 200
    figure = curves(TITLES, 1.0, **GIVEN)
    for line in [*drawn(figure, 1), *drawn(figure, 2)]:
        assert line.line.simplify is False


@pytest.mark.parametrize("x", [-6.0, -1.5, 0.0, 2.0, 6.0])
def test_each_curve_has_a_mark_of_its_own_at_its_value_and_its_slope(x):
    figure = curves(TITLES, x, **GIVEN)
    for row, compute in ((1, activate), (2, derivative)):
        marks = drawn(figure, row, "lines+markers")
        assert [one.name for one in marks] == list(TITLES.values())
        assert [one.x[0] for one in marks] == [x] * len(TITLES)
        assert [one.y[0] for one in marks] == [float(compute(n, x, **GIVEN)) for n in TITLES]
        for name, one in zip(TITLES, marks, strict=True):
            colour, dash, symbol = LOOKS[name]
            assert (one.line.color, one.line.dash) == (colour, dash)
            assert (one.marker.color, one.marker.symbol) == (colour, symbol)
            assert symbol.endswith("-open") and one.legendgroup == name
            assert one.showlegend == (row == 1)
        low, high = figure.layout[{1: "yaxis", 2: "yaxis2"}[row]].range
        assert all(low <= one.y[0] <= high for one in marks)
    bands = [one for one in figure.layout.shapes if one.line.color == ACCENT]
    assert [(one.x0, one.x1, one.xref) for one in bands] == [(x, x, "x"), (x, x, "x2")]


def test_the_slope_at_a_bend_is_marked_as_in_keras():
    full, hollow = drawn(curves({"leaky_relu": "Leaky"}, 2.0, **GIVEN), 2, "markers")
    assert (full.x[0], full.y[0], full.marker.color) == (0, 0.2, LOOKS["leaky_relu"][0])
    assert (hollow.x[0], hollow.y[0], hollow.marker.color) == (0, 1, "rgba(0,0,0,0)")


def test_lines_differ_in_more_than_colour():
    assert {*LOOKS} == {*NAMES}
    for looks in zip(*LOOKS.values(), strict=True):
        assert len({*looks}) == len(LOOKS)


def test_lines_show_well_on_either_theme():
    # What Streamlit puts in the place of the first colours of its charts.
    assert [colour for colour, _, _ in LOOKS.values()] == [f"#00000{i}" for i in range(1, 6)]
    themes = tomllib.loads(CONFIG.read_text("utf-8"))["theme"]
    for theme in (themes["light"], themes["dark"]):
        colours = theme["chartCategoricalColors"]
        assert len({*colours}) == len(LOOKS)
        assert min(contrast(one, theme["backgroundColor"]) for one in colours) >= 5


def test_squashing_curves_alone_fill_the_chart():
    small = curves({"tanh": "Tanh"}, 1.0, **GIVEN).layout.yaxis.range
    assert small[1] < 1.5 < curves({"relu": "ReLU"}, 1.0, **GIVEN).layout.yaxis.range[1]


def test_the_last_of_two_rectifiers_hides_nothing_of_the_first():
    given = {"alpha": 1.0, "others": (0.0,)}
    low = curves({"relu": "ReLU", "leaky_relu": "Leaky"}, 5.0, **given).layout.yaxis.range
    assert low[1] > 5


def test_zero_is_among_the_places():
    assert 0 in PLACES
