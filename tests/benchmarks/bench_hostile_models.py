"""Read every hostile model file, each in a process of its own: how long, how much memory.

    python tests/benchmarks/bench_hostile_models.py [FOLDER]

To the files that `tests/nets/hostile_models.py` makes come honest ones cut short and with bytes
changed, and, if one is named, the ``.keras`` files of a folder. Every process may take 1 GiB and
10 seconds; code that runs, a crash, a hang, an exception other than `ModelFileError`, and a hostile
file that is read make the exit status 1. Memory is what a process holds at most beyond the file.
"""

import os
import resource
import signal
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "nets"), str(ROOT / "tests" / "compute")]
from hostile_models import CANARY, CURIOUS, HOSTILE, LARGE  # noqa: E402
from keras_files import file_of, honest, members, stored, zipped  # noqa: E402
from made_networks import drawn_network  # noqa: E402

from vizcore.nets.model_files import ModelFileError, read_model_file  # noqa: E402
from vizcore.nets.presets import PRESETS  # noqa: E402

MEMORY, SECONDS = 2**30, 10
AIM_SECONDS, AIM_MEMORY = 0.2, 50
CHANGED = 200


def resident(field=1):
    """MiB of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[field])
    return pages * resource.getpagesize() / 2**20


def forget_the_peak():
    """Let the largest memory so far count as what is held now, where Linux allows it."""
    Path("/proc/self/clear_refs").write_text("5")


def peak():
    """MiB of this process in memory at most."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 2**10


def read_alone(data):
    """Fork, limit, read: (outcome, seconds, seconds of the processor, MiB beyond what was there).

    On a busy machine the first are more than the second.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        allowed = int(resident(0) * 2**20) + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
        signal.alarm(SECONDS)
        forget_the_peak()
        before, start, busy = peak(), time.perf_counter(), time.process_time()
        try:
            outcome = f"read: {read_model_file(data).architecture.to_text()}"
        except ModelFileError as error:
            outcome = f"refused: {error}"
        except BaseException as error:
            outcome = f"FAILED: {error!r}"
        seconds, busy = time.perf_counter() - start, time.process_time() - busy
        figures = f"{seconds}\n{busy}\n{max(peak() - before, 0)}"
        os.write(writer, f"{figures}\n{outcome[:2000]}".encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        report = pipe.read()
    _, status = os.waitpid(child, 0)
    if status or not report:
        return f"FAILED: killed by signal {status & 127}", *[float(SECONDS)] * 2, float("nan")
    *figures, outcome = report.split("\n", 3)
    return outcome, *map(float, figures)


def damaged():
    """Yield honest files cut short, and with bytes changed where no checksum tells."""
    numbers, whole, parts = np.random.default_rng(0), honest(), members()
    for at in np.linspace(0, len(whole) - 1, CHANGED, dtype=int):
        yield "cut short", whole[:at]
    for name in parts:
        for _ in range(CHANGED):
            changed = bytearray(parts[name])
            for place in numbers.integers(0, len(changed), 4):
                changed[place] = numbers.integers(0, 256)
            entries = {**parts, name: bytes(changed)}.items()
            yield f"changed: {name}", zipped(*(stored(*pair) for pair in entries))


def honest_files():
    """Yield every preset, as Keras would have saved it."""
    for name, one in PRESETS.items():
        yield f"honest: {name}", file_of(drawn_network(one.text))


def files(folder):
    """Yield the model files of a folder."""
    for path in sorted(Path(folder).rglob("*.keras")):
        yield str(path.relative_to(folder)), path.read_bytes()


def shown(title, results, column):
    print(f"\n{title}:")
    for name, outcome, seconds, busy, memory in sorted(results, key=lambda one: -one[column])[:8]:
        print(
            f"  {seconds * 1e3:7.1f} ms, {busy * 1e3:6.1f} of the processor, +{memory:5.1f} MiB"
            f"  {name}: {outcome[:70]}"
        )


def read_all(sources):
    results = []
    for name, data in sources:
        CANARY.unlink(missing_ok=True)
        outcome, *figures = read_alone(data)
        if CANARY.exists():
            outcome = f"FAILED: ran code ({outcome})"
        results.append((name, outcome, *figures))
    return results


def main():
    hostile = read_all((name, make()) for name, make in {**HOSTILE, **LARGE}.items())
    others = read_all(damaged())
    others += read_all((f"curious: {name}", make()) for name, make in CURIOUS.items())
    theirs = read_all(files(sys.argv[1])) if len(sys.argv) > 1 else []
    honest_ones = read_all(honest_files())
    for title, results in (
        ("hostile", hostile),
        ("damaged or curious", others),
        ("honest", honest_ones),
        ("given", theirs),
    ):
        if not results:
            continue
        counts = [sum(one[1].startswith(word) for one in results) for word in ("refused", "read")]
        print(
            f"{title}: {len(results)} files, {counts[0]} refused, {counts[1]} read; at most"
            f" {max(one[2] for one in results):.3f} s, {max(one[3] for one in results):.3f} s of"
            f" the processor and {max(one[4] for one in results):.1f} MiB"
        )
    refused = [one for one in hostile + others + theirs if one[1].startswith("refused")]
    shown("refused, slowest", refused, 3)
    shown("refused, largest", refused, 4)
    shown("honest, largest", honest_ones, 4)
    slow = [one for one in refused if one[2] > AIM_SECONDS or one[4] > AIM_MEMORY]
    print(f"\nbeyond {AIM_SECONDS} s or {AIM_MEMORY} MiB: {len(slow)} of {len(refused)} refused")
    failures = [one for one in hostile + others + honest_ones + theirs if "FAILED" in one[1]]
    failures += [one for one in hostile if one[1].startswith("read")]
    failures += [one for one in honest_ones if one[1].startswith("refused")]
    for name, outcome, *_ in failures:
        print(f"{name}: {outcome}")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
