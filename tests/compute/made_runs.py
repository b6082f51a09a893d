"""A finished run as pages find it, made in a moment: nothing is trained, TensorFlow is not needed.

What a network would have computed is real all the same: the maps are `vizcore.ops` of the probe,
and the network opens as one that was trained.
"""

import json
from dataclasses import asdict, fields

import numpy as np
from made_networks import drawn_network, write_keras_file

from vizcore.compute.database import RUNS
from vizcore.compute.job import kind_of
from vizcore.compute.runs import State
from vizcore.compute.training_job import ABOUT, MODEL, PROBE, SNAPSHOTS, TEST, TrainingJob
from vizcore.nets.datasets import load_dataset
from vizcore.nets.preparation import Preparation
from vizcore.nets.splits import three_parts
from vizcore.nets.training import TrainingSettings
from vizcore.ops import conv2d, pool2d, relu

NETWORK = "8x8x1-conv_6_3-relu-max_2-flatten-dense_10-softmax"
_OF_TRAINING = {field.name for field in fields(TrainingSettings)}


def finished_run(
    runs,
    visitor,
    *,
    name="Digits",
    dataset="digits",
    network=NETWORK,
    accuracy=0.95,
    state=State.FINISHED,
    done=None,
    note="",
    **changes,
):
    """Write a run that has ended.

    Parameters
    ----------
    runs : Runs
    visitor : str
        The digest of the visitor whose run it is.
    name, dataset, network : str
        A network of one 3×3 convolution of 8×8×1, or any without a convolution.
    accuracy : float
        How much of the test part it gets right, nearly.
    state : State
        Another one for a run that did not get through: it then has no test results.
    done : int, optional
        The epochs that are done; by default all that were asked for.
    note : str
        What happened, in a sentence.
    **changes
        Fields of `TrainingSettings` (``epochs`` is 3, ``optimiser``, ``seed`` …) or `TrainingJob`.

    Returns
    -------
    Run
    """
    training = {"epochs": 3, **{key: changes.pop(key) for key in _OF_TRAINING & set(changes)}}
    job = TrainingJob(dataset, network, TrainingSettings(**training), **changes)
    run = _claimed(runs, runs.create(visitor, name, kind_of(job), job.to_settings(), job.cost()))
    folder = runs.folder(run.id)
    (folder / SNAPSHOTS).mkdir(parents=True)
    data = load_dataset(dataset)
    about = {"classes": data.class_names, "preparation": asdict(Preparation())}
    (folder / ABOUT).write_text(json.dumps(about), "utf-8")
    parts = three_parts(data, fraction=job.fraction, seed=job.training.seed)
    picture, truth = parts.validation.x[job.probe], parts.validation.y[job.probe]
    np.savez_compressed(folder / PROBE, picture=picture, truth=truth)
    epochs = run.epochs if done is None else done
    for epoch in range(epochs + 1):
        write_snapshot(folder, epoch, kernels_after(epoch), picture, network=network)
        if epoch:
            runs.commit_epoch(run, epoch, figures_after(epoch), f"checkpoints/{epoch:04}")
    metrics = {}
    if epochs:
        write_model(folder / f"checkpoints/{epochs:04}", epochs, network)
    if state is State.FINISHED:
        write_model(folder, epochs, network)
        probabilities = guesses(data.test.y, len(data.class_names), accuracy)
        np.savez_compressed(folder / TEST, probabilities=probabilities, truth=data.test.y)
        metrics = {"test_accuracy": float((probabilities.argmax(1) == data.test.y).mean())}
    if state is not State.RUNNING:
        runs.end(run, state, note, metrics)
    return runs.get(run.id)


def figures_after(epoch):
    """Return what was measured in an epoch, counted from 1: losses fall, accuracies rise."""
    return {
        "loss": 2 / epoch,
        "accuracy": 1 - 0.5 / epoch,
        "val_loss": 2.2 / epoch,
        "val_accuracy": 1 - 0.6 / epoch,
        "rate": 0.001,
        "seconds": 1.5,
    }


def kernels_after(epoch, seed=0):
    """Return six 3×3 kernels, float32 (3, 3, 1, 6), that begin at random and move steadily."""
    numbers = np.random.default_rng(seed)
    start, way = numbers.normal(0, 0.3, (2, 3, 3, 1, 6))
    return np.float32(start + 0.1 * epoch * way)


def write_snapshot(folder, epoch, kernels, picture, network=NETWORK):
    """Write what a network with these kernels makes of a picture."""
    kept = {"probabilities": np.float32([0.1 - 0.01 * epoch] * 9 + [0.1 + 0.09 * epoch])}
    if "-conv" in network:
        conv = conv2d(picture / np.float32(255), kernels)
        maps = {"conv1": conv, "relu1": relu(conv), "pool1": pool2d(relu(conv), 2)}
        kept |= {f"map-{name}": one.astype(np.float16) for name, one in maps.items()}
        kept["kernels"] = kernels
    np.savez_compressed(folder / SNAPSHOTS / f"{epoch:04}.npz", **kept)


def guesses(truth, classes, accuracy, seed=0):
    """Return probabilities, float32 (N, classes): sure where right, in doubt where wrong."""
    numbers = np.random.default_rng(seed)
    wrong = numbers.random(len(truth)) >= accuracy
    chosen = np.where(wrong, (truth + numbers.integers(1, classes, len(truth))) % classes, truth)
    surety = np.where(wrong, numbers.uniform(0.4, 0.8, len(truth)), 0.97)[:, None]
    rest = np.repeat((1 - surety) / (classes - 1), classes, axis=1)
    return np.float32(np.where(np.arange(classes) == chosen[:, None], surety, rest))


def write_model(folder, epoch, network=NETWORK):
    """Write the network as it is after an epoch: its first kernels are those of the snapshot."""
    made = drawn_network(network)
    kernels = kernels_after(epoch)
    if "conv1" in made.weights and made.weights["conv1"]["kernel"].shape == kernels.shape:
        made.weights["conv1"] = {"kernel": kernels, "bias": np.zeros(6, np.float32)}
    folder.mkdir(parents=True, exist_ok=True)
    write_keras_file(folder / MODEL, made)


def _claimed(runs, run):
    """Give this very run to a worker, whatever else waits."""
    change = {"state": State.RUNNING, "ticket": f"made-{run.id}", "worker": "nowhere"}
    with runs._database.writing() as connection:
        runs._change(connection, RUNS.c.id == run.id, started=run.created, **change)
    return runs.get(run.id)
