"""What visitors hand in, at a real server: its limits, and that nothing of it stays."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, Server
from helpers import address, eventually, settled, visit
from playwright.sync_api import expect
from raw_client import Visitor
from telltale import SECRET, png_chunks, telltale

from vizcore.imaging import to_png
from vizcore.ui.upload_limits import MB

FILTERS, POOLING = "pages/image_filters.py", "pages/pooling.py"
NOTHING = {"photos": 0, "bytes": 0, "media": 0, "held": 0}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class CountingServer(Server):
    """The app, with what tells how much it holds of its visitors."""

    def __init__(self, **environment):
        ports = free_port(), free_port()
        self.url, self.told = (f"http://127.0.0.1:{port}" for port in ports)
        self.process = subprocess.Popen(
            [sys.executable, "tests/browser/counting_server.py", *map(str, ports)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def holds(self):
        with urllib.request.urlopen(self.told) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def server():
    """A server whose visitors have 1 MB each, and some seconds to come back."""
    limits = {"VIZCORE_UPLOAD_VISITOR": "1", "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "8"}
    running = CountingServer(**limits).wait()
    yield running
    running.stop()


def hand_in(tab, data, name="mine.png"):
    tab.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": data}
    )


def noise(*shape):
    return to_png(np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8))


def test_a_client_that_runs_no_page_gets_no_more_than_a_visitors_limit(server):
    with Visitor(server.url, "pooling") as visitor:
        answers = {visitor.upload(bytes(MB // 4))[0] for _ in range(40)}
        assert answers == {204} and MB // 2 <= server.holds()["bytes"] <= MB
        assert visitor.upload(b"x", session="00000000-0000-4000-8000-000000000000")[0] == 400
        assert visitor.upload(b"x", token="guessed")[0] == 403


def test_a_visitors_journey_leaves_nothing_behind(server, browser, page):
    visit(page, address(server, FILTERS))
    hand_in(page, noise(600, 700, 3), "wide.png")
    refused = page.get_by_role("alert").filter(has_text="“wide.png” was not taken")
    expect(refused).to_contain_text("more than 1 MB, the most that one visitor may have")
    page.get_by_role("button", name="What happens with your pictures").click()
    expect(page.get_by_text("Within five minutes after you have closed the page")).to_be_visible()
    page.keyboard.press("Escape")

    hand_in(page, telltale("PNG"))
    expect(refused).to_have_count(0)
    expect(page.get_by_text("Output: 31 × 20 pixels.")).to_be_visible()
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download full size (PNG)").click()
    png = Path(download.value.path()).read_bytes()
    assert SECRET not in png and png_chunks(png) == {b"IHDR", b"IDAT", b"IEND"}

    # The imports of a page that nobody has opened yet are frozen together with all that is there.
    other = browser.new_context()
    visit(other.new_page(), address(server, POOLING))
    held = server.holds()
    assert held["photos"] == 1 and held["bytes"] and held["held"] and held["media"]
    other.close()
    page.close()

    def nothing_is_left():
        assert server.holds() == NOTHING

    patient = browser.new_page()
    eventually(patient, nothing_is_left, seconds=60)
    patient.close()


def test_a_visitor_sees_nothing_of_another(server, browser, page):
    visit(page, address(server, FILTERS))
    hand_in(page, telltale("PNG"))
    page.wait_for_url("**photo=upload**")
    other = browser.new_context().new_page()
    visit(other, page.url)
    expect(other.get_by_text("somebody's upload, which a link cannot carry")).to_be_visible()
    expect(other.get_by_text("Output: 31 × 20 pixels.")).to_have_count(0)
    other.context.close()
