"""What the cluster costs: its start, an event's way, a job's way, and from cancel to a free worker.

``python tests/benchmarks/bench_compute.py``: an embedded cluster of its own, in a new folder, and
a job that only counts; then the same once Keras is imported in the inference worker.
"""

import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]
os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE), str(HERE.parents[1])])

from vizcore.compute import Cost, Jobs, Settings, State  # noqa: E402

VISITOR = "0" * 64
EVENTS = 200
REPEATS = 15
BATCH_SECONDS = 0.02


@dataclass(frozen=True)
class Ticking:
    """A job whose events carry the time at which they were sent."""

    events: int
    pause: float

    def to_settings(self):
        """Return its two numbers."""
        return {"events": self.events, "pause": self.pause}

    @classmethod
    def from_settings(cls, settings):
        """Make it again."""
        return cls(**settings)

    def cost(self):
        """Cost next to nothing."""
        return Cost(1, 1, 1)

    def run(self, context):
        """Tick until it is enough, or somebody says so."""
        for event in range(self.events):
            time.sleep(self.pause)
            context.report_batch(event, self.events, sent=time.time())
            if context.should_stop():
                break
        return {"left": time.time()}


def spread(seconds):
    """Median and 95th percentile, as text."""
    times = np.array(seconds) * 1000
    return f"p50 {statistics.median(times):7.1f} ms   p95 {np.percentile(times, 95):7.1f} ms"


def until(condition):
    """Wait for something, looking every 0.2 ms."""
    while not (found := condition()):
        time.sleep(0.0002)
    return found


def ended(jobs, run):
    """Wait for the end of a run, as its row in the table tells it."""
    return until(lambda: not (now := jobs.runs.get(run.id)).is_active and now)


def heard(jobs, run):
    """Wait for the first event of a run."""
    return until(lambda: jobs._events.get(run.id))


def events(jobs):
    """A batch reported in the worker → known to the web process."""
    ways = []
    hear = jobs.cluster._hear

    def measure(event):
        ways.append(time.time() - event["metrics"]["sent"])
        hear(event)

    jobs.cluster._hear = measure
    ended(jobs, jobs.submit(Ticking(EVENTS, 0.101), VISITOR))
    jobs.cluster._hear = hear
    print(f"event, worker → web process       {spread(ways)}   ({len(ways)} events)")


def submissions(jobs):
    """Submit → the first event of a job that reports at once."""
    times = []
    for _ in range(REPEATS):
        start = time.time()
        run = jobs.submit(Ticking(1, 0), VISITOR)
        heard(jobs, run)
        times.append(time.time() - start)
        ended(jobs, run)
        jobs.runs.delete(run.id, VISITOR)
    print(f"submit → first event              {spread(times)}")


def cancellations(jobs):
    """Cancel → the row says so, and the next job reports its first batch."""
    stopped, free = [], []
    for _ in range(REPEATS):
        run = jobs.submit(Ticking(10**6, BATCH_SECONDS), VISITOR)
        heard(jobs, run)
        following = jobs.submit(Ticking(1, 0), VISITOR)
        start = time.time()
        jobs.stop(run.id, VISITOR)
        assert ended(jobs, run).state is State.CANCELLED
        stopped.append(time.time() - start)
        heard(jobs, following)
        free.append(time.time() - start)
        ended(jobs, following)
        for each in (run, following):
            jobs.runs.delete(each.id, VISITOR)
    batch = f"batches of {BATCH_SECONDS * 1000:.0f} ms"
    print(f"cancel → cancelled                {spread(stopped)}   ({batch})")
    print(f"cancel → the next job's event     {spread(free)}")


def looks(jobs):
    """What a page that looks at a run each second costs."""
    run = ended(jobs, jobs.submit(Ticking(1, 0), VISITOR))
    times = []
    for _ in range(100):
        start = time.perf_counter()
        jobs.look(run.id)
        times.append(time.perf_counter() - start)
    print(f"look at a run                     {spread(times)}")


def answers(jobs):
    """Ask the inference worker for next to nothing."""
    times = []
    for _ in range(100):
        start = time.perf_counter()
        jobs.cluster.call(os.getpid)
        times.append(time.perf_counter() - start)
    print(f"answer of the inference worker    {spread(times)}")


def keras_there():
    """Import Keras, or wait until somebody else has."""
    import keras

    return keras.__version__


def main():
    """Print the figures."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        start = time.perf_counter()
        jobs = Jobs(replace(Settings(), runs=Path(folder), linger=1))
        jobs.cluster.client()
        print(f"start of the cluster              {time.perf_counter() - start:7.2f} s")
        jobs.cluster.call(keras_there)
        print(f"start → Keras warm                {time.perf_counter() - start:7.2f} s")
        for measure in (answers, submissions, cancellations, looks, events):
            measure(jobs)
        jobs.close()


if __name__ == "__main__":
    # Workers must find the job by the name of its module.
    import bench_compute

    bench_compute.main()
