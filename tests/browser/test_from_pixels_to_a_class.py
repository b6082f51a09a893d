"""From pixels to a class, in a real browser: numbers, trails, painting, typing, links."""

from dataclasses import replace
from urllib.parse import urlencode

import numpy as np
import pytest
from helpers import eventually, fits, in_both_themes, settled
from playwright.sync_api import expect

from vizcore.export.permalink import to_query
from vizcore.lessons import LESSONS
from vizcore.lessons.forward import CLASSES, face, pictures
from vizcore.ops.forward import STAGES
from vizcore.ui.forward_settings import Drawing, ForwardSettings, from_lesson
from vizcore.ui.numbers import readable

START = ForwardSettings()
LARGE = START.reshaped(size=9, filters=3)
SAD = replace(START, picture=Drawing.of(face(7, "sad")))
TYPED = START.with_edit({"grid": "kernel", "place": [0, 0, 0], "text": "-2"}).with_edit(
    {"grid": "weights", "place": [4, 1], "text": "-0.25"}
)


def address(server, settings, **others):
    query = urlencode({**to_query(settings), **others})
    return f"{server.url}/from_pixels_to_a_class{'?' * bool(query)}{query}"


def open_page(tab, server, settings=START, **others):
    """Open the page and wait until its picture is drawn."""
    tab.goto(address(server, settings, **others))
    expect(tab.locator(".forward[data-drawn]")).to_be_visible()
    settled(tab)


READ = """(root) => {
  const stages = {};
  for (const cell of root.querySelectorAll("[data-stage][data-i]")) {
    const stage = (stages[cell.dataset.stage] ??= { texts: {}, lit: [], main: [], fed: [], winner: [], focused: [] });
    const i = Number(cell.dataset.i);
    stage.texts[i] = cell.textContent;
    for (const mark of ["lit", "main", "fed", "winner", "focused"]) if (cell.classList.contains(mark)) stage[mark].push(i);
  }
  const inside = (frame) => {
    const box = frame.getBoundingClientRect();
    const holds = ({ left, right, top, bottom }) =>
      (left + right) / 2 > box.left && (left + right) / 2 < box.right && (top + bottom) / 2 > box.top && (top + bottom) / 2 < box.bottom;
    return [...frame.parentElement.querySelectorAll("[data-i]")].filter((cell) => holds(cell.getBoundingClientRect()));
  };
  const frames = {};
  for (const frame of root.querySelectorAll(".window:not([hidden])"))
    for (const cell of inside(frame)) (frames[cell.dataset.stage] ??= []).push(Number(cell.dataset.i));
  const lines = [...root.querySelectorAll(".lines .core")].map((path) => (path.getAttribute("d").match(/M/g) ?? []).length);
  return { stages, frames, lines, data: { ...root.dataset }, sentence: root.querySelector(".sentence").textContent,
    verdict: root.querySelector(".verdict").textContent, total: root.querySelector(".total").textContent };
}"""  # noqa: E501


def seen(tab):
    """Everything that the picture shows, read from the page."""
    return tab.locator(".forward").evaluate(READ)


def number(text):
    return float(text.replace("−", "-").replace("%", ""))


def numbers(now, stage):
    """The numbers of a stage on screen, in reading order."""
    texts = now["stages"][stage]["texts"]
    return [number(texts[str(i)]) for i in range(len(texts))]


def check(tab, settings):
    """Every number on screen is the core's."""
    trace = settings.trace()
    expect(tab.locator(".forward")).to_have_attribute("data-picture", "_".join(settings.picture))
    now = seen(tab)
    of = int(now["data"]["of"])
    close = {"atol": 0.00501}
    for stage in ("picture", "convolution", "relu", "pooling", "flatten", "logits"):
        np.testing.assert_allclose(numbers(now, stage), trace.values(stage).ravel(), **close)
    np.testing.assert_allclose(numbers(now, "softmax"), 100 * trace.softmax, atol=0.0501)
    np.testing.assert_allclose(numbers(now, "weights"), trace.weights[:, of], **close)
    np.testing.assert_allclose(numbers(now, "products"), trace.products[:, of], **close)
    assert number(now["total"]) == pytest.approx(trace.logits[of], abs=0.00501)
    bias = now["stages"]["dense_bias"]["texts"][str(of)]
    assert number(bias) == pytest.approx(trace.bias[of], abs=0.00501)
    kernel = np.moveaxis(trace.convolution.kernel[:, :, 0], 2, 0).ravel()
    np.testing.assert_allclose(numbers(now, "kernel"), kernel, **close)
    np.testing.assert_allclose(numbers(now, "bias"), trace.convolution.bias, **close)
    best = np.flatnonzero(np.isclose(trace.softmax, trace.softmax.max()))
    assert all(CLASSES[k] in now["verdict"] for k in best)
    return now


def places(trace, stage, cells):
    return {int(np.ravel_multi_index(cell, trace.values(stage).shape)) for cell in cells}


def check_trail(tab, settings, stage, cell):
    """What is lit is the core's trail, and the windows are those of the number followed in full."""
    trace = settings.trace()
    (i,) = places(trace, stage, [cell])
    root = tab.locator(".forward")
    expect(root).to_have_attribute("data-followed", stage)
    expect(root).to_have_attribute("data-place", str(i))
    now = seen(tab)
    trail = trace.trail(stage, cell)
    of = int(now["data"]["of"])
    for name in STAGES:
        lit = {*now["stages"][name]["lit"]}
        if name == "products":
            # Of all classes' products, those of one are on screen.
            own = {k for k, c in trail.get(name, set()) if c == of}
            assert lit == own == {*now["stages"]["weights"]["lit"]}
        else:
            assert lit == places(trace, name, trail.get(name, set()))
    focused = i // len(CLASSES) if stage == "products" else i
    assert now["stages"][stage]["focused"] == [focused]
    check_windows(now, trace, stage, cell, of)
    return now


def check_windows(now, trace, stage, cell, of):
    push = [abs(trace.products[k, of]) for k in range(len(trace.flatten))]
    main = trace.trail(stage, cell)
    if stage in ("logits", "softmax"):
        strongest = now["stages"]["flatten"]["main"]
        assert [push[k] for k in strongest] == [max(push)] * any(push)
        main = trace.trail("flatten", strongest) if strongest else {}
    frames = {}
    if "convolution" in main:
        (window,) = main["convolution"]
        frames["picture"] = places(trace, "picture", trace.sources("convolution", window))
        frames["kernel"] = {9 * window[2] + k for k in range(9)}
    if "pooling" in main:
        (pooled,) = main["pooling"]
        frames["relu"] = places(trace, "relu", trace.pool_window(pooled))
        assert now["stages"]["relu"]["winner"] == [*places(trace, "relu", main["relu"])]
    assert {name: {*cells} for name, cells in now["frames"].items()} == frames


def cell(tab, stage, i):
    return tab.locator(f'[data-stage="{stage}"][data-i="{i}"]')


# ---- Numbers ----


@pytest.mark.parametrize(
    "settings", [START, SAD, TYPED, LARGE, START.reshaped(size=6, filters=2, partial=False)]
)
def test_every_number_is_the_cores(server, page, settings):
    open_page(page, server, settings)
    check(page, settings)


def test_the_slides_numbers_stand_on_screen(server, page):
    open_page(page, server, from_lesson(LESSONS["happy-face-to-class"]))
    now = seen(page)
    assert numbers(now, "flatten") + numbers(now, "logits") == [1, 1, 0, 4, 2, 1, 0, 2, 1, 3, 0, -1]
    assert now["verdict"] == "It says: Happy, with 93.6%."


def test_a_tie_is_no_verdict(server, page):
    straight = replace(START, picture=Drawing.of(pictures(7)["Straight"]))
    open_page(page, server, straight)
    assert seen(page)["verdict"] == "It cannot decide between Happy and Sad: 42.2% each."


# ---- Following numbers back ----


@pytest.mark.parametrize(
    ("stage", "place"),
    [
        ("picture", (2, 2, 0)),
        ("convolution", (3, 1, 0)),
        ("convolution", (4, 4, 0)),
        ("relu", (0, 2, 0)),
        ("pooling", (1, 0, 0)),
        ("pooling", (2, 2, 0)),
        ("pooling", (0, 2, 0)),
        ("flatten", (7,)),
        ("products", (3, 0)),
        ("logits", (1,)),
        ("softmax", (2,)),
    ],
)
def test_hovering_lights_the_whole_trail(server, page, stage, place):
    open_page(page, server)
    trace = START.trace()
    (i,) = places(trace, stage, [place])
    cell(page, stage, i // 3 if stage == "products" else i).hover()
    now = check_trail(page, START, stage, place)
    name = {"relu": "ReLU", "pooling": "Max pooling"}.get(stage, stage.capitalize())
    if stage == "products":
        assert "4·1 = 4" in now["sentence"]
    elif stage in ("logits", "softmax"):
        assert CLASSES[place[0]] in now["sentence"]
    else:
        assert now["sentence"].startswith(name)
        assert readable(trace.values(stage)[place]) in now["sentence"]


def test_with_several_filters_the_trail_keeps_to_its_own(server, page):
    open_page(page, server, LARGE)
    trace = LARGE.trace()
    for stage, place in (("pooling", (2, 1, 2)), ("flatten", (25,)), ("products", (24, 0))):
        (i,) = places(trace, stage, [place])
        cell(page, stage, i // 3 if stage == "products" else i).hover()
        check_trail(page, LARGE, stage, place)
    cell(page, "logits", 1).hover()
    check_trail(page, LARGE, "logits", (1,))
    check(page, LARGE)


def test_lines_join_the_stages(server, page):
    open_page(page, server)
    cell(page, "pooling", 3).hover()
    check_trail(page, START, "pooling", (1, 0, 0))
    # Two from either window, one from the convolution to ReLU.
    assert sum(seen(page)["lines"]) == 5
    cell(page, "logits", 2).hover()
    check_trail(page, START, "logits", (2,))
    # Three products are not 0: one followed in full by 7 lines, two by 4 each.
    assert sum(seen(page)["lines"]) == 7 + 2 * 4


HIDDEN = """(root) => {
  const { left, top } = root.querySelector(".lines").getBoundingClientRect();
  const boxes = [...root.querySelectorAll("[data-i], figcaption, .titles span, button, .total, .said")].map((node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [node.textContent, (node.dataset.i ? node : range).getBoundingClientRect()];
  });
  const found = new Set();
  for (const path of root.querySelectorAll(".lines .core"))
    for (const line of path.getAttribute("d").split("M").slice(1)) {
      const [x1, y1, x2, y2] = line.split(/[L,]/).map(Number);
      for (let part = 0.01; part < 1; part += 0.01) {
        const [x, y] = [left + x1 + part * (x2 - x1), top + y1 + part * (y2 - y1)];
        for (const [text, box] of boxes)
          if (x > box.left + 1 && x < box.right - 1 && y > box.top + 1 && y < box.bottom - 1) found.add(text);
      }
    }
  return [...found];
}"""  # noqa: E501


@pytest.mark.parametrize("width", [1440, 1024])
@pytest.mark.parametrize("settings", [START, LARGE, START.reshaped(size=6, filters=2)])
def test_no_line_runs_through_a_number_or_a_heading(server, page, settings, width):
    page.set_viewport_size({"width": width, "height": 900})
    open_page(page, server, settings, at="6_2")
    check_trail(page, settings, "logits", (2,))
    assert seen(page)["lines"][1] > 0 or width < 1440  # then the parts may stand below each other
    assert page.locator(".forward").evaluate(HIDDEN) == []


def test_a_bar_marks_what_is_not_0_and_the_marks_are_explained(server, page):
    open_page(page, server)
    cell(page, "logits", 2).hover()
    now = check_trail(page, START, "logits", (2,))
    for stage in ("picture", "flatten", "products"):
        texts = numbers(now, stage)
        assert all(texts[i] for i in now["stages"][stage]["lit"])
    assert now["stages"]["products"]["lit"] == [0, 1, 3]
    told = page.locator(".forward .marks")
    expect(told).to_contain_text("Frame: the strongest way. Bar: everything else it came from.")
    # The bar lies under the cell, not on its number.
    shadow = cell(page, "products", 0).evaluate("(cell) => getComputedStyle(cell).boxShadow")
    assert "0px 3px 0px 0px" in shadow.split("inset")[0]


def test_where_nothing_pushes_there_is_no_strongest_way(server, page):
    blank = replace(START, picture=Drawing.of(np.zeros((7, 7))))
    open_page(page, server, blank, at="6_1")
    now = check_trail(page, blank, "logits", (1,))
    assert now["frames"] == {} and sum(now["lines"]) == 0


def test_a_pixel_shows_what_it_feeds(server, page):
    open_page(page, server)
    cell(page, "picture", 8).hover()
    check_trail(page, START, "picture", (1, 1, 0))
    assert seen(page)["stages"]["convolution"]["fed"] == [0, 1, 5, 6]
    assert "the windows of the 4 framed cells" in seen(page)["sentence"]


def test_following_costs_no_traffic(server, page):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    open_page(page, server)
    told = len(sent)
    for stage in ("convolution", "pooling", "flatten", "logits", "softmax"):
        cell(page, stage, 1).hover()
        expect(page.locator(".forward")).to_have_attribute("data-followed", stage)
    cell(page, "softmax", 1).click()
    page.get_by_role("button", name="Sort by push").click()
    page.wait_for_url(lambda url: "at=7_1" in url)
    assert len(sent) == told


def test_the_largest_probability_is_followed_until_another_number_is_held(server, page):
    open_page(page, server)
    check_trail(page, START, "softmax", (0,))
    cell(page, "pooling", 4).click()
    page.mouse.move(5, 5)
    check_trail(page, START, "pooling", (1, 1, 0))
    page.wait_for_url(lambda url: "at=3_4" in url)
    page.reload()
    expect(page.locator(".forward[data-drawn]")).to_be_visible()
    check_trail(page, START, "pooling", (1, 1, 0))


def test_keys_walk_and_follow(server, page):
    open_page(page, server)
    cell(page, "pooling", 0).focus()
    for key, place in (("ArrowDown", (1, 0)), ("ArrowRight", (1, 1)), ("ArrowUp", (0, 1))):
        page.keyboard.press(key)
        check_trail(page, START, "pooling", (*place, 0))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "at=3_1" in url)
    cell(page, "flatten", 0).focus()
    page.keyboard.press("ArrowDown")
    check_trail(page, START, "flatten", (1,))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    check_trail(page, START, "products", (1, 0))
    cell(page, "logits", 0).focus()
    page.keyboard.press("ArrowDown")
    check_trail(page, START, "logits", (1,))
    page.keyboard.press("ArrowRight")
    check_trail(page, START, "softmax", (1,))
    expect(page.locator(".forward [aria-live]")).to_contain_text("Softmax of Sad")


def test_products_can_be_sorted_by_their_push(server, page):
    open_page(page, server)
    trace = START.trace()

    def order():
        tops = page.locator(".grid.products [data-i]").evaluate_all(
            "cells => cells.map((cell) => [cell.getBoundingClientRect().top, cell.dataset.i])"
        )
        return [int(i) for _, i in sorted(tops)]

    for of in (0, 1, 2):
        cell(page, "logits", of).hover()
        check_trail(page, START, "logits", (of,))
        assert order() == list(range(9))
        page.get_by_role("button", name="Sort by push").click()
        cell(page, "logits", of).hover()
        check_trail(page, START, "logits", (of,))
        assert order() == trace.ranking(of)
        page.get_by_role("button", name="Sort by push").click()
    cell(page, "logits", 1).click()
    page.get_by_role("button", name="Sort by push").click()
    cell(page, "products", trace.ranking(1)[0]).focus()
    page.keyboard.press("ArrowDown")
    check_trail(page, START, "products", (trace.ranking(1)[1], 1))


# ---- Painting ----


def painted(settings, pixels, value):
    """These settings with pixels set."""
    picture = settings.picture.values()
    for pixel in pixels:
        picture[pixel] = value
    return replace(settings, picture=Drawing.of(picture))


def centre(tab, i):
    box = cell(tab, "picture", i).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_click_turns_a_pixel_and_back(server, page):
    open_page(page, server)
    cell(page, "picture", 24).click()
    changed = painted(START, [(3, 3)], 0)
    page.wait_for_url(address(server, changed))
    eventually(page, lambda: check(page, changed))
    cell(page, "picture", 24).click()
    page.wait_for_url(address(server, START))
    eventually(page, lambda: check(page, START))


def test_a_drag_paints_a_line_which_one_undo_takes_back(server, page):
    open_page(page, server)
    page.mouse.move(*centre(page, 14))
    page.mouse.down()
    for i in (15, 16, 17, 18):
        page.mouse.move(*centre(page, i), steps=4)
    page.mouse.up()
    page.mouse.move(*centre(page, 20))
    changed = painted(START, [(2, c) for c in range(5)], 1)
    page.wait_for_url(address(server, changed))
    eventually(page, lambda: check(page, changed))
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(address(server, START))
    eventually(page, lambda: check(page, START))


def test_a_drag_that_begins_on_a_lit_pixel_wipes(server, page):
    open_page(page, server)
    page.mouse.move(*centre(page, 37))
    page.mouse.down()
    page.mouse.move(*centre(page, 39), steps=8)
    page.mouse.up()
    changed = painted(START, [(5, 2), (5, 3), (5, 4)], 0)
    page.wait_for_url(address(server, changed))
    eventually(page, lambda: check(page, changed))


def test_a_picture_is_painted_by_keys(server, page):
    open_page(page, server)
    cell(page, "picture", 0).focus()
    page.keyboard.press("Space")
    for key in ("ArrowRight", "ArrowDown", "Enter", "ArrowDown", "Space"):
        page.keyboard.press(key)
    changed = painted(painted(START, [(0, 0), (2, 1)], 1), [(1, 1)], 0)
    page.wait_for_url(address(server, changed))
    eventually(page, lambda: check(page, changed))
    expect(cell(page, "picture", 15)).to_be_focused()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    back = painted(START, [(0, 0)], 1)
    page.wait_for_url(address(server, back))
    eventually(page, lambda: check(page, back))


def test_what_is_painted_stands_before_the_server_answers(server, page):
    open_page(page, server)
    page.context.set_offline(True)
    cell(page, "picture", 0).click()
    expect(cell(page, "picture", 0)).to_have_text("1")


@pytest.mark.parametrize("name", pictures(7))
def test_pictures_to_try_are_drawn_and_classed(server, page, name):
    open_page(page, server, replace(START, picture=Drawing.of(np.tri(7))))
    button = page.get_by_role("group", name="Pictures to try").get_by_role("button", name=name)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    changed = replace(START, picture=Drawing.of(pictures(7)[name]))
    page.wait_for_url(address(server, changed))
    eventually(page, lambda: check(page, changed))


def test_a_picture_is_inverted(server, page):
    open_page(page, server, SAD)
    page.get_by_role("button", name="Invert").click()
    changed = replace(SAD, picture=Drawing.of(1 - face(7, "sad")))
    page.wait_for_url(address(server, changed))
    eventually(page, lambda: check(page, changed))


# ---- Typing ----


@pytest.mark.parametrize(
    ("grid", "i", "place"),
    [
        ("kernel", 4, [0, 1, 1]),
        ("bias", 0, [0]),
        ("weights", 3, [3, 0]),
        ("dense_bias", 0, [0]),
    ],
)
def test_a_number_is_typed_in_place(server, page, grid, i, place):
    open_page(page, server)
    target = cell(page, grid, i)
    target.click()
    page.keyboard.type("-1.5")
    page.keyboard.press("Enter")
    changed = START.with_edit({"grid": grid, "place": place, "text": "-1.5"})
    page.wait_for_url(address(server, changed))
    eventually(page, lambda: check(page, changed))
    expect(target).to_be_focused()
    page.keyboard.press("Control+z")
    page.wait_for_url(address(server, START))
    eventually(page, lambda: check(page, START))


def test_the_weights_typed_are_those_of_the_class_on_screen(server, page):
    open_page(page, server)
    cell(page, "logits", 2).click()
    cell(page, "weights", 8).focus()
    page.keyboard.press("5")
    page.keyboard.press("Enter")
    changed = START.with_edit({"grid": "weights", "place": [8, 2], "text": "5"})
    page.wait_for_url(lambda url: urlencode(to_query(changed)) in url)
    eventually(page, lambda: check(page, changed))


def test_bad_text_is_refused_where_it_stands(server, page):
    open_page(page, server)
    target = cell(page, "weights", 0)
    target.click()
    page.keyboard.type("<b>")
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_contain_text("“<b>” is not a number")
    expect(target.locator("input")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Escape")
    expect(page.locator(".note")).to_have_text("")
    check(page, START)


# ---- The network ----


def test_keras_drops_the_partial_windows(server, page):
    open_page(page, server)
    page.get_by_test_id("stCheckbox").get_by_text("Partial windows").click()
    changed = START.reshaped(partial=False)
    page.wait_for_url(address(server, changed))
    eventually(page, lambda: check(page, changed))
    assert numbers(seen(page), "pooling") == [1, 1, 4, 2]


def test_weights_are_learned_anew_for_another_filter(server, page):
    open_page(page, server, TYPED)
    page.get_by_role("button", name="Learn the weights anew").click()
    changed = TYPED.learned()
    page.wait_for_url(address(server, changed))
    eventually(page, lambda: check(page, changed))


# ---- Links, and other screens ----


def test_a_link_shows_the_same_screen(server, page):
    settings = replace(LARGE, picture=Drawing.of(np.eye(9)))
    open_page(page, server, settings, at="6_2")
    check(page, settings)
    check_trail(page, settings, "logits", (2,))


def test_the_lesson_opens_from_the_page(server, page):
    open_page(page, server, LARGE)
    page.get_by_role("link", name=LESSONS["happy-face-to-class"].title).click()
    eventually(page, lambda: check(page, START))
    expect(page.get_by_text("MaxPooling2D((2, 2)), drops them")).to_be_visible()


def test_what_was_painted_survives_a_switch_of_pages(server, page):
    open_page(page, server)
    cell(page, "picture", 0).click()
    changed = painted(START, [(0, 0)], 1)
    page.wait_for_url(address(server, changed))
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_role("link", name="Pooling").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pooling")
    sidebar.get_by_role("link", name="From pixels to a class").click()
    expect(page.locator(".forward[data-drawn]")).to_be_visible()
    eventually(page, lambda: check(page, changed))


def test_a_stage_opens_in_its_own_page(server, page):
    open_page(page, server, SAD)
    page.get_by_test_id("stMain").get_by_role("link", name="Pooling").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pooling")
    expect(page.locator(".stepper[data-drawn]")).to_be_visible()
    shown = [readable(value) for value in SAD.trace().relu.ravel()]
    expect(page.locator(".stepper .grid.input [role=gridcell]:not(.beyond)")).to_have_text(shown)


@pytest.mark.parametrize("settings", [START, LARGE])
def test_on_a_phone_everything_stays_on_screen(server, page, settings):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, server, settings)
    check(page, settings)
    assert seen(page)["lines"] == [0, 0]
    for _ in in_both_themes(page):
        fits(page)
        stage = page.locator(".forward .stage")
        assert stage.evaluate("(stage) => stage.scrollWidth <= stage.clientWidth")
    cell(page, "picture", 0).click()
    changed = painted(settings, [(0, 0)], 1)
    page.wait_for_url(address(server, changed))
    eventually(page, lambda: check(page, changed))


def test_on_a_phone_no_volume_is_out_of_sight(server, page):
    open_page(page, server)
    picture = page.locator(".drawing")
    tops = """(picture) => [...picture.querySelectorAll(".name")]
      .map((name) => Math.round(name.getBoundingClientRect().top))"""
    expect(picture.locator(".volume")).to_have_count(5)

    def rows(count):
        assert len({*picture.evaluate(tops)}) == count

    eventually(page, lambda: rows(1))
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(
        """() => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
             .map((mount) => mount.shadowRoot?.querySelector(".drawing")).filter(Boolean)
             .every((picture) => picture.scrollWidth <= picture.clientWidth)"""
    )
    expect(picture.locator(".volume")).to_have_count(5)
    eventually(page, lambda: rows(2))
    expect(page.locator(".hint")).to_be_hidden()
    page.set_viewport_size({"width": 1440, "height": 900})
    eventually(page, lambda: rows(1))
