"""How a network formed, in a real browser: what is drawn is what the snapshots hold."""

import re

import numpy as np
import pytest
from helpers import in_both_themes, record_frames, settled
from made_runs import finished_run, kernels_after
from playwright.sync_api import expect
from test_accessibility import serious_violations

from vizcore.compute import run_files
from vizcore.compute.runs import Runs
from vizcore.compute.settings import Settings
from vizcore.compute.visitors import visitor_of
from vizcore.figures.colours import RESPONSE_RAMP, WEIGHT_RAMP, colour_at

BODY = ".formation[data-drawn]"
KERNELS, MAPS = "section.kernels", "section.maps"
VISITOR = visitor_of("F" * 43)


@pytest.fixture(scope="module")
def made():
    """A run of the server's own, which a link alone shows."""
    runs = Runs(Settings.from_environment())
    run = finished_run(runs, VISITOR, epochs=4)
    yield run, runs.folder(run.id)
    runs.close()


def open_run(tab, server, run, **query):
    more = "".join(f"&{name}={value}" for name, value in query.items())
    tab.goto(f"{server.url}/runs?run={run.id}{more}")
    expect(tab.locator(BODY)).to_be_visible()
    settled(tab)


def state(tab):
    return tab.locator(BODY).evaluate("body => ({ ...body.dataset })")


def place(tab, board, tile, row, column):
    """Where the middle of a pixel lies on a board's canvas, by the layout that it promises."""
    box = tab.locator(f"{board} .over").bounding_box()
    side = {KERNELS: 3, MAPS: 6}[board]
    # All six tiles stand in a row, each 4 pixels from its column's edge and 20 below the top.
    step = box["width"] / 6
    zoom = (step - 8) / side
    return 4 + tile * step + (column + 0.5) * zoom, 20 + (row + 0.5) * zoom


def point_at(tab, board, *pixel):
    x, y = place(tab, board, *pixel)
    tab.locator(f"{board} .over").hover(position={"x": x, "y": y})


def colour(tab, board, *pixel):
    """The colour that the board's picture has in the middle of a pixel."""
    at = place(tab, board, *pixel)
    red, green, blue = tab.locator(f"{board} canvas").first.evaluate(
        """(canvas, [x, y]) => {
             const ratio = canvas.width / canvas.getBoundingClientRect().width;
             const at = [x * ratio, y * ratio].map(Math.floor);
             return [...canvas.getContext("2d").getImageData(...at, 1, 1).data].slice(0, 3);
           }""",
        at,
    )
    return red, green, blue


def rgb(text):
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))


def near(one, other):
    """Equal to what 512 shades of a scale can tell."""
    return max(abs(a - b) for a, b in zip(one, rgb(other), strict=True)) <= 2


def test_what_is_drawn_and_read_is_what_the_snapshot_holds(page, server, made):
    run, folder = made
    open_run(page, server, run, epoch=2)
    limit = max(np.abs(kernels_after(epoch)).max() for epoch in range(5))
    for tile, row, column in ((0, 0, 0), (3, 2, 1), (5, 1, 2)):
        weight = kernels_after(2)[row, column, 0, tile]
        point_at(page, KERNELS, tile, row, column)
        told = state(page)
        assert (told["board"], told["at"]) == ("kernel", f"{tile},{row},{column}")
        assert float(told["value"]) == float(weight)
        expect(page.locator(".pixel figcaption")).to_have_text(
            f"Kernel {tile + 1} of 6, row {row + 1}, column {column + 1}"
        )
        assert near(colour(page, KERNELS, tile, row, column), colour_at(WEIGHT_RAMP, weight, limit))
    maps = [run_files.snapshot(folder, epoch)["map-conv1"] for epoch in range(5)]
    limit = max(float(np.abs(one).max()) for one in maps)
    for tile, row, column in ((1, 5, 0), (4, 2, 3)):
        value = float(maps[2][row, column, tile])
        point_at(page, MAPS, tile, row, column)
        assert float(state(page)["value"]) == value
        assert near(colour(page, MAPS, tile, row, column), colour_at(RESPONSE_RAMP, value, limit))


def test_keys_go_through_the_epochs_without_the_server(page, server, made):
    run, _ = made
    frames = record_frames(page)
    open_run(page, server, run)
    assert state(page)["epoch"] == "4"
    frames.clear()
    slider = page.get_by_role("slider", name="Epoch")
    slider.focus()
    drawn = {}
    for key, epoch in (("ArrowLeft", 3), ("ArrowLeft", 2), ("Home", 0), ("ArrowRight", 1)):
        page.keyboard.press(key)
        assert state(page)["epoch"] == str(epoch)
        drawn[epoch] = colour(page, KERNELS, 2, 1, 1)
        limit = max(np.abs(kernels_after(one)).max() for one in range(5))
        weight = kernels_after(epoch)[1, 1, 0, 2]
        assert near(drawn[epoch], colour_at(WEIGHT_RAMP, weight, limit))
    assert len(set(drawn.values())) == 4
    expect(page.locator(".place")).to_have_text("Epoch 1 of 4")
    expect(page.locator(".figures")).to_contain_text("loss 2.000")
    expect(page).to_have_url(re.compile("[?&]epoch=1$"))
    page.keyboard.press("End")
    expect(page).not_to_have_url(re.compile("epoch="))
    assert not frames


def test_playing_goes_to_the_end_and_stops(page, server, made):
    open_run(page, server, made[0], epoch=2)
    page.get_by_role("button", name="Play (space)").click()
    expect(page.locator(f"{BODY}[data-epoch='4']")).to_be_visible()
    expect(page.get_by_role("button", name="Play (space)")).to_be_visible()


def test_the_address_brings_the_epoch_back_and_another_layer_leaves_it(page, server, made):
    run, folder = made
    open_run(page, server, run)
    page.get_by_role("button", name="Previous epoch").click()
    expect(page).to_have_url(re.compile("[?&]epoch=3"))
    page.reload()
    expect(page.locator(f"{BODY}[data-epoch='3']")).to_be_visible()
    settled(page)
    page.get_by_label("Contrast of its own for each map").check()
    page.get_by_role("combobox", name="Feature maps of the layer").fill("relu1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Feature maps of relu1")).to_be_visible()
    assert state(page)["epoch"] == "3"
    expect(page).to_have_url(re.compile("(?=.*[?&]layer=relu1)(?=.*[?&]epoch=3)"))
    expect(page.get_by_label("Contrast of its own for each map")).to_be_checked()
    point_at(page, MAPS, 1, 4, 4)
    kept = run_files.snapshot(folder, 3)["map-relu1"]
    assert float(state(page)["value"]) == float(kept[4, 4, 1])


def test_a_map_with_a_contrast_of_its_own_reaches_the_end_of_the_scale(page, server, made):
    run, folder = made
    open_run(page, server, run, epoch=0)
    first = run_files.snapshot(folder, 0)["map-conv1"]
    tile = int(np.abs(first).max(axis=(0, 1)).argmin())
    row, column = np.unravel_index(np.abs(first[..., tile]).argmax(), (6, 6))
    pixel = (tile, int(row), int(column))
    end = RESPONSE_RAMP[-1 if first[row, column, tile] > 0 else 0]
    assert not near(colour(page, MAPS, *pixel), end)
    page.get_by_label("Contrast of its own for each map").check()
    assert near(colour(page, MAPS, *pixel), end)


def test_pixels_by_keyboard(page, server, made):
    open_run(page, server, made[0])
    page.locator(f"{MAPS} .over").focus()
    assert state(page)["at"] == "0,3,3"
    for key in ("ArrowRight", "ArrowDown", "PageDown", "ArrowUp", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
    told = state(page)
    assert (told["board"], told["at"], told["epoch"]) == ("map", "1,2,3", "4")
    expect(page.locator(".pixel figcaption")).to_have_text("Map 2 of 6, row 3, column 4")
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    assert state(page)["at"] == "0,2,3"


def test_summaries_say_what_is_seen(page, server, made):
    run, folder = made
    open_run(page, server, run, epoch=3, layer="relu1")
    largest = np.abs(kernels_after(3)).max()
    expect(page.locator(f"{KERNELS} .summary")).to_have_text(
        f"6 kernels of 3×3 after epoch 3; the largest weight is {largest:.2f} in magnitude."
    )
    maps = run_files.snapshot(folder, 3)["map-relu1"]
    zero = int((maps == 0).all(axis=(0, 1)).sum())
    said = page.locator(f"{MAPS} .summary").inner_text()
    assert said.startswith("6 maps of 6×6 after epoch 3; the largest value is ")
    assert (f"{zero} " in said.partition("magnitude.")[2]) == (zero > 0)


def test_the_answer_is_judged_in_words(page, server, made):
    run, folder = made
    truth = run_files.probe(folder).truth
    open_run(page, server, run, epoch=0)
    said = "✓ right" if truth == 0 else f"✗ wrong: it is {truth}"
    expect(page.locator(".guess .verdict")).to_have_text(said)
    page.get_by_role("slider", name="Epoch").press("End")
    said = "✓ right" if truth == 9 else f"✗ wrong: it is {truth}"
    expect(page.locator(".guess .verdict")).to_have_text(said)
    expect(page.locator(".guess p").nth(1)).to_have_text("The network says: 9")
    assert "✓" not in page.locator(".guess ol").inner_text()


def test_what_is_frozen_has_no_course_over_the_epochs(page, server, made):
    open_run(page, server, made[0])
    expect(page.locator(".course")).to_be_visible()
    frozen = "32x32x3-conv_24_3_b0-relu-max_2-flatten-dense_10-softmax"
    runs = Runs(Settings.from_environment())
    try:
        run = finished_run(runs, VISITOR, network=frozen, features="objects")
    finally:
        runs.close()
    open_run(page, server, run)
    expect(page.locator(".pixel .value")).to_contain_text("in every epoch: frozen")
    expect(page.locator(".course")).to_be_hidden()


def test_it_fits_a_phone_and_both_themes(page, server, made):
    open_run(page, server, made[0])
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(
        "body => body.scrollWidth <= body.clientWidth && body.clientWidth <= 390",
        arg=page.locator(BODY).element_handle(),
    )
    for _ in in_both_themes(page):
        assert not serious_violations(page)
