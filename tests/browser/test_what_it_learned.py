"""*What it learned* in a real browser: what is drawn and read is what the network holds."""

import io
import re

import numpy as np
import pytest
from conftest import Server
from helpers import record_frames, settled
from PIL import Image
from playwright.sync_api import expect
from test_accessibility import serious_violations
from test_runs import PATIENT, Place

from vizcore.nets import pretrained
from vizcore.ui.learned_settings import MOST_SHIFT, PARTS
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


def opened(tab, server, shows, **query):
    tab.goto(f"{server.url}/what_it_learned?" + "&".join(f"{k}={v}" for k, v in query.items()))
    expect(tab.locator(shows)).to_be_visible(timeout=PATIENT)
    settled(tab)


def told(tab, body, name, value):
    """Wait until a component tells this, and return all that it tells."""
    expect(tab.locator(body)).to_have_attribute(f"data-{name}", value)
    return tab.locator(body).evaluate("body => ({ ...body.dataset })")


def usable(tab):
    """Nothing stands out on a phone, nor do those who see little miss anything."""
    tab.set_viewport_size({"width": 390, "height": 900})
    tab.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    assert not serious_violations(tab)


def test_a_kernel_is_read_as_it_is(page, alone):
    opened(page, alone, KERNELS, model="digits")
    kernel = pretrained.load("digits").weights["conv1"]["kernel"][:, :, 0]
    page.locator(f"{KERNELS} .over").first.focus()
    for _ in range(2):
        page.keyboard.press("PageDown")
    page.keyboard.press("ArrowLeft")
    rows, columns, _ = kernel.shape
    read = told(page, KERNELS, "at", f"2,{rows // 2},{columns // 2 - 1}")
    assert float(read["value"]) == float(kernel[rows // 2, columns // 2 - 1, 2])


def test_one_part_is_on_screen_and_a_map_is_chosen_by_keys_and_by_pointer(page, alone):
    opened(page, alone, MAPS, model="tiny", map=0)
    page.get_by_role("radio", name=PARTS["kernels"]).click()
    expect(page.locator(KERNELS)).to_be_visible()
    expect(page).to_have_url(re.compile("[?&]part=kernels"))
    settled(page)
    over = page.locator(f"{MAPS} .over")
    over.focus()
    page.keyboard.press("PageDown")
    page.keyboard.press("Enter")
    expect(page.locator(f"{MAPS}[data-chosen='1']")).to_be_visible()
    expect(page).to_have_url(re.compile("(?=.*[?&]map=1)(?=.*[?&]node=relu4)"))
    expect(over).to_be_focused()
    over.click(position={"x": 12, "y": 40})
    expect(page).to_have_url(re.compile("[?&]map=0"))
    expect(page.locator(f"{MAPS}[data-chosen='0']")).to_be_visible()
    page.get_by_role("radio", name=PARTS["excites"]).click()
    expect(page.locator(KERNELS)).to_have_count(0)
    expect(page.locator(f"{MAPS}[data-chosen='0']")).to_be_visible()


def test_a_digit_is_moved_without_the_server(page, alone):
    frames = record_frames(page)
    opened(page, alone, SHIFTS, model="tiny", right=2)
    sample = pretrained.samples("digits")
    found = answers(sample.x[0].tobytes()).reshape(2, *[2 * MOST_SHIFT + 1] * 2, -1)
    truth = int(sample.y[0])
    page.locator(f"{SHIFTS} .moved .over").focus()
    frames.clear()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    expect(page.locator(f"{SHIFTS}[data-down='2'][data-right='2']")).to_be_visible()
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
    assert not frames
    page.reload()
    expect(page.locator(f"{SHIFTS}[data-down='2'][data-right='2']")).to_be_visible(timeout=PATIENT)
    usable(page)


def test_pictures_of_ones_own_are_taken_and_a_broken_one_is_refused(page, alone):
    opened(page, alone, MAPS, part="kernels", model="tiny", picture="own", map=0)
    drawn = page.locator(MAPS).get_attribute("data-drawn")
    photo = Image.fromarray(np.random.default_rng(0).integers(0, 256, (80, 60, 3), np.uint8))
    for name, picture, kind in (
        ("photo.jpg", photo, "JPEG"),
        ("wide.png", photo.resize((900, 30)), "PNG"),
    ):
        upload(page, name, encoded(picture, kind))
        expect(page.locator(MAPS)).not_to_have_attribute("data-drawn", drawn)
        expect(page.get_by_test_id("stAlert")).to_have_count(0)
        settled(page)
        drawn = page.locator(MAPS).get_attribute("data-drawn")
    upload(page, "broken.png", encoded(photo, "PNG")[:100])
    expect(page.get_by_test_id("stAlert")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator(MAPS)).to_have_attribute("data-drawn", drawn)


def upload(tab, name, data):
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    tab.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)


def encoded(picture, kind):
    held = io.BytesIO()
    picture.save(held, kind)
    return held.getvalue()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A server with a cluster of its own."""
    made = Place(tmp_path_factory.mktemp("learned"))
    yield made
    made.close()


def test_the_worker_tells_where_the_network_looks(page, place):
    opened(page, place.server, LOOKS, part="looks", model="tiny")
    slider = page.get_by_role("slider", name="Opacity of the colours")
    over = page.locator(f"{LOOKS} .panel").nth(1).locator(".over")
    shown = page.locator(f"{LOOKS} .panel").nth(1).locator("canvas").first
    colours = set()
    for key, opacity in (("Home", "0"), ("End", "100")):
        slider.press(key)
        told(page, LOOKS, "opacity", opacity)
        colours.add(shown.evaluate("canvas => canvas.toDataURL()"))
    assert len(colours) == 2
    over.focus()
    over.press("ArrowUp")
    values = told(page, LOOKS, "at", "15,16")["values"].split(",")
    assert len(values) == 3 and all(np.isfinite(float(value)) for value in values)
    usable(page)


def test_the_worker_invents_a_picture_and_its_last_step_is_large(page, place):
    opened(page, place.server, LIKED, part="likes", model="tiny")
    expect(page.locator(f"{LIKED} .one figcaption")).to_contain_text("Step 128, gives")
    page.get_by_role("checkbox", name="Brighter").check()
    usable(page)
