"""Training, held against Keras's own `fit`, and against itself when it is interrupted."""

import numpy as np
import pytest

from vizcore.nets.augmentation import Augmentation
from vizcore.nets.dataset import Part
from vizcore.nets.preparation import Preparation
from vizcore.nets.training import (
    LOSSES,
    OPTIMISERS,
    TrainingSettings,
    compiled,
    train,
)

pytestmark = pytest.mark.xdist_group("tensorflow")
PREPARATION = Preparation(mean=(0.2,), spread=(0.4,))


def part(n, seed):
    """Bright and dark noise, to be told apart."""
    draw = np.random.default_rng(seed)
    y = draw.integers(0, 2, n)
    x = draw.integers(0, 40, (n, 6, 6, 1)) + 60 * y[:, None, None, None]
    return Part(x.astype(np.uint8), y)


TRAINING, VALIDATION = part(90, 1), part(40, 2)


def network(settings):
    import keras

    keras.utils.set_random_seed(settings.seed)
    inputs = keras.Input((6, 6, 1))
    x = keras.layers.Conv2D(4, 3, activation="relu")(inputs)
    x = keras.layers.Dropout(0.4)(keras.layers.Flatten()(keras.layers.BatchNormalization()(x)))
    return compiled(keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(x)), settings)


def figures(rows):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def weights(model):
    return [np.asarray(one) for one in model.get_weights()]


def same(ones, others):
    return all(np.array_equal(a, b) for a, b in zip(ones, others, strict=True))


@pytest.mark.parametrize(
    ("optimiser", "loss"),
    [*((one, "cross_entropy") for one in OPTIMISERS), *(("adam", one) for one in LOSSES)],
)
def test_it_learns_with_every_optimiser_and_loss(optimiser, loss):
    rate = {"adadelta": 10.0, "sgd": 0.05, "momentum": 0.02}.get(optimiser, 0.005)
    settings = TrainingSettings(optimiser, rate, batch=10, epochs=4, loss=loss)
    rows = list(train(network(settings), TRAINING, VALIDATION, settings, preparation=PREPARATION))
    assert len(rows) == 4
    assert rows[-1]["loss"] < rows[0]["loss"]
    assert rows[-1]["val_accuracy"] > 0.8


def test_the_figures_of_an_epoch_are_keras_own():
    """Without dropout's draws, the same samples in the same order give the same weights."""
    import keras

    settings = TrainingSettings("sgd", 0.01, batch=32, epochs=1, seed=3)

    def plain():
        keras.utils.set_random_seed(3)
        inputs = keras.Input((6, 6, 1))
        x = keras.layers.Flatten()(inputs)
        return compiled(
            keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(x)), settings
        )

    ours, keras_own = plain(), plain()
    (row,) = train(ours, TRAINING, VALIDATION, settings, preparation=PREPARATION)
    order = np.random.default_rng((3, 0)).permutation(90)
    x, y = PREPARATION.apply(TRAINING.x[order]), TRAINING.y[order]
    history = keras_own.fit(
        x, y, batch_size=32, shuffle=False, verbose=0,
        validation_data=(PREPARATION.apply(VALIDATION.x), VALIDATION.y),
    ).history  # fmt: skip
    for one, other in zip(weights(ours), weights(keras_own), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert row[name] == pytest.approx(history[name][0], rel=1e-4)


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    def run(seed):
        settings = TrainingSettings(batch=16, epochs=2, seed=seed)
        return figures(
            train(network(settings), TRAINING, VALIDATION, settings, preparation=PREPARATION)
        )

    assert run(0) == run(0) != run(1)


@pytest.mark.parametrize("schedule", ["plateau", "one_cycle"])
def test_a_run_that_was_interrupted_goes_on_as_if_it_had_not_been(tmp_path, schedule):
    import keras

    settings = TrainingSettings(
        "momentum", 0.05, schedule, batch=16, epochs=6, augmentation=Augmentation(0.1, flip=True)
    )
    whole = network(settings)
    rows = []
    for row in train(whole, TRAINING, VALIDATION, settings, preparation=PREPARATION):
        rows.append(row)
        if len(rows) == 2:
            whole.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    rest = train(again, TRAINING, VALIDATION, settings, preparation=PREPARATION, rows=rows[:2])
    assert figures(rest) == figures(rows[2:])
    assert same(weights(again), weights(whole))


def test_asked_to_stop_it_stops_within_the_batch_and_gives_the_epoch_up():
    settings = TrainingSettings(batch=10, epochs=5)
    seen = []
    rows = list(
        train(
            network(settings),
            TRAINING,
            VALIDATION,
            settings,
            preparation=PREPARATION,
            on_batch=lambda batch, batches, means: seen.append((batch, batches)),
            should_stop=lambda: len(seen) == 12,
        )
    )
    assert len(rows) == 1
    assert seen == [(k, 9) for k in (*range(1, 10), 1, 2, 3)]


def test_patience_ends_a_run_that_gets_no_better():
    settings = TrainingSettings("sgd", 1e-6, batch=90, epochs=50, patience=2)
    model = network(settings)
    best = dict(loss=0, accuracy=1, val_loss=-1.0, val_accuracy=1, rate=1, seconds=1)
    rows = list(train(model, TRAINING, VALIDATION, settings, preparation=PREPARATION, rows=[best]))
    assert len(rows) == 2


def test_augmentation_changes_the_training_part_alone():
    plain = TrainingSettings("sgd", 1e-6, batch=45, epochs=1)
    changed = TrainingSettings("sgd", 1e-6, batch=45, epochs=1, augmentation=Augmentation(0.5))
    rows = []
    for settings in (plain, changed):
        run = train(network(settings), TRAINING, VALIDATION, settings, preparation=PREPARATION)
        rows += list(run)
    assert rows[0]["loss"] != rows[1]["loss"]
    assert rows[0]["val_loss"] == pytest.approx(rows[1]["val_loss"], abs=1e-4)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("batch", 0, "1 to 4096"), ("rate", 0.0, "1e-06 to 10"), ("loss", "mse", "no loss named")],
)
def test_impossible_settings_are_refused(name, value, said):
    with pytest.raises(ValueError, match=said):
        TrainingSettings(**{name: value})
