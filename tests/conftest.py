"""What tests of several rooms start with; the tests of one room have their own."""

import os
import tempfile

import pytest
from hypothesis import settings

# A law holds or it does not; how long an example takes on a busy machine is no part of it.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# No test touches the runs of who works with the app here, or leaves a cluster behind for long.
FOLDER = tempfile.TemporaryDirectory(prefix="runs-", ignore_cleanup_errors=True)
os.environ |= {"VIZCORE_RUNS": FOLDER.name, "VIZCORE_LINGER": "5"}


@pytest.fixture
def data_folder(tmp_path, monkeypatch):
    """The folder `VIZCORE_DATA`, empty; the cache is elsewhere."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("VIZCORE_DATA", str(folder))
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def runs(tmp_path):
    """A table of runs, empty, without a cluster."""
    from vizcore.compute.runs import Runs
    from vizcore.compute.settings import Settings

    opened = Runs(Settings(runs=tmp_path / "runs"))
    yield opened
    opened.close()


@pytest.fixture
def run_folder(runs):
    """The folder of a run that is finished."""
    from made_runs import finished_run

    return runs.folder(finished_run(runs, "0" * 64).id)
