"""The photo a visitor works on: a sample, an upload or a camera shot."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import streamlit as st

from vizcore.imaging import SAMPLES, ImageError, decode_image, fit_within
from vizcore.imaging.stack import grey_levels
from vizcore.ui.photo_pixels import pixel_digest
from vizcore.ui.plain import plain
from vizcore.ui.uploads import admit, count

UPLOAD_TYPES = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "heic", "heif"]
"""What the file dialogue offers; HEIC so that an iPhone's owner is told what to do about it."""

SMALL_PIXELS = 2**17
"""Of the picture that a network is shown: more than any input here has."""

_OWN = "photo.own"
_PROBLEM = "photo.problem"


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo at the size one works on.

    Attributes
    ----------
    alt : str
        The picture in words.
    preview : ndarray of uint8, (H, W, 3)
        At most 1.5 million pixels, so that it refilters at once.
    digest : str
        `pixel_digest` of the preview.
    full_size : (int, int)
        Rows and columns of the photo itself.
    source : bytes or str
        The uploaded file, or the sample's key.
    """

    alt: str
    preview: np.ndarray
    digest: str
    full_size: tuple
    source: object

    @property
    def is_reduced(self):
        """Whether the preview has fewer pixels than the photo."""
        return self.preview.shape[:2] != self.full_size

    def full(self):
        """Return every pixel of the photo, (H, W, 3)."""
        if isinstance(self.source, str):
            return SAMPLES[self.source].load()
        return decode_image(self.source)

    def pixels(self, grey):
        """Return the pixels to filter, in colour or in grey levels, and their digest."""
        return self._grey if grey else (self.preview, self.digest)

    @cached_property
    def small(self):
        """The photo for a network to see: at most `SMALL_PIXELS` pixels."""
        return fit_within(self.preview, SMALL_PIXELS)

    @cached_property
    def _grey(self):
        levels = grey_levels(self.preview)
        return levels, pixel_digest(levels)


@lru_cache(maxsize=len(SAMPLES))
def sample_photo(key):
    """Return the sample photo of this key."""
    sample = SAMPLES[key]
    return _photo(sample.alt, sample.load(), key)


def own_photo():
    """Return the visitor's own photo, or None."""
    return st.session_state.get(_OWN)


def upload_problem():
    """Return what was wrong with the last upload, in one sentence of Markdown, or None."""
    return st.session_state.get(_PROBLEM)


def take_in(file):
    """Take in a file from an uploader or a camera; for their callbacks.

    A file that cannot be read leaves the photo on screen as it is.

    Parameters
    ----------
    file : UploadedFile or None

    Returns
    -------
    bool
        Whether the visitor's own photo has changed.
    """
    st.session_state[_PROBLEM] = None
    if file is None:
        return False
    taken, refused = admit(file)
    problems = [plain(one) for one in refused]
    try:
        photos = [read_photo(data) for _, data in taken]
    except ImageError as error:
        problems = [error]
    if problems:
        st.session_state[_PROBLEM] = f"{problems[0]} The picture on screen stays as it was."
        return False
    keep_own(*photos)
    return True


def read_photo(data):
    """Read a photo from the bytes of a file; `ImageError` where that cannot be."""
    return _photo("Your photo.", decode_image(data), data)


def keep_own(photo):
    """Make a photo the visitor's own, on every page."""
    st.session_state[_OWN] = photo
    count("photo", len(photo.source) + photo.preview.nbytes)


def _photo(alt, image, source):
    preview = fit_within(image)
    return Photo(alt, preview, pixel_digest(preview), image.shape[:2], source)
