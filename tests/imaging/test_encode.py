import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vizcore.imaging import decode_image, fit_within, to_jpeg, to_png


def photo(*shape):
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (1, 1, 3)])
def test_png_is_exact(shape):
    image = photo(*shape)
    expected = image if image.ndim == 3 else np.dstack([image] * 3)
    assert np.array_equal(decode_image(to_png(image)), expected)
    assert np.array_equal(decode_image(to_png(image[::-1])), expected[::-1])


def test_jpeg_is_near_and_nearer_with_quality():
    image = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)
    assert np.abs(decode_image(to_jpeg(image)).astype(int)[..., 0] - image).max() < 8
    assert len(to_jpeg(photo(64, 64, 3), 20)) < len(to_jpeg(photo(64, 64, 3), 90))


@pytest.mark.parametrize("encode", [to_png, to_jpeg])
def test_files_hold_no_metadata(encode):
    info = Image.open(io.BytesIO(encode(photo(8, 8, 3)))).info
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(info)


@pytest.mark.parametrize("encode", [to_png, to_jpeg])
@pytest.mark.parametrize(
    "image", [np.zeros((2, 2)), np.zeros((2, 2, 4), np.uint8), np.zeros((0, 2), np.uint8), 3, "a"]
)
def test_refuses_what_is_no_picture(encode, image):
    with pytest.raises(ValueError, match="image must be uint8 .* Received: "):
        encode(image)


@pytest.mark.parametrize("quality", [0, 101, True, 90.0, "best"])
def test_refuses_impossible_qualities(quality):
    with pytest.raises(ValueError, match="quality must be .* Received: "):
        to_jpeg(photo(2, 2), quality)


@given(st.integers(1, 200), st.integers(1, 200), st.integers(1, 5000))
def test_fit_within_keeps_limit_and_aspect(height, width, limit):
    image = np.zeros((height, width, 3), np.uint8)
    fitted = fit_within(image, limit)
    if height * width <= limit:
        assert fitted is image
        return
    scale = (limit / (height * width)) ** 0.5
    assert fitted.shape[0] * fitted.shape[1] <= limit and min(fitted.shape) >= 1
    if min(height, width) * scale >= 1:
        assert height * scale - 1 <= fitted.shape[0] <= height * scale
        assert width * scale - 1 <= fitted.shape[1] <= width * scale


def test_fit_within_averages_areas():
    assert fit_within(np.uint8([[0, 100], [100, 200]]), 1).tolist() == [[100]]
    assert fit_within(photo(10, 300), 3).shape[0] == 1
    with pytest.raises(ValueError, match="max_pixels must"):
        fit_within(photo(2, 2), 0)
