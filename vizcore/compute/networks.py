"""A trained network by the key under which a link knows it: one that ships, or a run's.

The web process and the workers open it alike: they see the same runs. Nothing here needs Keras.
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from vizcore.compute import run_files
from vizcore.compute.job import kind_of
from vizcore.compute.jobs import open_jobs
from vizcore.compute.recent import recent
from vizcore.compute.runs import RunError, State
from vizcore.compute.training_job import MODEL, TrainingJob
from vizcore.nets import pretrained
from vizcore.nets.architectures import Architecture, layer_table, totals
from vizcore.nets.graph import graph_of
from vizcore.nets.layers import Softmax
from vizcore.nets.network import Network
from vizcore.nets.weights import read_keras_file

MOST_NUMBERS = 8 * 2**20
"""In all feature maps of one picture: what a page can compute, send and draw."""

MOST_MULTIPLY_ADDS = 2 * 10**9
"""For one picture: some seconds of our own arithmetic."""

_TRAINING = kind_of(TrainingJob("", ""))


class NetworkError(ValueError):
    """A network that cannot be opened; the text tells the visitor why."""


def open_network(key):
    """Open a trained network.

    Parameters
    ----------
    key : str or vizcore.nets.network.Network
        One of `vizcore.nets.pretrained.NAMES`, or the id of a run: whoever has it may look at it.
        A network itself, from a visitor's own file, has no key: it is returned, or its like that a
        worker was sent before.

    Returns
    -------
    vizcore.nets.network.Network
        The same object again while its file stays as it is, so that it may be the key of a cache.
        Of a run that is not finished, the network after its last epoch.

    Raises
    ------
    NetworkError

    Examples
    --------
    >>> open_network("tiny").title
    'Tiny'
    """
    if isinstance(key, Network):
        return _sent(key.digest, key.architecture, key.preparation, key.class_names, key)
    if key in pretrained.NAMES:
        return _shipped(key)
    run = _training_run(key)
    try:
        return _of_run(run)
    except NetworkError:
        # An epoch may have ended meanwhile: its checkpoint takes the place of the one before.
        now = _training_run(key)
        if (now.checkpoint, now.state) == (run.checkpoint, run.state):
            raise
        return _of_run(now)


def network_of_file(file, class_names, preparation):
    """Make a network of a visitor's own file, for the web process alone.

    Where it answers with logits, a softmax is put at its end.

    Parameters
    ----------
    file : vizcore.nets.model_files.ModelFile
    class_names : sequence of str
        As many as it has answers.
    preparation : Preparation
        How pictures become its input.

    Returns
    -------
    vizcore.nets.network.Network

    Raises
    ------
    NetworkError
    """
    if file.outputs is None:
        raise NetworkError(
            "This network answers with maps: only one that ends in a number for each class can be "
            "opened here."
        )
    if file.outputs == 1:
        raise NetworkError(
            "This network answers with a single number: only one that ends in a number for each "
            "class can be opened here, so give two classes two of them."
        )
    if file.architecture.input[2] not in (1, 3):
        raise NetworkError(
            f"The pictures of this network have {file.architecture.input[2]} channels: only grey "
            "pictures and those of red, green and blue can be shown to it here."
        )
    architecture = file.architecture
    if not file.gives_probabilities:
        architecture = replace(architecture, layers=(*architecture.layers, Softmax()))
    _check_size(architecture)
    network = Network(file.title, architecture, file.weights, tuple(class_names), preparation)
    _try(network)
    return network


def network_choices(visitor):
    """List the networks that a visitor can open.

    Parameters
    ----------
    visitor : str or None
        The digest of the visitor.

    Returns
    -------
    list of (str, str)
        Key and title: those that ship, then the visitor's runs, the newest first. A run's title is
        a visitor's text.
    """
    shipped = [(name, pretrained.card(name).title) for name in pretrained.NAMES if _is_here(name)]
    runs = open_jobs().runs.of(visitor) if visitor else []
    mine = [(run.id, _title(run)) for run in runs if _has_model(run)]
    return shipped + mine


@recent(maxsize=4, named_by=4)
def _sent(digest, architecture, preparation, class_names, network):
    """Return the first of all networks that are alike, so that a worker builds it once."""
    return network


def _is_here(name):
    return all((pretrained.FOLDER / f"{name}{end}").exists() for end in (".npz", ".json"))


def _shipped(name):
    if not _is_here(name):
        raise NetworkError(f"The network “{name}” did not come with this app: choose another one.")
    return pretrained.load(name)


def _training_run(run_id):
    try:
        run = open_jobs().runs.get(run_id)
    except RunError as error:
        raise NetworkError(str(error)) from None
    if run.job != _TRAINING:
        raise NetworkError("This is no run that trains a network.")
    return run


def _has_model(run):
    path = _model_file(run)
    return path is not None and path.exists()


def _model_file(run):
    """Return where a run's network is, or None before its first epoch is done.

    The file in the run's own folder may be an earlier one while the run trains further.
    """
    folder = open_jobs().runs.folder(run.id)
    if run.state is State.FINISHED:
        return folder / MODEL
    return folder / run.checkpoint / MODEL if run.checkpoint else None


def _of_run(run):
    path = _model_file(run)
    if path is None:
        raise NetworkError("This run has no network yet: open it when its first epoch is finished.")
    try:
        stamp = path.stat().st_mtime_ns
    except OSError:
        raise NetworkError(
            "The file of this run’s network is gone: train it again to have it."
        ) from None
    folder = open_jobs().runs.folder(run.id)
    return _read(_title(run), str(run.settings.get("network")), folder, path, stamp)


def _title(run):
    if run.state is State.FINISHED:
        return run.name
    return f"{run.name}, after epoch {run.epochs_done}"


@lru_cache(maxsize=8)
def _read(title, network, folder: Path, path: Path, stamp):
    """Read a run's network; `stamp` says which state of the file is kept."""
    try:
        architecture = Architecture.from_text(network)
        _check_size(architecture)
        about = run_files.about(folder)
        weights = read_keras_file(path, graph_of(architecture))
    except ValueError as error:  # each tells what is wrong in a sentence
        raise NetworkError(str(error)) from None
    read = Network(title, architecture, weights, about.classes, about.preparation)
    _try(read)
    return read


def _check_size(architecture):
    numbers = sum(int(np.prod(node.shape)) for node in graph_of(architecture).values())
    work = totals(layer_table(architecture)).multiply_adds
    if numbers > MOST_NUMBERS or work > MOST_MULTIPLY_ADDS:
        raise NetworkError(
            f"This network is too large to be opened layer by layer: for one picture it computes "
            f"{numbers:,} numbers by {work:,} multiply-adds, and the most are {MOST_NUMBERS:,} and "
            f"{MOST_MULTIPLY_ADDS:,}."
        )


def _try(network):
    """See that it gives numbers, one for each class, by the brightest picture."""
    rows, columns, channels = network.architecture.input
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            given = network.activations(np.full((rows, columns, channels), 255, np.uint8))
    # What is not finite is refused by our arithmetic in words for programmers.
    except ValueError:
        raise NetworkError(
            "This network does not give finite numbers, as when training has diverged: train it "
            "again with a lower learning rate."
        ) from None
    if given[network.output].shape != (len(network.class_names),):
        raise NetworkError("What is told of its classes does not suit this network.")
