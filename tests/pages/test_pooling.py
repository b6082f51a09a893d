import json
import re
from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest

from vizcore.export.permalink import from_query, to_query
from vizcore.lessons import LESSONS
from vizcore.lessons.pooling import POOLING_LESSONS
from vizcore.ops import pool2d
from vizcore.ui.numbers import readable
from vizcore.ui.pool_settings import MOVES, PoolSettings, from_lesson, most, moved
from vizcore.ui.stepper import as_data
from vizcore.ui.volumes import FEATURE_MAPS, RULES, Volume

PAGE = "pages/pooling.py"


def now(at):
    assert not at.exception
    return at.session_state["pooling.settings"]


def check(at, settings):
    """The page stands at these settings, and draws their trace."""
    assert now(at) == settings
    stepper = next(e for e in at.main if getattr(e, "key", None) == "pooling.stepper")
    drawn = json.loads(stepper.proto.json)
    assert drawn["trace"] == json.loads(json.dumps(as_data(settings.trace())))
    assert drawn["texts"] == {"input": settings.input.texts}
    return at


def facts(at):
    return next(one.value for one in at.markdown if one.value.startswith("- Output:")).splitlines()


def widget(kind, at, name):
    return getattr(at, kind)(key=f"pooling.{name}")


def button(at, label):
    return next(one for one in at.button if one.label == label)


def small_grids(at):
    """Every small grid on the page: (caption, numbers as texts, which are marked)."""
    found = []
    for one in at.get("html"):
        for caption, body in re.findall(
            r"<figcaption>(.*?)</figcaption>.*?<tbody>(.*?)</tbody>", one.proto.body
        ):
            rows = [re.findall(r"<td(.*?)>(.*?)</td>", row) for row in body.split("</tr>")[:-1]]
            texts = [[text for _, text in row] for row in rows]
            marks = [['class="same"' in start for start, _ in row] for row in rows]
            found.append((caption, texts, np.array(marks)))
    return found


def texts(array):
    return [[readable(value) for value in row] for row in array]


def test_it_opens_with_one_title_and_the_slice_of_the_slides(page):
    at = check(page(), PoolSettings())
    assert [title.value for title in at.title] == ["Pooling"]
    assert at.query_params == {} and not at.warning
    assert now(at) == from_lesson(LESSONS["max-pool-slice"])
    for line in [
        "- Output: 2 × 2",
        "- Output height: (4 − 2 + 2·0)/2 + 1 = 2",
        "- Numbers: 16 in, 4 out: 75% of the activations are discarded",
    ]:
        assert line in facts(at)


@pytest.mark.parametrize("slug", POOLING_LESSONS)
def test_every_lesson_has_a_link_that_shows_it(page, slug):
    lesson = LESSONS[slug]
    at = page(padding="1", input="7x7_ramp_0")  # from wherever the visitor is
    link = next(link for link in at.get("page_link") if link.proto.label == lesson.title)
    query = dict(parse_qsl(link.proto.query_string))
    assert from_query(PoolSettings, query) == from_lesson(lesson)
    at.query_params.clear()
    at.query_params.update(query)
    check(at.run(), from_lesson(lesson))
    assert [one.value for one in at.info] == ([lesson.correction] if lesson.correction else [])


def test_a_feature_map_is_one_click_away_and_says_where_it_comes_from(page):
    at = page()
    link = next(one for one in at.get("page_link") if "feature map" in one.proto.label)
    at.query_params.update(dict(parse_qsl(link.proto.query_string)))
    at.run()
    assert now(at).input.rule in FEATURE_MAPS
    assert (
        "- Input: a patch of the photo “Cat”, filtered by “Sobel, horizontal change”, "
        "what is negative set to 0 (ReLU)"
    ) in facts(at)
    assert not any(line.startswith("- Input") for line in facts(page()))


def test_no_lesson_of_another_page_is_linked(page):
    titles = {lesson.title for lesson in LESSONS.values()} - {
        lesson.title for lesson in POOLING_LESSONS.values()
    }
    assert not titles & {link.proto.label for link in page().get("page_link")}


def test_the_happy_face_shows_what_the_slides_code_gives_beside_it(page):
    lesson = LESSONS["pool-happy-face"]
    at = page(**to_query(from_lesson(lesson)))
    kept, dropped = small_grids(at)[:2]
    assert kept[:2] == ("Kept: 3 × 3, flattened to 9", texts(lesson.expected))
    assert dropped[:2] == ("Dropped: 2 × 2, flattened to 4", [["1", "1"], ["4", "2"]])
    assert np.array_equal(pool2d(lesson.settings["x"], 2), [[1, 1], [4, 2]])
    assert not any(name.startswith("Kept") for name, *_ in small_grids(page()))


@pytest.mark.parametrize("rule", [*RULES, *FEATURE_MAPS])
def test_every_rule_fills_and_is_undone(page, rule):
    at = page()
    at.selectbox(key="pooling.fill.rule").set_value(rule)
    at.number_input(key="pooling.fill.seed").set_value(7)
    button(at, "Fill").click().run()
    check(at, PoolSettings(input=Volume(4, 4, rule=rule, seed=7)))
    assert rule in at.query_params["input"]
    button(at, "Undo").click().run()
    check(at, PoolSettings())
    assert button(at, "Undo").disabled


@pytest.mark.parametrize(
    ("kind", "name", "value", "changed"),
    [
        ("number_input", "Rows", 8, lambda s: s.reshaped(rows=8)),
        ("number_input", "Columns", 32, lambda s: s.reshaped(columns=32)),
        ("number_input", "Channels", 8, lambda s: s.reshaped(channels=8)),
        ("number_input", "Height", 4, lambda s: replace(s, high=4)),
        ("number_input", "Width", 1, lambda s: replace(s, wide=1)),
        ("toggle", "side_by_side", False, lambda s: replace(s, stride=2)),
        ("slider", "padding", 1, lambda s: replace(s, padding=1)),
        ("toggle", "partial", True, lambda s: replace(s, partial=True)),
        ("radio", "mode", "average", lambda s: replace(s, mode="average")),
        *(
            ("radio", "shift", move, lambda s, move=move: replace(s, shift=move))
            for move in MOVES
            if move != "right"
        ),
    ],
)
def test_a_control_changes_settings_picture_and_address(page, kind, name, value, changed):
    at = page()
    widget(kind, at, name).set_value(value).run()
    expected = changed(PoolSettings())
    assert expected != PoolSettings()
    check(at, expected)
    assert at.query_params == to_query(expected)
    assert widget(kind, at, name).value == value


def test_a_stride_of_its_own(page):
    at = page(stride="1")
    widget("slider", at, "stride").set_value(3).run()
    check(at, PoolSettings(stride=3))
    widget("toggle", at, "side_by_side").set_value(True).run()
    check(at, PoolSettings())
    assert not [slider for slider in at.slider if slider.label.startswith("Stride")]


@pytest.mark.parametrize(("high", "wide"), [(2, 2), (3, 2)])
def test_side_by_side_the_stride_is_told(page, high, wide):
    told = f"Stride (cells): {high} down, {wide} across"
    assert told in [one.value for one in page(high=str(high), wide=str(wide)).markdown]
    assert not any("Stride (cells):" in one.value for one in page(stride="1").markdown)


def test_only_an_average_asks_whether_the_padding_counts(page):
    names = [toggle.label for toggle in page().toggle]
    assert "Count the padding" not in names
    at = page(mode="average", padding="1")
    widget("toggle", at, "count_padding").set_value(True).run()
    check(at, PoolSettings(mode="average", padding=1, count_padding=True))
    assert "- Numbers: 16 in, 9 out: 43.75% fewer" in facts(at)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"high": "1"},
        {"high": "6", "wide": "3", "padding": "2"},
        {"input": "1x1_5", "high": "1", "wide": "1"},
    ],
)
def test_the_controls_end_where_the_operation_does(page, query):
    at = page(**query)
    settings = now(at)
    assert widget("number_input", at, "Height").max == most(settings, "high")
    assert widget("number_input", at, "Width").max == most(settings, "wide")
    for slider in at.slider:
        if slider.disabled:
            assert most(settings, "padding") == settings.padding == slider.value == 0
        else:
            assert slider.max == most(settings, "padding")
            slider.set_value(slider.max).run()
            assert now(at).padding == slider.max


def test_what_is_not_fewer_is_not_called_discarded(page):
    line = "- Numbers: 16 in, 25 out: nothing is saved"
    assert line in facts(page(stride="1", padding="1"))
    deep = facts(page(input="4x4x3_ramp_0", mode="average"))
    assert "- Numbers: 48 in, 12 out: 75% fewer" in deep
    assert "- Depth: 3 before and after: each channel is pooled by itself" in deep


def test_cells_that_no_window_reaches_are_told(page):
    told = "No window reaches the struck-through cells"
    assert any(told in one.value for one in page(input="5x4_ramp_0").markdown)
    at = page(input="5x4_ramp_0", partial="1")
    assert not any(told in one.value for one in at.markdown)


@pytest.mark.parametrize("direction", MOVES)
@pytest.mark.parametrize("mode", ["max", "average"])
def test_a_small_shift_marks_and_counts_what_stays(page, direction, mode):
    at = page(shift=direction, mode=mode, input="6x6x2_map-every_4", channel="2")
    x = Volume(6, 6, 2, rule="map-every", seed=4).values()
    pairs = []
    for before, after in [(x, moved(x, direction))]:
        pairs += [(before, after)]
        pairs += [tuple(pool2d(one, 2, mode=mode) for one in (before, after))]
    grids = [found for found in small_grids(at) if found[0].startswith(("Input", "Pooled"))]
    assert [name for name, *_ in grids] == [
        "Input",
        f"Input, moved {direction}",
        "Pooled",
        "Pooled after the move",
    ]
    for (before, after), old, new in zip(pairs, grids[::2], grids[1::2], strict=True):
        assert old[1] == texts(before[..., 1]) and not old[2].any()
        assert new[1] == texts(after[..., 1])
        assert np.array_equal(new[2], (before == after)[..., 1])
    counts = []
    for name, (before, after) in zip(("Input", "Pooled"), pairs, strict=True):
        same = before == after
        share = readable(100 * same.mean())
        counts.append(f"{name}: {same.sum()} of {same.size} cells stay ({share}%)")
    assert f"**{'; '.join(counts)}.**" in [one.value for one in at.markdown]


def test_a_large_input_is_counted_but_not_drawn_twice(page):
    at = page(input="32x32_map-upright_0")
    names = [name for name, *_ in small_grids(at)]
    assert names == ["Pooled", "Pooled after the move"]
    assert any("of 1,024 cells stay" in one.value for one in at.markdown)


@pytest.mark.parametrize(
    "query",
    [
        {"high": "9"},
        {"padding": "2"},
        {"mode": "<b>"},
        {"input": "2x2_1_2_3"},
        {"input": "4x4_map-nowhere_1"},
        {"channel": "3"},
        {"shift": ""},
        {"input": "9" * 5000},
    ],
)
def test_a_bad_link_is_told_in_one_sentence(page, query):
    at = page(**query)
    (warning,) = at.warning
    assert warning.value.startswith("This link cannot be followed: ")
    assert warning.value.endswith("You see the page as it was.")
    assert len(warning.value) < 400
    check(at, PoolSettings())
    assert at.query_params == {}


def test_a_state_too_long_for_a_link_says_so(page):
    short = "The address of this page holds all of it"
    assert any(short in one.value for one in page().markdown)
    numbers = np.arange(1024.0).reshape(32, 32)
    at = page(**to_query(PoolSettings(input=Volume.of(numbers))))
    check(at, PoolSettings(input=Volume.of(numbers)))
    assert at.query_params == {}
    assert any("too long for a link" in one.value for one in at.markdown)
