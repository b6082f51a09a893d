"""What training in the app costs, and what it brings: each figure beside its target.

    python tests/benchmarks/bench_training.py [FIGURE ...]

FIGURE is any of ``speed fast precision progress cancel neighbour``; without one, all of them. MNIST
and CIFAR-10 are looked for in VIZCORE_DATA, and else in ``../shared/data``; what they are missing
for is passed over. Whatever is compared with each other takes turns in the same run.
"""

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE), str(HERE.parent / "browser")]
os.environ["PYTHONPATH"] = str(ROOT)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from vizcore.compute import Jobs, Settings, State  # noqa: E402
from vizcore.compute.training_job import TrainingJob  # noqa: E402
from vizcore.nets.architectures import build, preset  # noqa: E402
from vizcore.nets.augmentation import Augmentation  # noqa: E402
from vizcore.nets.datasets import load_dataset  # noqa: E402
from vizcore.nets.evaluation import predicted, report  # noqa: E402
from vizcore.nets.precision import policy  # noqa: E402
from vizcore.nets.preparation import fit_preparation  # noqa: E402
from vizcore.nets.recipes import RECIPES, fitted  # noqa: E402
from vizcore.nets.splits import three_parts  # noqa: E402
from vizcore.nets.training import TrainingSettings, compiled, train  # noqa: E402

VISITOR = "0" * 64
ENOUGH = 0.975
CIFAR_PART = 12_000
SLIDES = "mnist-five-conv"


def spread(seconds):
    """Median and 95th percentile, as text."""
    times = np.array(seconds) * 1000
    return f"p50 {np.median(times):7.1f} ms   p95 {np.percentile(times, 95):7.1f} ms"


# --- Through the app against a plain script --------------------------------------------------


def speed(asked):
    """Samples a second through the cluster and in a plain script, in pairs that take turns."""
    network = fitted(preset(asked.network), (28, 28, 1), 10).to_text()
    recipe = replace(RECIPES[asked.network].training, optimiser="adam", rate=0.001)
    training = replace(recipe, epochs=3, augmentation=Augmentation(), schedule="constant")
    job = TrainingJob("mnist", network, training)
    count = len(load_dataset("mnist").train)
    validation = round(count * job.fraction)
    plain = {
        "file": str(Path(os.environ["VIZCORE_DATA"]) / "mnist.npz"),
        "network": network,
        "precision": policy(training.precision),
        "batch": training.batch,
        "epochs": training.epochs,
        "validation": validation,
    }
    pairs = []
    with cluster() as jobs, bare() as fit:
        for pair in range(asked.pairs):
            sides = [lambda: through(jobs, job, count - validation), lambda: fit(plain)]
            # Who goes first changes, lest one of them always finds a warmer machine.
            order = (0, 1) if pair % 2 == 0 else (1, 0)
            found = {side: sides[side]() for side in order}
            pairs.append((found[0], found[1]))
            print(f"  app {found[0]:8,.0f} a second   bare {found[1]:8,.0f}", flush=True)
    ratio = statistics.median(app / alone for app, alone in pairs)
    print(f"app / bare model.fit, {asked.network:16}  {ratio:6.3f}   (target ≥ 0.97)")


def through(jobs, job, count):
    """Train a job; return samples a second from the end of its first epoch to that of its last.

    So the time includes what the app does between epochs: snapshots, checkpoint, database.
    """
    run = finished(jobs, jobs.submit(job, VISITOR))
    ends = [epoch.ended for epoch in jobs.runs.history(run.id)]
    jobs.runs.delete(run.id, VISITOR)
    return (len(ends) - 1) * count / (ends[-1] - ends[0])


@contextlib.contextmanager
def bare():
    """Give a function that trains in a process with nothing but Keras."""
    script = subprocess.Popen(
        [sys.executable, str(HERE / "bare_fit.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )

    def fit(settings):
        script.stdin.write(json.dumps(settings) + "\n")
        script.stdin.flush()
        return float(script.stdout.readline())

    yield fit
    script.stdin.close()
    script.wait()


# --- Networks against each other -------------------------------------------------------------


def fast(asked):
    """Seconds of training until 97.5% of MNIST's test pictures are right; the slides' network too.

    The test part is looked at after each epoch for this figure alone: nothing is chosen by it.
    """
    slow = []
    for point in course(SLIDES, epochs=8, precision="float32"):
        slow.append(point)
        told(SLIDES, slow)
        if len(slow) >= 3 and worth_it(slow) < np.inf:
            break
    print(f"{SLIDES}, test after 3 epochs   {slow[2][1]:7.2%}   (target ≥ 97.0%)")
    times = []
    for seed in range(3):
        quick = []
        for point in course("fast", seed=seed):
            quick.append(point)
            told(f"fast, seed {seed}", quick)
        best = max(accuracy for _, accuracy in quick[:4])
        print(f"fast, best test in 4 epochs, seed {seed}   {best:7.2%}   (target ≥ 99.3%)")
        times.append(worth_it(quick) / worth_it(slow))
    print(f"time to {ENOUGH:.1%}, fast / {SLIDES} {max(times):7.3f}   (target ≤ 0.2)")


def course(name, **changes):
    """Train a preset on MNIST by its recipe; yield seconds so far and test accuracy each epoch."""
    data, recipe = load_dataset("mnist"), RECIPES[name]
    settings = replace(recipe.training, **changes)
    parts = three_parts(data, seed=settings.seed)
    preparation = fit_preparation(parts.train.x, standardise=recipe.standardise)
    model = new_model(fitted(preset(name), data.shape, 10), settings)
    seconds = 0.0
    for row in train(model, parts.train, parts.validation, settings, preparation=preparation):
        seconds += row["seconds"]
        yield seconds, tested(model, parts.test, preparation)


def new_model(architecture, settings):
    """Build a network as a training worker does."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy(settings.precision))
    model = compiled(build(architecture, seed=settings.seed), settings)
    keras.config.set_dtype_policy(before)
    return model


def tested(model, test, preparation):
    """Return the accuracy on the test part."""
    return report(test.y, predicted(model, test.x, preparation)).accuracy


def told(name, points):
    """Print where a course stands."""
    seconds, accuracy = points[-1]
    print(f"  {name:18} epoch {len(points)}  {seconds:6.1f} s  test {accuracy:7.2%}", flush=True)


def worth_it(points):
    """Return the seconds after which a course had come far enough."""
    return min((seconds for seconds, accuracy in points if accuracy >= ENOUGH), default=np.inf)


def precision(asked):
    """Samples a second and accuracy on a part of CIFAR-10, epochs of both precisions in turn."""
    data = load_dataset("cifar10")
    parts = three_parts(data)
    part, validation = parts.train.take(slice(CIFAR_PART)), parts.validation.take(slice(1000))
    preparation, runs, rows = fit_preparation(part.x), {}, {"float32": [], "auto": []}
    models = {}
    for name in rows:
        settings = TrainingSettings(
            "adam", 0.001, "cosine", batch=128, epochs=asked.epochs, precision=name
        )
        models[name] = new_model(preset("cifar-six-conv"), settings)
        runs[name] = train(models[name], part, validation, settings, preparation=preparation)
    for _ in range(asked.epochs):
        for name, run in runs.items():
            rows[name].append(next(run))
            rate = len(part.y) / rows[name][-1]["seconds"]
            print(f"  {name:8} {rate:7,.0f} samples a second", flush=True)
    # The first epoch makes the graph; where there is but one, it has to do.
    after = slice(min(1, asked.epochs - 1), None)
    pairs = zip(rows["float32"][after], rows["auto"][after], strict=True)
    ratio = statistics.median(whole["seconds"] / half["seconds"] for whole, half in pairs)
    accuracies = [tested(model, parts.test, preparation) for model in models.values()]
    target = "≥ 1.5" if policy("auto") != "float32" else "1: no bfloat16 here"
    print(f"automatic / float32, cifar-six-conv    {ratio:7.2f}   (target {target})")
    print(
        f"test after {asked.epochs} epochs: float32 {accuracies[0]:.2%}, automatic"
        f" {accuracies[1]:.2%}   (target: within 1 point)"
    )


# --- Waiting ---------------------------------------------------------------------------------


def progress(asked):
    """Submit → the first batch heard of; and from there → on screen, in a real Chromium."""
    from playwright.sync_api import sync_playwright

    with (
        cluster() as jobs,
        pages() as url,
        sync_playwright() as playwright,
        tab(playwright) as tab_,
    ):
        for name, dataset, count in (("simplest-cnn", "digits", 5), (SLIDES, "mnist", 5)):
            heard_after, shown_after = [], []
            for _ in range(count):
                start = time.time()
                run = jobs.submit(recipe_job(name, dataset), VISITOR)
                tab_.goto(f"{url}/runs?run={run.id}", wait_until="commit")
                event = heard(jobs, run)
                heard_after.append(event["time"] - start)
                tab_.locator("[role=progressbar]").wait_for(timeout=60_000)
                shown_after.append(max(0.0, time.time() - event["time"]))
                stop(jobs, run)
            print(f"submit → first batch, {name:16} first {heard_after[0]:5.2f} s   ", end="")
            print(f"then {statistics.median(heard_after[1:]):5.2f} s")
            print(f"first batch → on screen           {spread(shown_after)}   (target ≤ 1 s)")


def cancel(asked):
    """Cancel → the run says so and its worker is free, in the slides' large batches."""
    times = []
    with cluster() as jobs:
        for attempt in range(7):
            run = jobs.submit(recipe_job(SLIDES, "mnist"), VISITOR)
            heard(jobs, run)
            time.sleep(0.3 * attempt)
            start = time.time()
            ended = stop(jobs, run)
            assert ended is State.CANCELLED, ended
            times.append(time.time() - start)
    print(f"cancel → cancelled, {SLIDES}  {spread(times)}   (target ≤ 2 s)")


def neighbour(asked):
    """A filter change in a browser, idle and while somebody else trains, in turns."""
    from bench_pages import filter_change
    from PIL import Image
    from playwright.sync_api import sync_playwright

    rng = np.random.default_rng(0)
    coarse = Image.fromarray(rng.integers(0, 255, (51, 77, 3), np.uint8))
    times = {"idle": [], "training": []}
    with (
        cluster() as jobs,
        pages() as url,
        sync_playwright() as playwright,
        tab(playwright) as tab_,
    ):
        photo = jobs.runs.folder("photo").with_suffix(".jpg")
        photo.parent.mkdir(exist_ok=True)
        coarse.resize((1224, 816), Image.BICUBIC).save(photo, quality=92)
        for turn in range(5):
            run = None
            if turn % 2 == 0 and turn:
                run = jobs.submit(recipe_job(SLIDES, "mnist"), VISITOR)
                heard(jobs, run)
            tab_.goto(f"{url}/image_filters")
            tab_.wait_for_selector("[data-drawn]")
            found = filter_change(tab_, photo)
            if turn:  # the first warms up
                times["training" if run else "idle"] += found
            if run:
                stop(jobs, run)
    for name, found in times.items():
        print(f"kernel change, 1 MP, {name:9}   p50 {np.median(found):6.1f} ms   ", end="")
        print(f"p95 {np.percentile(found, 95):6.1f} ms")
    ratio = np.percentile(times["training"], 95) / np.percentile(times["idle"], 95)
    print(f"p95 while training / idle         {ratio:7.2f}   (target ≤ 1.5)")


def recipe_job(name, dataset):
    """Make the job of a preset and its recipe; on digits, in pictures of the preset's size."""
    recipe = RECIPES[name]
    return TrainingJob(dataset, preset(name).to_text(), recipe.training, recipe.standardise)


# --- The cluster, the app, the data ----------------------------------------------------------


@contextlib.contextmanager
def cluster():
    """Give the jobs of an embedded cluster of its own, once its workers are warm."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["VIZCORE_RUNS"] = folder
        jobs = Jobs(replace(Settings.from_environment(), linger=1))
        jobs.cluster.client().run(keras_there)
        yield jobs
        jobs.close()
        time.sleep(2)


def keras_there():
    """Import Keras, or wait until somebody else has."""
    import keras

    return keras.__version__


@contextlib.contextmanager
def pages():
    """Give the address of the app, which shares the present cluster."""
    from conftest import Server

    server = Server().wait()
    yield server.url
    server.stop()


@contextlib.contextmanager
def tab(playwright):
    """Give a tab of a Chromium."""
    from chromium import find
    from conftest import FLAGS

    browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
    yield browser.new_page(viewport={"width": 1440, "height": 900})
    browser.close()


def heard(jobs, run):
    """Wait for the first event of a run, and return it."""
    while not (event := jobs._events.get(run.id)):
        now = jobs.runs.get(run.id)
        assert now.is_active, now.note
        time.sleep(0.001)
    return event


def finished(jobs, run):
    """Wait for the end of a run, asking as often as a page that watches it."""
    while (now := jobs.runs.get(run.id)).is_active:
        time.sleep(0.5)
    assert now.state is State.FINISHED, now.note
    return now


def stop(jobs, run):
    """Cancel a run; return its state once it has ended."""
    jobs.stop(run.id, VISITOR)
    while (now := jobs.runs.get(run.id)).is_active:
        time.sleep(0.002)
    jobs.runs.delete(run.id, VISITOR)
    return now.state


@contextlib.contextmanager
def data():
    """Let VIZCORE_DATA be a folder with all of the data that can be had here."""
    given = Path(os.environ.get("VIZCORE_DATA") or ROOT.parent / "shared" / "data")
    with tempfile.TemporaryDirectory() as folder:
        for file in given.glob("*.npz"):
            shutil.copy(file, folder)
        cifar = Path(folder, "cifar10.npz")
        unpack = given / "unpack_cifar10.py"
        if unpack.exists() and not cifar.exists():
            subprocess.run([sys.executable, str(unpack), str(cifar)], check=True)
        os.environ["VIZCORE_DATA"] = folder
        yield Path(folder)


FIGURES = {
    speed: "mnist",
    fast: "mnist",
    precision: "cifar10",
    progress: "mnist",
    cancel: "mnist",
    neighbour: "mnist",
}
"""Figure → the dataset it needs."""


def main():
    """Print the figures that are asked for."""
    names = [figure.__name__ for figure in FIGURES]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=", ".join(names))
    parser.add_argument("--network", default="fast", help="for speed; a preset for 28×28×1")
    parser.add_argument("--pairs", type=int, default=7, help="for speed")
    parser.add_argument("--epochs", type=int, default=4, help="for precision")
    asked = parser.parse_args()
    if unknown := {*asked.figures} - {*names}:
        parser.error(f"there is no figure {', '.join(sorted(unknown))}")
    with data() as folder:
        for figure, dataset in FIGURES.items():
            if asked.figures and figure.__name__ not in asked.figures:
                continue
            print(f"\n{figure.__doc__.splitlines()[0]}", flush=True)
            if not (folder / f"{dataset}.npz").exists():
                print(f"  Passed over: {dataset}.npz is not in VIZCORE_DATA.")
                continue
            figure(asked)


if __name__ == "__main__":
    main()
