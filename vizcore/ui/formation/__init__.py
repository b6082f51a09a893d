"""How a network formed: its first kernels, and one picture's maps, epoch by epoch."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from vizcore.ui.assets import pack, register
from vizcore.ui.network_prediction import judged

_component = register("formation", "player", "board")

MOST_TILES = 64
"""Kernels that are drawn; a layer's maps are no more than that in a snapshot."""

GUESSES = 3
"""Classes that are named for the probe, the likeliest first."""

_COLOURS = ("Red", "Green", "Blue")


@dataclass(frozen=True, eq=False)
class Formation:
    """What is shown of a run.

    Attributes
    ----------
    epochs : tuple of int
        E epochs, ascending; 0 is before training.
    kernels : ndarray of float32, shape (E, rows, columns, channels, filters), or None
        Of the first convolution.
    maps : ndarray of float16, shape (E, rows, columns, maps), or None
        Of one layer, for the probe.
    probabilities : ndarray of float32, shape (E, K), or None
        What the network takes the probe for.
    """

    epochs: tuple
    kernels: np.ndarray | None = None
    maps: np.ndarray | None = None
    probabilities: np.ndarray | None = None


def contents(formed, *, figures, layer="", channels=0, classes=(), probe=None, note="", still=()):
    """Write a formation as the browser reads it; worth keeping, as it takes a while.

    Kernels are sent as float32 and maps as float16, as they were kept: what one reads at a pixel
    is what the snapshot holds.

    Parameters
    ----------
    formed : Formation
    figures : sequence of str
        What was measured after each of its epochs.
    layer : str
        Whose maps these are.
    channels : int
        How many maps that layer has, with those that are not kept.
    classes : sequence of str
        Names, in the order of the probabilities.
    probe : vizcore.compute.run_files.Probe, optional
    note : str
        What is to be known about the choice of epochs.
    still : sequence of str
        "kernel" and "map" where these are frozen: a course over the epochs would tell nothing.

    Returns
    -------
    tuple
        What `formation` takes: a header and three parts.
    """
    kernels, maps = formed.kernels, formed.maps
    drawn = None if kernels is None else kernels[..., :MOST_TILES]
    header = {
        "epochs": list(formed.epochs),
        "figures": list(figures),
        "note": note,
        "still": list(still),
        "kernels": _shape(drawn),
        "filters": 0 if kernels is None else kernels.shape[-1],
        "views": [] if kernels is None else _views(kernels),
        "layer": layer,
        "maps": _shape(maps),
        "channels": channels,
        "mapLimit": 0 if maps is None else largest(maps),
        "probe": None if probe is None else list(probe.picture.shape),
        "truth": None if probe is None or not classes else _name(classes, probe.truth),
        "guesses": _guesses(formed.probabilities, classes),
        "verdicts": _verdicts(formed.probabilities, classes, probe),
    }
    picture = None if probe is None else probe.picture
    parts = _bytes(drawn, "<f4"), _bytes(maps, "<f2"), _bytes(picture, "u1")
    stamp = blake2b(repr(header).encode(), digest_size=12)
    for part in parts:
        stamp.update(part)
    return header | {"stamp": stamp.hexdigest()}, *parts


def formation(shown, *, run, epoch, visit, key):
    """Show how a network formed; going through the epochs costs no server traffic.

    The epoch is kept in the address, as ``epoch=``; at the last one nothing is written there, and
    the picture follows a run that is still being trained.

    Parameters
    ----------
    shown : tuple
        As `contents` wrote it.
    run : str
        The run's id, as ``run=`` in the address has it.
    epoch : int
        The epoch to begin with; −1 for the last.
    visit : hashable
        Another value makes the browser go to `epoch`.
    key : str
        The component's key on the page.
    """
    header, *parts = shown
    _component(key=key, data=pack(header | {"run": run, "epoch": epoch, "visit": visit}, *parts))


def largest(values):
    """Return the largest magnitude among what is a number.

    Examples
    --------
    >>> largest(np.array([0.5, -2, np.nan, np.inf]))
    2.0
    """
    finite = values[np.isfinite(values)].astype(np.float32)
    return float(np.abs(finite).max(initial=0))


def _views(kernels):
    """Name what can be drawn of kernels, with the range that all of them share."""
    channels = kernels.shape[3]
    each = largest(kernels)
    if channels == 1:
        return [{"name": "Weights", "limit": each}]
    names = _COLOURS if channels == 3 else [f"Channel {n}" for n in range(1, channels + 1)]
    summed = {"name": "Sum over the channels", "limit": largest(kernels.sum(axis=3))}
    return [summed, *({"name": name, "limit": each} for name in names)]


def _guesses(probabilities, classes):
    """Return for each epoch the likeliest classes, as (name, share)."""
    if probabilities is None:
        return []
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :GUESSES]
    return [
        [[_name(classes, place), _share(row[place])] for place in places]
        for row, places in zip(probabilities, order.tolist(), strict=True)
    ]


def _verdicts(probabilities, classes, probe):
    """Say for each epoch whether the likeliest class is the probe's, where one can know."""
    if probabilities is None or probe is None or not classes:
        return []
    names = [_name(classes, place) for place in range(probabilities.shape[1])]
    return [
        judged(names, int(row.argmax()), int(probe.truth)) if np.isfinite(row).all() else ""
        for row in probabilities
    ]


def _share(value):
    return float(value) if np.isfinite(value) else None


def _name(classes, place):
    return classes[place] if place < len(classes) else str(place)


def _shape(array):
    return None if array is None else list(array.shape[1:])


def _bytes(array, kind):
    return b"" if array is None else np.ascontiguousarray(array, kind).tobytes()
