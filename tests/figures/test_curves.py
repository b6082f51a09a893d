"""The curves: every point is the core's, and no two lines look alike without colour."""

import numpy as np
import pytest

from vizcore.figures.colours import ACCENT, contrast
from vizcore.figures.curves import BENT, LINES, PLACES, REACH, curves
from vizcore.ops.derivatives import NAMES, activate, derivative

GIVEN = {"alpha": 0.2, "others": (1.5, -0.5)}
TITLES = {name: name.title() for name in NAMES}
THEMES = ("#ffffff", "#12171d")


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


@pytest.mark.parametrize("x", [-6.0, -1.5, 0.0, 2.0, 6.0])
def test_amber_dots_mark_values_and_slopes(x):
    figure = curves(TITLES, x, **GIVEN)
    for row, compute in ((1, activate), (2, derivative)):
        dots = [one for one in drawn(figure, row, "markers") if one.marker.color == ACCENT]
        assert [one.x[0] for one in dots] == [x] * len(TITLES)
        assert [one.y[0] for one in dots] == [float(compute(n, x, **GIVEN)) for n in TITLES]
        low, high = figure.layout[{1: "yaxis", 2: "yaxis2"}[row]].range
        assert all(low <= one.y[0] <= high for one in dots)


def test_the_slope_at_a_bend_is_marked_as_in_keras():
    full, hollow = [
        one for one in drawn(curves({"leaky_relu": "Leaky"}, 2.0, **GIVEN), 2, "markers")
        if one.marker.color != ACCENT
    ]  # fmt: skip
    assert (full.x[0], full.y[0], full.marker.color) == (0, 0.2, LINES["leaky_relu"][0])
    assert (hollow.x[0], hollow.y[0], hollow.marker.color) == (0, 1, "rgba(0,0,0,0)")


def test_lines_differ_in_more_than_colour_and_show_on_either_theme():
    assert {*LINES} == {*NAMES}
    assert len({dash for _, dash in LINES.values()}) == len(LINES)
    for colour, _ in LINES.values():
        assert min(contrast(colour, paper) for paper in THEMES) >= 3


def test_squashing_curves_alone_fill_the_chart():
    small = curves({"tanh": "Tanh"}, 1.0, **GIVEN).layout.yaxis.range
    assert small[1] < 1.5 < curves({"relu": "ReLU"}, 1.0, **GIVEN).layout.yaxis.range[1]


def test_zero_is_among_the_places():
    assert 0 in PLACES
