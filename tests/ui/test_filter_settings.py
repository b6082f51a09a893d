from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.export.permalink import LinkError, from_file, from_query, to_file, to_query
from vizcore.imaging import KERNELS, SAMPLES, gaussian_kernel
from vizcore.imaging import MAPPINGS as DISPLAY_MAPPINGS
from vizcore.imaging.filters import FILTERS
from vizcore.ui.filter_settings import (
    CUSTOM,
    EDGES,
    MAPPINGS,
    MOST_FILTERS,
    UPLOAD,
    FilterSettings,
    FilterStep,
    Steps,
)
from vizcore.ui.numbers import parse_number, short_text

NUMBERS = st.one_of(
    st.integers(-999, 999).map(str),
    st.decimals(-99, 99, places=2).map(lambda number: f"{number:f}"),
    st.tuples(st.integers(-9, 9), st.integers(1, 99)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
)
GRIDS = st.tuples(st.integers(1, 15), st.integers(1, 4)).flatmap(
    lambda shape: st.tuples(*[st.tuples(*[NUMBERS] * shape[1])] * shape[0])
)
TURNS = {"stride": st.integers(1, 4), "repeat": st.integers(1, 5), "bias": NUMBERS}


def on_a_step(one):
    steps = st.integers(0, round((one.high - one.low) / one.step))
    return steps.map(lambda i: parse_number(short_text(one.low + i * one.step)))


@st.composite
def named_steps(draw):
    name = draw(st.sampled_from(sorted(FILTERS)))
    values = draw(st.just(()) | st.tuples(*map(on_a_step, FILTERS[name].parameters)))
    return FilterStep(name, values, **{k: draw(v) for k, v in TURNS.items()})


TYPED_STEPS = st.builds(
    FilterStep,
    name=st.just(CUSTOM),
    cells=GRIDS,
    divisor=NUMBERS.filter(lambda text: parse_number(text) != 0),
    **TURNS,
)


@st.composite
def whole_settings(draw):
    filters = draw(st.lists(named_steps() | TYPED_STEPS, min_size=1, max_size=MOST_FILTERS))
    return FilterSettings(
        photo=draw(st.sampled_from([*SAMPLES, UPLOAD])),
        filters=Steps(filters),
        chosen=draw(st.integers(0, len(filters) - 1)),
        grey=draw(st.booleans()),
        edges=draw(st.sampled_from(sorted(EDGES))),
        display=draw(st.sampled_from(sorted(MAPPINGS))),
        table=draw(st.booleans()),
        patches=draw(st.booleans()),
    )


PIECES = [*FILTERS, "custom", "_3", "_0.5", "1x2", "_1/9", "~d0", "~b2", "~s4", "~r5", "!"]
HOSTILE = st.text(st.sampled_from("0123456789x_~!./+-,−dbsr ") | st.characters()) | st.lists(
    st.sampled_from(PIECES)
).map("".join)


@given(whole_settings())
def test_a_link_reproduces_the_settings(settings):
    query = dict(parse_qsl(urlencode(to_query(settings)), keep_blank_values=True))
    assert from_query(FilterSettings, query) == settings


@given(whole_settings())
def test_a_file_reproduces_the_settings(settings):
    assert (
        from_file("image_filters", FilterSettings, to_file("image_filters", settings)) == settings
    )


@given(HOSTILE)
def test_no_filter_text_breaks_it(text):
    try:
        settings = from_query(FilterSettings, {"filters": text})
    except LinkError as error:
        assert str(error).startswith("This link cannot be followed: ")
    else:
        assert from_query(FilterSettings, to_query(settings)) == settings
        assert all(np.isfinite(k).all() for one in settings.passes for k in one.kernels)


@given(st.dictionaries(st.sampled_from(list(FilterSettings.__dataclass_fields__)), HOSTILE))
def test_no_link_breaks_it(query):
    try:
        assert isinstance(from_query(FilterSettings, query), FilterSettings)
    except LinkError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (FilterStep(), "edge_laplacian8"),
        (FilterStep("sobel", stride=2, repeat=3), "sobel~s2~r3"),
        (FilterStep("gaussian", (5, 1.2)), "gaussian_5_1.2"),
        (FilterStep("box_blur", bias="-0.5"), "box_blur~b-0.5"),
        (
            FilterStep(CUSTOM, cells=(("1", "-2"), ("1/9", "0")), divisor="3"),
            "2x2_1_-2_1/9_0~d3",
        ),
    ],
)
def test_links_can_be_read_by_people(step, text):
    assert step.to_text() == text
    assert FilterStep.from_text(text) == step


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"filters": "blur"}, "there is no filter named `blur`"),
        ({"filters": ""}, "there is no filter named ` `"),
        ({"filters": "custom"}, "there is no filter named `custom`"),
        ({"filters": "sharpen!!sharpen"}, "there is no filter named ` `"),
        ({"filters": "sharpen~"}, "`sharpen~` is no filter"),
        ({"filters": "sharpen~q1"}, "`sharpen~q1` is no filter"),
        ({"filters": "sharpen~d2"}, "only typed cells have a divisor"),
        ({"filters": "sharpen~s5"}, "the stride must be 1 to 4, not 5"),
        ({"filters": "sharpen~s-1"}, "`-1` is not a whole number"),
        ({"filters": "sharpen~r6"}, "a filter repeats 1 to 5 times, not 6"),
        ({"filters": "sharpen~r0"}, "a filter repeats 1 to 5 times, not 0"),
        ({"filters": "sharpen~bx"}, "`x` is not a number. Type something like 3, −0.5 or 1/9"),
        ({"filters": "sharpen_1"}, "“Sharpen” takes 0 numbers, not 1"),
        ({"filters": "2x2_1_2_3"}, "a 2×2 kernel has 4 cells"),
        ({"filters": "0x0_1"}, "a 0×0 kernel has 0 cells"),
        ({"filters": "16x1" + "_1" * 16}, "a kernel has 1 to 15 rows of 1 to 15 cells each"),
        ({"filters": "1x1_1~d0"}, "the divisor cannot be 0"),
        ({"filters": "!".join(["sharpen"] * 5)}, "a stack holds at most 4 filters"),
        ({"photo": "dog"}, "there is no sample photo named `dog`"),
        ({"edges": "wrap"}, "there is no edge rule named `wrap`"),
        ({"display": "log"}, "there is no display mapping named `log`"),
        ({"chosen": "1"}, "there is no filter number 2 in this stack"),
        ({"chosen": "-1"}, "there is no filter number 0 in this stack"),
        ({"chosen": "first"}, "chosen must be a number"),
        ({"grey": "true"}, "grey must be 0 or 1"),
    ],
)  # fmt: skip
def test_a_bad_link_is_told_in_one_sentence(query, problem):
    with pytest.raises(LinkError) as told:
        from_query(FilterSettings, query)
    assert str(told.value) == f"This link cannot be followed: {problem}."


def test_a_links_words_never_become_markdown():
    with pytest.raises(LinkError, match="named `!\\[x\\]\\(https://example.org\\)`"):
        from_query(FilterSettings, {"photo": "![x](https://example.org)"})


def test_every_choice_is_named():
    assert tuple(MAPPINGS) == DISPLAY_MAPPINGS
    assert set(EDGES) == {"zero", "reflect", "replicate", "none"}


def test_kernels_and_passes():
    step = FilterStep(CUSTOM, cells=(("1", "-2"), ("1/2", "0")), divisor="4", bias="1/4", repeat=2)
    one, again = FilterSettings(filters=Steps((step,))).passes
    assert one.kernels[0].tolist() == [[0.25, -0.5], [0.125, 0.0]]
    assert (one.bias, one.stride) == (0.25, 1) and again is one
    gaussian, *sobel = (
        kernel
        for one in FilterSettings(
            filters=Steps((FilterStep("gaussian", (3, 2.0)), FilterStep("sobel")))
        ).passes
        for kernel in one.kernels
    )
    assert np.array_equal(gaussian, gaussian_kernel(3, 2.0))
    assert np.array_equal(sobel, [KERNELS["sobel_x"].weights, KERNELS["sobel_y"].weights])


@pytest.mark.parametrize(
    ("step", "cells", "divisor"),
    [
        (FilterStep("gaussian_blur"), (("1", "2", "1"), ("2", "4", "2"), ("1", "2", "1")), "16"),
        (FilterStep("box", (1, 3)), (("1", "1", "1"),), "3"),
        (FilterStep("motion", (3, 90)), (("0", "0.333333", "0"),) * 3, "1"),
        (FilterStep(CUSTOM, cells=(("1/3",),), divisor="2"), (("1/3",),), "2"),
    ],
)
def test_the_editor_shows_whole_numbers_where_it_can(step, cells, divisor):
    assert step.typed() == {"cells": cells, "divisor": divisor, "bias": "0"}


@pytest.mark.parametrize("name", [name for name in FILTERS if len(FILTERS[name].kernels()) == 1])
def test_what_the_editor_shows_is_the_kernel(name):
    step = FilterStep(name)
    typed = step.with_typed(**step.typed(), as_custom=True)
    assert typed.name == CUSTOM
    assert np.allclose(typed.kernels[0], step.kernels[0], atol=1e-6)


def test_typing_makes_a_kernel_of_ones_own():
    step = FilterStep("box", (1, 3), stride=2, repeat=3)
    typed = step.with_typed([["1", " −1 ", "0,5"]], "3", "0")
    assert typed == FilterStep(CUSTOM, (), (("1", "-1", "0.5"),), "3", "0", 2, 3)
    assert typed.title == "Your kernel"


def test_typing_a_bias_keeps_the_filter():
    step = FilterStep("box", (1, 3))
    assert step.with_typed([["1", "1", "1"]], "3", " −2") == replace(step, bias="-2")


@pytest.mark.parametrize(
    "typed",
    [
        ([["1", "x"]], "1", "0"),
        ([["1"]], "0", "0"),
        ([["1"]], "1", ""),
        ([["1"], ["1", "2"]], "1", "0"),
        ([], "1", "0"),
        ([[]], "1", "0"),
        ([["1"] * 16], "1", "0"),
    ],
)
def test_what_is_no_kernel_is_refused(typed):
    with pytest.raises(ValueError):
        FilterStep().with_typed(*typed)


def stack(*names, chosen):
    return FilterSettings(filters=Steps(map(FilterStep, names)), chosen=chosen)


def test_the_stack_is_edited_at_the_chosen_filter():
    two = stack("sharpen", "sobel", chosen=0)
    assert two.with_step(FilterStep("emboss")) == stack("emboss", "sobel", chosen=0)
    assert two.with_added() == stack("sharpen", "sobel", "gaussian_blur", chosen=2)
    assert two.with_removed() == stack("sobel", chosen=0)
    assert stack("sharpen", "sobel", chosen=1).with_removed() == stack("sharpen", chosen=0)
    assert two.with_moved(1) == stack("sobel", "sharpen", chosen=1)
    assert two.with_moved(1).with_moved(-1) == two


def test_a_stack_at_its_fullest():
    full = FilterSettings(filters=Steps([FilterStep(repeat=5)] * MOST_FILTERS))
    assert len(full.passes) == 20
    with pytest.raises(ValueError, match="at most 20 passes"):
        full.with_added()
