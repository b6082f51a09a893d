"""The stepper in a real browser: its numbers are vizcore's, and moving it costs no traffic."""

from dataclasses import replace
from urllib.parse import urlencode

import numpy as np
import pytest
from conftest import Server
from helpers import eventually, fits, painted, record_frames, settled, tells, visit
from playwright.sync_api import expect
from pooling_app import POOLS
from stepping import (
    CASES,
    STEPPER,
    assert_shows,
    button,
    cells,
    centres,
    check,
    check_pool,
    lesson,
    masks,
    number,
    open_stepper,
    press,
    seen,
    sentence,
    tapped,
    whole_numbers,
)

from vizcore.lessons import LESSONS
from vizcore.lessons.convolution import CONVOLUTION_LESSONS
from vizcore.ops import pool2d, trace_pool2d
from vizcore.ui.step_settings import StepSettings, Texts
from vizcore.ui.volumes import Volume


@pytest.mark.parametrize("name", CASES)
def test_every_way_to_move_shows_vizcores_numbers(server, page, name):
    settings = CASES[name]
    trace = settings.trace()
    height, width = trace.output.shape[:2]
    last = height - 1, width - 1
    frames = record_frames(page)
    open_stepper(page, server, settings)
    check(page, trace, (0, 0))
    frames.clear()

    for filter in range(settings.filters):
        if settings.filters > 1:
            page.get_by_role("radio", name=f"Filter {filter + 1}").check()
        press(page, "Home")
        check(page, trace, (0, 0), filter)
        for key, place in {
            "ArrowLeft": (0, 0),
            "ArrowRight": (0, 1),
            "ArrowDown": (1, 1),
            "ArrowUp": (0, 1),
            "End": last,
            "ArrowLeft ": (last[0], last[1] - 1),
        }.items():
            press(page, key.strip())
            check(page, trace, place, filter)
        for name, place in {
            "Last": last,
            "Next": last,
            "Previous": (last[0], last[1] - 1),
            "First": (0, 0),
        }.items():
            button(page, name).click()
            check(page, trace, place, filter)
        page.get_by_role("slider", name="Step", exact=True).fill(str(width))
        check(page, trace, (1, 0), filter)
        cells(page, "output", filter).last.hover()
        check(page, trace, last, filter)
        page.mouse.move(0, 0)
        check(page, trace, (1, 0), filter)
        cells(page, "output", filter).nth(width + 1).click()
        page.mouse.move(0, 0)
        check(page, trace, (1, 1), filter)
    painted(page)
    assert not frames


# ---- Hovering ----


@pytest.mark.parametrize("name", CASES)
def test_an_input_cell_outlines_every_output_cell_it_feeds(server, page, name):
    """Brute force: the outputs that change when the cell does, under a kernel without zeros."""
    kernel = CASES[name].kernel
    ones = Volume(
        kernel.rows,
        kernel.columns,
        kernel.depth,
        ("1",) * kernel.rows * kernel.columns * kernel.depth,
    )
    settings = replace(CASES[name], kernel=ones)
    trace = settings.trace()
    open_stepper(page, server, settings)
    places = centres(page, "input")
    spread = settings.stride if settings.transposed else 1
    for row, column in np.ndindex(settings.input.rows, settings.input.columns):
        other = replace(settings, input=settings.input.with_text(0, row, column, "1000")).trace()
        fed = np.flatnonzero((other.output != trace.output)[..., 0]).tolist()
        r, c = row * spread + trace.rows.before, column * spread + trace.columns.before
        if r not in range(trace.padded.shape[0]) or c not in range(trace.padded.shape[1]):
            assert not fed  # cropped, so not in the picture either
            continue
        page.mouse.move(*places[r * trace.padded.shape[1] + c])
        said = seen(page)
        assert said["fed"] == fed
        assert said["step"] == 0
        what = f"{len(fed)} output cell{'s' * (len(fed) > 1)}" if fed else "no output cell"
        assert f"column {column * spread + 1} feeds {what}" in said["sentence"]
    page.mouse.move(0, 0)
    check(page, trace, (0, 0))
    assert seen(page)["fed"] == []


def test_a_term_is_marked_wherever_it_stands_with_the_sum_as_far_as_it(server, page):
    trace = CASES["plain"].trace()
    open_stepper(page, server, CASES["plain"], at="1_2")
    step = trace.step((1, 2, 0))
    for grid in ("products", "kernel"):
        for i, place in enumerate(centres(page, grid)):
            page.mouse.move(*place)
            marked = page.locator(".grid .term")
            assert len(marked.all()) == 3
            value, weight = step.values.ravel()[i], trace.kernel.ravel()[i]
            product, so_far = value * weight, step.products.ravel()[: i + 1].sum()
            assert [number(text) for text in marked.all_inner_texts()] == [value, weight, product]
            assert seen(page)["sentence"] == (
                f"{value:g} · {weight:g} = {product:g}; the sum so far is {so_far:g}"
            )
    page.mouse.move(0, 0)
    check(page, trace, (1, 2))


def test_a_cell_of_another_filters_output_takes_one_there(server, page):
    settings = CASES["volume"]
    open_stepper(page, server, settings)
    cells(page, "output", 1).nth(5).click()
    page.mouse.move(0, 0)
    check(page, settings.trace(), (1, 2), 1)
    expect(page.get_by_role("radio", name="Filter 2")).to_be_checked()


# ---- Playing ----


def test_it_plays_and_pauses(server, page):
    settings = CASES["flip"]
    trace = settings.trace()
    frames = record_frames(page)
    open_stepper(page, server, settings)
    frames.clear()
    page.get_by_role("combobox", name="Speed").select_option("2×")
    stepper = page.locator(STEPPER)

    button(page, "Play").click()
    expect(stepper).not_to_have_attribute("data-step", "0")
    button(page, "Pause").click()
    stopped = check(page, trace)
    assert page.locator(".playing").count() == 0
    press(page, "Space")
    expect(stepper).not_to_have_attribute("data-step", str(stopped["step"]))
    press(page, "Space")
    check(page, trace)

    press(page, "End", "ArrowLeft", "Space")
    expect(stepper).to_have_attribute("data-step", str(trace.output.size - 1))
    expect(button(page, "Play")).to_be_visible()  # at the end it stops by itself
    check(page, trace)
    expect(page.locator("[aria-live]").filter(has_text=seen(page)["sentence"])).to_be_attached()
    button(page, "Play").click()  # and begins again
    expect(stepper).not_to_have_attribute("data-step", str(trace.output.size - 1))
    press(page, "ArrowRight")  # a step by hand pauses
    expect(button(page, "Play")).to_be_visible()
    check(page, trace)
    assert not frames


def test_on_the_home_page_it_plays_by_itself_within_the_first_screen(server, page):
    trace = lesson("binary-x").trace()
    visit(page, server.url)
    stepper = page.locator(STEPPER)
    expect(stepper).not_to_have_attribute("data-step", "0")
    check(page, trace)
    press(page, "End", "ArrowLeft", "Space")
    page.wait_for_function(  # past the end it begins again
        "stepper => stepper.dataset.step === '0'", arg=stepper.element_handle()
    )
    check(page, trace)
    box = stepper.bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] <= 900
    button(page, "Pause").click()
    press(page, "End")
    check(page, trace, (2, 2))


def durations(tab):
    return tab.locator(".stepper .window, .stepper .grid [data-i]").evaluate_all(
        "nodes => [...new Set(nodes.map((node) => getComputedStyle(node).transitionDuration))]"
    )


def test_nothing_moves_by_itself_where_the_system_asks_for_stillness(server, browser, page):
    page.goto(server.url)
    expect(page.locator(".stepper.playing")).to_be_visible()
    assert "0s" not in durations(page)
    assert max(float(one.rstrip("s")) for one in durations(page)) < 0.2

    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    still = context.new_page()
    still.goto(server.url)
    expect(still.locator(STEPPER)).to_be_visible()
    settled(still)
    assert still.locator(".playing").count() == 0 and seen(still)["step"] == 0
    assert durations(still) == ["0s"]
    button(still, "Play").click()  # but plays when it is told to
    expect(still.locator(STEPPER)).not_to_have_attribute("data-step", "0")
    context.close()


# ---- Editing ----


def edited(settings, grid, i, text, *, channel=0, filter=0):
    """The settings with the cell edited that is drawn at `i` of a grid."""
    trace = settings.trace()
    columns = trace.columns.window if grid == "kernel" else trace.padded.shape[1]
    row, column = divmod(i, columns)
    if grid == "input":
        row, column = row - trace.rows.before, column - trace.columns.before
    place = {"row": row, "column": column, "channel": channel, "filter": filter}
    return settings.with_edit({"grid": grid, "text": text, **place})


def shows(tab, settings, place=None, filter=0):
    """The picture comes to show these settings."""
    tab.mouse.move(0, 0)  # what the pointer is over has words of its own
    return eventually(tab, lambda: check(tab, settings.trace(), place, filter))


EDITS = {
    "plain": [("kernel", 4, "1/9"), ("input", 0, "−2,5"), ("input", 35, "12")],
    "padding, stride, dilation": [("kernel", 5, ".5"), ("input", 19, "7")],
    "flip": [("kernel", 0, "9"), ("kernel", 5, "-1/3")],
    "transposed": [("kernel", 1, "8"), ("input", 13, "-6")],
    "volume": [("kernel", 8, "5"), ("input", 24, "3")],
}


@pytest.mark.parametrize("name", EDITS)
def test_a_cell_is_edited_where_it_stands(server, page, name):
    settings = CASES[name]
    deep = settings.input.depth > 1
    channel, filter = (2, 1) if deep else (0, 0)
    open_stepper(page, server, settings, at="1_1_1" if deep else "1_1")
    for grid, i, text in EDITS[name]:
        settings = edited(settings, grid, i, text, channel=channel, filter=filter)
        cells(page, grid, channel).nth(i).click()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        press(page, "Home", "ArrowDown", "ArrowRight")
        shows(page, settings, (1, 1), filter)
        tells(page, settings)
    page.locator(".bias").click()
    page.keyboard.type("-3/2")
    page.keyboard.press("Enter")
    settings = settings.with_edit({"grid": "bias", "filter": filter, "text": "-3/2"})
    shows(page, settings, (1, 1), filter)


def test_an_inserted_zero_and_the_padding_are_not_edited(server, page):
    open_stepper(page, server, CASES["transposed"])
    padding = masks(CASES["transposed"].trace())[0]
    for i in padding:
        page.mouse.click(*centres(page, "input")[i])
        assert page.locator(".draft").count() == 0
    page.mouse.click(*next(p for i, p in enumerate(centres(page, "input")) if i not in padding))
    expect(page.locator(".draft")).to_be_focused()


def test_what_is_no_number_is_marked_and_named_and_the_picture_stays(server, page):
    settings = CASES["plain"]
    open_stepper(page, server, settings)
    before = seen(page)["texts"]
    cells(page, "kernel").nth(5).click()
    page.keyboard.type("abc")
    draft, note = page.locator(".draft"), page.get_by_role("alert").filter(has_text="Kernel")
    for key in ("Enter", "Tab"):
        page.keyboard.press(key)
        expect(draft).to_be_focused()
        expect(draft).to_have_attribute("aria-invalid", "true")
        expect(note).to_contain_text("Kernel row 2, column 3: “abc” is not a number.")
    expect(note).to_contain_text("The picture stays as it was.")
    assert seen(page)["texts"]["output"] == before["output"]
    assert seen(page)["texts"]["products"] == before["products"]
    page.keyboard.press("Escape")
    expect(draft).to_have_count(0)
    expect(note).to_have_count(0)
    assert seen(page)["texts"] == before
    expect(cells(page, "kernel").nth(5)).to_be_focused()

    page.keyboard.type("1/0")  # a number begins an edit by itself
    page.keyboard.press("Enter")
    expect(note).to_contain_text("divides by zero")
    draft.fill("2")
    page.keyboard.press("Enter")
    shows(page, edited(settings, "kernel", 5, "2"))


def test_escape_leaves_the_cell_as_it_was(server, page):
    open_stepper(page, server, CASES["plain"])
    before = seen(page)["texts"]
    cells(page, "input").nth(7).click()
    page.keyboard.type("99")
    page.keyboard.press("Escape")
    assert seen(page)["texts"] == before
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()


def test_what_was_typed_counts_when_one_clicks_elsewhere(server, page):
    settings = CASES["plain"]
    open_stepper(page, server, settings)
    cells(page, "kernel").nth(0).click()
    page.keyboard.type("7")
    page.locator("h1").click()
    settings = edited(settings, "kernel", 0, "7")
    shows(page, settings)
    cells(page, "kernel").nth(1).click()
    page.keyboard.type("8")
    cells(page, "input").nth(3).click()  # and may go on with another cell
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    shows(page, edited(edited(settings, "kernel", 1, "8"), "input", 3, "9"))


@pytest.mark.parametrize("delay", [0, 30])
def test_fast_typing_over_the_whole_kernel_loses_nothing_and_can_be_undone(server, page, delay):
    first = settings = CASES["plain"]
    open_stepper(page, server, settings)
    texts = ["-1", "22", "-3", "1/4", "-5", ".5", "-7", "8", "-1/9"]
    cells(page, "kernel").first.click()
    for i, text in enumerate(texts):
        page.keyboard.type(text, delay=delay)
        page.keyboard.press("Tab" if i < 8 else "Enter")
        settings = edited(settings, "kernel", i, text)
    shows(page, settings)
    press(page, *["Control+z"] * 8)
    settings = edited(first, "kernel", 0, "-1")
    shows(page, settings)
    page.get_by_role("button", name="Undo", exact=True).click()
    shows(page, first)
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()


def test_tab_walks_along_and_shift_tab_back(server, page):
    settings = CASES["plain"]
    open_stepper(page, server, settings)
    cells(page, "kernel").nth(3).click()
    page.keyboard.press("Tab")
    page.keyboard.type("6")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(cells(page, "kernel").nth(3)).to_be_focused()
    shows(page, edited(edited(settings, "kernel", 4, "6"), "kernel", 3, "5"))


FOCUSED = """() => {
  let node = document.activeElement;
  while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return [node.dataset.grid ?? node.className, node.dataset.i ?? null];
}"""


def test_from_the_top_of_the_page_to_a_changed_cell_by_keyboard_alone(server, page):
    settings = CASES["plain"]
    open_stepper(page, server, settings)
    stops = []
    while not stops or stops[-1][0] != "kernel":
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
        assert len(stops) < 40, stops
    assert ["stage", None] in stops and ["input", "0"] in stops
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.evaluate(FOCUSED) == ["kernel", "4"]
    page.keyboard.type("-12")
    page.keyboard.press("Enter")
    settings = edited(settings, "kernel", 4, "-12")
    shows(page, settings)
    page.keyboard.press("F2")  # opens the cell with what it holds
    page.keyboard.press("End")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    shows(page, edited(settings, "kernel", 4, "-125"))


# ---- Links ----


def test_every_example_is_a_link_and_back_returns(server, page):
    settings = CASES["plain"]
    open_stepper(page, server, settings)
    shown = [(settings, (0, 0))]
    for slug in ("volume-5x5x3", "pad-to-keep-size", "activity-2", *CONVOLUTION_LESSONS):
        lesson_link = page.get_by_role("link", name=LESSONS[slug].title, exact=True)
        press(page, "End", "ArrowLeft")
        place = divmod(seen(page)["step"], settings.trace().output.shape[1])
        at = "_".join(map(str, place))
        page.wait_for_url(lambda url, at=at: f"at={at}" in url)
        shown[-1] = settings, place
        lesson_link.click()
        settings = lesson(slug)
        shows(page, settings, (0, 0))
        shown.append((settings, (0, 0)))
    for settings, place in shown[-2:-4:-1]:
        page.go_back()
        shows(page, settings, place)


def test_the_address_brings_step_and_filter_back(server, browser, page):
    settings = CASES["volume"]
    open_stepper(page, server, settings)
    page.get_by_role("radio", name="Filter 2").check()
    press(page, "ArrowDown", "ArrowRight")
    page.wait_for_url(lambda url: url.endswith("at=1_1_1"))
    # The server rewrites the address and knows nothing of the step.
    page.get_by_text("Flip the kernel", exact=True).click()
    settings = replace(settings, flip=True)
    shows(page, settings, (1, 1), 1)
    page.wait_for_url(lambda url: "flip=1" in url and "at=1_1_1" in url)

    context = browser.new_context(viewport={"width": 1440, "height": 900})
    other = context.new_page()
    other.goto(page.url)
    shows(other, settings, (1, 1), 1)
    context.close()


def test_the_step_stays_in_the_address_when_the_picture_does_not_change(server, page):
    settings = lesson("binary-x")  # whose kernel is the same turned
    open_stepper(page, server, settings)
    press(page, "ArrowRight")
    page.wait_for_url(lambda url: url.endswith("at=0_1"))
    page.get_by_text("Flip the kernel", exact=True).click()
    page.wait_for_url(lambda url: "flip=1" in url and "at=0_1" in url)
    shows(page, settings, (0, 1))


@pytest.mark.parametrize(
    ("at", "place", "filter"),
    [("99_99_99", (2, 2), 1), ("1", (0, 0), 0), ("0_2", (0, 2), 0), ("-1_x", (0, 0), 0)],
)
def test_an_address_beyond_the_picture_ends_within_it(server, page, at, place, filter):
    open_stepper(page, server, CASES["volume"], at=at)
    check(page, CASES["volume"].trace(), place, filter)


# ---- Sizes ----

BOXES = """(stepper) => [...stepper.querySelectorAll(".grid, .total, .bias, figure, .place, .bar")]
  .map((node) => node.getBoundingClientRect())
  .map(({ x, y, width, height }) => [x, y, width, height])"""
CLIPPED = """(stepper) => [...stepper.querySelectorAll(".grid [data-i], .total, .bias")]
  .filter((node) => node.scrollWidth > node.clientWidth).map((node) => node.textContent)"""
UNEVEN = StepSettings(
    input=Volume(3, 4, 2, ("100", "-3.75", "0.5", "8", "1/3", "-250") * 4),
    kernel=Volume(2, 2, 4, ("9.5", "-1", "0.25", "1/3") * 4),
    bias=Texts(("-1/3", "1000")),
)


@pytest.mark.parametrize("settings", [CASES["plain"], CASES["volume"], UNEVEN])
def test_nothing_jumps_or_is_cut_off_while_stepping(server, page, settings):
    open_stepper(page, server, settings)
    stepper = page.locator(STEPPER)
    for filter in range(settings.filters):
        if settings.filters > 1:
            page.get_by_role("radio", name=f"Filter {filter + 1}").check()
        boxes = stepper.evaluate(BOXES)
        for _ in range(settings.trace().output[..., 0].size):
            assert stepper.evaluate(BOXES) == boxes
            assert stepper.evaluate(CLIPPED) == []
            press(page, "ArrowRight")


def test_cells_that_no_window_reaches_are_struck_through(server, page):
    settings = replace(CASES["plain"], stride=2)
    open_stepper(page, server, settings)
    struck = cells(page, "input").evaluate_all(
        """cells => cells.flatMap((cell, i) =>
             getComputedStyle(cell).textDecorationLine === "line-through" ? [i] : [])"""
    )
    assert struck == masks(settings.trace())[1] and len(struck) == 11
    page.mouse.move(*centres(page, "input")[35])
    expect(page.locator(".sentence")).to_contain_text("no window reaches it")


def titles(tab, grid):
    return cells(tab, grid).evaluate_all("cells => cells.map((cell) => cell.title)")


def test_large_inputs_are_shades_that_still_answer(server, page):
    settings = StepSettings(
        input=Volume(32, 32, rule="photo"), kernel=whole_numbers(3, 3), stride=3, padding=1
    )
    trace = settings.trace()
    open_stepper(page, server, settings)
    width = trace.output.shape[1]
    for keys, place in ((["End"], (10, 10)), (["ArrowUp", "ArrowLeft"], (9, 9))):
        press(page, *keys)
        said = seen(page)
        step = trace.step((*place, 0))
        assert said["step"] == place[0] * width + place[1]
        assert (said["output"], said["sentence"]) == (step.output, sentence(trace, step))
        assert said["taps"][0] == tapped(trace, *place)
        assert_shows(titles(page, "products"), step.products)
    assert_shows(titles(page, "input"), trace.padded)
    assert {*said["texts"]["input"][0]} == {*said["texts"]["output"][0]} == {""}
    cells(page, "output").nth(5 * width + 7).hover()
    assert seen(page)["output"] == trace.output[5, 7, 0]
    cells(page, "input").nth(34 * 10 + 10).hover()
    assert seen(page)["fed"] == [3 * width + 3]
    cells(page, "input").nth(34 * 10 + 10).click()
    page.keyboard.type("-500")
    page.keyboard.press("Enter")
    settings = edited(settings, "input", 34 * 10 + 10, "-500")
    expected = settings.trace().output[9, 9, 0]
    expect(page.locator(STEPPER)).to_have_attribute("data-output", f"{expected:g}")


# ---- A phone ----


def test_on_a_phone(server, browser):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    for name in ("plain", "volume"):
        settings = CASES[name]
        trace = settings.trace()
        open_stepper(page, server, settings)
        fits(page)
        assert page.locator(STEPPER).bounding_box()["width"] <= 390
        assert cells(page, "input").first.bounding_box()["width"] >= 22
        button(page, "Next").tap()
        shows(page, settings, (0, 1))  # a click follows a tap
        cells(page, "output").nth(trace.output.shape[1] + 1).tap()
        shows(page, settings, (1, 1))
        press(page, "Home")
        cells(page, "kernel").first.tap()
        expect(page.locator(".draft")).to_be_focused()
        page.keyboard.type("5")
        page.keyboard.press("Enter")
        shows(page, edited(settings, "kernel", 0, "5"), (0, 0))
    visit(page, server.url)
    expect(page.locator(STEPPER)).to_be_visible()
    fits(page)
    context.close()


# ---- Pooling ----


@pytest.fixture(scope="module")
def pooling():
    server = Server("tests/browser/pooling_app.py").wait()
    yield server
    server.stop()


@pytest.mark.parametrize("name", POOLS)
def test_pooling_shows_winners_and_averages(pooling, page, name):
    arguments, settings = POOLS[name]
    trace = trace_pool2d(*arguments, **settings)
    assert np.array_equal(trace.output, pool2d(*arguments, **settings))
    visit(page, f"{pooling.url}?{urlencode({'pool': name})}")
    rows, columns, channels = np.atleast_3d(trace.output).shape
    for channel in range(channels):
        if channels > 1:
            page.get_by_role("radio", name=f"Channel {channel + 1}").check()
        press(page, "Home")
        for step in range(rows * columns):
            assert check_pool(page, trace, channel)["step"] == step
            press(page, "ArrowRight")


def test_pooling_is_not_edited(pooling, page):
    visit(page, f"{pooling.url}?pool=max")
    before = seen(page)
    cells(page, "input").first.click()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+z")
    assert page.locator(".draft").count() == 0
    assert seen(page)["texts"]["input"] == before["texts"]["input"]
