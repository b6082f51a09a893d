import io
import re
import struct
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from vizcore.imaging import MAX_BYTES, ImageError, decode, decode_image

sys.path.insert(0, str(Path(__file__).parent))
from hostile import (  # noqa: E402
    bmp_rle8,
    chunk,
    exif,
    gif,
    png,
    png_of,
    saved,
    shared_files,
    without_adobe,
)

CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
PHOTO = np.random.default_rng(5).integers(0, 256, (24, 31, 3)).astype(np.uint8)
SMOOTH = cv2.resize(PHOTO[:4, :5], (40, 32), interpolation=cv2.INTER_CUBIC)


def on_white(colour, alpha):
    """Lay colour on white, both 0 to 1, and scale to 0–255, not rounded."""
    return 255 * (colour * alpha + 1 - alpha)


def refusal(data):
    with pytest.raises(ImageError) as error:
        decode_image(data)
    text = str(error.value)
    assert text[0].isupper() and text.endswith(".") and len(text) < 260 and "\n" not in text
    return text


def decodes_or_refuses(data):
    try:
        pixels = decode_image(data)
    except ImageError:
        return None
    assert pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3
    assert pixels.flags.writeable and pixels.flags.c_contiguous and pixels.size
    return pixels


# --- PNG, sample by sample -----------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(
        [(depth, 0) for depth in (1, 2, 4, 8, 16)] + [(d, c) for d in (8, 16) for c in (2, 4, 6)]
    ),
    shape=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    seed=st.integers(0, 999),
    keyed=st.booleans(),
)
def test_every_png_sample_is_scaled_and_laid_on_white(kind, shape, seed, keyed):
    depth, colour = kind
    largest = 2**depth - 1
    rng = np.random.default_rng(seed)
    samples = rng.integers(0, largest, (*shape, CHANNELS[colour]), endpoint=True)
    extra, alpha = [], np.ones((*shape, 1))
    if colour in (4, 6):
        alpha = samples[..., -1:] / largest
    elif keyed:
        key = samples[0, 0]
        extra = [chunk(b"tRNS", key.astype(">u2").tobytes())]
        alpha = (samples != key).any(axis=2, keepdims=True).astype(float)
    values = (samples[..., :-1] if colour in (4, 6) else samples) / largest
    expected = np.broadcast_to(on_white(values, alpha), (*shape, 3))
    pixels = decode_image(png_of(samples, depth, colour, *extra))
    assert np.abs(pixels - expected).max() <= 0.51  # rounded once, at most twice for 16 bits


@pytest.mark.parametrize("colour", CHANNELS)
def test_16_bits_are_rounded_not_cut(colour):
    values = np.array([[0, 128, 129, 255, 256, 257, 384, 385, 386, 65406, 65407, 65535]])
    samples = np.repeat(values[..., np.newaxis], CHANNELS[colour], axis=2)
    if colour in (4, 6):
        samples[..., -1] = 65535
    expected = np.rint(values / 257)
    pixels = decode_image(png_of(samples, 16, colour))
    assert np.array_equal(pixels, np.repeat(expected[..., np.newaxis], 3, axis=2))


@pytest.mark.parametrize("colour", CHANNELS)
def test_16_bits_agree_with_opencv_in_every_filter_and_when_interlaced(colour):
    shape = (13, 17, CHANNELS[colour])
    samples = np.random.default_rng(colour).integers(0, 65536, shape).astype(np.uint16)
    if colour in (4, 6):
        samples[..., -1] = 65535
    expected = np.rint(
        (samples[..., :3] if colour > 3 else samples)[..., : 3 if colour in (2, 6) else 1] / 257
    )
    ours = decode_image(png_of(samples, 16, colour))
    assert np.array_equal(ours, np.broadcast_to(expected, (13, 17, 3)))
    if colour in (2, 6):
        order = cv2.COLOR_RGB2BGR if colour == 2 else cv2.COLOR_RGBA2BGRA
        for png_filter in range(5):
            strategy = [cv2.IMWRITE_PNG_FILTER, 8 << png_filter]
            _, encoded = cv2.imencode(".png", cv2.cvtColor(samples, order), strategy)
            assert np.array_equal(decode_image(encoded.tobytes()), ours)


def palette_png(transparency):
    palette = chunk(b"PLTE", bytes([10, 20, 30, 40, 50, 60, 70, 80, 90]))
    samples = np.array([[[0], [1], [2]]])
    return png_of(samples, 2, 3, palette, *transparency)


@pytest.mark.parametrize(
    ("transparency", "expected"),
    [
        ([], [[10, 20, 30], [40, 50, 60], [70, 80, 90]]),
        ([chunk(b"tRNS", b"\0")], [[255] * 3, [40, 50, 60], [70, 80, 90]]),
        ([chunk(b"tRNS", b"\xff\0\xff")], [[10, 20, 30], [255] * 3, [70, 80, 90]]),
        ([chunk(b"tRNS", b"\xff\x80")], [[10, 20, 30], [147, 152, 157], [70, 80, 90]]),
    ],
)
def test_palettes_with_transparency(transparency, expected):
    assert decode_image(palette_png(transparency)).tolist() == [expected]


def test_metadata_is_ignored():
    marked = png_of(
        np.array([[[100]]]), 8, 0,
        chunk(b"gAMA", struct.pack(">I", 100_000)), chunk(b"iCCP", b"x\0\0not a profile"),
        chunk(b"bKGD", b"\0\0"), chunk(b"tEXt", b"Comment\0hello"),
        chunk(b"zTXt", b"bomb\0\0" + zlib.compress(bytes(2**27), 9)) * 30,
        chunk(b"iTXt", b"bomb\0\1\0\0\0" + zlib.compress(bytes(2**27), 9)),
        chunk(b"acTL", b"broken"), chunk(b"fcTL", b""), chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff"),
    )  # fmt: skip
    assert decode_image(marked).tolist() == [[[100] * 3]]


def test_png_claims_and_breaks():
    assert "50,000 × 50,000 = 2,500,000,000 pixels" in refusal(png((50_000, 50_000, 8, 2), b""))
    assert "24,000,000" in refusal(png((24_001, 1000, 8, 0), b""))
    good = png_of(PHOTO, 8, 2)
    broken = [
        good[:-1], good[:-12], good[:60], good[:20], good[:8], good[:33] + good[45:],
        good.replace(b"IDAT", b"IdAT"), good.replace(b"IHDR", b"IHDX"),
        png((31, 24, 8, 2), b"\0" * 10), png((1, 1, 8, 3), b"\0\0"), png((0, 4, 8, 2), b""),
        png((1, 1, 3, 0), b"\0\0"), png((1, 1, 8, 1), b"\0\0"), png((1, 1, 8, 2), b"\x09\0\0\0"),
        good[:50] + bytes([good[50] ^ 1]) + good[51:],
    ]  # fmt: skip
    for data in broken:
        assert "PNG file is damaged" in refusal(data)
    assert "damaged on its way" in refusal(b"\x89PNG\n\x1a\n" + good[8:])


def test_more_data_than_rows_is_harmless(capfd):
    for depth in (8, 16):
        data = png((2, 1, depth, 2), bytes(2**26))
        assert decode_image(data).tolist() == [[[0] * 3] * 2]
    assert capfd.readouterr() == ("", "")


# --- JPEG ----------------------------------------------------------------------------------


def inks(*values):
    return Image.merge("CMYK", [Image.new("L", (16, 16), value) for value in values])


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 2}])
def test_jpeg_agrees_with_opencv(options):
    data = saved(SMOOTH, "JPEG", quality=95, **options)
    expected = cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), 1), cv2.COLOR_BGR2RGB)
    assert np.abs(decode_image(data).astype(int) - expected).max() <= 2


def test_cmyk_of_either_polarity():
    red, grey = (0, 255, 255, 0), (0, 0, 0, 155)
    for ink, colour in ((red, [255, 0, 0]), (grey, [100, 100, 100])):
        inverted = saved(inks(*ink), "JPEG", quality=100)
        plain = without_adobe(saved(inks(*(255 - value for value in ink)), "JPEG", quality=100))
        for data in (inverted, plain):
            assert np.abs(decode_image(data).astype(int) - colour).max() <= 3


def test_ycck():
    cmyk = saved(inks(200, 30, 60, 10), "JPEG", quality=100)
    at = cmyk.index(b"Adobe")
    ycck = cmyk[: at + 11] + b"\2" + cmyk[at + 12 :]  # the same numbers, meant as YCCK
    y, cb, cr, k = (255 - value for value in (200, 30, 60, 10))  # stored inverted, by Adobe
    inks_left = cv2.cvtColor(np.uint8([[[y, cr, cb]]]), cv2.COLOR_YCrCb2RGB)[0, 0]
    expected = (255 - inks_left.astype(float)) * k / 255  # T.872: YCCK codes 255 − CMY as YCC
    assert np.abs(decode_image(ycck) - expected).max() <= 4


def test_first_picture_of_an_mpo():
    first, second = Image.fromarray(SMOOTH), Image.fromarray(SMOOTH[::-1].copy())
    both = saved(first, "MPO", save_all=True, append_images=[second])
    assert np.array_equal(decode_image(both), decode_image(saved(first, "JPEG")))


def test_jpeg_breaks():
    good = saved(SMOOTH, "JPEG", progressive=True)
    last_scan = good[good.rindex(b"\xff\xda") : -2]
    for data in (
        good[:-2], good[:200], good[:3], good[:-2] + last_scan * 100 + b"\xff\xd9",
        b"\xff\xd8" + b"\xff\xfe\0\2" * 200_000 + b"\xff\xd9", b"\xff\xd8" + b"\xff\0" * 10**6,
        b"\xff\xd8" + b"\xff" * 10**6, b"\xff\xd8\xff\xd9",
    ):  # fmt: skip
        assert "JPEG file is damaged" in refusal(data)
    size = good.index(b"\xff\xc2") + 5
    assert "65,000 × 65,000" in refusal(
        good[:size] + struct.pack(">HH", 65_000, 65_000) + good[size + 4 :]
    )


# --- WebP, GIF, BMP ------------------------------------------------------------------------


@pytest.mark.parametrize("lossless", [True, False])
def test_webp(lossless):
    data = saved(SMOOTH, "WEBP", lossless=lossless, quality=100)
    assert np.abs(decode_image(data).astype(int) - SMOOTH).mean() <= (0 if lossless else 8)
    for cut in (-1, 40, 20, 14, 12):
        assert "WebP file is damaged" in refusal(data[:cut])


def test_webp_alpha_first_frame_and_claim():
    clear = np.dstack([PHOTO, np.full(PHOTO.shape[:2], 51, np.uint8)])
    expected = on_white(PHOTO / 255, 0.2)
    still = saved(clear, "WEBP", lossless=True, exact=True)
    assert np.abs(decode_image(still) - expected).max() <= 0.51
    frames = [Image.fromarray(PHOTO[::-1].copy())]
    moving = saved(
        Image.fromarray(PHOTO), "WEBP", save_all=True, append_images=frames, lossless=True
    )
    assert np.array_equal(decode_image(moving), PHOTO)
    at = moving.index(b"VP8X") + 12
    assert "16,777,216 × 16,777,216" in refusal(moving[:at] + b"\xff" * 6 + moving[at + 6 :])


def test_gif_first_frame_and_transparency():
    frames = [Image.new("RGB", (4, 3), colour) for colour in ("red", "blue")]
    moving = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert (decode_image(moving) == [255, 0, 0]).all()
    clear = gif((2, 1), (0, 0, 2, 1), control=b"!\xf9\4\1\0\0\1\0")
    assert (decode_image(clear) == 255).all()


def test_gif_frames_that_do_not_match_the_canvas():
    small = decode_image(gif((6, 5), (1, 2, 3, 2)))
    assert small.shape == (5, 6, 3)
    assert (small[2:4, 1:4] == [255, 0, 0]).all() and (small == 255).all(axis=2).sum() == 24
    assert decode_image(gif((1, 1), (0, 0, 3, 2))).shape == (2, 3, 3)
    assert "65,535 × 65,535" in refusal(gif((1, 1), (0, 0, 65_535, 65_535), frame_data=b"\2\0"))
    assert "60,000 × 60,001" in refusal(gif((1, 1), (59_999, 60_000, 1, 1), frame_data=b"\2\0"))
    assert "60,000 × 60,000" in refusal(gif((60_000, 60_000), (0, 0, 1, 1)))


def test_gif_breaks():
    good = gif((4, 4), (0, 0, 4, 4))
    for data in (
        good[:-3],
        good[:30],
        good[:13],
        good[:6],
        good[:19] + b";",
        good[:19] + b"!\xfe" + b"\1a" * 10**5,
        gif((9, 9), (0, 0, 9, 9), frame_data=b"\2\0"),
    ):
        assert "GIF file is damaged" in refusal(data)  # fmt: skip


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_bmp(mode):
    image = Image.fromarray(SMOOTH).convert(mode)
    data = saved(image, "BMP")
    assert np.array_equal(decode_image(data), np.array(image.convert("RGB")))
    for cut in (-8, 60, 20, 10, 2):
        assert "BMP file is damaged" in refusal(data[:cut])


def test_bmp_rle_and_claims():
    assert decode_image(bmp_rle8(3, 1, b"\3\1\0\1")).tolist() == [[[20, 30, 40]] * 3]
    assert "BMP file is damaged" in refusal(bmp_rle8(4000, 6000, b"\0\2\0\0" * 1000))
    assert "30,000 × 30,000" in refusal(bmp_rle8(30_000, -30_000, b""))
    assert "BMP file is damaged" in refusal(bmp_rle8(-3, 3, b""))


# --- the way up ----------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_in_each_format(orientation):
    transposed = Image.Exif()
    transposed[0x0112] = orientation
    for file_format in ("PNG", "WEBP", "JPEG"):
        data = saved(
            SMOOTH,
            file_format,
            exif=transposed,
            **{"lossless": True} if file_format == "WEBP" else {},
        )
        upright = {
            1: np.array,
            2: np.fliplr,
            3: lambda x: np.rot90(x, 2),
            4: np.flipud,
            5: lambda x: np.swapaxes(x, 0, 1),
            6: lambda x: np.rot90(x, -1),
            7: lambda x: np.rot90(np.swapaxes(x, 0, 1), 2),
            8: np.rot90,
        }[orientation]
        stored = np.array(Image.open(io.BytesIO(data)).convert("RGB"))
        pixels = decode_image(data)
        assert np.array_equal(pixels, upright(stored))
        assert pixels.flags.c_contiguous and pixels.flags.writeable


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("value", [0, 6, 9, 65535])
def test_orientation_in_either_byte_order_and_none_where_it_is_impossible(order, value):
    data = png_of(PHOTO, 8, 2, chunk(b"eXIf", exif(value, order)))
    assert decode_image(data).shape == ((31, 24, 3) if value == 6 else (24, 31, 3))


# --- what is no picture --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (bytes(MAX_BYTES + 1), "is 10.00 MB and the limit is 10 MB"),
        (bytes(13 * 2**20), "is 13.00 MB"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC .* Most Compatible"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC .* as JPEG"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "AVIF .* export it as PNG or JPEG"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", "a video"),
        (b"\0\0\0\x14ftypqt  ", "a video"),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"%PDF-1.7\n", "PDF"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"\n<svg/>", "SVG"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"8BPS\0\1", "Photoshop"),
        (b"\0\0\1\0\1\0", "icon"),
        (b"PK\3\4", "archive or an office document"),
        (b"RIFF\0\0\0\0AVI LIST", "a video or a sound"),
        (b"\x1a\x45\xdf\xa3", "a video"),
        (b"hello", "not a picture"),
        (bytes(100), "not a picture"),
        ("text", "Received: str"),
        (None, "Received: NoneType"),
        (PHOTO, "Received: ndarray"),
        (io.BytesIO(b"x"), "Received: BytesIO"),
        ([1, 2], "Received: list"),
    ],
)
def test_refusals_say_what_it_is_and_what_to_do(data, words):
    assert re.search(words, refusal(data))


def test_other_buffers_of_bytes_are_read():
    data = png_of(PHOTO, 8, 2)
    for buffer in (bytearray(data), memoryview(data)):
        assert np.array_equal(decode_image(buffer), PHOTO)


def test_an_image_error_is_a_value_error():
    assert issubclass(ImageError, ValueError)


# --- anything at all -----------------------------------------------------------------------

SEEDS = [
    png_of(PHOTO, 8, 2),
    png_of(PHOTO.astype(np.uint16) * 257, 16, 2),
    palette_png([chunk(b"tRNS", b"\xff\x80")]),
    saved(SMOOTH, "JPEG", exif=b"Exif\0\0" + exif(6)),
    saved(SMOOTH, "JPEG", progressive=True),
    saved(inks(1, 2, 3, 4), "JPEG"),
    saved(SMOOTH, "WEBP", exif=exif(6)),
    saved(SMOOTH, "WEBP", lossless=True),
    saved(np.dstack([SMOOTH, SMOOTH[..., :1]]), "WEBP"),
    gif((8, 8), (0, 0, 8, 8)),
    saved(Image.fromarray(SMOOTH), "BMP"),
    saved(Image.fromarray(SMOOTH).convert("P"), "BMP"),
    bmp_rle8(3, 1, b"\3\1\0\1"),
]
STARTS = [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"BM", b"RIFF\x40\0\0\0WEBPVP8 "]


def repaired(data):
    """Correct the checksums of a PNG, so that a change gets past them."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    at, parts = 8, [data[:8]]
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        parts.append(chunk(data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += length + 12
    return b"".join(parts)


@settings(max_examples=300, deadline=None)
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=300))
def test_any_bytes(start, rest):
    decodes_or_refuses(start + rest)


@settings(max_examples=1500, deadline=None)
@given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=4),
    near_start=st.booleans(),
    keep=st.one_of(st.just(1.0), st.floats(0, 1)),
)
def test_flipped_and_truncated_files(seed, changes, near_start, keep):
    data = bytearray(seed)
    reach = min(len(data), 64) if near_start else len(data)
    for place, value in changes:
        data[int(place * (reach - 1))] = value
    data = repaired(bytes(data))
    decodes_or_refuses(data[: int(keep * len(data))])


@pytest.mark.parametrize("seed", SEEDS)
def test_every_truncation_is_refused_or_whole(seed):
    whole = decode_image(seed)
    for end in range(len(seed) - 1):
        pixels = decodes_or_refuses(seed[:end])
        assert pixels is None or np.array_equal(pixels, whole)  # only a trailer was missing


# --- the world's worst files ---------------------------------------------------------------


@pytest.mark.parametrize("path", shared_files(), ids=lambda path: path.name)
def test_shared_files_decode_or_are_refused_silently(path, capfd, recwarn):
    data = path.read_bytes()
    pixels = decodes_or_refuses(data)
    assert capfd.readouterr() == ("", "") and not recwarn.list
    if pixels is None:
        refusal(data)
        return
    with Image.open(io.BytesIO(data)) as image:
        assert image.format in ("PNG", "JPEG", "MPO", "WEBP", "GIF", "BMP")


@pytest.mark.parametrize("colour", CHANNELS)
def test_sixteen_bits_over_several_bands(colour, monkeypatch):
    samples = np.random.default_rng(colour).integers(0, 2**16, (7, 5, CHANNELS[colour]))
    data = png_of(samples.astype(np.uint16), 16, colour)
    whole = decode_image(data)
    monkeypatch.setattr(decode, "_BAND_PIXELS", 10)
    assert np.array_equal(decode_image(data), whole)
    shown = samples[..., :3] if colour == 2 else None
    assert shown is None or np.array_equal(whole, (shown + 128) // 257)


def six_at_once(side, monkeypatch, decoder):
    monkeypatch.setattr(decode, "_decode", decoder)
    data = saved(Image.new("L", (side, side)), "PNG")
    with ThreadPoolExecutor(6) as threads:
        return list(threads.map(decode_image, [data] * 6))


def test_large_pictures_are_decoded_two_at_a_time(monkeypatch):
    busy, lock, seen = [], threading.Lock(), []

    def slowly(container):
        with lock:
            busy.append(container)
            seen.append(len(busy))
        time.sleep(0.02)
        with lock:
            busy.pop()
        return np.zeros((1, 1, 3), np.uint8)

    assert len(six_at_once(2001, monkeypatch, slowly)) == 6 and max(seen) <= 2


def test_small_pictures_wait_for_nobody(monkeypatch):
    together = threading.Barrier(6, timeout=20)

    def with_the_others(container):
        together.wait()
        return np.zeros((1, 1, 3), np.uint8)

    assert len(six_at_once(2000, monkeypatch, with_the_others)) == 6


@pytest.mark.parametrize("path", shared_files("pngsuite/png"), ids=lambda path: path.stem)
def test_pngsuite_agrees_with_opencv(path):
    data = path.read_bytes()
    if path.name.startswith("x"):
        assert "PNG file" in refusal(data)
        return
    stored = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    samples = np.atleast_3d(stored / np.iinfo(stored.dtype).max)
    if samples.shape[2] == 4:
        colour, alpha = samples[..., 2::-1], samples[..., 3:]
    else:
        colour, alpha = samples[..., ::-1], np.ones(1)
    assert np.abs(decode_image(data) - on_white(colour, alpha)).max() <= 0.51


def test_exif_orientations_show_one_picture():
    pictures = [
        cv2.resize(decode_image(path.read_bytes()), (90, 60), interpolation=cv2.INTER_AREA)
        for path in shared_files("exif_orientation")
        if path.suffix == ".jpg"
    ]
    for picture in pictures[1:]:
        assert np.abs(picture.astype(int) - pictures[0]).mean() < 3


def test_shared_heic_is_recognised():
    for path in shared_files("pillow_tests_images/avif"):
        text = refusal(path.read_bytes())
        assert ("HEIC" if path.suffix == ".heif" else "AVIF") in text


# --- parts without end ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        png((2, 2, 8, 0), bytes(6), *[chunk(b"teXt")] * 9000),
        gif((2, 2), (0, 0, 2, 2), b"!\xfe\1\0\0" * 40_000),
        gif((2, 2), (0, 0, 2, 2), b"!\xfe" + b"\1\0" * 70_000 + b"\0"),
        saved(PHOTO, "WEBP") + bytes(8 * 5000),
    ],
    ids=["PNG", "GIF", "GIF, one comment", "WebP"],
)
def test_a_picture_of_more_parts_than_any_needs_is_refused(data):
    if data.startswith(b"RIFF"):
        data = data[:4] + struct.pack("<I", len(data) - 8) + data[8:]
    assert "damaged" in refusal(data)
