"""What MobileNetV2 says of a picture: asked of a worker, and kept a while for who asks again."""

from dataclasses import replace

import numpy as np

from vizcore.compute.jobs import open_jobs
from vizcore.compute.recent import recent
from vizcore.nets import imagenet
from vizcore.nets.preparation import Preparation

_SECONDS = 120


def classified(levels, normalise=True):
    """Return what it says of a picture, `vizcore.nets.imagenet.Answer`.

    Parameters
    ----------
    levels : ndarray of uint8, (224, 224, 3)
    normalise : bool
        Whether they are brought to numbers from −1 to 1, from which it learned; else from 0 to 1.

    Raises
    ------
    ImagenetError
        Where it is not on the worker's machine, or its file is broken.
    ClusterError
        Where no worker answers.
    """
    return _asked(levels.tobytes(), normalise)


def answer(levels, normalise):
    """Classify a picture; runs in a worker, which keeps the network."""
    if not imagenet.is_here():
        raise imagenet.ImagenetError(f"{imagenet.TITLE} is not on the worker’s machine.")
    way_in = imagenet.front() if normalise else replace(imagenet.front(), preparation=Preparation())
    return imagenet.classified(imagenet.model(), way_in.prepared(levels))


@recent(maxsize=64)
def _asked(levels, normalise):
    picture = np.frombuffer(levels, np.uint8).reshape(imagenet.SIDE, imagenet.SIDE, 3)
    return open_jobs().cluster.call(answer, picture, normalise, timeout=_SECONDS)
