from dataclasses import replace
from types import SimpleNamespace

import pytest

from vizcore.compute.training_job import TrainingJob
from vizcore.nets import transfer
from vizcore.nets.augmentation import Augmentation
from vizcore.nets.recipes import RECIPES
from vizcore.nets.training import TrainingSettings
from vizcore.ui.run_facts import (
    OWN,
    TRAINING,
    ended_early,
    frozen_of,
    network_title,
    results_of,
    settings_of,
    source_of,
    trained_of,
)

NETWORK = "8x8x1-conv_8_3-relu-max_2-flatten-dense_10-softmax"


def run_of(training=None, **changes):
    job = TrainingJob("digits", NETWORK, training or TrainingSettings())
    given = {"epochs": job.training.epochs, "epochs_done": 0, "metrics": {}} | changes
    return SimpleNamespace(settings=job.to_settings(), **given)


def test_the_kind_of_training_runs_is_the_jobs():
    assert TRAINING == "vizcore.compute.training_job:TrainingJob"


def test_all_settings_are_told():
    training = TrainingSettings(
        "sgd", 0.05, "plateau", 32, 7, "hinge", 3, 1.5, 4, "float32",
        Augmentation(0.1, 15.0, flip=True),
    )  # fmt: skip
    assert settings_of(run_of(training)) == {
        "Dataset": "Digits",
        "Network": "The simplest CNN",
        "Input": "8×8×1",
        "Parameters": "810",
        "Frozen layers": "none",
        "Trained weights": "810",
        "Optimiser": "SGD",
        "Learning rate": "0.05",
        "Schedule": "Halve when it stalls",
        "Batch": "32",
        "Epochs": "7",
        "Loss": "Hinge",
        "Augmentation": "shift 10%, rotate 15°, flip",
        "Early stopping": "after 3 epochs",
        "Time budget": "1.5 min",
        "Validation": "10% of the training part",
        "Standardised": "no",
        "Seed": "4",
        "Precision": "float32",
    }


@pytest.mark.parametrize(
    ("asked", "policy", "told"),
    [
        ("auto", "mixed_bfloat16", "Automatic (became mixed bfloat16)"),
        ("auto", "float32", "Automatic (became float32)"),
        ("auto", "", "Automatic"),
        ("auto", "<b>", "Automatic"),
        ("bfloat16", "mixed_bfloat16", "mixed bfloat16"),
    ],
)
def test_an_automatic_precision_says_what_it_became(asked, policy, told):
    run = run_of(TrainingSettings(precision=asked))
    assert settings_of(run, policy)["Precision"] == told


@pytest.mark.parametrize("field", ["seed", "rate", "batch", "loss", "precision", "minutes"])
def test_no_setting_is_left_out(field):
    other = {"loss": "hinge", "precision": "float32"}.get(field, 3)
    changed = settings_of(run_of(replace(TrainingSettings(), **{field: other})))
    assert changed != settings_of(run_of())


def test_what_is_switched_off_is_called_so():
    told = settings_of(run_of())
    assert (told["Augmentation"], told["Early stopping"], told["Time budget"]) == (
        "none", "off", "off",
    )  # fmt: skip


def test_a_preset_is_known_on_any_dataset():
    assert network_title("28x28x1-conv_8_3-relu-max_2-flatten-dense_3-softmax") == (
        "The simplest CNN"
    )
    assert network_title("8x8x1-conv_9_3-relu-max_2-flatten-dense_10-softmax") == OWN
    assert "simplest-cnn" in RECIPES


def test_a_run_tells_which_of_its_layers_are_frozen_and_whose_they_are():
    network = transfer.with_new_head("objects", 2).to_text()
    job = TrainingJob("pets", network, TrainingSettings(), standardise=True, features="objects")
    run = SimpleNamespace(settings=job.to_settings(), epochs=5, epochs_done=0, metrics={})
    told = settings_of(run)
    assert told["Network"] == "Transfer from Objects"
    assert told["Frozen layers"] == "the first 25 of 27, with the weights of Objects"
    # 160 maxima · 2 classes + 2 biases.
    assert (told["Parameters"], told["Trained weights"]) == ("690,474", "322")
    assert told["Standardised"] == "as for Objects"
    assert source_of(job) == "Objects" and source_of(replace(job, features="")) == ""


def test_the_same_layers_without_learned_weights_are_a_network_like_any_other():
    network = transfer.with_new_head("objects", 2).to_text()
    assert network_title(network) == OWN and network_title(network, "objects") != OWN
    job = TrainingJob("pets", network)
    assert (frozen_of(job), trained_of(job)) == ("none", 689_018)


def test_figures_are_the_last_epochs():
    rows = [
        {"accuracy": 0.5, "val_accuracy": 0.6, "val_loss": 1.0, "seconds": 9.0},
        {"accuracy": 0.7, "val_accuracy": 0.8, "val_loss": 0.5, "seconds": 1.0},
        {"accuracy": 0.8, "val_accuracy": 0.9, "val_loss": 0.25, "seconds": 2.0},
    ]
    run = run_of(epochs_done=3, metrics={"test_accuracy": 0.875})
    told = {name: write(value) for name, (value, write) in results_of(run, rows).items()}
    assert told == {
        "Test accuracy": "87.5%",
        "Validation accuracy": "90.0%",
        "Training accuracy": "80.0%",
        "Validation loss": "0.250",
        "Epochs done": "3",
        "Seconds per epoch": "2.0",
        "Parameters": "810",
    }


def test_figures_that_are_not_there_yet_are_dashes():
    told = {name: write(value) for name, (value, write) in results_of(run_of(), []).items()}
    dashes = [name for name, text in told.items() if text == "–"]
    assert dashes == [
        "Test accuracy", "Validation accuracy", "Training accuracy", "Validation loss",
        "Seconds per epoch",
    ]  # fmt: skip


def rows_with(*losses):
    return [{"val_loss": loss} for loss in losses]


def test_early_stopping_is_told():
    run = run_of(TrainingSettings(epochs=9, patience=2), epochs_done=4)
    assert ended_early(run, rows_with(1.0, 0.5, 0.6, None)) == (
        "It stopped early: since epoch 2 the validation loss had not become better for 2 epochs. "
        "The network of epoch 2 is kept."
    )
    assert ended_early(run, rows_with(1.0, 0.5, 0.6, 0.4)) == ""


def test_a_spent_time_budget_is_told():
    run = run_of(TrainingSettings(epochs=9, minutes=2), epochs_done=4)
    assert ended_early(run, rows_with(4, 3, 2, 1)) == (
        "It stopped after the 2 minutes that it was given."
    )


def test_who_did_all_epochs_did_not_end_early():
    run = run_of(TrainingSettings(epochs=3, patience=1, minutes=1), epochs_done=3)
    assert ended_early(run, rows_with(1, 2, 3)) == ""
