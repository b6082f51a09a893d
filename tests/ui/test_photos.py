import io

import numpy as np
import pytest
import streamlit as st
from handed_in import handed_in
from PIL import Image

from vizcore.imaging import SAMPLES, decode_image, to_png
from vizcore.imaging.encode import PREVIEW_PIXELS
from vizcore.imaging.stack import grey_levels
from vizcore.ui.photo_pixels import pixel_digest
from vizcore.ui.photos import own_photo, sample_photo, take_in, upload_problem


@pytest.fixture(autouse=True)
def session(monkeypatch):
    """A visitor's session without a server."""
    monkeypatch.setattr(st, "session_state", {})


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


@pytest.mark.parametrize("key", SAMPLES)
def test_every_sample_is_a_photo(key):
    photo, image = sample_photo(key), SAMPLES[key].load()
    assert np.array_equal(photo.full(), image) and photo.full_size == image.shape[:2]
    assert not photo.is_reduced and np.array_equal(photo.preview, image)
    assert photo.alt == SAMPLES[key].alt
    assert sample_photo(key) is photo


def test_the_pixels_to_filter_and_their_digest():
    photo = sample_photo("coffee")
    pixels, digest = photo.pixels(grey=False)
    assert pixels is photo.preview and digest == pixel_digest(photo.preview)
    levels, digest = photo.pixels(grey=True)
    assert np.array_equal(levels, grey_levels(photo.preview)) and digest == pixel_digest(levels)


def test_a_visitor_starts_without_a_photo_or_a_problem():
    assert own_photo() is None and upload_problem() is None


def test_an_upload_becomes_ones_own_photo():
    image = noise(5, 4, 3)
    assert take_in(handed_in(to_png(image))) is True
    assert np.array_equal(own_photo().preview, image)
    assert np.array_equal(own_photo().full(), image)
    assert own_photo().digest == pixel_digest(image) and not own_photo().is_reduced
    assert upload_problem() is None


def test_a_large_upload_is_worked_on_small_and_kept_whole():
    image = np.zeros((1300, 1200, 3), np.uint8)
    image[:650] = 200
    take_in(handed_in(to_png(image)))
    photo = own_photo()
    height, width = photo.preview.shape[:2]
    assert height * width <= PREVIEW_PIXELS < 1300 * 1200
    assert photo.is_reduced and photo.full_size == (1300, 1200)
    assert np.array_equal(photo.full(), image)
    assert photo.digest == pixel_digest(photo.preview)


def test_what_cannot_be_read_leaves_the_photo():
    take_in(handed_in(to_png(noise(5, 4, 3))))
    before = own_photo()
    assert take_in(handed_in(b"no picture")) is False
    assert own_photo() is before
    assert upload_problem().endswith(" The picture on screen stays as it was.")
    with pytest.raises(ValueError) as refusal:
        decode_image(b"no picture")
    assert upload_problem().startswith(str(refusal.value))


@pytest.mark.parametrize("file", [None, handed_in(to_png(noise(2, 2, 3)))])
def test_a_problem_is_forgotten_with_the_next_file(file):
    take_in(handed_in(b""))
    assert upload_problem()
    take_in(file)
    assert upload_problem() is None


def test_a_closed_uploader_keeps_the_photo():
    take_in(handed_in(to_png(noise(5, 4, 3))))
    before = own_photo()
    assert take_in(None) is False and own_photo() is before


def test_a_camera_shot_is_turned_the_right_way_up():
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.fromarray(noise(5, 4, 3)).save(file, "JPEG", exif=exif)
    assert take_in(handed_in(file.getvalue())) and own_photo().full_size == (4, 5)
