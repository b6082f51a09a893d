"""A gallery: small pictures in a grid, page by page, one of them enlarged on demand."""

from hashlib import blake2b

import numpy as np

from vizcore.ui.assets import pack, register

_component = register("gallery")

LARGEST_SIDE = 96
"""CSS pixels of a picture's longer side in the grid."""


def gallery(pictures, captions=None, *, label, key, per_page=60, zoom=None):
    """Show small pictures in a grid.

    All of them are sent at once and paged in the browser: some thousands at most. Arrow keys walk,
    Page Up and Page Down turn pages, Enter or a click enlarges, Escape closes.

    Parameters
    ----------
    pictures : ndarray of uint8, shape (N, H, W, C)
        C is 1 for grey or 3 for red, green and blue.
    captions : sequence of str, optional
        A plain text under each picture.
    label : str
        What these pictures are, for those who do not see them.
    key : str
        The component's key on the page.
    per_page : int
        Pictures in the grid at a time.
    zoom : float, optional
        CSS pixels for each pixel; by default the largest whole number up to which a picture is at
        most `LARGEST_SIDE` wide and high.

    Raises
    ------
    ValueError
        When pictures or captions have another shape.
    """
    _component(key=key, data=_packed(pictures, captions, label, per_page, zoom))


def _packed(pictures, captions, label, per_page, zoom):
    pictures = np.ascontiguousarray(pictures)
    if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[3] not in (1, 3):
        raise ValueError(
            "pictures must be uint8 of shape (N, H, W, 1) or (N, H, W, 3)."
            f" Received: {pictures.dtype} of shape {pictures.shape}"
        )
    count, rows, columns, channels = pictures.shape
    captions = None if captions is None else [str(one) for one in captions]
    if captions is not None and len(captions) != count:
        raise ValueError(
            f"captions must be {count}, one for each picture. Received: {len(captions)}"
        )
    levels = pictures.tobytes()
    header = {
        "count": count,
        "rows": rows,
        "columns": columns,
        "channels": channels,
        "captions": captions,
        "label": label,
        "perPage": per_page,
        "zoom": zoom or _zoom(max(rows, columns, 1)),
    }
    stamp = blake2b(levels, digest_size=12)
    stamp.update(repr(header).encode())
    return pack(header | {"stamp": stamp.hexdigest()}, levels)


def _zoom(side):
    """Enlarge by a whole number, so that all pixels are alike; shrink by any.

    Examples
    --------
    >>> [_zoom(side) for side in (8, 28, 32, 64, 192)]
    [12, 3, 3, 1, 0.5]
    """
    return LARGEST_SIDE // side if side <= LARGEST_SIDE else LARGEST_SIDE / side
