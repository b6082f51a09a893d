"""How large a step training takes, and when: the learning rate over a run.

A rate depends on the settings, on how far the run is and on what happened so far, never on a
counter of its own, so that a run which was stopped goes on with the very rate it would have had.
"""

import math

SCHEDULES = {
    "constant": "Constant",
    "plateau": "Halve when it stalls",
    "cosine": "Cosine",
    "one_cycle": "One cycle",
}
"""Key → what a menu calls it."""

PATIENCE = 3
"""Epochs without a better validation loss after which a plateau halves the rate."""

_RISE, _START, _END = 0.3, 1 / 25, 1e-4 / 25


def rate_at(schedule, peak, progress, losses=()):
    """Return the learning rate at one moment of a run.

    Parameters
    ----------
    schedule : str
        A key of `SCHEDULES`.
    peak : float
        The largest rate of the run.
    progress : float
        From 0 at the first batch to 1 at the end of the last.
    losses : sequence of float
        The validation loss after each epoch so far; only a plateau looks at it.

    Notes
    -----
    ``cosine`` is that of Loshchilov and Hutter (2017), without restarts; ``one_cycle`` is Smith's
    (2018) with the proportions of PyTorch's ``OneCycleLR``: up from 1/25 over the first 30%, then
    down to 1/10,000 of where it began, both as cosines. ``plateau`` is Keras's
    ``ReduceLROnPlateau`` with a factor of 1/2.

    Examples
    --------
    >>> [round(rate_at("cosine", 0.1, p), 3) for p in (0, 0.5, 1)]
    [0.1, 0.05, 0.0]
    """
    if schedule == "plateau":
        return peak / 2 ** drops(losses)
    if schedule == "cosine":
        return _between(peak, 0.0, progress)
    if schedule == "one_cycle" and progress < _RISE:
        return _between(peak * _START, peak, progress / _RISE)
    if schedule == "one_cycle":
        return _between(peak, peak * _END, (progress - _RISE) / (1 - _RISE))
    return peak


def drops(losses, patience=PATIENCE):
    """Count how often a loss failed to become less for `patience` epochs in a row.

    Examples
    --------
    >>> drops([5, 4, 4, 4, 4]), drops([5, 4, 4, 4, 3])
    (1, 0)
    """
    best, waited, count = math.inf, 0, 0
    for loss in losses:
        if loss < best:
            best, waited = loss, 0
        else:
            waited += 1
        if waited == patience:
            waited, count = 0, count + 1
    return count


def _between(start, end, progress):
    """Go from start to end along half a cosine."""
    return end + (start - end) * (1 + math.cos(math.pi * progress)) / 2
