"""What is shown of a run, read from its snapshots: some epochs of one layer, as arrays."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from vizcore.compute import run_files
from vizcore.compute.runs import RunError
from vizcore.ui.formation import Formation

MOST_BYTES = 4 * 2**20
"""Of kernels and maps, sent to the browser at once; of more epochs, some are left out."""

_KEPT = 8
"""Readings in memory, for all visitors."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read.

    Attributes
    ----------
    formed : Formation
    about : run_files.About or None
    probe : run_files.Probe or None
        None where the run did not say.
    step : int
        1 where every epoch is shown, 2 for every second one, …; the last is always there.
    lost : tuple of int
        Epochs that should be there but cannot be read.
    """

    formed: Formation
    about: run_files.About | None
    probe: run_files.Probe | None
    step: int
    lost: tuple


def read_formation(folder, done, layer):
    """Read what is shown of a run.

    Parameters
    ----------
    folder : Path
        The run's.
    done : int
        The last epoch that counts.
    layer : str
        The layer whose maps are wanted; empty for none.

    Returns
    -------
    Reading or None
        None before the first snapshot.

    Raises
    ------
    RunError
        Where no snapshot can be read.
    """
    found = tuple(epoch for epoch in run_files.snapshot_epochs(folder) if epoch <= done)
    if not found:
        return None
    # Another attempt may have written over the files of the first one.
    stamp = run_files.written(folder, found[0]), run_files.written(folder, found[-1])
    return _read(folder, found, stamp, layer)


def layers_with_maps(folder):
    """List the layers that give maps, but for dropout: outside training it changes nothing."""
    try:
        layers = run_files.map_layers(folder)
    except RunError:
        return []
    return [name for name in layers if not name.startswith("dropout")]


def thinned(epochs, most):
    """Return at most so many epochs, evenly: the first, every second, fourth, … and the last.

    The step is a power of two, so that a run that goes on keeps most of what it showed.

    Returns
    -------
    list of int, int
        The epochs, and the step.

    Examples
    --------
    >>> thinned([0, 1, 2, 3, 4, 5], 6), thinned([0, 1, 2, 3, 4, 5], 5)
    (([0, 1, 2, 3, 4, 5], 1), ([0, 2, 4, 5], 2))
    """
    step = 1
    while len(chosen := sorted({*epochs[::step], *epochs[-1:]})) > max(2, most):
        step *= 2
    return chosen, step


@lru_cache(maxsize=_KEPT)
def _read(folder, found, stamp, layer):
    maps = f"{run_files.MAP}{layer}"
    names = {"kernels", "probabilities", maps}
    first = _first_whole(folder, found, names)
    epochs, step = thinned(found, MOST_BYTES // max(1, sum(one.nbytes for one in first.values())))
    whole = {epoch: _snapshot_like(first, folder, epoch, names) for epoch in epochs}
    lost = tuple(epoch for epoch, one in whole.items() if one is None)
    kept = {epoch: one for epoch, one in whole.items() if one is not None}
    stacks = {name: np.stack([one[name] for one in kept.values()]) for name in first}
    arrays = (stacks.get(name) for name in ("kernels", maps, "probabilities"))
    about, probe = _or_none(run_files.about, folder), _or_none(run_files.probe, folder)
    return Reading(Formation(tuple(kept), *arrays), about, probe, step, lost)


def _first_whole(folder, found, names):
    """Return the first snapshot that can be read; the others must be like it."""
    for epoch in found:
        if (one := _or_none(run_files.snapshot, folder, epoch, names)) is not None:
            return one
    raise RunError("None of the snapshots of this run can be read.")


def _snapshot_like(first, folder, epoch, names):
    one = _or_none(run_files.snapshot, folder, epoch, names)
    return one if one is not None and _shapes(one) == _shapes(first) else None


def _shapes(snapshot):
    return {name: one.shape for name, one in snapshot.items()}


def _or_none(read, *arguments):
    try:
        return read(*arguments)
    except RunError:
        return None
