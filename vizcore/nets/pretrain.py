"""Train the networks that ship; see `vizcore.nets.pretrained`.

    python -m vizcore.nets.pretrain NAME [--out FOLDER] [--epochs N]

NAME is one of ``digits objects scans tiny plain-cnn plain-mlp``. The data are MNIST, CIFAR-10 and
MedNIST: published ones are downloaded where they are missing, MedNIST is the file
``mednist28.npz`` in VIZCORE_DATA.
Everything random follows from the seed. The recipes were chosen by the validation part; the test
part is looked at once, at the end, and whatever it says is written on the card.

Training may compute in bfloat16; the test is made with the float32 weights that ship.
"""

import argparse
import json
import os
import platform
import sys
import time
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from vizcore.nets import pretrained, weights
from vizcore.nets.architectures import Architecture, build
from vizcore.nets.augmentation import Augmentation
from vizcore.nets.datasets import fetch_dataset
from vizcore.nets.evaluation import predicted, report
from vizcore.nets.familiar_cards import scores
from vizcore.nets.familiarity import familiar
from vizcore.nets.graph import graph_of
from vizcore.nets.precision import policy
from vizcore.nets.preparation import fit_preparation
from vizcore.nets.presets import PRESETS
from vizcore.nets.splits import three_parts
from vizcore.nets.training import TrainingSettings, compiled, train

VALIDATION = 0.05
"""The part of the training pictures that is held back to choose by."""

SAMPLES_A_CLASS = 4

_MEDNIST = (
    "MedNIST at 28 × 28 pixels, six kinds of medical pictures (assembled by Dr B. J. Erickson, "
    "Department of Radiology, Mayo Clinic; CC BY-SA 4.0)."
)


@dataclass(frozen=True)
class Plan:
    """How a network that ships is made.

    Attributes
    ----------
    title, about : str
    network : str
        As `Architecture.to_text` writes it.
    dataset : str
    training : TrainingSettings
    source : str
        Where the data come from; empty for what the dataset says itself.
    shareable : bool
        Whether the data's licence lets pictures of it ship.
    """

    title: str
    about: str
    network: str
    dataset: str
    training: TrainingSettings
    source: str = ""
    shareable: bool = True


_PAIR = (
    "One of a pair for the shift experiment: a CNN and an MLP of about as many weights, trained "
    "alike on digits that were never moved."
)
_ALIKE = TrainingSettings("adam", 0.005, "one_cycle", batch=128, epochs=6)

PLANS = {
    "digits": Plan(
        "Digits",
        "Handwritten digits, 28×28, grey, white on black.",
        "28x28x1-conv_32_3-max_2-relu"
        "-conv_64_3_psame_b0-norm-relu-conv_64_3_b0-max_2-norm-relu"
        "-conv_128_3_psame_b0-norm-relu-dropout_0.3-flatten-dense_10-softmax",
        "mnist",
        TrainingSettings(
            "adam",
            0.006,
            "one_cycle",
            batch=128,
            epochs=20,
            augmentation=Augmentation(shift=0.08, rotate=10.0, zoom=0.08),
        ),
    ),
    "objects": Plan(
        "Objects",
        "Small colour photographs of ten kinds: vehicles and animals.",
        "32x32x3-conv_24_3_b0-norm-relu-conv_64_3_psame_b0-max_2-norm-relu"
        "-conv_64_3_psame_b0-norm-relu-conv_128_3_psame_b0-max_2-norm-relu"
        "-conv_128_3_psame_b0-norm-relu-conv_160_3_psame_b0-max_2-norm-relu"
        "-conv_160_3_psame_b0-norm-relu-globalmax-dropout_0.2-dense_10-softmax",
        "cifar10",
        TrainingSettings(
            "adamw",
            0.005,
            "one_cycle",
            batch=128,
            epochs=20,
            augmentation=Augmentation(shift=0.08, zoom=0.08, flip=True),
        ),
        shareable=False,
    ),
    "scans": Plan(
        "Scans",
        "Six kinds of medical pictures, 28×28, grey: which part of the body, and by which machine. "
        "It tells kinds of pictures apart; it finds no disease.",
        "28x28x1-conv_16_3-max_2-relu-conv_32_3_psame_b0-norm-relu-conv_32_3_b0-max_2-norm-relu"
        "-conv_64_3_psame_b0-norm-relu-globalaverage-dense_6-softmax",
        "mednist28",
        TrainingSettings(
            "adam",
            0.005,
            "one_cycle",
            batch=64,
            epochs=12,
            augmentation=Augmentation(shift=0.05, rotate=8.0),
        ),
        source=_MEDNIST,
    ),
    "tiny": Plan(
        "Tiny",
        "The layout of CNN Explainer's Tiny VGG, ten filters a layer, on 32×32 colour photographs: "
        "small enough that every map and every weight can be looked at.",
        PRESETS["tiny"].text,
        "cifar10",
        TrainingSettings(
            "adam",
            0.005,
            "one_cycle",
            batch=128,
            epochs=40,
            augmentation=Augmentation(shift=0.06, flip=True),
        ),
        shareable=False,
    ),
    "plain-cnn": Plan(
        "CNN, nothing moved",
        _PAIR,
        "28x28x1-conv_16_3-relu-conv_24_3-relu-max_2-conv_48_3-relu-max_2-conv_80_3-relu"
        "-globalmax-dense_10-softmax",
        "mnist",
        _ALIKE,
    ),
    "plain-mlp": Plan(
        "MLP, nothing moved",
        _PAIR,
        "28x28x1-flatten-dense_64-relu-dense_10-softmax",
        "mnist",
        _ALIKE,
    ),
}
"""Name → how it is made."""


def main(arguments=None):
    """Train as the command line says; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m vizcore.nets.pretrain",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=PLANS)
    parser.add_argument("--out", type=Path, default=pretrained.FOLDER, help="where to write to")
    parser.add_argument("--epochs", type=int, help="other than the plan's: for a try")
    asked = parser.parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    plan = PLANS[asked.name]
    if asked.epochs:
        plan = replace(plan, training=replace(plan.training, epochs=asked.epochs))
    try:
        made = pretrain(asked.name, plan, asked.out)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Validation {made['validation_accuracy']:.2%}, test {made['test_accuracy']:.2%}")
    return 0


def pretrain(name, plan, folder):
    """Train a network, look at its test part once, and write its files.

    Parameters
    ----------
    name : str
    plan : Plan
    folder : Path

    Returns
    -------
    dict
        The card, as it is written.
    """
    data = fetch_dataset(plan.dataset)
    parts = three_parts(data, fraction=VALIDATION, seed=plan.training.seed)
    preparation = fit_preparation(parts.train.x, standardise=True)
    began = time.monotonic()
    model, rows = _trained(plan, parts, preparation)
    seconds = time.monotonic() - began
    validation = _report(model, parts.validation, preparation)
    test = _report(model, parts.test, preparation)
    card = {
        "title": plan.title,
        "about": plan.about,
        "network": plan.network,
        "dataset": plan.dataset,
        "source": plan.source or data.source,
        "class_names": data.class_names,
        "preparation": asdict(preparation),
        "recipe": {**asdict(plan.training), "standardise": True, "validation": VALIDATION},
        "counts": {part: len(held.y) for part, held in parts._asdict().items()},
        "epochs": len(rows),
        "seconds": round(seconds),
        "made_with": _made_with(plan.training.precision),
        "validation_accuracy": validation.accuracy,
        "test_accuracy": test.accuracy,
        "confusion": test.confusion.tolist(),
        "familiar": _familiar(model, plan, parts, preparation),
    }
    folder.mkdir(parents=True, exist_ok=True)
    weights.write(folder / f"{name}.npz", weights.weights_of(model, _graph(plan)))
    (folder / f"{name}.json").write_text(json.dumps(card, indent=1, ensure_ascii=False), "utf-8")
    if plan.shareable:
        _write_samples(folder / f"{plan.dataset}-samples.npz", data, card["source"])
    return card


def _graph(plan):
    return graph_of(Architecture.from_text(plan.network))


def _trained(plan, parts, preparation):
    """Return the model, in float32, and the rows of its epochs."""
    import keras

    architecture, settings = Architecture.from_text(plan.network), plan.training
    keras.config.set_dtype_policy(policy(settings.precision))
    model = compiled(build(architecture, seed=settings.seed), settings)
    keras.config.set_dtype_policy("float32")
    rows = []
    for row in train(model, parts.train, parts.validation, settings, preparation=preparation):
        rows.append(row)
        print(
            f"{len(rows):3}/{settings.epochs}  training {row['accuracy']:.2%}"
            f"  validation {row['val_accuracy']:.2%}  {row['seconds']:.0f} s",
            flush=True,
        )
    exact = build(architecture)
    exact.set_weights(model.get_weights())
    return exact, rows


def _report(model, part, preparation):
    return report(part.y, predicted(model, part.x, preparation))


def _familiar(model, plan, parts, preparation):
    own = (scores(model, _graph(plan), part.x, preparation) for part in parts[1:])
    return familiar(*own) | {"unlike": {}}


def _write_samples(path, data, credit):
    """Take the first pictures of each class of the test part, the classes in turn."""
    places = [np.flatnonzero(data.test.y == k) for k in range(len(data.class_names))]
    chosen = np.array([own[:SAMPLES_A_CLASS] for own in places]).T.ravel()
    taken = data.test.take(chosen)
    np.savez_compressed(path, x=taken.x, y=taken.y, credit=credit)


def _made_with(precision):
    names = ("keras", "tensorflow", "numpy")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in names)
        + f"; {platform.machine()}, {cores} cores, {policy(precision)}"
    )


if __name__ == "__main__":
    sys.exit(main())
