"""The job that brings a published dataset to this machine; no run of training."""

from dataclasses import asdict, dataclass
from functools import partial

from vizcore.compute.job import kind_of
from vizcore.compute.limits import Cost
from vizcore.nets.dataset import DatasetError
from vizcore.nets.datasets import fetch_dataset
from vizcore.nets.downloads import FILES

PER_CENT = 100


@dataclass(frozen=True)
class DownloadJob:
    """Download a dataset, and keep it where the pages and all workers find it.

    Attributes
    ----------
    dataset : str
        A key of `vizcore.nets.downloads.FILES`.
    """

    dataset: str

    def to_settings(self):
        """Return all that it is made of, as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_settings(cls, settings):
        """Make the job that `to_settings` described."""
        return cls(**settings)

    def cost(self):
        """Return nothing, in one epoch, as no network has any part in it.

        Raises
        ------
        DatasetError
            When there is nothing to download by that name.
        """
        if self.dataset not in FILES:
            raise DatasetError(f"One can download {', '.join(FILES)} and nothing else.")
        return Cost(parameters=0, multiply_adds=0, epochs=1)

    def run(self, context):
        """Download in a worker; see `vizcore.compute.job.Job`. What is half there is removed."""
        return carry_out(context, partial(fetch_dataset, self.dataset))


def carry_out(context, download):
    """Download for a job, and tell its run how far it has come.

    Parameters
    ----------
    context : vizcore.compute.job.Context
    download : callable
        Takes a `vizcore.nets.downloads.Report`.

    Returns
    -------
    dict
        Empty: a download has no figures.
    """

    def told(_, done):
        context.report_batch(round(PER_CENT * done), PER_CENT)
        if context.should_stop():
            raise _Stopped

    try:
        download(told)
    except _Stopped:
        return {}
    context.report_epoch({}, lambda folder: None)
    return {}


class _Stopped(Exception):
    """Somebody does not want it any more."""


KIND = kind_of(DownloadJob(""))
"""What `Run.job` holds of a download, to tell it from the training of a network."""
