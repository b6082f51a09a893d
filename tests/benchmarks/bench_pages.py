"""How long a visitor waits: cold start, first load, filter change, loupe, in a real Chromium.

``python tests/benchmarks/bench_pages.py``: a server of its own on this machine, loopback,
headless Chromium, 1440×900. The picture of a changed filter counts as painted at the second
animation frame after the loupe has drawn it.
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from chromium import find  # noqa: E402
from conftest import FLAGS, Server  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

CHANGES = 30
MOVES = 200
FIND = """const find = (css) => {
    for (const host of document.querySelectorAll('*')) {
        const found = host.shadowRoot?.querySelector(css);
        if (found) return found;
    }
};"""
PAINTED = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"


def spread(times):
    """Median and 95th percentile, as text."""
    return f"p50 {statistics.median(times):6.1f} ms   p95 {np.percentile(times, 95):6.1f} ms"


def counted(tab):
    """Count the bytes that a tab receives over the wire, and its WebSocket frames."""
    seen = {"bytes": 0, "frames": 0}

    def finished(event):
        seen["bytes"] += event["encodedDataLength"]

    def frame(event):
        seen["frames"] += 1
        seen["bytes"] += len(event["response"]["payloadData"]) * 3 // 4  # base64

    wire = tab.context.new_cdp_session(tab)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", finished)
    wire.on("Network.webSocketFrameReceived", frame)
    wire.on("Network.webSocketFrameSent", frame)
    return seen


def cold_start(browser):
    """Server started → home painted, and the bytes of that first load."""
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    seen = counted(tab)
    start = time.perf_counter()
    server = Server().wait()
    ready = time.perf_counter()
    tab.goto(server.url)
    tab.wait_for_selector("[data-drawn]")
    tab.evaluate(PAINTED)
    end = time.perf_counter()
    tab.wait_for_load_state("networkidle")
    print(
        f"cold start → home painted   {end - start:5.2f} s   (server alone {ready - start:.2f} s)"
    )
    print(f"first load                  {seen['bytes'] / 1e6:5.2f} MB")
    tab.close()
    return server


def filter_change(tab, photo):
    """A preset chosen → its picture painted, on a photo of one megapixel."""
    tab.locator("input[type=file]").first.set_input_files(photo)
    tab.wait_for_function("() => document.body.innerText.includes('1,224 × 816')")
    bias = tab.locator('input[data-name="Bias"]')
    bias.wait_for()
    times = []
    for i in range(CHANGES):
        took = tab.evaluate(
            f"""([value]) => new Promise((go) => {{
                {FIND}
                const [input, frame] = [find('input[data-name="Bias"]'), find('.frame')];
                const start = performance.now();
                const painted = () => go(performance.now() - start);
                new MutationObserver((_, observer) => {{
                    observer.disconnect();
                    requestAnimationFrame(() => requestAnimationFrame(painted));
                }}).observe(frame, {{ attributes: true, attributeFilter: ['data-drawn'] }});
                input.value = value;
                input.dispatchEvent(new InputEvent('input', {{ bubbles: true }}));
            }})""",
            [str(i + 1)],
        )
        times.append(took)
        tab.wait_for_timeout(100)
    return times


def loupe(tab, seen):
    """Pointer moved → loupe drawn, with the WebSocket frames it cost."""
    box = tab.locator(".overlay").bounding_box()
    tab.evaluate(
        f"""() => {{
            {FIND}
            window.moves = [];
            find('.overlay').addEventListener('pointermove', (event) => {{
                requestAnimationFrame(() => {{
                    const channel = new MessageChannel();
                    const took = () => window.moves.push(performance.now() - event.timeStamp);
                    channel.port1.onmessage = took;
                    channel.port2.postMessage(0);
                }});
            }});
        }}"""
    )
    before = seen["frames"]
    rng = np.random.default_rng(0)
    for x, y in rng.random((MOVES, 2)):
        tab.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    tab.evaluate(PAINTED)
    return tab.evaluate("() => window.moves"), seen["frames"] - before


def main():
    """Measure and print."""
    rng = np.random.default_rng(0)
    photo = Path("/tmp") / "bench_photo.jpg"
    coarse = Image.fromarray(rng.integers(0, 255, (51, 77, 3), np.uint8))
    coarse.resize((1224, 816), Image.BICUBIC).save(photo, quality=92)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        server = cold_start(browser)
        try:
            tab = browser.new_page(viewport={"width": 1440, "height": 900})
            seen = counted(tab)
            tab.goto(f"{server.url}/image_filters")
            tab.wait_for_selector("[data-drawn]")
            print(f"kernel change, 1 MP → painted   {spread(filter_change(tab, photo))}")
            moves, frames = loupe(tab, seen)
            print(f"pointer → loupe painted         {spread(moves)}   {frames} WebSocket frames")
        finally:
            server.stop()


if __name__ == "__main__":
    main()
