import json
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.ui.assets import pack
from vizcore.ui.photo_pixels import _packed, pixel_digest


def unpack(blob):
    """What ``unpack`` of shared.js does."""
    (size,) = struct.unpack_from("<I", blob)
    header, start, parts = json.loads(blob[4 : 4 + size]), 4 + size, []
    for length in header["parts"]:
        parts.append(blob[start : start + length])
        start += length
    assert start == len(blob)
    return header, parts


def inflate(blob):
    """What photo_pixels.js does: undo the differences along each row, channel by channel."""
    header, (packed,) = unpack(blob)
    shape = header["height"], header["width"], header["depth"]
    differences = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(shape)
    return header, np.cumsum(differences, axis=1, dtype=np.uint8)


@pytest.mark.parametrize("parts", [(), (b"",), (b"\0\xff", b"abc")])
def test_a_blob_holds_its_parts_byte_by_byte(parts):
    header, found = unpack(pack({"name": "Gauß"}, *parts))
    assert header["name"] == "Gauß" and found == list(parts)


@given(
    shape=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    depth=st.sampled_from([(), (3,)]),
    seed=st.integers(0, 999),
)
def test_the_browser_gets_exactly_the_pixels(shape, depth, seed):
    image = np.random.default_rng(seed).choice(np.uint8([0, 1, 127, 128, 254, 255]), shape + depth)
    header, pixels = inflate(_packed(pixel_digest(image), image))
    assert header["digest"] == pixel_digest(image)
    assert np.array_equal(pixels.reshape(image.shape), image)


def test_a_view_is_sent_as_it_looks():
    image = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)[::-1, ::2]
    _, pixels = inflate(_packed(pixel_digest(image), image))
    assert np.array_equal(pixels, image)


def test_the_digest_names_pixels_and_shape():
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    changed = image.copy()
    changed[2, 3] += 1
    others = [changed, image.reshape(4, 3), image.T, image.reshape(1, 4, 3), image[::-1]]
    assert len({pixel_digest(one) for one in [image, *others]}) == 6
    assert pixel_digest(image) == pixel_digest(image.copy()) == pixel_digest(image.T.copy().T)
