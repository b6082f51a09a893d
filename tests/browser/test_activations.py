"""Activations in a real browser: lessons by link, typing, pointing, and another part by click."""

import re
import tomllib
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers import eventually, fits, in_both_themes, settled
from playwright.sync_api import expect

from vizcore.export.permalink import to_query
from vizcore.figures.curves import PLACES
from vizcore.imaging import KERNELS, filter_image
from vizcore.lessons import LESSONS
from vizcore.lessons.activations import through_the_net
from vizcore.ui.activation_controls import _grey
from vizcore.ui.activation_settings import (
    CURVES,
    TOPICS,
    ActivationSettings,
    Chosen,
    Numbers,
    from_lesson,
)
from vizcore.ui.numbers import readable

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"
PICTURES = {
    "neuron": ".neuron[data-drawn]",
    "curves": ".js-plotly-plot .main-svg",
    "map": ".before-after[data-drawn]",
    "cost": ".cost[data-drawn]",
    "dropout": ".thinned[data-drawn]",
}


def address(server, settings):
    return f"{server.url}/activations?{urlencode(to_query(settings))}"


def open_part(tab, server, settings):
    """Open the page and wait until its picture is drawn."""
    tab.goto(address(server, settings))
    drawn(tab, settings.topic)


def drawn(tab, topic):
    expect(tab.get_by_role("heading", level=1)).to_have_text("Activations")
    expect(tab.locator(PICTURES[topic]).first).to_be_visible()
    settled(tab)


def field(tab, name):
    return tab.get_by_role("textbox", name=name, exact=True)


# ---- Lessons by link ----


def test_the_neuron_of_the_lesson(server, page):
    total, relu, sigmoid, tanh = LESSONS["activations"].expected
    open_part(page, server, from_lesson(LESSONS["activations"]))
    cells = page.locator(".neuron .product")
    expect(cells).to_have_text(["1", "1", "−4.5", "1.5"])
    expect(page.locator(".neuron .sum")).to_have_text(readable(total))
    expect(page.locator(".neuron .node").last).to_have_text(readable(relu))
    said = page.get_by_text("The same sum z =")
    for text in (f"ReLU: {readable(relu)}", f"Sigmoid: {sigmoid}", f"Tanh: {readable(tanh, 4)}"):
        expect(said).to_contain_text(text)


def test_the_cost_of_the_lesson(server, page):
    total, mean, largest, summed, entropy, normalised, binary = LESSONS["cost"].expected
    open_part(page, server, from_lesson(LESSONS["cost"]))
    text = page.get_by_test_id("stMain")
    for said in (
        f"= {total}; divided by 10, on average {mean}.",
        f"for {largest}; but 3 is right, so the answer is wrong.",
        f"= {summed}.",
        f"−ln 0.7 = {entropy}.",
        f"= {normalised}.",
        f"= {binary};",
    ):
        expect(text).to_contain_text(said)
    expect(page.locator(".cost .line.largest .digit")).to_have_text(str(largest))
    expect(page.get_by_role("radio", name="3 is right")).to_be_checked()


def test_the_dropout_of_the_lesson(server, page):
    settings = from_lesson(LESSONS["dropout"])
    dropped, scaled, predicted = LESSONS["dropout"].expected
    open_part(page, server, settings)
    whole = through_the_net()[0].output
    thinned = through_the_net(settings.rate, settings.seed, training=True)[0]
    for net, factors in ((0, predicted), (1, np.where(thinned.kept, scaled, dropped))):
        nodes = page.locator(f"[data-net='{net}'][data-layer='1']")
        expect(nodes).to_have_count(4)
        values = nodes.evaluate_all("all => all.map((one) => Number(one.dataset.value))")
        np.testing.assert_allclose(values, whole * factors)


@pytest.mark.parametrize("slug", ["activations", "cost", "dropout"])
def test_a_lesson_opens_from_the_page_and_is_marked(server, page, slug):
    open_part(page, server, ActivationSettings("map"))
    page.get_by_role("link", name=LESSONS[slug].title).click()
    drawn(page, from_lesson(LESSONS[slug]).topic)


# ---- The parts ----


def test_every_part_opens_by_a_click_and_one_is_on_screen(server, page):
    open_part(page, server, ActivationSettings())
    for topic, title in list(TOPICS.items())[::-1]:
        page.get_by_role("radio", name=title, exact=True).click()
        drawn(page, topic)
        for other, picture in PICTURES.items():
            if other != topic:
                expect(page.locator(picture)).to_have_count(0)
    page.reload()
    drawn(page, "neuron")


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("topic", TOPICS)
def test_a_part_fits_and_axe_finds_nothing_serious(server, page, topic, width):
    page.set_viewport_size({"width": width, "height": 900})
    curves = Chosen.of(["sigmoid", "tanh", "relu", "leaky_relu", "softmax"])
    open_part(page, server, ActivationSettings(topic, curves=curves))
    for scheme in in_both_themes(page):
        fits(page)
        found = Axe().run(page).response["violations"]
        serious = [
            (scheme, one["id"], [node["target"] for node in one["nodes"]], one["nodes"][0]["html"])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == []


# ---- One neuron ----


def test_typed_numbers_reach_the_sum_and_the_address(server, page):
    open_part(page, server, ActivationSettings())
    field(page, "Weight w₁").fill("1/4")
    field(page, "Bias b").fill("-2")
    field(page, "Input x₃").fill("−4")
    expected = ActivationSettings(
        inputs=Numbers(["2", "1", "-4"]),
        weights=Numbers(["1/4", "1", "-1.5"]),
        bias=Numbers(["-2"]),
    )
    expect(page.locator(".neuron")).to_have_attribute("data-total", readable(expected.total))
    expect(page.locator(".neuron .product")).to_have_text(["0.5", "1", "6", "−2"])
    expect(page.locator(".neuron .formulas")).to_contain_text(
        "0.25·2 + 1·1 + (−1.5)·(−4) + (−2) = 5.5"
    )
    page.wait_for_url(address(server, expected))
    page.reload()
    drawn(page, "neuron")
    expect(field(page, "Weight w₁")).to_have_value("1/4")
    expect(field(page, "Input x₃")).to_have_value("−4")


def test_what_is_no_number_is_named_and_the_last_good_one_stays(server, page):
    open_part(page, server, ActivationSettings())
    weight = field(page, "Weight w₂")
    weight.fill("two")
    expect(
        page.get_by_role("alert").filter(has_text="Weight w₂: “two” is not a number.")
    ).to_be_visible()
    expect(weight).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".neuron")).to_have_attribute("data-total", "-1")
    weight.fill("3")
    expect(page.locator(".neuron")).to_have_attribute("data-total", "1")
    expect(weight).not_to_have_attribute("aria-invalid", "true")
    weight.press("ArrowDown")
    expect(page.locator(".neuron")).to_have_attribute("data-total", "0.5")


def test_inputs_come_and_go(server, page):
    open_part(page, server, ActivationSettings())
    number = page.get_by_role("spinbutton", name="Inputs")
    number.fill("5")
    number.press("Enter")
    expect(page.locator(".neuron .product")).to_have_count(6)
    field(page, "Weight w₅").fill("4")
    expect(page.locator(".neuron")).to_have_attribute("data-total", "3")
    number.fill("2")
    number.press("Enter")
    expect(page.locator(".neuron .product")).to_have_text(["1", "1", "1.5"])


# ---- Curves ----


def test_the_chart_follows_x_and_says_so_in_words(server, page):
    open_part(page, server, ActivationSettings("curves", x=0.0))
    expect(page.get_by_text("1 / (1 + exp(0)) = 0.5.")).to_be_visible()
    page.get_by_role("slider", name="Read off at x").press("ArrowRight")
    expect(page.get_by_text("1 / (1 + exp(−0.1)) = 0.525.")).to_be_visible()
    expect(
        page.get_by_role("figure", name="At x = 0.1: Sigmoid 0.525, slope 0.249")
    ).to_be_attached()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_lines_have_the_colours_of_the_theme_and_every_point(server, page, scheme):
    page.emulate_media(color_scheme=scheme)
    open_part(page, server, ActivationSettings("curves", curves=Chosen.of([*CURVES])))
    colours = tomllib.loads(CONFIG.read_text("utf-8"))["theme"][scheme]["chartCategoricalColors"]
    lines = page.locator(".js-plotly-plot .xy .js-line")
    expect(lines).to_have_count(2 * len(CURVES))
    for k, colour in enumerate(colours):
        rgb = ", ".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
        expect(lines.nth(k)).to_have_css("stroke", f"rgb({rgb})")
        every_point = re.compile(f"^[^L]*(L[^L]*){{{len(PLACES) - 1}}}$")
        expect(lines.nth(k)).to_have_attribute("d", every_point)


def test_the_slope_of_leaky_relu_is_beside_its_name(server, page):
    open_part(page, server, ActivationSettings(activation="leaky_relu"))
    slider = page.get_by_role("slider", name="Slope α below 0")
    slider.press("ArrowRight")
    radio = page.get_by_role("radio", name="Leaky ReLU")
    expect(page.get_by_text("α = 0.11", exact=True)).to_be_visible()
    expect(radio).to_be_checked()
    expect(page.locator(".neuron .formulas")).to_contain_text("f(z) = 0.11·(−1) = −0.11")
    page.wait_for_url(address(server, ActivationSettings(activation="leaky_relu", alpha=0.11)))
    page.get_by_role("radio", name="ReLU", exact=True).click(force=True)
    expect(slider).to_have_count(0)
    expect(page.get_by_text("Leaky ReLU (α = 0.11): 0.11·(−1) = −0.11")).to_be_visible()


# ---- A feature map ----


def test_the_legend_tells_the_largest_response_and_the_frames_where_it_is(server, page):
    open_part(page, server, ActivationSettings("map"))
    grey = _grey("cat").astype(np.float32) / 255
    largest = np.abs(filter_image(grey, KERNELS["sobel_x"], pad_mode="replicate")).max()
    expect(page.locator(".before-after .legend").first).to_contain_text(readable(float(largest)))
    frames = page.locator(".small-grids .frame-of-cells")
    expect(frames).to_have_count(3)

    def check(frame, table, cells):
        box, rows = frames.nth(frame).bounding_box(), page.locator(".small-grids table").nth(table)
        first, last = (rows.locator("td").nth(k).bounding_box() for k in cells)
        assert (box["x"], box["y"]) == pytest.approx((first["x"], first["y"]), abs=1)
        assert box["x"] + box["width"] == pytest.approx(last["x"] + last["width"], abs=1)
        assert box["y"] + box["height"] == pytest.approx(last["y"] + last["height"], abs=1)

    for place in ((0, 0, (8, 22)), (1, 2, (6, 6)), (2, 3, (6, 6))):
        eventually(page, lambda place=place: check(*place))


def test_the_pointer_and_the_keys_read_the_maps(server, page):
    settings = ActivationSettings("map", activation="leaky_relu", alpha=0.5)
    open_part(page, server, settings)
    grey = _grey("cat")
    before = filter_image(grey.astype(np.float32) / 255, KERNELS["sobel_x"], pad_mode="replicate")
    body, box = page.locator(".before-after"), page.locator(".before-after .box").nth(1)

    def check(row, column):
        expect(body).to_have_attribute("data-at", f"{row},{column}")
        r = float(before[row, column])
        after = float(settings.activate(r))
        assert float(body.get_attribute("data-before")) == pytest.approx(r, abs=1e-5)
        assert float(body.get_attribute("data-after")) == pytest.approx(after, abs=1e-5)
        said = page.locator(".before-after .says").inner_text()
        assert said.startswith(
            f"Row {row + 1}, column {column + 1}: grey level {grey[row, column]},"
        )
        assert f"r = {readable(r, 3)}," in said and said.endswith(f"= {readable(after, 3)}")

    lowest = np.unravel_index(before.argmin(), before.shape)
    check(*map(int, lowest))
    box.scroll_into_view_if_needed()
    size = box.bounding_box()
    box.hover(position={"x": size["width"] / 2, "y": size["height"] / 4})
    row, column = map(int, body.get_attribute("data-at").split(","))
    assert abs(row - before.shape[0] / 4) < 3 and abs(column - before.shape[1] / 2) < 3
    check(row, column)
    box.focus()
    box.press("ArrowRight")
    check(row, column + 1)
    box.press("Shift+ArrowDown")
    check(row + 10, column + 1)


def test_another_activation_is_another_map(server, page):
    open_part(page, server, ActivationSettings("map"))
    body = page.locator(".before-after")
    expect(body).to_have_attribute("data-after", "0")
    page.get_by_role("radio", name="Tanh").click(force=True)
    expect(page.locator("figcaption").filter(has_text="After: Tanh").first).to_be_visible()
    before = float(body.get_attribute("data-before"))

    def check():
        assert float(body.get_attribute("data-after")) == pytest.approx(np.tanh(before), abs=1e-5)

    eventually(page, check)


# ---- The cost ----


def test_another_digit_and_another_output_change_the_cost(server, page):
    open_part(page, server, ActivationSettings("cost"))
    page.get_by_role("radio", name="5 is right").check()
    expect(page.get_by_text("0.9, for 5: the answer is right.")).to_be_visible()
    expect(page.get_by_text("−ln 0.9 = 0.105.")).to_be_visible()
    field(page, "Output for digit 5").fill("1/2")
    expect(page.get_by_text("−ln 0.5 = 0.693.")).to_be_visible()
    expect(page.locator(".cost .line.largest .digit")).to_have_text("3")
    start = ActivationSettings("cost", digit=5)
    page.wait_for_url(
        address(server, start.with_edit({"row": "outputs", "place": 5, "text": "1/2"}))
    )
    field(page, "Output for digit 0").fill("1.5")
    message = page.get_by_role("alert").filter(has_text="Such a number is from 0 to 1.")
    expect(message).to_be_visible()


def test_outputs_that_tie_are_marked_alike(server, page):
    tied = ActivationSettings("cost").with_edit({"row": "outputs", "place": 8, "text": "0.9"})
    open_part(page, server, tied)
    expect(page.locator(".cost .line.largest .digit")).to_have_text(["5", "8"])
    expect(page.locator(".cost .line.largest .tag")).to_have_text(["tied", "tied"])


# ---- Dropout ----


def test_dropped_nodes_are_crossed_and_their_lines_gone(server, page):
    settings = ActivationSettings("dropout")
    open_part(page, server, settings)
    for seed in (4, 5):
        layers = through_the_net(settings.rate, seed, training=True)
        counts = [5, *(int(layer.kept.sum()) for layer in layers)]
        lines = sum(a * b for a, b in zip(counts, counts[1:], strict=False))
        thinned = page.locator(".thinned figure").nth(1)
        expect(thinned.locator("line")).to_have_count(lines)
        expect(thinned.locator(".node.dropped .cross")).to_have_count(
            8 - sum(int(layer.kept.sum()) for layer in layers[:2])
        )
        expect(page.locator(".thinned figure").first.locator("line")).to_have_count(20 + 16 + 12)
        page.get_by_role("button", name="Another draw").click()
        page.wait_for_url(lambda url, seed=seed: f"seed={seed + 1}" in url)
        settled(page)
    page.get_by_role("radio", name="Prediction", exact=True).click()
    expect(page.locator(".node.dropped")).to_have_count(0)
    expect(page.get_by_text("none of the 8 hidden nodes is dropped")).to_be_visible()


def test_a_node_tells_its_arithmetic_to_pointer_and_keys(server, page):
    open_part(page, server, ActivationSettings("dropout"))
    says = page.locator(".thinned .says")
    node = "[data-net='1'][data-layer='{}'][data-node='{}']".format
    page.locator(node(1, 1)).hover()
    expect(says).to_contain_text("= 3.4; ReLU gives 3.4; kept, so divided by 1 − 0.5 = 0.5: 6.8.")
    page.locator(node(1, 3)).hover()
    expect(says).to_have_text("h₄ is dropped: its activation is 0, and its lines are gone.")
    page.locator(node(1, 3)).click()
    page.keyboard.press("ArrowUp")
    expect(says).to_contain_text("h₃: ")
    page.keyboard.press("ArrowRight")
    expect(page.locator(node(2, 2))).to_be_focused()
    expect(says).to_contain_text("g₃: ")
    page.locator("[data-net='0'][data-layer='1'][data-node='1']").hover()
    expect(says).to_have_text("h₂: 0.8·1 + 1·0.5 + 0.8·2 + (−0.5)·1 + 1·1 = 3.4; ReLU gives 3.4.")
