"""What the preset *transfer* brings where there are few pictures, and how long one waits for it.

    python tests/benchmarks/bench_transfer.py [--draws N] [--pictures N]

Two classes with 30 pictures each are drawn from larger sets, several times; every run is submitted
to a cluster and waited for, as a page does it. Beside each transfer stands the same network on the
same pictures, but trained as a whole from random weights: for twice as many epochs and at a tenth
of the rate, which suits it better. The test pictures are others of the same sets. Medical pictures
and digits are looked for in VIZCORE_DATA, and else in ``../shared/data``; patches of photographs
that ship are always there. None of it is CIFAR-10, from which the features were learned.
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
os.environ["PYTHONPATH"] = str(ROOT)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from vizcore.compute import Jobs, Settings, State  # noqa: E402
from vizcore.compute.training_job import TrainingJob  # noqa: E402
from vizcore.imaging.samples import SAMPLES  # noqa: E402
from vizcore.nets import transfer  # noqa: E402

VISITOR = "0" * 64
TESTED = 200
"""Test pictures of each class."""

FILES = (
    ("mednist28", "AbdomenCT and ChestCT", (0, 2)),
    ("mednist28", "BreastMRI and HeadCT", (1, 5)),
    ("pneumoniamnist", "healthy and pneumonia", (0, 1)),
    ("mnist", "4 and 9", (4, 9)),
)
PHOTOS = ("cat", "coffee"), ("rocket", "astronaut")


def main():
    """Print accuracies and times."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--pictures", type=int, default=30, help="of each class, to learn from")
    asked = parser.parse_args()
    given = Path(os.environ.get("VIZCORE_DATA") or ROOT.parent / "shared" / "data")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ |= {"VIZCORE_DATA": folder, "VIZCORE_RUNS": f"{folder}/runs"}
        draws = [
            (pair, written(Path(folder), both, draw, asked.pictures))
            for pair, both in (*from_files(given), *from_photographs())
            for draw in range(asked.draws)
        ]
        print(f"2 classes of {asked.pictures} pictures; test accuracy of {asked.draws} draws")
        jobs = Jobs(replace(Settings.from_environment(), linger=1))
        try:
            told(compared(jobs, draws))
        finally:
            jobs.close()
            time.sleep(2)


def from_files(given):
    """Yield what a pair of classes is called, and its pictures, an array for each class."""
    for name, pair, labels in FILES:
        path = given / f"{name}.npz"
        if not path.exists():
            print(f"Passed over: {path.name} is not there.")
            continue
        with np.load(path) as file:
            names = (
                ("train_images", "train_labels")
                if "train_images" in file
                else ("x_train", "y_train")
            )
            x, y = (file[one] for one in names)
        yield f"{name}: {pair}", [x[y.ravel() == label] for label in labels]


def from_photographs(side=64, count=500):
    """Yield pairs of photographs cut into patches: the last ones are from the right half."""
    for names in PHOTOS:
        both = []
        for photo in (SAMPLES[name].load() for name in names):
            rng, (rows, columns) = np.random.default_rng(0), photo.shape[:2]
            y = rng.integers(0, rows - side, count)
            x = rng.integers(0, columns // 2 - side, count)
            x[-TESTED:] += columns // 2
            corners = zip(y, x, strict=True)
            both.append(np.stack([photo[r : r + side, c : c + side] for r, c in corners]))
        yield f"photographs: {' and '.join(names)}", both


def written(folder, both, draw, pictures):
    """Write the dataset of a draw; return its name."""
    rng, learned, tested = np.random.default_rng(draw), [], []
    for one in both:
        learned.append(one[rng.choice(len(one) - TESTED, pictures, replace=False)])
        tested.append(one[-TESTED:])
    name = f"draw-{len(list(folder.glob('*.npz'))):03}"
    np.savez(
        folder / f"{name}.npz",
        x_train=np.concatenate(learned),
        y_train=np.repeat([0, 1], pictures),
        x_test=np.concatenate(tested),
        y_test=np.repeat([0, 1], TESTED),
    )
    return name


def compared(jobs, draws):
    """Train every draw with and without the features; yield pair, both accuracies and seconds."""
    network, training = transfer.with_new_head("objects", 2).to_text(), transfer.RECIPE.training
    for pair, dataset in draws:
        job = TrainingJob(dataset, network, training, standardise=True, features="objects")
        accuracy, seconds = through(jobs, job)
        slower = replace(training, rate=training.rate / 10, epochs=2 * training.epochs)
        scratch, longer = through(jobs, replace(job, training=slower, features=""))
        print(
            f"  {pair:40} transfer {accuracy:6.1%} in {seconds:5.1f} s"
            f"   from scratch {scratch:6.1%} in {longer:5.1f} s",
            flush=True,
        )
        yield pair, accuracy, scratch, seconds


def through(jobs, job):
    """Train a job; return its test accuracy, and the seconds from submitting it to its end."""
    began = time.monotonic()
    run = jobs.submit(job, VISITOR)
    while (now := jobs.runs.get(run.id)).is_active:
        time.sleep(0.1)
    seconds = time.monotonic() - began
    assert now.state is State.FINISHED, now.note
    jobs.runs.delete(run.id, VISITOR)
    return now.metrics["test_accuracy"], seconds


def told(found):
    """Print medians for each pair of classes, then the times."""
    by_pair, waited = {}, []
    for pair, *accuracies, seconds in found:
        by_pair.setdefault(pair, []).append(accuracies)
        waited.append(seconds)
    print("Medians")
    for pair, accuracies in by_pair.items():
        kept, scratch = np.median(accuracies, axis=0)
        print(f"  {pair:40} transfer {kept:6.1%}   from scratch {scratch:6.1%}")
    first, *others = waited
    print(f"submitted → finished, the first run of a server   {first:5.1f} s   (target < 60 s)")
    if others:
        median, most = np.median(others), max(others)
        print(f"submitted → finished, afterwards   p50 {median:5.1f} s   largest {most:5.1f} s")


if __name__ == "__main__":
    main()
