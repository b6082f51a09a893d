import json
import re
from dataclasses import replace

import numpy as np
import pytest
from visiting import follow, told

from vizcore.export.permalink import from_query, to_query
from vizcore.lessons.gradients import EXPRESSIONS, GRADIENT_LESSONS
from vizcore.ui.gradient_settings import GradientSettings, fitted, from_lesson, resized
from vizcore.ui.numbers import readable
from vizcore.ui.shared_weight import as_data
from vizcore.ui.volumes import Volume

PAGE = "pages/gradients.py"
FILTER = GradientSettings(part="filter")


def drawn(at, name):
    """What a component was given, or None where it is not on screen."""
    found = [e for e in at.main if getattr(e, "key", None) == f"gradients.{name}"]
    return json.loads(found[0].proto.json) if found else None


def check(at, settings):
    """The page stands at these settings, and draws what the core computes."""
    assert not at.exception
    assert at.session_state["gradients.settings"] == settings
    graph, filter = drawn(at, "graph"), drawn(at, "filter")
    if settings.part == "graph":
        assert filter is None
        check_graph(graph, settings)
    else:
        assert graph is None
        looks = {"row": settings.row - 1, "column": settings.column - 1, "place": settings.place}
        expected = json.loads(json.dumps(as_data(settings))) | looks
        assert {name: filter[name] for name in expected} == expected
    return at


def check_graph(drawn, settings):
    trace = settings.graph()
    assert {node["name"]: node["value"] for node in drawn["nodes"]} == trace.values
    slopes = [slope for node in trace.nodes for slope in trace.slopes[node.name]]
    assert [edge["slope"] for edge in drawn["edges"]] == slopes
    assert len(drawn["steps"]) == len(trace.steps)
    last = drawn["steps"][-1]["gradients"]
    assert {name: found["total"] for name, found in last.items()} == pytest.approx(trace.gradients)
    assert (drawn["texts"], drawn["step"]) == (list(settings.numbers), settings.step)


def button(at, label):
    return next(one for one in at.button if one.label == label)


def test_it_opens_with_one_title_at_the_slides_graph(page):
    at = check(page(), GradientSettings())
    assert [title.value for title in at.title] == ["Gradients"]
    assert at.query_params == {} and not at.warning


@pytest.mark.parametrize("slug", GRADIENT_LESSONS)
def test_every_lesson_has_a_link_that_shows_it(page, slug):
    lesson = GRADIENT_LESSONS[slug]
    at = follow(page(part="filter", place="3", rate="0.05", step="2"), lesson.title)
    check(at, from_lesson(lesson))


# ---- The graph ----


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_expression_can_be_chosen(page, name):
    at = page()
    at.selectbox(key="gradients.expression").set_value(name).run()
    expected = GradientSettings().with_expression(name)
    check(at, expected)
    assert at.query_params == to_query(expected)


def test_the_sentences_of_the_slide(page):
    said = [step["sentence"] for step in drawn(page(), "graph")["steps"]]
    assert said == [
        "The inputs are given: a = 2, b = 1.",
        "Forward through +: c = a + b = 2 + 1 = 3",
        "Forward through + 1: d = b + 1 = 1 + 1 = 2",
        "Forward through ×: e = c · d = 3 · 2 = 6",
        "Now backward. How fast does e grow with e itself? ∂e/∂e = 1",
        "Backward through ×: ∂e/∂c = d · ∂e/∂e = 2 · 1 = 2",
        "Backward through ×: ∂e/∂d = c · ∂e/∂e = 3 · 1 = 3",
        "Backward through + 1: ∂e/∂b begins with 1 · ∂e/∂d = 1 · 3 = 3, what comes through d",
        "Backward through +: ∂e/∂a = 1 · ∂e/∂c = 1 · 2 = 2",
        "Backward through +: 1 · ∂e/∂c = 1 · 2 = 2 comes through c, and adds up: ∂e/∂b = 3 + 2 = 5",
    ]


def test_the_sentences_of_a_neuron(page):
    given = drawn(page(**to_query(GradientSettings().with_expression("relu"))), "graph")
    said = [step["sentence"] for step in given["steps"]]
    assert "Forward through +: z = p + b = 1.5 + (−1) = 0.5" in said
    assert "Forward through the square: E = r² = (−1.5)² = 2.25" in said
    assert "Backward through the square: ∂E/∂r = 2 · r · ∂E/∂E = −3 · 1 = −3" in said
    relu = "∂E/∂z = (1 if z > 0 else 0) · ∂E/∂y = 1 · (−3) = −3"
    assert f"Backward through ReLU: {relu}" in said
    assert said[-2] == "Backward through ×: ∂E/∂w = x · ∂E/∂p = 3 · (−3) = −9"


def test_what_is_known_grows_from_step_to_step(page):
    steps = drawn(page(), "graph")["steps"]
    assert steps[0]["values"] == ["a", "b"] and steps[0]["gradients"] == {}
    assert [step["values"][2:] for step in steps[1:5]] == [
        ["c"],
        ["c", "d"],
        ["c", "d", "e"],
        ["c", "d", "e"],
    ]
    terms = [step["gradients"].get("b", {}).get("terms") for step in steps]
    assert terms == [None] * 7 + [[3], [3], [3, 2]]
    assert [len(step["passed"]) for step in steps] == [0] * 5 + [1, 2, 3, 4, 5]


def test_a_value_tells_its_ways_to_the_result(page):
    nodes = {node["name"]: node for node in drawn(page(), "graph")["nodes"]}
    assert nodes["b"]["paths"] == (
        "b reaches e by 2 paths, b → c → e: 1 · 2 = 2; b → d → e: 1 · 3 = 3. Together 2 + 3 = 5"
    )
    assert nodes["a"]["reach"] == ["a", "c", "e"]
    assert nodes["d"]["reach"] == ["b", "d", "e"]


def test_the_nudges_agree_with_the_gradients(page):
    at = page()
    rows = next(one.value for one in at.markdown if "per unit" in one.value).splitlines()[2:]
    assert rows == ["| a + 0.001 | 2 | 0.002 | 2 |", "| b + 0.001 | 5 | 0.005001 | 5.001 |"]


# ---- The filter ----


def test_the_parts_take_turns(page):
    at = page()
    at.segmented_control(key="gradients.part").set_value("filter").run()
    check(at, FILTER)
    assert at.query_params == {"part": "filter"}


@pytest.mark.parametrize(
    ("kind", "name", "value", "changed"),
    [
        ("number_input", "Input rows", 5, lambda s: resized(s, rows=5)),
        ("number_input", "Input columns", 6, lambda s: resized(s, columns=6)),
        ("number_input", "Kernel rows", 3, lambda s: resized(s, high=3)),
        ("number_input", "Kernel columns", 1, lambda s: resized(s, wide=1)),
        ("slider", "stride", 2, lambda s: fitted(s, stride=2)),
        ("slider", "padding", 1, lambda s: fitted(s, padding=1)),
        ("slider", "dilation", 2, lambda s: fitted(s, dilation=2)),
        ("slider", "rate", 0.05, lambda s: replace(s, rate=0.05)),
    ],
)
def test_every_control_changes_settings_and_address(page, kind, name, value, changed):
    at = page(part="filter")
    getattr(at, kind)(key=f"gradients.{name}").set_value(value).run()
    expected = changed(FILTER)
    check(at, expected)
    assert from_query(GradientSettings, at.query_params) == expected


@pytest.mark.parametrize("grid", ["input", "kernel", "target"])
def test_every_grid_is_filled_and_undone(page, grid):
    at = page(part="filter")
    at.radio(key="gradients.fill.which").set_value(grid)
    at.selectbox(key="gradients.fill.rule").set_value("random")
    at.number_input(key="gradients.fill.seed").set_value(7)
    button(at, "Fill").click().run()
    old = getattr(FILTER, grid)
    check(at, replace(FILTER, **{grid: replace(old, cells=(), rule="random", seed=7)}))
    button(at, "Undo").click().run()
    check(at, FILTER)


def test_steps_are_taken_and_undone(page):
    at = page(part="filter")
    settings = [FILTER]
    for _ in range(3):
        button(at, "Take the step").click().run()
        settings.append(settings[-1].after_step())
        check(at, settings[-1])
    errors = [one.filter_step().error for one in settings]
    assert errors == sorted(errors, reverse=True)
    for one in reversed(settings[:-1]):
        button(at, "Undo").click().run()
        check(at, one)
    assert button(at, "Undo").disabled


def test_a_step_that_leads_too_far_is_refused(page):
    far = replace(
        FILTER,
        input=Volume(4, 4, cells=("1000",) * 16),
        target=Volume(3, 3, cells=("1000000",) * 9),
    )
    at = page(**to_query(far))
    button(at, "Take the step").click().run()
    assert len(at.toast) == 1 and "Lower the learning rate" in at.toast[0].value
    check(at, far)


def test_the_kernels_that_are_not_shared_add_up_to_the_shared_gradient(page):
    at = page(part="filter")
    grids = [
        [float(text.replace("−", "-")) for text in re.findall(r"<td[^>]*>(.*?)</td>", table)]
        for one in at.get("html")
        for table in re.findall(r"<tbody>(.*?)</tbody>", one.proto.body)
    ]
    found = FILTER.filter_step()
    assert np.array_equal(grids, found.unshared.reshape(9, 4))
    assert np.sum(grids, axis=0).tolist() == found.gradient.ravel().tolist()
    said = " ".join(one.value for one in at.markdown)
    assert "9 places · 4 weights = 36 weights instead of 4" in said
    for error in (found.error, found.error_after, found.unshared_after):
        assert readable(error, 3) in said


# ---- Bad links and messages ----


@pytest.mark.parametrize(
    "query",
    [{"part": "x"}, {"step": "99"}, {"numbers": "<b>_1"}, {"rate": "7"}, {"kernel": "9x9_ramp_0"}],
)
def test_a_bad_link_is_told_in_one_sentence(page, query):
    at = page(**query)
    (warning,) = at.warning
    assert warning.value.startswith("This link cannot be followed: ")
    assert warning.value.endswith("You see the page as it was.")
    check(at, GradientSettings())
    assert at.query_params == {}


@pytest.mark.parametrize(
    ("component", "message", "value"),
    [
        ("graph", "stop", None),
        ("graph", "stop", {}),
        ("graph", "stop", {"step": 10}),
        ("graph", "stop", {"step": 1.0}),
        ("graph", "stop", {"step": True}),
        ("graph", "edits", [{"n": 1}]),
        ("graph", "edits", [{"n": 1, "row": "numbers", "place": 2, "text": "1"}]),
        ("graph", "edits", [{"n": 1, "row": "numbers", "place": 0, "text": "x"}]),
        ("graph", "edits", [{"n": 1, "row": "numbers", "place": 0, "text": 3}]),
        ("shared_weight", "choice", None),
        ("shared_weight", "choice", {"row": 1, "column": 1}),
        ("shared_weight", "choice", {"row": 3, "column": 1, "place": 0}),
        ("shared_weight", "choice", {"row": 1, "column": 1, "place": "2"}),
        ("shared_weight", "edits", [{"n": 1, "row": "output", "place": 0, "text": "1"}]),
        ("shared_weight", "edits", [{"n": 1, "row": ["input"], "place": 0, "text": "1"}]),
        ("shared_weight", "edits", [{"n": 1, "row": "input", "place": 16, "text": "1"}]),
        ("shared_weight", "edits", [{"n": 1, "row": "input", "place": 0, "text": "1/0"}]),
        ("shared_weight", "edits", [{"n": 1, "row": "input", "place": 0, "text": None}]),
    ],
)
def test_a_message_that_makes_no_sense_changes_nothing(
    page, monkeypatch, component, message, value
):
    told(monkeypatch, component, message, value)
    start = FILTER if component == "shared_weight" else GradientSettings()
    at = page(**to_query(start))
    assert not at.exception
    assert len(at.toast) == 1 and at.toast[0].value.endswith("The page stays as it was.")
    assert at.session_state["gradients.settings"] == start


@pytest.mark.parametrize(
    ("component", "message", "value", "changed"),
    [
        ("graph", "stop", {"step": 4}, lambda s: replace(s, step=4)),
        (
            "graph",
            "edits",
            [{"n": 1, "row": "numbers", "place": 1, "text": "3"}],
            lambda s: s.with_number(1, "3"),
        ),
        (
            "shared_weight",
            "choice",
            {"row": 2, "column": 1, "place": 4},
            lambda s: replace(s, row=2, column=1, place=4),
        ),
        (
            "shared_weight",
            "edits",
            [{"n": 1, "row": "target", "place": 8, "text": "-1/2"}],
            lambda s: s.with_cell("target", 8, "-1/2"),
        ),
    ],
)
def test_a_message_is_taken_in(page, monkeypatch, component, message, value, changed):
    told(monkeypatch, component, message, value)
    start = FILTER if component == "shared_weight" else GradientSettings()
    at = page(**to_query(start))
    assert not at.exception and not at.toast
    assert at.session_state["gradients.settings"] == changed(start)


def test_one_place_has_nothing_to_share(page):
    heading = "If every place had a kernel of its own"
    assert heading in [one.value for one in page(part="filter").subheader]
    alone = resized(FILTER, rows=2, columns=2)
    at = check(page(**to_query(alone)), alone)
    assert heading not in [one.value for one in at.subheader]
