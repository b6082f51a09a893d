"""Whole pages in a real browser: the ways in, what is kept, what comes and goes as a file."""

import io
import re
from urllib.parse import urlparse

import numpy as np
import pytest
from helpers import (
    FRAME,
    Truth,
    address,
    choose,
    eventually,
    fits,
    in_both_themes,
    link,
    open_filters,
    photo_of,
    point_at,
    probe,
    settled,
    sums,
    visit,
)
from PIL import Image
from playwright.sync_api import expect

from vizcore.imaging import SAMPLES, decode_image, to_display
from vizcore.ui.filter_settings import FilterSettings, FilterStep, Steps
from vizcore.ui.frame import PAGES

NAME = "Convolution visualizer"
STEPS = Steps((FilterStep("gaussian", (7, 1.5), repeat=2), FilterStep("sobel", stride=2)))
SETTINGS = FilterSettings(
    photo="coffee", filters=STEPS, chosen=1, grey=True, edges="reflect", display="stretch"
)


def content(page):
    """All that *Image filters* says and all that is set on it, as assistive technology reads it."""
    settled(page)
    page.locator("canvas.overlay").hover(position={"x": 240, "y": 120})
    return page.get_by_test_id("stMain").aria_snapshot()


def shows_again(page, before):
    """Wait until the page says what it, or another one, said before."""

    def same():
        assert content(page) == before

    eventually(page, same)


def upload(page, name, data, kind="image/jpeg"):
    files = {"name": name, "mimeType": kind, "buffer": data}
    page.get_by_test_id("stFileUploader").first.locator("input").set_input_files(files)


def saved(image, kind, **options):
    file = io.BytesIO()
    Image.fromarray(image).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("file", PAGES)
def test_the_first_visit_of_a_fresh_server_shows_the_right_page(fresh_server, page, file):
    visit(page, address(fresh_server, file))
    title = PAGES[file]
    expect(page).to_have_title(NAME if title == "Home" else f"{title} · {NAME}")
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME if title == "Home" else title)
    links = page.get_by_test_id("stSidebar").get_by_role("link")
    assert [text.strip() for text in links.all_inner_texts()] == list(PAGES.values())
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("file", PAGES)
def test_a_page_fits_a_phone_asks_nobody_else_and_complains_of_nothing(server, page, file):
    hosts, complaints = set(), []
    page.context.on("request", lambda request: hosts.add(urlparse(request.url).netloc))
    page.on("console", lambda message: complaints.append(message))
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, address(server, file))
    for _ in in_both_themes(page):
        fits(page)
    assert hosts - {""} == {urlparse(server.url).netloc}
    # Streamlit asks below a page's path before it asks at the root.
    probes = re.compile(r"/_stcore/(health|host-config)$")
    assert [
        message.text
        for message in complaints
        if message.type in ("error", "warning") and not probes.search(message.location["url"])
    ] == []


def test_settings_survive_page_switch_and_reload(server, page):
    open_filters(page, server, SETTINGS)
    drawn = page.locator(FRAME).get_attribute("data-drawn")
    page.get_by_role("spinbutton", name="Stride").fill("3")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sobel~s3" in url)
    expect(page.get_by_text("Output: 200 × 134 pixels.")).to_be_visible()
    expect(page.locator(FRAME)).not_to_have_attribute("data-drawn", drawn)
    before = content(page)
    sidebar = page.get_by_test_id("stSidebar")
    for title in list(PAGES.values())[1::2]:
        sidebar.get_by_role("link", name=title).click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Image filters")
        sidebar.get_by_role("link", name="Image filters").click()
        expect(page.get_by_text("Output: 200 × 134 pixels.")).to_be_visible()
        expect(page.locator(FRAME)).to_be_visible()
        shows_again(page, before)
    page.wait_for_url(lambda url: "sobel~s3" in url)
    page.reload()
    expect(page.locator(FRAME)).to_be_visible()
    shows_again(page, before)


def test_the_filter_on_the_home_page_is_kept(server, page):
    visit(page, server.url)
    choose(page, "Filter", "Box blur")
    page.wait_for_url(lambda url: "filter=box_blur" in url)
    page.get_by_role("link", name="Filter your own photo").click()
    expect(page.get_by_role("combobox", name="Filter", exact=True)).to_have_value("Blur · Box blur")
    page.get_by_test_id("stSidebar").get_by_role("link", name="Home").click()
    expect(page.get_by_role("combobox", name="Filter", exact=True)).to_have_value("Box blur")
    page.wait_for_url(lambda url: "filter=box_blur" in url)


def test_a_link_shows_the_same_screen_in_a_new_browser(server, browser, page):
    """Set by hand in one browser, opened by address in another."""
    open_filters(page, server, FilterSettings())
    choose(page, "or take a sample", "Coffee")
    choose(page, "Filter", "Blur · Gaussian blur, any size")
    slider = page.get_by_role("slider", name="Sigma")
    expect(slider).to_be_visible()
    slider.press("ArrowRight")
    page.wait_for_url(lambda url: "gaussian_5_1.1" in url)
    page.get_by_role("button", name="Add a filter").click()
    expect(page.get_by_role("radio", name="2. Gaussian blur")).to_be_checked()
    choose(page, "Raw responses as grey levels", "Signed: 0 is mid-grey")
    choose(page, "Beyond the picture's edge", "None: the picture shrinks")
    page.get_by_text("Grey levels", exact=True).click()
    page.wait_for_url(lambda url: "grey=1" in url)
    expect(page.locator("tr[data-channel=grey]")).to_be_visible()
    page.wait_for_url(
        lambda url: "filters=gaussian_5_1.1%21gaussian_blur" in url.replace("!", "%21")
    )

    context = browser.new_context(viewport={"width": 1440, "height": 900})
    other = context.new_page()
    visit(other, page.url)
    expect(other.locator(FRAME)).to_be_visible()
    shows_again(other, content(page))
    context.close()


@pytest.mark.parametrize(
    "query", ["filters=nonsense", "filters=sharpen~s9", "grey=maybe", "chosen=7"]
)
def test_a_link_that_cannot_be_followed_says_so(server, page, query):
    visit(page, f"{server.url}/image_filters?{query}")
    expect(page.get_by_role("alert").first).to_contain_text("This link cannot be followed")
    expect(page.locator(FRAME)).to_be_visible()


def test_a_link_to_somebodys_upload_says_what_it_shows_instead(server, page):
    open_filters(page, server, FilterSettings(photo="upload", filters=STEPS))
    expect(page.get_by_text("which a link cannot carry")).to_be_visible()
    expect(page.get_by_role("combobox", name="or take a sample")).to_have_value("Cat")


# ---- Files in ----


def test_a_photo_lies_as_its_exif_says(server, page):
    """Stored lying on its side with a red corner, as a phone held upright stores it."""
    stored = np.full((40, 64, 3), 90, np.uint8)
    stored[:20, :24] = (220, 20, 20)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to see it upright
    data = saved(stored, "JPEG", exif=exif, quality=95)
    settings = FilterSettings(filters=Steps((FilterStep("identity"),)))
    open_filters(page, server, settings)
    upload(page, "phone.jpg", data)

    expect(page.get_by_text("Output: 40 × 64 pixels.")).to_be_visible()
    expect(page.get_by_role("combobox", name="or take a sample")).to_have_value("Your photo")
    expect(page.get_by_role("application", name="Your photo")).to_be_visible()
    settled(page)  # so that nothing on the page moves any more
    photo = decode_image(data)
    assert photo.shape == (64, 40, 3)
    for pixel, red in {(4, 34): True, (4, 4): False, (60, 34): False}.items():
        point_at(page, photo, settings, pixel)
        assert probe(page) == pixel
        levels = [level for _, _, level in sums(page)]
        assert levels == photo[pixel].tolist()
        assert (levels[0] > 180 and levels[1] < 60) == red


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)
BROKEN = {
    "torn": ("torn.jpg", saved(np.zeros((80, 80, 3), np.uint8), "JPEG")[:200], "JPEG"),
    "text": ("notes.png", b"This is no picture.", "picture"),
    "empty": ("empty.gif", b"", "empty"),
    "iPhone": ("IMG_0001.HEIC", HEIC, "export it as JPEG"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_is_no_picture_is_refused_in_a_sentence(server, page, case):
    name, data, said = BROKEN[case]
    open_filters(page, server, FilterSettings())
    before = page.locator(FRAME).get_attribute("data-drawn")
    upload(page, name, data)
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_contain_text("The picture on screen stays as it was.")
    expect(alert).to_contain_text(said)
    settled(page)
    expect(page.locator(FRAME)).to_have_attribute("data-drawn", before)
    expect(page.get_by_role("combobox", name="or take a sample")).to_have_value("Cat")

    upload(page, "good.png", saved(np.zeros((30, 50, 3), np.uint8), "PNG"), "image/png")
    expect(page.get_by_text("Output: 50 × 30 pixels.")).to_be_visible()
    expect(alert).to_be_hidden()


GATE = """
const inflate = Response.prototype.arrayBuffer;
Response.prototype.arrayBuffer = async function () {
  if (window.shut) await new Promise((go) => (window.letGo = go));
  return inflate.call(this);
};
"""


def test_until_the_pixels_of_a_new_photo_are_there_the_old_one_is_explained(server, page):
    page.add_init_script(GATE)
    settings, photo = FilterSettings(), photo_of("cat")
    open_filters(page, server, settings)
    page.evaluate("window.shut = true")
    choose(page, "or take a sample", "Coffee")
    expect(page.get_by_text("Output: 600 × 400 pixels.")).to_be_visible()
    page.wait_for_function("Boolean(window.letGo)")
    settled(page)
    point_at(page, photo, settings, (70, 60))
    old = Truth(photo, settings).response[70, 60].tolist()
    assert [response for _, response, _ in sums(page)] == old

    drawn = page.locator(FRAME).get_attribute("data-drawn")
    page.evaluate("window.letGo()")
    expect(page.locator(FRAME)).not_to_have_attribute("data-drawn", drawn)
    settings, photo = FilterSettings(photo="coffee"), photo_of("coffee")
    point_at(page, photo, settings, (170, 90))
    new = Truth(photo, settings).response[170, 90].tolist()
    assert [response for _, response, _ in sums(page)] == new


def test_a_photo_that_arrives_late_does_not_push_the_shown_one_off_the_shelf(server, page):
    page.add_init_script(GATE)
    open_filters(page, server, FilterSettings())
    for name in ("coffee", "rocket", "brick", "cat"):
        choose(page, "or take a sample", SAMPLES[name].title)
        expect(page.get_by_role("application", name=SAMPLES[name].alt)).to_be_visible()
    page.evaluate("window.shut = true")
    choose(page, "or take a sample", "Astronaut")
    page.wait_for_function("Boolean(window.letGo)")
    choose(page, "or take a sample", "Cat")
    expect(page.get_by_text("Output: 451 × 300 pixels.")).to_be_visible()
    page.evaluate("window.letGo()")
    page.wait_for_function("vizcorePixels.photos.size === 4")

    choose(page, "Filter", "Basics · Identity")
    expect(page.locator(".panel-title")).to_contain_text("“Identity”")


# ---- Files out ----


def test_the_download_has_every_pixel(server, page):
    rows, columns = np.mgrid[:1200, :1600]
    image = np.stack([rows % 256, columns % 256, (rows * columns) % 251], -1).astype(np.uint8)
    settings = FilterSettings(
        filters=Steps((FilterStep("edge_laplacian4", stride=2),)),
        display="absolute",
        edges="replicate",
    )
    open_filters(page, server, settings)
    upload(page, "large.png", saved(image, "PNG", compress_level=1), "image/png")
    expect(page.get_by_text("the photo has 1,600 × 1,200, and so has the download")).to_be_visible()
    settled(page)  # until then the button has what it had before
    with page.expect_download() as download:
        page.get_by_role("button", name="Download full size (PNG)").click()
    assert download.value.suggested_filename.endswith(".png")
    with Image.open(download.value.path()) as file:
        assert file.format == "PNG"
        response = Truth(image, settings).response
        np.testing.assert_array_equal(np.asarray(file), to_display(response, "absolute"))


def test_settings_are_saved_and_opened(server, browser, page):
    open_filters(page, server, SETTINGS)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save settings").click()
    file = {"name": download.value.suggested_filename, "mimeType": "application/json"}
    file["buffer"] = download.value.path().read_bytes()

    context = browser.new_context(viewport={"width": 1440, "height": 900})
    other = context.new_page()
    open_filters(other, server, FilterSettings())
    other.get_by_role("button", name="Open settings").click()
    chooser = other.get_by_test_id("stFileUploader").last.locator("input")
    chooser.set_input_files(file | {"buffer": b"[]"})
    expect(other.get_by_text("This is not a settings file.")).to_be_visible()
    chooser.set_input_files(file)
    expect(other).to_have_url(link(server, SETTINGS))
    other.keyboard.press("Escape")
    expect(other.get_by_text("Output: 300 × 200 pixels.")).to_be_visible()
    shows_again(other, content(page))
    context.close()
