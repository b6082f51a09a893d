"""What pages make of what visitors hand in, wherever they do."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from telltale import SECRET, png_chunks, telltale

from vizcore.imaging import to_jpeg, to_png
from vizcore.ui.filter_controls import full_size
from vizcore.ui.filter_settings import FilterSettings, FilterStep, Steps
from vizcore.ui.frame import PAGES
from vizcore.ui.upload_limits import MB
from vizcore.ui.uploads import PROMISE

PAGE = "pages/image_filters.py"
ROOT = Path(__file__).parents[2]
NOTHING_BUT_PIXELS = {b"IHDR", b"IDAT", b"IEND"}


@pytest.mark.parametrize("file", PAGES)
def test_every_page_opens_with_what_holds_uploads_within_limits(file):
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    calls = [one.value for one in tree.body if isinstance(one, ast.Expr)]
    assert "open_page" in {ast.unparse(one.func) for one in calls if isinstance(one, ast.Call)}


def test_who_takes_files_asks_what_is_admitted():
    sources = [path.read_text("utf-8") for path in (ROOT / "vizcore/ui").rglob("*.py")]
    taking = [one for one in sources if re.search(r"\.(file_uploader|camera_input)\(", one)]
    assert len(taking) >= 3
    for source in taking:
        assert re.search(r"\b(admit|take_in)\b", source) and ".getvalue()" not in source
    for file in PAGES:
        assert "file_uploader" not in (ROOT / file).read_text("utf-8")


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_no_download_tells_of_place_time_or_camera(page, file_format):
    data = telltale(file_format)
    assert data.count(SECRET) >= 4, "the file tells it"
    at = page(filters="identity")
    at.file_uploader(key="photo.file").upload("mine.jpg", data).run()
    photo = at.session_state["photo.own"]
    for settings in (FilterSettings(), FilterSettings(filters=Steps((FilterStep("sobel"),)))):
        png = full_size(photo, settings)
        assert SECRET not in png and png_chunks(png) == NOTHING_BUT_PIXELS


def test_what_the_app_encodes_is_pixels_alone():
    pixels = np.zeros((4, 5, 3), np.uint8)
    assert png_chunks(to_png(pixels)) == NOTHING_BUT_PIXELS
    assert b"Exif" not in to_jpeg(pixels) and b"ICC_PROFILE" not in to_jpeg(pixels)


def test_a_file_beyond_the_limits_is_told_and_the_picture_stays(page):
    at = page(filters="sobel")
    # AppTest hands files in before the page runs, which is before the limits are there.
    at.file_uploader(key="photo.file").upload("<b>wide</b>.png", bytes(10 * MB + 1)).run()
    (error,) = at.error
    assert error.value.startswith(r"“\<b\>wide\<\/b\>\.png” was not taken\: a file may have 10 MB")
    assert error.value.endswith("The picture on screen stays as it was.")
    assert at.session_state["image_filters.settings"].photo == FilterSettings().photo


def test_a_settings_file_beyond_the_limits_is_told(page):
    at = page(filters="sobel")
    at.file_uploader(key="image_filters.opened").upload("a.json", bytes(10 * MB + 1)).run()
    (error,) = at.error
    assert "was not taken" in error.value


def test_what_happens_with_pictures_is_told_beside_the_uploader(page):
    assert PROMISE in [one.value for one in page().markdown]


def test_a_visitor_sees_nothing_of_another():
    mine, others = (AppTest.from_file(ROOT / "app.py", default_timeout=60) for _ in range(2))
    for at in (mine, others):
        at.switch_page(PAGE).run()
    mine.file_uploader(key="photo.file").upload("mine.png", telltale("PNG")).run()
    others.query_params["photo"] = "upload"
    others.run()
    assert "photo.own" in mine.session_state and "photo.own" not in others.session_state
    assert "somebody's upload, which a link cannot carry" in others.info[0].value
