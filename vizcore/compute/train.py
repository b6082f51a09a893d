"""Train without the browser: the same job, a progress bar, and the same run on disk.

    python -m vizcore.compute.train --preset mnist-five-conv --dataset mnist --epochs 3 --out DIR

The app shows the runs of DIR when it is started with VIZCORE_RUNS=DIR. Ctrl+C stops after the
present batch; the same command with ``--resume`` goes on after the last finished epoch.
"""

import argparse
import functools
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from vizcore.compute.history_csv import history_csv
from vizcore.compute.job import kind_of
from vizcore.compute.runs import RunError, Runs, State
from vizcore.compute.settings import Settings
from vizcore.compute.training_job import TrainingJob, outline
from vizcore.compute.work import carry_out, stop
from vizcore.nets import transfer
from vizcore.nets.architectures import preset
from vizcore.nets.recipes import RECIPES, Recipe, fitted
from vizcore.nets.training import PRECISIONS, TrainingSettings

PRESETS = RECIPES | {transfer.TRANSFER: transfer.RECIPE}
VISITOR = "command line"
HISTORY = "history.csv"
_BAR = 24
_OWN = ("optimiser", "rate", "schedule", "batch", "epochs", "loss", "patience", "minutes", "seed")


def main(arguments=None):
    """Train as the command line says; return the exit status."""
    asked = _parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    runs = Runs(replace(Settings.from_environment(), runs=Path(asked.out).absolute(), database=""))
    try:
        run = _resumed(runs, asked) if asked.resume else _created(runs, asked)
        return _carry_out(runs, run)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        runs.close()


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m vizcore.compute.train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    network = parser.add_mutually_exclusive_group()
    network.add_argument("--preset", choices=PRESETS, default="simplest-cnn", help="a network")
    network.add_argument("--network", help="a network of your own, as in the app's links")
    parser.add_argument("--dataset", default="digits", help="digits, mnist, … (default: digits)")
    parser.add_argument("--out", required=True, help="the folder to write to")
    parser.add_argument("--name", default="", help="what to call the run")
    parser.add_argument("--resume", action="store_true", help="go on with the newest run in --out")
    settings = parser.add_argument_group("settings", "by default those of the preset")
    for name in _OWN:
        kind = type(getattr(TrainingSettings(), name))
        settings.add_argument(f"--{name}", type=float if name == "minutes" else kind)
    settings.add_argument("--precision", choices=PRECISIONS)
    settings.add_argument("--standardise", action="store_true", default=None)
    return parser


def _job(asked):
    recipe = Recipe(TrainingSettings()) if asked.network else PRESETS[asked.preset]
    own = {
        name: value for name in (*_OWN, "precision") if (value := getattr(asked, name)) is not None
    }
    return TrainingJob(
        asked.dataset,
        asked.network or _fitted(asked.preset, asked.dataset).to_text(),
        replace(recipe.training, **own),
        recipe.standardise if asked.standardise is None else asked.standardise,
        features="" if asked.network or asked.preset != transfer.TRANSFER else transfer.SOURCE,
    )


def _fitted(slug, dataset):
    known = outline(dataset)
    if slug == transfer.TRANSFER:
        return transfer.with_new_head(transfer.SOURCE, known.classes)
    return fitted(preset(slug), known.shape, known.classes)


def _created(runs, asked):
    job = _job(asked)
    name = asked.name or f"{'own network' if asked.network else asked.preset} on {asked.dataset}"
    return runs.create(VISITOR, name, kind_of(job), job.to_settings(), job.cost())


def _resumed(runs, asked):
    own = runs.of(VISITOR)
    if not own:
        raise RunError(f"There is no run in {asked.out}.")
    # A process that was killed could not say so.
    for run in runs.on_worker():
        runs.give_up(run)
    if asked.epochs is None:
        return runs.resume(own[0].id, VISITOR)
    job = TrainingJob.from_settings(own[0].settings)
    job = replace(job, training=replace(job.training, epochs=asked.epochs))
    return runs.resume(own[0].id, VISITOR, job.to_settings(), job.cost())


def _carry_out(runs, run):
    run = runs.claim("command line", "this process")
    signal.signal(signal.SIGINT, lambda *_: stop(run.ticket))
    carry_out(run, runs, functools.partial(_show, run.epochs))
    ended = runs.get(run.id)
    (runs.folder(run.id) / HISTORY).write_text(history_csv(runs.history(run.id)), "utf-8")
    print(" ".join(filter(None, (f"{ended.state.capitalize()}.", ended.note))))
    for name, value in ended.metrics.items():
        print(f"{name.replace('_', ' ').capitalize()}: {value:.2%}")
    print(f"Files: {runs.folder(run.id)}")
    return 0 if ended.state is State.FINISHED else 1


def _show(epochs, event):
    """Draw the bar of an epoch; the line stays once the epoch is done."""
    done, batch, batches = event["epochs_done"], event["batch"], event["batches"]
    figures = "  ".join(f"{name} {value:.4g}" for name, value in event["metrics"].items())
    share = batch / batches if batches else 1
    bar = "#" * int(_BAR * share)
    number = done + 1 if batches else done
    end = "" if batches else "\n"
    print(f"\r{number:3}/{epochs} [{bar:.<{_BAR}}] {figures}\033[K", end=end, flush=True)


if __name__ == "__main__":
    sys.exit(main())
