"""Inside a map, in a real browser: its numbers are numpy's, and looking costs no traffic."""

import re
from pathlib import Path

import numpy as np
import pytest
from conftest import Server
from helpers import record_frames, settled
from inside_app import CLASSES, NETWORKS, passed
from playwright.sync_api import expect
from test_accessibility import serious_violations

from vizcore.figures import colours
from vizcore.nets.forward_pass import conv_settings
from vizcore.nets.receptive import fields_of
from vizcore.ops import trace_conv2d
from vizcore.ui import inside

BODY = ".inside[data-drawn]"


@pytest.fixture(scope="module")
def app():
    server = Server("tests/browser/inside_app.py").wait()
    yield server
    server.stop()


def open_map(tab, app, net, node, map=0, **others):
    more = "".join(f"&{name}={value}" for name, value in others.items())
    tab.goto(f"{app.url}/?net={net}&node={node}&map={map}{more}")
    expect(tab.locator(BODY)).to_be_visible()
    settled(tab)


def expect_at(tab, *cell):
    """Wait until a cell is looked at."""
    expect(tab.locator(BODY)).to_have_attribute("data-at", ",".join(map(str, cell)))


def expect_seen(tab, seen):
    """Wait until this rectangle of the picture is outlined."""
    text = ",".join(str(n) for axis in seen for n in axis)
    expect(tab.locator(BODY)).to_have_attribute("data-seen", text)


def state(tab):
    return tab.locator(BODY).evaluate("body => ({ ...body.dataset })")


def numbers(tab, selector):
    """The numbers in the boxes of a kind, box by box."""
    texts = tab.locator(selector).evaluate_all(
        "boxes => boxes.map((box) => (box.children.length ? [...box.children] : [box])"
        ".map((cell) => cell.textContent))"
    )
    return [[last_number(text) for text in box] for box in texts]


def number(text):
    return float(text.replace("−", "-").replace(",", ""))


def last_number(text):
    figures, power = re.findall("(−?[0-9][0-9,.]*)(?:·10([⁻⁰¹²³⁴-⁹]+))?", text)[-1]
    powers = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    return number(figures) * 10 ** int(power.translate(powers) or 0)


def point_at(tab, row, column, rows, columns):
    """Point at a cell of the output: 4 pixels lie around its map."""
    box = tab.locator(".output .marks").bounding_box()
    x = 4 + (column + 0.5) * (box["width"] - 8) / columns
    y = 4 + (row + 0.5) * (box["height"] - 8) / rows
    tab.locator(".output .marks").hover(position={"x": x, "y": y})


ADDS = {"conv", "depthwise", "add", "dense"}


def adds_up(formula):
    """Whether the digits on screen give the result, or it is told that they do so nearly."""
    left, sign, result = re.fullmatch(r"(.*) ([=≈]) ([^ ]+)", formula).groups()
    left = left.split(": ")[-1].split("add up to ")[-1]
    terms = re.findall(r"(?:^|([+−]) )([^ ]+)(?: \([^)]*\))?", left)
    total = sum((-1 if minus == "−" else 1) * last_number(term) for minus, term in terms)
    apart = abs(total - last_number(result))
    return apart < 6e-4 if sign == "=" else 4e-4 < apart < 0.01


@pytest.mark.parametrize("net", NETWORKS)
def test_every_kind_shows_the_numbers_of_its_map(page, app, net):
    said = []
    page.on("console", lambda message: message.type == "error" and said.append(message.text))
    page.goto(f"{app.url}/?net={net}&all=1")
    network, _, activations = passed(net)
    expect(page.locator(BODY)).to_have_count(len(network.graph))
    expect(page.locator(".formula:empty")).to_have_count(0)
    settled(page)
    shown = page.locator(BODY).evaluate_all(
        """bodies => bodies.map((body) => ({
             ...body.dataset, formula: body.querySelector(".formula").textContent,
             wrong: body.querySelector(".wrong").textContent, all: body.textContent }))"""
    )
    for one, (name, node) in zip(shown, network.graph.items(), strict=True):
        output = activations[name]
        source = activations[node.inputs[0]] if node.inputs else output
        whole = node.kind.startswith("global")
        place = tuple(map(int, one["at"].split(",")))
        walked = source if whole else output
        cell = walked[(*place, -1)] if walked.ndim == 3 else walked[-1]
        assert (one["node"], one["kind"], one["wrong"]) == (name, node.kind, "")
        assert float(one["value"]) == pytest.approx(float(cell), abs=1e-6)
        made = output[-1] if whole else cell
        if not whole:
            told = 100 * made if node.kind == "softmax" else made
            slack = 0.06 if node.kind == "softmax" else 6e-4
            assert last_number(one["formula"]) == pytest.approx(told, abs=slack)
            if node.kind in ADDS:
                assert adds_up(one["formula"])
        assert not re.search("NaN|undefined|Infinity", one["all"])
        assert not re.search("[0-9]e[+−-]?[0-9]", one["all"])  # powers of ten in one way alone
    assert not said


CONVOLUTION = ("plain", "conv2", 3)


def test_stepping_through_a_convolution_shows_numpys_numbers(page, app):
    frames = record_frames(page)
    open_map(page, app, *CONVOLUTION)
    network, _, activations = passed("plain")
    node, weights = network.graph["conv2"], network.weights["conv2"]
    x = activations["pool1"]
    trace = trace_conv2d(x, weights["kernel"], weights["bias"], **conv_settings(node))
    rows, columns, filters = trace.output.shape
    steps = {step.cell: step for step in trace.steps if step.cell[2] == 3}
    frames.clear()
    page.get_by_role("button", name="First cell").click()

    def check(cell):
        expect_at(page, *cell)
        step = steps[(*cell, 3)]
        chosen = int(page.locator("li.chosen").get_attribute("data-channel"))
        values, kernel, products = numbers(page, ".work .cells")
        assert values == pytest.approx(step.values[..., chosen].ravel(), abs=0.0051)
        assert kernel == pytest.approx(weights["kernel"][..., chosen, 3].ravel(), abs=0.0051)
        assert products == pytest.approx(step.products[..., chosen].ravel(), abs=0.0051)
        sums = [one for (one,) in numbers(page, ".channels output")]
        assert sums == pytest.approx(step.products.sum(axis=(0, 1)), abs=6e-4)
        assert numbers(page, ".work .total") == [[pytest.approx(sums[chosen], abs=1e-9)]]
        formula = page.locator(".formula").inner_text()
        assert formula.startswith(f"Row {cell[0] + 1}, column {cell[1] + 1}: ")
        assert last_number(formula) == pytest.approx(step.output, abs=6e-4)
        assert float(state(page)["value"]) == pytest.approx(step.output, abs=1e-5)
        expect_seen(page, fields_of(network.graph)["conv2"].seen(cell, (12, 12)))

    check((0, 0))
    page.get_by_role("button", name="Next cell").click()
    check((0, 1))
    page.get_by_role("button", name="Previous cell").click()
    check((0, 0))
    page.locator(".output .marks").focus()
    for key, cell in (("ArrowDown", (1, 0)), ("ArrowRight", (1, 1)), ("ArrowUp", (0, 1))):
        page.keyboard.press(key)
        check(cell)
    page.keyboard.press("End")
    check((rows - 1, columns - 1))
    point_at(page, 1, 0, rows, columns)
    check((1, 0))
    page.locator("h3").hover()  # looking away goes back to the cell that is kept
    check((rows - 1, columns - 1))
    point_at(page, 0, 1, rows, columns)
    page.mouse.down()
    page.mouse.up()
    page.locator("h3").hover()
    check((0, 1))
    page.get_by_role("button", name="Show the products of pool1, map 2").click()
    expect(page.locator("li.chosen")).to_have_attribute("data-channel", "1")
    check((0, 1))
    expect(page).to_have_url(re.compile("[?&]at=0_1"))
    expect(page.locator(".unseen[aria-live]")).to_contain_text("Row 1, column 2")
    assert not frames
    page.reload()
    expect(page.locator(f"{BODY}[data-at='0,1']")).to_be_visible()


def test_padding_is_hatched_and_counts_for_nothing(page, app):
    open_map(page, app, "plain", "conv1", 1, at="0_0")
    padding = page.locator(".work .cells .padding")
    expect(padding).to_have_count(10)  # 5 of 9 cells, in the window and among the products
    assert set(padding.all_inner_texts()) == {"0"}


def test_a_source_opens_at_the_same_place_of_the_picture(page, app):
    open_map(page, app, *CONVOLUTION, at="1_1")
    page.get_by_role("button", name="Open pool1, map 4").click()
    expect(page.locator(f"{BODY}[data-node='pool1'][data-map='3']")).to_be_visible()
    expect(page.get_by_text("Opened: pool1 3")).to_be_visible()
    # The window of cell (1, 1) is 5 cells wide for its dilation; its middle is cell (3, 3).
    expect_at(page, 3, 3)
    expect(page.locator("h3")).to_be_focused()
    expect(page).to_have_url(re.compile("[?&]at=3_3"))
    # In a pool, the winner is where one goes on.
    _, _, activations = passed("plain")
    window = activations["relu1"][6:8, 6:8, 3]
    row, column = np.unravel_index(window.argmax(), (2, 2))
    expect(page.locator(".cells .winner")).to_have_count(1)
    page.get_by_role("button", name="Open relu1, map 4").press("Enter")
    expect(page.locator(f"{BODY}[data-node='relu1']")).to_be_visible()
    expect_at(page, 6 + row, 6 + column)


def table(page, caption):
    return page.locator("table", has=page.locator("caption", has_text=caption))


def test_normalisation_is_written_with_its_numbers(page, app):
    open_map(page, app, "plain", "norm1", 2, at="3_4")
    network, _, activations = passed("plain")
    gamma, beta, mean, variance = (
        float(network.weights["norm1"][name][2]) for name in ("gamma", "beta", "mean", "variance")
    )
    x = float(activations["conv1"][3, 4, 2])
    scaled = (x - mean) / np.sqrt(variance + 0.001)
    chain = [x, x - mean, scaled, gamma * scaled, gamma * scaled + beta]
    assert [one for (one,) in numbers(page, ".chain output")] == pytest.approx(chain, abs=6e-4)
    expect(page.locator(".formula")).to_contain_text(f"√({variance:.3f} + 0.001)")


def test_a_dense_unit_leads_back_to_the_pixels(page, app):
    open_map(page, app, "plain", "dense1", 1)
    network, _, activations = passed("plain")
    pushes = activations["dropout1"] * network.weights["dense1"]["kernel"][:, 1]
    best = int(pushes.argmax())
    first = table(page, "Single inputs that push it up most").locator("tbody tr").first
    assert first.get_attribute("data-input") == str(best)
    told = [last_number(text) for text in first.locator("td").all_inner_texts()[:3]]
    assert told[2] == pytest.approx(pushes[best], abs=6e-4)
    row, column, place = np.unravel_index(best, activations["leaky1"].shape)
    name = f"leaky1, map {place + 1}, row {row + 1}, column {column + 1}"
    first.hover()
    expect_seen(page, fields_of(network.graph)["leaky1"].seen((row, column), (12, 12)))
    expect(page.locator(".formula")).to_have_text(re.compile(f"^Number {best + 1} of dropout1: "))
    first.get_by_role("button", name=f"Open {name}").click()
    expect(page.locator(f"{BODY}[data-node='leaky1'][data-map='{place}']")).to_be_visible()
    expect_at(page, row, column)


def test_a_dense_unit_adds_up_what_maps_and_places_push(page, app):
    open_map(page, app, "plain", "dense1", 1)
    network, _, activations = passed("plain")
    pushes = activations["dropout1"] * network.weights["dense1"]["kernel"][:, 1]
    pushes = pushes.reshape(activations["leaky1"].shape)
    best = int(pushes.sum(axis=(0, 1)).argmax())
    first = table(page, "Maps that push it up most").locator("tbody tr").first
    assert first.get_attribute("data-map") == str(best)
    told = last_number(first.locator("td").first.inner_text())
    assert told == pytest.approx(pushes[..., best].sum(), abs=6e-4)
    places = page.locator(".places canvas.marks")
    places.focus()
    page.keyboard.press("ArrowLeft")
    rows, columns, maps = pushes.shape
    row, column = rows // 2, columns // 2 - 1
    formula = page.locator(".formula")
    expect(formula).to_contain_text(f"Row {row + 1}, column {column + 1} of all {maps} maps")
    assert last_number(formula.inner_text()) == pytest.approx(pushes[row, column].sum(), abs=6e-4)
    expect_seen(page, fields_of(network.graph)["leaky1"].seen((row, column), (12, 12)))
    first.get_by_role("button").click()
    expect(page.locator(f"{BODY}[data-node='leaky1'][data-map='{best}']")).to_be_visible()


def test_softmax_shows_scores_powers_and_shares_class_by_class(page, app):
    open_map(page, app, "plain", "softmax1", 2)
    _, _, activations = passed("plain")
    scores = activations["dense1"].astype(float)
    powers = np.exp(scores - scores.max())
    expect(page.locator(".formula")).to_have_text(re.compile("^owl: e"))  # a name is as it is
    rows = page.locator("tbody tr")
    assert rows.locator("th").all_inner_texts() == list(CLASSES)
    for row, score, power in zip(rows.all(), scores, powers, strict=True):
        cells = row.locator("td").all_inner_texts()
        wanted = [score, score - scores.max(), power]
        assert [last_number(text) for text in cells[:3]] == pytest.approx(wanted, abs=6e-4)
        assert cells[3] == f"{100 * power / powers.sum():.1f}%"
    rows.nth(1).hover()
    expect(page.locator(".formula")).to_contain_text("*dog*: e^(")
    expect(rows.nth(1)).to_have_class("looked")
    page.get_by_role("button", name="Open dense1, number 2, the score of *dog*").click()
    expect(page.locator(f"{BODY}[data-node='dense1'][data-map='1']")).to_be_visible()


def test_numbers_and_equations_of_a_calculation(page):
    """Of the browser's own functions, with numbers that ask much of them."""
    page.set_content("<p></p>")
    folder = Path(inside.__file__).parent
    parts = (folder.parent / "shared", folder.parent / "board", folder / "cells")
    parts = [one.with_suffix(".js").read_text("utf-8") for one in (*parts, folder / "weighing")]
    page.add_script_tag(content=colours.as_javascript() + "".join(parts))
    said = page.evaluate(
        """() => ({
             short: [0.1236, 0.00123, 0.000999, 123.45, 1e30, -4.2e-7, NaN, -Infinity].map(short),
             cell: [12345.67, -1e30, 0.126].map((one) => inCell(one)),
             sums: [equation([[0.5], [0.25]], 0.75), equation([[1 / 3], [1 / 3], [1 / 3]], 1)],
             totals: [0, 4.7e-8, 0.0316, 8].map(total),
           })"""
    )
    assert said == {
        "short": ["0.124", "0.0012", "0.001", "123.5", "1·10³⁰", "−4.2·10⁻⁷", "not a number",
                  "−infinite"],
        "cell": ["12345.67", "−1·10³⁰", "0.13"],
        "sums": ["0.5 + 0.25 = 0.75", "0.333 + 0.333 + 0.333 ≈ 1"],
        "totals": ["1", "1 + 4.7·10⁻⁸", "1.0316", "9"],
    }  # fmt: skip


def test_a_link_to_the_cell_is_copied_and_seen_to_be(page, app):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_map(page, app, *CONVOLUTION)
    page.get_by_role("button", name="First cell").click()
    expect_at(page, 0, 0)
    copy = page.get_by_role("button", name="Copy a link to this cell")
    copy.click()
    expect(page.get_by_text("✓ Copied")).to_be_visible()
    expect(page).to_have_url(re.compile("[?&]at=0_0"))
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.get_by_role("button", name="Next cell").click()
    expect(page).to_have_url(re.compile("[?&]at=0_1"))
    expect(page.get_by_text("✓ Copied")).to_have_count(0)
    # Over plain http there is no such clipboard.
    page.evaluate("Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined })")
    copy.click()
    expect(page.get_by_text("✓ Copied")).to_be_visible()
    expect(copy).to_be_focused()


def test_many_input_maps_page_and_the_strongest_come_first(page, app):
    open_map(page, app, "many", "conv2", 1)
    network, _, activations = passed("many")
    items = page.locator(".channels li")
    expect(items).to_have_count(16)
    kernel = network.weights["conv2"]["kernel"][:, :, :, 1]
    parts = [
        np.abs(trace_conv2d(activations["conv1"][..., n], kernel[..., n], padding=1).output).sum()
        for n in range(40)
    ]
    page.get_by_label("Strongest first").check()
    for item, channel in zip(items.all(), np.argsort(parts)[::-1][:16].tolist(), strict=True):
        expect(item).to_have_attribute("data-channel", str(channel))
    page.get_by_role("button", name="Input maps behind these").click()
    page.get_by_role("button", name="Input maps behind these").click()
    expect(page.get_by_text("33–40 of 40")).to_be_visible()
    expect(items).to_have_count(8)
    page.locator(".bars").click(position={"x": 2, "y": 48})
    expect(page.locator("li.chosen")).to_have_attribute("data-channel", str(np.argmax(parts)))


def test_a_map_that_is_not_its_parts_is_marked(page, app):
    open_map(page, app, *CONVOLUTION, fault=0.01)
    expect(page.get_by_role("alert")).to_contain_text("do not agree with the map")
    expect(page.get_by_role("alert")).to_contain_text("by up to 0.01")


def test_every_kind_fits_a_phone_and_both_themes(page, app):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app.url}/?net=plain&all=1")
    expect(page.locator(BODY)).to_have_count(len(passed("plain")[0].graph))
    settled(page)
    wide = page.locator(BODY).evaluate_all(
        "bodies => bodies.filter((body) => body.scrollWidth > body.clientWidth)"
        ".map((body) => body.dataset.node)"
    )
    assert wide == []
    assert not serious_violations(page)
