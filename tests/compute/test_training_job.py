"""The training job by itself, as a worker carries it out, on the embedded digits."""

import json
from dataclasses import replace

import numpy as np
import pytest

from vizcore.compute import run_files
from vizcore.compute.job import Context, kind_of, restore
from vizcore.compute.limits import LimitError
from vizcore.compute.training_job import ABOUT, MODEL, SNAPSHOTS, TEST, TrainingJob, outline
from vizcore.nets import pretrained, transfer
from vizcore.nets.augmentation import Augmentation
from vizcore.nets.dataset import DatasetError
from vizcore.nets.datasets import load_dataset
from vizcore.nets.evaluation import predicted
from vizcore.nets.graph import graph_of
from vizcore.nets.precision import policy
from vizcore.nets.preparation import Preparation
from vizcore.nets.training import TrainingSettings
from vizcore.nets.weights import read_keras_file

pytestmark = pytest.mark.xdist_group("tensorflow")
NETWORK = "8x8x1-conv_6_3-relu-max_2-dropout_0.2-flatten-dense_10-softmax"


def job(epochs=2, **others):
    settings = TrainingSettings("adam", 0.01, "cosine", batch=128, epochs=epochs, **others)
    return TrainingJob("digits", NETWORK, settings, standardise=True)


class Watched:
    """A context whose epochs and events are kept, as the database and Dask would."""

    def __init__(self, folder, done=0, checkpoint="", stop=lambda: False):
        self.rows, self.events, self.name = [], [], checkpoint
        self.context = Context(folder, done, checkpoint, self.commit, self.events.append, stop)

    def commit(self, number, metrics, checkpoint):
        self.rows.append(metrics)
        self.name = checkpoint
        return False


def figures(rows):
    return [{name: row[name] for name in row if name != "seconds"} for row in rows]


def test_it_goes_to_json_and_back():
    one = job(augmentation=Augmentation(shift=0.1, flip=True))
    assert restore(kind_of(one), json.loads(json.dumps(one.to_settings()))) == one


def test_a_run_leaves_what_its_page_shows(tmp_path):
    from keras import models

    one, watched = job(), Watched(tmp_path)
    metrics = one.run(watched.context)
    assert len(watched.rows) == 2 and watched.rows[-1]["val_accuracy"] > 0.4
    data = load_dataset("digits")
    about = json.loads((tmp_path / ABOUT).read_text())
    assert about["classes"] == list(data.class_names)
    assert about["policy"] == policy("auto")
    with np.load(tmp_path / TEST) as test:
        assert test["truth"].tolist() == data.test.y.tolist()
        probabilities = test["probabilities"]
    assert metrics == {"test_accuracy": (probabilities.argmax(1) == data.test.y).mean()}
    again = predicted(
        models.load_model(tmp_path / MODEL), data.test.x, Preparation(**about["preparation"])
    )
    np.testing.assert_array_equal(again, probabilities)
    snapshots = sorted((tmp_path / SNAPSHOTS).iterdir())
    assert [path.name for path in snapshots] == ["0000.npz", "0001.npz", "0002.npz"]
    with np.load(snapshots[0]) as before, np.load(snapshots[2]) as after:
        assert before["kernels"].shape == (3, 3, 1, 6)
        assert after["probabilities"].shape == (10,)
        assert {name: before[name].shape for name in before if name.startswith("map-")} == {
            "map-conv1": (6, 6, 6),
            "map-relu1": (6, 6, 6),
            "map-pool1": (3, 3, 6),
            "map-dropout1": (3, 3, 6),
        }
        assert not np.array_equal(before["kernels"], after["kernels"])


def test_a_run_that_was_interrupted_ends_as_if_it_had_not_been(tmp_path):
    one = job(3)
    whole, first = Watched(tmp_path / "a"), Watched(tmp_path / "b")
    metrics = one.run(whole.context)
    seen = []
    first.context._asked_to_stop = lambda: len(first.rows) == 1 and bool(seen.append(1) or 1)
    assert one.run(first.context) == {}
    assert len(first.rows) == 1 and seen == [1]
    second = Watched(tmp_path / "b", 1, first.name)
    assert one.run(second.context) == metrics
    assert figures(first.rows + second.rows) == figures(whole.rows)


def test_with_patience_the_best_epoch_is_kept(tmp_path):
    from keras import models

    one = job(4, patience=1)
    rate = TrainingSettings("sgd", 9.0, batch=128, epochs=4, patience=1)
    one = TrainingJob("digits", NETWORK, rate, standardise=True)
    watched = Watched(tmp_path)
    one.run(watched.context)
    losses = [row["val_loss"] for row in watched.rows]
    assert np.nanargmin(losses) < len(losses) - 1
    saved = models.load_model(tmp_path / MODEL)
    with np.load(tmp_path / SNAPSHOTS / f"{np.nanargmin(losses) + 1:04}.npz") as best:
        np.testing.assert_array_equal(saved.get_layer("conv1").kernel, best["kernels"])


def test_the_cost_is_counted_by_hand():
    cost = job(5).cost()
    assert cost.parameters == (9 * 6 + 6) + (54 * 10 + 10)
    assert cost.multiply_adds == (6 * 6 * 9 * 6 + 54 * 10) * 1438 * 5 * 3
    assert cost.epochs == 5


def transferring(epochs=1, **others):
    settings = TrainingSettings("adam", 0.01, batch=128, epochs=epochs, **others)
    network = transfer.with_new_head("tiny", 10).to_text()
    return TrainingJob("digits", network, settings, features="tiny")


def test_frozen_layers_cost_no_backward_pass():
    # 30·30·10·27 + 28·28·10·90 + 12·12·10·90 + 10·10·10·90 frozen, 250·10 trained.
    frozen, head = 243_000 + 705_600 + 129_600 + 90_000, 2_500
    assert transferring(5).cost().multiply_adds == (frozen + 3 * head) * 1438 * 5
    everything = replace(transferring(5), features="").cost()
    assert everything.multiply_adds == 3 * (frozen + head) * 1438 * 5
    assert everything.parameters == transferring(5).cost().parameters


def test_features_that_the_network_does_not_have_are_refused_before_anything_runs():
    with pytest.raises(ValueError, match="does not begin as Tiny does"):
        TrainingJob("digits", NETWORK, features="tiny").cost()
    with pytest.raises(ValueError, match="there is no network “huge”"):
        TrainingJob("digits", NETWORK, features="huge").cost()


def test_a_run_made_before_features_could_be_reused_is_still_known():
    settings = job().to_settings()
    assert settings.pop("features") == ""
    assert TrainingJob.from_settings(settings) == job()


def test_a_transfer_keeps_the_learned_weights_and_prepares_pictures_as_for_them(tmp_path):
    one, watched = transferring(), Watched(tmp_path)
    metrics = one.run(watched.context)
    assert run_files.about(tmp_path).preparation == transfer.preparation(
        "tiny", side=32, channels=3
    )
    kept = read_keras_file(tmp_path / MODEL, graph_of(one.architecture()))
    known = pretrained.load("tiny").weights
    for name in ("conv1", "conv2", "conv3", "conv4"):
        for part, array in known[name].items():
            np.testing.assert_array_equal(kept[name][part], array)
    assert kept["dense1"]["kernel"].shape == (250, 10)
    assert metrics["test_accuracy"] > 0.8
    with np.load(tmp_path / SNAPSHOTS / "0000.npz") as before:
        np.testing.assert_array_equal(before["kernels"], known["conv1"]["kernel"])


def test_a_transfer_that_was_interrupted_goes_on_with_its_layers_still_frozen(tmp_path):
    from keras import models

    one = transferring(2)
    whole, first = Watched(tmp_path / "a"), Watched(tmp_path / "b")
    metrics = one.run(whole.context)
    first.context._asked_to_stop = lambda: len(first.rows) == 1
    assert one.run(first.context) == {}
    second = Watched(tmp_path / "b", 1, first.name)
    assert one.run(second.context) == metrics
    assert figures(first.rows + second.rows) == figures(whole.rows)
    saved = models.load_model(tmp_path / "b" / MODEL)
    assert [layer.name for layer in saved.layers if not layer.trainable] == [
        "conv1", "conv2", "conv3", "conv4",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("network", "said"),
    [
        ("9x8x1-flatten-dense_10-softmax", "takes pictures of 9×8×1 and the dataset's are 8×8×1"),
        ("8x8x2-flatten-dense_10-softmax", "a square one with 1 or 3 channels"),
        ("8x8x1-flatten-dense_9-softmax", "has 10 classes"),
        ("8x8x1-flatten-dense_10", "has 10 classes"),
    ],
)
def test_a_network_that_does_not_fit_the_data_is_refused_before_anything_runs(network, said):
    with pytest.raises(ValueError, match=said):
        TrainingJob("digits", network).cost()


def test_a_dataset_that_is_still_to_come_is_checked_by_what_is_known_of_it(monkeypatch, tmp_path):
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path))
    monkeypatch.delenv("VIZCORE_DATA", raising=False)
    job = TrainingJob("mnist", "28x28x1-flatten-dense_10-softmax")
    assert job.cost().multiply_adds == 7840 * 60_000 * 5 * 3
    with pytest.raises(ValueError, match="28×28×1"):
        TrainingJob("mnist", "8x9x1-flatten-dense_10-softmax").cost()


def test_a_picture_is_brought_to_the_networks_input():
    for network, changes in {
        "8x8x1": {"side": None, "channels": None},
        "8x8x3": {"side": None, "channels": 3},
        "32x32x1": {"side": 32, "channels": None},
        "32x32x3": {"side": 32, "channels": 3},
    }.items():
        assert TrainingJob("digits", f"{network}-flatten-softmax").changes((8, 8, 1)) == changes
    colour = TrainingJob("cifar10", "32x32x1-flatten-softmax").changes((32, 32, 3))
    assert colour == {"side": None, "channels": 1}
    narrow = TrainingJob("narrow", "20x30x1-flatten-softmax").changes((20, 30, 3))
    assert narrow == {"side": None, "channels": 1}


def test_a_run_brings_its_pictures_to_the_network(tmp_path):
    from keras import models

    network = "12x12x3-conv_4_3-relu-flatten-dense_10-softmax"
    settings = TrainingSettings("adam", 0.01, batch=128, epochs=1)
    watched = Watched(tmp_path)
    TrainingJob("digits", network, settings, standardise=True).run(watched.context)
    preparation = Preparation(**json.loads((tmp_path / ABOUT).read_text())["preparation"])
    assert (preparation.side, preparation.channels) == (12, 3)
    with np.load(tmp_path / SNAPSHOTS / "0001.npz") as after, np.load(tmp_path / TEST) as test:
        assert after["map-conv1"].shape == (10, 10, 4)
        probabilities = test["probabilities"]
    model = models.load_model(tmp_path / MODEL)
    again = predicted(model, load_dataset("digits").test.x, preparation)
    np.testing.assert_array_equal(again, probabilities)


def test_pictures_that_would_fill_the_memory_are_refused_before_anything_runs():
    # 1438 · 500² · 3 bytes are 1.004 GiB; 498² keep below the limit.
    fits = TrainingJob("digits", "498x498x3-globalaverage-dense_10-softmax")
    assert fits.cost().epochs == 5
    with pytest.raises(LimitError, match="500×500×3 would take 1.0 GiB of memory") as refusal:
        TrainingJob("digits", "500x500x3-globalaverage-dense_10-softmax").cost()
    assert str(refusal.value).endswith("the limit is 1 GiB: give the network a smaller input.")


def test_a_dataset_is_outlined_before_it_is_here(monkeypatch, tmp_path):
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path))
    monkeypatch.delenv("VIZCORE_DATA", raising=False)
    known = outline("cifar10")
    assert (known.shape, known.classes, known.class_names[3]) == ((32, 32, 3), 10, "cat")
    assert known.count == 50_000
    with pytest.raises(DatasetError, match="There is no dataset"):
        outline("cats")
