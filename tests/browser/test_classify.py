"""*Classify* in a real browser: files are dropped, a digit is drawn, and the answer follows."""

import re

import numpy as np
import pytest
from conftest import Server
from helpers import choose, in_both_themes, settled
from playwright.sync_api import expect
from test_accessibility import serious_violations

from vizcore.imaging import to_png
from vizcore.imaging.seeing import Steps, levels_of, see
from vizcore.nets import pretrained
from vizcore.ui.drawn_digit import DrawnDigit

INVITED = "Draw a digit: the answer follows your stroke."
VERDICT, TABLE = ".prediction .verdict", ".frame[data-order]"


@pytest.fixture(scope="module")
def alone():
    """A server without any cluster: nothing on the page is still to come."""
    running = Server(VIZCORE_SCHEDULER="tcp://127.0.0.1:9").wait()
    yield running
    running.stop()


def opened(tab, server, query="", sign=VERDICT):
    tab.goto(f"{server.url}/classify{query}")
    # A server's first page of this kind imports what draws it.
    expect(tab.locator(sign)).to_be_visible(timeout=60_000)
    settled(tab)


def said_of(key, levels):
    network = pretrained.load(key)
    shares = network.activations(levels)[network.output]
    return f"It says: {network.class_names[shares.argmax()]}, with {100 * shares.max():.1f}%"


def ink(right=0):
    """A dark bar on paper."""
    picture = np.full((90, 60, 3), 235, np.uint8)
    picture[18:72, 26 + right : 34 + right] = 25
    return picture


def seen(picture, steps=None):
    return levels_of(see(picture, (28, 28, 1), steps or Steps(), on_black=True))


def drop(tab, *files):
    uploader = tab.locator(".st-key-classify-files input[type=file]")
    uploader.set_input_files(
        [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in files]
    )


def test_a_dropped_photo_many_and_the_table(alone, page):
    opened(page, alone, "?picture=own")
    drop(page, ("one.png", to_png(ink())))
    expect(page.locator(VERDICT)).to_have_text(said_of("digits", seen(ink())))
    expect(page.get_by_text("It was inverted: its edge is light")).to_be_visible()

    choose(page, "Inverting", "Never")
    expect(page.get_by_text("let it be inverted")).to_be_visible()
    plain = Steps(inversion="off")
    expect(page.locator(VERDICT)).to_have_text(said_of("digits", seen(ink(), plain)))
    page.wait_for_url(lambda url: f"steps={plain.to_text()}" in url)
    page.get_by_role("button", name="Set all steps back").click()
    page.wait_for_url(lambda url: "steps=" not in url)

    drop(page, ("b.png", to_png(ink(12))), ("=a.png", to_png(255 - ink())), ("bad.png", b"none"))
    table = page.locator(TABLE)
    expect(table.locator("tbody tr")).to_have_count(3)
    expect(page.get_by_text("“bad.png”")).to_be_visible()
    names = table.locator("tbody .open")
    expect(names).to_have_text(["one.png", "b.png", "=a.png"])
    heads = table.get_by_role("columnheader", name="Picture", exact=True)
    heads.get_by_role("button").click()
    expect(names).to_have_text(["=a.png", "b.png", "one.png"])
    expect(heads).to_have_attribute("aria-sort", "ascending")
    expect(heads.locator(".up")).to_have_css("opacity", "1")
    names.first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(VERDICT)).to_have_text(said_of("digits", seen(255 - ink())))
    expect(table.locator("[aria-current=true] .open")).to_have_text("=a.png")

    with page.expect_download() as download:
        page.get_by_role("button", name="Download the table").click()
    told = download.value.path().read_text("utf-8-sig").splitlines()
    assert told[0].startswith("file,class,probability")
    assert [line.split(",")[0] for line in told[1:]] == ["one.png", "b.png", "'=a.png"]

    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
        second = table.get_by_role("columnheader", name="Second class")
        expect(second).to_be_visible(visible=width > 640)
        expect(page.locator(".brought")).to_be_visible(visible=width > 640)
        for _ in in_both_themes(page):
            assert not serious_violations(page)

    page.get_by_role("link", name="See it layer by layer").click()
    page.wait_for_url(re.compile("inside_a_network"))
    expect(page.locator(VERDICT)).to_have_text(said_of("digits", seen(255 - ink())), timeout=60_000)


def test_the_answer_follows_the_stroke(alone, page):
    blank = DrawnDigit().to_text()
    opened(page, alone, f"?picture={blank}", ".stMarkdown >> text=" + INVITED)
    expect(page.locator(VERDICT)).to_have_count(0)
    box = page.locator(".pad canvas").bounding_box()
    pixel = box["width"] / 28

    def to(row, column):
        page.mouse.move(box["x"] + column * pixel, box["y"] + row * pixel, steps=12)

    def drawn():
        return DrawnDigit(page.locator(".pad").get_attribute("data-levels"))

    to(7, 8)
    page.mouse.down()
    to(7, 19)
    half = drawn()
    # The pen is still down: what it has drawn so far is answered, and is not yet in the link.
    expect(page.locator(VERDICT)).to_have_text(said_of("digits", half.picture()))
    assert f"picture={blank}" in page.url
    to(22, 12)
    page.mouse.up()
    whole = drawn()
    assert whole.levels != half.levels
    expect(page.locator(VERDICT)).to_have_text(said_of("digits", whole.picture()))
    page.wait_for_url(lambda url: whole.to_text() in url)
    expect(page.locator(".pad")).to_have_attribute("data-levels", whole.levels)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(VERDICT)).to_have_count(0)
    expect(page.locator(".short-answer")).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".short-answer")).to_be_visible()
    expect(page.locator(".stMarkdown").get_by_text(INVITED)).to_be_visible()
