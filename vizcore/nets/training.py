"""Training: a network, its data and the settings in; one row of figures an epoch out.

Keras runs in a worker, so it is imported inside the functions.
"""

import time
from dataclasses import dataclass

import numpy as np

from vizcore.nets.augmentation import Augmentation, augmenter
from vizcore.nets.preparation import Preparation
from vizcore.nets.schedules import SCHEDULES, rate_at

OPTIMISERS = {
    "sgd": "SGD",
    "momentum": "SGD with momentum",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
    "adadelta": "Adadelta",
}
LOSSES = {"cross_entropy": "Cross-entropy", "squared_error": "Squared error", "hinge": "Hinge"}
PRECISIONS = {"auto": "Automatic", "float32": "float32", "bfloat16": "mixed bfloat16"}

_RANGES = {
    "rate": (1e-6, 10),
    "batch": (1, 4096),
    "epochs": (1, 200),
    "patience": (0, 100),
    "minutes": (0, 600),
    "seed": (0, 9999),
}
_MOMENTUM = 0.9
_AS_IT_IS = Preparation()


@dataclass(frozen=True)
class TrainingSettings:
    """How a network is trained.

    Attributes
    ----------
    optimiser, schedule, loss, precision : str
        Keys of `OPTIMISERS`, `SCHEDULES`, `LOSSES` and `PRECISIONS`.
    rate : float
        The learning rate; with a schedule, its largest.
    batch : int
        Samples a step.
    epochs : int
        Times through the training part.
    patience : int
        Epochs without a better validation loss after which training ends; 0 for never.
    minutes : float
        After which it ends, between two batches; 0 for never.
    seed : int
        Draws the weights, the order of the samples, dropout and augmentation.
    augmentation : Augmentation
    """

    optimiser: str = "adam"
    rate: float = 0.001
    schedule: str = "constant"
    batch: int = 64
    epochs: int = 5
    loss: str = "cross_entropy"
    patience: int = 0
    minutes: float = 0
    seed: int = 0
    precision: str = "auto"
    augmentation: Augmentation = Augmentation()

    def __post_init__(self):
        for name, known in (
            ("optimiser", OPTIMISERS),
            ("schedule", SCHEDULES),
            ("loss", LOSSES),
            ("precision", PRECISIONS),
        ):
            if getattr(self, name) not in known:
                raise ValueError(f"there is no {name} named “{getattr(self, name)}”.")
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise ValueError(f"{name} can be {least:g} to {most:g}, not {value}.")


def compiled(model, settings):
    """Give a Keras model the optimiser, loss and metric of the settings; return it.

    Parameters
    ----------
    model : keras.Model
        It ends in one probability a class.
    settings : TrainingSettings
    """
    import keras

    rate, optimisers = settings.rate, keras.optimizers
    optimiser = {
        "sgd": lambda: optimisers.SGD(rate),
        "momentum": lambda: optimisers.SGD(rate, momentum=_MOMENTUM, nesterov=True),
        "rmsprop": lambda: optimisers.RMSprop(rate),
        "adam": lambda: optimisers.Adam(rate),
        "adamw": lambda: optimisers.AdamW(rate),
        "adadelta": lambda: optimisers.Adadelta(rate),
    }[settings.optimiser]()
    loss = {
        "cross_entropy": keras.losses.SparseCategoricalCrossentropy,
        "squared_error": keras.losses.MeanSquaredError,
        "hinge": keras.losses.CategoricalHinge,
    }[settings.loss]()
    sparse = settings.loss == "cross_entropy"
    of = keras.metrics.SparseCategoricalAccuracy if sparse else keras.metrics.CategoricalAccuracy
    model.compile(optimizer=optimiser, loss=loss, metrics=[of(name="accuracy")])
    return model


def train(model, training, validation, settings, **others):
    """Train a compiled model, and yield a row of figures after every epoch.

    Whatever is random in an epoch follows from the seed and the epoch's number, so that a model
    saved after any epoch and loaded again goes on exactly as if it had never been away.

    Parameters
    ----------
    model : keras.Model
        As `compiled` returns it, or loaded from a file that holds its optimiser too.
    training, validation : vizcore.nets.dataset.Part
    settings : TrainingSettings
    preparation : Preparation
        Fitted to the training part.
    rows : sequence of dict
        The rows of the epochs that are done.
    on_batch : callable
        Takes the batch's number from 1, the number of batches, and the means of the epoch so far.
    should_stop : callable
        Asked after every batch; an epoch in which it says yes is given up and yields no row.

    Yields
    ------
    dict
        ``loss`` and ``accuracy`` over the epoch, as it went; ``val_loss`` and ``val_accuracy``
        after it; ``rate`` at its end; ``seconds``.
    """
    yield from _Run(model, training, validation, settings, **others).epochs()


class _Stopped(Exception):
    """Leave an epoch between two batches."""


class _Run:
    def __init__(
        self,
        model,
        training,
        validation,
        settings,
        *,
        preparation=_AS_IT_IS,
        rows=(),
        on_batch=lambda batch, batches, means: None,
        should_stop=lambda: False,
    ):
        self.model, self.settings, self.preparation = model, settings, preparation
        self.on_batch, self.should_stop = on_batch, should_stop
        self.count = len(training.y)
        self.batches = -(-self.count // settings.batch)
        self.rows = list(rows)
        self.deadline = time.monotonic() + 60 * settings.minutes if settings.minutes else None
        self.samples = self._held(training)
        self.examined = self._dataset(self._held(validation), np.arange(len(validation.y)))

    def epochs(self):
        stopper = self._stopper()
        while len(self.rows) < self.settings.epochs and not self._stalled():
            began, epoch = time.monotonic(), len(self.rows)
            _seed_layers(self.model, self.settings.seed, epoch)
            try:
                history = self.model.fit(
                    self._epoch(epoch),
                    validation_data=self.examined,
                    callbacks=[stopper],
                    shuffle=False,
                    verbose=0,
                ).history
            except _Stopped:
                return
            figures = {name: float(values[-1]) for name, values in history.items()}
            rate, seconds = float(self.model.optimizer.learning_rate), time.monotonic() - began
            self.rows.append({**figures, "rate": rate, "seconds": seconds})
            yield self.rows[-1]

    def _stalled(self):
        patience, losses = self.settings.patience, self._losses()
        return patience and len(losses) - 1 - np.argmin([*losses, np.inf]) >= patience

    def _losses(self):
        return [row["val_loss"] for row in self.rows]

    def _held(self, part):
        import tensorflow as tf

        y = part.y
        if self.settings.loss != "cross_entropy":
            y = np.eye(self.model.output_shape[-1], dtype=np.float32)[y]
        return tf.constant(self.preparation.levels(part.x)), tf.constant(y)

    def _epoch(self, epoch):
        seed = self.settings.seed
        order = np.random.default_rng((seed, epoch)).permutation(self.count)
        return self._dataset(self.samples, order, seed * _RANGES["epochs"][1] + epoch)

    def _dataset(self, samples, order, seed=None):
        import tensorflow as tf

        x, y = samples
        factor, offset = _scaling(self.preparation)
        changes = self.settings.augmentation
        augment = augmenter(changes) if changes and seed is not None else None

        def inputs(number, places):
            levels = tf.cast(tf.gather(x, places), tf.float32)
            if augment:
                levels = augment(levels, tf.stack([seed, number]))
            return levels * factor + offset, tf.gather(y, places)

        # Nothing is left to tune, and the tuner can keep the end of an epoch waiting for seconds.
        options = tf.data.Options()
        options.autotune.enabled = False
        batches = tf.data.Dataset.from_tensor_slices(order).batch(self.settings.batch).enumerate()
        batches = batches.map(inputs, num_parallel_calls=2, deterministic=True).prefetch(2)
        return batches.with_options(options)

    def _stopper(run):  # noqa: N805 - the callback below is the one called self
        import keras

        settings = run.settings

        class Stopper(keras.callbacks.Callback):
            rate = None

            def on_train_batch_begin(self, batch, logs=None):
                done = len(run.rows) + batch / run.batches
                progress = done / settings.epochs
                rate = rate_at(settings.schedule, settings.rate, progress, run._losses())
                # To assign it takes as long as a tenth of a small network's step.
                if rate != self.rate:
                    self.model.optimizer.learning_rate.assign(rate)
                    self.rate = rate

            def on_train_batch_end(self, batch, logs=None):
                run.on_batch(batch + 1, run.batches, logs)
                self.on_test_batch_end(batch)

            def on_test_batch_end(self, batch, logs=None):
                late = run.deadline and time.monotonic() >= run.deadline
                # Keras's own flag would still examine the whole validation part.
                if late or run.should_stop():
                    raise _Stopped

        return Stopper()


def _scaling(preparation):
    """Return what `Preparation.apply` multiplies levels by, and what it then adds."""
    spread = np.float32(preparation.spread or 1)
    return 1 / (255 * spread), -np.float32(preparation.mean or 0) / spread


def _seed_layers(model, seed, epoch):
    """Set what dropout will draw in this epoch; Keras keeps no such state in a saved model."""
    drawing = [one for one in model.layers if hasattr(one, "seed_generator")]
    for place, layer in enumerate(drawing):
        state = np.random.default_rng((seed, epoch, place)).integers(0, 2**31, 2)
        layer.seed_generator.state.assign(state.astype("uint32"))
