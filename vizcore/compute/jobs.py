"""What the pages call: submit a job, watch it, stop it, take it up again."""

import contextlib
import functools
import threading
import time
from dataclasses import dataclass

from vizcore.compute.cluster import Cluster, ClusterError
from vizcore.compute.job import kind_of
from vizcore.compute.runs import Run, Runs, State
from vizcore.compute.settings import Settings

REFRESH_SECONDS = 1.0

ASTRAY = (
    "A training worker keeps its runs elsewhere than this app: VIZCORE_RUNS and"
    " VIZCORE_DATABASE_URL must be the same for both."
)
ASTRAY_SECONDS = 10
"""For so long it is told; as long as it is so, it is heard again and again."""

_MOST_EVENTS = 1000


@dataclass(frozen=True)
class Look:
    """A run at this moment.

    Attributes
    ----------
    run : Run
    position : int or None
        Its place in the queue, from 1, while it waits there.
    progress : dict or None
        The last event heard of it: ``epochs_done``; ``batch`` of ``batches`` in the present epoch;
        ``metrics``, means over it so far; ``time``, in seconds since 1970.
    trouble : str
        One sentence where the cluster cannot go on with it at present, else empty.
    """

    run: Run
    position: int | None
    progress: dict | None
    trouble: str


class Jobs:
    """All runs, and the cluster that carries them out; for all sessions of this process.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings):
        self.runs = Runs(settings)
        self.cluster = Cluster(settings, self._hear)
        self._grace = settings.grace
        self._events = {}
        self._stopping = {}
        self._trouble = ""
        self._astray = 0.0
        self._refreshing = threading.Lock()
        self._refreshed = -REFRESH_SECONDS

    def close(self):
        """Let go of the database and the cluster; what is in progress goes on."""
        for timer in self._stopping.values():
            timer.cancel()
        self.cluster.close()
        self.runs.close()

    def warm(self):
        """Connect to the cluster, or start it, beside whatever else goes on here.

        A page that will need it says so when it opens, and nobody waits for it later.
        """
        threading.Thread(target=self._try_to_connect, daemon=True).start()

    @property
    def trouble(self):
        """One sentence where the cluster was not there at the last attempt, else empty."""
        return self._trouble

    def submit(self, job, visitor, name=""):
        """Queue a job, even where the cluster is down: it is then carried out when it is back.

        Parameters
        ----------
        job : Job
        visitor : str
            The digest of the visitor's token.
        name : str
            What the visitor calls the run.

        Returns
        -------
        Run

        Raises
        ------
        LimitError
            Where it asks for too much.
        """
        run = self.runs.create(visitor, name, kind_of(job), job.to_settings(), job.cost())
        self._issue()
        return run

    def resume(self, run_id, visitor, job=None):
        """Queue a run again, to go on after its last epoch; with more epochs, where a job is given.

        Raises
        ------
        RunError, LimitError
        """
        changes = (job.to_settings(), job.cost()) if job else ()
        run = self.runs.resume(run_id, visitor, *changes)
        self._events.pop(run_id, None)
        self._issue()
        return run

    def stop(self, run_id, visitor):
        """Cancel a run: at its next batch, or by ending its worker where it does not listen.

        Raises
        ------
        RunError
            Where it is not the visitor's.
        """
        run = self.runs.ask_to_stop(run_id, visitor)
        if run.state is State.STOPPING:
            self._see_it_stop(run)
        return run

    def look(self, run_id):
        """Look at a run; cheap enough to be asked every second by everybody who watches.

        Raises
        ------
        RunError
            Where there is none.
        """
        self.refresh()
        run = self.runs.get(run_id)
        waits = run.state is State.QUEUED
        queue = self.runs.queue() if waits else []
        position = queue.index(run_id) + 1 if run_id in queue else None
        trouble = self._trouble if run.is_active else ""
        return Look(run, position, self._events.get(run_id), trouble)

    def refresh(self, at_once=False):
        """Bring the table and the cluster into line, where one of them has been restarted.

        Runs whose task nobody knows any more are interrupted; waiting runs without a task get
        one; runs that are to stop are seen to. Nothing happens where it was done just before.
        """
        if not self._refreshing.acquire(blocking=at_once):
            return
        try:
            if at_once or time.monotonic() - self._refreshed >= REFRESH_SECONDS:
                self._trouble = self._bring_into_line()
                self._refreshed = time.monotonic()
        finally:
            self._refreshing.release()

    def _bring_into_line(self):
        # The table first: a task that is gone has by then left its last word there.
        on_worker, waiting = self.runs.on_worker(), len(self.runs.queue())
        if not on_worker and not waiting:
            return ""
        try:
            tickets = self.cluster.tickets()
            for run in on_worker:
                if run.ticket not in tickets:
                    self.runs.give_up(run)
                elif run.state is State.STOPPING:
                    self._see_it_stop(run)
            free = len(tickets - {run.ticket for run in on_worker})
            self.cluster.issue(max(0, waiting - free))
        except ClusterError as error:
            return str(error)
        if time.time() - self._astray < ASTRAY_SECONDS:
            return ASTRAY
        return self.cluster.trouble()

    def _try_to_connect(self):
        try:
            self.cluster.client()
            self._trouble = ""
        except ClusterError as error:
            self._trouble = str(error)

    def _issue(self):
        # Whatever goes wrong here is told, and made good, when somebody looks.
        with contextlib.suppress(ClusterError):
            self.cluster.issue()

    def _see_it_stop(self, run):
        """Tell the job, once; after the grace time, end its worker."""
        if run.ticket not in self._stopping:
            timer = threading.Timer(self._grace, self._force, [run])
            timer.daemon = True
            self._stopping[run.ticket] = timer
            timer.start()
            with contextlib.suppress(ClusterError):
                self.cluster.stop(run.ticket, run.worker)

    def _force(self, run):
        # Its task is run again by Dask, finds that it should stop, and says so in the table.
        for now in self.runs.on_worker():
            if now.ticket == run.ticket and now.state is State.STOPPING:
                with contextlib.suppress(ClusterError):
                    self.cluster.end_worker(now.worker)
        self._stopping.pop(run.ticket, None)

    def _hear(self, event):
        if "astray" in event:
            self._astray = event["time"]
            return
        self._events[event["run"]] = event
        if len(self._events) > _MOST_EVENTS:
            self._events.pop(next(iter(self._events)), None)


_opening = threading.Lock()


@functools.cache
def _open_jobs():
    return Jobs(Settings.from_environment())


def open_jobs():
    """Return the one `Jobs` of this process, as the environment has it.

    It is kept here, not in a cache of the web server, which any visitor may empty.
    """
    with _opening:
        return _open_jobs()
