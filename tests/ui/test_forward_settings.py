from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.export.permalink import LONGEST_LINK, LinkError, from_query, link_length, to_query
from vizcore.lessons import LESSONS
from vizcore.lessons.forward import BIAS, FILTERS, WEIGHTS, face, pictures
from vizcore.ui.forward_settings import Drawing, ForwardSettings, from_lesson
from vizcore.ui.step_settings import Texts
from vizcore.ui.volumes import Volume

START = ForwardSettings()
NUMBERS = st.sampled_from(["0", "-1", "2.5", "1/3", "-0.25", "1000000"])


@st.composite
def settings(draw):
    """Any settings that can be set on the page."""
    sizes = {
        "size": draw(st.integers(5, 9)),
        "filters": draw(st.integers(1, 3)),
        "partial": draw(st.booleans()),
    }
    one = START.reshaped(**sizes)
    rows = [draw(st.text("01", min_size=one.size, max_size=one.size)) for _ in range(one.size)]
    cells = tuple(draw(NUMBERS) for _ in range(9 * one.filters))
    return replace(
        one,
        picture=Drawing(rows),
        kernel=replace(one.kernel, cells=cells),
        bias=Texts(draw(NUMBERS) for _ in one.bias),
        weights=Texts(draw(NUMBERS) for _ in one.weights),
        dense_bias=Texts(draw(NUMBERS) for _ in one.dense_bias),
    )


@given(settings())
def test_a_link_reproduces_the_settings(one):
    query = dict(parse_qsl(urlencode(to_query(one))))
    assert from_query(ForwardSettings, query) == one
    assert np.isfinite(one.trace().softmax).all()


def test_where_one_starts_is_no_part_of_the_link():
    assert to_query(START) == {}


def test_a_picture_of_ones_own_makes_a_short_link():
    one = replace(START, picture=Drawing.of(np.eye(7)))
    rows = "1000000_0100000_0010000_0001000_0000100_0000010_0000001"
    assert to_query(one) == {"picture": rows}


@pytest.mark.parametrize("filters", [1, 2, 3])
def test_the_largest_network_fits_into_a_link(filters):
    one = START.reshaped(size=9, filters=filters)
    assert link_length("http://localhost:8501/from_pixels_to_a_class", one) < LONGEST_LINK


@pytest.mark.parametrize(
    "query",
    [
        {"picture": ""},
        {"picture": "0101"},
        {"picture": "_".join(["0000"] * 4)},
        {"picture": "_".join(["0" * 10] * 10)},
        {"picture": "_".join(["00000"] * 4 + ["0000"])},
        {"picture": "_".join(["00002"] * 5)},
        {"picture": "_".join(["00000"] * 5)},  # The weights are those for 7×7.
        {"kernel": "2x2_1_0_0_1"},
        {"kernel": "3x3_ramp_0"},
        {"kernel": "3x3x2_ramp_0"},
        {"kernel": "3x3_1_0_0_0_1_0_0_0_x"},
        {"bias": "1_2"},
        {"bias": "x"},
        {"partial": "0"},
        {"partial": "yes"},
        {"weights": "1_2_3"},
        {"weights": "_".join(["a"] * 27)},
        {"dense_bias": "1_2"},
        {"dense_bias": "1_2_<b>"},
    ],
)
def test_what_cannot_be_is_refused(query):
    with pytest.raises(LinkError, match="This link cannot be followed"):
        from_query(ForwardSettings, query)


@pytest.mark.parametrize(
    "rows",
    [
        None,
        7,
        [],
        ["0" * 7] * 6,
        [["0"] * 7] * 6,
        [[0.5] * 7] * 7,
        [["00"] * 7] * 7,
        [[[]] * 5] * 5,
    ],
)
def test_a_picture_is_square_and_of_ones_and_zeros(rows):
    with pytest.raises((ValueError, TypeError)):
        Drawing.of(rows)


def test_a_picture_is_read_in_any_form():
    rows = ["10000", "01000", "00100", "00010", "00001"]
    assert Drawing.of(rows) == Drawing.of(np.eye(5)) == Drawing.of(np.eye(5, dtype=bool))
    assert np.array_equal(Drawing.of(rows).values(), np.eye(5))


def test_the_slides_network():
    trace = START.trace()
    assert trace.flatten.tolist() == [1, 1, 0, 4, 2, 1, 0, 2, 1]
    assert np.array_equal(trace.weights, WEIGHTS) and np.array_equal(trace.bias, BIAS)
    assert trace.logits.tolist() == [3, 0, -1]
    assert from_lesson(LESSONS["happy-face-to-class"]) == START
    assert START.learned() == START
    assert START.rounding() == (0, 248, 244)
    assert START.rounding()[2:] == START.judged()[:1]
    assert START.judged() == (244, 254)


def test_weights_that_do_not_fit_are_judged_worse():
    turned = replace(START, weights=Texts(START.weights[::-1]))
    assert turned.judged()[0] < 200


@given(settings())
def test_what_is_learned_fits_and_stays(one):
    learned = one.learned()
    assert learned.learned() == learned
    assert replace(learned, weights=one.weights, dense_bias=one.dense_bias) == one


# ---- Other sizes ----


@pytest.mark.parametrize("size", range(5, 10))
def test_a_picture_to_try_is_drawn_anew_in_another_size(size):
    assert np.array_equal(START.reshaped(size=size).picture.values(), face(size, "happy"))
    for name, picture in pictures(7).items():
        assert np.array_equal(Drawing.of(picture).resized(size).values(), pictures(size)[name])


def test_a_picture_of_ones_own_is_cut_or_continued_with_zeros():
    one = replace(START, picture=Drawing.of(np.ones((7, 7))))
    grown = one.reshaped(size=9).picture.values()
    assert grown[:7, :7].all() and grown.sum() == 49
    assert one.reshaped(size=5).picture == Drawing.of(np.ones((5, 5)))


def test_more_filters_are_added_and_taken_away_at_the_end():
    typed = START.with_edit({"grid": "kernel", "place": [0, 0, 0], "text": "7"})
    typed = typed.with_edit({"grid": "bias", "place": [0], "text": "2"})
    three = typed.reshaped(filters=3)
    values = three.kernel.values()
    assert values[0, 0, 0] == 7 and np.array_equal(values[..., 1:], FILTERS[..., 1:])
    assert three.bias == ("2", "0", "0")
    assert three.reshaped(filters=1) == typed.learned()


@pytest.mark.parametrize(
    ("sizes", "flat"),
    [({"partial": False}, 4), ({"size": 8}, 9), ({"size": 9}, 16), ({"filters": 2}, 18)],
)
def test_other_sizes_have_a_dense_layer_of_their_own(sizes, flat):
    one = START.reshaped(**sizes)
    assert one.flat == flat == len(one.trace().flatten)
    assert one.learned() == one
    assert np.argmax(one.trace().softmax) == 0


def test_where_nothing_hangs_over_the_weights_stay():
    eight = START.reshaped(size=8).with_edit({"grid": "weights", "place": [0, 0], "text": "9"})
    assert eight.reshaped(partial=False) == replace(eight, partial=False)


# ---- Edits ----


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        ({"grid": "kernel", "place": [0, 2, 1], "text": "−3"}, "kernel"),
        ({"grid": "bias", "place": [0], "text": "1/2"}, "bias"),
        ({"grid": "weights", "place": [3, 2], "text": "0,5"}, "weights"),
        ({"grid": "dense_bias", "place": [1], "text": "4"}, "dense_bias"),
    ],
)
def test_a_number_is_typed_where_it_stands(edit, field):
    one = START.with_edit(edit)
    assert replace(one, **{field: getattr(START, field)}) == START
    place = 7 if field == "kernel" else 11 if field == "weights" else edit["place"][0]
    old, new = (
        list(getattr(s, field).cells if field == "kernel" else getattr(s, field))
        for s in (START, one)
    )
    assert new[place] == {"kernel": "-3", "bias": "1/2", "weights": "0.5", "dense_bias": "4"}[field]
    assert new[:place] + new[place + 1 :] == old[:place] + old[place + 1 :]


def test_a_picture_is_painted():
    rows = Drawing.of(np.ones((7, 7)))
    assert START.with_edit({"picture": list(rows), "stroke": 1}) == replace(START, picture=rows)


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"picture": None},
        {"picture": ["00000"] * 5},
        {"picture": ["0000000"] * 6},
        {"grid": "picture", "place": [0], "text": "1"},
        {"grid": "kernel", "place": [1, 0, 0], "text": "1"},
        {"grid": "kernel", "place": [0, 0], "text": "1"},
        {"grid": "kernel", "place": None, "text": "1"},
        {"grid": "weights", "place": [9, 0], "text": "1"},
        {"grid": "weights", "place": [0, 3], "text": "1"},
        {"grid": "weights", "place": [-1, 0], "text": "1"},
        {"grid": "weights", "place": [0], "text": "1"},
        {"grid": "bias", "place": ["0"], "text": "1"},
        {"grid": "bias", "place": [0], "text": "many"},
        {"grid": "bias", "place": [0], "text": None},
        {"grid": "dense_bias", "place": [0]},
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(edit):
    with pytest.raises((ValueError, KeyError, TypeError)):
        START.with_edit(edit)


# ---- Stages in their own pages ----


@given(settings())
def test_a_stage_opens_with_its_numbers(one):
    trace = one.trace()
    convolution = one.as_convolution().trace()
    np.testing.assert_allclose(convolution.output, trace.convolution.output)


@pytest.mark.parametrize("filters", [1, 3])
@pytest.mark.parametrize("partial", [True, False])
def test_pooling_opens_with_the_map_of_relu(filters, partial):
    one = START.reshaped(filters=filters, partial=partial)
    pooling = one.as_pooling().trace()
    assert np.array_equal(pooling.x, one.trace().relu)
    assert np.array_equal(pooling.output, one.trace().pooling.output)


def test_the_default_filter_is_typed_as_on_the_slide():
    assert START.kernel == Volume.of(np.array([[0, 0, 1], [1, 0, 0], [0, 1, 1]]))
