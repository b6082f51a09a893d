"""Opening a network by its key, and what is told where it cannot be."""

import json
import pickle
import shutil
from dataclasses import replace

import numpy as np
import pytest
from made_networks import drawn_network, write_keras_file
from made_runs import NETWORK, finished_run, kernels_after, write_model

from vizcore.compute import jobs, networks, run_files
from vizcore.compute.download_job import DownloadJob
from vizcore.compute.job import kind_of
from vizcore.compute.jobs import open_jobs
from vizcore.compute.networks import NetworkError, network_choices, open_network
from vizcore.compute.runs import State
from vizcore.compute.training_job import ABOUT, MODEL
from vizcore.nets import pretrained
from vizcore.nets.model_files import ModelFile
from vizcore.nets.preparation import Preparation

ME, OTHER = "0" * 64, "1" * 64


@pytest.fixture(autouse=True)
def runs(monkeypatch, tmp_path):
    monkeypatch.setenv("VIZCORE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("VIZCORE_SCHEDULER", "tcp://127.0.0.1:9")
    jobs._open_jobs.cache_clear()
    yield open_jobs().runs
    open_jobs().close()
    jobs._open_jobs.cache_clear()


def refused(key):
    with pytest.raises(NetworkError) as error:
        open_network(key)
    (line,) = str(error.value).splitlines()
    assert line[0].isupper() and line.endswith(".")
    return line


SHIPPED = [name for name in pretrained.NAMES if (pretrained.FOLDER / f"{name}.npz").exists()]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_network_that_ships_opens_by_its_name(name):
    network = open_network(name)
    assert network is open_network(name)
    assert network.title == pretrained.card(name).title


def test_one_whose_files_are_missing_is_told_and_not_offered(monkeypatch, tmp_path):
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path)
    assert refused("tiny") == "The network “tiny” did not come with this app: choose another one."
    assert network_choices(None) == []


def test_a_finished_run_opens_for_whoever_has_its_link(runs):
    run = finished_run(runs, OTHER, name="*Theirs*")
    network = open_network(run.id)
    assert network.title == "*Theirs*" and network.class_names == tuple("0123456789")
    assert network.architecture.to_text() == NETWORK
    np.testing.assert_array_equal(network.weights["conv1"]["kernel"], kernels_after(3))
    probe, kept = run_files.probe(runs.folder(run.id)), run_files.snapshot(runs.folder(run.id), 3)
    given = network.activations(probe.picture)
    for name in ("conv1", "relu1", "pool1"):
        np.testing.assert_allclose(given[name], kept[f"map-{name}"], atol=2e-3)


def test_it_is_prepared_as_it_was_trained(runs):
    run = finished_run(runs, ME)
    told = {"side": 8, "channels": 1, "mean": [0.5], "spread": [0.25]}
    path = runs.folder(run.id) / ABOUT
    path.write_text(json.dumps({"classes": list("abcdefghij"), "preparation": told}))
    network = open_network(run.id)
    assert network.class_names == tuple("abcdefghij")
    white = np.full((3, 5, 3), 255, np.uint8)
    np.testing.assert_allclose(network.activations(white)["input"], 2)


def test_the_same_network_comes_again_until_its_file_changes(runs):
    run = finished_run(runs, ME)
    first = open_network(run.id)
    assert open_network(run.id) is first
    write_model(runs.folder(run.id), 9)
    second = open_network(run.id)
    np.testing.assert_array_equal(second.weights["conv1"]["kernel"], kernels_after(9))
    assert second.digest != first.digest


@pytest.mark.parametrize("state", [State.RUNNING, State.CANCELLED, State.INTERRUPTED, State.FAILED])
def test_a_run_that_is_not_finished_opens_as_it_is_after_its_last_epoch(runs, state):
    run = finished_run(runs, ME, name="Half", state=state, done=2)
    # What an earlier end left, before the run was trained further.
    write_model(runs.folder(run.id), 9)
    network = open_network(run.id)
    assert network.title == "Half, after epoch 2"
    np.testing.assert_array_equal(network.weights["conv1"]["kernel"], kernels_after(2))


def test_a_checkpoint_that_another_takes_the_place_of_is_no_error(runs, monkeypatch):
    run = finished_run(runs, ME, state=State.RUNNING, done=1)
    folder, read = runs.folder(run.id), networks._of_run

    def an_epoch_ends(run):
        monkeypatch.setattr(networks, "_of_run", read)
        write_model(folder / "checkpoints/0002-later", 2)
        runs.commit_epoch(run, 2, {}, "checkpoints/0002-later")
        shutil.rmtree(folder / "checkpoints/0001")
        return read(run)

    monkeypatch.setattr(networks, "_of_run", an_epoch_ends)
    assert open_network(run.id).title.endswith("after epoch 2")


def test_what_is_no_network_is_told_in_a_sentence(runs):
    assert refused("nobody") == refused("../x") == refused("")
    assert refused("nobody").startswith("There is no such run")
    early = finished_run(runs, ME, state=State.RUNNING, done=0)
    assert refused(early.id).startswith("This run has no network yet")
    job = DownloadJob("mnist")
    other = runs.create(ME, "A download", kind_of(job), job.to_settings(), job.cost())
    assert refused(other.id) == "This is no run that trains a network."


def test_a_network_without_convolution_opens_too(runs):
    run = finished_run(runs, ME, network="8x8x1-flatten-dense_10-softmax")
    assert list(open_network(run.id).weights) == ["dense1"]


def damage(name, content):
    def change(folder):
        (folder / name).write_bytes(content)

    return change


def other_network(folder):
    write_keras_file(folder / MODEL, drawn_network("8x8x1-flatten-dense_10-softmax"))


def no_number(folder):
    made = drawn_network(NETWORK)
    made.weights["dense1"]["bias"][3] = np.nan
    write_keras_file(folder / MODEL, made)


def too_great_a_number(folder):
    made = drawn_network(NETWORK)
    for own in made.weights.values():
        own["kernel"] *= np.float32(1e30)
    write_keras_file(folder / MODEL, made)


def fewer_classes(folder):
    about = json.loads((folder / ABOUT).read_text())
    (folder / ABOUT).write_text(json.dumps({**about, "classes": ["a", "b"]}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (damage(MODEL, b"garbage"), "weights cannot be read"),
        (lambda folder: (folder / MODEL).unlink(), "is gone: train it again"),
        (other_network, "weights of conv1 do not belong to this network"),
        (no_number, "does not give finite numbers"),
        (too_great_a_number, "does not give finite numbers"),
        (damage(ABOUT, b"garbage"), "about its classes cannot be read"),
        (lambda folder: (folder / ABOUT).unlink(), "has not told its classes"),
        (fewer_classes, "does not suit this network"),
    ],
)
def test_a_damaged_run_is_told_in_a_sentence(runs, change, said):
    run = finished_run(runs, ME)
    change(runs.folder(run.id))
    assert said in refused(run.id)


def test_a_network_too_large_to_look_into_is_told(runs, monkeypatch):
    run = finished_run(runs, ME)
    numbers = 64 + 2 * 6 * 6 * 6 + 2 * 54 + 10 + 10
    work = 36 * 6 * 9 + 54 * 10
    monkeypatch.setattr(networks, "MOST_NUMBERS", numbers - 1)
    assert f"computes {numbers} numbers by {work:,} multiply-adds" in refused(run.id)
    monkeypatch.setattr(networks, "MOST_NUMBERS", numbers)
    monkeypatch.setattr(networks, "MOST_MULTIPLY_ADDS", work - 1)
    refused(run.id)
    monkeypatch.setattr(networks, "MOST_MULTIPLY_ADDS", work)
    open_network(run.id)


def test_a_visitor_can_choose_what_ships_and_their_own_runs_that_have_a_network(runs):
    first = finished_run(runs, ME, name="First")
    finished_run(runs, OTHER, name="Theirs")
    finished_run(runs, ME, name="Early", state=State.RUNNING, done=0)
    half = finished_run(runs, ME, name="Half", state=State.CANCELLED, done=2)
    lost = finished_run(runs, ME, name="Lost")
    (runs.folder(lost.id) / MODEL).unlink()
    job = DownloadJob("mnist")
    runs.create(ME, "A download", kind_of(job), job.to_settings(), job.cost())
    shipped = [(name, pretrained.card(name).title) for name in SHIPPED]
    assert network_choices(None) == shipped
    assert network_choices(ME) == [
        *shipped, (half.id, "Half, after epoch 2"), (first.id, "First"),
    ]  # fmt: skip
    for key, title in network_choices(ME):
        assert open_network(key).title == title


# ---- A file of one's own ----


def from_file(text, classes=3, weight=None):
    made = drawn_network(text)
    if weight is not None:
        made.weights["dense1"]["kernel"][0] = weight
    file = ModelFile("Mine", made.architecture, made.weights, None)
    return networks.network_of_file(file, tuple("abcdefgh"[:classes]), Preparation())


def test_a_file_of_ones_own_becomes_a_network():
    text = "8x8x1-conv_2_3-relu-flatten-dense_3-softmax"
    network = from_file(text)
    assert (network.title, network.class_names) == ("Mine", ("a", "b", "c"))
    assert network.architecture.to_text() == text


def test_logits_get_a_softmax():
    network = from_file("8x8x1-conv_2_3-relu-flatten-dense_3")
    assert network.architecture.to_text().endswith("-dense_3-softmax")
    given = network.activations(np.zeros((8, 8, 1), np.uint8))
    np.testing.assert_allclose(given[network.output].sum(), 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "classes", "said"),
    [
        ("8x8x1-conv_2_3-relu", 2, "answers with maps"),
        ("8x8x1-flatten-dense_1-sigmoid", 1, "answers with a single number"),
        ("8x8x2-flatten-dense_3-softmax", 3, "have 2 channels"),
        ("8x8x1-flatten-dense_3-softmax", 2, "does not suit this network"),
    ],
)
def test_what_names_no_classes_is_refused_in_a_sentence(text, classes, said):
    with pytest.raises(NetworkError, match=said):
        from_file(text, classes)


def test_a_file_that_gives_no_numbers_is_refused():
    with pytest.raises(NetworkError, match="does not give finite numbers"):
        from_file("8x8x1-flatten-dense_3-softmax", weight=np.nan)


def test_a_network_without_a_key_is_known_again():
    text = "8x8x1-conv_2_3-relu-flatten-dense_3-softmax"
    network = from_file(text)
    assert open_network(network) is network
    assert open_network(pickle.loads(pickle.dumps(network))) is network
    assert open_network(replace(network, title="Renamed")) is network
    renamed = replace(network, class_names=("x", "y", "z"))
    assert open_network(renamed) is renamed
