import json
from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest
import streamlit as st
from visiting import follow

from vizcore.export.permalink import from_query, to_query
from vizcore.lessons.forward import FORWARD_LESSONS
from vizcore.ui.activation_settings import ActivationSettings
from vizcore.ui.forward import as_data
from vizcore.ui.forward_settings import Drawing, ForwardSettings, from_lesson
from vizcore.ui.layer_settings import LayerSettings
from vizcore.ui.pool_settings import PoolSettings
from vizcore.ui.step_settings import StepSettings

PAGE = "pages/from_pixels_to_a_class.py"
START = ForwardSettings()
CROSS = replace(START, picture=Drawing.of(np.eye(7)))


@pytest.fixture
def tell(monkeypatch):
    """Let the component send edits, once, when the page next runs."""
    waiting = []

    def told(**given):
        if waiting:
            st.session_state[given["key"]] = {"edits": waiting.pop()}
            given["on_edits_change"]()

    monkeypatch.setattr("vizcore.ui.forward._component", told)
    return waiting.append


def drawn(at):
    """What the component was given."""
    (found,) = [e for e in at.main if getattr(e, "key", None) == "forward.forward"]
    return json.loads(found.proto.json)


def check(at, settings):
    """The page stands at these settings, and its component is given what the core computes."""
    assert not at.exception
    assert at.session_state["forward.settings"] == settings
    given, expected = drawn(at), json.loads(json.dumps(as_data(settings.trace())))
    assert {name: given[name] for name in expected} == expected
    assert given["texts"]["kernel"] == list(settings.kernel.cells)
    for name in ("bias", "weights", "dense_bias"):
        assert given["texts"][name] == list(getattr(settings, name))
    assert list(given["presets"].values())[0] == list(START.picture.resized(settings.size))
    return at


def told(at):
    return " ".join(one.value for one in at.markdown)


def links(at):
    """The links of the page itself, by name."""
    return {one.proto.label: one.proto for one in at.main.get("page_link")}


def test_it_opens_with_one_title(page):
    at = check(page(), START)
    assert [title.value for title in at.title] == ["From pixels to a class"]
    assert at.query_params == {} and not at.warning
    assert "right about 244 of its 254 examples" in told(at)
    assert "248 of 254 right, and 244 once they are rounded to whole numbers" in told(at)
    assert "(7 − 3 + 2·0)/1 + 1 = 5" in told(at)
    assert "10 + 30 = 40 in all" in told(at)
    for parameters in ("224 parameters", "10,245 parameters"):
        assert parameters in told(at)


@pytest.mark.parametrize("slug", FORWARD_LESSONS)
def test_every_lesson_has_a_link_that_shows_it(page, slug):
    lesson = FORWARD_LESSONS[slug]
    at = page(**to_query(CROSS))
    assert not at.info
    at = check(follow(at, lesson.title), from_lesson(lesson))
    assert [info.value for info in at.info] == [lesson.correction]


def test_a_link_shows_the_same_page(page):
    settings = replace(CROSS, dense_bias=START.dense_bias).reshaped(size=8, filters=2)
    at = check(page(**to_query(settings)), settings)
    assert at.query_params == to_query(settings)
    assert "20 + 57 = 77 in all" in told(at)
    assert "283 of 284 right, and 283 once they are rounded to one decimal" in told(at)


def test_the_controls_change_sizes_and_address(page):
    at = page()
    for name, value, changed in (
        ("size", 9, START.reshaped(size=9)),
        ("filters", 3, START.reshaped(size=9).reshaped(filters=3)),
        ("size", 6, START.reshaped(size=9).reshaped(filters=3).reshaped(size=6)),
    ):
        at.slider(key=f"forward.{name}").set_value(value).run()
        check(at, changed)
        assert at.query_params == to_query(changed)
    at = page()
    at.toggle(key="forward.partial").set_value(False).run()
    check(at, START.reshaped(partial=False))
    assert drawn(at)["stages"]["pooling"]["values"] == [1, 1, 4, 2]


def test_weights_are_learned_anew_where_they_do_not_fit(page):
    edit = {"grid": "kernel", "place": [0, 1, 1], "text": "-2"}
    changed = START.with_edit(edit)
    at = page(**to_query(changed))
    check(at, changed)
    (button,) = [one for one in at.button if one.label == "Learn the weights anew"]
    assert not button.disabled and "weights of your own" in told(at)
    button.click().run()
    check(at, changed.learned())
    (button,) = [one for one in at.button if one.label == "Learn the weights anew"]
    assert button.disabled and drawn(at)["canUndo"]


def test_a_stage_opens_in_its_own_page_with_its_numbers(page):
    at = page(**to_query(CROSS))
    opened = {name: dict(parse_qsl(link.query_string)) for name, link in links(at).items()}
    others = [link for name, link in links(at).items() if name != "Happy face to class"]
    assert {link.icon for link in others} == {":material/arrow_forward:"} and len(others) == 4
    convolution = from_query(StepSettings, opened["Convolution, step by step"])
    assert np.array_equal(convolution.trace().output, CROSS.trace().convolution.output)
    pooling = from_query(PoolSettings, opened["Pooling"])
    assert np.array_equal(pooling.trace().output, CROSS.trace().pooling.output)
    curves = from_query(ActivationSettings, opened["ReLU and softmax as curves"])
    assert (curves.topic, curves.curves) == ("curves", ("relu", "softmax"))


def test_the_volumes_lead_to_their_layer_table(page):
    at = page()
    query = dict(parse_qsl(links(at)["Change the layers of this network"].query_string))
    settings = from_query(LayerSettings, query)
    shapes = [row.shape for row in settings.table()]
    assert shapes == [(32, 32, 8), (32, 32, 8), (16, 16, 8), (2048,), (5,)]


@pytest.mark.parametrize(
    "query",
    [
        {"picture": "11"},
        {"picture": "<b>"},
        {"kernel": "5x5_random_1"},
        {"weights": "1"},
        {"dense_bias": "a_b_c"},
        {"partial": "2"},
    ],
)
def test_a_bad_link_is_told_in_one_sentence(page, query):
    at = page(**query)
    (warning,) = at.warning
    assert warning.value.startswith("This link cannot be followed: ")
    assert warning.value.endswith("You see the page as it was.")
    check(at, START)
    assert at.query_params == {}


# ---- Edits from the browser ----


def settings_of(at):
    return at.session_state["forward.settings"]


def test_a_stroke_is_one_edit_to_undo(page, tell):
    at = page()
    rows = list(START.picture)
    first, second = ["1111111", *rows[1:]], ["1111111", "1111111", *rows[2:]]
    tell([{"n": 1, "stroke": 5, "picture": first}])
    at.run()
    assert settings_of(at).picture == tuple(first)
    tell([{"n": 2, "stroke": 5, "picture": second}])
    at.run()
    assert settings_of(at).picture == tuple(second)
    tell([{"n": 3, "undo": True}])
    at.run()
    assert settings_of(at) == START


def test_edits_are_taken_in_once_and_in_order(page, tell):
    at = page()
    edits = [
        {"n": 1, "grid": "kernel", "place": [0, 0, 0], "text": "5"},
        {"n": 2, "grid": "weights", "place": [8, 2], "text": "1/2"},
        {"n": 3, "stroke": 9, "picture": list(CROSS.picture)},
    ]
    tell(edits[:2])
    at.run()
    tell(edits)
    at.run()
    expected = START
    for edit in edits:
        expected = expected.with_edit(edit)
    assert settings_of(at) == expected
    for n in (4, 5, 6):
        tell([{"n": n, "undo": True}])
        at.run()
    assert settings_of(at) == START


def test_each_stroke_can_be_undone_by_itself(page, tell):
    at = page()
    rows = list(START.picture)
    tell([{"n": 1, "stroke": 5, "picture": ["1" * 7, *rows[1:]]}, {"n": 2, "undo": True}])
    at.run()
    tell([{"n": 3, "stroke": 6, "picture": list(CROSS.picture)}, {"n": 4, "undo": True}])
    at.run()
    assert settings_of(at) == START


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"picture": None, "stroke": 1},
        {"picture": ["0"], "stroke": 1},
        {"picture": ["0" * 9] * 9, "stroke": []},
        {"grid": "kernel", "place": [3, 3, 3], "text": "1"},
        {"grid": "weights", "place": [1, 1], "text": "<script>"},
        {"grid": [], "place": [0], "text": "1"},
        {"grid": "bias", "place": [0.5], "text": "1"},
    ],
)
def test_a_message_that_makes_no_sense_changes_nothing(page, tell, edit):
    at = page()
    tell([{"n": 1, **edit}])
    at.run()
    assert not at.exception
    assert len(at.toast) == 1 and at.toast[0].value.endswith("The page stays as it was.")
    assert settings_of(at) == START
