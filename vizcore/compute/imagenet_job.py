"""The job that brings MobileNetV2 to this machine; no run of training."""

from dataclasses import dataclass

from vizcore.compute.download_job import carry_out
from vizcore.compute.job import kind_of
from vizcore.compute.limits import Cost
from vizcore.nets import imagenet


@dataclass(frozen=True)
class ImagenetJob:
    """Download MobileNetV2, and keep it where the pages and all workers find it."""

    def to_settings(self):
        """Return nothing: there is but one."""
        return {}

    @classmethod
    def from_settings(cls, settings):
        """Make the job that `to_settings` described."""
        return cls(**settings)

    def cost(self):
        """Return nothing, in one epoch, as nothing is trained."""
        return Cost(parameters=0, multiply_adds=0, epochs=1)

    def run(self, context):
        """Download in a worker; see `vizcore.compute.job.Job`. What is half there is removed."""
        return carry_out(context, imagenet.download)


KIND = kind_of(ImagenetJob())
"""What `Run.job` holds of such a download."""
