"""Why convolution, in a real browser: what lights up, what is counted, what moves along."""

import re
from math import log10
from urllib.parse import urlencode

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers import eventually, fits, in_both_themes, record_frames, settled, visit
from playwright.sync_api import expect

from vizcore.export.permalink import to_query
from vizcore.lessons import LESSONS
from vizcore.lessons.moving import (
    FIRST,
    PLACES,
    first_look,
    looks,
    meeting,
    placed,
    placed_at,
)
from vizcore.lessons.moving import drawn as drawn_object
from vizcore.lessons.weights import KINDS, WEIGHT_LESSONS, weight_matrix
from vizcore.ui.counts import for_all, for_one
from vizcore.ui.numbers import readable
from vizcore.ui.why_settings import MOVED, PARTS, WhySettings, from_lesson

ROOTS = {"connections": ".wiring", "counted": ".counts", "moved": ".moving"}


def address(server, settings):
    query = urlencode(to_query(settings))
    return f"{server.url}/why_convolution{'?' * bool(query)}{query}"


def open_page(tab, server, settings):
    """Open the page and wait until its component is drawn."""
    visit(tab, address(server, settings))
    return drawn(tab, settings.part)


def drawn(tab, part):
    root = tab.locator(ROOTS[part])
    expect(root).to_have_attribute("data-drawn", "")
    return root


def subscript(letter, number):
    return letter + str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


# ---- Connections ----


def lines(matrix, **wanted):
    """Every line of a weight matrix as the page tells it, or those of one end or weight."""
    found = []
    for output, row in enumerate(matrix.tolist()):
        for entry, weight in enumerate(row):
            one = {"input": entry, "output": output, "weight": weight}
            if weight and all(one[name] == value for name, value in wanted.items()):
                found.append(f"{entry}-{weight}-{output}")
    return " ".join(found)


def expect_lit(tab, matrix, **wanted):
    """These lines are lit, with both of their ends, and with their cells of the matrix."""
    told = lines(matrix, **wanted)
    expect(tab.locator(".wiring")).to_have_attribute("data-lit", told)
    each = [tuple(map(int, one.split("-"))) for one in told.split()]
    lit = {
        "input": sorted({entry for entry, _, _ in each}),
        "output": sorted({output for _, _, output in each}),
    }
    for name, places in lit.items():
        nodes = tab.locator(f".node.{name}.lit")
        expect(nodes).to_have_text([subscript({"input": "x", "output": "y"}[name], place + 1)
                                    for place in places])  # fmt: skip
    cells = tab.locator(".matrix .weight.lit")
    expect(cells).to_have_text([subscript("w", weight) for _, weight, _ in each])
    expect(tab.locator(".lit-lines .core")).to_have_count(len(each))


@pytest.mark.parametrize("kind", KINDS)
def test_pointing_lights_what_is_joined_without_the_server(server, page, kind):
    matrix = weight_matrix(kind, 6, 3)
    frames = record_frames(page)
    open_page(page, server, WhySettings(kind=kind, inputs=6))
    settled(page)
    frames.clear()
    assert len(page.locator(".wire").all()) == np.count_nonzero(matrix)
    for output in range(4):
        page.locator(f".node[data-output='{output}']").hover()
        expect_lit(page, matrix, output=output)
    for entry in range(6):
        page.locator(f".node[data-input='{entry}']").hover()
        expect_lit(page, matrix, input=entry)
    for weight in (1, 2, matrix.max()):
        page.locator(f".matrix [data-weight='{weight}']").first.hover()
        expect_lit(page, matrix, weight=weight)
    page.locator("h1").hover()
    expect(page.locator(".wiring")).to_have_attribute("data-lit", "")
    assert not frames


def test_a_line_lights_every_line_of_its_weight(server, page):
    open_page(page, server, WhySettings())
    box = page.locator(".wires").bounding_box()
    ends = page.locator(".wire[data-weight='3']").nth(1).locator(".reach")
    x, y = (
        sum(float(ends.get_attribute(f"{axis}{end}")) for end in (1, 2)) / 2 for axis in ("x", "y")
    )
    # A third of the way up, where no other line crosses.
    top = float(ends.get_attribute("x2")) * 2 / 3 + float(ends.get_attribute("x1")) / 3
    high = float(ends.get_attribute("y2")) * 2 / 3 + float(ends.get_attribute("y1")) / 3
    assert (x, y) != (top, high)
    page.mouse.move(box["x"] + top, box["y"] + high)
    expect_lit(page, weight_matrix("shared", 7, 3), weight=3)


def test_what_is_lit_is_said(server, page):
    open_page(page, server, WhySettings())
    sentence = page.locator(".wiring .sentence")
    page.locator(".node[data-output='1']").hover()
    expect(sentence).to_have_text("y₂ = w₁·x₂ + w₂·x₃ + w₃·x₄ + b")
    page.locator(".node[data-input='2']").hover()
    expect(sentence).to_have_text("x₃ feeds 3 outputs: y₁ by w₃, y₂ by w₂ and y₃ by w₁.")
    page.locator(".node[data-input='0']").hover()
    expect(sentence).to_have_text("x₁ feeds 1 output: y₁ by w₁.")
    page.locator(".matrix [data-weight='1']").first.hover()
    expect(sentence).to_have_text(
        "w₁ is used 5 times: x₁ → y₁, x₂ → y₂, x₃ → y₃, x₄ → y₄, x₅ → y₅."
    )
    page.get_by_role("radio", name="Local").check()
    page.locator(".matrix [data-weight='13']").hover()
    expect(sentence).to_have_text("w₁₃ is used once: x₅ → y₅.")
    page.wait_for_url(lambda url: "kind=local" in url)
    settled(page)  # the server's answer changes nothing
    expect(sentence).to_have_text("w₁₃ is used once: x₅ → y₅.")
    page.locator(".node[data-output='1']").hover()
    expect(sentence).to_have_text("y₂ = w₄·x₂ + w₅·x₃ + w₆·x₄ + b₂")


@pytest.mark.parametrize(("inputs", "window"), [(7, 3), (8, 5), (4, 1), (2, 2)])
def test_the_three_ways_are_counted_and_kept_in_the_address(server, page, inputs, window):
    root = open_page(page, server, WhySettings(inputs=inputs, window=window))
    outputs = inputs - window + 1
    counts = {"dense": outputs * inputs, "local": outputs * window, "shared": window}
    names = {"dense": "Dense", "local": "Local", "shared": "Convolution"}
    for kind in ("local", "dense", "shared"):
        radio = page.get_by_role("radio", name=names[kind])
        radio.check()
        expect(root).to_have_attribute("data-weights", str(counts[kind]))
        expect(page.locator(".kinds label", has=radio)).to_contain_text(str(counts[kind]))
        biases = 1 if kind == "shared" else outputs
        told = f"and {biases} {'bias' if biases == 1 else 'biases'} to learn"
        expect(page.locator(".wiring .summary")).to_contain_text(told)
        matrix = weight_matrix(kind, inputs, window)
        texts = [subscript("w", weight) if weight else "0" for weight in matrix.ravel()]
        expect(page.locator(".matrix [role=gridcell]")).to_have_text(texts)
        page.wait_for_url(address(server, WhySettings(kind=kind, inputs=inputs, window=window)))


def test_a_shared_weight_has_one_line_style_and_no_other_weight_has_it(server, page):
    open_page(page, server, WhySettings(window=5))
    styles = page.locator(".wire").evaluate_all(
        """wires => wires.map((wire) =>
             [wire.dataset.weight, wire.firstChild.getAttribute("stroke-dasharray")])"""
    )
    assert len({tuple(one) for one in styles}) == 5
    assert len({dashes for _, dashes in styles}) == 5


def test_keys_reach_every_node_and_walk_the_matrix(server, page):
    open_page(page, server, WhySettings())
    matrix = weight_matrix("shared", 7, 3)
    page.locator(".node[data-input='5']").focus()
    expect_lit(page, matrix, input=5)
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.locator(".node[data-output='0']")).to_be_focused()
    expect_lit(page, matrix, output=0)
    for _ in range(5):
        page.keyboard.press("Tab")
    expect_lit(page, matrix, weight=1)
    for key, weight in {"ArrowRight": 2, "ArrowDown": 1, "ArrowUp": 2, "ArrowLeft": 1}.items():
        page.keyboard.press(key)
        expect_lit(page, matrix, weight=weight)
    page.keyboard.press("ArrowLeft")  # beyond the first column nothing is
    expect_lit(page, matrix, weight=1)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")  # back to where one was
    expect_lit(page, matrix, weight=2)


def test_a_click_keeps_it_lit_until_something_else_has_the_focus(server, page):
    open_page(page, server, WhySettings())
    matrix = weight_matrix("shared", 7, 3)
    page.locator(".node[data-output='4']").click()
    page.locator(".node[data-output='0']").hover()
    expect_lit(page, matrix, output=0)
    page.locator("h1").hover()
    expect_lit(page, matrix, output=4)
    page.locator("h1").click()
    expect(page.locator(".wiring")).to_have_attribute("data-lit", "")


def test_another_size_is_drawn_and_keeps_the_way_chosen(server, page):
    root = open_page(page, server, WhySettings())
    page.get_by_role("radio", name="Local").check()
    page.get_by_role("spinbutton", name="Inputs").fill("5")
    page.keyboard.press("Enter")
    expect(root).to_have_attribute("data-weights", "9")
    expect(root).to_have_attribute("data-kind", "local")
    page.wait_for_url(address(server, WhySettings(kind="local", inputs=5)))
    page.reload()
    expect(drawn(page, "connections")).to_have_attribute("data-kind", "local")


# ---- Weights, counted ----


def check_counts(tab, settings):
    """Every bar is as long as its number's logarithm, and stands beside that number."""
    layer = settings.layer
    rows = for_one(layer) + for_all(layer)
    shown = tab.locator("tr.cost")
    expect(shown).to_have_count(len(rows))
    expect(shown.last).to_contain_text(rows[-1]["cells"][0]["value"])
    logs, widths = [], []
    for row, one in zip(rows, shown.all(), strict=True):
        cells = one.locator("td")
        for column, cell in enumerate(row["cells"]):
            text = cells.nth(column).inner_text()
            assert f"{cell['formula']} = {cell['value']}" in text.replace("\n", " ")
            logs.append(log10(int(cell["value"].replace(",", ""))))
        widths += one.locator(".bar").evaluate_all(
            "bars => bars.map((b) => parseFloat(b.style.width))"
        )
        if "parts" in row["cells"][0]:
            expect(cells.first).to_contain_text(row["cells"][0]["parts"])
    decades = max(3, int(np.ceil(max(logs) + 1e-9)))
    np.testing.assert_allclose(widths, 100 * np.array(logs) / decades, atol=1e-3)


COUNTED = [slug for slug in WEIGHT_LESSONS if slug != "swans"]


@pytest.mark.parametrize("slug", COUNTED)
def test_a_lesson_is_counted_on_screen(server, page, slug):
    open_page(page, server, WhySettings(part="connections"))
    page.get_by_role("link", name=LESSONS[slug].title, exact=True).click()
    settings = from_lesson(LESSONS[slug])
    drawn(page, "counted")
    expect(page.locator(".counts text").last).to_have_text(
        f"Output {'×'.join(map(str, settings.layer.output))}"
    )
    eventually(page, lambda: check_counts(page, settings))


def test_the_slides_own_numbers_are_on_screen(server, page):
    open_page(page, server, from_lesson(LESSONS["mlp-is-too-large"]))
    neuron, filter, *_, convolution = page.locator("tr.cost").all()
    expect(neuron).to_contain_text("150,528 weights and 1 bias")
    expect(filter).to_contain_text("5·5·3 + 1 = 76")
    expect(convolution).to_contain_text("(5·5·3 + 1) · 10 = 760")


def test_the_controls_count_anew(server, page):
    open_page(page, server, WhySettings(part="counted"))
    settings = WhySettings(part="counted")
    for label, name, value in (("Filters", "filters", 64), ("Input height", "rows", 512)):
        field = page.get_by_role("spinbutton", name=label)
        field.fill(str(value))
        field.press("Enter")
        settings = WhySettings(**{**vars(settings), name: value})
        page.wait_for_url(address(server, settings))
        shape = "×".join(map(str, settings.layer.output))
        expect(page.locator(".counts text").last).to_have_text(f"Output {shape}")
        eventually(page, lambda settings=settings: check_counts(page, settings))


def test_the_scale_is_named_in_words_where_there_is_room(server, page):
    open_page(page, server, from_lesson(LESSONS["mlp-is-too-large"]))
    ticks = page.locator(".ticks").first.locator("span")
    expect(ticks).to_have_text(["1", "thousand", "million", "billion"])
    page.set_viewport_size({"width": 800, "height": 900})
    expect(ticks).to_have_text(["1", "10³", "10⁶", "10⁹"])


def test_a_row_lights_what_one_number_reads(server, page):
    root = open_page(page, server, WhySettings(part="counted"))
    picture = page.locator(".counts svg[role=img]")
    page.locator("tr.cost", has_text="Dense layer").hover()
    expect(root).to_have_attribute("data-reach", "all")
    expect(picture).to_have_attribute("aria-label", "Input 32×32×3, output 32×32×10. "
        "A dense neuron reads every number of the input, each by a weight of its own.")  # fmt: skip
    page.locator("tr.cost", has_text="Convolution").focus()
    page.locator("h1").hover()
    expect(root).to_have_attribute("data-reach", "window")


# ---- The same object, moved ----


AT_FIRST = WhySettings(part="moved", row=FIRST[0], column=FIRST[1])


def check_moved(tab, settings):
    """Map, scores and verdicts are the core's."""
    seen = placed_at(looks(settings.shape, settings.turn, settings.colour), settings.row,
                     settings.column)  # fmt: skip
    first = first_look(settings.shape)
    expect(tab.locator(".moving")).to_have_attribute(
        "data-place", f"{settings.row},{settings.column}"
    )
    answers = [readable(value, 1) for value in seen.map.ravel()]
    expect(tab.locator(".moving [role=cell]")).to_have_text(answers)
    expect(tab.locator(".moving .peak")).to_have_count(len(seen.peaks))
    rows = tab.locator(".moving tbody tr")
    upright = settings.turn == 0 and settings.colour == "white"
    still = upright and (settings.row, settings.column) == FIRST
    for row, (before, after) in {0: (first.dense, seen.dense), 2: (first.best, seen.best)}.items():
        expect(rows.nth(row).locator("td[data-name=Now]")).to_have_text(readable(after))
        expect(rows.nth(row).locator("td[data-name='At first']")).to_have_text(readable(before))
        stays = "✓ the score stays" if before == after else "✗ the score changes"
        verdict = "not moved yet" if still else stays
        expect(rows.nth(row).locator(".verdict")).to_have_text(verdict)
    moved = "✓ moves along" if upright else "✗ is another map"
    expect(rows.nth(1).locator(".verdict")).to_contain_text("not moved yet" if still else moved)
    way = "Not moved yet: " if (settings.row, settings.column) == FIRST else "Moved by "
    sums = tab.locator(".moving .sums p")
    expect(sums.first).to_contain_text(way)
    for k, (place, total) in enumerate([(FIRST, seen.dense), (seen.peaks[0], seen.best)]):
        box = drawn_object(settings.shape, settings.turn, settings.colour)
        picture = placed(box, settings.row, settings.column)
        on, beside = meeting(picture, settings.shape, *place)
        counts = rf"at row {place[0] + 1}, column {place[1] + 1}.*: {on} pixels? .*, {beside} on a "
        expect(sums.nth(k + 1)).to_have_text(re.compile(rf"{counts}.* = {readable(total)}$"))


def test_the_page_opens_with_the_object_moved_and_a_legend_that_says_what_is_painted(server, page):
    open_page(page, server, WhySettings(part="moved"))
    check_moved(page, WhySettings(part="moved"))
    expect(page.locator(".moving .way")).to_have_text(
        "Moved by 2 rows down and 3 columns to the right from the first place."
    )
    weights, responses = page.locator(".moving .legend:has(.scale)").all()
    for legend, cell in (
        (weights, page.locator(".moving .kernel span", has_text="+").first),
        (responses, page.locator(".moving .peak")),
    ):
        painted = cell.evaluate("cell => getComputedStyle(cell).backgroundColor")
        shade = legend.locator(".scale").evaluate("bar => bar.style.background")
        assert re.findall(r"rgb\([^)]*\)", shade)[-1] == painted
    pixels = page.locator(".moving .legend:has(.swatch)")
    expect(pixels).to_have_text(["0 water", "1 white", "0.5 pale", "−1 black"])
    painted = page.locator(".moving .picture > span").evaluate_all(
        "cells => [...new Set(cells.map((cell) => cell.style.background))]"
    )
    swatches = pixels.locator(".swatch").evaluate_all("all => all.map((s) => s.style.background)")
    assert painted == swatches[:2]


def test_arrow_keys_move_the_object_and_only_where_it_is_left_is_told(server, page):
    frames = record_frames(page)
    open_page(page, server, WhySettings(part="moved"))
    settled(page)
    check_moved(page, WhySettings(part="moved"))
    frames.clear()
    page.locator(".moving .picture").focus()
    row, column = MOVED
    for key, down, right in [
        ("ArrowDown", 1, 0),
        ("ArrowRight", 0, 1),
        *[("ArrowUp", -1, 0)] * 4,
        ("ArrowUp", 0, 0),  # the edge
        ("ArrowLeft", 0, -1),
    ]:
        page.keyboard.press(key)
        row, column = row + down, column + right
        expect(page.locator(".moving")).to_have_attribute("data-place", f"{row},{column}")
    settings = WhySettings(part="moved", row=row, column=column)
    page.wait_for_url(address(server, settings))
    check_moved(page, settings)
    expect(page.locator(".moving .unseen")).to_contain_text(
        f"At row {row + 1}, column {column + 1}"
    )
    page.keyboard.press("Home")
    check_moved(page, AT_FIRST)


def test_the_object_is_dragged_where_it_is_gripped(server, page):
    open_page(page, server, WhySettings(part="moved"))
    box = page.locator(".moving .picture").bounding_box()
    cell = box["width"] / 12

    def at(row, column):
        return box["x"] + (column + 0.5) * cell, box["y"] + (row + 0.5) * cell

    page.mouse.move(*at(MOVED[0] + 4, MOVED[1] + 4))
    page.mouse.down()
    page.mouse.move(*at(9, 8), steps=4)
    page.mouse.up()
    settings = WhySettings(part="moved", row=5, column=4)
    check_moved(page, settings)
    page.mouse.move(*at(0, 0))  # no longer held
    check_moved(page, settings)
    page.wait_for_url(address(server, settings))
    page.mouse.down()  # beside it: it comes, as far as the edge lets it
    page.mouse.up()
    check_moved(page, WhySettings(part="moved", row=0, column=0))


def test_buttons_move_it_and_bring_it_back(server, page):
    open_page(page, server, WhySettings(part="moved", row=PLACES - 1, column=3))
    for name, row, column in [("Move down", 7, 3), ("Move up", 6, 3), ("Move left", 6, 2)]:
        page.get_by_role("button", name=name).click()
        check_moved(page, WhySettings(part="moved", row=row, column=column))
    page.get_by_role("button", name="Back to the first place").click()
    check_moved(page, AT_FIRST)
    page.wait_for_url(address(server, AT_FIRST))


def test_turned_and_recoloured_it_keeps_its_place(server, page):
    open_page(page, server, WhySettings(part="moved"))
    page.locator(".moving .picture").press("ArrowDown")
    settings = WhySettings(part="moved", row=MOVED[0] + 1)
    page.wait_for_url(address(server, settings))
    for text, change in {
        "A quarter turn": {"turn": 1},
        "Black": {"colour": "black"},
        "Plus": {"shape": "plus"},
        "White": {"colour": "white"},
    }.items():
        page.get_by_text(text, exact=True).click()
        settings = WhySettings(**{**vars(settings), **change})
        page.wait_for_url(address(server, settings))
        if settings.shape != "plus" or settings.colour != "white":
            check_moved(page, settings)
    # A plus that is turned is the same plus.
    expect(page.locator(".moving tbody tr").nth(2).locator(".verdict")).to_have_text(
        "✓ the score stays"
    )


def test_the_swan_opens_by_its_link_and_gives_the_lessons_numbers(server, page):
    lesson = LESSONS["swans"]
    open_page(page, server, WhySettings(part="counted"))
    page.get_by_role("link", name=lesson.title, exact=True).click()
    drawn(page, "moved")
    check_moved(page, from_lesson(lesson))
    first_dense, first_best, dense, best, row, column, *_ = lesson.expected
    rows = page.locator(".moving tbody tr")
    expect(rows.nth(0)).to_contain_text(f"{first_dense}")
    expect(rows.nth(0).locator("td[data-name=Now]")).to_have_text(readable(dense))
    expect(rows.nth(1).locator("td[data-name=Now]")).to_have_text(
        f"{best} at row {row + 1}, column {column + 1}"
    )
    expect(rows.nth(2).locator("td[data-name='At first']")).to_have_text(f"{first_best}")


# ---- The whole page ----


def test_what_was_set_survives_other_parts_other_pages_and_a_reload(server, page):
    open_page(page, server, WhySettings())
    page.get_by_role("radio", name="Dense").check()
    page.wait_for_url(lambda url: "kind=dense" in url)
    page.get_by_text("The same object, moved", exact=True).click()
    drawn(page, "moved")
    page.locator(".moving .picture").press("ArrowRight")
    settings = WhySettings(part="moved", kind="dense", column=MOVED[1] + 1)
    page.wait_for_url(address(server, settings))
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_role("link", name="Pooling").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pooling")
    sidebar.get_by_role("link", name="Why convolution").click()
    drawn(page, "moved")
    check_moved(page, settings)
    page.wait_for_url(address(server, settings))
    page.reload()
    drawn(page, "moved")
    check_moved(page, settings)
    page.get_by_text("Connections", exact=True).click()
    expect(drawn(page, "connections")).to_have_attribute("data-kind", "dense")


@pytest.mark.parametrize("part", PARTS)
def test_on_a_phone_nothing_is_wider_than_the_screen(server, page, part):
    page.set_viewport_size({"width": 390, "height": 844})
    settings = {"inputs": 8, "window": 1, "kind": "dense", "rows": 512, "columns": 512}
    settings |= {"channels": 1024, "filters": 1024, "row": 7, "column": 7}
    open_page(page, server, WhySettings(part=part, **settings))
    for _ in in_both_themes(page):
        fits(page)


def test_on_a_phone_each_part_is_a_button_with_a_border_all_round(server, page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, server, WhySettings())
    parts = page.get_by_test_id("stButtonGroup").get_by_role("radio")
    expect(parts).to_have_count(len(PARTS))
    for part in parts.all():
        for side in ("left", "right", "top", "bottom"):
            expect(part).not_to_have_css(f"border-{side}-color", "rgba(0, 0, 0, 0)")
            expect(part).to_have_css(f"border-{side}-width", "1px")


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("part", PARTS)
def test_axe_finds_nothing_serious(server, page, part, width):
    page.set_viewport_size({"width": width, "height": 900})
    open_page(page, server, WhySettings(part=part, turn=1, colour="black"))
    serious = [
        (scheme, one["id"], [node["target"] for node in one["nodes"]], one["nodes"][0]["html"])
        for scheme in in_both_themes(page)
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
