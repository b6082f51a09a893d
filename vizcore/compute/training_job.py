"""The job that trains a network on a dataset: what a run of the training page is made of.

Files in a run's folder: `MODEL` at the end; ``snapshots/0000.npz`` and so on, what the first
convolutions looked like before training and after each epoch; `PROBE`, the picture that they show;
`ABOUT`, what the numbers mean; `TEST`, the probabilities for the test part. Pages read them while
they are written (`vizcore.compute.run_files`), so each appears whole or not at all. Keras is
imported in the worker alone.
"""

import json
import math
import os
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

import numpy as np

from vizcore.compute.limits import Cost, LimitError
from vizcore.nets import transfer
from vizcore.nets.architectures import Architecture, build, layer_table, totals
from vizcore.nets.augmentation import Augmentation
from vizcore.nets.dataset import DatasetError
from vizcore.nets.datasets import PUBLISHED, fetch_dataset, load_dataset
from vizcore.nets.evaluation import predicted, report
from vizcore.nets.inspection import feature_maps, first_kernels
from vizcore.nets.precision import policy
from vizcore.nets.preparation import fit_preparation
from vizcore.nets.recipes import gives_probabilities
from vizcore.nets.splits import three_parts
from vizcore.nets.training import TrainingSettings, compiled, train

MODEL = "model.keras"
ABOUT = "about.json"
PROBE = "probe.npz"
TEST = "test.npz"
SNAPSHOTS = "snapshots"

MOST_MAPS = 64
"""Feature maps of a layer that a snapshot holds."""

MOST_BYTES = 2**30
"""Of training pictures, as they are held in memory: a byte for each level."""

_PUBLISHED_COUNTS = {"mnist": 60_000, "fashion_mnist": 60_000, "cifar10": 50_000}
_TRAINED = 3
"""A layer that is trained costs a forward pass and, for its two gradients, twice as much again."""


@dataclass(frozen=True)
class Outline:
    """What a run must know of its dataset beforehand.

    Attributes
    ----------
    shape : (int, int, int)
        Rows, columns and channels of a picture.
    class_names : tuple of str
    count : int
        Training pictures, those for validation among them.
    """

    shape: tuple
    class_names: tuple
    count: int

    @property
    def classes(self):
        """The number of classes."""
        return len(self.class_names)


def outline(dataset):
    """Return what is known of a dataset, also of one that is still to be downloaded.

    Parameters
    ----------
    dataset : str
        A name that `vizcore.nets.datasets` knows.

    Returns
    -------
    Outline

    Raises
    ------
    DatasetError
        Where there is no such dataset, or its file cannot be used.

    Examples
    --------
    >>> outline("digits").shape, outline("digits").classes, outline("digits").count
    ((8, 8, 1), 10, 1438)
    """
    try:
        return _outline(load_dataset(dataset))
    except DatasetError:
        if dataset not in PUBLISHED:
            raise
        known = PUBLISHED[dataset]
        return Outline(known.shape, known.class_names, _PUBLISHED_COUNTS[dataset])


def _outline(data):
    return Outline(tuple(data.shape), tuple(data.class_names), len(data.train))


@dataclass(frozen=True)
class TrainingJob:
    """Train a network on a dataset.

    Attributes
    ----------
    dataset : str
        A name that `vizcore.nets.datasets` knows.
    network : str
        The text form of an `Architecture`, whose last layer gives a probability for each class.
        Where its input is a square of another size than the pictures, or grey where they are
        coloured or the other way round, they are brought to it.
    training : TrainingSettings
    standardise : bool
        Whether each channel gets mean 0 and standard deviation 1 over the training part.
    fraction : float
        How much of the training part is set aside for validation, where the dataset does not say.
    probe : int
        The picture of the validation part whose feature maps are kept after each epoch.
    features : str
        A network that ships (`vizcore.nets.transfer`): the first layers that the two share get its
        weights and keep them, and pictures are prepared as for it. Empty where all is trained.
    """

    dataset: str
    network: str
    training: TrainingSettings = field(default_factory=TrainingSettings)
    standardise: bool = False
    fraction: float = 0.1
    probe: int = 0
    features: str = ""

    def to_settings(self):
        """Return all that it is made of, as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_settings(cls, settings):
        """Make the job that `to_settings` described."""
        training = dict(settings["training"])
        augmentation = Augmentation(**training.pop("augmentation"))
        training = TrainingSettings(**training, augmentation=augmentation)
        return cls(**{**settings, "training": training})

    def architecture(self):
        """Return the network as an `Architecture`."""
        return Architecture.from_text(self.network)

    def cost(self):
        """Return what the run will spend.

        Raises
        ------
        ValueError
            When the network is impossible or does not suit the dataset.
        LimitError
            When the pictures, brought to its input, would take too much memory.
        """
        rows = layer_table(self.architecture())
        data = outline(self.dataset)
        self.check(data)
        frozen = totals(rows[: transfer.shared(self.architecture(), self.features)])
        spent = totals(rows)
        step = _TRAINED * spent.multiply_adds - (_TRAINED - 1) * frozen.multiply_adds
        epochs = self.training.epochs
        return Cost(spent.parameters, step * data.count * epochs, epochs)

    def check(self, data):
        """Hold the network against an `Outline` of the dataset; raise as `cost` does."""
        given = self.architecture().input
        transfer.check(self.architecture(), self.features)
        self.changes(data.shape)
        if not gives_probabilities(self.architecture(), data.classes):
            raise ValueError(
                f"The dataset has {data.classes} classes: end the network with dense "
                f"{data.classes} and softmax."
            )
        if data.count * math.prod(given) > MOST_BYTES:
            share = data.count * math.prod(given) / MOST_BYTES
            raise LimitError(
                f"{data.count:,} training pictures of {_size(given)} would take {share:.1f} GiB of "
                f"memory and the limit is {MOST_BYTES // 2**30} GiB: give the network a smaller "
                "input."
            )

    def changes(self, shape):
        """Return how pictures of a shape are brought to the network's input.

        Parameters
        ----------
        shape : (int, int, int)

        Returns
        -------
        dict
            ``side`` and ``channels``, as `Preparation` takes them.

        Raises
        ------
        ValueError
            Where they cannot be.

        Examples
        --------
        >>> TrainingJob("digits", "28x28x3-flatten-dense_10-softmax").changes((8, 8, 1))
        {'side': 28, 'channels': 3}
        """
        given = self.architecture().input
        rows, columns, channels = given
        same = given[:2] == tuple(shape[:2])
        if channels == shape[2]:
            channels = None
        if channels not in (1, 3, None) or not (same or rows == columns):
            raise ValueError(
                f"The network takes pictures of {_size(given)} and the dataset's are "
                f"{_size(shape)}: give it an input of that shape, or a square one with 1 or 3 "
                "channels."
            )
        return {"side": None if same else rows, "channels": channels}

    def run(self, context):
        """Train in a worker; see `vizcore.compute.job.Job`."""
        from keras import models

        data = fetch_dataset(self.dataset)
        self.check(_outline(data))
        parts = three_parts(data, fraction=self.fraction, seed=self.training.seed)
        preparation = self._preparation(parts.train.x)
        place = self.probe % len(parts.validation)
        picture, truth = parts.validation.x[place], parts.validation.y[place]
        probe = preparation.apply(picture[None])[0]
        levels = preparation.levels(picture[None])[0]
        _write_arrays(context.folder / PROBE, picture=levels, truth=truth)
        rows = []
        if context.checkpoint:
            model = models.load_model(context.checkpoint / MODEL)
            rows = json.loads((context.checkpoint / "rows.json").read_text("utf-8"))
        else:
            model = self._new_model()
        about = {
            "classes": data.class_names,
            "preparation": asdict(preparation),
            "policy": _policy_of(model),
        }
        with _whole(context.folder / ABOUT) as file:
            file.write(json.dumps(about).encode())
        if not context.checkpoint:
            _keep_snapshot(context.folder, 0, model, probe)

        def save(folder):
            _keep_snapshot(context.folder, len(rows), model, probe)
            model.save(folder / MODEL)
            (folder / "rows.json").write_text(json.dumps(rows), "utf-8")
            if rows[-1]["val_loss"] <= min(row["val_loss"] for row in rows):
                shutil.copyfile(folder / MODEL, context.folder / f"best-{MODEL}")

        epochs = train(
            model,
            parts.train,
            parts.validation,
            self.training,
            preparation=preparation,
            rows=rows,
            on_batch=lambda batch, batches, means: context.report_batch(batch, batches, **means),
            should_stop=context.should_stop,
        )
        for row in epochs:
            rows.append(row)
            context.report_epoch(row, save)
            if context.stopped:
                break
        if context.stopped:
            return {}
        return self._finish(context, model, parts.test, preparation)

    def _preparation(self, pictures):
        changes = self.changes(pictures.shape[1:])
        if self.features:
            return transfer.preparation(self.features, **changes)
        return fit_preparation(pictures, standardise=self.standardise, **changes)

    def _new_model(self):
        import keras

        architecture = self.architecture()
        with _Policy(keras, policy(self.training.precision)):
            model = build(architecture, seed=self.training.seed)
            if self.features:
                transfer.reuse(model, architecture, self.features)
            return compiled(model, self.training)

    def _finish(self, context, model, test, preparation):
        """Keep the model, and look at the test part: this once, when nothing can be chosen."""
        from keras import models

        best = context.folder / f"best-{MODEL}"
        if self.training.patience and best.exists():
            model = models.load_model(best)
        best.unlink(missing_ok=True)
        model.save(context.folder / MODEL)
        probabilities = predicted(model, test.x, preparation)
        _write_arrays(context.folder / TEST, probabilities=probabilities, truth=test.y)
        return {"test_accuracy": report(test.y, probabilities).accuracy}


def _policy_of(model):
    """Return the dtype policy that a model was built under; its softmax has another."""
    return model.layers[1].dtype_policy.name


def _size(shape):
    return "×".join(map(str, shape))


class _Policy:
    """Build models with another dtype policy; the worker's own comes back."""

    def __init__(self, keras, name):
        self.policies, self.name = keras.config, name

    def __enter__(self):
        self.before = self.policies.dtype_policy()
        self.policies.set_dtype_policy(self.name)

    def __exit__(self, *_):
        self.policies.set_dtype_policy(self.before)


def _keep_snapshot(folder, epoch, model, probe):
    """Write the first kernels, the probe's maps in every layer that gives maps, and its class."""
    (folder / SNAPSHOTS).mkdir(exist_ok=True)
    given = feature_maps(model, probe)
    maps = {name: one for name, one in given.items() if one.ndim == 3}
    kept = {f"map-{name}": one[..., :MOST_MAPS].astype(np.float16) for name, one in maps.items()}
    kept["probabilities"] = list(given.values())[-1]
    if (kernels := first_kernels(model)) is not None:
        kept["kernels"] = kernels
    _write_arrays(folder / SNAPSHOTS / f"{epoch:04}.npz", **kept)


def _write_arrays(path, **arrays):
    with _whole(path) as file:
        np.savez_compressed(file, **arrays)


@contextmanager
def _whole(path):
    """Give a file to write that takes its place only when all is in it."""
    draft = path.with_name(f"{path.name}.part")
    with draft.open("wb") as file:
        yield file
    os.replace(draft, path)
