"""The exact pixels of a photo, sent to the browser once and kept there by their digest.

An element of its own, so that Streamlit's message cache sends it again only when it changes:
moving a slider costs the new picture, not the old photo.
"""

import hashlib
import zlib

import numpy as np

from vizcore.compute.recent import recent
from vizcore.ui.assets import pack, register

_component = register("photo_pixels")


def photo_pixels(image, digest, *, key):
    """Hand a photo's pixels to the browser.

    Parameters
    ----------
    image : ndarray of uint8, (H, W) or (H, W, 3)
    digest : str
        `pixel_digest` of the image: the name by which the page's components find its pixels.
    key : str
        The element's key on the page.
    """
    _component(key=key, data=_packed(digest, image))


def pixel_digest(image):
    """Return a short name for exactly these pixels in exactly this shape."""
    content = hashlib.blake2b(np.ascontiguousarray(image), digest_size=12)
    content.update(repr(image.shape).encode())
    return content.hexdigest()


@recent(maxsize=32, named_by=1)
def _packed(digest, image):
    """Deflate the differences of neighbouring pixels, as PNG's Sub filter does: exact, small."""
    height, width, depth = (*image.shape, 1)[:3]
    rows = image.reshape(height, width, depth)
    differences = np.diff(rows, axis=1, prepend=np.zeros((height, 1, depth), np.uint8))
    header = {"digest": digest, "height": height, "width": width, "depth": depth}
    return pack(header, zlib.compress(differences.tobytes(), 1))
