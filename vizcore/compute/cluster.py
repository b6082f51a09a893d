"""The way to the cluster: found, started where it is ours to start, and found again."""

import contextlib
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError

import distributed
from distributed.comm import connect
from distributed.scheduler import KilledWorker
from distributed.security import Security
from distributed.utils import LoopRunner, sync

from vizcore.compute import work
from vizcore.compute.address import is_served, read_address
from vizcore.compute.settings import ROOT

CONNECT_SECONDS = 5
START_SECONDS = 60
RETRY_SECONDS = 5
"""For so long after a failure, everybody is told of it at once instead of waiting for another."""

_TICKET = "ticket-"
_LONGEST_LOG = 2**20


class ClusterError(RuntimeError):
    """The cluster cannot be reached or could not answer; the text tells the visitor so."""


class Cluster:
    """One connection for all sessions of this process, made when it is first needed.

    Parameters
    ----------
    settings : Settings
    hear : callable
        Takes each progress event, a dict; called in a thread of Dask's.
    """

    def __init__(self, settings, hear=lambda event: None):
        self._settings, self._hear = settings, hear
        self._lock = threading.Lock()
        self._client = self._loop = None
        self._failed = (-RETRY_SECONDS, "")

    def client(self):
        """Return a Dask client that is connected.

        Raises
        ------
        ClusterError
            Where there is no cluster, and none could be started.
        """
        with self._lock:
            if self._client is None or self._client.status != "running":
                self._forget()
                self._connect()
            return self._client

    def close(self):
        """Let go of the cluster, which goes on without us."""
        with self._lock:
            self._forget()
            if self._loop:
                self._loop.stop()
                self._loop = None

    # --- Runs ------------------------------------------------------------------------------

    def issue(self, count=1):
        """Send tickets: each makes a training worker take the run that is then next."""
        client, place = self.client(), self._settings.place
        for _ in range(count):
            key = f"{_TICKET}{secrets.token_hex(8)}"
            with _told():
                distributed.fire_and_forget(
                    client.submit(work.serve, key, place, key=key, resources={"training": 1})
                )

    def tickets(self):
        """Return the tickets that wait or are being worked on."""
        with _told():
            return {*self.client().run_on_scheduler(_living_tickets)}

    def stop(self, ticket, worker):
        """Let the job under a ticket see that it should stop."""
        with _told():
            self.client().run(work.stop, ticket, workers=[worker], on_error="ignore")

    def end_worker(self, worker):
        """End a worker's process, whatever it does; the nanny beside it starts another."""
        with _told(), contextlib.suppress(KeyError):  # what the scheduler says of who is gone
            self.client().run(_kill_worker, workers=[worker], nanny=True, on_error="ignore")

    # --- Answers ---------------------------------------------------------------------------

    def call(self, function, *arguments, timeout=60):
        """Return what a function returns in an inference worker.

        Parameters
        ----------
        function : callable
            Importable there; it may import Keras.
        *arguments
            Small, or rather the path of what is large.
        timeout : float
            Seconds after which nobody waits any more.

        Raises
        ------
        ClusterError
            Where no answer came; what the function raises is raised here too.
        """
        with _told():
            future = self.client().submit(
                function, *arguments, resources={"inference": 1}, pure=False
            )
            error = future.exception(timeout)
            if error is None or isinstance(error, KilledWorker):
                return future.result()
        raise error  # the function's own

    def trouble(self):
        """Return one sentence where runs wait for more than their turn, else an empty text."""
        try:
            with _told():
                workers = self.client().scheduler_info(n_workers=-1)["workers"].values()
        except ClusterError as error:
            return str(error)
        if not any("training" in worker["resources"] for worker in workers):
            return "No training worker is there at present: runs wait until there is one."
        return ""

    # --- Connecting ------------------------------------------------------------------------

    def _connect(self):
        when, what = self._failed
        if time.monotonic() - when < RETRY_SECONDS:
            raise ClusterError(what)
        try:
            client = self._connected()
        except (OSError, TypeError, ValueError, ClusterError) as error:
            text = str(error) if isinstance(error, ClusterError) else _unreachable(error)
            self._failed = (time.monotonic(), text)
            raise ClusterError(text) from error
        for event in client.get_events(work.TOPIC):
            self._heard(event)
        client.subscribe_topic(work.TOPIC, self._heard)
        self._client = client

    def _heard(self, event):
        when, message = event
        self._hear({"time": when, **message})

    def _connected(self):
        settings = self._settings
        if not settings.scheduler:
            return self._embedded()
        security = Security()
        if settings.tls_ca:
            security = Security(
                require_encryption=True,
                tls_ca_file=settings.tls_ca,
                tls_client_cert=settings.tls_cert,
                tls_client_key=settings.tls_key,
            )
        if not listens(settings.scheduler):
            raise OSError(f"nothing listens at {settings.scheduler}")
        return self._dask_client(settings.scheduler, security)

    def _embedded(self):
        """Connect to the folder's cluster, and start it where it is not there."""
        folder, process = self._settings.runs, None
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            found = read_address(folder)
            if found and listens(found.address):
                # Another program may have come by the port, or the cluster be about to end.
                with contextlib.suppress(OSError):
                    return self._dask_client(found.address, found.security)
            # It ends well where another was about to end, or where it was not met in time.
            if process is None or (process.poll() == 0 and not is_served(folder)):
                process = start_embedded(self._settings)
            elif process.poll():
                break
            time.sleep(0.02)
        raise ClusterError(
            f"The cluster of this app does not start; what it said is in {folder / 'cluster.log'}."
        )

    def _dask_client(self, address, security):
        if self._loop is None:
            # A client that cannot connect leaves the thread of its own loop behind.
            self._loop = LoopRunner()
            self._loop.start()
        # A client would wait for ever for the greeting of a server that is stuck.
        sync(self._loop.loop, _knock, address, security, callback_timeout=CONNECT_SECONDS)
        return distributed.Client(
            address,
            security=security,
            timeout=CONNECT_SECONDS,
            set_as_default=False,
            loop=self._loop.loop,
        )

    def _forget(self):
        if self._client is not None:
            with contextlib.suppress(Exception):
                self._client.close(timeout=2)
            self._client = None


def start_embedded(settings):
    """Start the embedded cluster as a process that outlives this one."""
    settings.runs.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = settings.runs / "cluster.log"
    if log.exists() and log.stat().st_size > _LONGEST_LOG:
        log.unlink()
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        **settings.to_environment(),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }
    with open(log, "ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "vizcore.compute"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


async def _knock(address, security):
    comm = await connect(address, **security.get_connection_args("client"))
    await comm.close()


def listens(address):
    """Return whether anything answers at ``tls://host:port``."""
    host, port = address.rpartition("/")[2].rsplit(":", 1)
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def _unreachable(error):
    logging.getLogger(__name__).warning("no cluster: %s", error)
    return "The cluster that trains and runs networks cannot be reached at present."


@contextlib.contextmanager
def _told():
    """Turn what Dask raises when a cluster or a worker ends into a sentence."""
    try:
        yield
    except KilledWorker as error:
        raise ClusterError(
            "The process that computes this was ended from outside, most often for want of memory."
        ) from error
    except TimeoutError as error:
        raise ClusterError("The cluster takes too long to answer: try again later.") from error
    except (CancelledError, OSError) as error:
        raise ClusterError("The connection to the cluster was lost: try again.") from error


def _kill_worker(dask_worker):
    # Where there is no SIGKILL, on Windows, SIGTERM does the same.
    os.kill(dask_worker.pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _living_tickets(dask_scheduler):
    tasks = dask_scheduler.tasks.values()
    return [t.key for t in tasks if str(t.key).startswith(_TICKET) and t.state != "erred"]
