"""Whether a picture is like those that a network learned from, as far as its logits tell.

The score is the energy of W. Liu, X. Wang, J. Owens, Y. Li, "Energy-based Out-of-distribution
Detection", NeurIPS 2020, with its sign turned: the larger, the more familiar. A network can answer
with large logits to what it never saw, so the score misses a part of what is unlike; how much, is
measured by `vizcore.nets.familiar_cards`.
"""

import math

import numpy as np

SHARE = 0.95
"""The part of a network's own validation pictures that lies at the threshold or above it."""


def energy_score(logits):
    """Return log Σ exp of the logits, which is large where any of them is.

    Parameters
    ----------
    logits : ndarray, (..., K)

    Returns
    -------
    ndarray of float64, (...)

    Examples
    --------
    >>> float(energy_score(np.log([1, 2, 5]))), float(energy_score(np.array([1000.0, 1000.0])))
    (2.0794415416798357, 1000.6931471805599)
    """
    logits = np.asarray(logits, np.float64)
    most = logits.max(axis=-1, keepdims=True)
    return most[..., 0] + np.log(np.exp(logits - most).sum(axis=-1))


def threshold(scores, share=SHARE):
    """Return the largest score that `share` of all scores reach.

    Parameters
    ----------
    scores : ndarray, (N,)
    share : float
        Above 0, at most 1.

    Examples
    --------
    >>> threshold(np.array([4.0, 1.0, 3.0, 2.0, 5.0]), 0.8)
    2.0
    """
    return float(np.sort(scores)[-math.ceil(share * len(scores))])


def familiar(validation, test):
    """Return what a card holds of it.

    Parameters
    ----------
    validation, test : ndarray, (N,)
        Scores of the network's own pictures, none of which it was fitted to.

    Returns
    -------
    dict
        ``threshold``, ``share`` and ``test_unlike``, the share of the test part that lies below.
    """
    least = threshold(validation)
    return {"threshold": least, "share": SHARE, "test_unlike": below(test, least)}


def below(scores, least):
    """Return the share of the scores that do not reach a threshold."""
    return float(np.mean(scores < least))
