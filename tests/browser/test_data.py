"""The data in a real browser: a gallery walked by keys, choices, a download."""

import http.server
import threading
from contextlib import suppress
from urllib.parse import urlencode

import numpy as np
import psutil
import pytest
from conftest import Server
from helpers import choose, fits, visit
from playwright.sync_api import expect

from vizcore.compute.address import read_address
from vizcore.export.permalink import to_query
from vizcore.nets.datasets import load_dataset
from vizcore.nets.description import class_samples, describe
from vizcore.nets.downloads import FILES
from vizcore.ui.data_settings import DataSettings

SIDE = 12  # CSS pixels for each of a digit's pixels


def open_data(tab, server, settings=None):
    """Open the page and wait until its pictures are drawn."""
    visit(tab, f"{server.url}/data?{urlencode(to_query(settings or DataSettings()))}")
    expect(tab.locator(".gallery[data-drawn]")).to_be_visible()


def samples():
    """The pictures in the gallery as the page opens, and their names."""
    found = describe(load_dataset(), per_class=6).samples
    return np.concatenate(found), [str(label) for label in range(10) for _ in range(6)]


LEVELS = """(canvas) => [...canvas.getContext("2d")
  .getImageData(0, 0, canvas.width, canvas.height).data].filter((_, i) => i % 4 === 0)"""


def picture(tab, number):
    """A picture of the gallery, by its place from 1."""
    return tab.locator(".gallery .one").nth(number - 1)


def focused(tab):
    """The accessible name of what has the focus."""
    return tab.evaluate(
        """() => {
             let e = document.activeElement;
             while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
             return e.getAttribute("aria-label") ?? e.textContent;
           }"""
    )


def columns(tab):
    """How many pictures stand beside each other."""
    tops = tab.locator(".gallery .one").evaluate_all("all => all.map((one) => one.offsetTop)")
    return tops.count(tops[0])


def test_every_picture_is_exact_and_named(server, page):
    open_data(page, server)
    pictures, names = samples()
    shown = page.locator(".gallery .one")
    expect(shown).to_have_count(60)
    for index in (0, 7, 59):
        assert picture(page, index + 1).locator("canvas").evaluate(LEVELS) == (
            pictures[index].ravel().tolist()
        )
        expect(picture(page, index + 1)).to_have_accessible_name(
            f"{names[index]}, picture {index + 1} of 60"
        )
        expect(picture(page, index + 1)).to_contain_text(names[index])
    box = picture(page, 1).locator("canvas").bounding_box()
    assert (box["width"], box["height"]) == (8 * SIDE, 8 * SIDE)


def test_keys_walk_through_the_pictures(server, page):
    open_data(page, server)
    across = columns(page)
    assert 8 <= across <= 14
    picture(page, 1).focus()
    place = 1
    for key, to in [
        ("ArrowRight", 2),
        ("ArrowDown", 2 + across),
        ("ArrowLeft", 1 + across),
        ("ArrowUp", 1),
        ("ArrowUp", 1),
        ("ArrowLeft", 1),
        ("End", 60),
        ("ArrowRight", 60),
        ("Home", 1),
    ]:
        page.keyboard.press(key)
        assert focused(page).endswith(f"picture {to} of 60"), (key, place)
        place = to


def test_a_picture_is_enlarged_by_enter_and_let_go_by_escape(server, page):
    open_data(page, server)
    pictures, names = samples()
    picture(page, 1).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    dialog = page.locator(".gallery dialog")
    expect(dialog).to_be_visible()
    large = dialog.locator("canvas")
    assert large.evaluate(LEVELS) == pictures[1].ravel().tolist()
    page.keyboard.press("ArrowRight")
    expect(large).to_have_accessible_name(f"{names[2]}, picture 3 of 60")
    assert large.evaluate(LEVELS) == pictures[2].ravel().tolist()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(picture(page, 3)).to_be_focused()
    expect(picture(page, 3)).to_have_accessible_name(f"{names[2]}, picture 3 of 60")


def test_the_pointer_reads_a_pixels_level(server, page):
    open_data(page, server)
    picture(page, 4).click()
    large = page.locator(".gallery dialog canvas")
    expect(large).to_be_visible()
    box = large.bounding_box()
    row, column = 2, 5
    page.mouse.move(
        box["x"] + (column + 0.5) * box["width"] / 8, box["y"] + (row + 0.5) * box["height"] / 8
    )
    level = samples()[0][3, row, column, 0]
    expect(page.locator(".gallery .level")).to_have_text(f"Row 3, column 6: {level}")
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".gallery dialog")).not_to_be_visible()


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A server whose folder has a dataset of 100 classes, each with two pictures."""
    folder = tmp_path_factory.mktemp("data")
    y = np.tile(np.arange(100), 3)
    x = np.tile(np.arange(100, dtype=np.uint8), 3)[:, None, None] + np.zeros((1, 4, 4), np.uint8)
    names = [f"<i>class</i> {label}" for label in range(100)]
    np.savez(folder / "many.npz", train_images=x, train_labels=y, test_images=x[:100],
             test_labels=y[:100], class_names=names)  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VIZCORE_DATA", str(folder))
        patch.setenv("VIZCORE_CACHE", str(folder / "cache"))
        running = Server().wait()
        yield running
        running.stop()


def test_more_pictures_than_a_page_holds_are_turned_by_keys_and_buttons(many, page):
    open_data(page, many, DataSettings("many"))
    place = page.locator(".gallery .bar [role=status]")
    gallery = page.locator(".gallery")
    count = int(gallery.get_attribute("data-drawn"))
    assert count > 120
    expect(place).to_have_text(f"Pictures 1–60 of {count}")
    picture(page, 1).focus()
    page.keyboard.press("PageDown")
    expect(place).to_have_text(f"Pictures 61–120 of {count}")
    assert focused(page).endswith(f"picture 61 of {count}")
    page.keyboard.press("ArrowLeft")
    assert focused(page).endswith(f"picture 60 of {count}")
    page.get_by_role("button", name="Next page (Page Down)").click()
    expect(place).to_have_text(f"Pictures 61–120 of {count}")
    page.keyboard.press("Enter")
    expect(place).to_have_text(f"Pictures 121–180 of {count}")
    expect(page.locator(".gallery .caption").first).to_contain_text("<i>class</i>")
    expect(page.get_by_test_id("stMain").locator("i", has_text="class")).to_have_count(0)


def test_another_class_and_another_seed_show_other_pictures(server, page):
    open_data(page, server)
    choose(page, "Class", "7")
    expect(page).to_have_url(f"{server.url}/data?label=7")
    seed = page.get_by_role("spinbutton", name="Seed")
    seed.fill("3")
    seed.press("Enter")
    expect(page).to_have_url(f"{server.url}/data?seed=3&label=7")
    first = class_samples(load_dataset(), 7, 60, seed=3)[0].ravel().tolist()
    page.wait_for_function(
        f"""(expected) => {{
              const root = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
                .map((mount) => mount.shadowRoot).find((one) => one?.querySelector(".gallery"));
              const shown = ({LEVELS})(root.querySelector(".one canvas"));
              return JSON.stringify(shown) === JSON.stringify(expected);
            }}""",
        arg=first,
    )


def test_nothing_is_wider_than_a_phone(server, page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_data(page, server)
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    fits(page)
    assert columns(page) == 3
    picture(page, 2).click()
    dialog = page.locator(".gallery dialog").bounding_box()
    assert dialog["x"] >= 0 and dialog["x"] + dialog["width"] <= 390


# ---- A download ----


class Slow(http.server.BaseHTTPRequestHandler):
    """Sends the length of MNIST in zeros, so slowly that the slowest of machines can watch."""

    def do_GET(self):  # noqa: N802
        (file,) = FILES["mnist"]
        self.send_response(200)
        self.send_header("Content-Length", str(file.size))
        self.end_headers()
        try:
            for _ in range(file.size // 2**16):
                self.wfile.write(bytes(2**16))
                self.server.open.wait(2)
            self.wfile.write(bytes(file.size % 2**16))
        except OSError:
            self.server.left.set()

    def log_message(self, *_):
        pass


@pytest.fixture
def mirror():
    """A slow mirror; once it is `open` it is quick."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        server.open, server.left = threading.Event(), threading.Event()
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.open.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def bare(mirror, tmp_path, monkeypatch):
    """An app with a cluster of its own, on a machine that has no datasets yet."""
    runs = tmp_path / "runs"
    for name, value in {
        "RUNS": runs,
        "CACHE": tmp_path / "cache",
        "MIRROR": f"http://127.0.0.1:{mirror.server_port}",
        "WARM": "",
    }.items():
        monkeypatch.setenv(f"VIZCORE_{name}", str(value))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("VIZCORE_DATA", raising=False)
    monkeypatch.delenv("VIZCORE_SCHEDULER", raising=False)
    running = Server().wait()
    yield running
    running.stop()
    if cluster := read_address(runs):
        for process in [psutil.Process(cluster.pid), *psutil.Process(cluster.pid).children(True)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def test_a_download_is_watched_survives_a_reload_and_is_cancelled(bare, mirror, page):
    visit(page, f"{bare.url}/data?dataset=mnist")
    page.get_by_role("button", name="Download", exact=True).click()
    come = page.get_by_text("of 11 MB have come")
    expect(come).to_be_visible(timeout=180_000)
    page.reload()
    expect(come).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("The download was cancelled")).to_be_visible()
    assert mirror.left.wait(60)
    mirror.open.set()
    page.get_by_role("button", name="Download again").click()
    # What comes is not the published file: one sentence, and a way on.
    failed = page.get_by_text("MNIST could not be downloaded from 127.0.0.1")
    expect(failed).to_be_visible()
    expect(failed).to_contain_text("not the published file")
    page.get_by_role("link", name="Digits, which are embedded").click()
    expect(page.locator(".gallery[data-drawn]")).to_be_visible()
    expect(page.get_by_text("could not be downloaded")).to_have_count(0)
