"""What MobileNetV2 says of a picture: asked of a worker, and kept a while for who asks again."""

import numpy as np

from vizcore.compute.jobs import open_jobs
from vizcore.compute.recent import recent
from vizcore.nets import imagenet

_SECONDS = 120


def classified(levels):
    """Return what it says of a picture, `vizcore.nets.imagenet.Answer`.

    Parameters
    ----------
    levels : ndarray of uint8, (224, 224, 3)

    Raises
    ------
    ImagenetError
        Where it is not on the worker's machine, or its file is broken.
    ClusterError
        Where no worker answers.
    """
    return _asked(levels.tobytes())


def answer(levels):
    """Classify a picture; runs in a worker, which keeps the network."""
    if not imagenet.is_here():
        raise imagenet.ImagenetError(f"{imagenet.TITLE} is not on the worker’s machine.")
    return imagenet.classified(imagenet.model(), levels)


@recent(maxsize=64)
def _asked(levels):
    picture = np.frombuffer(levels, np.uint8).reshape(imagenet.SIDE, imagenet.SIDE, 3)
    return open_jobs().cluster.call(answer, picture, timeout=_SECONDS)
