import json
import re
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from visiting import follow, layers_message, tell_layers

from vizcore.export.permalink import from_query, to_query
from vizcore.figures.network_drawing import network_svg
from vizcore.figures.volumes import shape_text
from vizcore.lessons.networks import NETWORK_LESSONS, READINGS
from vizcore.nets.architectures import PRESETS, layer_table, totals
from vizcore.ui import layer_controls
from vizcore.ui.layer_settings import LayerSettings, Network, from_lesson
from vizcore.ui.train_settings import TrainSettings

PAGE = "pages/layer_tables.py"
OWN = "9x8x2-conv_4_3_psame-relu-max_2-flatten-dense_3"


def drawn(at):
    """What the table was given."""
    (found,) = [e for e in at.main if getattr(e, "key", None) == "layers.layers"]
    return json.loads(found.proto.json)


def check(at, settings):
    """The page stands at these settings, and its table is given what the core computes."""
    assert not at.exception
    assert at.session_state["layers.settings"] == settings
    given, rows = drawn(at), settings.table()
    assert given["input"] == list(settings.network.input)
    assert given["row"] == settings.row - 1
    for shown, row in zip(given["rows"], rows, strict=True):
        assert shown["name"] == row.name
        assert shown["shape"] == shape_text(row.shape)
        assert shown["parameters"] == row.parameters
        assert shown["multiplyAdds"] == row.multiply_adds
        assert shown["field"] == f"{row.field[0]}×{row.field[1]}"
    assert given["totals"] == vars(totals(rows))
    assert Network.of(given) == settings.network
    return at


def tables(at):
    return "\n".join(one.value for one in at.markdown if one.value.startswith("| "))


def test_it_opens_with_one_title_and_nine_layers(page):
    at = check(page(), LayerSettings())
    assert [title.value for title in at.title] == ["Layer tables"]
    assert at.query_params == {} and not at.warning
    assert [row["name"] for row in drawn(at)["rows"]] == [
        "conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten1", "dense1", "relu3",
    ]  # fmt: skip


@pytest.mark.parametrize("slug", NETWORK_LESSONS)
def test_every_lesson_has_a_link_that_shows_it(page, slug):
    lesson = NETWORK_LESSONS[slug]
    at = follow(page(network=OWN), lesson.title)
    check(at, from_lesson(lesson))
    assert [one.value for one in at.info] == ([lesson.correction] if lesson.correction else [])


def test_the_present_lesson_stays_marked_when_another_row_is_looked_at(page):
    at = page(network="alexnet", row="5", share="40")
    marked = [one.proto.label for one in at.get("page_link") if "check" in one.proto.icon]
    assert marked == ["AlexNet"]
    settings = LayerSettings(Network.named("tiny"), share=40)
    assert follow(page(network="tiny", share="40"), "AlexNet").session_state[
        "layers.settings"
    ] == replace(settings, network=Network.named("alexnet"))


@pytest.mark.parametrize("slug", PRESETS)
def test_every_preset_can_be_chosen_and_says_what_it_is(page, slug):
    at = page(network=OWN)
    at.selectbox(key="layers.network").set_value(slug).run()
    check(at, LayerSettings(Network.named(slug)))
    assert any(one.value == PRESETS[slug].about for one in at.markdown)
    assert at.query_params == to_query(LayerSettings(Network.named(slug)))


def test_a_network_of_ones_own_is_in_the_link(page):
    at = check(page(network=OWN, row="3"), LayerSettings(Network.from_text(OWN), row=3))
    assert at.selectbox(key="layers.network").value == "own"
    assert at.query_params == {"network": OWN, "row": "3"}
    assert "own" not in page().selectbox(key="layers.network").options


@pytest.mark.parametrize(
    "query",
    [{"network": "4x4x1-max_2-max_3"}, {"network": "<b>"}, {"row": "77"}, {"share": "x"}],
)
def test_a_bad_link_is_told_in_one_sentence(page, query):
    at = page(**query)
    (warning,) = at.warning
    assert warning.value.startswith("This link cannot be followed: ")
    assert warning.value.endswith("You see the page as it was.")
    check(at, LayerSettings())
    assert at.query_params == {}


def test_a_link_to_an_impossible_stack_names_its_row(page):
    (warning,) = page(network="4x4x1-max_2-max_3").warning
    assert "Row 2, max pooling: a window of 3×3 cells does not fit into 2×2" in warning.value


# ---- What the browser tells ----


def test_a_change_becomes_the_page_and_can_be_undone(page, monkeypatch):
    tell_layers(monkeypatch, "layers.layers", layers_message(OWN, row=2))
    at = page()
    at.run()
    expected = LayerSettings(Network.from_text(OWN), row=3)
    assert at.session_state["layers.settings"] == expected
    assert at.query_params == to_query(expected)
    next(one for one in at.button if one.label == "Undo").click().run()
    assert at.session_state["layers.settings"] == LayerSettings()


def test_an_impossible_change_is_named_at_its_row_and_the_table_stays(page, monkeypatch):
    shown = tell_layers(
        monkeypatch, "layers.layers", layers_message("9x8x2-conv_4_3-max_2-max_4", number=7)
    )
    at = page(network=OWN).run()
    assert at.session_state["layers.settings"] == LayerSettings(Network.from_text(OWN))
    assert shown["problem"]["row"] == 2 and shown["answer"] == 7
    assert shown["problem"]["text"] == (
        "Row 3, max pooling: a window of 4×4 cells does not fit into 3×3. "
        "The table stays as it was."
    )
    assert len(shown["rows"]) == 5
    at.selectbox(key="layers.network").set_value("tiny").run()
    assert shown["problem"] is None


def test_an_impossible_argument_is_named(page, monkeypatch):
    bad = layers_message("9x8x2-conv_4_3-relu")
    bad["layers"][0]["arguments"] = {**bad["layers"][0]["arguments"], "filters": 0}
    shown = tell_layers(monkeypatch, "layers.layers", bad)
    page().run()
    assert shown["problem"] == {
        "row": None,
        "text": "Filters of convolution must be 1 to 99,999, not 0. The table stays as it was.",
    }


def test_another_row_is_kept_in_the_link(page, monkeypatch):
    tell_layers(
        monkeypatch, "layers.layers", {"row": 3, "input": None, "layers": None, "number": 1}
    )
    at = page().run()
    assert at.session_state["layers.settings"] == LayerSettings(row=4)
    assert at.query_params == {"row": "4"}


@pytest.mark.parametrize(
    "value",
    [None, {}, {"number": 1}, {"number": 1, "layers": None}, {"number": 1, "layers": [], "row": 0},
     {"number": 1, "layers": [7], "input": [4, 4, 1], "row": 0},
     {"number": 1, "layers": None, "row": "2"}, {"number": 1, "layers": None, "row": 2.5}],
)  # fmt: skip
def test_a_message_that_makes_no_sense_changes_nothing(page, monkeypatch, value):
    tell_layers(monkeypatch, "layers.layers", value)
    at = page()
    assert not at.exception
    assert at.session_state["layers.settings"] == LayerSettings()


# ---- What stands below the table ----


def test_the_three_readings_of_the_slide_are_told_for_its_network_alone(page):
    told = tables(page(network="slides-64"))
    for reading, formula, shape in zip(
        READINGS,
        ("(64 − 3 + 2·1)/1 + 1 = 64", "(64 − 3 + 2·0)/1 + 1 = 62", "⌊(64 − 3 + 2·0)/3⌋ + 1 = 21"),
        ("64×64×32", "62×62×32", "21×21×32"),
        strict=True,
    ):
        assert f"| {reading} | {formula} | {shape} |" in told
    assert "62×62" not in tables(page())


def test_shortcuts_cost_no_parameters(page):
    told = tables(page())
    for title, parameters in [
        ("Plain, 20 layers", "269,722"),
        ("Plain, 56 layers", "853,018"),
        ("With shortcuts, 20 layers", "269,722"),
        ("With shortcuts, 56 layers", "853,018"),
    ]:
        assert f"| {title} | {parameters} |" in told


def test_the_errors_are_those_of_the_paper(page):
    rows = [line for line in tables(page()).splitlines() if " layers |" in line]
    assert [row.split(" | ")[-1].rstrip(" |") for row in rows] == [
        "only drawn", "**8.75%**", "only drawn: above plain, 20 layers", "**6.97%**",
    ]  # fmt: skip
    assert [row.split(" | ")[1] for row in rows] == ["269,722"] * 2 + ["853,018"] * 2


@pytest.mark.parametrize("share", [0, 5, 100])
def test_a_block_with_small_weights_hands_its_input_on(page, share):
    at = page()
    at.slider(key="layers.share").set_value(share).run()
    check(at, LayerSettings(share=share))
    (told,) = [one.value for one in at.markdown if one.value.startswith("Row 1, column 1")]
    moved = float(told.split("at most ")[1].rstrip("."))
    assert (moved == 0) == (share == 0)
    assert moved < 0.05 if share == 5 else share != 100 or moved > 1
    (grids,) = [one.proto.body for one in at.get("html") if "with the shortcut" in one.proto.body]
    assert grids.count("<table") == 4


def test_both_ways_of_shrinking_are_drawn(page):
    at = page()
    for slug in ("shrinking-fast", "shrinking-slowly"):
        (found,) = [e for e in at.main if getattr(e, "key", None) == f"layers.{slug}"]
        svg = json.loads(found.proto.json)["svg"]
        for row in layer_table(Network.named(slug)):
            assert f"{row.name}: {shape_text(row.shape)}" in svg
        first = {"shrinking-fast": ["5×5, stride 2", "padding 0"],
                 "shrinking-slowly": ["3×3, stride 1", "padding 1"]}[slug]  # fmt: skip
        pool = ["max 2×2, stride 2", "padding 0"]
        second = ["5×5, stride 1", "padding 0"] if slug == "shrinking-fast" else first
        steps = re.findall(r'class="step"[^>]*>([^<]+)<', svg)
        assert steps == [*first, *pool, *second, *pool]


@pytest.mark.parametrize(("slug", "optimiser"), [("mnist-mlp", "adam"), ("alexnet", "sgd")])
def test_a_network_can_be_taken_to_training_where_one_left_it(page, slug, optimiser):
    at = page(network=slug)
    at.session_state["train.settings"] = TrainSettings(optimiser="sgd", seed=4)
    at.run()
    links = {one.proto.label: one.proto for one in at.main.get("page_link")}
    query = dict(parse_qsl(links["Train this network"].query_string))
    expected = TrainSettings(optimiser="sgd", seed=4).trying(Network.named(slug))
    assert from_query(TrainSettings, query) == expected
    assert expected.optimiser == optimiser


# ---- To take away ----


@pytest.mark.parametrize(
    ("text", "title", "name"),
    [("tiny", "Tiny VGG", "tiny.svg"), (OWN, "A network of your own", "network.svg")],
)
def test_a_network_can_be_taken_away_as_a_picture(page, monkeypatch, text, title, name):
    given = []
    monkeypatch.setattr(layer_controls.st, "download_button", lambda *a, **how: given.append(a))
    assert not page(network=text).exception
    ((_, drawn_when_asked, file, kind),) = given
    assert (file, kind) == (name, "image/svg+xml")
    assert drawn_when_asked() == network_svg(Network.from_text(text), title)
