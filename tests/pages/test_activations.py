import json
import re
import struct
from dataclasses import replace

import numpy as np
import pytest
from visiting import follow, told

from vizcore.export.permalink import from_query, to_query
from vizcore.imaging import KERNELS
from vizcore.lessons.activations import ACTIVATION_LESSONS, cost, through_the_net
from vizcore.ops import conv2d
from vizcore.ui import activation_formulas as formulas
from vizcore.ui.activation_controls import SMALL_PICTURE
from vizcore.ui.activation_settings import (
    NEURON_ACTIVATIONS,
    TOPICS,
    ActivationSettings,
    Chosen,
    Numbers,
    from_lesson,
)
from vizcore.ui.dropout_controls import DRAWS
from vizcore.ui.numbers import readable

PAGE = "pages/activations.py"
COMPONENTS = {"neuron": "neuron", "map": "map", "cost": "cost", "dropout": "net"}


def element(at, name):
    found = [e for e in at.main if getattr(e, "key", None) == f"activations.{name}"]
    return found[0].proto if found else None


def drawn(at, name):
    """What a component was given."""
    return json.loads(element(at, name).json)


def check(at, settings):
    """The page stands at these settings, and shows what the core computes."""
    assert not at.exception
    assert at.session_state["activations.settings"] == settings
    shown = [name for name in COMPONENTS if element(at, COMPONENTS[name])]
    assert shown == [name for name in COMPONENTS if name == settings.topic]
    assert len(at.get("plotly_chart")) == (settings.topic == "curves")
    return at


def text(at):
    return "\n".join(one.value for one in at.markdown)


def test_it_opens_with_one_title(page):
    at = check(page(), ActivationSettings())
    assert [title.value for title in at.title] == ["Activations"]
    assert at.query_params == {} and not at.warning


@pytest.mark.parametrize("topic", TOPICS)
def test_every_part_opens_by_link_and_by_choice(page, topic):
    check(page(topic=topic), ActivationSettings(topic))
    at = page()
    at.button_group(key="activations.topic").set_value(topic).run()
    check(at, ActivationSettings(topic))
    assert at.query_params == to_query(ActivationSettings(topic))


def test_choosing_the_part_on_screen_once_more_keeps_it(page):
    at = page(topic="cost")
    at.button_group(key="activations.topic").set_value(None).run()
    check(at, ActivationSettings("cost"))


@pytest.mark.parametrize("slug", ACTIVATION_LESSONS)
def test_every_lesson_has_a_link_that_shows_it(page, slug):
    lesson = ACTIVATION_LESSONS[slug]
    at = follow(page(topic="map", inputs="9", weights="9", digit="9", rate="0.1"), lesson.title)
    check(at, from_lesson(lesson))


# ---- One neuron ----


@pytest.mark.parametrize("name", NEURON_ACTIVATIONS)
def test_the_neuron_shows_the_cores_numbers(page, name):
    settings = ActivationSettings(
        activation=name,
        alpha=0.2,
        inputs=Numbers(["1/4", "-2"]),
        weights=Numbers(["4", "0.5"]),
        bias=Numbers(["-1/2"]),
    )
    at = check(page(**to_query(settings)), settings)
    given = drawn(at, "neuron")
    assert given["inputs"] == ["1/4", "-2"]
    assert given["products"] == [1, -1]
    assert (given["offset"], given["total"]) == (-0.5, -0.5)
    assert given["output"] == settings.activate(-0.5)
    assert np.array_equal(
        [y for _, y in given["curve"]], settings.activate([x for x, _ in given["curve"]])
    )
    for one, title in NEURON_ACTIVATIONS.items():
        how = " (α = 0.2): 0.2·(−0.5) =" if one == "leaky_relu" else ":"
        assert f"{title}{how} {readable(float(settings.activate(-0.5, one)), 4)}" in text(at)


def test_the_number_of_inputs_and_the_activation_change(page):
    at = page()
    at.number_input(key="activations.Inputs").set_value(6).run()
    check(at, ActivationSettings().with_inputs(6))
    at.radio(key="activations.activation").set_value("leaky_relu").run()
    at.slider(key="activations.alpha").set_value(0.25).run()
    expected = replace(ActivationSettings().with_inputs(6), activation="leaky_relu", alpha=0.25)
    check(at, expected)
    assert at.query_params == to_query(expected)
    captions = at.radio(key="activations.activation").proto.captions
    assert list(captions) == ["", "α = 0.25", "", ""]


# ---- Curves ----


def test_the_curves_are_read_off_at_x(page):
    settings = ActivationSettings(
        "curves", curves=Chosen.of(["tanh", "leaky_relu", "softmax"]), x=-1.5, alpha=0.2
    )
    at = check(page(**to_query(settings)), settings)
    chart = at.get("plotly_chart")[0].proto
    assert [t["name"] for t in json.loads(chart.spec)["data"] if t.get("mode") == "lines"][::2] == [
        "Tanh", "Leaky ReLU (α = 0.2)", "Softmax"
    ]  # fmt: skip
    for name in settings.curves:
        title = formulas.named(settings, name)
        value, slope = (float(f(-1.5, name)) for f in (settings.activate, settings.slope))
        assert f"{title} {readable(value, 3)}, slope {readable(slope, 3)}" in chart.alt
        line = next(one.value for one in at.markdown if one.value.startswith(f"**{title}** at"))
        assert f"{readable(value, 4)}. Slope: " in line and readable(slope, 4) in line


def test_the_last_curve_cannot_be_put_away(page):
    at = page(topic="curves", curves="relu")
    at.button_group(key="activations.curves").set_value([]).run()
    check(at, ActivationSettings("curves", curves=Chosen.of(["relu"])))
    at.button_group(key="activations.curves").set_value(["softmax", "relu"]).run()
    check(at, ActivationSettings("curves", curves=Chosen.of(["relu", "softmax"])))
    at.slider(key="activations.second").set_value(-2.0).run()
    assert at.session_state["activations.settings"].second == -2


# ---- A feature map ----


def unpacked(at):
    data = element(at, "map").bytes
    (size,) = struct.unpack_from("<I", data)
    header, rest = json.loads(data[4 : 4 + size]), data[4 + size :]
    parts = [rest[sum(header["parts"][:i]) :][:n] for i, n in enumerate(header["parts"])]
    shape = header["rows"], header["columns"]
    grey = np.frombuffer(parts[0], np.uint8).reshape(shape)
    return header, grey, *(np.frombuffer(one, "<f4").reshape(shape) for one in parts[1:])


@pytest.mark.parametrize("name", NEURON_ACTIVATIONS)
def test_the_map_before_and_after_is_the_cores(page, name):
    settings = ActivationSettings("map", activation=name, photo="coffee", kernel="edge_laplacian8")
    at = check(page(**to_query(settings)), settings)
    header, grey, before, after = unpacked(at)
    kernel = KERNELS["edge_laplacian8"].weights
    expected = conv2d(grey / 255, kernel, padding=1, pad_mode="replicate")
    np.testing.assert_allclose(before, expected, atol=1e-4)
    np.testing.assert_allclose(after, settings.activate(before), rtol=1e-6)
    assert header["limit"] == max(np.abs(before).max(), np.abs(after).max())
    for shares, plane in zip(header["shares"], (before, after), strict=True):
        assert shares == [np.mean(plane < 0), np.mean(plane == 0), np.mean(plane > 0)]
    if name == "relu":
        assert header["shares"][1][0] == 0


def test_the_small_map_can_be_checked_by_hand(page):
    at = page(topic="map")
    small = conv2d(SMALL_PICTURE, KERNELS["sobel_x"].weights)
    assert small[1].tolist() == [4, 1, -4, -4]
    assert "Framed: row 2, column 3 of the maps" in text(at)
    assert "r = (−1)·1 + (−2)·1 + (−1)·1 = −4, and ReLU makes it 0." in text(at)
    (drawn,) = (one.proto.body for one in at.get("html") if "small-grids" in one.proto.body[:30])
    window, cell = "--row:1;--column:2;--rows:3;--columns:3", "--row:1;--column:2;--rows:1;"
    frames = [window in one or cell in one for one in drawn.split("<figure>")[1:]]
    assert frames == [True, False, True, True]
    ends = re.findall(r"<p class=.legend.>(.*?)</p>", drawn)
    assert [re.findall(r"<span>(.*?)</span>", one) for one in ends] == [
        ["Picture and maps", "−4", "4"], ["Filter", "−2", "2"]
    ]  # fmt: skip
    assert f"Of the 16 responses {(small < 0).sum()} are negative." in text(at)


# ---- The cost ----


def test_the_slides_cost_is_on_screen(page):
    at = check(page(topic="cost"), ActivationSettings("cost"))
    for said in (
        "= 1.8925; divided by 10, on average 0.18925",
        "0.9, for 5; but 3 is right, so the answer is wrong",
        "= 4.05.",
        "−ln 0.7 = 0.357.",
        "−ln 0.1728 = 1.755.",
        "= 5.858;",
    ):
        assert said in text(at)
    given, found = drawn(at, "cost"), cost(ActivationSettings().outputs.values, 3)
    assert given["squares"] == found.squares.tolist()
    assert (given["digit"], given["largest"]) == (3, [5])


def test_a_prediction_of_nothing_is_told_without_fail(page):
    zeros = "_".join(["0"] * 10)
    at = check(
        page(topic="cost", outputs=zeros), ActivationSettings("cost", outputs=Numbers(["0"] * 10))
    )
    assert "−ln 0 = ∞" in text(at)
    assert drawn(at, "cost")["largest"] == []


def test_outputs_that_tie_are_all_marked(page):
    settings = ActivationSettings("cost").with_edit({"row": "outputs", "place": 8, "text": "0.9"})
    at = check(page(**to_query(settings)), settings)
    assert drawn(at, "cost")["largest"] == [5, 8]
    assert "0.9, for 5 and 8 alike: no answer stands out." in text(at)


# ---- Dropout ----


@pytest.mark.parametrize("training", [True, False])
def test_the_nets_are_the_cores(page, training):
    settings = ActivationSettings("dropout", rate=0.3, seed=11, training=training)
    at = check(page(**to_query(settings)), settings)
    standard, thinned = drawn(at, "net")["nets"]
    for given, layers in (
        (standard, through_the_net()),
        (thinned, through_the_net(0.3, 11, training=training)),
    ):
        for one, layer in zip(given["layers"], layers, strict=True):
            assert one["output"] == layer.output.tolist()
            assert one["kept"] == layer.kept.tolist()
    assert (thinned["layers"] == standard["layers"]) == (not training)


def test_another_draw_is_the_next_seed(page):
    at = page(topic="dropout", seed="9999")
    at.button[0].click().run()
    check(at, ActivationSettings("dropout", seed=0))
    at.slider(key="activations.rate").set_value(0.2).run()
    at.button_group(key="activations.training").set_value(False).run()
    check(at, ActivationSettings("dropout", seed=0, rate=0.2, training=False))
    assert "none of the 8 hidden nodes is dropped" in text(at)


def test_means_over_many_draws_come_close_to_the_prediction(page):
    at = page(topic="dropout")
    table = next(one.value for one in at.markdown if "| h₁ |" in one.value).splitlines()
    rows = [[cell.strip() for cell in line.split("|")[2:-1]] for line in table[2:]]
    numbers = [[float(cell.replace("−", "-")) for cell in row] for row in rows]
    assert len(numbers) == len(DRAWS) + 1
    single = through_the_net(0.5, 4, training=True)[0].output
    np.testing.assert_allclose(numbers[0], single, atol=0.006)
    np.testing.assert_allclose(numbers[-2], numbers[-1], rtol=0.03)
    np.testing.assert_allclose(numbers[-1], through_the_net()[0].output, atol=0.006)


# ---- What cannot be ----


@pytest.mark.parametrize(
    "query",
    [{"topic": "x"}, {"inputs": "<b>"}, {"rate": "7"}, {"curves": ""}, {"outputs": "2"}],
)
def test_a_bad_link_is_told_in_one_sentence(page, query):
    at = page(**query)
    if query == {"curves": ""} and not at.warning:
        return  # an empty parameter may be left out of the address
    (warning,) = at.warning
    assert warning.value.startswith("This link cannot be followed: ")
    assert warning.value.endswith("You see the page as it was.")
    check(at, ActivationSettings())


@pytest.mark.parametrize(
    "edit",
    [{}, {"row": "inputs"}, {"row": "inputs", "place": 7, "text": "1"}, {"digit": 12},
     {"row": "inputs", "place": 0, "text": "x"}, {"row": "inputs", "place": 0, "text": 3}],
)  # fmt: skip
def test_a_message_that_makes_no_sense_changes_nothing(page, monkeypatch, edit):
    told(monkeypatch, "neuron", "edits", [{"n": 1, **edit}])
    at = page()
    assert not at.exception
    assert len(at.toast) == 1 and at.toast[0].value.endswith("The page stays as it was.")
    assert at.session_state["activations.settings"] == ActivationSettings()


def test_an_edit_is_taken_in_once(page, monkeypatch):
    edits = [
        {"n": 1, "row": "inputs", "place": 0, "text": "5"},
        {"n": 2, "row": "inputs", "place": 0, "text": "7"},
    ]

    told(monkeypatch, "neuron", "edits", edits)
    at = page()
    start = from_query(ActivationSettings, {})
    expected = start.with_edit(edits[1])
    assert at.session_state["activations.settings"] == expected
    at.session_state["activations.settings"] = start
    at.run()
    assert at.session_state["activations.settings"] == start
