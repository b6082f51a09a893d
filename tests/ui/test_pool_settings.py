from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.export.permalink import LONGEST_LINK, LinkError, from_query, link_length, to_query
from vizcore.imaging import KERNELS
from vizcore.lessons import LESSONS
from vizcore.lessons.pooling import POOLING_LESSONS
from vizcore.ops import conv2d, pool2d
from vizcore.ui.pool_settings import (
    MODES,
    MOVES,
    PoolSettings,
    fitted,
    from_lesson,
    most,
    moved,
    staying,
)
from vizcore.ui.volumes import FEATURE_MAPS, RULES, Volume

SHAPES = st.tuples(st.integers(1, 8), st.integers(1, 8), st.integers(1, 3))


@st.composite
def whole_settings(draw):
    """Settings that a link may carry, every other value lowered to what is possible."""
    shape = draw(SHAPES)
    if draw(st.booleans()):
        rule = draw(st.sampled_from(sorted({**RULES, **FEATURE_MAPS})))
        volume = Volume(*shape, rule=rule, seed=draw(st.integers(0, 9999)))
    else:
        numbers = np.random.default_rng(draw(st.integers(0, 99))).integers(-9, 10, shape)
        volume = Volume.of(numbers.astype(float))
    return fitted(
        PoolSettings(),
        input=volume,
        mode=draw(st.sampled_from(sorted(MODES))),
        high=draw(st.integers(1, 6)),
        wide=draw(st.integers(1, 6)),
        stride=draw(st.integers(0, 6)),
        padding=draw(st.integers(0, 5)),
        partial=draw(st.booleans()),
        count_padding=draw(st.booleans()),
        shift=draw(st.sampled_from(sorted(MOVES))),
        channel=draw(st.integers(1, shape[2])),
    )


# ---- Links ----


@given(whole_settings())
def test_a_link_reproduces_the_settings(settings):
    query = dict(parse_qsl(urlencode(to_query(settings)), keep_blank_values=True))
    assert from_query(PoolSettings, query) == settings


PIECES = ["2x2", "4x4x9", "_1", "_map-upright_3", "map-", "-1", "0", "max", "99", "_", "right"]
HOSTILE = st.text(st.sampled_from("0123456789x_./+-,− nan") | st.characters()) | st.lists(
    st.sampled_from(PIECES)
).map("".join)


@given(st.dictionaries(st.sampled_from([*PoolSettings.__dataclass_fields__]), HOSTILE, min_size=1))
def test_a_hostile_link_is_a_link_error(query):
    try:
        settings = from_query(PoolSettings, query)
    except LinkError:
        return
    assert np.isfinite(settings.trace().output).all()
    assert replace(settings, partial=not settings.partial).trace().output.size


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"mode": "median"}, "there is no pooling named “median”"),
        ({"shift": "around"}, "cannot move to “around”"),
        ({"high": "0"}, "the window's rows can be 1 to 4, not 0"),
        ({"wide": "7"}, "the window's columns can be 1 to 4, not 7"),
        ({"stride": "-1"}, "the stride can be 0 to 6, not -1"),
        ({"padding": "2"}, "the padding can be 0 to 1, not 2"),
        ({"high": "6", "partial": "1"}, "the window's rows can be 1 to 4, not 6"),
        ({"input": "4x4x9_ramp_0"}, "the number of channels can be 1 to 8, not 9"),
        ({"padding": "-1", "input": "2x2_ramp_0"}, "the padding can be 0 to 1, not -1"),
        ({"channel": "2"}, "the channel shown can be 1 to 1, not 2"),
        ({"partial": "perhaps"}, "partial must be 0 or 1"),
        ({"input": "4x4_map-sideways_1"}, "cells"),
    ],
)
def test_a_link_that_cannot_be_followed_is_told_in_one_sentence(query, named):
    with pytest.raises(LinkError) as told:
        from_query(PoolSettings, query)
    assert str(told.value).startswith("This link cannot be followed: ")
    assert named in str(told.value)


# ---- Lessons ----


@pytest.mark.parametrize("slug", POOLING_LESSONS)
def test_a_lesson_shows_its_result_and_has_a_short_link(slug):
    lesson = LESSONS[slug]
    settings = from_lesson(lesson)
    output = settings.trace().output
    if isinstance(lesson.expected, tuple):
        assert output.shape == lesson.expected
    else:
        assert np.array_equal(output[..., 0], lesson.expected)
    assert link_length("https://visualizer.example.org/pooling", settings) < LONGEST_LINK


# ---- The operation ----


@given(whole_settings())
def test_the_trace_is_the_operation_on_the_input(settings):
    expected = pool2d(
        settings.input.values(),
        (settings.high, settings.wide),
        stride=settings.stride or (settings.high, settings.wide),
        padding=settings.padding,
        mode=settings.mode,
        ceil_mode=settings.partial,
        count_include_pad=settings.count_padding,
    )
    assert np.array_equal(settings.trace().output, expected)


FIELDS = ("high", "wide", "stride", "padding", "channel")
SIZES = {"rows": "rows", "columns": "columns", "channels": "depth"}


@given(st.data(), whole_settings())
def test_whatever_the_controls_offer_is_possible_and_taken(data, settings):
    """A chain of controls: none raises, and each gives the very value that was chosen."""
    for _ in range(data.draw(st.integers(1, 8))):
        name = data.draw(st.sampled_from([*SIZES, *FIELDS, "mode", "partial", "count_padding"]))
        if name in SIZES or name in FIELDS:
            largest = most(settings, name)
            least = 0 if name in ("padding", "stride") else 1
            value = data.draw(st.integers(least, min(largest, 9)) | st.just(largest))
        if name in SIZES:
            settings = settings.reshaped(**{name: value})
            assert getattr(settings.input, SIZES[name]) == value
        elif name in FIELDS:
            settings = fitted(settings, **{name: value})
            assert getattr(settings, name) == value
        elif name == "mode":
            settings = replace(settings, mode=data.draw(st.sampled_from(sorted(MODES))))
        else:
            settings = replace(settings, **{name: not getattr(settings, name)})
        assert settings.trace().output.size


def test_one_more_than_the_most_is_impossible():
    settings = PoolSettings(high=3, wide=2, padding=1)
    assert (most(settings, "padding"), most(settings, "high"), most(settings, "wide")) == (1, 6, 6)
    small = settings.reshaped(rows=2)
    assert most(small, "high") == 4
    for impossible in ({"padding": 2}, {"high": 5}):
        with pytest.raises(ValueError):
            replace(small, **impossible)


def test_an_edited_cell_is_that_cell():
    settings = PoolSettings(input=Volume(3, 4, 2, rule="ramp"))
    edit = {"grid": "input", "channel": 1, "row": 2, "column": 3, "text": " −77 / 2"}
    expected = settings.input.values()
    expected[2, 3, 1] = -38.5
    assert np.array_equal(settings.with_edit(edit).trace().x, expected)


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"channel": 0, "row": -1, "column": 0, "text": "1"},
        {"channel": 0, "row": 0, "column": 4, "text": "1"},
        {"channel": 1, "row": 0, "column": 0, "text": "1"},
        {"channel": 0, "row": 0, "column": 0, "text": "one"},
        {"channel": 0, "row": "0", "column": 0, "text": "1"},
        {"channel": 0, "row": 0, "column": 0, "text": None},
    ],
)
def test_an_impossible_edit_is_refused(edit):
    with pytest.raises((ValueError, KeyError, TypeError)):
        PoolSettings().with_edit(edit)


# ---- A photo's feature maps ----


@pytest.mark.parametrize("rule", FEATURE_MAPS)
def test_a_feature_map_is_a_filtered_patch_without_its_negatives(rule):
    maps = Volume(6, 7, 8, rule=rule, seed=12).values()
    patch = Volume(8, 9, rule="photo", seed=12).values()[..., 0]
    chosen = {
        "map-upright": "sobel_x",
        "map-lying": "sobel_y",
        "map-corner": "edge_diagonal",
        "map-every": "edge_laplacian8",
    }
    response = conv2d(patch, KERNELS[chosen[rule]].weights)
    assert np.array_equal(maps[..., 0], np.maximum(response, 0))
    # The fifth channel begins with the negatives: the same edges, from the other side.
    assert np.array_equal(maps[..., 4], np.maximum(-response, 0))
    assert response.any()
    other = {one: Volume(6, 7, rule=one, seed=12).values() for one in FEATURE_MAPS if one != rule}
    assert not any(np.array_equal(maps[..., :1], values) for values in other.values())


def test_a_feature_map_comes_of_its_seed_alone():
    first, same, other = (Volume(5, 5, rule="map-every", seed=s).values() for s in (1, 1, 2))
    assert np.array_equal(first, same) and not np.array_equal(first, other)
    assert Volume.from_text("5x5_map-every_1") == Volume(5, 5, rule="map-every", seed=1)


# ---- A small shift ----


@pytest.mark.parametrize("direction", MOVES)
@given(shape=SHAPES, seed=st.integers(0, 99))
def test_the_input_moves_by_one_cell_and_zeros_come_in(direction, shape, seed):
    x = np.random.default_rng(seed).integers(1, 9, shape)
    down, right = {"right": (0, 1), "left": (0, -1), "down": (1, 0), "up": (-1, 0)}[direction]
    before, after = x.copy(), moved(x, direction)
    for cell in np.ndindex(shape):
        row, column = cell[0] - down, cell[1] - right
        inside = row in range(shape[0]) and column in range(shape[1])
        assert after[cell] == (x[row, column, cell[2]] if inside else 0)
    assert np.array_equal(x, before)


def test_an_average_that_stays_is_seen_to_stay_in_spite_of_rounding():
    assert staying(np.array([0.1 + 0.2, 1.0]), np.array([0.3, 1.001])).tolist() == [True, False]
