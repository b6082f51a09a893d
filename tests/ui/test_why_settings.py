from dataclasses import fields
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.export.permalink import LinkError, from_query, to_query
from vizcore.lessons import LESSONS
from vizcore.lessons.moving import COLOURS, FIRST, PLACES, SHAPES
from vizcore.lessons.weights import KINDS, WEIGHT_LESSONS, Layer
from vizcore.ui.why_settings import (
    LARGEST,
    PARTS,
    SAID,
    TURNS,
    WhySettings,
    fitted,
    from_lesson,
    least,
    most,
)


@st.composite
def any_settings(draw):
    """Draw settings whose numbers are possible together."""
    inputs, size = draw(st.integers(2, 8)), draw(st.integers(1, 31))
    side = st.integers(size, LARGEST["rows"])
    return WhySettings(
        part=draw(st.sampled_from([*PARTS])),
        kind=draw(st.sampled_from(KINDS)),
        inputs=inputs,
        window=draw(st.integers(1, min(5, inputs))),
        rows=draw(side),
        columns=draw(side),
        channels=draw(st.integers(1, LARGEST["channels"])),
        filters=draw(st.integers(1, LARGEST["filters"])),
        size=size,
        stride=draw(st.integers(1, LARGEST["stride"])),
        padding=draw(st.integers(0, size - 1)),
        shape=draw(st.sampled_from([*SHAPES])),
        colour=draw(st.sampled_from([*COLOURS])),
        turn=draw(st.integers(0, len(TURNS) - 1)),
        row=draw(st.integers(0, PLACES - 1)),
        column=draw(st.integers(0, PLACES - 1)),
    )


@given(any_settings())
def test_a_link_reproduces_the_settings(settings):
    query = dict(parse_qsl(urlencode(to_query(settings))))
    assert from_query(WhySettings, query) == settings


def test_where_one_starts_is_no_part_of_the_link():
    assert to_query(WhySettings()) == {}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"part": "weights"}, "there is no part of the page named “weights”."),
        ({"kind": "sparse"}, "there is no way to connect named “sparse”."),
        ({"shape": "<b>"}, "there is no shape named “<b>”."),
        ({"colour": "red"}, "there is no colour named “red”."),
        ({"inputs": "9"}, "the number of inputs can be 2 to 8, not 9."),
        ({"inputs": "2"}, "the neighbourhood can be 1 to 2, not 3."),
        ({"window": "0"}, "the neighbourhood can be 1 to 5, not 0."),
        ({"rows": "0"}, "the height of the input can be 1 to 512, not 0."),
        ({"columns": "513"}, "the width of the input can be 1 to 512, not 513."),
        ({"channels": "-3"}, "the number of channels can be 1 to 1024, not -3."),
        ({"filters": "0"}, "the number of filters can be 1 to 1024, not 0."),
        ({"rows": "4", "padding": "0"}, "the size of the filters can be 1 to 4, not 5."),
        ({"size": "0"}, "the size of the filters can be 1 to 31, not 0."),
        ({"size": "32"}, "the size of the filters can be 1 to 31, not 32."),
        ({"stride": "0"}, "the stride can be 1 to 16, not 0."),
        ({"padding": "5"}, "the padding can be 0 to 4, not 5."),
        ({"padding": "-1"}, "the padding can be 0 to 4, not -1."),
        ({"turn": "4"}, "the turn can be 0 to 3, not 4."),
        ({"row": "8"}, "the row of the object can be 0 to 7, not 8."),
        ({"column": "-1"}, "the column of the object can be 0 to 7, not -1."),
        ({"rows": "1.5"}, "rows must be a number."),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(query, said):
    with pytest.raises(LinkError) as refused:
        from_query(WhySettings, query)
    assert str(refused.value) == f"This link cannot be followed: {said}"


def test_every_number_has_bounds_and_a_name():
    numbers = {f.name for f in fields(WhySettings) if isinstance(f.default, int)}
    assert {*SAID.values()} == numbers


@given(any_settings(), st.sampled_from([*SAID.values()]), st.data())
def test_whatever_is_changed_within_its_bounds_the_rest_is_made_to_fit(settings, name, data):
    value = data.draw(st.integers(least(name), most(settings, name)))
    changed = fitted(settings, **{name: value})
    assert getattr(changed, name) == value
    assert changed.layer.outputs >= 1
    lowered = {f for f in SAID.values() if getattr(changed, f) != getattr(settings, f)} - {name}
    assert lowered <= {"size", "padding", "window"}
    assert all(getattr(changed, f) < getattr(settings, f) for f in lowered)


def test_a_smaller_input_takes_a_smaller_filter():
    changed = fitted(WhySettings(padding=0), rows=3)
    assert (changed.rows, changed.size) == (3, 3)
    assert fitted(WhySettings(), inputs=2).window == 2
    assert fitted(WhySettings(), size=2).padding == 1


def test_the_layer_is_the_one_that_was_set():
    settings = WhySettings(rows=7, columns=6, channels=2, filters=4, size=3, stride=2, padding=1)
    assert settings.layer == Layer(7, 6, 2, 4, 3, 2, 1)


@pytest.mark.parametrize("slug", [*WEIGHT_LESSONS])
def test_a_lesson_becomes_settings(slug):
    lesson = LESSONS[slug]
    settings = from_lesson(lesson)
    if slug == "swans":
        assert settings == WhySettings(part="moved", shape="swan", row=5, column=6)
        assert (settings.row, settings.column) != FIRST
    else:
        assert settings.part == "counted"
        assert settings.layer == Layer(**lesson.settings)


def test_the_object_has_been_moved_when_the_page_opens():
    assert (WhySettings().row, WhySettings().column) == (FIRST[0] + 2, FIRST[1] + 3)


def test_every_lesson_is_a_state_of_its_own():
    assert len({from_lesson(lesson) for lesson in WEIGHT_LESSONS.values()}) == len(WEIGHT_LESSONS)
