"""What it costs to know every feature map of a picture: by our own arithmetic, and by Keras.

``python tests/benchmarks/bench_network.py [NAME]``: a network that ships, `objects` where it is
there; an embedded cluster of its own, in a new folder. Each time another picture is asked for.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
FOLDER = tempfile.TemporaryDirectory(prefix="runs-", ignore_cleanup_errors=True)
os.environ |= {"VIZCORE_RUNS": FOLDER.name, "VIZCORE_LINGER": "1"}

from vizcore.compute.jobs import open_jobs  # noqa: E402
from vizcore.compute.keras_check import agreement, keras_activations  # noqa: E402
from vizcore.compute.networks import network_choices, open_network  # noqa: E402

TARGET = 60
REPEATS = 50


def spread(seconds):
    """Median and 95th percentile, as text."""
    times = np.array(seconds) * 1000
    return f"p50 {statistics.median(times):6.1f} ms   p95 {np.percentile(times, 95):6.1f} ms"


def measured(function, pictures):
    """Return how long each call took, and what the last one gave."""
    times = []
    for picture in pictures:
        start = time.perf_counter()
        given = function(picture)
        times.append(time.perf_counter() - start)
    return times, given


def main(arguments):
    """Print the figures."""
    here = dict(network_choices(None))
    name = arguments[0] if arguments else "objects" if "objects" in here else [*here][0]
    network, jobs = open_network(name), open_jobs()
    numbers = np.random.default_rng(0)
    shape = (REPEATS + 1, *network.architecture.input)
    first, *pictures = numbers.integers(0, 256, shape, np.uint8)

    def by_keras(picture):
        return jobs.cluster.call(keras_activations, name, network.digest, picture)

    start = time.perf_counter()
    by_keras(first)
    cold = time.perf_counter() - start
    ours, _ = measured(network.activations, pictures)
    theirs, given = measured(by_keras, pictures)
    both, apart = measured(lambda picture: agreement(name, picture), pictures)
    empty, _ = measured(lambda picture: jobs.cluster.call(os.getpid), pictures)
    jobs.close()

    size = sum(one.nbytes for one in given.values())
    maps = sum(node.shape[-1] for node in network.graph.values() if node.has_maps)
    size = f"{size / 2**20:.1f} MiB"
    print(f"{name}: {len(given)} nodes, {maps} maps, {size} of numbers a picture")
    for what, times in {
        "all activations, vizcore.ops, in this process": ours,
        "all activations, Keras, to the worker and back": theirs,
        "both, and their largest differences": both,
        "the worker's answer to nothing": empty,
    }.items():
        print(f"{what:48}{spread(times)}")
    print(f"to reach: all activations in {TARGET} ms, the worker's round trip included")
    print(f"the first answer: cluster, Keras, model: {cold:.1f} s")
    print(f"largest difference in any node: {max(apart.values()):.1e}")


if __name__ == "__main__":
    main(sys.argv[1:])
