"""What a finished run got right and wrong, in a real browser: the matrix by mouse and by keys."""

import json
import re
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import Server
from helpers import fits, in_both_themes, settled, visit
from made_runs import finished_run
from playwright.sync_api import expect

from vizcore.compute.runs import Runs
from vizcore.compute.settings import Settings
from vizcore.compute.training_job import ABOUT, TEST

NAMES = ("AbdomenCT", "BreastMRI", "<b>x</b>", "ChestCT", *"456789")
# Row: true; column: predicted. Of class 3 there is no picture, none was taken for class 9.
COUNTS = np.diag([35, 30, 30, 0, 33, 35, 34, 36, 36, 20])
COUNTS[0, 1], COUNTS[1, 0], COUNTS[4, 0], COUNTS[9, 4] = 1, 5, 3, 61


@pytest.fixture(scope="module")
def place():
    """A server with a run of 359 test pictures, and the run's address."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(runs=Path(folder) / "runs", scheduler="tcp://127.0.0.1:9")
        with closing(Runs(settings)) as runs:
            run = finished_run(runs, "somebody", name="Doctors")
            files = runs.folder(run.id)
        rows, columns = np.indices(COUNTS.shape)
        truth, predicted = (
            np.repeat(one, COUNTS.ravel()) for one in (rows.ravel(), columns.ravel())
        )
        np.savez(files / TEST, truth=truth, probabilities=np.float32(np.eye(10)[predicted]))
        about = json.loads((files / ABOUT).read_text())
        (files / ABOUT).write_text(json.dumps({**about, "classes": NAMES}))
        server = Server(**settings.to_environment()).wait()
        yield f"{server.url}/runs?run={run.id}"
        server.stop()


def open_run(tab, address):
    visit(tab, address)
    expect(tab.get_by_role("grid")).to_be_visible()


def cell(tab, row, column):
    return tab.locator(f'td[data-row="{row}"][data-column="{column}"]')


def said(tab):
    return tab.locator(".confusion .said")


def focused(tab):
    return tab.evaluate(
        """() => { let e = document.activeElement; while (e.shadowRoot?.activeElement)
           e = e.shadowRoot.activeElement; return [e.dataset.row, e.dataset.column]; }"""
    )


def test_the_table_holds_the_counts_and_the_names_as_text(place, page):
    open_run(page, place)
    grid = page.get_by_role("grid", name="Confusion matrix")
    assert COUNTS.sum() == 359
    shown = grid.locator("td[data-row]").all_inner_texts()
    assert shown == [str(count) for count in COUNTS.ravel()]
    assert grid.locator("tbody th").all_inner_texts() == list(NAMES)
    assert grid.locator("th.column").all_inner_texts() == list(NAMES)
    # A row without pictures has no shares; the darkest cell is the one with all of its row.
    shares = grid.locator("td[data-row]").evaluate_all(
        "cells => cells.map((cell) => parseFloat(cell.style.getPropertyValue('--share') || 0))"
    )
    shares = np.reshape(shares, COUNTS.shape)
    assert shares[3].tolist() == [0] * 10 and shares[7, 7] == 100
    assert shares[4, 0] == pytest.approx(100 * (3 / 36) ** 0.5, abs=0.01)
    frames = cell(page, 7, 7).evaluate("cell => getComputedStyle(cell).boxShadow")
    assert frames != cell(page, 7, 6).evaluate("cell => getComputedStyle(cell).boxShadow")


@pytest.mark.parametrize(
    ("place_of", "sentence"),
    [
        ((4, 0), "3 of 36 pictures of class 4 were taken for AbdomenCT."),
        ((0, 1), "1 of 36 pictures of class AbdomenCT was taken for BreastMRI."),
        ((0, 0), "35 of 36 pictures of class AbdomenCT were recognised."),
        ((2, 5), "None of the 30 pictures of class <b>x</b> was taken for 5."),
        ((3, 3), "There are no test pictures of class ChestCT."),
    ],
)
def test_a_cell_says_what_it_counts(place, page, place_of, sentence):
    open_run(page, place)
    cell(page, *place_of).hover()
    expect(said(page)).to_have_text(sentence)
    expect(cell(page, *place_of)).to_have_attribute("aria-label", sentence)


def test_a_click_chooses_a_cell_and_another_lets_it_go(place, page):
    open_run(page, place)
    cell(page, 9, 4).click()
    expect(cell(page, 9, 4)).to_have_attribute("aria-selected", "true")
    page.wait_for_url(re.compile("true=9.*predicted=4|predicted=4.*true=9"))
    expect(page.get_by_role("heading", name="Class 9, taken for 4")).to_be_visible()
    page.mouse.move(0, 0)
    expect(said(page)).to_have_text("61 of 81 pictures of class 9 were taken for 4.")
    page.reload()
    expect(cell(page, 9, 4)).to_have_attribute("aria-selected", "true")
    cell(page, 9, 4).click()
    page.wait_for_url(lambda url: "true=" not in url)
    expect(page.get_by_text("Choose a cell: the pictures")).to_be_visible()
    expect(page.locator('td[aria-selected="true"]')).to_have_count(0)


def test_keys_walk_and_choose(place, page):
    open_run(page, place)
    expect(page.locator('td[data-row][tabindex="0"]')).to_have_count(1)
    cell(page, 0, 0).focus()
    for key, expected in [
        ("ArrowDown", ["1", "0"]),
        ("ArrowRight", ["1", "1"]),
        ("ArrowUp", ["0", "1"]),
        ("ArrowUp", ["0", "1"]),
        ("End", ["0", "9"]),
        ("ArrowRight", ["0", "9"]),
        ("Control+End", ["9", "9"]),
        ("Home", ["9", "0"]),
        ("Control+Home", ["0", "0"]),
        ("ArrowRight", ["0", "1"]),
    ]:
        page.keyboard.press(key)
        assert focused(page) == expected, key
    expect(said(page)).to_have_text("1 of 36 pictures of class AbdomenCT was taken for BreastMRI.")
    expect(page.locator('td[data-row][tabindex="0"]')).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("predicted=1"))
    expect(page.get_by_role("heading", name="Class AbdomenCT, taken for BreastMRI")).to_be_visible()
    settled(page)
    expect(cell(page, 0, 1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(cell(page, 1, 1)).to_have_attribute("aria-selected", "true")
    page.wait_for_url(re.compile("true=1"))


def test_quick_clicks_end_at_the_last(place, page):
    open_run(page, place)
    for place_of in [(0, 0), (1, 0), (4, 0), (9, 9)]:
        cell(page, *place_of).click()
    page.wait_for_url(re.compile("predicted=9"))
    settled(page)
    expect(cell(page, 9, 9)).to_have_attribute("aria-selected", "true")
    expect(page.locator('td[aria-selected="true"]')).to_have_count(1)
    expect(page.get_by_role("heading", name="Class 9, recognised")).to_be_visible()


def test_all_three_files_can_be_saved(place, page):
    open_run(page, place)
    for label, name, beginning in [
        ("The network", "doctors-network.keras", b"PK"),
        ("The figures", "doctors-figures.csv", b"epoch,loss"),
        ("A Keras script", "doctors-script.py", b"# Doctors\n"),
    ]:
        with page.expect_download() as started:
            page.get_by_role("button", name=label).click()
        assert started.value.suggested_filename == name
        assert Path(started.value.path()).read_bytes().startswith(beginning)


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_the_screen(place, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    open_run(page, f"{place}&true=4&predicted=0")
    for scheme in in_both_themes(page):
        found = [
            (scheme, one["id"], [node["html"] for node in one["nodes"]][:3])
            for one in Axe().run(page).response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        assert found == []
    fits(page)


def test_ten_classes_fit_a_phone(place, page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_run(page, place)
    page.wait_for_function(
        "frame => frame.scrollWidth <= frame.clientWidth",
        arg=page.locator(".confusion .scroll").element_handle(),
    )
    expect(page.locator(".confusion .hint")).to_be_hidden()
    sizes = page.locator("td[data-row]").evaluate_all(
        """cells => cells.map((cell) => {
             const text = document.createRange();
             text.selectNodeContents(cell);
             const { width } = text.getBoundingClientRect();
             return [parseFloat(getComputedStyle(cell).fontSize), cell.clientWidth - width];
           })"""
    )
    letters, rooms = zip(*sizes, strict=True)
    assert min(letters) >= 11 and min(rooms) >= 0


CONTRASTS = """cells => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const level = (...colours) => {
    for (const colour of colours) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((c) => linear(c / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const app = document.querySelector("[data-testid=stApp]");
  const paper = getComputedStyle(app).backgroundColor;
  return cells.map((cell) => {
    const { color, backgroundColor } = getComputedStyle(cell);
    const [one, other] = [level(paper, backgroundColor), level(paper, color)];
    return Math.max(one, other) / Math.min(one, other);
  });
}"""


def test_ink_can_be_read_on_every_cell_in_both_themes(place, page):
    open_run(page, place)
    for scheme in in_both_themes(page):
        contrasts = page.locator("td[data-row]").evaluate_all(CONTRASTS)
        assert min(contrasts) >= 4.5, scheme
