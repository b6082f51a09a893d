"""Raw responses to grey levels that a screen can show."""

import numpy as np

from vizcore.ops.arrays import as_choice, as_real

MAPPINGS = ("clamp", "absolute", "signed", "stretch")

# Numbers converted at a time: few enough for the steps to find them in the processor's cache.
_BAND = 2**16


def to_display(response, mapping) -> np.ndarray:
    """Map a response of any range to 0–255, rounding half to even.

    Parameters
    ----------
    response : array_like, any shape
        Finite numbers, such as `filter_image` returns.
    mapping : {"clamp", "absolute", "signed", "stretch"}
        ``"clamp"`` cuts below 0 and above 255; ``"absolute"`` drops the sign, then cuts above
        255; ``"signed"`` is 128 + 127 · r / max|r|, zero mid-grey; ``"stretch"`` takes the
        smallest of all values to 0 and the largest to 255, and a constant to 128.

    Returns
    -------
    ndarray of uint8, shape of `response`

    Raises
    ------
    ValueError
        For another mapping, or a NaN or an infinity.

    Examples
    --------
    >>> for mapping in MAPPINGS:
    ...     print(mapping, to_display([-510, 0, 2.5, 255], mapping))
    clamp [  0   0   2 255]
    absolute [255   0   2 255]
    signed [  1 128 129 192]
    stretch [  0 170 171 255]
    """
    mapping = as_choice(mapping, "mapping", MAPPINGS)
    response, low, high = _finite(response)
    peak, span = max(-low, high), high - low
    if not (peak if mapping == "signed" else span if mapping == "stretch" else True):
        return np.full(response.shape, 128, np.uint8)
    grey = {
        "clamp": lambda r: np.clip(r, 0, 255),
        "absolute": lambda r: np.minimum(np.abs(r), 255),
        "signed": lambda r: 128 + _double(r, 127) / peak,
        "stretch": lambda r: _double(np.subtract(r, low, dtype=np.float64), 255) / span,
    }
    return _rounded(response, grey[mapping])


def clipped_fraction(response, mapping) -> float:
    """Return the share of values that a mapping cuts off: 0 for ``"signed"`` and ``"stretch"``.

    Parameters
    ----------
    response : array_like, any shape
    mapping : {"clamp", "absolute", "signed", "stretch"}
        ``"clamp"`` cuts what is outside 0–255, ``"absolute"`` what is beyond ±255.

    Returns
    -------
    float
        0 to 1.

    Examples
    --------
    >>> [clipped_fraction([-300, -1, 0, 256], mapping) for mapping in MAPPINGS]
    [0.75, 0.5, 0.0, 0.0]
    """
    mapping = as_choice(mapping, "mapping", MAPPINGS)
    response, low, high = _finite(response)
    floor = {"clamp": 0, "absolute": -255}.get(mapping)
    if floor is None or (low >= floor and high <= 255):
        return 0.0
    cut = np.count_nonzero(response < floor) + np.count_nonzero(response > 255)
    return float(cut / response.size)


def _finite(response):
    """Read the response, and its smallest and largest value, which show a NaN or an infinity."""
    if not (isinstance(response, np.ndarray) and response.dtype == np.float32 and response.size):
        response = as_real(response, "response", dtype=np.float64)
    low, high = float(response.min()), float(response.max())
    if not np.isfinite(low + high):
        raise ValueError("response must hold finite numbers. Received: NaN or infinity")
    return response, low, high


def _rounded(response, grey):
    """Apply `grey` and round half to even, band by band."""
    flat, out = response.reshape(-1), np.empty(response.size, np.uint8)
    for start in range(0, flat.size, _BAND):
        band = slice(start, start + _BAND)
        out[band] = np.rint(grey(flat[band]))
    return out.reshape(response.shape)


def _double(r, factor):
    """Multiply in double precision, so that what should be a half is one."""
    return np.multiply(r, factor, dtype=np.float64)
