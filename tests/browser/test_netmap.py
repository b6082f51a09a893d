"""The map of a network in a real browser: its colours, what lights up, and all of it by keys."""

import re

import numpy as np
import pytest
from conftest import Server
from helpers import in_both_themes, record_frames, settled
from netmap_app import network, picture
from playwright.sync_api import expect
from test_accessibility import serious_violations

from vizcore.figures.colours import RESPONSE_RAMP, WEIGHT_RAMP, colour_at
from vizcore.nets.receptive import fields_of

BODY = ".netmap[data-drawn]"
STEP, TILE = 49, 44


@pytest.fixture(scope="module")
def app():
    """The page of `netmap_app`."""
    running = Server("tests/browser/netmap_app.py").wait()
    yield running
    running.stop()


def open_map(tab, app, name="small", **query):
    more = "".join(f"&{key}={value}" for key, value in query.items())
    tab.goto(f"{app.url}/?net={name}{more}")
    expect(tab.locator(BODY)).to_be_visible(timeout=60_000)
    settled(tab)


def activations(name="small", number=0):
    return network(name).activations(picture(name, number))


def state(tab):
    return tab.locator(BODY).evaluate("body => ({ ...body.dataset })")


def expect_state(tab, **wanted):
    """Wait until the map says so of itself: ``lit``, ``opened``, ``value``."""
    for name, value in wanted.items():
        expect(tab.locator(BODY)).to_have_attribute(f"data-{name}", value)


def drawn_anew(tab, act):
    """Do something, and wait until all maps are drawn once more."""
    before = state(tab)["drawn"]
    act()
    expect(tab.locator(BODY)).not_to_have_attribute("data-drawn", before)


def said(tab, part):
    return tab.locator(f".said .{part}")


def told(tab):
    """What the server has been told."""
    return tab.get_by_test_id("stCode")


def place(tab, node, index, count, pixel=(0.5, 0.5)):
    """Where a point of a map lies in the window; of a column of at most ten, by its layout.

    The point is given as shares of the map's height and width.
    """
    head = tab.locator(f'.head[data-node="{node}"]').bounding_box()
    canvas = tab.locator(".over").bounding_box()
    lines = tab.locator(BODY).evaluate("body => body.querySelector('.over').clientHeight")
    middle = canvas["y"] + lines / 2
    top = middle + (index - count / 2) * STEP + (STEP - TILE) / 2
    left = head["x"] + head["width"] / 2 - TILE / 2
    return left + pixel[1] * TILE, top + pixel[0] * TILE


def point_at(tab, node, index, count, cell=None, size=1):
    share = (0.5, 0.5) if cell is None else [(n + 0.5) / size for n in cell]
    tab.mouse.move(*place(tab, node, index, count, share))


def colour(tab, x, y, canvas="base"):
    """The colour and the opacity that a canvas has at a place of the window."""
    return tab.locator(f"canvas.{canvas}").evaluate(
        """(canvas, [x, y]) => {
             const box = canvas.getBoundingClientRect(), ratio = canvas.width / box.width;
             const at = [(x - box.left) * ratio, (y - box.top) * ratio].map(Math.floor);
             return [...canvas.getContext("2d").getImageData(...at, 1, 1).data];
           }""",
        [x, y],
    )


def near(one, other):
    """Equal to what 512 shades of a scale can tell."""
    return max(abs(a - b) for a, b in zip(one[:3], channels(other), strict=True)) <= 3


def channels(shade):
    return [int(shade[i : i + 2], 16) for i in (1, 3, 5)]


def shade(values, index, cell, limit):
    return colour_at(RESPONSE_RAMP, float(values[(*cell, index)]), float(limit))


def test_maps_are_painted_in_the_colours_of_their_values_on_the_chosen_range(page, app):
    open_map(page, app)
    given = activations()
    # Four of conv1's 16 cells for each of its four maps, each map 4×4, a cell 11 pixels wide.
    cells = [(index, cell) for index in range(4) for cell in ((0, 0), (1, 3), (3, 2))]
    largest = {name: np.abs(given[name]).max() for name in given if name != "input"}
    limits = {
        "one map": lambda index: np.abs(given["conv1"][..., index]).max(),
        "one layer": lambda index: largest["conv1"],
        "the network": lambda index: max(largest.values()),
    }
    assert len({round(float(limit(0)), 4) for limit in limits.values()}) == 3
    for name, limit in limits.items():
        drawn_anew(page, lambda name=name: page.get_by_role("radio", name=name).check(force=True))
        for index, cell in cells:
            x, y = place(page, "conv1", index, 4, [(n + 0.5) / 4 for n in cell])
            assert near(colour(page, x, y), shade(given["conv1"], index, cell, limit(index)))
    expect(told(page)).to_have_text("0 network")
    levels = picture("small", 0)
    for channel in range(3):
        x, y = place(page, "input", channel, 3, [(n + 0.5) / 6 for n in (2, 4)])
        wanted = [0, 0, 0, 255]
        wanted[channel] = int(levels[2, 4, channel])
        assert colour(page, x, y) == wanted


def test_pointing_lights_the_sources_and_costs_no_traffic(page, app):
    frames = record_frames(page)
    open_map(page, app)
    given, net = activations(), network("small")
    frames.clear()
    point_at(page, "conv1", 1, 4, (2, 1), 4)
    expect_state(page, lit="conv1,1")
    assert float(state(page)["value"]) == float(given["conv1"][2, 1, 1])
    # All channels are lit above the dimmed map, of conv1 only the one that is pointed at.
    alpha = {
        (node, index): colour(page, *place(page, node, index, count), "over")[3]
        for node, count in (("input", 3), ("conv1", 4), ("relu1", 4))
        for index in range(count)
    }
    lit = {("input", 0), ("input", 1), ("input", 2), ("conv1", 1)}
    assert {one for one, is_lit in alpha.items() if is_lit} == lit
    expect(page.locator(".base.dim")).to_be_visible()
    expect(said(page, "title")).to_have_text("conv1, map 2 of 4")
    rows, columns = fields_of(net.graph)["conv1"].seen((2, 1), (6, 6))
    assert (rows, columns) == ((2, 5), (1, 4))
    expect(said(page, "pixel")).to_contain_text("Row 3, column 2: ")
    expect(said(page, "pixel")).to_contain_text("It sees rows 3 to 5, columns 2 to 4")
    # The amber outline of what it sees, at the left edge of the field in the first channel.
    x, y = place(page, "input", 0, 3, (3.5 / 6, 1 / 6))
    assert colour(page, x, y, "over")[:3] == [255, 176, 0]
    point_at(page, "pool1", 3, 4)
    expect_state(page, lit="pool1,3")
    assert [colour(page, *place(page, "relu1", i, 4), "over")[3] > 0 for i in range(4)] == [
        False,
        False,
        False,
        True,
    ]
    page.mouse.move(2, 2)
    expect_state(page, lit="")
    expect(page.locator(".base.dim")).to_have_count(0)
    assert not frames


def test_a_click_opens_and_the_mark_stays(page, app):
    open_map(page, app)
    page.mouse.click(*place(page, "relu1", 2, 4))
    expect_state(page, opened="relu1,2")
    expect(told(page)).to_have_text("relu1 2 layer")
    settled(page)
    page.mouse.move(2, 2)
    expect_state(page, lit="")
    x, y = place(page, "relu1", 2, 4)
    assert colour(page, x - TILE / 2 - 3, y, "over")[:3] == [255, 176, 0]
    page.get_by_role("button", name="Close the open map").click()
    expect(told(page)).to_have_text("0 layer")
    expect_state(page, opened="")


def test_the_edges_of_an_open_map_stand_out_and_the_maps_do_too(page, app):
    open_map(page, app)
    page.mouse.click(*place(page, "relu1", 2, 4))
    expect_state(page, opened="relu1,2")
    page.mouse.move(2, 2)
    expect_state(page, lit="")
    expect(page.locator(".lines.dim")).to_be_visible()
    expect(page.locator(".base.dim")).to_have_count(0)
    middles = [[place(page, node, index, 4) for node in ("conv1", "relu1")] for index in range(4)]
    middles = [((one[0] + other[0]) / 2, one[1]) for one, other in middles]
    assert all(colour(page, *middle, "lines")[3] for middle in middles)
    assert [bool(colour(page, *middle, "over")[3]) for middle in middles] == [
        *[False, False, True, False]
    ]
    page.get_by_role("button", name="Close the open map").click()
    expect(page.locator(".dim")).to_have_count(0)


def test_the_legend_of_edges_has_their_colours_on_light_paper_and_dark(page, app):
    open_map(page, app)
    ends = [f"rgb({', '.join(map(str, channels(WEIGHT_RAMP[i])))})" for i in (0, -1)]
    shade = f"linear-gradient(90deg, {ends[0]}, rgba(0, 0, 0, 0), {ends[1]})"
    for _ in in_both_themes(page):
        expect(page.locator(".scale.weights")).to_have_css("background-image", shade)
        expect(page.locator(".range.weights i").first).to_have_css("background-image", shade)


def test_all_of_it_by_keys(page, app):
    open_map(page, app)
    page.get_by_role("radio", name="network").focus()
    page.keyboard.press("Tab")
    live = page.locator(".unseen")
    values = activations()["conv1"]
    expect(said(page, "title")).to_have_text("conv1, map 1 of 4")
    walks = [
        (["ArrowDown", "ArrowDown", "ArrowDown"], "conv1,3"),
        (["ArrowRight"], "relu1,3"),
        (["ArrowRight", "ArrowRight"], "dense1,2"),
        (["ArrowUp", "ArrowUp", "ArrowUp"], "dense1,0"),
        (["End", "ArrowRight"], "softmax1,0"),
        (["Home", "PageDown"], "input,2"),
        (["ArrowRight", "PageDown"], "conv1,3"),
    ]
    for keys, place_of in walks:
        for key in keys:
            page.keyboard.press(key)
        expect_state(page, lit=place_of)
    low, high = values[..., 3].min(), values[..., 3].max()
    expect(live).to_contain_text("conv1, map 4 of 4, 4×4, from ")
    words = live.text_content().replace("−", "-").split()
    assert words[:6] == ["conv1,", "map", "4", "of", "4,", "4×4,"]
    assert (float(words[7]), float(words[9])) == pytest.approx((low, high), abs=1e-4)
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowLeft")
    expect(live).to_contain_text("Row 3, column 2: ")
    assert float(state(page)["value"]) == float(values[2, 1, 3])
    page.keyboard.press("Enter")
    expect(told(page)).to_have_text("conv1 3 layer")
    page.keyboard.press("Escape")
    expect(told(page)).to_have_text("0 layer")


def test_another_picture_brings_its_own_maps_and_legends(page, app):
    open_map(page, app)
    for number in (1, 2, 3, 4, 5, 6, 0):  # what is sent once is not forgotten
        stamp = state(page)["picture"]
        page.get_by_role("radio", name=str(number)).check(force=True)
        expect(page.locator(f"{BODY}:not([data-picture='{stamp}'])")).to_be_visible()
        given = activations(number=number)
        limit = np.abs(given["conv1"]).max()
        x, y = place(page, "conv1", 0, 4, (1.5 / 4, 2.5 / 4))
        assert near(colour(page, x, y), shade(given["conv1"], 0, (1, 2), limit))
        head = page.locator('.head[data-node="conv1"] .range').first
        assert float(head.inner_text().lstrip("±")) == pytest.approx(limit, rel=0.06)


def test_wide_layers_have_pages(page, app):
    open_map(page, app, "wide")
    head = page.locator('.head[data-node="conv1"]')
    expect(head.locator(".place")).to_have_text("1–70 of 160")
    expect(page.get_by_text("Where there are more than 600 edges")).to_be_visible()
    head.get_by_role("button", name="Next page").click()
    for node in ("conv1", "relu1"):
        expect(page.locator(f'.head[data-node="{node}"] .place')).to_have_text("71–140 of 160")
    page.locator(".over").focus()
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    expect_state(page, lit="conv1,140")
    page.keyboard.press("End")
    expect_state(page, lit=re.compile("^softmax1,"))
    # Of two groups, the second one's maps read the second half of relu1's.
    for key in ("Home", "ArrowRight", "PageDown", "PageDown", "PageDown"):
        page.keyboard.press(key)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(said(page, "facts")).to_contain_text("From 80 maps of relu1")
    likeliest = int(activations("wide")["softmax1"].argmax())
    first, last = 12 * (likeliest // 12) + 1, min(40, 12 * (likeliest // 12) + 12)
    expect(page.locator('.head[data-node="softmax1"] .place')).to_have_text(f"{first}–{last} of 40")


def test_a_link_opens_a_map_that_is_out_of_sight_in_a_deep_network(page, app):
    page.set_viewport_size({"width": 390, "height": 844})
    open_map(page, app, "deep")
    columns = page.locator(".head").count()
    expect(page.locator(".hint")).to_have_text(re.compile(f"^Columns 1–[2-4] of {columns}$"))
    wide = page.locator(BODY).evaluate("body => [body.scrollWidth, body.clientWidth]")
    assert wide[0] <= wide[1] <= 390
    last = int(page.locator(".hint").inner_text().split("–")[1].split()[0])
    page.get_by_role("button", name="Columns behind these").click()
    expect(page.locator(".hint")).to_have_text(re.compile(f"^Columns {last + 1}–"))
    page.get_by_role("button", name="Columns before these").click()
    expect(page.locator(".hint")).to_have_text(re.compile("^Columns 1–"))
    page.locator(".over").focus()
    page.keyboard.press("End")
    expect_state(page, lit=re.compile("^softmax1,"))
    expect(page.locator(".hint")).to_have_text(re.compile(f"–{columns} of {columns}$"))
    box = page.locator('.head[data-node="softmax1"]').bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect_state(page, lit=re.compile("^residual6,"))
    for _ in range(2):  # through both rows of its sixteen maps
        page.keyboard.press("ArrowLeft")
    expect(said(page, "title")).to_contain_text("residual6_add, map ")
    expect(said(page, "facts")).to_contain_text("of residual6_conv2_norm. From map ")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(said(page, "title")).to_contain_text("residual6_conv2_norm, map ")
    expect(said(page, "facts")).to_contain_text("of residual6_conv2, by batch normalisation.")
    for _ in in_both_themes(page):
        assert not serious_violations(page)


def test_a_finger_looks_first_and_opens_with_a_second_tap(browser, app):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    tab = context.new_page()
    open_map(tab, app)
    point = place(tab, "conv1", 1, 4)
    tab.touchscreen.tap(*point)
    expect(said(tab, "title")).to_have_text("conv1, map 2 of 4")
    expect_state(tab, opened="")
    expect(tab.get_by_role("button", name="Open this map")).to_be_visible()
    tab.touchscreen.tap(*point)
    expect(told(tab)).to_have_text("conv1 1 layer")
    context.close()
