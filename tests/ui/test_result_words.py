import numpy as np
import pytest

from vizcore.nets.architectures import Architecture
from vizcore.nets.augmentation import Augmentation
from vizcore.nets.evaluation import report
from vizcore.nets.training import TrainingSettings
from vizcore.ui.result_words import about_class, kept_epoch, right_of_all, why_not_training

PLAIN = Architecture.from_text("4x4x1-flatten-dense_3-softmax")
DROPPING = Architecture.from_text(
    "4x4x1-dropout_0.5-flatten-dropout_0-dropout_0.25-dense_3-softmax"
)
SETTINGS = TrainingSettings()


def one(truth, predicted, classes):
    """The report on these predictions."""
    return report(np.array(truth), np.eye(classes)[predicted])


def row(accuracy, val_accuracy, val_loss=1.0):
    return {"accuracy": accuracy, "val_accuracy": val_accuracy, "val_loss": val_loss}


def test_the_accuracy_names_its_pictures():
    assert (
        right_of_all(one([0] * 352 + [1] * 7, [0] * 359, 2)) == "352 of 359 pictures right: 98.05%"
    )
    assert right_of_all(one([0] * 2000, [0] * 2000, 2)) == "2,000 of 2,000 pictures right: 100.00%"


def test_a_class_is_explained_by_its_numbers():
    # Class 0: three pictures, two recognised; three were taken for it, one of them wrongly.
    told = about_class(one([0, 0, 0, 1, 1], [0, 0, 1, 0, 1], 3), 0, "cats")
    assert told == {
        "Precision": "Of the 3 pictures taken for cats, 2 do show it: 2/3 = 66.7%.",
        "Recall": "Of the 3 pictures that show cats, 2 were recognised: 2/3 = 66.7%.",
        "F1": "The harmonic mean of both, which is low where either is: 2 · 2/(3 + 3) = 66.7%.",
        "Support": "3 pictures of the test part show cats.",
    }
    told = about_class(one([0, 1], [0, 2], 3), 0, "cats")
    assert told["Precision"].startswith("Of the 1 picture taken for cats, 1 does show it")
    assert told["Recall"].startswith("Of the 1 picture that shows cats, 1 was recognised")


def test_a_class_that_is_never_there_or_never_predicted_counts_as_0():
    told = about_class(one([0, 0], [0, 0], 2), 1, "dogs")
    assert told["Precision"] == "No picture was taken for dogs, so it counts as 0."
    assert told["Recall"] == "No test picture shows dogs, so it counts as 0."
    assert told["F1"] == "Without either there is none, so it counts as 0."
    assert told["Support"] == "0 pictures of the test part show dogs."


def test_what_is_not_above_training_is_not_explained():
    assert why_not_training([row(0.9, 0.8)], 0.85, 100, DROPPING, SETTINGS) is None
    assert why_not_training([row(0.9, 0.9)], 0.90004, 100, DROPPING, SETTINGS) is None
    assert why_not_training([], 0.9, 100, DROPPING, SETTINGS) is None
    assert why_not_training([row(None, None)], 0.9, 100, DROPPING, SETTINGS) is None


def test_only_the_reasons_of_this_run_are_given():
    rows = [row(0.5, 0.7), row(0.8, 0.7)]
    what, reasons = why_not_training(rows, 0.96, 100, PLAIN, SETTINGS)
    assert what == "Test accuracy (96.00%) is above training accuracy (80.00%)."
    (noise,) = reasons
    assert noise == (
        "**Chance** is hardly a reason: with p = 0.9600 and n = 100 test pictures the standard "
        "error is √(p(1 − p)/n) = √(0.9600 · 0.0400/100) = 1.96 points, and the difference of "
        "16.00 points is 8.2 of them."
    )

    changes = Augmentation(shift=0.1, flip=True)
    settings = TrainingSettings(augmentation=changes)
    rows = [row(0.5, 0.7), row(0.8, 0.9)]
    what, reasons = why_not_training(rows, 0.81, 100, DROPPING, settings)
    assert what == (
        "Test accuracy (81.00%) and validation accuracy (90.00%) are above training accuracy "
        "(80.00%)."
    )
    dropout, augmentation, average, noise = reasons
    assert "sets 25–50% of" in dropout
    assert "they are shifted and mirrored" in augmentation
    assert "over epoch 2, which took validation accuracy from 70.00% to 90.00%" in average
    assert noise.startswith("**Chance** may be all of it:") and "is 0.3 of them" in noise


def test_the_first_epoch_began_at_random_and_validation_alone_has_no_noise():
    what, reasons = why_not_training([row(0.5, 0.6)], 0.4, 100, PLAIN, SETTINGS)
    assert what == "Validation accuracy (60.00%) is above training accuracy (50.00%)."
    (average,) = reasons
    assert "over epoch 1, which began with random weights" in average


def test_a_perfect_test_has_no_noise_to_speak_of():
    _, reasons = why_not_training([row(0.5, 0.5)], 1.0, 10, PLAIN, SETTINGS)
    assert len(reasons) == 1 and "began with random weights" in reasons[0]


def test_with_early_stopping_the_best_epoch_is_the_one_that_is_compared():
    rows = [row(0.5, 0.4, 2.0), row(0.6, 0.7, 1.0), row(0.9, 0.8, 3.0)]
    assert kept_epoch(rows, SETTINGS) == 3
    assert kept_epoch(rows, TrainingSettings(patience=1)) == 2
    what, _ = why_not_training(rows, 0.65, 100, PLAIN, TrainingSettings(patience=1))
    assert "training accuracy (60.00%)" in what
    assert why_not_training(rows, 0.65, 100, PLAIN, SETTINGS) is None


@pytest.mark.parametrize("network", ["4x4x1-dropout_0.5-flatten-dense_3-softmax"])
def test_one_rate_of_dropout_is_told_alone(network):
    _, reasons = why_not_training(
        [row(0.5, 0.5)], 0.9, 100, Architecture.from_text(network), SETTINGS
    )
    assert "sets 50% of" in reasons[0]
