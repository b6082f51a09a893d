"""What a worker does before it is asked: ``dask worker --preload vizcore.compute.preload``."""

import importlib
import os
import threading

from vizcore.compute.settings import Settings

NICENESS = 10


def dask_setup(worker):
    """Import Keras where answers are awaited; give way to the pages where training goes on."""
    resources = worker.state.total_resources
    warm = Settings.from_environment().warm
    if warm and "inference" in resources:
        threading.Thread(target=importlib.import_module, args=(warm,), daemon=True).start()
    if "training" in resources and hasattr(os, "nice"):
        os.nice(NICENESS)
