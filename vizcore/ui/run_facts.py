"""What a run is made of, and what came of it: each a name and a text."""

from functools import lru_cache
from itertools import groupby
from math import inf
from statistics import median

from vizcore.compute import run_files
from vizcore.compute.job import kind_of
from vizcore.compute.jobs import open_jobs
from vizcore.compute.runs import RunError
from vizcore.compute.training_job import TrainingJob
from vizcore.figures.volumes import shape_text
from vizcore.nets import pretrained, transfer
from vizcore.nets.architectures import Architecture, layer_table, preset, totals
from vizcore.nets.datasets import PUBLISHED
from vizcore.nets.own_datasets import is_own, title_of
from vizcore.nets.presets import PRESETS
from vizcore.nets.recipes import RECIPES, fitted
from vizcore.nets.schedules import SCHEDULES
from vizcore.nets.training import LOSSES, OPTIMISERS, PRECISIONS
from vizcore.ui.numbers import readable
from vizcore.ui.run_words import figure, percent

TRAINING = kind_of(TrainingJob("", ""))
"""The kind of the runs that train; there are others, such as downloads."""

OWN = "A network of one’s own"

_POLICIES = {"float32": "float32", "mixed_bfloat16": "bfloat16"}
"""What Keras calls the numbers of a network → what the settings call them."""


def training_run(run_id):
    """Look up a run that trains.

    Raises
    ------
    RunError
        Where there is none.
    """
    run = open_jobs().runs.get(run_id)
    if run.job != TRAINING:
        raise RunError("This is no run that trains a network.")
    return run


def job_of(run):
    """Return the `TrainingJob` of a run."""
    return TrainingJob.from_settings(run.settings)


def dataset_title(name):
    """Return what a dataset is called, here or where the run was made.

    Examples
    --------
    >>> dataset_title("cifar10"), dataset_title("leaves")
    ('CIFAR-10', 'leaves')
    """
    if is_own(name):
        return title_of(name) or "Own classes (deleted or expired)"
    return PUBLISHED[name].title if name in PUBLISHED else name


@lru_cache(maxsize=256)
def network_title(text, features=""):
    """Return the title of the preset that a network is, fitted to its dataset, or `OWN`.

    Parameters
    ----------
    text, features : str
        As in `TrainingJob`.

    Examples
    --------
    >>> network_title("8x8x1-conv_8_3-relu-max_2-flatten-dense_10-softmax")
    'The simplest CNN'
    """
    network = Architecture.from_text(text)
    if features:
        return f"Transfer from {_title(features)}"
    classes = layer_table(network)[-1].shape[0]
    for slug in RECIPES:
        if fitted(preset(slug), network.input, classes) == network:
            return PRESETS[slug].title
    return OWN


@lru_cache(maxsize=256)
def network_table(text):
    """Return the rows of a network's layer table."""
    return layer_table(Architecture.from_text(text))


def shapes_of(job):
    """Return the shapes that a picture takes on its way through a job's network, each once.

    Examples
    --------
    >>> shapes_of(TrainingJob("digits", "8x8x1-conv_8_3-relu-max_2-flatten-dense_10-softmax"))
    ['8×8×1', '6×6×8', '3×3×8', '72', '10']
    """
    shapes = [Architecture.from_text(job.network).input]
    shapes += [row.shape for row in network_table(job.network)]
    return [shape_text(shape) for shape, _ in groupby(shapes)]


def parameters_of(job):
    """Count the weights of a job's network."""
    return totals(network_table(job.network)).parameters


def frozen_of(job):
    """Say which layers of a job's network keep what another has learned, or that none do.

    Examples
    --------
    >>> network = "32x32x3-conv_24_3_b0-norm-relu-globalmax-dense_2-softmax"
    >>> frozen_of(TrainingJob("pets", network, features="objects"))
    'the first 3 of 6, with the weights of Objects'
    """
    if not job.features:
        return "none"
    network = job.architecture()
    rows = transfer.shared(network, job.features)
    return f"the first {rows} of {len(network.layers)}, with the weights of {source_of(job)}"


def trained_of(job):
    """Count the weights of a job's network that training changes."""
    return transfer.trained(job.architecture(), job.features)


def settings_of(run, policy=""):
    """Return every setting of a run.

    Parameters
    ----------
    run : Run
    policy : str
        As `policy_of` returns it.

    Returns
    -------
    dict of str to str
        In the order in which one chooses them.
    """
    job = job_of(run)
    training, changes = job.training, job.training.augmentation
    size = Architecture.from_text(job.network).input
    return {
        "Dataset": dataset_title(job.dataset),
        "Network": network_title(job.network, job.features),
        "Input": shape_text(size),
        "Parameters": f"{parameters_of(job):,}",
        "Frozen layers": frozen_of(job),
        "Trained weights": f"{trained_of(job):,}",
        "Optimiser": OPTIMISERS[training.optimiser],
        "Learning rate": f"{training.rate:g}",
        "Schedule": SCHEDULES[training.schedule],
        "Batch": str(training.batch),
        "Epochs": str(run.epochs),
        "Loss": LOSSES[training.loss],
        "Augmentation": _augmentation(changes),
        "Early stopping": f"after {training.patience} epochs" if training.patience else "off",
        "Time budget": f"{readable(training.minutes)} min" if training.minutes else "off",
        "Validation": f"{readable(100 * job.fraction)}% of the training part",
        "Standardised": _standardised(job),
        "Seed": str(training.seed),
        "Precision": _precision(training.precision, policy),
    }


def _standardised(job):
    if job.features:
        return f"as for {source_of(job)}"
    return "yes" if job.standardise else "no"


def source_of(job):
    """Return the title of the network whose first layers a job keeps, or an empty text."""
    return _title(job.features) if job.features else ""


def _title(features):
    return pretrained.card(features).title if features in pretrained.NAMES else features


def policy_of(run):
    """Return what Keras calls the numbers that a run trains in; empty where it does not say."""
    try:
        return run_files.about(open_jobs().runs.folder(run.id)).policy
    except RunError:
        return ""


def _precision(asked, policy):
    """Name the precision that was asked for, and what became of it where that was left open."""
    if asked == "auto" and policy in _POLICIES:
        return f"{PRECISIONS[asked]} (became {PRECISIONS[_POLICIES[policy]]})"
    return PRECISIONS[asked]


def results_of(run, rows):
    """Return the figures of a run that two runs are compared by.

    Parameters
    ----------
    run : Run
    rows : sequence of dict
        Its finished epochs.

    Returns
    -------
    dict of str to (float or None, callable)
        Name to the figure, and to what writes it.
    """
    last = rows[-1] if rows else {}
    seconds = [row["seconds"] for row in rows if row.get("seconds")]
    return {
        "Test accuracy": (run.metrics.get("test_accuracy"), percent),
        "Validation accuracy": (last.get("val_accuracy"), percent),
        "Training accuracy": (last.get("accuracy"), percent),
        "Validation loss": (last.get("val_loss"), figure),
        "Epochs done": (run.epochs_done, str),
        "Seconds per epoch": (median(seconds) if seconds else None, _seconds),
        "Parameters": (parameters_of(job_of(run)), lambda count: f"{count:,}"),
    }


def ended_early(run, rows):
    """Say why a finished run has fewer epochs than were asked for, or return an empty text."""
    training = job_of(run).training
    if run.epochs_done >= run.epochs:
        return ""
    losses = [inf if row.get("val_loss") is None else row["val_loss"] for row in rows]
    if training.patience and losses:
        best = losses.index(min(losses)) + 1
        if len(losses) - best >= training.patience:
            return (
                f"It stopped early: since epoch {best} the validation loss had not become better "
                f"for {training.patience} epochs. The network of epoch {best} is kept."
            )
    if training.minutes:
        return f"It stopped after the {readable(training.minutes)} minutes that it was given."
    return ""


def _seconds(value):
    return "–" if value is None else f"{value:.1f}" if value < 10 else f"{value:.0f}"


def _augmentation(changes):
    told = {
        "shift": f"shift {readable(100 * changes.shift)}%",
        "rotate": f"rotate {readable(changes.rotate)}°",
        "zoom": f"zoom {readable(100 * changes.zoom)}%",
        "flip": "flip",
    }
    return ", ".join(text for name, text in told.items() if getattr(changes, name)) or "none"
