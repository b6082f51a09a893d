"""How the networks that ship are made: a small one, in an epoch, on the embedded digits."""

import json

import numpy as np
import pytest

from vizcore.nets import pretrain as module
from vizcore.nets import pretrained
from vizcore.nets.augmentation import Augmentation
from vizcore.nets.datasets import load_dataset
from vizcore.nets.evaluation import report
from vizcore.nets.familiarity import energy_score
from vizcore.nets.pretrain import PLANS, Plan, main, pretrain
from vizcore.nets.splits import three_parts
from vizcore.nets.training import TrainingSettings

pytestmark = pytest.mark.xdist_group("tensorflow")

PLAN = Plan(
    "Little",
    "For a test.",
    "8x8x1-conv_6_3_b0-norm-relu-max_2-dropout_0.1-flatten-dense_10-softmax",
    "digits",
    TrainingSettings(
        "adam", 0.02, "one_cycle", batch=64, epochs=1, augmentation=Augmentation(shift=0.1)
    ),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder with its files, and the card that `pretrain` returned."""
    folder = tmp_path_factory.mktemp("pretrained") / "new"
    return folder, pretrain("little", PLAN, folder)


@pytest.fixture
def shipped(made, monkeypatch):
    """Let `pretrained` read from there."""
    monkeypatch.setattr(pretrained, "FOLDER", made[0])
    for reader in (pretrained.card, pretrained.load, pretrained._samples_of):
        reader.cache_clear()
    yield
    for reader in (pretrained.card, pretrained.load, pretrained._samples_of):
        reader.cache_clear()


def test_its_files_are_those_that_the_app_reads(made, shipped):
    folder, returned = made
    assert sorted(path.name for path in folder.iterdir()) == [
        "digits-samples.npz", "little.json", "little.npz",
    ]  # fmt: skip
    assert json.loads((folder / "little.json").read_text("utf-8")) == json.loads(
        json.dumps(returned)
    )
    card = pretrained.card("little")
    parts = three_parts(load_dataset("digits"), fraction=0.05, seed=0)
    assert (card.title, card.about, card.network) == ("Little", "For a test.", PLAN.network)
    assert card.counts == {name: len(part) for name, part in parts._asdict().items()}
    assert card.source == load_dataset("digits").source
    assert card.class_names == tuple("0123456789")
    assert card.epochs == 1 and card.recipe["epochs"] == 1 and card.recipe["validation"] == 0.05
    assert card.recipe["augmentation"]["shift"] == 0.1
    network = pretrained.load("little")
    assert network.title == "Little" and network.architecture.to_text() == PLAN.network


def test_the_card_says_of_each_part_what_our_own_arithmetic_gives(made, shipped):
    card, network = pretrained.card("little"), pretrained.load("little")
    parts = three_parts(load_dataset("digits"), fraction=0.05, seed=0)
    for part, accuracy in (
        (parts.test, card.test_accuracy),
        (parts.validation, card.validation_accuracy),
    ):
        given = np.array([network.activations(x)[network.output] for x in part.x])
        found = report(part.y, given)
        assert found.accuracy == accuracy
        assert accuracy > 0.5, "it has not learned"
        if part is parts.test:
            assert found.confusion.tolist() == card.confusion.tolist()


def test_the_card_says_from_where_on_a_picture_is_familiar(made, shipped):
    card, network = pretrained.card("little"), pretrained.load("little")
    parts = three_parts(load_dataset("digits"), fraction=0.05, seed=0)
    own, test = (
        np.array([energy_score(network.activations(x)["dense1"]) for x in part.x])
        for part in parts[1:]
    )
    least = card.familiar["threshold"]
    assert np.abs(own - least).min() < 1e-4
    assert np.mean(own > least - 1e-4) >= card.familiar["share"] > np.mean(own > least + 1e-4)
    assert card.familiar["test_unlike"] == pytest.approx(np.mean(test < least), abs=0.01)


def test_it_is_prepared_by_the_pictures_it_learned_from_alone(made, shipped):
    train = three_parts(load_dataset("digits"), fraction=0.05, seed=0).train.x / 255
    preparation = pretrained.card("little").preparation
    assert preparation.mean == pytest.approx((train.mean(),))
    assert preparation.spread == pytest.approx((train.std(),))


def test_its_samples_are_the_first_of_each_class_of_the_test_part(made, shipped):
    samples, test = pretrained.samples("little"), load_dataset("digits").test
    assert samples.y.tolist() == list(range(10)) * 4
    for kind in range(10):
        first = test.x[test.y == kind][:4]
        np.testing.assert_array_equal(samples.x[samples.y == kind], first)
    assert samples.credit == load_dataset("digits").source


def test_the_same_seed_makes_the_same_weights(made, tmp_path):
    pretrain("again", PLAN, tmp_path)
    with np.load(made[0] / "little.npz") as one, np.load(tmp_path / "again.npz") as other:
        assert one.files == other.files
        for name in one.files:
            assert one[name].dtype == np.float32
            np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_the_command_makes_one_and_tells_how_good_it_is(monkeypatch, tmp_path, capsys):
    asked = []

    def stand_in(name, plan, folder):
        asked.append((name, plan, folder))
        return {"validation_accuracy": 0.5, "test_accuracy": 0.25}

    monkeypatch.setattr(module, "pretrain", stand_in)
    assert main(["tiny", "--out", str(tmp_path), "--epochs", "2"]) == 0
    ((name, plan, folder),) = asked
    assert (name, folder, plan.training.epochs) == ("tiny", tmp_path, 2)
    assert plan.network == PLANS["tiny"].network
    assert capsys.readouterr().out == "Validation 50.00%, test 25.00%\n"


def test_data_that_are_not_here_are_told_in_a_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("VIZCORE_DATA", str(tmp_path))
    assert main(["scans", "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1 and "mednist28" in told.err
    assert not (tmp_path / "out").exists()


def test_pictures_that_may_not_be_passed_on_do_not_ship():
    assert {name for name, plan in PLANS.items() if not plan.shareable} == {"objects", "tiny"}
    assert {PLANS[name].dataset for name in ("objects", "tiny")} == {"cifar10"}
