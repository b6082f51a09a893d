"""Time the stepper in a real Chromium, on a server of its own.

    python tests/benchmarks/bench_stepper.py

A time runs from the input event's own stamp to the first task after the frame that shows the
answer. Only prints; the targets are those of the design.
"""

import os
import platform
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]
from chromium import find  # noqa: E402
from conftest import FLAGS, Server  # noqa: E402
from helpers import record_frames, settled  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from stepping import STEPPER, button, cells, centres, open_stepper  # noqa: E402

from vizcore.ui.step_settings import StepSettings, Volume  # noqa: E402

SAMPLES = 80
CHANGES = 15
SECONDS = 3

# `timed(type)` stamps each event of a type that meets a cell or a key; `answered(type)` waits
# besides until the stepper shows something else.
CLOCK = """
window.times = [];
const afterPaint = (act) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = act;
  channel.port2.postMessage(0);
});
const stepper = () => [...document.querySelectorAll("*")]
  .map((node) => node.shadowRoot?.querySelector(".stepper")).find(Boolean);
const shown = () => stepper().dataset.output + stepper().querySelector(".place").textContent;
window.timed = (type) => addEventListener(type, (event) => {
  if (type === "keydown" || event.composedPath()[0].dataset?.i)
    afterPaint(() => times.push(performance.now() - event.timeStamp));
}, { capture: true, signal: (window.timing = new AbortController()).signal });
window.answered = (type) => addEventListener(type, (event) => {
  const before = shown();
  const observer = new MutationObserver(() => {
    if (shown() === before) return;
    observer.disconnect();
    afterPaint(() => times.push(performance.now() - event.timeStamp));
  });
  observer.observe(stepper(), { attributes: true, subtree: true, childList: true });
}, { capture: true, once: true });
"""


def report(what, times, frames=None):
    p50, p95 = np.percentile(times, [50, 95])
    traffic = "" if frames is None else f", {len(frames)} WebSocket frames"
    print(f"{what}: p50 {p50:.1f} ms, p95 {p95:.1f} ms ({len(times)} times{traffic})", flush=True)


def collect(tab, act, count):
    """Run `act` for each of `count` events and return the time that each took."""
    tab.evaluate("times.length = 0")
    for i in range(count):
        act(i)
        tab.wait_for_function("(n) => times.length >= n", arg=i + 1)
    return tab.evaluate("times")


def moving(tab, server, side, frames):
    settings = StepSettings(
        input=Volume(side, side, rule="random", seed=1), kernel=Volume(3, 3, rule="ramp")
    )
    open_stepper(tab, server, settings)
    settled(tab)
    stage = tab.locator(".stage")
    stage.focus()
    frames.clear()

    tab.evaluate("timed('keydown')")
    keys = ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"]
    times = collect(tab, lambda i: tab.keyboard.press(keys[i % 4]), SAMPLES)
    report(f"{side}×{side}: step by key → painted", times, frames)
    tab.evaluate("timing.abort(), timed('pointermove')")
    tab.locator(STEPPER).scroll_into_view_if_needed()
    for grid in ("output", "input"):
        places = [place for place in centres(tab, grid) if place[1] < 880]
        order = np.random.default_rng(0).permutation(len(places))
        times = collect(
            tab, lambda i, p=places, o=order: tab.mouse.move(*p[o[i % len(o)]]), SAMPLES
        )
        report(f"{side}×{side}: hover over the {grid} → painted", times, frames)
    tab.mouse.move(0, 0)

    tab.get_by_role("combobox", name="Speed").select_option("8×")
    button(tab, "Play").click()
    rate = tab.evaluate(
        """(seconds) => new Promise((tell) => {
             let [count, start] = [0, performance.now()];
             requestAnimationFrame(function tick(now) {
               count++;
               if (now - start < 1000 * seconds) requestAnimationFrame(tick);
               else tell(count / (now - start) * 1000);
             });
           })""",
        SECONDS,
    )
    print(f"{side}×{side}: {rate:.1f} frames a second while playing at 8×, {len(frames)} messages")


def changing(tab, server):
    """From the last event of a change to the new trace on screen, the server's part included."""

    def change(act):
        tab.evaluate("times.length = 0, answered('keydown')")
        act()
        tab.wait_for_function("times.length")
        settled(tab)
        return tab.evaluate("times[0]")

    for name in ("Stride", "Padding"):
        open_stepper(tab, server, StepSettings(padding=1))
        slider = tab.get_by_role("slider", name=f"{name} (cells)")
        slider.focus()
        times = [
            change(lambda key=key: tab.keyboard.press(key))
            for key in (["ArrowRight", "ArrowLeft"] * CHANGES)[:CHANGES]
        ]
        report(f"6×6: {name.lower()} by key → new trace painted", times)
    open_stepper(tab, server, StepSettings())
    times = []
    for i in range(CHANGES):
        cells(tab, "kernel").nth(4).click()
        tab.keyboard.type(str(10 + i))
        times.append(change(lambda: tab.keyboard.press("Enter")))
    report("6×6: a kernel cell, Enter → new trace painted", times)


def main():
    server = Server().wait()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
            tab = browser.new_page(viewport={"width": 1440, "height": 900})
            tab.add_init_script(CLOCK)
            frames = record_frames(tab)
            load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
            print(
                f"Chromium {browser.version} without a window, 1440×900; Python "
                f"{platform.python_version()}; {os.cpu_count()} cores, load {load:.1f}",
                "Targets: step or hover p95 ≤ 25 ms, no messages; change p50 ≤ 250 ms; 60 frames",
                sep="\n",
            )
            for side in (8, 32):
                moving(tab, server, side, frames)
            changing(tab, server)
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
