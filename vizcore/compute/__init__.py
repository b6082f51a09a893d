"""Where Keras runs: a Dask cluster, embedded or yours, and the runs that it carries out."""

from vizcore.compute.cluster import ClusterError
from vizcore.compute.job import Context, Job
from vizcore.compute.jobs import Jobs, Look, open_jobs
from vizcore.compute.limits import Cost, LimitError, Limits
from vizcore.compute.runs import Epoch, Run, RunError, State
from vizcore.compute.settings import Settings, SettingsError
from vizcore.compute.visitors import COOKIE, new_token, visitor_of

__all__ = [
    "COOKIE",
    "ClusterError",
    "Context",
    "Cost",
    "Epoch",
    "Job",
    "Jobs",
    "LimitError",
    "Limits",
    "Look",
    "Run",
    "RunError",
    "Settings",
    "SettingsError",
    "State",
    "new_token",
    "open_jobs",
    "visitor_of",
]
