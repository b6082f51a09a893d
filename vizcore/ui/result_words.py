"""What came of a run, in sentences that carry its numbers."""

from math import sqrt

from vizcore.nets.layers import Dropout
from vizcore.ui.run_words import percent

_CHANGES = {"shift": "shifted", "rotate": "rotated", "zoom": "zoomed", "flip": "mirrored"}


def right_of_all(report):
    """Tell the accuracy with what it is made of.

    Parameters
    ----------
    report : vizcore.nets.evaluation.Report

    Examples
    --------
    >>> import numpy as np
    >>> from vizcore.nets.evaluation import report
    >>> right_of_all(report(np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])))
    '2 of 3 pictures right: 66.67%'
    """
    right, count = int(report.confusion.trace()), int(report.confusion.sum())
    return f"{right:,} of {count:,} pictures right: {percent(report.accuracy, 2)}"


def standard_error(share, count):
    """Return √(p(1 − p)/n), by which a share of n pictures drawn anew differs from p or so.

    Examples
    --------
    >>> standard_error(0.5, 100)
    0.05
    """
    return sqrt(share * (1 - share) / count)


def written_error(share, count):
    """Write the standard error with its numbers.

    Examples
    --------
    >>> written_error(0.98, 359)
    '√(p(1 − p)/n) = √(0.9800 · 0.0200/359) = 0.74 points'
    """
    points = 100 * standard_error(share, count)
    return f"√(p(1 − p)/n) = √({share:.4f} · {1 - share:.4f}/{count:,}) = {points:.2f} points"


def about_class(report, place, name):
    """Explain the figures of one class by its numbers.

    Parameters
    ----------
    report : vizcore.nets.evaluation.Report
    place : int
        The class, counted from 0.
    name : str

    Returns
    -------
    dict of str to str
        What is explained, and the sentence; the name stands in it as it is.
    """
    support, right = int(report.support[place]), int(report.confusion[place, place])
    taken = int(report.confusion[:, place].sum())
    return {
        "Precision": _share(
            right,
            taken,
            f"Of the {_pictures(taken)} taken for {name}, {right:,} {_do(right)} show it",
            f"No picture was taken for {name}, so it counts as 0",
        ),
        "Recall": _share(
            right,
            support,
            f"Of the {_pictures(support)} that {_show(support)} {name}, {right:,} "
            f"{'was' if right == 1 else 'were'} recognised",
            f"No test picture shows {name}, so it counts as 0",
        ),
        "F1": _share(
            2 * right,
            support + taken,
            "The harmonic mean of both, which is low where either is",
            "Without either there is none, so it counts as 0",
            f"2 · {right:,}/({support:,} + {taken:,})",
        ),
        "Support": f"{_pictures(support)} of the test part {_show(support)} {name}.",
    }


def why_not_training(rows, accuracy, count, network, training):
    """Explain why a network does better on pictures it has not learned from than in training.

    Parameters
    ----------
    rows : sequence of dict
        The run's epochs.
    accuracy : float
        On the test part.
    count : int
        Pictures in it.
    network : vizcore.nets.architectures.Architecture
    training : vizcore.nets.training.TrainingSettings

    Returns
    -------
    (str, list of str) or None
        What is to be explained, and the reasons that apply to this run; None where there is nothing
        to explain.
    """
    epoch = kept_epoch(rows, training)
    if not epoch or None in (learned := rows[epoch - 1]["accuracy"], accuracy):
        return None
    validated = rows[epoch - 1].get("val_accuracy")
    told = {"Test": accuracy, "Validation": validated}
    above = {
        name: share
        for name, share in told.items()
        if share is not None and round(share, 4) > round(learned, 4)
    }
    if not above:
        return None
    which = " and ".join(f"{name} accuracy ({percent(share, 2)})" for name, share in above.items())
    which = which[0] + which[1:].replace("Validation", "validation")
    verb = "are" if len(above) > 1 else "is"
    reasons = [
        *_dropout(network),
        *_augmentation(training.augmentation),
        *_average(rows, epoch),
        *(_noise(accuracy, learned, count) if "Test" in above else ()),
    ]
    return f"{which} {verb} above training accuracy ({percent(learned, 2)}).", reasons


def kept_epoch(rows, training):
    """Return the number of the epoch whose network is kept, from 1; 0 where there is none.

    Examples
    --------
    >>> from vizcore.nets.training import TrainingSettings
    >>> rows = [{"val_loss": 2.0}, {"val_loss": 1.0}, {"val_loss": 3.0}]
    >>> kept_epoch(rows, TrainingSettings()), kept_epoch(rows, TrainingSettings(patience=1))
    (3, 2)
    """
    losses = [row.get("val_loss") for row in rows]
    if not training.patience or None in losses or not losses:
        return len(rows)
    return max(i for i, loss in enumerate(losses, 1) if loss == min(losses))


def _share(part, whole, about, nothing, formula=None):
    if not whole:
        return f"{nothing}."
    return f"{about}: {formula or f'{part:,}/{whole:,}'} = {percent(part / whole)}."


def _pictures(count):
    return f"{count:,} picture{'' if count == 1 else 's'}"


def _show(count):
    return "shows" if count == 1 else "show"


def _do(count):
    return "does" if count == 1 else "do"


def _dropout(network):
    rates = sorted({one.rate for one in network.layers if isinstance(one, Dropout) and one.rate})
    if rates:
        share = "–".join(f"{100 * rate:g}" for rate in {rates[0]: 0, rates[-1]: 0})
        yield (
            f"**Dropout** acts in training alone: in each step it sets {share}% of a layer’s "
            "numbers to 0. So the training figure is that of a network with parts missing, the "
            "others are those of the whole."
        )


def _augmentation(changes):
    words = [word for name, word in _CHANGES.items() if getattr(changes, name)]
    if words:
        listed = " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
        yield (
            f"**Augmentation** makes the training pictures harder: they are {listed}. The others "
            "are shown as they are."
        )


def _average(rows, epoch):
    after, before = (
        rows[i].get("val_accuracy") if i >= 0 else None for i in (epoch - 1, epoch - 2)
    )
    if epoch == 1:
        how = "began with random weights"
    elif None not in (after, before) and after > before:
        how = f"took validation accuracy from {percent(before, 2)} to {percent(after, 2)}"
    else:
        return
    yield (
        f"**An average**: the training figure is the mean over epoch {epoch}, which {how}; the "
        "others are measured with the weights at its end."
    )


def _noise(accuracy, learned, count):
    error = standard_error(accuracy, count)
    if not error:
        return
    times = (accuracy - learned) / error
    part = "may be all of it" if times < 2 else "is hardly a reason"
    yield (
        f"**Chance** {part}: with p = {accuracy:.4f} and n = {count:,} test pictures the standard "
        f"error is {written_error(accuracy, count)}, and the difference of "
        f"{100 * (accuracy - learned):.2f} points is {times:.1f} of them."
    )
