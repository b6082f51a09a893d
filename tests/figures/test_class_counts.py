"""The bars: every height is a count, and no two parts look alike without colour."""

import numpy as np

from vizcore.figures.class_counts import LOOKS, class_counts

COUNTS = {
    "train": np.array([8, 0, 5]),
    "validation": np.array([2, 0, 1]),
    "test": np.array([4, 3, 0]),
}


def test_every_bar_is_a_count_in_the_order_of_the_classes():
    bars = class_counts(COUNTS, ("cat", "dog", "elk")).data
    assert [bar.name for bar in bars] == ["Training", "Validation", "Test"]
    assert [list(bar.y) for bar in bars] == [[8, 0, 5], [2, 0, 1], [4, 3, 0]]
    assert all(list(bar.x) == [0, 1, 2] for bar in bars)


def test_names_are_shown_as_they_are_even_if_two_classes_have_one():
    figure = class_counts(COUNTS, ("<b>a</b>", "x & y", "x & y"))
    names = ["&lt;b&gt;a&lt;/b&gt;", "x &amp; y", "x &amp; y"]
    assert list(figure.layout.xaxis.ticktext) == names
    assert list(figure.layout.xaxis.tickvals) == [0, 1, 2]
    for bar in figure.data:
        assert list(bar.customdata) == names and "%{customdata}" in bar.hovertemplate


def test_parts_differ_in_more_than_colour():
    assert [*LOOKS] == [*COUNTS]
    for looks in zip(*LOOKS.values(), strict=True):
        assert len({*looks}) == len(LOOKS)
    for bar, (_, colour, pattern) in zip(
        class_counts(COUNTS, "abc").data, LOOKS.values(), strict=True
    ):
        assert (bar.marker.color, bar.marker.pattern.shape) == (colour, pattern)


def test_the_axis_begins_at_nothing():
    assert class_counts(COUNTS, "abc").layout.yaxis.rangemode == "tozero"
