"""A digit that a visitor has drawn, and how it travels in a link."""

import base64
import binascii
import re
import zlib
from dataclasses import dataclass, replace

import numpy as np

from vizcore.imaging.handwriting import SIDE, fitted_as_mnist

PREFIX = "d"
BLANK = "0" * SIDE**2
_MODES = {"f": True, "p": False}
_LEVELS = re.compile(rf"[0-9a-f]{{{SIDE**2}}}")
_DEFLATED = -15  # zlib's window, without its header and its sum


@dataclass(frozen=True)
class DrawnDigit:
    """A drawing of 28×28 pixels with 16 levels each.

    Attributes
    ----------
    levels : str
        A hexadecimal digit for each pixel, row by row: 0 is black, f white.
    fitted : bool
        Whether it is brought to the size and place of MNIST's digits.
    """

    levels: str = BLANK
    fitted: bool = True

    def __post_init__(self):
        if not _LEVELS.fullmatch(self.levels):
            raise ValueError(f"a drawing has {SIDE}×{SIDE} pixels.")

    @property
    def is_blank(self):
        """Whether nothing is drawn."""
        return self.levels == BLANK

    def picture(self):
        """Return the picture, uint8 (28, 28, 1)."""
        levels = np.array([int(level, 16) * 17 for level in self.levels], np.uint8)
        levels = levels.reshape(SIDE, SIDE)
        return (fitted_as_mnist(levels) if self.fitted else levels)[..., np.newaxis]

    def fitting(self, fitted):
        """Return this drawing, fitted or not."""
        return replace(self, fitted=fitted)

    def to_text(self):
        """Write it for a link, some 200 characters.

        Examples
        --------
        >>> DrawnDigit.from_text(DrawnDigit().to_text()).is_blank
        True
        """
        deflate = zlib.compressobj(9, wbits=_DEFLATED)
        packed = deflate.compress(bytes.fromhex(self.levels)) + deflate.flush()
        mode = next(mode for mode, fitted in _MODES.items() if fitted == self.fitted)
        return f"{PREFIX}{mode}{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"

    @classmethod
    def from_text(cls, text):
        """Read what `to_text` wrote; ValueError when it is no such thing."""
        said = "its drawing cannot be read."
        try:
            packed = base64.b64decode(text[2:] + "=" * (-len(text[2:]) % 4), b"-_", validate=True)
            # No more than a drawing is unpacked, whatever the link holds.
            levels = zlib.decompressobj(_DEFLATED).decompress(packed, SIDE**2)
            return cls(levels.hex(), _MODES[text[1:2]])
        except (binascii.Error, zlib.error, KeyError, ValueError):
            raise ValueError(said) from None
