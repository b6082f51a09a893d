"""How many pictures a share of a run is of, told where they are few."""

from functools import lru_cache
from typing import NamedTuple

from vizcore.nets.dataset import DatasetError
from vizcore.nets.datasets import EMBEDDED, PUBLISHED, load_dataset
from vizcore.nets.splits import split_indices
from vizcore.ui.run_facts import job_of
from vizcore.ui.run_words import percent

FEW = 30
"""Of fewer pictures, one more that is right makes a share visibly larger."""

_NEAR = 1e-3


class Counts(NamedTuple):
    """Pictures in the parts of a run that it does not learn from; 0 where that is not known."""

    validation: int = 0
    test: int = 0


def counts_of(run):
    """Count the pictures of a run's parts, as far as its dataset is at hand.

    Parameters
    ----------
    run : Run

    Returns
    -------
    Counts
    """
    job = job_of(run)
    # The published ones are large, and reading them for this alone would take a while.
    if job.dataset in PUBLISHED and job.dataset != EMBEDDED:
        return Counts()
    try:
        return _counts(job.dataset, job.fraction, job.training.seed)
    except (DatasetError, OSError):
        return Counts()


def share_of(share, count, what="picture", many=""):
    """Write a share, with how many pictures it is of where these are few.

    A count that the share cannot be of is left out: a dataset may have changed since.

    Parameters
    ----------
    share : float or None
    count : int
        0 where it is not known.
    what : str
        One of the pictures.
    many : str
        What follows the share otherwise.

    Examples
    --------
    >>> share_of(0.8, 5), share_of(1.0, 1), share_of(0.8, 144), share_of(0.8, 7), share_of(None, 5)
    ('80.0% of 5 pictures', '100.0% of 1 picture', '80.0%', '80.0%', '–')
    """
    told = percent(share)
    if share is None or not 0 < count < FEW or abs(share * count - round(share * count)) > _NEAR:
        return f"{told}{many}"
    return f"{told} of {count} {what}{'s' if count > 1 else ''}"


@lru_cache(maxsize=256)
def _counts(dataset, fraction, seed):
    data = load_dataset(dataset)
    drawn = split_indices(data, fraction, seed)[1] if data.validation is None else data.validation
    return Counts(len(drawn), len(data.test))
