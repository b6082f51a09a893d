"""A feature map before and after its activation, pixel by pixel, on one scale of colours."""

import numpy as np

from vizcore.ui.assets import pack, register

_component = register("before_after")


def before_after(photo, before, after, *, title, formula, key):
    """Draw a photo, its feature map, and what the activation makes of the map.

    The pixel under the pointer lives in the browser: moving it costs no traffic.

    Parameters
    ----------
    photo : ndarray of uint8, (H, W)
        In grey levels.
    before, after : ndarray, (H, W)
    title : str
        The activation's name.
    formula : str
        What it computes, with ``r`` for the response.
    key : str
        The component's key on the page.
    """
    header = {
        "rows": before.shape[0],
        "columns": before.shape[1],
        "limit": float(max(np.abs(before).max(), np.abs(after).max())) or 1.0,
        "title": title,
        "formula": formula,
        "at": [int(i) for i in np.unravel_index(np.argmin(before), before.shape)],
        "shares": [_shares(before), _shares(after)],
    }
    planes = (np.ascontiguousarray(one, dtype="<f4").tobytes() for one in (before, after))
    _component(key=key, data=pack(header, np.ascontiguousarray(photo).tobytes(), *planes))


def _shares(array):
    """How much of a map is negative, zero and positive."""
    return [float(np.mean(part)) for part in (array < 0, array == 0, array > 0)]
