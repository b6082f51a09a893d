"""What is to be said of an answer, and of what a picture went through, on the page *Classify*."""

import numpy as np

from vizcore.imaging.seeing import has_bright_edge, seen_share
from vizcore.ui.run_words import percent

CLOSE = 0.15
"""Two classes whose probabilities are no further apart are both likely."""

UNSURE = 0.6
"""Below it the likeliest class is not likely."""

WIDE = 1.8
"""Times the aspect of the network's input; beyond it much of a picture is lost, or squeezed."""

FLAT = 8
"""Levels from the darkest to the lightest pixel of a picture that shows nothing."""


def doubt(names, probabilities):
    """Say where a network is unsure; empty where it is not.

    Parameters
    ----------
    names : sequence of str
    probabilities : ndarray, (K,)

    Returns
    -------
    str

    Examples
    --------
    >>> doubt(("cat", "dog", "ship"), np.array([0.5, 0.45, 0.05]))
    'It wavers between “cat” and “dog”: 50.0% and 45.0%.'
    >>> doubt(("cat", "dog", "ship"), np.array([0.4, 0.1, 0.2]))
    'It is unsure: no class is more likely than “cat”, and that has 40.0% only.'
    >>> doubt(("cat", "dog", "ship"), np.array([0.9, 0.1, 0.0]))
    ''
    """
    first, second, *_ = [*np.argsort(-probabilities, kind="stable"), None]
    if second is None:
        return ""
    most, next_most = float(probabilities[first]), float(probabilities[second])
    if most - next_most <= CLOSE:
        return (
            f"It wavers between “{names[first]}” and “{names[second]}”: {percent(most)} and "
            f"{percent(next_most)}."
        )
    if most < UNSURE:
        return (
            f"It is unsure: no class is more likely than “{names[first]}”, and that has "
            f"{percent(most)} only."
        )
    return ""


def unlike(share):
    """Say that a picture is unlike those that a network learned from.

    Parameters
    ----------
    share : float
        The probability of the class that it named.

    Examples
    --------
    >>> unlike(0.995)
    'It seems unlike the pictures that this network learned from: do not trust the 99.5%.'
    """
    return (
        "It seems unlike the pictures that this network learned from: do not trust the "
        f"{percent(share)}."
    )


def unlike_figures(score, familiar):
    """Say by which figures a picture is unlike those that a network learned from.

    Parameters
    ----------
    score : float
        As `vizcore.nets.familiarity.energy_score` gives it.
    familiar : dict
        As a card holds it, with ``threshold`` and ``share``.

    Examples
    --------
    >>> unlike_figures(-8.062, {"threshold": 10.0, "share": 0.95}).partition(", and ")[0]
    'Its energy score is −8.06'
    """
    return (
        f"Its energy score is {_two(score)}, and {percent(familiar['share'], 0)} of the pictures "
        f"of the kind it learned from, held back from training, reach "
        f"{_two(familiar['threshold'])}."
    )


def missed(familiar):
    """Say what the energy score is, and how often it is wrong.

    Parameters
    ----------
    familiar : dict
        As a card holds it, with ``test_unlike`` and ``unlike``.

    Examples
    --------
    >>> missed({"test_unlike": 0.052, "unlike": {"CIFAR-10": 0.75}}).partition(", and ")[2]
    'takes 25% of CIFAR-10’s for familiar.'
    """
    others = " and ".join(
        f"{percent(1 - share, 0)} of {title}’s" for title, share in familiar["unlike"].items()
    )
    return (
        "The energy score, log Σ exp of the logits, is a rough sign. It calls "
        f"{percent(familiar['test_unlike'], 0)} of the network’s own test pictures unlike"
        + (f", and takes {others} for familiar." if others else ".")
    )


def cautions(stages, steps, *, on_black, normalised=True):
    """Say what of the way from a picture to a network may spoil the answer.

    Parameters
    ----------
    stages : tuple of vizcore.imaging.seeing.Stage
    steps : vizcore.imaging.seeing.Steps
    on_black : bool
        Whether the network learned from light figures on black.
    normalised : bool
        Whether the levels are brought to the scale that it learned from.

    Returns
    -------
    list of str
    """
    told = [sentence for _, sentence in _cautions(stages, steps, on_black)]
    if not normalised:
        told.append(
            "Its numbers are not normalised: the network never saw such numbers while it learned, "
            "and its answer means little."
        )
    return told


def note(probabilities, cautioned=(), *, unlike=False):
    """Say in a few words, for a column of a table, why not to trust an answer; may be empty.

    Parameters
    ----------
    probabilities : ndarray, (K,)
    cautioned : sequence of str
        As `short_cautions` gives them.
    unlike : bool
        Whether the picture is unlike those that the network learned from.

    Examples
    --------
    >>> note(np.array([0.5, 0.45, 0.05]), ["very wide"], unlike=True)
    'unlike, unsure, very wide'
    >>> note(np.array([0.9, 0.1]))
    ''
    """
    unsure = bool(doubt(range(len(probabilities)), probabilities))
    told = [*["unlike"] * unlike, *["unsure"] * unsure, *cautioned]
    return ", ".join(told)


def short_cautions(stages, steps, *, on_black):
    """Name what may spoil an answer in a word or two each; arguments as of `cautions`.

    What colours a picture has is left out: that would be said of nearly every photograph.
    """
    return [short for short, _ in _cautions(stages, steps, on_black) if short]


def _cautions(stages, steps, on_black):
    """Return (a word or two, the sentence) for each caution."""
    made = {one.name: one.picture for one in stages}
    rows, columns = made["resize"].shape[:2]
    aspect = made["turn"].shape[1] / made["turn"].shape[0] * rows / columns
    told = [
        ("dark on light", _told_edge(made, steps, on_black)),
        ("very wide" if aspect > 1 else "very high",
         _told_aspect(made["turn"].shape[:2], rows, columns, steps.framing)),
        ("tiny", _told_size(made["frame"].shape[:2], rows, columns)),
        ("", _told_colours(made, steps)),
        ("one colour", _told_nothing(made["invert"])),
    ]  # fmt: skip
    return [(short, sentence) for short, sentence in told if sentence]


def inversion_told(stages, steps):
    """Say that a picture was inverted without being asked; empty where it was not."""
    done = any(one.name == "invert" and one.changed for one in stages)
    if not done or steps.inversion != "auto":
        return ""
    return "It was inverted: its edge is light, and this network learned from light on black."


def _told_edge(made, steps, on_black):
    if not on_black:
        return ""
    if has_bright_edge(made["invert"]):
        return (
            "The network is given something dark on a light ground, and learned from light "
            "figures on black: "
            + ("do not invert it." if steps.inversion == "on" else "let it be inverted.")
        )
    return ""


def _told_aspect(size, rows, columns, framing):
    aspect = size[1] / size[0] * rows / columns
    if 1 / WIDE < aspect < WIDE:
        return ""
    kind = "wide" if aspect > 1 else "high"
    if framing == "crop":
        share = percent(seen_share(size, rows, columns), 0)
        return f"The picture is very {kind}: the network sees the {share} in its middle alone."
    if framing == "fit":
        share = percent(1 / max(aspect, 1 / aspect), 0)
        return f"The picture is very {kind}: it fills {share} of what the network sees."
    times = f"{max(aspect, 1 / aspect):.1f}"
    return f"The picture is very {kind}: it is squeezed {times} times."


def _told_size(size, rows, columns):
    if size[0] >= rows and size[1] >= columns:
        return ""
    return (
        f"The picture is tiny: {size[1]} × {size[0]} pixels are enlarged to {columns} × {rows}, "
        "which adds nothing to see."
    )


def _told_colours(made, steps):
    before, after = made["resize"], made["grey"]
    if after.shape[2] == 1 and _has_colours(before):
        return "The picture has colours, and this network sees grey levels alone."
    if after.shape[2] == 3 and not _has_colours(after):
        if steps.grey:
            return "Its colours are taken away from a network that learned from colours."
        return "The picture is grey, and this network learned from colours."
    return ""


def _has_colours(levels):
    """Tell whether the channels differ by more than a camera's noise."""
    if levels.shape[2] == 1:
        return False
    return bool(np.ptp(levels.astype(int), axis=2).mean() > 6)


def _told_nothing(levels):
    if np.ptp(levels.astype(int)) >= FLAT:
        return ""
    return "There is nothing to be seen: all of the picture has one brightness."


def _two(score):
    return f"{score:.2f}".replace("-", "−")
