"""The loupe: a photo before and after its filters, and the arithmetic under the pointer."""

from dataclasses import dataclass

import cv2
import numpy as np

from vizcore.imaging.stack import placement
from vizcore.ui.assets import pack, register
from vizcore.ui.numbers import readable
from vizcore.ui.photo_pixels import photo_pixels, pixel_digest

_component = register("loupe")

BARS = 64
BRIGHT = 200
"""A response to begin with: one that is seen, and not clipped."""

JPEG_QUALITY = 92


@dataclass(frozen=True, eq=False)
class Shown:
    """What the loupe shows beside the photo.

    Attributes
    ----------
    image : ndarray of uint8, (H, W) or (H, W, 3)
        The photo that the first pass reads.
    digest : str
        `pixel_digest` of the image.
    passes : tuple of vizcore.imaging.stack.Pass
    edges : str
        As in `vizcore.imaging.stack.apply_stack`.
    response : ndarray of float32
        The raw response of the last pass.
    display : ndarray of uint8
        The response under its display mapping.
    mapping : str
        The display mapping, as in `vizcore.imaging.to_display`.
    """

    image: np.ndarray
    digest: str
    passes: tuple
    edges: str
    response: np.ndarray
    display: np.ndarray
    mapping: str


def loupe(shown, *, title, label, key, clipped_text=None, after="After", tallest=560):
    """Draw the photo before and after, with its loupe.

    The probed pixel, the zoom and the divider live in the browser: moving them costs no traffic.

    Parameters
    ----------
    shown : Shown
    title : str
        What the arithmetic below the picture belongs to.
    label : str
        The picture in words, for those who do not see it.
    key : str
        The component's key on the page.
    clipped_text : str, optional
        The histogram's caption; without it there is no histogram.
    after : str
        What stands on the picture's right half.
    tallest : int
        The picture's greatest height in CSS pixels.
    """
    photo_pixels(shown.image, shown.digest, key=f"{key}.pixels")
    kind, picture = _encoded(shown.display)
    header = _header(shown) | {
        "title": title,
        "label": label,
        "tallest": tallest,
        "afterTag": after,
        "type": kind,
        "stamp": pixel_digest(shown.display) + _passes_digest(shown.passes),
        "histogram": _histogram(shown.response) if clipped_text else None,
        "clippedText": clipped_text,
    }
    _component(key=key, data=pack(header, picture))


def _header(shown):
    low, high = float(shown.response.min()), float(shown.response.max())
    axes = [_axis(n, shown, axis) for axis, n in enumerate(shown.image.shape[:2])]
    return {
        "photo": shown.digest,
        "depth": shown.image.shape[2] if shown.image.ndim == 3 else 1,
        "passes": [
            {"kernels": [k.tolist() for k in one.kernels], "bias": one.bias, "stride": one.stride}
            for one in shown.passes
        ],
        "edges": shown.edges,
        "rows": axes[0],
        "columns": axes[1],
        "probe": _telling_pixel(shown.response),
        "mapping": {"name": shown.mapping, "limit": max(-low, high), "low": low, "high": high},
        "mappingText": _mapping_text(shown.mapping, low, high),
        "unclipped": {"clamp": (0, 255), "absolute": (-255, 255)}.get(shown.mapping, (low, high)),
    }


def _telling_pixel(response):
    """Return a pixel that the filter answers brightly, in the middle half of the picture."""
    rows, columns = (n // 4 for n in response.shape[:2])
    middle = response[rows : rows + max(1, 2 * rows), columns : columns + max(1, 2 * columns)]
    grey = middle if middle.ndim == 2 else middle[..., 0]
    row, column = np.unravel_index(np.abs(grey - BRIGHT).argmin(), grey.shape)
    return [int(row) + rows, int(column) + columns]


def _mapping_text(mapping, low, high):
    """Say how a response becomes the grey level shown, with the picture's numbers."""
    if mapping == "signed":
        limit = max(-low, high)
        return f"Shown = 128 + 127 · response / {readable(limit)}. Rounded to two decimals here."
    if mapping == "stretch":
        above = f"(response − {readable(low)})".replace("− −", "+ ")
        return f"Shown = 255 · {above} / {readable(high - low)}. Rounded to two decimals here."
    if mapping == "absolute":
        return "Shown: the response without its sign, and 255 (white) where it is larger."
    return "Shown: the response, but 0 (black) where it is negative and 255 (white) above that."


def _axis(n, shown, axis):
    place = placement(n, shown.passes, axis, edges=shown.edges)
    reach, start, step = 1, 0, 1
    for one, before in zip(shown.passes, place.befores, strict=True):
        reach += (one.kernels[0].shape[axis] - 1) * step
        start -= before * step
        step *= one.stride
    return {
        "first": place.first,
        "step": place.step,
        "count": place.count,
        "befores": place.befores,
        "counts": place.counts,
        "fieldStart": start,
        "fieldSize": reach,
    }


def _encoded(display):
    """Full colour resolution, since a filter's coloured edges are what one came to see."""
    pixels = display if display.ndim == 2 else display[..., ::-1]
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
               cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]  # fmt: skip
    return "image/jpeg", cv2.imencode(".jpg", pixels, options)[1].tobytes()


def _histogram(response):
    low, high = float(response.min()), float(response.max())
    if low == high:
        half = max(0.5, abs(low) / 1000)  # Half a grey level would drown in a large float32.
        low, high = low - half, high + half
    ends = [low, np.nextafter(np.float32(high), np.float32(np.inf))]
    counts = cv2.calcHist([response.reshape(-1, 1)], [0], None, [BARS], ends)
    return {"low": low, "high": high, "counts": counts.ravel().astype(int).tolist()}


def _passes_digest(passes):
    return str(hash(tuple((*(k.tobytes() for k in p.kernels), p.bias, p.stride) for p in passes)))
