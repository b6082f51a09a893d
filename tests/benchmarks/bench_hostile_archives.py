"""Hostile archives of pictures, and honest ones beside them, each in a process of its own.

    python tests/benchmarks/bench_hostile_archives.py

Each is read, collected and made into a dataset, as the page *Your own classes* does. What takes
more than 2 seconds of processor time (so that what else goes on here does not count) or 400 MiB,
and whatever raises anything but a sentence for the visitor, is printed as FAILED and makes the
exit status 1.
"""

import io
import os
import random
import resource
import struct
import sys
import time
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1] / "nets")]
from archives import deflated, deflated_zeros, entry, zipped  # noqa: E402
from bench_decode import largest_allowed, resident  # noqa: E402

from vizcore.nets.collection import Collection  # noqa: E402
from vizcore.nets.dataset import DatasetError  # noqa: E402
from vizcore.nets.own_classes import Making, dataset_of, made_of  # noqa: E402
from vizcore.nets.picture_archive import PictureArchive  # noqa: E402

MOST_SECONDS, MOST_MEMORY = 2.0, 400
MOST_BYTES = 10 * 2**20
"""Of an archive: as much as the server takes in."""

HONEST = "honest"


def made(data):
    """Do what the page does, and tell what came of it."""
    collection = Collection().adding(PictureArchive(data))
    dataset_of(made_of(collection.classes, Making()), Making(), "made")
    return f"{collection.count} pictures, {len(collection.skipped)} skipped"


def alone(data):
    """Fork and read: (outcome, processor seconds, MiB beyond what was there, seconds)."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        before, start, began = resident(), time.process_time(), time.perf_counter()
        try:
            outcome = made(data)
        except DatasetError as error:
            outcome = f"refused: {error}"
        except BaseException as error:
            outcome = f"FAILED: {error!r}"
        seconds, wall = time.process_time() - start, time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10 - before
        os.write(writer, f"{seconds}\n{max(peak, 0)}\n{wall}\n{outcome}".encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        report = pipe.read()
    os.waitpid(child, 0)
    if not report:
        return "FAILED: the process died", float("nan"), float("nan"), float("nan")
    seconds, peak, wall, outcome = report.split("\n", 3)
    return outcome, float(seconds), float(peak), float(wall)


def archive(files):
    """Zip files by their paths."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as kept:
        for path, data in files:
            kept.writestr(path, data)
    return buffer.getvalue()


def classes(pictures):
    """Deal pictures out to two classes."""
    return [(f"{'ab'[i % 2]}/{i}.x", data) for i, data in enumerate(pictures)]


def saved(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(side, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)


def honest():
    """Yield archives that a teacher might bring."""
    photos = [saved(Image.fromarray(noise(300, i)), "JPEG", quality=80) for i in range(120)]
    yield f"{HONEST}: 120 photos of 300 pixels", archive(classes(photos))
    one = Image.fromarray(noise(64)).resize((3000, 4000), Image.Resampling.BICUBIC)
    phone = saved(one, "JPEG", quality=80)
    yield f"{HONEST}: 6 photos of 12 megapixels", archive(classes([phone] * 6))
    small = [saved(Image.fromarray(noise(32, i)), "PNG") for i in range(1000)]
    yield f"{HONEST}: 1,000 of 32 pixels", archive(classes(small))


def bombs():
    """Yield archives that claim, repeat or unpack too much."""
    png = saved(Image.fromarray(noise(8)), "PNG")
    for name, picture in largest_allowed():
        count = max(1, min(1000, MOST_BYTES // (len(deflated(picture)) + 100)))
        yield f"{count} of the largest: {name}", archive(classes([picture] * count))
        yield f"2 of the largest: {name}", archive(classes([picture] * 2))
    giga = deflated_zeros(png, 1024)
    yield "1 GB behind a small picture", zipped(entry("a/1.png", png, packed=giga))
    yield "1 GB, claimed", zipped(entry("a/1.png", b"", packed=giga, size=2**30))
    yield "64 MB of BMP", archive(classes([b"BM" + bytes(2**20 - 9)] * 63))
    for name, start, part in (
        ("JPEGs without an end", b"\xff\xd8\xff\xe0", b"\0"),
        ("JPEGs of millions of scans", b"\xff\xd8\xff", b"\xff\xda\x00\x02"),
        ("PNGs of millions of chunks", png[:33], b"\0\0\0\0teXt\0\0\0\0"),
        ("GIFs of millions of blocks", b"GIF89a" + bytes(7), b"!\xfe\1\0\0"),
        ("GIFs of one comment of millions of blocks", b"GIF89a" + bytes(7) + b"!\xfe", b"\1\0"),
        ("WebPs of millions of chunks", b"RIFF\xff\xff\xff\0WEBPVP8X", b"\0\0\0\0\0\0\0\0"),
        ("BMPs of steps to nowhere", run_lengths(), b"\0\2\0\0"),
    ):
        for count, size in ((6, 10 * 2**20 - 99), (999, 60_000)):
            one = start + part * ((size - len(start)) // len(part))
            packed = deflated(one)
            paths = (f"{'ab'[i % 2]}/{i}.x" for i in range(count))
            yield f"{count} {name}", zipped(*(entry(path, one, packed=packed) for path in paths))
    yield "1,000 that are no pictures", archive(classes([b"text"] * 1000))
    yield "4,096 empty files", archive([(f"a/{i}", b"") for i in range(4096)])
    yield "60,000 empty files", archive([(f"a/{i}", b"") for i in range(60_000)])
    yield "overlapping entries", overlapping(2**16 - 1, png)
    yield "deep paths", archive([(f"{'x/' * 2000}{i}.png", png) for i in range(500)])
    yield "long names", archive([(f"a/{'x' * 60_000}{i}", png) for i in range(30)])
    yield "an archive in an archive", archive(classes([archive(classes([png] * 99))] * 99))


def run_lengths():
    """Return the head of a BMP of 8 × 8 pixels in run lengths."""
    head = bytearray(saved(Image.new("P", (8, 8)), "BMP")[:1078])
    head[30] = 1
    return bytes(head)


def overlapping(count, png):
    """Name the same bytes again and again (D. Fifield, A better zip bomb, 2019)."""
    name, body, fields = entry("a/1.png", png)
    place = struct.pack("<5H2L", len(name), 0, 0, 0, 0, 0, 0)
    directory = (b"PK\1\2\x14\0" + fields + place + name) * count
    end = (b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + struct.pack("<4s4H2LH", *end)


def mutated(count=400):
    """Yield an archive with bytes changed at random."""
    numbers = random.Random(7)
    whole = archive(
        classes([saved(Image.fromarray(noise(40, i)), ("PNG", "JPEG")[i % 2]) for i in range(12)])
    )
    for i in range(count):
        changed = bytearray(whole)
        for _ in range(numbers.randint(1, 8)):
            changed[numbers.randrange(len(changed))] = numbers.randrange(256)
        yield f"changed {i}", bytes(changed[: numbers.choice((None, None, -9, len(changed) // 2))])


def main():
    results = [
        (name, *alone(data)) for source in (honest(), bombs(), mutated()) for name, data in source
    ]
    for title, column in (("slowest", 2), ("largest", 3)):
        print(f"\n{title}:")
        for name, outcome, seconds, peak, wall in sorted(results, key=lambda r: -r[column])[:12]:
            cost = f"{seconds:5.2f} s ({wall:5.2f} by the clock)  +{peak:4.0f} MiB"
            print(f"  {cost}  {name}: {outcome[:60]}")
    hostile = [one for one in results if not one[0].startswith(HONEST)]
    slow = [one for one in hostile if one[2] > MOST_SECONDS or one[3] > MOST_MEMORY]
    failed = [one for one in results if one[1].startswith("FAILED")]
    kinds = Counter("refused" if one[1].startswith("refused") else "read" for one in hostile)
    print(f"\n{len(hostile)} hostile archives: {kinds['refused']} refused, {kinds['read']} read in")
    print(
        f"part; worst {max(one[2] for one in hostile):.2f} s, +{max(one[3] for one in hostile):.0f}"
        f" MiB; {len(slow)} beyond {MOST_SECONDS:g} s or {MOST_MEMORY} MiB, {len(failed)} failed"
    )
    for name, outcome, *_ in (*slow, *failed):
        print(f"FAILED {name}: {outcome}")
    return bool(slow or failed)


if __name__ == "__main__":
    sys.exit(main())
