"""Pixels to the bytes of a file, without any metadata; and a preview's size."""

import io
import math

import cv2
import numpy as np
from PIL import Image

PREVIEW_PIXELS = 1_500_000


def to_png(image: np.ndarray) -> bytes:
    r"""Encode uint8 (H, W) or (H, W, 3) as PNG, exactly.

    >>> to_png(np.zeros((2, 2), np.uint8))[:4]
    b'\x89PNG'
    """
    return _encode(image, "PNG")


def to_jpeg(image: np.ndarray, quality: int = 90) -> bytes:
    r"""Encode uint8 (H, W) or (H, W, 3) as JPEG of quality 1 to 100: smaller, for photographs.

    >>> to_jpeg(np.zeros((2, 2), np.uint8))[:2]
    b'\xff\xd8'
    """
    if isinstance(quality, bool) or not isinstance(quality, int) or not 1 <= quality <= 100:
        raise ValueError(f"quality must be an integer from 1 to 100. Received: {quality!r}")
    return _encode(image, "JPEG", quality=quality)


def _encode(image: np.ndarray, file_format: str, **options: int) -> bytes:
    image = np.asarray(image)
    if image.dtype != np.uint8 or image.size == 0 or not _is_picture(image):
        raise ValueError(
            "image must be uint8 of shape (H, W) or (H, W, 3)."
            f" Received: {image.dtype} of shape {image.shape}"
        )
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, file_format, **options)
    return buffer.getvalue()


def _is_picture(image: np.ndarray) -> bool:
    return image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)


def fit_within(image: np.ndarray, max_pixels: int = PREVIEW_PIXELS) -> np.ndarray:
    """Scale a picture down to at most `max_pixels`, its aspect kept, by averaging areas.

    Parameters
    ----------
    image : ndarray, shape (H, W) or (H, W, C)
    max_pixels : int
        At least 1; a picture that is small enough is returned unchanged, not copied.

    Examples
    --------
    >>> fit_within(np.zeros((2000, 3000, 3), np.uint8)).shape
    (1000, 1500, 3)
    """
    if max_pixels < 1:
        raise ValueError(f"max_pixels must be at least 1. Received: {max_pixels!r}")
    height, width = image.shape[:2]
    if height * width <= max_pixels:
        return image
    scale = math.sqrt(max_pixels / (height * width))
    # A very long strip keeps its last row, so the other side bears what the floor cannot.
    new_height = min(max(1, int(height * scale)), max_pixels)
    new_width = min(max(1, int(width * scale)), max_pixels // new_height)
    return cv2.resize(image, (new_width, new_height), interpolation=cv2.INTER_AREA)
