"""How long a visitor waits for an answer on *Classify*, in a real Chromium.

``python tests/benchmarks/bench_classify.py``: a warm server of its own on this machine, with its
cluster; loopback, headless Chromium, 1440×900. An answer counts as painted at the second animation
frame after it is in the page. The photos differ, so that nothing is known before.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
sys.path.insert(0, str(Path(__file__).parents[2]))

from bench_pages import PAINTED, spread  # noqa: E402
from chromium import find  # noqa: E402
from conftest import FLAGS, Server  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from vizcore.ui.drawn_digit import DrawnDigit  # noqa: E402

DROPS, STROKES = 20, 30
TARGETS = {"dropped": 500, "stroke": 400}
ANSWERED = """([was]) => new Promise((go) => {
    const start = performance.now();
    const look = () => {
        const now = document.querySelector('.prediction img')?.src;
        if (!now || now === was) return requestAnimationFrame(look);
        requestAnimationFrame(() => requestAnimationFrame(() => go(performance.now() - start)));
    };
    look();
})"""
SEEN = "document.querySelector('.prediction img')?.src ?? ''"


def photo(numbers):
    """A photo of two megapixels unlike any before, as the bytes of a JPEG."""
    coarse = Image.fromarray(numbers.integers(0, 255, (38, 51, 3), np.uint8))
    with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
        coarse.resize((1632, 1216), Image.Resampling.BICUBIC).save(file.name, quality=90)
        return Path(file.name).read_bytes()


def opened(browser, server, query):
    """Open the page and wait until it has come to rest."""
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.goto(f"{server.url}/classify?{query}")
    tab.wait_for_selector(".prediction .verdict", timeout=60_000)
    # The worker has answered, or has been given up.
    tab.wait_for_selector(".overlay[data-drawn], [data-testid=stAlert]", timeout=120_000)
    tab.evaluate(PAINTED)
    return tab


def dropped(tab):
    """A picture dropped → its answer painted."""
    numbers, times = np.random.default_rng(0), []
    for i in range(DROPS + 2):
        data = photo(numbers)
        was = tab.evaluate(SEEN)
        start = time.perf_counter()
        tab.locator(".st-key-classify-files input[type=file]").set_input_files(
            {"name": f"{i}.jpg", "mimeType": "image/jpeg", "buffer": data}
        )
        tab.evaluate(ANSWERED, [was])
        times.append((time.perf_counter() - start) * 1000)
        tab.wait_for_timeout(1000)
        tab.get_by_role("button", name="Remove").first.click()
        tab.wait_for_timeout(600)
    return times[2:]


def stroked(tab):
    """A stroke that moves on → the answer to that painted, with the pen down."""
    box = tab.locator(".pad canvas").bounding_box()
    pixel, times = box["width"] / 28, []

    def to(row, column, steps=1):
        tab.mouse.move(box["x"] + column * pixel, box["y"] + row * pixel, steps=steps)

    for i in range(STROKES):
        if i % 10 == 0:
            tab.mouse.up()
            clear = tab.get_by_role("button", name="Clear")
            if clear.is_enabled():
                clear.click()
            tab.wait_for_timeout(1500)
            to(4, 6)
            tab.mouse.down()
            tab.wait_for_timeout(1500)
        was = tab.evaluate(SEEN)
        start = time.perf_counter()
        to(5 + 2 * (i % 10), 6 + (i * 7) % 16, steps=4)
        tab.evaluate(ANSWERED, [was])
        times.append((time.perf_counter() - start) * 1000)
        tab.wait_for_timeout(300)
    tab.mouse.up()
    return times


def main():
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="runs-", ignore_cleanup_errors=True) as runs:
        server = Server(**{**os.environ, "VIZCORE_RUNS": runs, "VIZCORE_LINGER": "1"}).wait()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
                for model in ("digits", "objects"):
                    times = dropped(opened(browser, server, f"picture=own&model={model}"))
                    print(f"{model}: picture dropped → answer painted   {spread(times)}")
                drawing = DrawnDigit("f".ljust(28 * 28, "0")).to_text()  # a blank one has no answer
                times = stroked(opened(browser, server, f"picture={drawing}"))
                print(f"digits: stroke → answer painted            {spread(times)}")
                print("to reach: p50 " + ", ".join(f"{k} {v} ms" for k, v in TARGETS.items()))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
