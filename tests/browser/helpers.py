"""What the browser tests share: ways in, what the loupe says, and what it ought to say."""

import time
from functools import cache
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from vizcore.export.permalink import from_query, to_query
from vizcore.imaging import SAMPLES, fit_within
from vizcore.imaging.stack import grey_levels, placement
from vizcore.ops import trace_conv2d

FRAME = ".frame[data-drawn]"


def visit(tab, url):
    """Open an address and wait until its page has run and its components are drawn."""
    tab.goto(url)
    expect(tab.locator("h1")).to_be_visible()
    settled(tab)
    tab.wait_for_function(
        """() => {
             const mounts = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
               .filter((mount) => mount.checkVisibility()).map((mount) => mount.shadowRoot);
             const drawn = (part) => part.dataset.drawn !== undefined;
             return mounts.length && mounts.every((root) => root?.childElementCount > 1
               && [...root.querySelectorAll(".frame, .stepper")].every(drawn));
           }"""
    )


def address(server, file):
    """Where the page of this file is."""
    return f"{server.url}/{'' if file == 'app.py' else file[len('pages/') : -len('.py')]}"


def settled(tab):
    """Wait until no script runs, and the code of every element and all letters have come.

    A run that an action has just asked for may not have begun: await first what it brings.
    """
    app = tab.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")
    expect(tab.get_by_test_id("stSkeleton")).to_have_count(0)
    tab.evaluate("() => document.fonts.ready.then(() => true)")


def eventually(tab, assertion, seconds=60):
    """Try an assertion until it holds: what crosses the network comes when it comes."""
    end = time.monotonic() + seconds
    while True:
        try:
            return assertion()
        except AssertionError:
            if time.monotonic() > end:
                raise
            tab.wait_for_timeout(20)


def tells(tab, settings):
    """Wait until the address tells these settings."""
    kind = type(settings)
    tab.wait_for_url(lambda url: from_query(kind, dict(parse_qsl(urlsplit(url).query))) == settings)


def fits(tab):
    """Wait until nothing on the page is wider than its place."""
    tab.wait_for_function(
        """() => [document.documentElement, document.querySelector("[data-testid=stMain]")]
             .every(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)"""
    )


def in_both_themes(tab):
    """Show the page in light, then in dark, as a system that changes at dusk does."""
    for scheme, paper in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 23, 29)")):
        tab.emulate_media(color_scheme=scheme)
        expect(tab.get_by_test_id("stApp")).to_have_css("background-color", paper)
        painted(tab)  # then what changes colour slowly has begun to
        tab.wait_for_function(NOTHING_CHANGES_COLOUR)
        yield scheme


NOTHING_CHANGES_COLOUR = """() => {
  const roots = [...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean);
  return [document, ...roots].flatMap((root) => root.getAnimations())
    .every((one) => !(one instanceof CSSTransition));
}"""


def link(server, settings, **others):
    """The address of the page *Image filters* with these settings."""
    return f"{server.url}/image_filters?{urlencode({**to_query(settings), **others})}"


def open_filters(tab, server, settings, **others):
    """Open *Image filters* and wait until its picture is drawn."""
    visit(tab, link(server, settings, **others))
    expect(tab.locator(FRAME)).to_be_visible()


def choose(tab, label, option):
    """Pick an option of a Streamlit select box."""
    box = tab.get_by_role("combobox", name=label, exact=True)
    box.scroll_into_view_if_needed()
    painted(tab)  # a menu that opens while its page still scrolls closes at once
    box.click()
    tab.get_by_role("option", name=option, exact=True).click()


def record_frames(tab):
    """A list that grows with every message that the page sends from now on.

    Those are left out by which it asks, of its own accord, whether an answer has come.
    """
    frames = []

    def hear(payload):
        if not BackMsg.FromString(payload).rerun_script.is_auto_rerun:
            frames.append(payload)

    tab.on("websocket", lambda socket: socket.on("framesent", hear))
    return frames


def painted(tab):
    """Wait until the browser has painted what it knows."""
    tab.evaluate(
        "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
    )


# ---- What the loupe says ----


def probe(tab):
    """The output pixel that the loupe explains: (row, column)."""
    return tuple(map(int, tab.locator(".frame").get_attribute("data-probe").split(",")))


def sums(tab):
    """For each channel the loupe's sum, response and shown level."""
    return tab.locator("tr[data-channel]").evaluate_all(
        "rows => rows.map(({dataset: d}) => [d.sum, d.response, d.shown].map(Number))"
    )


def grids(tab, name):
    """The numbers in the grids called `name`, one list a kernel."""
    texts = tab.locator(f".grid.{name}").evaluate_all(
        "boxes => boxes.map((box) => [...box.children].map((cell) => cell.textContent))"
    )
    return [[float(text.replace("−", "-").replace(",", "")) for text in box] for box in texts]


def point_at(tab, pixels, settings, pixel):
    """Move the pointer onto an output pixel, while the whole photo is in sight."""
    x, y = where(tab, pixels, settings, pixel)
    tab.mouse.move(x, y)


def where(tab, pixels, settings, pixel):
    """Where the centre of an output pixel lies in the window, while the whole photo is in sight."""
    box = tab.locator("canvas.overlay").bounding_box()
    height, width = pixels.shape[:2]
    scale = min(box["width"] / width, box["height"] / height)
    middle = {"y": box["y"] + box["height"] / 2, "x": box["x"] + box["width"] / 2}
    axes = [
        placement(n, settings.passes, axis, edges=settings.edges)
        for axis, n in enumerate((height, width))
    ]
    row, column = (
        one.first + i * one.step + 0.5 - n / 2
        for one, i, n in zip(axes, pixel, (height, width), strict=True)
    )
    x, y = middle["x"] + column * scale, middle["y"] + row * scale
    # The last pixel of an even kernel lies half a pixel beyond the photo, perhaps out of reach.
    return (
        min(x, box["x"] + box["width"] - 0.25),
        min(y, box["y"] + box["height"] - 0.25),
    )


def level_at(tab, x, y):
    """The colour that the picture shows at a place of the window."""
    return tab.locator("canvas.base").evaluate(
        """(canvas, [x, y]) => {
             const box = canvas.getBoundingClientRect(), ratio = canvas.width / box.width;
             const at = [(x - box.left) * ratio, (y - box.top) * ratio].map(Math.floor);
             return [...canvas.getContext("2d").getImageData(...at, 1, 1).data.slice(0, 3)];
           }""",
        [x, y],
    )


# ---- What it ought to say ----


@cache
def photo_of(name, grey=False):
    """The pixels that a sample photo hands to its filters."""
    image = fit_within(SAMPLES[name].load())
    return grey_levels(image) if grey else image


class Truth:
    """A stack over a photo, worked out by `vizcore.ops` in float64, channel by channel."""

    def __init__(self, pixels, settings):
        valid = settings.edges == "none"
        how = {"padding": "valid"} if valid else {"padding": "same", "pad_mode": settings.edges}
        planes = list(np.moveaxis(np.atleast_3d(pixels).astype(float), -1, 0))
        for one in settings.passes:
            self.kernels, self.bias = one.kernels, one.bias
            self.traces = [
                [trace_conv2d(plane, kernel, stride=one.stride, **how) for kernel in one.kernels]
                for plane in planes
            ]
            planes = [length([t.output for t in traces]) + one.bias for traces in self.traces]
        self.response = np.stack(planes, axis=-1)

    def steps(self, pixel, channel):
        """What happened at an output pixel, one step a kernel."""
        row, column = pixel
        return [t.steps[row * t.output.shape[1] + column] for t in self.traces[channel]]


def length(responses):
    """One response itself, or the length of the vector of two."""
    return responses[0] if len(responses) == 1 else np.hypot(*responses)
