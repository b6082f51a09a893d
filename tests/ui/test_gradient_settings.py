from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.export.permalink import LONGEST_LINK, LinkError, from_query, link_length, to_query
from vizcore.lessons.gradients import EXPRESSIONS, GRADIENT_LESSONS
from vizcore.ops import conv2d
from vizcore.ui.gradient_settings import (
    GRIDS,
    GradientSettings,
    fitted,
    from_lesson,
    most_padding,
    resized,
)
from vizcore.ui.step_settings import Texts
from vizcore.ui.volumes import Volume

NUMBERS = st.sampled_from(["0", "-1.5", "1/3", "7", "-1000000"])


@st.composite
def whole_settings(draw):
    """Settings that a link may carry, every other value lowered to what is possible."""
    expression = draw(st.sampled_from(sorted(EXPRESSIONS)))
    inputs = EXPRESSIONS[expression].inputs
    start = GradientSettings(part=draw(st.sampled_from(["graph", "filter"])))
    start = replace(start.with_expression(expression), numbers=Texts(draw(NUMBERS) for _ in inputs))
    start = replace(start, step=draw(st.integers(0, len(start.graph().steps) - 1)))
    side, small = st.integers(1, 6), st.integers(1, 3)
    start = resized(start, rows=draw(side), columns=draw(side), high=draw(small), wide=draw(small))
    moved = fitted(
        start,
        padding=draw(st.integers(0, 2)),
        stride=draw(small),
        dilation=draw(st.integers(1, 2)),
        rate=draw(st.integers(1, 100)) / 1000,
    )
    places = moved.target.rows * moved.target.columns
    return replace(
        moved,
        row=draw(st.integers(1, moved.kernel.rows)),
        column=draw(st.integers(1, moved.kernel.columns)),
        place=draw(st.integers(0, places)),
    )


@given(whole_settings())
def test_a_link_reproduces_the_settings(settings):
    query = dict(parse_qsl(urlencode(to_query(settings)), keep_blank_values=True))
    assert from_query(GradientSettings, query) == settings


def test_where_one_starts_is_no_part_of_the_link():
    assert to_query(GradientSettings()) == {}


@given(whole_settings())
def test_whatever_is_set_can_be_worked_out(settings):
    assert all(map(np.isfinite, settings.graph().gradients.values()))
    found = settings.filter_step()
    x, kernel = (getattr(settings, name).values()[..., 0] for name in ("input", "kernel"))
    np.testing.assert_array_equal(found.output, conv2d(x, kernel, **settings.how))
    for row, column in np.ndindex(found.gradient.shape):
        contributions = settings.contributions(row, column)
        assert contributions.gradient == pytest.approx(found.gradient[row, column])
        rows, columns = settings.windows()
        assert contributions.rows == tuple(rows.cells(i)[row] for i in range(rows.count))
        assert contributions.columns == tuple(
            columns.cells(i)[column] for i in range(columns.count)
        )


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"part": "neither"}, "no part named “neither”"),
        ({"expression": "cube"}, "no expression named “cube”"),
        ({"expression": "relu"}, "the expression has 4 inputs, not 2"),
        ({"numbers": "1"}, "the expression has 2 inputs, not 1"),
        ({"numbers": "1_two"}, "`two` is not a number"),
        ({"step": "10"}, "the step can be 0 to 9, not 10"),
        ({"step": "-1"}, "the step can be 0 to 9, not -1"),
        ({"input": "7x4_zeros_0"}, "the input has one layer, of at most 6×6 cells"),
        ({"input": "4x4x2_zeros_0"}, "the input has one layer"),
        ({"kernel": "4x4_zeros_0"}, "the kernel has one layer, of at most 3×3 cells"),
        ({"kernel": "3x3_ramp_0"}, "the target must be 2×2 as the output is, not 3×3"),
        ({"stride": "4"}, "the stride can be 1 to 3, not 4"),
        ({"padding": "2"}, "the padding can be 0 to 1, not 2"),
        ({"dilation": "3"}, "the dilation can be 1 to 2, not 3"),
        ({"rate": "0"}, "the learning rate can be 0.001 to 0.1, not 0.0"),
        ({"rate": "nan"}, "the learning rate can be"),
        ({"row": "3"}, "the row of the weight can be 1 to 2, not 3"),
        ({"column": "0"}, "the column of the weight can be 1 to 2, not 0"),
        ({"place": "10"}, "the place can be 0 to 9, not 10"),
        ({"input": "1x4_zeros_0"}, "must fit"),
    ],
)
def test_a_link_that_cannot_be_followed_is_told_in_one_sentence(query, named):
    with pytest.raises(LinkError) as told:
        from_query(GradientSettings, query)
    assert str(told.value).startswith("This link cannot be followed: ")
    assert named in str(told.value)


@pytest.mark.parametrize("value", [1.0, True, None, "1"])
def test_what_a_browser_looks_at_is_counted_in_whole_numbers(value):
    for name in ("step", "row", "column", "place"):
        with pytest.raises(ValueError, match="can be"):
            replace(GradientSettings(), **{name: value})


@pytest.mark.parametrize("slug", GRADIENT_LESSONS)
def test_a_lesson_shows_its_result_and_has_a_short_link(slug):
    lesson = GRADIENT_LESSONS[slug]
    settings = from_lesson(lesson)
    trace, found = settings.graph(), settings.filter_step()
    if slug == "computational-graph":
        shown = (*trace.values.values(), *(trace.gradients[name] for name in settings.inputs))
        assert (settings.part, shown) == ("graph", lesson.expected)
    else:
        assert settings.part == "filter"
        assert np.array_equal(found.gradient, lesson.expected)
    assert link_length("https://visualizer.example.org/gradients", settings) < LONGEST_LINK


def test_the_lessons_are_different_screens():
    assert len({from_lesson(lesson) for lesson in GRADIENT_LESSONS.values()}) == 2


def test_an_input_is_typed_anew():
    settings = GradientSettings().with_number(1, " −1/2 ")
    assert settings.numbers == ("2", "-1/2")
    assert settings.graph().values["e"] == 1.5 * 0.5


def test_another_expression_begins_at_its_start():
    settings = replace(GradientSettings(), step=5).with_expression("relu")
    assert (settings.step, settings.numbers) == (0, ("0.5", "3", "-1", "2"))


def test_a_nudge_moves_the_result():
    # e = (a + b)·(b + 1): with b + h it grows by 5h + h².
    assert GradientSettings().nudged("b", 0.1) == pytest.approx(0.51)


@pytest.mark.parametrize("place", [-1, 2, 0.5, None])
def test_there_is_no_such_input(place):
    with pytest.raises(ValueError):
        GradientSettings().with_number(place, "1")


@pytest.mark.parametrize("grid", GRIDS)
def test_a_cell_is_typed_anew(grid):
    before = GradientSettings()
    after = before.with_cell(grid, 3, "1/4")
    values = getattr(before, grid).values().ravel()
    values[3] = 0.25
    assert getattr(after, grid).values().ravel().tolist() == values.tolist()
    assert replace(after, **{grid: getattr(before, grid)}) == before


@pytest.mark.parametrize(
    ("grid", "place", "text"),
    [
        ("output", 0, "1"),
        ("rate", 0, "1"),
        ("kernel", 4, "1"),
        ("kernel", -1, "1"),
        ("kernel", 0, "x"),
    ],
)
def test_there_is_no_such_cell(grid, place, text):
    with pytest.raises(ValueError):
        GradientSettings().with_cell(grid, place, text)


def test_a_step_moves_the_kernel_and_nothing_else():
    before = GradientSettings(rate=0.05)
    after = before.after_step()
    np.testing.assert_allclose(after.kernel.values()[..., 0], [[-0.1, 0.5], [0.55, 0]], atol=1e-6)
    assert replace(after, kernel=before.kernel) == before


def test_a_step_beyond_what_can_be_written_is_refused():
    settings = replace(GradientSettings(), target=Volume(3, 3, cells=("1000000",) * 9), rate=0.1)
    settings = replace(settings, input=Volume(4, 4, cells=("1000",) * 16))
    with pytest.raises(ValueError, match="too large"):
        settings.after_step()


@given(whole_settings())
def test_what_is_larger_than_possible_is_lowered(settings):
    smaller = resized(settings, rows=1, columns=2)
    assert (smaller.input.rows, smaller.input.columns) == (1, 2)
    assert smaller.padding <= most_padding(smaller)
    larger = resized(smaller, rows=6, columns=6)
    assert larger.filter_step().output.shape == (larger.target.rows, larger.target.columns)
