from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.export.permalink import LinkError, from_query, to_query
from vizcore.lessons import LESSONS
from vizcore.lessons.convolution import CONVOLUTION_LESSONS
from vizcore.ops import conv2d, conv2d_transpose
from vizcore.ui.numbers import parse_number
from vizcore.ui.step_settings import (
    PAD_MODES,
    StepSettings,
    Texts,
    fitted,
    from_lesson,
    most,
)
from vizcore.ui.volumes import LARGEST_INPUT, RULES, Volume

NUMBERS = st.one_of(
    st.integers(-999, 999).map(str),
    st.decimals(-99, 99, places=2).map(lambda number: f"{number:f}"),
    st.tuples(st.integers(-9, 9), st.integers(1, 99)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
)


def volumes(rows, columns, depth):
    cells = st.tuples(*[NUMBERS] * (rows * columns * depth))
    typed = st.builds(Volume, *map(st.just, (rows, columns, depth)), cells)
    ruled = st.builds(
        Volume,
        *map(st.just, (rows, columns, depth)),
        rule=st.sampled_from(sorted(RULES)),
        seed=st.integers(0, 9999),
    )
    return typed | ruled


@st.composite
def whole_settings(draw):
    """Settings that a link may carry, every other value lowered to what is possible."""
    rows, columns, high, wide = (draw(st.integers(1, n)) for n in (6, 6, 4, 4))
    channels, filters = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    return fitted(
        StepSettings(),
        input=draw(volumes(rows, columns, channels)),
        kernel=draw(volumes(high, wide, channels * filters)),
        bias=Texts(draw(st.tuples(*[NUMBERS] * filters))),
        stride=draw(st.integers(1, 4)),
        padding=draw(st.integers(0, 6)),
        dilation=draw(st.integers(1, 4)),
        pad_mode=draw(st.sampled_from(sorted(PAD_MODES))),
        flip=draw(st.booleans()),
        transposed=draw(st.booleans()),
    )


# ---- Links ----


@given(whole_settings())
def test_a_link_reproduces_the_settings(settings):
    query = dict(parse_qsl(urlencode(to_query(settings)), keep_blank_values=True))
    assert from_query(StepSettings, query) == settings
    assert np.array_equal(from_query(StepSettings, query).trace().output, settings.trace().output)


def test_a_link_is_readable():
    volume = Volume(2, 3, cells=("1", "-2", "0.5", "1/9", "0", "3"))
    assert volume.to_text() == "2x3_1_-2_0.5_1/9_0_3"
    assert Volume(8, 8, 3, rule="random", seed=7).to_text() == "8x8x3_random_7"
    assert Volume.from_text("8x8x3_random_7") == Volume(8, 8, 3, rule="random", seed=7)
    assert Texts.from_text("1_-1/3").to_text() == "1_-1/3"


PIECES = ["3x3", "6x6x2", "99x99", "0x1", "_", "_1/9", "_-", "random", "_photo_3", "_ramp", "1e9"]
HOSTILE = st.text(st.sampled_from("0123456789x_./+-,− nan") | st.characters()) | st.lists(
    st.sampled_from(PIECES)
).map("".join)


@pytest.mark.parametrize("kind", [Volume, Texts])
@given(text=HOSTILE)
def test_hostile_text_is_a_value_error(kind, text):
    try:
        read = kind.from_text(text)
    except ValueError:
        return
    assert kind.from_text(read.to_text()) == read


@given(st.dictionaries(st.sampled_from([*StepSettings.__dataclass_fields__]), HOSTILE, min_size=1))
def test_a_hostile_link_is_a_link_error(query):
    try:
        settings = from_query(StepSettings, query)
    except LinkError:
        return
    assert np.isfinite(settings.trace().output).all()


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"input": "2x2_1_2_3"}, "a 2×2×1 grid has 4 cells, not 3"),
        ({"input": "2x2_1_2_3_abc"}, "`abc` is not a number"),
        ({"input": "33x3_ramp_0"}, "1 to 32 rows"),
        ({"input": "6x6_ramp_12345"}, "a seed is a whole number up to 9999"),
        ({"input": "hello"}, "begins with its size"),
        ({"kernel": "8x8_ramp_0"}, "at most 7 rows"),
        ({"kernel": "3x3x2_ramp_0"}, "need 1 kernel layers, not 2"),
        ({"bias": "1_2_3_4_5"}, "at most 4 channels and 4 filters"),
        ({"bias": "1/0"}, "divides by zero"),
        ({"stride": "0"}, "the stride can be 1 to 4, not 0"),
        ({"padding": "-1"}, "the padding can be 0 to 6, not -1"),
        ({"dilation": "4"}, "kernel must fit into the padded input"),
        ({"pad_mode": "mirror"}, "there is no padding named"),
        ({"pad_mode": "reflect", "padding": "6"}, "padding must be smaller than the input"),
        ({"flip": "yes"}, "flip must be 0 or 1"),
    ],
)
def test_a_link_that_cannot_be_followed_is_told_in_one_sentence(query, named):
    with pytest.raises(LinkError) as told:
        from_query(StepSettings, query)
    assert str(told.value).startswith("This link cannot be followed: ")
    assert named in str(told.value)


# ---- Volumes ----


def test_typed_cells_lie_layer_by_layer():
    volume = Volume(2, 3, 2, tuple(map(str, range(12))))
    assert volume.values().shape == (2, 3, 2)
    assert volume.values()[1, 2].tolist() == [5, 11]
    assert volume.texts[1][0] == ["6", "7", "8"]
    array = np.arange(12.0).reshape(2, 3, 2)
    assert np.array_equal(Volume.of(array).values(), array)
    assert np.array_equal(Volume.of(array[..., 0]).values(), array[..., :1])


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_gives_the_same_numbers_again(rule):
    volume = Volume(4, 5, 3, rule=rule, seed=3)
    assert volume.values().shape == (4, 5, 3)
    assert np.array_equal(volume.values(), Volume(4, 5, 3, rule=rule, seed=3).values())
    typed = volume.with_text(2, 3, 4, "1/3")
    assert typed.rule == "typed" and typed.seed == 0
    expected = volume.values()
    expected[3, 4, 2] = 1 / 3
    assert np.array_equal(typed.values(), expected)


def test_rules_make_what_they_say():
    assert not Volume(3, 4, rule="zeros").values().any()
    assert Volume(2, 3, 2, rule="ramp").values()[1, 2].tolist() == [6, 12]
    random, other = (Volume(9, 9, rule="random", seed=seed).values() for seed in (0, 1))
    assert set(random.ravel()) <= {*range(10)} and not np.array_equal(random, other)
    photo = Volume(32, 32, 4, rule="photo", seed=9999).values()
    assert photo.min() >= 0 and photo.max() <= 255 and photo.std() > 0
    grey = Volume(32, 32, rule="photo", seed=9999).values()[..., 0]
    assert grey.std() > 0


def test_resizing_keeps_what_fits_and_adds_zeros():
    volume = Volume(2, 2, 2, ("1", "2", "3", "1/4", "5", "6", "7", "8"))
    larger = volume.resized(3, 1, 3)
    assert larger.texts == [[["1"], ["3"], ["0"]], [["5"], ["7"], ["0"]], [["0"]] * 3]
    assert Volume(2, 2, rule="ramp").resized(3, 3, 1) == Volume(3, 3, rule="ramp")


@given(st.data())
def test_one_cell_typed_anew_changes_that_cell_alone(data):
    volume = data.draw(volumes(3, 4, 2))
    layer, row, column = (data.draw(st.integers(0, n - 1)) for n in (2, 3, 4))
    text = data.draw(NUMBERS)
    expected = volume.values()
    expected[row, column, layer] = parse_number(text)
    # Rules may hold more digits than a cell shows.
    np.testing.assert_allclose(volume.with_text(layer, row, column, text).values(), expected)


@pytest.mark.parametrize("place", [(1, 0, 0), (0, -1, 0), (0, 0, 4), (0, 4, 0)])
def test_there_is_no_cell_outside(place):
    with pytest.raises(ValueError, match="no such cell"):
        Volume(4, 4, rule="ramp").with_text(*place, "1")


# ---- Editing through the picture ----

LAYERS = tuple(str(i) for i in range(1, 25))
DEEP = StepSettings(
    input=Volume(4, 3, 2, LAYERS),
    kernel=Volume(2, 3, 4, LAYERS),
    bias=Texts(("1", "-1")),
    padding=1,
    stride=2,
)
MODES = {
    "plain": {},
    "flip": {"flip": True},
    "transposed": {"transposed": True},
    "transposed and flip": {"transposed": True, "flip": True},
}


@pytest.mark.parametrize("mode", MODES)
def test_the_cells_drawn_are_those_of_the_trace(mode):
    """The text in each cell of the picture, read as a number, is what the trace computes with."""
    settings = replace(DEEP, **MODES[mode])
    trace, typed = settings.trace(), settings.typed()
    for k, channels in enumerate(typed["kernel"]):
        for d, cells in enumerate(channels):
            numbers = np.reshape([parse_number(text) for text in cells], trace.window)
            assert np.array_equal(numbers, trace.kernel[:, :, d, k])
    for d, plane in enumerate(typed["input"]):
        assert np.shape(plane) == trace.x.shape[:2]
        for (r, c), value in np.ndenumerate(trace.x[..., d]):
            text = plane[r][c]
            assert trace.inserted[r, c] if text is None else parse_number(text) == value
    assert [parse_number(text) for text in typed["bias"]] == trace.bias.tolist()


@pytest.mark.parametrize("mode", MODES)
@given(st.data())
def test_a_cell_edited_where_it_is_drawn_changes_there(mode, data):
    settings = replace(DEEP, **MODES[mode])
    before = settings.trace()
    grid = data.draw(st.sampled_from(["input", "kernel", "bias"]))
    filter, channel = data.draw(st.integers(0, 1)), data.draw(st.integers(0, 1))
    shape = before.window if grid == "kernel" else before.x.shape[:2]
    row, column = (data.draw(st.integers(0, n - 1)) for n in shape)
    edit = {"grid": grid, "row": row, "column": column, "channel": channel, "filter": filter}
    if grid == "input" and before.inserted[row, column]:
        with pytest.raises(ValueError, match="inserted zero"):
            settings.with_edit({**edit, "text": "7"})
        return
    after = settings.with_edit({**edit, "text": " −77 / 2"}).trace()
    kernel, x, bias = before.kernel.copy(), before.x.copy(), before.bias.copy()
    target, place = {
        "kernel": (kernel, (row, column, channel, filter)),
        "input": (x, (row, column, channel)),
        "bias": (bias, filter),
    }[grid]
    target[place] = -38.5
    assert np.array_equal(after.kernel, kernel)
    assert np.array_equal(after.x, x)
    assert np.array_equal(after.bias, bias)


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"grid": "bias", "filter": 2, "text": "1"},
        {"grid": "bias", "filter": -1, "text": "1"},
        {"grid": "bias", "filter": 0, "text": "x"},
        {"grid": "kernel", "filter": 9, "channel": 0, "row": 0, "column": 0, "text": "1"},
        {"grid": "kernel", "filter": 0, "channel": 0, "row": 0, "column": 0, "text": "1/0"},
        {"grid": "input", "channel": 0, "row": -1, "column": 0, "text": "1"},
        {"grid": "input", "channel": 0, "row": 0, "column": 99, "text": "1"},
        {"grid": "input", "channel": 0, "row": "0", "column": None, "text": "1"},
        {"grid": "input", "channel": 0, "row": 0, "column": 0, "text": None},
        {"grid": "input", "channel": 0, "row": 0, "column": 0.5, "text": "1"},
    ],
)
def test_an_impossible_edit_is_refused(edit):
    with pytest.raises((ValueError, KeyError, TypeError)):
        DEEP.with_edit(edit)


# ---- The operation ----


@given(whole_settings())
def test_the_trace_is_the_operation_on_what_was_typed(settings):
    s = settings
    depth = s.input.depth
    layers = s.kernel.values()
    kernel = np.stack([layers[..., k * depth : (k + 1) * depth] for k in range(s.filters)], axis=3)
    kernel = kernel[::-1, ::-1] if s.flip else kernel
    bias = np.array([parse_number(text) for text in s.bias])
    same = {"stride": s.stride, "padding": s.padding, "dilation": s.dilation}
    if s.transposed:
        kernel = kernel.transpose(0, 1, 3, 2)
        expected = conv2d_transpose(s.input.values(), kernel, bias, **same)
    else:
        expected = conv2d(s.input.values(), kernel, bias, pad_mode=s.pad_mode, **same)
    np.testing.assert_allclose(s.trace().output, expected)


@pytest.mark.parametrize("slug", CONVOLUTION_LESSONS)
def test_a_lesson_shows_its_result(slug):
    lesson = LESSONS[slug]
    output = from_lesson(lesson).trace().output
    if isinstance(lesson.expected, tuple):
        assert output.shape[:2] == lesson.expected
    else:
        assert np.array_equal(np.squeeze(output), lesson.expected)


# ---- Other sizes ----

SIZES = {
    "input rows": lambda s, n: s.reshaped(rows=n),
    "input columns": lambda s, n: s.reshaped(columns=n),
    "channels": lambda s, n: s.reshaped(channels=n),
    "filters": lambda s, n: s.reshaped(filters=n),
    "kernel rows": lambda s, n: s.reshaped(kernel=(n, s.kernel.columns)),
    "kernel columns": lambda s, n: s.reshaped(kernel=(s.kernel.rows, n)),
}
READ = {
    "input rows": lambda s: s.input.rows,
    "input columns": lambda s: s.input.columns,
    "channels": lambda s: s.input.depth,
    "filters": lambda s: s.filters,
    "kernel rows": lambda s: s.kernel.rows,
    "kernel columns": lambda s: s.kernel.columns,
}
MOVES = ("stride", "padding", "dilation")


@given(st.data(), whole_settings())
def test_whatever_the_controls_offer_is_possible_and_taken(data, settings):
    """A chain of controls: none raises, and each gives the very value that was chosen."""
    for _ in range(data.draw(st.integers(1, 8))):
        name = data.draw(st.sampled_from([*SIZES, *MOVES, "pad_mode", "flip", "transposed"]))
        if name in SIZES or name in MOVES:
            largest = most(settings, name)
            small = st.integers(name != "padding", min(largest, 8))
            value = data.draw(small | st.just(largest))
        if name in SIZES:
            settings = SIZES[name](settings, value)
            assert READ[name](settings) == value
        elif name in MOVES:
            settings = fitted(settings, **{name: value})
            assert getattr(settings, name) == value
        elif name == "pad_mode":
            settings = fitted(settings, pad_mode=data.draw(st.sampled_from(sorted(PAD_MODES))))
        elif name == "flip":
            settings = replace(settings, flip=not settings.flip)
        else:
            settings = fitted(settings, transposed=not settings.transposed)
        assert settings.trace().output.size


def test_a_kernel_of_one_cell_can_be_dilated_as_far_as_any():
    settings = StepSettings().reshaped(kernel=(1, 1))
    assert most(settings, "dilation") == 4 and most(settings, "padding") == 0


def test_one_more_than_the_most_is_impossible():
    settings = StepSettings(padding=1, dilation=2)
    assert most(settings, "kernel rows") == 4
    assert most(settings, "dilation") == 3
    for change in ({"kernel": Volume(5, 3, rule="ramp")}, {"dilation": 4}):
        with pytest.raises(ValueError):
            replace(settings, **change)


def test_reshaping_keeps_each_filters_layers_with_it():
    volume = from_lesson(LESSONS["volume-5x5x3"])
    before = volume.trace().kernel
    fewer = volume.reshaped(channels=2)
    assert np.array_equal(fewer.trace().kernel, before[:, :, :2])
    more = volume.reshaped(channels=4, filters=3)
    after = more.trace().kernel
    assert np.array_equal(after[:, :, :3, :2], before)
    assert not after[:, :, 3].any() and not after[..., 2].any()
    assert more.bias == ("1", "0", "0")
    assert volume.reshaped(filters=1).bias == ("1",)


def test_a_smaller_input_takes_the_kernel_and_the_rest_with_it():
    settings = StepSettings(pad_mode="reflect", padding=2, dilation=2)
    small = settings.reshaped(rows=2, columns=2)
    assert (small.padding, small.input.texts) == (1, [[["4", "5"], ["9", "2"]]])
    assert small.trace().output.size
    assert settings.reshaped(rows=LARGEST_INPUT).padding == 2
