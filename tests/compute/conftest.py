"""The two clusters on which everything is tested: the app's own, and an operator's."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from distributed.security import Security

from vizcore.compute import Jobs, Settings, new_token, visitor_of
from vizcore.compute.address import read_address
from vizcore.compute.cluster import listens

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from counting import Gate  # noqa: E402

QUIET = Settings(warm="", linger=120, grace=3600, training_memory="2GiB", inference_memory="2GiB")


def eventually(condition, what, seconds=180):
    """Wait until something is so, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError(f"never happened: {what}")


def end(pid):
    """Kill a process and all that it started."""
    with contextlib.suppress(psutil.NoSuchProcess):
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, 10)


class Embedded:
    """The cluster that the app starts by itself."""

    def __init__(self, folder):
        self.settings = replace(QUIET, runs=folder)

    def kill(self):
        """Kill the process that holds it; its workers notice by themselves."""
        os.kill(read_address(self.settings.runs).pid, signal.SIGKILL)

    def stop(self):
        if found := read_address(self.settings.runs):
            end(found.pid)


class Own:
    """A scheduler and workers as an operator starts them, with TLS."""

    def __init__(self, folder):
        security = Security.temporary()
        files = {"ca": "tls_ca_file", "cert": "tls_client_cert", "key": "tls_client_key"}
        for name, attribute in files.items():
            (folder / f"{name}.pem").write_text(getattr(security, attribute))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.settings = replace(
            QUIET,
            runs=folder / "runs",
            scheduler=f"tls://127.0.0.1:{self.port}",
            **{f"tls_{name}": str(folder / f"{name}.pem") for name in files},
        )
        self.folder = folder
        self.start()

    def start(self):
        keys = ["--host", "127.0.0.1", "--no-dashboard"]
        for option, file in [("--tls-ca-file", "ca"), ("--tls-cert", "cert"), ("--tls-key", "key")]:
            keys += [option, str(self.folder / f"{file}.pem")]
        port = ["--port", str(self.port), "--dashboard-address", "127.0.0.1:0"]
        worker = ["--nthreads", "1", "--protocol", "tls", "--local-directory", str(self.folder)]
        self.processes = [
            self._dask("scheduler", *port, "--protocol", "tls", *keys),
            *(
                self._dask(
                    "worker", self.settings.scheduler, *worker, "--resources", f"{kind}=1", *keys
                )
                for kind in ("training", "inference")
            ),
        ]

        eventually(lambda: listens(self.settings.scheduler), "a scheduler")

    def _dask(self, *arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            env={**os.environ, **self.settings.to_environment()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self):
        """Kill the scheduler and its workers, as in a power cut, and have them started again."""
        self.stop()
        self.start()

    def stop(self):
        for process in self.processes:
            end(process.pid)
            process.wait()


@pytest.fixture(scope="session", autouse=True)
def patient():
    """Wait longer for a cluster than a visitor would: the machine may be busy with other tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vizcore.compute.cluster.START_SECONDS", 180)
        yield


@pytest.fixture(scope="session")
def importable():
    """Let the processes that tests start import this folder and the package."""
    before = os.environ.get("PYTHONPATH")
    paths = [str(HERE), str(HERE.parents[1]), before]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    yield
    os.environ.pop("PYTHONPATH") if before is None else os.environ.update(PYTHONPATH=before)


@pytest.fixture(scope="session", params=[Embedded, Own], ids=["embedded", "own"])
def cluster(request, importable, tmp_path_factory):
    """A cluster, shared by the tests that leave it as it was."""
    folder = tmp_path_factory.mktemp("cluster")
    running = request.param(folder)
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def jobs(cluster):
    """The pages' side of it."""
    opened = Jobs(cluster.settings)
    yield opened
    for run in opened.runs.on_worker():
        opened.cluster.end_worker(opened.stop(run.id, run.visitor).worker)
    opened.close()


@pytest.fixture
def visitor():
    return visitor_of(new_token())


@pytest.fixture
def gate(tmp_path):
    """A closed gate; whatever still waits at the end may pass."""
    closed = Gate(tmp_path)
    closed.let(0)
    yield closed
    closed.let(10**6)
