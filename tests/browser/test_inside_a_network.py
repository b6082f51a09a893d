"""A network opened in a real browser: choose, open, step, draw, and come back by a link."""

import io
import re

import numpy as np
from helpers import settled
from PIL import Image
from playwright.sync_api import expect

from vizcore.imaging import decode_image
from vizcore.imaging.sketches import SKETCHES
from vizcore.nets import pretrained
from vizcore.ui.drawn_digit import DrawnDigit
from vizcore.ui.network_pictures import middle_square

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


def expect_level(tab, row, column, level):
    """Wait until a pixel of the pad has a level, a digit from 0 to f."""
    levels = re.compile(f"^.{{{28 * row + column}}}{level}")
    expect(tab.locator(".pad")).to_have_attribute("data-levels", levels)


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
    page.keyboard.press("Escape")  # back up to the map, where it closes
    expect(over).to_be_focused()
    expect(page.locator(".netmap .heads")).to_be_in_viewport()
    link = page.url
    page.keyboard.press("Escape")
    expect(inside).to_have_count(0)

    context = browser.new_context(viewport={"width": 1440, "height": 900})
    other = context.new_page()
    open_network(other, server, link[link.index("?") :])
    again = other.locator(".inside[data-drawn]")
    expect(again).to_have_attribute("data-at", at)
    expect(again).to_have_attribute("data-value", value)
    assert other.evaluate("scrollY") == 0
    expect(other.locator(VERDICT)).to_have_text(said_of("tiny", SKETCHES["airplane"].load()))
    context.close()


def test_no_picture_is_cut_and_pages_of_them_turn(server, page):
    strip, told = page.locator(".strip"), page.locator(".pages .told")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        open_network(page, server)
        expect(told).to_have_text(re.compile("^1–[0-9]+ of 40$"))
        cut = strip.evaluate(
            """strip => [...strip.children].filter((one) => !one.hidden).filter((one) => {
                 const [box, { left, right }] = [strip, one].map((n) => n.getBoundingClientRect());
                 return left < box.left || right > box.right || right > innerWidth;
               }).length"""
        )
        assert cut == 0
    last = int(told.inner_text().split()[0].split("–")[1])
    page.get_by_role("button", name="Pictures behind these").click()
    expect(told).to_have_text(re.compile(f"^{last + 1}–"))
    # The chosen one is out of sight: Tab comes to the first that is in sight.
    entrance = strip.locator("[tabindex='0']")
    expect(entrance).to_be_visible()
    entrance.press("ArrowRight")
    page.wait_for_url(lambda url: f"picture=sample-{last + 1}" in url)
    page.reload()
    expect(told).to_have_text(re.compile(f"^{last + 1}–"))
    expect(strip.locator("[aria-checked='true']")).to_be_visible()


def picture_file(kind, rows, columns):
    """A file as a visitor may have it: rising grey levels, with a red corner."""
    picture = np.zeros((rows, columns, 3), np.uint8)
    picture[:] = np.linspace(0, 255, columns).astype(np.uint8)[None, :, None]
    picture[: rows // 4, : columns // 4] = (255, 0, 0)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind)
    return file.getvalue()


def test_what_a_visitor_uploads_is_shown_or_refused_in_a_sentence(server, page):
    open_network(page, server, "?model=tiny&picture=own")
    field = page.get_by_test_id("stFileUploaderDropzoneInput")
    files = {"holiday.jpg": ("JPEG", 300, 400), "banner.png": ("PNG", 40, 900)}
    for name, (kind, rows, columns) in files.items():
        data = picture_file(kind, rows, columns)
        field.set_input_files({"name": name, "mimeType": f"image/{kind.lower()}", "buffer": data})
        wanted = said_of("tiny", middle_square(decode_image(data)))
        expect(page.locator(VERDICT)).to_have_text(wanted)
    broken = {"name": "broken.png", "mimeType": "image/png", "buffer": data[:200]}
    field.set_input_files(broken)
    expect(page.get_by_test_id("stAlert")).to_contain_text("stays as it was")
    expect(page.locator(VERDICT)).to_have_text(wanted)
    expect(page.get_by_test_id("stException")).to_have_count(0)


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
    expect(page.locator(".pad")).to_have_attribute("data-levels", drawn)
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
    expect_level(page, 11, 14, "f")
    # From row 14 and column 14, counted from 1, to row 12 and column 15.
    # A dab of radius 1.2 that fades over 0.9: neighbours 1 and √2 away have 72% and 26% of it.
    levels = np.array([int(level, 16) for level in pad_of(page)]).reshape(28, 28)
    assert levels[10:13, 13:16].tolist() == [[4, 11, 4], [11, 15, 11], [4, 11, 4]]
    assert levels.sum() == 15 + 4 * 11 + 4 * 4
    page.keyboard.press("Backspace")
    expect_level(page, 11, 14, "0")
    page.keyboard.press("Control+z")
    expect_level(page, 11, 14, "f")
    drawn = DrawnDigit(pad_of(page))
    expect(page.locator(VERDICT)).to_have_text(said_of("digits", drawn.picture()))
    page.wait_for_url(lambda url: drawn.to_text() in url)
