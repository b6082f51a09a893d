"""Uploaded bytes to pixels, or one sentence on what to do instead."""

import io
import threading
from contextlib import nullcontext

import numpy as np
from PIL import Image, ImageChops

from vizcore.imaging.containers import PNG_GREY_ALPHA, Container, reader_of
from vizcore.imaging.foreign import describe_foreign

MAX_BYTES = 10 * 2**20
MAX_PIXELS = 24_000_000

# Where a picture is converted, it is done in bands of about this many pixels, so that wide
# intermediate numbers never exist for the whole of it and stay in the processor's cache.
_BAND_PIXELS = 2**16

# The largest pictures take some 400 MB while they are decoded, so not all visitors' at once.
_LARGE_PIXELS = 4_000_000
_places_for_large = threading.BoundedSemaphore(2)


class ImageError(ValueError):
    """An upload that cannot be used; the text tells the visitor why and what to do."""


def decode_image(data: bytes) -> np.ndarray:
    """Decode a PNG, JPEG, WebP, GIF or BMP file, judged by its content.

    The first picture of an animation or an MPO file is taken and turned upright by its EXIF
    orientation; transparency is laid on white, 16 bits become 8 by rounding v / 257, grey
    becomes RGB. Colour profiles, gamma and every other metadata are ignored.

    Parameters
    ----------
    data : bytes
        The file, at most `MAX_BYTES` long and `MAX_PIXELS` large.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)
        Red, green and blue; writable.

    Raises
    ------
    ImageError
        For anything else, with one sentence a visitor can act on.

    Examples
    --------
    >>> from vizcore.imaging.encode import to_png
    >>> decode_image(to_png(np.array([[0, 255]], np.uint8))).tolist()
    [[[0, 0, 0], [255, 255, 255]]]
    """
    data = _checked_bytes(data)
    container = _read_container(data)
    _check_size(container)
    is_large = container.width * container.height > _LARGE_PIXELS
    try:
        with _places_for_large if is_large else nullcontext():
            return _upright(_decode(container), container.orientation)
    except Exception as error:  # decoders fed hostile bytes raise what they like
        raise _damaged(container.format) from error


def _checked_bytes(data: bytes) -> bytes:
    if not isinstance(data, bytes | bytearray | memoryview):
        raise ImageError(
            f"A picture must be given as the bytes of its file. Received: {type(data).__name__}."
        )
    size = memoryview(data).nbytes
    if size == 0:
        raise ImageError("This file is empty: choose a PNG, JPEG, WebP, GIF or BMP picture.")
    if size > MAX_BYTES:
        raise ImageError(
            f"This file is {size / 2**20:.2f} MB and the limit is {MAX_BYTES // 2**20} MB:"
            " save the picture smaller, or as a JPEG."
        )
    return bytes(data)


def _read_container(data: bytes) -> Container:
    found = reader_of(data)
    if found is None:
        raise ImageError(describe_foreign(data))
    name, reader = found
    try:
        return reader(data)
    except Exception as error:  # a broken file may fail at any of its fields
        raise _damaged(name) from error


def _check_size(container: Container) -> None:
    width, height = container.width, container.height
    if width < 1 or height < 1:
        raise _damaged(container.format)
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"This picture has {width:,} × {height:,} = {width * height:,} pixels and the limit"
            f" is {MAX_PIXELS:,}: scale it down, then choose it again."
        )


def _damaged(name: str) -> ImageError:
    return ImageError(
        f"This {name} file is damaged, cut short or of an unusual variant: open it in an image"
        " viewer and save it again as PNG or JPEG."
    )


def _decode(container: Container) -> np.ndarray:
    """Decode to uint8 (H, W, 3), as stored: not yet turned."""
    samples = _samples(container)
    height, width = samples.shape[:2]
    plain = samples.dtype == np.uint8 and samples.ndim == 3 and samples.shape[2] == 3
    if plain and container.transparent is None:
        pixels = samples
    else:
        pixels = np.empty((height, width, 3), np.uint8)
        step = max(1, _BAND_PIXELS // width)
        for top in range(0, height, step):
            band = slice(top, top + step)
            pixels[band] = _to_rgb(samples[band], container)
    return pixels if container.frame is None else _on_canvas(pixels, container.frame)


def _samples(container: Container) -> np.ndarray:
    """Let Pillow read the file's own channels: uint8 or uint16, (H, W) or (H, W, C)."""
    image = _load(container)
    if container.format == "PNG" and container.depth == 16:
        return _samples_16(container, image)
    if image.mode == "CMYK":
        # Adobe stores ink inverted and says so by its marker; Pillow takes all files for such.
        inks = image if "adobe" in image.info else ImageChops.invert(image)
        image = inks.convert("RGB")
    elif image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    return np.array(image)


def _load(container: Container, layout: str | None = None) -> Image.Image:
    """Decode with Pillow; `layout` says what the stored bytes mean, if not what the file says."""
    image = Image.open(io.BytesIO(container.data), formats=[container.format.upper()])
    if image.size != (container.width, container.height):
        raise ValueError("the decoder disagrees with the header")
    if layout:
        image.tile = [part._replace(args=layout) for part in image.tile]
    image.load()
    return image


def _samples_16(container: Container, image: Image.Image) -> np.ndarray:
    """Read 16-bit samples, of which Pillow keeps only the high bytes except in grey.

    Grey with alpha takes four bytes a pixel, like RGBA, and is read as such: high and low byte
    of the grey, then of the alpha. Of colours the low bytes are the high ones of a file whose
    bytes are swapped.
    """
    if image.mode == "I;16":
        return np.array(image)
    if container.colour == PNG_GREY_ALPHA:
        return np.array(_load(container, "RGBA")).view(">u2")
    return _DeepSamples(image, _load(container, f"{image.mode};16L"))


class _DeepSamples:
    """Samples whose high and low bytes are two images; they are joined for a band of rows only.

    All of them at a time take 400 MB.
    """

    dtype, ndim = np.dtype(np.uint16), 3

    def __init__(self, high: Image.Image, low: Image.Image) -> None:
        self._high, self._low = high, low
        self.shape = (high.height, high.width, len(high.getbands()))

    def __getitem__(self, rows: slice) -> np.ndarray:
        height, width = self.shape[:2]
        box = (0, rows.start, width, min(rows.stop, height))
        high, low = (np.asarray(one.crop(box)) for one in (self._high, self._low))
        return high.astype(np.uint16) << 8 | low


def _to_rgb(samples: np.ndarray, container: Container) -> np.ndarray:
    """Lay on white, scale to 8 bits and spread to three channels."""
    if samples.ndim == 2:
        samples = samples[..., np.newaxis]
    white = np.iinfo(samples.dtype).max
    if samples.shape[2] in (2, 4):
        # White times white still fits the doubled width: 65535 · 65535 < 2³².
        wide = samples.astype(np.uint32 if white > 255 else np.uint16)
        colour, alpha = wide[..., :-1], wide[..., -1:]
        samples = (colour * alpha + white * (white - alpha) + white // 2) // white
    elif container.transparent is not None:
        samples = np.where(_equals(samples, container.transparent), white, samples)
    if white > 255:
        samples = (samples.astype(np.uint32) + 128) // 257
    return np.broadcast_to(samples, (*samples.shape[:2], 3))


def _equals(samples: np.ndarray, colour: tuple[int, ...]) -> np.ndarray:
    """Compare pixels (H, W, C) to one colour: (H, W, 1)."""
    return (samples == np.array(colour, samples.dtype)).all(axis=-1, keepdims=True)


def _on_canvas(pixels: np.ndarray, frame: tuple[int, int, int, int]) -> np.ndarray:
    """Keep what a GIF's frame covers; the rest of its canvas is transparent, as browsers show."""
    left, top, right, bottom = frame
    canvas = np.full_like(pixels, 255)
    canvas[top:bottom, left:right] = pixels[top:bottom, left:right]
    return canvas


def _upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Undo an EXIF orientation: 5 to 8 mirror the diagonal, then rows or columns turn round.

    >>> _upright(np.array([[1, 2]]), 6).tolist()
    [[1], [2]]
    """
    if orientation > 4:
        pixels = pixels.swapaxes(0, 1)
    rows = slice(None, None, -1 if orientation in (3, 4, 7, 8) else None)
    columns = slice(None, None, -1 if orientation in (2, 3, 6, 7) else None)
    return np.ascontiguousarray(pixels[rows, columns])
