"""The page *Pooling* in a real browser: its numbers, its memory of winners, its links."""

from dataclasses import replace
from urllib.parse import urlencode

import numpy as np
import pytest
from helpers import choose, eventually, fits, record_frames, tells, visit
from playwright.sync_api import expect
from stepping import (
    STEPPER,
    assert_shows,
    button,
    cells,
    check_pool,
    press,
    seen,
)

from vizcore.export.permalink import to_query
from vizcore.lessons.pooling import POOLING_LESSONS
from vizcore.ops import pool2d
from vizcore.ui.pool_settings import PoolSettings, from_lesson
from vizcore.ui.volumes import Volume


def address(server, settings, **others):
    return f"{server.url}/pooling?{urlencode({**to_query(settings), **others})}"


def open_pooling(tab, server, settings, **others):
    visit(tab, address(server, settings, **others))
    expect(tab.locator(STEPPER)).to_be_visible()


MAPS = Volume(5, 7, 3, rule="map-every", seed=8)
CASES = {
    "overlapping": PoolSettings(input=MAPS, high=3, wide=2, stride=1),
    "padded, partial": PoolSettings(input=MAPS, high=2, wide=3, stride=2, padding=1, partial=True),
    "average": PoolSettings(input=MAPS, mode="average", padding=1, count_padding=True),
}


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_are_pool2ds_and_winners_are_remembered(server, page, name):
    settings = CASES[name]
    trace = settings.trace()
    last = trace.output[..., 0].size - 1
    frames = record_frames(page)
    open_pooling(page, server, settings)
    frames.clear()
    for channel in range(3):
        page.get_by_role("radio", name=f"Channel {channel + 1}").check()
        press(page, "Home")
        assert len(check_pool(page, trace, channel)["won"][0]) == (settings.mode == "max")
        for _ in range(3):
            press(page, "ArrowRight")
            check_pool(page, trace, channel)
        button(page, "Last").click()
        assert check_pool(page, trace, channel)["step"] == last
        press(page, "ArrowLeft")  # going back forgets what only the last step knew
        check_pool(page, trace, channel)
        press(page, "Home")
        check_pool(page, trace, channel)
    assert not frames


def test_every_lesson_link_shows_the_slides_result(server, page):
    open_pooling(page, server, PoolSettings(high=1, wide=1))
    for slug in ("depth-preserved", *POOLING_LESSONS):
        lesson = POOLING_LESSONS[slug]
        page.get_by_role("link", name=lesson.title, exact=True).click()
        tells(page, from_lesson(lesson))
        eventually(page, lambda lesson=lesson: check_last(page, lesson))
        if isinstance(lesson.expected, tuple):
            expect(page.get_by_text("Output: 16 × 16 × 8")).to_be_visible()


def check_last(tab, lesson):
    """At the last step stands what the slides give."""
    trace = from_lesson(lesson).trace()
    press(tab, "End")
    said = seen(tab)
    assert said["step"] == trace.output[..., 0].size - 1
    if isinstance(lesson.expected, tuple):  # too large for numbers
        assert len(said["texts"]["output"][0]) == np.prod(lesson.expected[:2])
        assert said["output"] == trace.output[-1, -1, 0]
    else:
        check_pool(tab, trace)
        assert_shows(said["texts"]["output"][0], lesson.expected)


def test_a_cell_is_edited_and_undone(server, page):
    settings = PoolSettings(padding=1)
    open_pooling(page, server, settings)
    cells(page, "input").nth(7).click()  # row 1, column 1 behind the padding
    page.keyboard.type("-9/2")
    page.keyboard.press("Enter")
    edit = {"grid": "input", "channel": 0, "row": 0, "column": 0, "text": "-9/2"}
    page.mouse.move(0, 0)
    eventually(page, lambda: check_pool(page, settings.with_edit(edit).trace()))
    tells(page, settings.with_edit(edit))
    press(page, "Control+z")
    eventually(page, lambda: check_pool(page, settings.trace()))


def test_the_controls_change_picture_and_address(server, page):
    open_pooling(page, server, PoolSettings(), at="1_1")
    page.get_by_text("Its average", exact=True).click()
    settings = PoolSettings(mode="average")
    eventually(page, lambda: check_pool(page, settings.trace()))
    page.get_by_role("button", name="Fill with …").click()
    choose(page, "Fill the input with", "A photo's feature map: lying edges")
    page.get_by_role("button", name="Fill", exact=True).click()
    settings = replace(settings, input=Volume(4, 4, rule="map-lying", seed=1))
    eventually(page, lambda: check_pool(page, settings.trace()))
    page.keyboard.press("Escape")
    tells(page, settings)
    page.wait_for_url(lambda url: "at=1_1" in url)
    page.reload()
    expect(page.locator(STEPPER)).to_be_visible()
    assert eventually(page, lambda: check_pool(page, settings.trace()))["step"] == 3


def test_a_small_shift_is_drawn_with_what_stays(server, page):
    settings = PoolSettings(input=Volume(6, 6, rule="map-upright", seed=3))
    open_pooling(page, server, settings)
    page.get_by_text("Down", exact=True).click()
    expect(page.get_by_role("table", name="Input, moved down")).to_be_visible()
    x = settings.input.values()[..., 0]
    moved = np.vstack([np.zeros((1, 6)), x[:-1]])
    old, new = pool2d(x, 2), pool2d(moved, 2)
    stay = f"Pooled: {(old == new).sum()} of 9 cells stay"
    expect(page.get_by_text(stay)).to_be_visible()
    after = page.get_by_role("table", name="Pooled after the move").locator("td")
    eventually(page, lambda: assert_shows(after.all_inner_texts(), new))
    marked = after.evaluate_all("cells => cells.map((cell) => cell.classList.contains('same'))")
    assert marked == (old == new).ravel().tolist()


@pytest.mark.parametrize(
    "settings", [PoolSettings(), from_lesson(POOLING_LESSONS["depth-preserved"])]
)
def test_on_a_phone_nothing_is_wider_than_the_screen(server, browser, settings):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    tab = context.new_page()
    open_pooling(tab, server, settings)
    fits(tab)
    assert seen(tab)["step"] == 0
    context.close()
