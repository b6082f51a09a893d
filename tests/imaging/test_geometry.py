import cv2
import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import affine_transform

from vizcore.imaging.geometry import resize, warp

PHOTO = np.random.default_rng(1).integers(0, 256, (12, 16, 3)).astype(np.uint8)


def test_smaller_is_the_average_of_what_it_covers():
    blocks = PHOTO.reshape(6, 2, 8, 2, 3).mean(axis=(1, 3))
    assert np.abs(resize(PHOTO, 6, 8) - blocks).max() <= 0.5


def test_larger_is_linear():
    larger = np.asarray(Image.fromarray(PHOTO).resize((32, 24), Image.Resampling.BILINEAR))
    assert np.abs(resize(PHOTO, 24, 32).astype(int) - larger).max() <= 1


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_channels_and_type_stay(shape, dtype):
    image = np.ones(shape, dtype)
    assert resize(image, 3, 9).shape == (3, 9, *shape[2:]) and resize(image, 3, 9).dtype == dtype
    moved = warp(image, np.eye(2, 3))
    assert moved.shape == shape and moved.dtype == dtype


def test_warp_is_scipys_affine_transform():
    image = cv2.GaussianBlur(PHOTO[..., 0].astype(np.float32), (0, 0), 1)
    source = np.array([[0.9, 0.2, 1.3], [-0.2, 1.1, -0.4]])
    # SciPy counts (row, column) where the map counts (x, y).
    expected = affine_transform(
        image, source[::-1, 1::-1], source[::-1, 2], order=1, mode="nearest"
    )
    assert np.abs(warp(image, source) - expected).max() < 2
    assert warp(image, np.eye(2, 3)).tolist() == image.tolist()
