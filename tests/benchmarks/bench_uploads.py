"""What 40 uploads of 10 MB into one session leave in the server's memory, and how much it takes.

    python tests/benchmarks/bench_uploads.py

The files go straight to the endpoint, one after the other, then as many at a time as a browser
sends, then all at once, with a page that never runs again; each time to a server of its own.
"""

import os
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

sys.path[:0] = [str(Path(__file__).parents[1] / "browser"), str(Path(__file__).parents[2])]
from conftest import Server  # noqa: E402
from raw_client import Visitor  # noqa: E402

from vizcore.ui.upload_limits import MB, upload_limits  # noqa: E402

COUNT, SIZE = 40, 10 * MB - 2**10
TARGET = 60
SECONDS = 20
"""After these the memory of what was let go is the system's again."""


class Peak:
    """The most memory that a process has, looked at every 5 ms."""

    def __init__(self, process):
        self.process, self.most, self._on = process, 0, True
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self):
        while self._on:
            self.most = max(self.most, self.process.memory_info().rss)
            time.sleep(0.005)

    def stop(self):
        self._on = False
        return self.most / MB


def measured(url, process, at_once):
    """Return MB before, at most, and after; and the seconds of the slowest."""
    with Visitor(url) as visitor:
        visitor.run()
        before, peak = process.memory_info().rss / MB, Peak(process)
        slowest = 0.0

        def one(_):
            nonlocal slowest
            start = time.perf_counter()
            status, _ = visitor.upload(os.urandom(SIZE))
            slowest = max(slowest, time.perf_counter() - start)
            return status

        with ThreadPoolExecutor(at_once) as pool:
            statuses = list(pool.map(one, range(COUNT)))
        time.sleep(SECONDS)
        after = process.memory_info().rss / MB
    assert set(statuses) == {204}, statuses
    return before, peak.stop(), after, slowest


def reported(at_once):
    """Print what a server of its own makes of it; return whether that is as it should be."""
    with tempfile.TemporaryDirectory() as runs:
        server = Server(VIZCORE_RUNS=runs).wait()
        try:
            process = psutil.Process(server.process.pid)
            before, peak, after, slowest = measured(server.url, process, at_once)
        finally:
            server.stop()
    limit = upload_limits().visitor
    print(
        f"{COUNT} × 10 MB, {at_once:2} at a time: {before:.0f} MB before, at most {peak:.0f}, "
        f"{after:.0f} after: {after - before - limit:+.0f} MB beyond the visitor's {limit} "
        f"(at most {peak - before - limit:+.0f}; target {TARGET}); slowest {slowest:.2f} s"
    )
    return after - before - limit <= TARGET


def main():
    return 0 if all([reported(at_once) for at_once in (1, 6, COUNT)]) else 1


if __name__ == "__main__":
    sys.exit(main())
