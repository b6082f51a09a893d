import json
from dataclasses import replace

import numpy as np
import pytest
from visiting import follow, told

from vizcore.export.permalink import from_query, to_query
from vizcore.lessons.moving import FIRST, PLACES, first_look, looks, meeting, placed
from vizcore.lessons.moving import drawn as drawn_object
from vizcore.lessons.weights import KINDS, WEIGHT_LESSONS, weight_matrix
from vizcore.ui.counts import facts, for_all, for_one
from vizcore.ui.why_controls import ONWARD
from vizcore.ui.why_settings import PARTS, WhySettings, from_lesson

PAGE = "pages/why_convolution.py"
COMPONENTS = {"connections": "wiring", "counted": "counts", "moved": "moving"}


def drawn(at):
    """What each component on the page was given."""
    found = {getattr(e, "key", None): e for e in at.main}
    keys = {name: f"why.{name}" for name in COMPONENTS.values()}
    return {n: json.loads(found[key].proto.json) for n, key in keys.items() if key in found}


def check(at, settings):
    """The page stands at these settings, and its component is given what the core computes."""
    assert not at.exception
    assert at.session_state["why.settings"] == settings
    ((name, given),) = drawn(at).items()
    assert name == COMPONENTS[settings.part]
    {"wiring": check_wiring, "counts": check_counts, "moving": check_moving}[name](given, settings)
    return at


def check_wiring(given, settings):
    assert given["kind"] == settings.kind and given["window"] == settings.window
    for kind in KINDS:
        expected = weight_matrix(kind, settings.inputs, settings.window)
        assert np.array_equal(given["matrices"][kind], expected)


def check_counts(given, settings):
    layer = settings.layer
    assert given["input"] == [layer.rows, layer.columns, layer.channels]
    assert given["output"] == list(layer.output) and given["size"] == layer.size
    assert [group["rows"] for group in given["groups"]] == [for_one(layer), for_all(layer)]
    assert given["facts"] == facts(layer)


def check_moving(given, settings):
    seen = looks(settings.shape, settings.turn, settings.colour)
    assert np.array_equal([one["map"] for one in given["looks"]], [one.map.ravel() for one in seen])
    assert [one["dense"] for one in given["looks"]] == [one.dense for one in seen]
    assert [one["best"] for one in given["looks"]] == [one.best for one in seen]
    assert given["start"]["dense"] == first_look(settings.shape).dense
    for place, (one, shown) in enumerate(zip(seen, given["looks"], strict=True)):
        picture = placed(
            drawn_object(settings.shape, settings.turn, settings.colour), *divmod(place, PLACES)
        )
        assert shown["denseMeets"] == [*meeting(picture, settings.shape, *FIRST)]
        assert shown["bestMeets"] == [*meeting(picture, settings.shape, *one.peaks[0])]
    assert (given["row"], given["column"]) == (settings.row, settings.column)


def test_it_opens_with_one_title_and_the_connections(page):
    at = check(page(), WhySettings())
    assert [title.value for title in at.title] == ["Why convolution"]
    assert at.query_params == {} and not at.warning


@pytest.mark.parametrize("part", PARTS)
def test_every_part_has_an_address(page, part):
    at = page()
    at.segmented_control(key="why.part").set_value(part).run()
    check(at, WhySettings(part=part))
    assert at.query_params == to_query(WhySettings(part=part))
    check(page(**to_query(WhySettings(part=part))), WhySettings(part=part))


@pytest.mark.parametrize("slug", WEIGHT_LESSONS)
@pytest.mark.parametrize("part", PARTS)
def test_every_lesson_has_a_link_that_shows_it_from_every_part(page, part, slug):
    lesson = WEIGHT_LESSONS[slug]
    at = follow(page(part=part, channels="7", shape="arrow", row="0"), lesson.title)
    check(at, from_lesson(lesson))
    assert [one.value for one in at.info] == ([lesson.correction] if lesson.correction else [])


def test_the_slides_numbers_are_on_screen(page):
    given = drawn(page(**to_query(from_lesson(WEIGHT_LESSONS["mlp-is-too-large"]))))["counts"]
    texts = json.dumps(given, ensure_ascii=False)
    for said in ("150,528 weights and 1 bias", '"76"', '"760"', "(224 − 5 + 2·0)/1 + 1 = 220"):
        assert said in texts


@pytest.mark.parametrize(
    ("part", "name", "value", "changed"),
    [
        ("connections", "inputs", 8, {"inputs": 8}),
        ("connections", "inputs", 2, {"inputs": 2, "window": 2}),
        ("connections", "window", 5, {"window": 5}),
        ("counted", "rows", 224, {"rows": 224}),
        ("counted", "columns", 3, {"columns": 3}),
        ("counted", "channels", 64, {"channels": 64}),
        ("counted", "filters", 96, {"filters": 96}),
        ("counted", "size", 2, {"size": 2, "padding": 1}),
        ("counted", "stride", 4, {"stride": 4}),
        ("counted", "padding", 0, {"padding": 0}),
    ],
)
def test_a_number_changes_settings_picture_and_address(page, part, name, value, changed):
    at = page(part=part)
    at.number_input(key=f"why.{name}").set_value(value).run()
    expected = WhySettings(part=part, **changed)
    check(at, expected)
    assert at.query_params == to_query(expected)


@pytest.mark.parametrize(
    ("name", "value"), [("shape", "arrow"), ("turn", 3), ("colour", "black"), ("colour", "pale")]
)
def test_the_object_is_chosen_turned_and_recoloured(page, name, value):
    at = page(part="moved", row="4")
    at.radio(key=f"why.{name}").set_value(value).run()
    expected = WhySettings(part="moved", row=4, **{name: value})
    check(at, expected)
    assert at.query_params == to_query(expected)


def test_the_numbers_end_where_the_operation_does(page):
    at = page(part="counted", rows="6", columns="4", padding="1", size="5")
    assert at.number_input(key="why.size").max == 6
    assert at.number_input(key="why.padding").max == 4
    for name in ("rows", "channels", "filters", "stride"):
        assert at.number_input(key=f"why.{name}").min == 1


def test_the_bars_are_told_to_scale(page):
    at = page(**to_query(from_lesson(WEIGHT_LESSONS["ten-5x5-filters"])))
    (said,) = [one.value for one in at.markdown if "1 km long" in one.value]
    assert "would measure 2.4 cm**" in said and "single dense neuron 9.8 cm." in said


def test_what_was_set_in_one_part_is_kept_in_the_others(page):
    at = page(part="counted")
    at.number_input(key="why.filters").set_value(6).run()
    at.segmented_control(key="why.part").set_value("moved").run()
    at.radio(key="why.turn").set_value(1).run()
    at.segmented_control(key="why.part").set_value("counted").run()
    check(at, WhySettings(part="counted", filters=6, turn=1))
    assert at.number_input(key="why.filters").value == 6


@pytest.mark.parametrize("part", PARTS)
def test_every_part_leads_on_to_layer_tables_and_gradients(page, part):
    links = {
        link.proto.label: (link.proto.page, link.proto.query_string)
        for link in page(part=part).get("page_link")
    }
    assert [links[label] for label in ONWARD] == [
        ("layer_tables", ""),
        ("layer_tables", "network=alexnet"),
        ("layer_tables", "network=residual"),
        ("gradients", ""),
    ]


@pytest.mark.parametrize(
    "query",
    [{"part": "all"}, {"kind": ""}, {"rows": "0"}, {"size": "40"}, {"turn": "x"}, {"row": "8"}],
)
def test_a_bad_link_is_told_in_one_sentence(page, query):
    at = page(**query)
    (warning,) = at.warning
    assert warning.value.startswith("This link cannot be followed: ")
    assert warning.value.endswith("You see the page as it was.")
    check(at, WhySettings())
    assert at.query_params == {}


@pytest.mark.parametrize(
    ("part", "message", "value"),
    [
        ("connections", "kind", None),
        ("connections", "kind", {}),
        ("connections", "kind", {"kind": "sparse"}),
        ("connections", "kind", {"kind": ["dense"]}),
        ("moved", "place", None),
        ("moved", "place", {"row": 1}),
        ("moved", "place", {"row": -1, "column": 2}),
        ("moved", "place", {"row": 1, "column": PLACES}),
        ("moved", "place", {"row": 1.5, "column": 2}),
        ("moved", "place", {"row": "1", "column": 2}),
    ],
)
def test_a_message_that_makes_no_sense_changes_nothing(page, monkeypatch, part, message, value):
    told(monkeypatch, COMPONENTS[part], message, value)
    at = page(part=part)
    assert not at.exception
    assert len(at.toast) == 1 and at.toast[0].value.endswith("The page stays as it was.")
    assert at.session_state["why.settings"] == WhySettings(part=part)


def test_messages_that_make_sense_are_followed(page, monkeypatch):
    told(monkeypatch, "wiring", "kind", {"kind": "local", "n": 1})
    assert page().session_state["why.settings"] == WhySettings(kind="local")
    told(monkeypatch, "moving", "place", {"row": 7, "column": 0, "n": 1})
    expected = replace(WhySettings(part="moved"), row=7, column=0)
    assert page(part="moved").session_state["why.settings"] == expected
    assert from_query(WhySettings, to_query(expected)) == expected
    assert FIRST != (7, 0)
