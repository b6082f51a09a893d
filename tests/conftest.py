import os
import tempfile

from hypothesis import settings

# A law holds or it does not; how long an example takes on a busy machine is no part of it.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# No test touches the runs of who works with the app here, or leaves a cluster behind for long.
FOLDER = tempfile.TemporaryDirectory(prefix="runs-", ignore_cleanup_errors=True)
os.environ |= {"VIZCORE_RUNS": FOLDER.name, "VIZCORE_LINGER": "5"}
