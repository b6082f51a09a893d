"""The loupe in a real browser: its numbers are vizcore's, and moving it costs no traffic."""

import numpy as np
import pytest
from helpers import (
    FRAME,
    Truth,
    choose,
    eventually,
    grids,
    length,
    level_at,
    open_filters,
    painted,
    photo_of,
    point_at,
    probe,
    record_frames,
    settled,
    sums,
    visit,
    where,
)
from playwright.sync_api import expect

from vizcore.imaging import clipped_fraction, to_display
from vizcore.ui.filter_settings import FilterSettings, FilterStep, Steps
from vizcore.ui.numbers import readable

EVEN = FilterStep(
    "custom",
    cells=(("1", "-2", "0.5", "1/3"), ("-1", "0", "3", "2")),
    divisor="4",
    bias="-12.5",
    stride=3,
)


def filters(*steps, **others):
    return FilterSettings(filters=Steps(steps), **others)


CASES = {
    "laplacian": filters(FilterStep("edge_laplacian8")),
    "grey, signed": filters(FilterStep("sharpen"), grey=True, display="signed"),
    "stride 2, reflected": filters(FilterStep("gaussian_blur", stride=2), edges="reflect"),
    "box 4×5, replicated": filters(FilterStep("box", (4, 5)), edges="replicate"),
    "shrinking, stretched": filters(FilterStep("emboss"), edges="none", display="stretch"),
    "stack": filters(
        FilterStep("gaussian_blur", repeat=2, bias="10"),
        FilterStep("edge_diagonal", stride=2),
        display="absolute",
        edges="reflect",
    ),
    "gradient": filters(FilterStep("sobel"), edges="replicate", photo="coffee"),
    "even": filters(EVEN, photo="text"),
    "large": filters(FilterStep("log", (9, 1.4)), display="signed"),
}


def pixels_to_probe(count):
    """The corners, where the kernel overhangs, and places inside."""
    last = np.array(count) - 1
    shares = [(0, 0), (1, 1), (0, 1), (0.37, 0.21), (0.81, 0.74)]
    return [tuple(int(i) for i in np.rint(last * share)) for share in shares]


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_under_the_pointer_are_those_of_vizcore(server, page, name):
    settings = CASES[name]
    photo = photo_of(settings.photo, settings.grey)
    truth = Truth(photo, settings)
    shown = to_display(truth.response, settings.display)
    open_filters(page, server, settings)

    for pixel in pixels_to_probe(truth.response.shape[:2]):
        point_at(page, photo, settings, pixel)
        assert probe(page) == pixel
        for channel, (total, response, level) in enumerate(sums(page)):
            steps = truth.steps(pixel, channel)
            assert total == pytest.approx(length([step.sum for step in steps]), abs=1e-9)
            assert response == pytest.approx(truth.response[*pixel, channel], abs=1e-9)
            assert level == shown[*pixel, channel]
        if name != "large":  # whose cells are too many for numbers
            assert_cells(page, truth, truth.steps(pixel, 0))


def assert_cells(page, truth, steps):
    for name, expected in {
        "pixels": [step.values for step in steps],
        "kernel": truth.kernels,
        "products": [step.products for step in steps],
    }.items():
        np.testing.assert_allclose(grids(page, name), [e.ravel() for e in expected], atol=0.00501)
    hatched = (
        page.locator(".grid.pixels")
        .first.locator("span")
        .evaluate_all("cells => cells.map((cell) => cell.classList.contains('padding'))")
    )
    assert hatched == steps[0].is_padding.ravel().tolist()


def test_another_channel_can_be_looked_at(server, page):
    settings = CASES["laplacian"]
    truth = Truth(photo_of("cat"), settings)
    open_filters(page, server, settings, at="12_34")
    page.get_by_role("radio", name="Show the blue channel").check()
    assert_cells(page, truth, truth.steps((12, 34), 2))


def test_the_home_page_has_a_loupe_too(server, page):
    visit(page, server.url)
    expect(page.locator(FRAME)).to_be_visible()
    settings = FilterSettings(edges="replicate", grey=True)
    photo = photo_of("cat", grey=True)
    point_at(page, photo, settings, (100, 60))
    response = Truth(photo, settings).response[100, 60, 0]
    assert sums(page) == [[response, response, to_display([response], "clamp")[0]]]


def test_the_loupe_costs_no_traffic(server, page):
    frames = record_frames(page)
    settings = filters(FilterStep("gaussian", (7, 1.5)))
    open_filters(page, server, settings)
    settled(page)
    assert frames  # the page itself came this way
    frames.clear()
    photo = photo_of("cat")
    for row in range(10, 200, 10):
        point_at(page, photo, settings, (row, 2 * row))
    assert probe(page) == (190, 380)
    page.mouse.down()
    page.mouse.up()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("+")
    page.get_by_role("slider", name="Divider").press("Home")
    painted(page)
    assert not frames


def test_keys_move_zoom_and_divide(server, page):
    open_filters(page, server, CASES["laplacian"], at="50_60")
    picture, zoom = page.locator("canvas.overlay"), page.locator(".zoom")
    whole = zoom.inner_text()
    for key, expected in {
        "ArrowRight": (50, 61),
        "ArrowDown": (51, 61),
        "Shift+ArrowUp": (41, 61),
        "Shift+ArrowLeft": (41, 51),
        "ArrowLeft": (41, 50),
    }.items():
        picture.press(key)
        assert probe(page) == expected
    for _ in range(6):
        picture.press("Shift+ArrowUp")
    assert probe(page) == (0, 50)
    expect(page.locator("[aria-live]").filter(has_text="row 1, column 51")).to_be_attached()

    picture.press("+")
    assert float(zoom.inner_text()[:-1]) == pytest.approx(1.5 * float(whole[:-1]), abs=0.15)
    picture.press("+")
    picture.press("-")
    picture.press("0")
    expect(zoom).to_have_text(whole)
    assert probe(page) == (0, 50)

    handle = page.get_by_role("slider", name="Divider")
    for key, percent in {"Home": "0", "ArrowRight": "2", "End": "100", "ArrowLeft": "98"}.items():
        handle.press(key)
        expect(handle).to_have_attribute("aria-valuenow", percent)


def test_keys_of_the_browser_stay_the_browsers(server, page):
    open_filters(page, server, CASES["laplacian"], at="50_60")
    picture, zoom = page.locator("canvas.overlay"), page.locator(".zoom")
    whole = zoom.inner_text()
    taken = """(picture, keys) => keys.filter((init) => !picture.dispatchEvent(
        new KeyboardEvent("keydown", { ...init, bubbles: true, cancelable: true })))"""
    keys = [{"key": "+", "ctrlKey": True}, {"key": "-", "metaKey": True}]
    assert picture.evaluate(taken, [*keys, {"key": "ArrowLeft", "altKey": True}]) == []
    expect(zoom).to_have_text(whole)
    assert probe(page) == (50, 60)


def test_a_click_holds_the_window(server, page):
    settings, photo = CASES["laplacian"], photo_of("cat")
    open_filters(page, server, settings)
    point_at(page, photo, settings, (120, 90))
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_role("button", name="Release")).to_have_attribute("aria-pressed", "true")
    point_at(page, photo, settings, (200, 300))
    assert probe(page) == (120, 90)
    page.get_by_role("button", name="Release").click()
    point_at(page, photo, settings, (200, 300))
    assert probe(page) == (200, 300)


def test_only_the_main_button_holds(server, page):
    settings = CASES["laplacian"]
    open_filters(page, server, settings)
    point_at(page, photo_of("cat"), settings, (120, 90))
    page.mouse.down(button="right")
    page.mouse.up(button="right")
    expect(page.get_by_role("button", name="Hold")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("ratio", [1, 2])
def test_close_up_every_pixel_is_exact(server, browser, ratio):
    """Left of the divider the photo's pixels, right of it vizcore's, not the JPEG's."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, device_scale_factor=ratio
    )
    page = context.new_page()
    settings, photo = CASES["stride 2, reflected"], photo_of("cat")
    shown = to_display(Truth(photo, settings).response, settings.display)
    open_filters(page, server, settings, at="60_80")
    page.locator("canvas.overlay").focus()
    for _ in range(5):
        page.keyboard.press("+")
    box = page.locator("canvas.overlay").bounding_box()
    handle = page.get_by_role("slider", name="Divider")

    def places():
        for share in ((0.2, 0.3), (0.45, 0.7), (0.9, 0.9)):
            x, y = (box["x"] + box["width"] * share[0], box["y"] + box["height"] * share[1])
            page.mouse.move(x, y)
            yield probe(page), level_at(page, x, y)

    page.keyboard.press("Escape")
    handle.press("Home")
    after = list(places())
    assert len({pixel for pixel, _ in after}) == 3
    for pixel, level in after:
        assert level == shown[pixel].tolist()
    handle.press("End")
    assert any(level != shown[pixel].tolist() for pixel, level in places())
    context.close()


def test_the_divider_can_be_dragged(server, page):
    open_filters(page, server, CASES["laplacian"])
    settings, photo = CASES["laplacian"], photo_of("cat")
    handle = page.get_by_role("slider", name="Divider")
    x, y = where(page, photo, settings, (150, 100))
    before = level_at(page, x, y)
    box, frame = handle.bounding_box(), page.locator(".frame").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(frame["x"] + 0.1 * frame["width"], frame["y"] + 300, steps=3)
    page.mouse.up()
    expect(handle).to_have_attribute("aria-valuenow", "10")
    assert level_at(page, x, y) != before
    page.mouse.move(frame["x"] + 0.8 * frame["width"], frame["y"] + 300)
    expect(handle).to_have_attribute("aria-valuenow", "10")


def test_zoomed_in_a_drag_moves_the_photo_until_the_button_is_released(server, page):
    open_filters(page, server, CASES["laplacian"], at="150_225")
    page.get_by_role("button", name="Zoom in").click(click_count=3)
    frame = page.locator(".frame").bounding_box()
    middle = frame["x"] + 0.3 * frame["width"], frame["y"] + 0.5 * frame["height"]
    page.mouse.move(*middle)
    first = probe(page)
    page.mouse.down()
    page.mouse.move(middle[0] + 80, middle[1], steps=4)
    page.mouse.move(middle[0] + 80, frame["y"] - 40)  # released outside the picture
    page.mouse.up()
    page.mouse.move(*middle)
    moved = probe(page)
    assert moved[1] < first[1]
    page.mouse.move(middle[0] + 60, middle[1])
    assert probe(page)[1] > moved[1]  # the window follows again, and the photo stays
    expect(page.get_by_role("button", name="Hold")).to_have_attribute("aria-pressed", "false")


def test_a_finger_points_on_a_phone(server, browser):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    settings, photo = CASES["laplacian"], photo_of("cat")
    truth = Truth(photo, settings)
    open_filters(page, server, settings)
    page.locator("canvas.overlay").scroll_into_view_if_needed()
    x, y = (int(v) + 0.5 for v in where(page, photo, settings, (90, 60)))
    page.touchscreen.tap(x, y)
    page.wait_for_url(lambda url: "at=" in url)
    row, column = probe(page)
    assert abs(row - 90) <= 1 and abs(column - 60) <= 1
    assert [line[1] for line in sums(page)] == truth.response[row, column].tolist()
    context.close()


def test_the_address_brings_the_window_back(server, browser, page):
    settings, photo = CASES["stack"], photo_of("cat")
    open_filters(page, server, settings)
    point_at(page, photo, settings, (77, 33))
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url(lambda url: url.endswith("at=77_33"))
    choose(page, "Beyond the picture's edge", "Zero: black")
    page.wait_for_url(lambda url: "edges" not in url and "at=77_33" in url)
    page.get_by_text("2. Diagonal edges").click()  # changes the address, not the picture
    page.wait_for_url(lambda url: "chosen=1" in url and "at=77_33" in url)
    settled(page)
    there = sums(page)

    context = browser.new_context()
    other = context.new_page()
    other.goto(page.url)
    expect(other.locator(FRAME)).to_have_attribute("data-probe", "77,33")
    assert sums(other) == there
    context.close()


def test_the_histogram_says_range_and_share(server, page):
    settings = CASES["laplacian"]
    response = Truth(photo_of("cat"), settings).response
    open_filters(page, server, settings)
    share = readable(100 * clipped_fraction(response, "clamp"), 1)
    low, high = readable(response.min()), readable(response.max())
    text = f"Raw responses from {low} to {high}; {share}% of them are clipped"
    expect(page.get_by_text(text, exact=True)).to_be_visible()
    expect(page.get_by_role("img", name=text)).to_be_visible()


# ---- What belongs together is drawn together ----

GATE = """
window.gate = { held: [] };
const make = window.createImageBitmap.bind(window);
window.createImageBitmap = async (...picture) => {
  if (window.gate.shut) await new Promise((go) => window.gate.held.push(go));
  return make(...picture);
};
"""


def open_gate(page):
    page.evaluate("() => { gate.shut = false; gate.held.splice(0).forEach((go) => go()); }")


def test_until_the_new_picture_is_there_the_old_one_is_explained(server, page):
    """A pointer that moves while the picture is on its way must not mix two filters."""
    page.add_init_script(GATE)
    settings, photo = CASES["laplacian"], photo_of("cat")
    open_filters(page, server, settings)
    page.evaluate("gate.shut = true")
    choose(page, "Filter", "Gradients · Sobel magnitude")
    page.wait_for_function("gate.held.length > 0")
    settled(page)  # so that nothing on the page moves any more
    point_at(page, photo, settings, (150, 100))
    old = Truth(photo, settings).response[150, 100]
    assert [line[1] for line in sums(page)] == old.tolist()
    assert len(grids(page, "kernel")) == 1

    open_gate(page)
    expect(page.locator(".grid.kernel")).to_have_count(2)
    gradient = filters(FilterStep("sobel"))
    new = Truth(photo, gradient).response[150, 100]
    assert [line[1] for line in sums(page)] == pytest.approx(new.tolist())


def test_the_view_starts_afresh_on_a_photo_of_another_size(server, page):
    settings = filters(FilterStep("sharpen"), photo="astronaut")
    open_filters(page, server, settings, at="500_500")
    page.get_by_role("button", name="Zoom in").click(click_count=4)
    choose(page, "or take a sample", "Cat")
    expect(page.locator(FRAME)).to_have_attribute("data-probe", "299,450")
    settled(page)
    settings, photo = filters(FilterStep("sharpen")), photo_of("cat")
    point_at(page, photo, settings, (30, 40))
    assert probe(page) == (30, 40)
    response = Truth(photo, settings).response[30, 40]
    assert [line[1] for line in sums(page)] == response.tolist()


@pytest.mark.parametrize("size", [(1000, 900), (1440, 500), (900, 1200)])
def test_the_picture_follows_the_window(server, page, size):
    settings, photo = CASES["laplacian"], photo_of("cat")
    open_filters(page, server, settings)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    frame = page.locator(".frame")
    page.wait_for_function(
        """(most) => {
             const frame = [...document.querySelectorAll("*")]
               .map((node) => node.shadowRoot?.querySelector(".frame")).find(Boolean);
             const canvas = frame.querySelector("canvas.base");
             return frame.clientHeight <= most && canvas.width === frame.clientWidth;
           }""",
        arg=size[1] / 2,
    )
    assert frame.bounding_box()["width"] <= size[0]
    frame.scroll_into_view_if_needed()

    def pointed():
        page.mouse.move(*where(page, photo, settings, (90, 60)))
        row, column = probe(page)
        assert abs(row - 90) <= 1 and abs(column - 60) <= 1

    eventually(page, pointed)  # the page may still be making room
