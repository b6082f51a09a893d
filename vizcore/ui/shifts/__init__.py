"""A digit that is moved by pixels, before two networks: all their answers at once."""

from hashlib import blake2b

import numpy as np

from vizcore.ui.assets import pack, register

_component = register("shifts", "board")


def shifts(
    levels,
    probabilities,
    accuracy=None,
    count=0,
    *,
    most,
    title,
    truth,
    names,
    classes,
    down,
    right,
    visit,
    key,
):
    """Show a picture that one moves, and what networks make of it at every place.

    Moving costs no server traffic; how far it is moved is kept in the address, as ``down=`` and
    ``right=``.

    Parameters
    ----------
    levels : ndarray of uint8, (H, W, 1 or 3)
        Not moved.
    probabilities : ndarray of float32, (networks, (2 · most + 1)², classes)
        For each move of `vizcore.nets.shifting.plane`.
    accuracy : ndarray of float32, (networks, (2 · most + 1)²), optional
        The share of other pictures that each network gets right when they are moved so.
    count : int
        How many others these are.
    most : int
        Pixels each way.
    title : str
        What the picture is called.
    truth : int
        Its class.
    names : sequence of str
        What the networks are called.
    classes : sequence of str
    down, right : int
        By how many pixels it is moved at first.
    visit : hashable
        Another value makes the browser go there.
    key : str
        The component's key on the page.
    """
    header = {
        "shape": levels.shape,
        "count": count,
        "most": most,
        "title": title,
        "truth": truth,
        "names": list(names),
        "classes": list(classes),
    }
    parts = (
        np.ascontiguousarray(levels, "u1").tobytes(),
        np.ascontiguousarray(probabilities, "<f4").tobytes(),
        b"" if accuracy is None else np.ascontiguousarray(accuracy, "<f4").tobytes(),
    )
    stamp = blake2b(repr(header).encode() + b"".join(parts), digest_size=12).hexdigest()
    place = {"stamp": stamp, "down": down, "right": right, "visit": repr(visit)}
    _component(key=key, data=pack(header | place, *parts))
