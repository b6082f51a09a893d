"""How long a lesson takes to open, and a control to show its effect, in a real Chromium.

``python tests/benchmarks/bench_lessons.py``: a server of its own on this machine, loopback,
headless Chromium, 1440×900. A lesson is opened by its link in a new tab of a new visitor; it
counts as painted at the second animation frame after every component on the page is drawn. A
control counts as repainted at the second animation frame after the page has changed for the last
time that it changes within `QUIET` milliseconds.
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]

from chromium import find  # noqa: E402
from conftest import FLAGS, Server  # noqa: E402
from playwright.sync_api import TimeoutError as PlaywrightTimeout  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from vizcore.lessons import LESSONS  # noqa: E402
from vizcore.ui.lesson_links import address_of, query_of, settings_of  # noqa: E402

ROUNDS = 2
PRESSES = 12
QUIET = 400
CONTROLS = {
    "image_filters": ("spinbutton", "Stride (pixels)"),
    "convolution_step_by_step": ("slider", "Padding (cells)"),
    "pooling": ("slider", "Padding (cells)"),
    "activations?topic=curves": ("slider", "Read off at x"),
    "finding_a_filter": ("slider", "Learning rate"),
    "why_convolution": ("spinbutton", "Inputs"),
    "gradients?part=filter": ("slider", "Learning rate"),
    "layer_tables": ("slider", "Size of the weights of F (per cent)"),
}
"""For each page a control that changes its picture, by role and name."""

DRAWN = """() => {
  const main = document.querySelector("[data-testid=stApp]");
  if (main?.getAttribute("data-test-script-state") !== "notRunning") return false;
  const mounts = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
    .filter((mount) => mount.checkVisibility()).map((mount) => mount.shadowRoot);
  const drawn = (part) => part.dataset.drawn !== undefined;
  return mounts.length > 0 && mounts.every((root) => root?.childElementCount > 1
    && [...root.querySelectorAll(".frame, .stepper")].every(drawn));
}"""
PAINTED = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
WATCH = f"""() => {{
  window.changed = 0;
  const seen = () => requestAnimationFrame(() => requestAnimationFrame(() => (
    window.changed = performance.now())));
  const observer = new MutationObserver(seen);
  const what = {{ subtree: true, childList: true, characterData: true, attributes: true,
    attributeFilter: ["data-drawn", "src", "style", "d", "points"] }};
  observer.observe(document.querySelector("[data-testid=stMain]"), what);
  for (const mount of document.querySelectorAll("[data-testid=stBidiComponentIsolated]"))
    if (mount.shadowRoot) observer.observe(mount.shadowRoot, what);
  document.addEventListener("keydown", (event) => (window.pressed = event.timeStamp), true);
  window.settledFor = () => performance.now() - Math.max(window.changed, window.pressed ?? 0);
  window.quiet = {QUIET};
}}"""


def spread(times):
    """Median, 95th percentile and the longest, as text."""
    return (
        f"p50 {statistics.median(times):6.0f} ms   p95 {np.percentile(times, 95):6.0f} ms"
        f"   longest {max(times):6.0f} ms"
    )


def opening(browser, url, context=None):
    """Address entered → painted, by a new visitor, or in a new tab of one who has been here."""
    new = context is None
    context = context or browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    start = time.perf_counter()
    tab.goto(url, wait_until="commit")
    tab.wait_for_function(DRAWN)
    tab.evaluate(PAINTED)
    took = 1000 * (time.perf_counter() - start)
    (context if new else tab).close()
    return took


def repainting(browser, url, role, name):
    """Key pressed in a control → the last change that it causes is painted."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    tab.goto(url)
    tab.wait_for_function(DRAWN)
    control = tab.get_by_role(role, name=name).first
    control.focus()
    tab.evaluate(WATCH)
    keys = ("ArrowRight", "ArrowLeft") if role == "slider" else ("ArrowUp", "ArrowDown")
    times = []
    for i in range(PRESSES):
        tab.keyboard.press(keys[i % 2])
        try:
            tab.wait_for_function(
                "window.changed > window.pressed && settledFor() > quiet", timeout=10_000
            )
        except PlaywrightTimeout:
            print(f"    {url}: “{name}” changed nothing after {keys[i % 2]}", flush=True)
            continue
        times.append(tab.evaluate("window.changed - window.pressed"))
    context.close()
    return times[2:] or times  # the first of either direction warms up


def main():
    """Measure and print."""
    server = Server().wait()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
            urls = {
                slug: f"{server.url}/{address_of(one.page, query_of(settings_of(one)))}"
                for slug, one in LESSONS.items()
            }
            for url in urls.values():
                opening(browser, url)
            times = {slug: [opening(browser, url) for _ in range(ROUNDS)]
                     for slug, url in urls.items()}  # fmt: skip
            slowest = sorted(times, key=lambda slug: -statistics.median(times[slug]))
            print(
                f"a lesson's link → painted   {spread(sum(times.values(), []))}"
                f"   ({len(urls)} lessons, warm server, new visitor, {ROUNDS} times each)"
            )
            for slug in slowest[:5]:
                print(f"    {slug:24} {statistics.median(times[slug]):6.0f} ms")
            known = browser.new_context(viewport={"width": 1440, "height": 900})
            again = [opening(browser, url, known) for url in [*urls.values()] * 2][len(urls) :]
            print(f"    in a browser that has been here   {spread(again)}")
            every = {}
            for page, (role, name) in CONTROLS.items():
                every[page] = repainting(browser, f"{server.url}/{page}", role, name)
            print(f"a control → repainted       {spread(sum(every.values(), []))}")
            for page, took in filter(lambda one: one[1], every.items()):
                print(f"    {page:28} {CONTROLS[page][1]:36} {spread(took)}")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
