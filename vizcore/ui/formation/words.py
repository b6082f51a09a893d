"""What is said about how a network formed, with its numbers."""

import numpy as np

from vizcore.ui.run_counts import share_of
from vizcore.ui.run_words import figure, percent

_NO_KERNELS = "This network has no convolution, so there are no kernels to look at."


def told(read, source="", layer="", still=()):
    """Say how far the kernels have come, and what the network makes of the probe.

    Parameters
    ----------
    read : vizcore.ui.formation.reading.Reading
    source : str
        The title of the network whose first kernels are kept, if they are.
    layer : str
        Whose maps are shown, if any are.
    still : collection of str
        The layers whose maps stay as they are, as all below them is frozen.

    Returns
    -------
    str
        Not to be read as Markdown: classes are called what they are called.
    """
    moved = _kept(read, source, layer, still) if source else _moved(read.formed)
    return f"{moved} {_probed(read)}".strip()


def notes(read):
    """Say what is not shown, or return an empty text.

    Parameters
    ----------
    read : vizcore.ui.formation.reading.Reading
    """
    said = []
    if read.step > 1:
        which = "2nd" if read.step == 2 else f"{read.step}th"
        said.append(f"Every {which} epoch is shown, and the last: all are too many to send.")
    if len(read.lost) == 1:
        said.append(f"The snapshot after epoch {read.lost[0]} cannot be read and is left out.")
    elif read.lost:
        names = ", ".join(map(str, read.lost))
        said.append(f"The snapshots after epochs {names} cannot be read and are left out.")
    return " ".join(said)


def figures(row, count=0):
    """Say what was measured in an epoch; `count` validation pictures are told where they are few.

    Examples
    --------
    >>> figures({"loss": 0.5, "val_loss": 0.25, "val_accuracy": 0.9})
    'loss 0.500 · validation loss 0.250 · validation accuracy 90.0%'
    >>> figures({"loss": 0.5, "val_loss": 0.25, "val_accuracy": 1.0}, 5)
    'loss 0.500 · validation loss 0.250 · validation accuracy 100.0% of 5 pictures'
    """
    return (
        f"loss {figure(row.get('loss'))} · validation loss {figure(row.get('val_loss'))} · "
        f"validation accuracy {share_of(row.get('val_accuracy'), count)}"
    )


def _kept(read, source, layer, still):
    if read.formed.kernels is None:
        return _NO_KERNELS
    what = _kernels(read.formed.kernels)
    too = f", and so do the maps of {layer}" if layer in still else ""
    told = f"{what[0].upper()}{what[1:]} are those of {source}, frozen: they stay as they are{too}."
    if layer and not too:
        return f"{told} The maps of {layer} change, and so does the answer beside the picture."
    return f"{told} From epoch to epoch, only the answer beside the picture changes."


def _kernels(kernels):
    rows, columns, _, filters = kernels.shape[1:]
    what = f"the {filters} kernels" if filters > 1 else "the one kernel"
    return f"{what} of {rows}×{columns} of the first convolution"


def _moved(formed):
    kernels = formed.kernels
    if kernels is None:
        return _NO_KERNELS
    what = _kernels(kernels)
    first, last = formed.epochs[0], formed.epochs[-1]
    if last == first:
        return f"Before training, {what} hold random numbers."
    way, start = np.abs(kernels[-1] - kernels[0]), np.abs(kernels[0])
    if not np.isfinite(way).all():
        return f"After epoch {last} not all weights of {what} are numbers: the run has diverged."
    return (
        f"By epoch {last}, the weights of {what} have moved by {figure(way.mean())} on average "
        f"and by {figure(way.max())} at most; before, their magnitude was {figure(start.mean())} "
        "on average."
    )


def _probed(read):
    probabilities = read.formed.probabilities
    if not (read.probe and read.about) or probabilities is None:
        return ""
    classes, last = read.about.classes, read.formed.epochs[-1]
    truth, row = read.probe.truth, probabilities[-1]
    if not np.isfinite(row).all() or max(truth, row.argmax()) >= len(classes):
        return ""
    when = f"after epoch {last}" if last else "before training"
    return (
        f"The picture is one for validation, which is not learned from: its class is "
        f"“{classes[truth]}”, and {when} the network says “{classes[row.argmax()]}” with "
        f"{percent(float(row.max()))}."
    )
