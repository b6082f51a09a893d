"""A real server and a real Chromium for the tests in this folder."""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from chromium import find
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
]
PATIENCE = 60_000
"""Milliseconds for what comes later than it is looked for; a busy machine takes its time."""

expect.set_options(timeout=PATIENCE)


def free_port():
    """A port below those that connections take for themselves: none takes it before the server."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


class Server:
    """The app, or another script, on a free port of this machine; variables by name."""

    def __init__(self, script="app.py", **environment):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", script]
            + ["--server.port", str(self.port), "--server.address", "127.0.0.1"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self, seconds=120):
        """Return once the server answers."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2):
                    return self
            except OSError:
                time.sleep(0.05)
        raise TimeoutError("the app did not start")

    def stop(self):
        """End the server, at last by force."""
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="session")
def server():
    """The app, shared by this worker's tests."""
    running = Server().wait()
    yield running
    running.stop()


@pytest.fixture
def fresh_server():
    """An app that nobody has visited yet."""
    running = Server().wait()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser():
    """A Chromium, or a loud skip on a laptop without one; under CI its absence is a failure."""
    path = find()
    if not path:
        message = "no Chromium was found: the browser tests did not run"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A tab at laptop size, closed after the test; page errors fail the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    errors = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert not errors, errors
