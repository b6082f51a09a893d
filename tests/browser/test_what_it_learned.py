"""*What it learned* in a real browser: what is drawn and read is what the network holds."""

import re

import numpy as np
import pytest
from conftest import Server
from helpers import in_both_themes, record_frames, settled
from playwright.sync_api import expect
from test_accessibility import serious_violations
from test_runs import PATIENT, Place

from vizcore.nets import pretrained
from vizcore.ui.learned_settings import MOST_SHIFT
from vizcore.ui.learned_shift import answers, of_many_digits

KERNELS, MAPS, LIKED = (f".st-key-learned-{name} .tiles[data-drawn]" for name in
                        ("kernels", "maps", "liked"))  # fmt: skip
LOOKS, SHIFTS = ".overlay[data-drawn]", ".shifts[data-drawn]"


@pytest.fixture(scope="module")
def alone():
    """A server without any cluster: nothing on the page is still to come."""
    running = Server(VIZCORE_SCHEDULER="tcp://127.0.0.1:9").wait()
    yield running
    running.stop()


def opened(tab, server, **query):
    tab.goto(f"{server.url}/what_it_learned?" + "&".join(f"{k}={v}" for k, v in query.items()))
    expect(tab.locator(KERNELS)).to_be_visible(timeout=60_000)
    settled(tab)


def state(tab, body):
    return tab.locator(body).evaluate("body => ({ ...body.dataset })")


def test_a_kernel_is_read_as_it_is(page, alone):
    opened(page, alone, model="digits")
    kernel = pretrained.load("digits").weights["conv1"]["kernel"][:, :, 0]
    page.locator(f"{KERNELS} .over").first.focus()
    for _ in range(2):
        page.keyboard.press("PageDown")
    page.keyboard.press("ArrowLeft")
    told = state(page, KERNELS)
    rows, columns, _ = kernel.shape
    assert told["at"] == f"2,{rows // 2},{columns // 2 - 1}"
    assert float(told["value"]) == float(kernel[rows // 2, columns // 2 - 1, 2])


def test_a_map_is_chosen_by_keys_and_by_pointer(page, alone):
    opened(page, alone, model="tiny")
    over = page.locator(f"{MAPS} .over")
    over.focus()
    page.keyboard.press("PageDown")
    page.keyboard.press("Enter")
    expect(page.locator(f"{MAPS}[data-chosen='1']")).to_be_visible()
    expect(page).to_have_url(re.compile("[?&]map=1"))
    expect(page).to_have_url(re.compile("[?&]node=relu4"))
    expect(over).to_be_focused()
    over.click(position={"x": 12, "y": 40})
    expect(page).not_to_have_url(re.compile("[?&]map=1"))
    expect(page.locator(f"{MAPS}[data-chosen='0']")).to_be_visible()


def test_a_digit_is_moved_without_the_server(page, alone):
    frames = record_frames(page)
    opened(page, alone, model="tiny", right=2)
    expect(page.locator(SHIFTS)).to_be_visible(timeout=60_000)
    settled(page)
    found = answers(0).reshape(2, 2 * MOST_SHIFT + 1, 2 * MOST_SHIFT + 1, -1)
    truth = int(pretrained.samples("digits").y[0])
    page.locator(f"{SHIFTS} .moved .over").focus()
    page.wait_for_timeout(500)  # whatever the page still says of its own accord
    before = len(frames)
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    told = state(page, SHIFTS)
    assert (told["down"], told["right"]) == ("2", "2")
    for network, body in enumerate(page.locator(f"{SHIFTS} .network").all()):
        shares = found[network, MOST_SHIFT + 2, MOST_SHIFT + 2]
        drawn = body.evaluate("body => ({ ...body.dataset })")
        assert float(drawn["share"]) == float(shares[truth])
        assert int(drawn["best"]) == shares.argmax()
        accuracy = of_many_digits()[network].reshape(found.shape[1:3])
        assert float(drawn["accuracy"]) == float(accuracy[MOST_SHIFT + 2, MOST_SHIFT + 2])
        right = (found[network].argmax(axis=-1) == truth).sum()
        assert int(drawn["right"]) == right
    expect(page).to_have_url(re.compile("(?=.*[?&]down=2)(?=.*[?&]right=2)"))
    assert len(frames) == before
    page.reload()
    expect(page.locator(f"{SHIFTS}[data-down='2'][data-right='2']")).to_be_visible(timeout=60_000)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A server with a cluster of its own."""
    made = Place(tmp_path_factory.mktemp("learned"))
    yield made
    made.close()


def test_the_worker_tells_what_a_map_likes_and_where_the_network_looks(page, place):
    opened(page, place.server, model="tiny")
    expect(page.locator(LOOKS)).to_be_visible(timeout=PATIENT)
    expect(page.locator(LIKED)).to_be_visible(timeout=PATIENT)
    settled(page)
    slider = page.get_by_role("slider", name="Opacity of the colours")
    over = page.locator(f"{LOOKS} .panel").nth(1).locator(".over")
    over.focus()
    shown = page.locator(f"{LOOKS} .panel").nth(1).locator("canvas").first
    colours = set()
    for key in ("Home", "End"):
        slider.press(key)
        colours.add(shown.evaluate("canvas => canvas.toDataURL()"))
    assert len(colours) == 2
    over.press("ArrowUp")
    told = state(page, LOOKS)
    assert told["at"] == "15,16" and len(told["values"].split(",")) == 3
    assert all(np.isfinite(float(value)) for value in told["values"].split(","))
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for _ in in_both_themes(page):
            assert not serious_violations(page)
