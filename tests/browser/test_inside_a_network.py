"""A network opened in a real browser: choose, open, step, draw, and come back by a link."""

import re

import numpy as np
from helpers import settled
from playwright.sync_api import expect

from vizcore.imaging.sketches import SKETCHES
from vizcore.nets import pretrained
from vizcore.ui.drawn_digit import DrawnDigit

VERDICT = ".prediction .verdict"


def open_network(tab, server, query=""):
    tab.goto(f"{server.url}/inside_a_network{query}")
    # A server's first page of this kind imports what draws it.
    expect(tab.locator(".netmap[data-drawn]")).to_be_visible(timeout=60_000)
    settled(tab)


def said_of(key, picture):
    network = pretrained.load(key)
    shares = network.activations(picture)[network.output]
    return f"It says: {network.class_names[shares.argmax()]}, with {100 * shares.max():.1f}%"


def pad_of(tab):
    return tab.locator(".pad").evaluate("pad => pad.dataset.levels")


def draw(tab, *points):
    """Draw a line through pixels (row, column) with the mouse."""
    box = tab.locator(".pad canvas").bounding_box()
    pixel = box["width"] / 28
    places = [(box["x"] + (c + 0.5) * pixel, box["y"] + (r + 0.5) * pixel) for r, c in points]
    tab.mouse.move(*places[0])
    tab.mouse.down()
    for place in places[1:]:
        tab.mouse.move(*place, steps=6)
    tab.mouse.up()


def test_a_visit(server, browser, page):
    """Another picture, a map, a step in it, a source; a link shows the same to somebody else."""
    open_network(page, server, "?model=tiny")
    expect(page.locator(VERDICT)).to_have_text(said_of("tiny", SKETCHES["ship"].load()))

    chosen = page.get_by_role("radio", name="Ship, drawn")
    chosen.focus()
    chosen.press("ArrowRight")
    expect(page.locator(VERDICT)).to_have_text(said_of("tiny", SKETCHES["airplane"].load()))
    page.wait_for_url(lambda url: "picture=sample-1" in url)

    over = page.locator(".netmap canvas.over")
    over.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    place = page.locator(".netmap").evaluate("map => map.dataset.lit")
    page.keyboard.press("Enter")
    inside = page.locator(".inside[data-drawn]")
    expect(inside).to_be_visible()
    node, number = place.split(",")
    expect(inside).to_have_attribute("data-node", node)
    expect(inside).to_have_attribute("data-map", number)
    page.wait_for_url(lambda url: f"node={node}" in url)
    # What is opened below the window comes into sight.
    page.wait_for_function(
        """() => {
             const detail = document.querySelector(".st-key-network-detail");
             const { top } = detail.getBoundingClientRect();
             return top > 0 && top < innerHeight / 2;
           }"""
    )

    page.get_by_role("button", name=re.compile("^Next ")).first.click()
    page.wait_for_url(lambda url: "at=" in url)
    at = inside.get_attribute("data-at")
    value = inside.get_attribute("data-value")

    context = browser.new_context(viewport={"width": 1440, "height": 900})
    other = context.new_page()
    open_network(other, server, page.url[page.url.index("?") :])
    again = other.locator(".inside[data-drawn]")
    expect(again).to_have_attribute("data-at", at)
    expect(again).to_have_attribute("data-value", value)
    assert other.evaluate("scrollY") == 0
    expect(other.locator(VERDICT)).to_have_text(said_of("tiny", SKETCHES["airplane"].load()))
    context.close()


def test_a_drawn_digit_is_answered_and_kept_in_the_link(server, page):
    open_network(page, server)
    page.get_by_test_id("stButtonGroup").get_by_text("Draw", exact=True).click()
    expect(page.locator(VERDICT)).to_have_text(said_of("digits", DrawnDigit().picture()))
    draw(page, (7, 9), (7, 18), (13, 15), (22, 12))
    page.wait_for_url(lambda url: len(url) > len(server.url) + 60)
    drawn = pad_of(page)
    expect(page.locator(VERDICT)).to_have_text(said_of("digits", DrawnDigit(drawn).picture()))
    draw(page, (14, 9), (14, 18))
    expect(page.locator(VERDICT)).to_have_text(
        said_of("digits", DrawnDigit(pad_of(page)).picture())
    )
    assert pad_of(page) != drawn
    page.get_by_role("button", name="Undo").click()
    assert pad_of(page) == drawn
    text = DrawnDigit(drawn).to_text()
    page.wait_for_url(lambda url: text in url)

    page.reload()
    expect(page.locator(".pad")).to_have_attribute("data-levels", drawn)
    expect(page.locator(VERDICT)).to_have_text(said_of("digits", DrawnDigit(drawn).picture()))
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(VERDICT)).to_have_text(said_of("digits", DrawnDigit().picture()))


def test_one_draws_by_keys_on_a_phone(server, page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_network(page, server, f"?picture={DrawnDigit().to_text()}")
    pad = page.locator(".pad canvas")
    pad.focus()
    expect(page.locator(".pad .cursor")).to_be_visible()
    for key in ("ArrowUp", "ArrowUp", "ArrowRight", " "):
        page.keyboard.press(key)
    # From row 14 and column 14, counted from 1, to row 12 and column 15.
    # A dab of radius 1.2 that fades over 0.9: neighbours 1 and √2 away have 72% and 26% of it.
    levels = np.array([int(level, 16) for level in pad_of(page)]).reshape(28, 28)
    assert levels[10:13, 13:16].tolist() == [[4, 11, 4], [11, 15, 11], [4, 11, 4]]
    assert levels.sum() == 15 + 4 * 11 + 4 * 4
    page.keyboard.press("Backspace")
    assert pad_of(page)[11 * 28 + 14] == "0"
    page.keyboard.press("Control+z")
    assert pad_of(page)[11 * 28 + 14] == "f"
    drawn = DrawnDigit(pad_of(page))
    expect(page.locator(VERDICT)).to_have_text(said_of("digits", drawn.picture()))
    page.wait_for_url(lambda url: drawn.to_text() in url)
