"""What a worker does before it is asked: ``dask worker --preload vizcore.compute.preload``."""

import importlib
import os
import threading

from vizcore.compute.recent import forget_regularly
from vizcore.compute.settings import Settings

NICENESS = 10


def dask_setup(worker):
    """Import Keras before anybody waits; forget visitors; give way to the pages in training."""
    if "training" in worker.state.total_resources and hasattr(os, "nice"):
        os.nice(NICENESS)
    forget_regularly()
    # A thread starts with the niceness of its maker: who answers imports first.
    if warm := Settings.from_environment().warm:
        threading.Thread(target=importlib.import_module, args=(warm,), daemon=True).start()
