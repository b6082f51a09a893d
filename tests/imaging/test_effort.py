import io

import numpy as np
import pytest
from PIL import Image

from vizcore.imaging.effort import decoding_effort


def saved(mode, kind, **options):
    file = io.BytesIO()
    Image.new(mode, (20, 10)).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "effort"),
    [
        (saved("RGB", "PNG"), 200),
        (saved("L", "PNG"), 200),
        (saved("RGBA", "PNG"), 600),
        (saved("I;16", "PNG"), 1600),
        (saved("RGB", "JPEG"), 200),
        (saved("RGB", "WEBP"), 1000),
        (saved("P", "GIF"), 200),
        (saved("RGB", "BMP"), 200),
        (b"", 0),
        (b"\x89PNG\r\n\x1a\n", 0),
        (b"\xff\xd8\xff", 0),
    ],
)
def test_slow_pixels_count_oftener(data, effort):
    assert decoding_effort(data) == effort


def test_a_jpeg_counts_with_its_scans():
    noise = np.random.default_rng(0).integers(0, 256, (80, 80, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "JPEG", progressive=True)
    scans = file.getvalue().count(b"\xff\xda")
    assert scans >= 8 and decoding_effort(file.getvalue()) == 6400 * (1 + scans // 8)


def test_a_bmp_in_run_lengths_counts_with_its_bytes():
    plain = bytearray(saved("P", "BMP"))
    plain[30] = 1
    assert decoding_effort(bytes(plain)) == 12 * len(plain)
    plain[18:26] = (400).to_bytes(4, "little") * 2
    assert decoding_effort(bytes(plain)) == 12 * 160_000
