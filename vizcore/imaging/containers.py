"""The five picture formats as containers: what a file says before any pixel exists.

Each reader walks the file's blocks once and answers with a `Container`: the size, the way up,
and the same file stripped to the blocks that carry pixels. Text, colour profiles, thumbnails,
animation and second pictures are where decoders warn, allocate and hang; what is not handed to
the decoder cannot do so. A reader raises (any exception) where the file is broken.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# A progressive JPEG draws the whole picture once a scan, so a small file of thousands of empty
# scans keeps a decoder busy for an hour. Encoders in use write at most 20.
MAX_JPEG_SCANS = 64
MAX_JPEG_SEGMENTS = 4096

# The other formats are walked part by part, and a part can be of a few bytes: ten megabytes of
# them take seconds. The largest honest file, of chunks of 4 KB or blocks of 255 bytes, has fewer.
MAX_PNG_CHUNKS = 8192
MAX_GIF_BLOCKS = 65_536
MAX_WEBP_CHUNKS = 4096

# Colour types of a PNG.
PNG_GREY, PNG_RGB, PNG_INDEXED, PNG_GREY_ALPHA = 0, 2, 3, 4


@dataclass(frozen=True)
class Container:
    """What a file says about its picture.

    Attributes
    ----------
    format : str
        PNG, JPEG, WebP, GIF or BMP.
    width, height : int
        Stored size in pixels, before `orientation` is applied.
    data : bytes
        The same picture with nothing but what its pixels need.
    orientation : int
        EXIF orientation, 1 to 8.
    transparent : tuple of int or None
        The one colour of a grey or RGB PNG that is transparent, in 8 bits or the file's 16.
    depth, colour : int
        Bits a sample and colour type of a PNG; 8 and 2 elsewhere, where nothing asks.
    frame : tuple of int or None
        (left, top, right, bottom) that a GIF's first frame covers.
    """

    format: str
    width: int
    height: int
    data: bytes
    orientation: int = 1
    transparent: tuple[int, ...] | None = None
    depth: int = 8
    colour: int = PNG_RGB
    frame: tuple[int, int, int, int] | None = None


def reader_of(data: bytes) -> tuple[str, Callable[[bytes], Container]] | None:
    """Choose format and reader by the first bytes; a file's name proves nothing.

    >>> reader_of(b"GIF89a...")[0]
    'GIF'
    >>> reader_of(b"%PDF-1.7") is None
    True
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG", read_png
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG", read_jpeg
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF", read_gif
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WebP", read_webp
    if data.startswith(b"BM"):
        return "BMP", read_bmp
    return None


def read_png(data: bytes) -> Container:
    """Read a PNG (W3C, PNG Specification, third edition, sections 5 and 11).

    Kept: IHDR, IDAT, IEND, and for indexed colour PLTE and tRNS.
    """
    chunks = _png_chunks(data)
    kind, header = next(chunks)
    if kind != b"IHDR":
        raise ValueError("IHDR must come first")
    width, height, depth, colour = struct.unpack_from(">IIBB", header, 8)
    wanted = {b"IDAT", b"IEND"} | ({b"PLTE", b"tRNS"} if colour == PNG_INDEXED else set())
    kept, transparent, orientation = [(kind, header)], None, 1
    for kind, chunk in chunks:
        if kind in wanted:
            kept.append((kind, chunk))
        elif kind == b"eXIf":
            orientation = exif_orientation(chunk[8:-4])
        elif kind == b"tRNS" and colour in (PNG_GREY, PNG_RGB):
            transparent = _png_transparent(chunk[8:-4], depth, colour)
    if any(zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:]) for _, chunk in kept):
        raise ValueError("wrong checksum")
    if colour == PNG_INDEXED and b"PLTE" not in dict(kept):
        raise ValueError("no palette")
    stripped = data[:8] + b"".join(chunk for _, chunk in kept)
    return Container("PNG", width, height, stripped, orientation, transparent, depth, colour)


def _png_transparent(body: bytes, depth: int, colour: int) -> tuple[int, ...]:
    """Read the transparent colour; fewer than 8 bits are stretched to 8 as the samples are."""
    values = struct.unpack_from(">H" if colour == PNG_GREY else ">3H", body)
    largest = 2**depth - 1
    scale = 255 // largest if depth < 8 else 1
    return tuple((value & largest) * scale for value in values)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each chunk's kind and its whole bytes, up to IEND."""
    at, kind = 8, b""
    for _ in range(MAX_PNG_CHUNKS):
        length, kind = struct.unpack_from(">I4s", data, at)
        chunk = data[at : at + length + 12]
        if len(chunk) != length + 12:
            raise ValueError("cut short")
        yield kind, chunk
        if kind == b"IEND":
            return
        at += length + 12
    raise ValueError("more chunks than any picture needs")


def read_jpeg(data: bytes) -> Container:
    """Read a JPEG (ITU-T T.81, annex B), the first one of an MPO file.

    Kept: everything but comments and application data; of the latter APP0 (JFIF) and APP14
    (Adobe) stay, for they say what the channels mean.
    """
    kept, size, orientation, scans = [b"\xff\xd8"], None, 1, 0
    for count, (marker, segment) in enumerate(_jpeg_segments(data)):
        if count > MAX_JPEG_SEGMENTS or scans > MAX_JPEG_SCANS:
            raise ValueError("more parts than any picture needs")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            size = size or struct.unpack_from(">HH", segment, 5)
        elif marker == 0xE1 and segment[4:10] == b"Exif\0\0":
            orientation = exif_orientation(segment[10:])
        scans += marker == 0xDA
        if marker in (0xE0, 0xEE) or not 0xE0 <= marker <= 0xFE:
            kept.append(segment)
    height, width = size
    return Container("JPEG", width, height, b"".join(kept), orientation)


# One 0xFF and a byte that is neither stuffing (00), fill (FF), a restart (D0 to D7) nor one of
# the other two markers without a length that may stand anywhere (TEM 01, SOI D8).
_JPEG_MARKER = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd8])")


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each marker and its segment up to the end of image; a scan's with its coded data."""
    found = _JPEG_MARKER.search(data, 2)
    while found[1] != b"\xd9":
        (length,) = struct.unpack_from(">H", data, found.end())
        end = found.end() + length
        following = _JPEG_MARKER.search(data, end)
        yield found[1][0], data[found.start() : following.start() if found[1] == b"\xda" else end]
        found = following
    yield 0xD9, b"\xff\xd9"


def read_gif(data: bytes) -> Container:
    """Read a GIF up to the end of its first frame (CompuServe, GIF89a, sections 18 to 23).

    Kept: the header with its palette, the last graphic control block, the frame. A frame that
    reaches beyond the canvas widens it.
    """
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = end_of_header = 13 + _gif_palette_size(flags)
    control, blocks = b"", iter(range(MAX_GIF_BLOCKS))
    while data[at] == 0x21:
        end = _gif_end_of_blocks(data, at + 2, blocks)
        if data[at + 1] == 0xF9:
            control = data[at:end]
        at = end
    if data[at] != 0x2C:
        raise ValueError("no frame")
    left, top, w, h, flags = struct.unpack_from("<4HB", data, at + 1)
    end = _gif_end_of_blocks(data, at + 11 + _gif_palette_size(flags), blocks)
    return Container(
        "GIF",
        max(width, left + w),
        max(height, top + h),
        data[:end_of_header] + control + data[at:end] + b";",
        frame=(left, top, left + w, top + h),
    )


def _gif_palette_size(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_end_of_blocks(data: bytes, at: int, blocks: Iterator) -> int:
    """Step over data blocks, each led by its length, to just after the empty one; count them."""
    while data[at]:
        at += data[at] + 1
        next(blocks)
    next(blocks)
    return at + 1


def read_webp(data: bytes) -> Container:
    """Read a WebP (RFC 9649, section 2); the file is kept whole."""
    chunks = _webp_chunks(data)
    kind, body = next(chunks)
    if kind == b"VP8X":
        width = int.from_bytes(body[4:7], "little") + 1
        height = int.from_bytes(body[7:10], "little") + 1
    elif kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", body, 6))
    exif = next((body for kind, body in chunks if kind == b"EXIF"), b"")
    orientation = exif_orientation(exif.removeprefix(b"Exif\0\0"))
    return Container("WebP", width, height, data, orientation)


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, end = 12, 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise ValueError("cut short")
    for _ in range(MAX_WEBP_CHUNKS):
        if at + 8 > end:
            return
        kind, length = struct.unpack_from("<4sI", data, at)
        yield kind, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    raise ValueError("more chunks than any picture needs")


def read_bmp(data: bytes) -> Container:
    """Read a BMP's size (Microsoft, BITMAPCOREHEADER and its successors); kept whole."""
    (header,) = struct.unpack_from("<I", data, 14)
    width, height = struct.unpack_from("<HH" if header == 12 else "<ii", data, 18)
    return Container("BMP", width, abs(height), data)


def exif_orientation(exif: bytes) -> int:
    r"""Read the orientation, 1 to 8, from EXIF data; 1 where there is none to be read.

    Source: CIPA DC-008 (Exif 2.32), section 4.6.2 and tag 0x0112.

    >>> exif_orientation(b"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0")
    6
    >>> exif_orientation(b"nonsense")
    1
    """
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    try:
        (start,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, value = struct.unpack_from(f"{order}H6xH", exif, entry)
            if tag == 0x0112:
                return value if 1 <= value <= 8 else 1
    except struct.error:  # broken metadata does not spoil the pixels
        pass
    return 1
