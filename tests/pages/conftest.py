"""What the tests of the pages start with."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from vizcore.compute import jobs

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture(autouse=True)
def own_runs(monkeypatch, tmp_path):
    """Keep the runs of each test apart, with a cluster that is down: runs stay in the queue."""
    monkeypatch.setenv("VIZCORE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("VIZCORE_SCHEDULER", "tcp://127.0.0.1:9")
    jobs._open_jobs.cache_clear()
    yield
    if jobs._open_jobs.cache_info().currsize:
        jobs.open_jobs().close()
    jobs._open_jobs.cache_clear()


@pytest.fixture
def page(request):
    """Open the test module's `PAGE` for a new visitor, by a link with these query parameters."""

    def opened(**query):
        at = AppTest.from_file(APP, default_timeout=60)
        at.query_params.update(query)
        return at.switch_page(request.module.PAGE).run()

    return opened
