import json
from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest

from vizcore.export.permalink import from_query, to_query
from vizcore.lessons import LESSONS
from vizcore.lessons.convolution import CONVOLUTION_LESSONS
from vizcore.ui.step_settings import (
    PAD_MODES,
    StepSettings,
    from_lesson,
    most,
)
from vizcore.ui.stepper import as_data
from vizcore.ui.volumes import RULES, Volume

PAGE = "pages/convolution_step_by_step.py"


def now(at):
    assert not at.exception
    return at.session_state["convolution.settings"]


def drawn(at):
    """What the stepper was given."""
    stepper = next(e for e in at.main if getattr(e, "key", None) == "convolution.stepper")
    return json.loads(stepper.proto.json)


def check(at, settings):
    """The page stands at these settings, and draws their trace."""
    assert now(at) == settings
    assert drawn(at)["trace"] == json.loads(json.dumps(as_data(settings.trace())))
    assert drawn(at)["texts"] == settings.typed()
    return at


def facts(at):
    return next(one.value for one in at.markdown if one.value.startswith("- Output:"))


def prose(at):
    return "\n".join(one.value for one in at.markdown)


def widget(kind, at, name):
    return getattr(at, kind)(key=f"convolution.{name}")


def button(at, label):
    return next(one for one in at.button if one.label == label)


def fill(at, which, rule, seed):
    at.radio(key="step.fill.which").set_value(which)
    at.selectbox(key="step.fill.rule").set_value(rule)
    at.number_input(key="step.fill.seed").set_value(seed)
    return button(at, "Fill").click().run()


def test_it_opens_with_one_title_and_the_first_lesson(page):
    at = check(page(), StepSettings())
    assert [title.value for title in at.title] == ["Convolution, step by step"]
    assert at.query_params == {} and not at.warning
    output = np.squeeze(drawn(at)["trace"]["output"])
    assert np.array_equal(output, LESSONS["activity-2"].expected)


@pytest.mark.parametrize("slug", CONVOLUTION_LESSONS)
def test_every_lesson_has_a_link_that_shows_it(page, slug):
    lesson = LESSONS[slug]
    at = page(stride="2", input="7x7_ramp_0")  # from wherever the visitor is
    link = next(link for link in at.get("page_link") if link.proto.label == lesson.title)
    query = dict(parse_qsl(link.proto.query_string))
    assert from_query(StepSettings, query) == from_lesson(lesson)
    at.query_params.clear()
    at.query_params.update(query)
    check(at.run(), from_lesson(lesson))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("which", ["input", "kernel"])
def test_every_rule_fills_and_is_undone(page, which, rule):
    at = fill(page(), which, rule, 7)
    old = getattr(StepSettings(), which)
    check(at, replace(StepSettings(), **{which: replace(old, cells=(), rule=rule, seed=7)}))
    assert rule in at.query_params[which]
    button(at, "Undo").click().run()
    check(at, StepSettings())
    assert button(at, "Undo").disabled


@pytest.mark.parametrize(
    ("kind", "name", "value", "changed"),
    [
        ("number_input", "Input rows", 8, lambda s: s.reshaped(rows=8)),
        ("number_input", "Input columns", 32, lambda s: s.reshaped(columns=32)),
        ("number_input", "Channels", 3, lambda s: s.reshaped(channels=3)),
        ("number_input", "Filters", 2, lambda s: s.reshaped(filters=2)),
        ("number_input", "Kernel rows", 1, lambda s: s.reshaped(kernel=(1, 3))),
        ("number_input", "Kernel columns", 6, lambda s: s.reshaped(kernel=(3, 6))),
        ("slider", "stride", 3, lambda s: replace(s, stride=3)),
        ("slider", "padding", 2, lambda s: replace(s, padding=2)),
        ("slider", "dilation", 2, lambda s: replace(s, dilation=2)),
        ("toggle", "flip", True, lambda s: replace(s, flip=True)),
        ("toggle", "transposed", True, lambda s: replace(s, transposed=True)),
        *(
            ("selectbox", "pad_mode", mode, lambda s, mode=mode: replace(s, pad_mode=mode))
            for mode in PAD_MODES
            if mode != "zero"
        ),
    ],
)
def test_a_control_changes_settings_picture_and_address(page, kind, name, value, changed):
    at = page()
    widget(kind, at, name).set_value(value).run()
    expected = changed(StepSettings())
    assert expected != StepSettings()
    check(at, expected)
    assert at.query_params == to_query(expected)
    assert widget(kind, at, name).value == value


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"padding": "1", "dilation": "2"},
        {"pad_mode": "reflect", "input": "2x5_ramp_0", "kernel": "2x2_ramp_0"},
        {"kernel": "1x1_2"},
        {"kernel": "7x7_ramp_0", "input": "7x8_ramp_0"},
        {"transposed": "1", "stride": "2", "input": "1x1_3", "kernel": "2x1_1_2"},
        {"padding": "6"},
    ],
)
def test_the_controls_end_where_the_operation_does(page, query):
    at = page(**query)
    settings = now(at)
    for name in ("Input rows", "Channels", "Filters", "Kernel rows", "Kernel columns"):
        assert widget("number_input", at, name).max == most(settings, name.lower())
    for slider in at.slider:
        name = slider.label.split()[0].lower()
        if slider.disabled:
            assert most(settings, name) == getattr(settings, name) == slider.value
            continue
        assert slider.max == max(most(settings, name), getattr(settings, name))
        moved = replace(settings, **{name: int(slider.max)})
        assert moved.trace().output.size


@pytest.mark.parametrize("name", ["stride", "padding", "dilation"])
def test_every_slider_can_be_moved_to_its_end(page, name):
    at = page(padding="1", stride="2")
    slider = widget("slider", at, name)
    slider.set_value(slider.max).run()
    assert getattr(now(at), name) == slider.max


def test_a_kernel_of_one_cell(page):
    at = page()
    widget("number_input", at, "Kernel rows").set_value(1).run()
    widget("number_input", at, "Kernel columns").set_value(1).run()
    check(at, StepSettings().reshaped(kernel=(1, 1)))
    assert "Parameters: 1·1·1·1 + 1 = 2" in facts(at)


def test_the_padding_has_no_contents_to_choose_where_it_crops(page):
    name = "The padding holds"
    assert name in [box.label for box in page().selectbox]
    assert name not in [box.label for box in page(transposed="1").selectbox]


@pytest.mark.parametrize(
    ("slug", "lines"),
    [
        (
            "activity-2",
            [
                "Output height: (6 − 3 + 2·0)/1 + 1 = 4",
                "Parameters: 3·3·1·1 + 1 = 10",
                "Multiplications: 16 windows · 3·3·1 products · 1 filter = 144",
                "Receptive field: 3 × 3 cells of the input",
            ],
        ),
        (
            "volume-5x5x3",
            [
                "Output height: (5 − 3 + 2·1)/2 + 1 = 3",
                "Output width: (5 − 3 + 2·1)/2 + 1 = 3",
                "Parameters: 3·3·3·2 + 2 = 56",
                "Multiplications: 9 windows · 3·3·3 products · 2 filters = 486",
            ],
        ),
    ],
)
def test_the_facts_of_the_slides(page, slug, lines):
    at = page(**to_query(from_lesson(LESSONS[slug])))
    for line in lines:
        assert f"- {line}" in facts(at).splitlines()


def test_the_facts_of_a_transposed_convolution(page):
    at = page(transposed="1", stride="2", dilation="2", input="3x4_ramp_0")
    for line in [
        "Output height: (3 − 1)·2 + 2·(3 − 1) + 1 − 2·0 = 9",
        "Output width: (4 − 1)·2 + 2·(3 − 1) + 1 − 2·0 = 11",
        "Multiplications: 12 input cells · 3·3·1 products · 1 filter = 108",
        "Receptive field: 5 × 5 cells of the stretched input",
    ]:
        assert f"- {line}" in facts(at).splitlines()
    assert np.shape(drawn(at)["trace"]["output"]) == (9, 11, 1)


def test_cells_that_no_window_reaches_are_told(page):
    at = page(stride="2")
    assert "⌊(6 − 3 + 2·0)/2⌋ + 1 = 2" in facts(at)
    told = "No window reaches the struck-through cells"
    assert told in prose(at)
    assert told in prose(page(stride="4", kernel="2x3_ramp_0"))
    assert told not in prose(page())
    # Of 6 + 2·1 padded cells, windows of 3 at every second leave the last: padding alone.
    assert told in prose(page(stride="2", padding="1"))


def test_turning_the_kernel_is_explained_with_its_numbers(page):
    assert "Networks compute this and call it convolution" in prose(page())
    said = prose(page(flip="1", kernel="2x2_1_2_3_-4"))
    assert "its last weight, −4, meets the window's first cell, and its first, 1, the last" in said
    assert "Networks leave the turn out" in said
    assert "Networks" not in prose(page(transposed="1"))


@pytest.mark.parametrize(
    "query",
    [
        {"stride": "0"},
        {"stride": "9"},
        {"dilation": "4"},
        {"input": "2x2_1_2_3"},
        {"kernel": "<b>"},
        {"bias": ""},
        {"pad_mode": "x"},
        {"transposed": "maybe"},
        {"input": "9" * 5000},
    ],
)
def test_a_bad_link_is_told_in_one_sentence(page, query):
    at = page(**query)
    (warning,) = at.warning
    assert warning.value.startswith("This link cannot be followed: ")
    assert warning.value.endswith("You see the page as it was.")
    assert len(warning.value) < 400
    check(at, StepSettings())
    assert at.query_params == {}


def test_a_link_to_a_step_leaves_the_step_in_the_address(page):
    at = page(stride="2", at="1_1")
    check(at, replace(StepSettings(), stride=2))
    assert at.query_params == {"stride": "2", "at": "1_1"}
    widget("slider", at, "padding").set_value(1).run()
    assert at.query_params == {"stride": "2", "padding": "1", "at": "1_1"}


def test_what_is_too_large_for_a_link_is_still_shown(page):
    at = page(input="32x32_ramp_0", kernel="7x7_photo_3")
    settings = StepSettings(
        input=Volume(32, 32, rule="ramp"), kernel=Volume(7, 7, rule="photo", seed=3)
    )
    check(at, settings)


def test_a_corrected_slide_is_told_where_it_is_shown(page):
    at = page(**to_query(from_lesson(LESSONS["happy-face"])))
    assert [one.value for one in at.info] == [LESSONS["happy-face"].correction]
    assert not page().info
