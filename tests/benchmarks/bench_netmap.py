"""Time the map of a network in a real Chromium, on a server of its own.

    python tests/benchmarks/bench_netmap.py

It opens the network `tiny` on the page *A network, layer by layer*. A time ends with the first
task after the frame that shows the answer. Only prints, each figure beside its target.
"""

import os
import platform
import statistics
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser"), str(Path(__file__).parent)]
from bench_pages import counted  # noqa: E402
from chromium import find  # noqa: E402
from conftest import FLAGS, Server  # noqa: E402
from helpers import settled  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

MODEL = "tiny"
OPENINGS, PICTURES, MOVES, CLICKS = 5, 16, 120, 12

CLOCK = """
window.found = (css) => {
  for (const host of document.querySelectorAll("*")) {
    const one = host.shadowRoot?.querySelector(css);
    if (one) return one;
  }
};
window.afterPaint = (act) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = act;
  channel.port2.postMessage(0);
});
// From an event of this type to the frame in which `answer` says something else than before.
window.timed = (type, answer) => new Promise((tell) => {
  addEventListener(type, (event) => {
    const before = answer();
    const look = () => afterPaint(() =>
      answer() === before ? look() : tell(performance.now() - event.timeStamp));
    look();
  }, { capture: true, once: true });
});
addEventListener("DOMContentLoaded", () => {
  const look = () => performance.getEntriesByName("netmap-drawn").length
    ? afterPaint(() => (window.opened = performance.now())) : requestAnimationFrame(look);
  look();
});
"""
DRAWN = "() => found('.netmap')?.dataset.picture"
INSIDE = "() => { const d = found('.inside')?.dataset; return d && `${d.node} ${d.map}`; }"


def report(what, times, target):
    p50, p95 = np.percentile(times, [50, 95])
    print(
        f"{what}: p50 {p50:.0f} ms, p95 {p95:.0f} ms ({len(times)} times; target {target})",
        flush=True,
    )


def opening(browser, url):
    """Navigation → all maps drawn, and the bytes of that load, each in a profile of its own."""
    times, sizes = [], []
    for _ in range(OPENINGS):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_init_script(CLOCK)
        tab = context.new_page()
        seen = counted(tab)
        tab.goto(url)
        tab.wait_for_function("window.opened")
        times.append(tab.evaluate("opened"))
        settled(tab)
        tab.wait_for_timeout(500)
        sizes.append(seen["bytes"] / 1e6)
        context.close()
    report("open → all maps drawn", times, "≤ 2000 ms")
    print(f"first load: {statistics.median(sizes):.2f} MB (target ≤ 4 MB)")


def answered(tab, kind, answer, act):
    """Do something, and return how long its answer took to be painted."""
    # Not awaited here: the event is still to come.
    wait = f"timed('{kind}', {answer}).then((took) => (window.took = took))"
    tab.evaluate(f"() => {{ window.took = undefined; {wait}; }}")
    act()
    tab.wait_for_function("window.took !== undefined")
    return tab.evaluate("took")


def pictures(tab):
    strip = tab.locator(".strip button")
    times = []
    for i in range(PICTURES):
        times.append(answered(tab, "click", DRAWN, strip.nth(1 + i % 5).click))
        settled(tab)
        tab.wait_for_timeout(200)
    report("another picture → redrawn", times, "≤ 350 ms")


def spots(tab):
    """Points on maps: the middles of those of the columns that are a single file of ten."""
    over = tab.locator(".netmap .over")
    over.evaluate("canvas => canvas.scrollIntoView({ block: 'center' })")
    heads = tab.locator(".netmap .head").evaluate_all(
        "heads => heads.map((head) => head.getBoundingClientRect()).map((r) => r.x + r.width / 2)"
    )
    box = over.bounding_box()
    middle = box["y"] + box["height"] / 2
    return [(x, middle + (i - 4.5) * 49) for x in heads[1:11] for i in range(10)]


def hovering(tab):
    places = spots(tab)
    order = np.random.default_rng(0).permutation(len(places))
    lit = "() => found('.netmap').dataset.lit"
    times = [
        answered(
            tab, "pointermove", lit, lambda i=i: tab.mouse.move(*places[order[i % len(order)]])
        )
        for i in range(MOVES)
    ]
    report("hover → edges lit", times, "p95 ≤ 32 ms")


def opening_maps(tab):
    places = spots(tab)
    tab.mouse.click(*places[0])
    tab.wait_for_function("() => found('.inside[data-drawn]')")
    settled(tab)
    times = []
    for i in range(CLICKS):
        x, y = spots(tab)[(7 * i + 11) % len(places)]
        times.append(answered(tab, "click", INSIDE, lambda x=x, y=y: tab.mouse.click(x, y)))
        settled(tab)
        tab.wait_for_timeout(200)
    report("click → detail drawn", times, "≤ 250 ms")


def main():
    """Measure and print."""
    server = Server().wait()
    url = f"{server.url}/inside_a_network?model={MODEL}"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
            load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
            print(
                f"Chromium {browser.version} without a window, 1440×900; Python "
                f"{platform.python_version()}; {os.cpu_count()} cores, load {load:.1f}"
            )
            warm = browser.new_page()
            warm.goto(url)
            warm.wait_for_function(
                "() => [...document.querySelectorAll('*')]"
                ".some((host) => host.shadowRoot?.querySelector('.netmap[data-drawn]'))",
                timeout=120_000,
            )
            settled(warm)
            warm.close()
            opening(browser, url)
            tab = browser.new_page(viewport={"width": 1440, "height": 900})
            tab.add_init_script(CLOCK)
            tab.goto(url)
            tab.wait_for_function("window.opened")
            settled(tab)
            pictures(tab)
            hovering(tab)
            opening_maps(tab)
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
