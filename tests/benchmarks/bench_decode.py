"""Decode every hostile file, and the largest ones allowed, each in a process of its own.

    python tests/benchmarks/bench_decode.py [FOLDER]

The folder is by default ``../shared/images`` beside the repository. Every process may hold
1.5 GiB and run for 20 seconds; a crash, a hang or an exception other than `ImageError` is printed
and makes the exit status 1. Then come the slowest and the most memory-hungry.
"""

import io
import os
import resource
import signal
import struct
import sys
import time
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))
from vizcore.imaging import ImageError, decode_image  # noqa: E402

MEMORY = 3 * 2**29
SECONDS = 20
LARGEST = (6000, 4000)


def resident(field=1):
    """MiB of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[field])
    return pages * resource.getpagesize() / 2**20


def decode_alone(data):
    """Fork, limit, decode: (outcome, seconds, MiB of memory beyond what was there)."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        before = resident()
        allowed = int(resident(0) * 2**20) + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
        signal.alarm(SECONDS)
        start = time.perf_counter()
        try:
            outcome = "decoded {}×{}".format(*decode_image(data).shape[1::-1])
        except ImageError as error:
            outcome = f"refused: {error}"
        except BaseException as error:
            outcome = f"FAILED: {error!r}"
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10 - before
        os.write(writer, f"{seconds}\n{max(peak, 0)}\n{outcome}".encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        report = pipe.read()
    _, status = os.waitpid(child, 0)
    if status or not report:
        return f"FAILED: killed by signal {status & 127}", float(SECONDS), float("nan")
    seconds, peak, outcome = report.split("\n", 2)
    return outcome, float(seconds), float(peak)


def largest_allowed():
    """Yield pictures of as many pixels as are let in, in every format, and costly corners."""

    def saved(mode, file_format, **options):
        buffer = io.BytesIO()
        Image.new(mode, LARGEST, 90).save(buffer, file_format, **options)
        return buffer.getvalue()

    def chunk(kind, body):
        body = kind + body
        return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))

    deep = saved("1", "PNG")[:8]
    deep += chunk(b"IHDR", struct.pack(">IIBBBBB", *LARGEST, 16, 6, 0, 0, 0))
    deep += chunk(b"IDAT", zlib.compress(bytes((LARGEST[0] * 8 + 1) * LARGEST[1])))
    yield "PNG, 16-bit RGBA", deep + chunk(b"IEND", b"")
    yield "PNG, RGBA", saved("RGBA", "PNG")
    yield "JPEG, progressive", saved("RGB", "JPEG", progressive=True)
    yield "JPEG, CMYK", saved("CMYK", "JPEG")
    yield "WebP, RGBA", saved("RGBA", "WEBP", lossless=True, quality=0, method=0)
    yield "GIF", saved("P", "GIF")
    indexed = Image.fromarray(np.zeros((1, 1), np.uint8))
    buffer = io.BytesIO()
    indexed.save(buffer, "BMP")
    header = bytearray(buffer.getvalue()[:1078])
    struct.pack_into("<ii", header, 18, *LARGEST)
    struct.pack_into("<I", header, 30, 1)
    yield "BMP, run lengths of 1", bytes(header) + b"\1\1" * 5_000_000
    yield "BMP, empty lines", bytes(header) + b"\1\1\0\0" * LARGEST[1]


def files(folder):
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


def main():
    beside = Path(__file__).parents[3] / "shared" / "images"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else beside
    results = [
        (name, *decode_alone(data))
        for source in (files(folder), largest_allowed())
        for name, data in source
    ]
    counts = {
        word: sum(outcome.startswith(word) for _, outcome, *_ in results)
        for word in ("decoded", "refused", "FAILED")
    }
    print(f"{len(results)} files:", ", ".join(f"{n} {word}" for word, n in counts.items()))
    for title, column in (("slowest", 2), ("largest", 3)):
        print(f"\n{title}:")
        for name, outcome, seconds, peak in sorted(results, key=lambda r: -r[column])[:10]:
            print(f"  {seconds * 1e3:8.1f} ms  +{peak:6.1f} MiB  {name}: {outcome[:60]}")
    failures = [result for result in results if result[1].startswith("FAILED")]
    for name, outcome, *_ in failures:
        print(f"{name}: {outcome}")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
