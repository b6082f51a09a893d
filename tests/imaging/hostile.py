"""Files for the decoder's tests, built byte by byte, and the folder of the world's worst ones."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

SHARED = Path(__file__).parents[3] / "shared" / "images"


def shared_files(folder=""):
    return sorted(path for path in (SHARED / folder).rglob("*") if path.is_file())


def chunk(kind, body=b""):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(header, raw, *extra):
    """Join a PNG of (width, height, depth, colour type) from its unfiltered rows."""
    ihdr = chunk(b"IHDR", struct.pack(">IIBBBBB", *header, 0, 0, 0))
    parts = [ihdr, *extra, chunk(b"IDAT", zlib.compress(raw)), chunk(b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_of(samples, depth, colour, *extra):
    """Pack samples (H, W, C) of `depth` bits as a PNG."""
    height, width, channels = samples.shape
    bits = np.unpackbits(samples.astype(">u2").view(np.uint8).reshape(height, -1, 2), axis=2)
    bits = bits[..., 16 - depth :].reshape(height, width * channels * depth)
    rows = np.packbits(bits, axis=1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    return png((width, height, depth, colour), raw, *extra)


def saved(image, file_format, **options):
    image = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def gif(canvas, frame, control=b"", frame_data=None):
    """Join a GIF of one frame (left, top, width, height) of palette index 1, which is red."""
    palette = bytes([0, 0, 255, 255, 0, 0])
    if frame_data is None:
        indices = np.ones((frame[3], frame[2]), np.uint8)
        image = Image.fromarray(indices, "P")
        image.putpalette(palette)
        whole = saved(image, "GIF", optimize=False)
        at = whole.index(b",", 13 + 3 * 2 ** ((whole[10] & 7) + 1))
        local = 3 * 2 ** ((whole[at + 9] & 7) + 1) if whole[at + 9] & 0x80 else 0
        frame_data = whole[at + 10 + local : -1]
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", *canvas, 0x80, 0, 0)
        + palette
        + control
        + b","
        + struct.pack("<4HB", *frame, 0)
        + frame_data
        + b";"
    )


def exif(orientation, order=">"):
    start = b"MM\0*" if order == ">" else b"II*\0"
    return start + struct.pack(order + "IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def without_adobe(jpeg):
    """Take the Adobe segment out of a JPEG."""
    at = jpeg.index(b"\xff\xee")
    (length,) = struct.unpack_from(">H", jpeg, at + 2)
    return jpeg[:at] + jpeg[at + 2 + length :]


def bmp_rle8(width, height, codes):
    palette = bytes([0, 0, 0, 0, 40, 30, 20, 0]) + bytes(4 * 254)
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(codes), 0, 0, 256, 0)
    offset = 14 + len(header) + len(palette)
    size = struct.pack("<IHHI", offset + len(codes), 0, 0, offset)
    return b"BM" + size + header + palette + codes
