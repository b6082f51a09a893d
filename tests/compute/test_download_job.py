"""The download as a job: progress, an end at any moment, and one sentence where it fails."""

import dataclasses
import functools
import hashlib
import http.server
import io
import threading

import numpy as np
import pytest
from watched import Watched

from vizcore.compute.download_job import KIND, DownloadJob
from vizcore.compute.job import kind_of, restore
from vizcore.compute.limits import Cost
from vizcore.compute.training_job import TrainingJob
from vizcore.nets import downloads
from vizcore.nets.dataset import DatasetError, Part
from vizcore.nets.datasets import dataset_choices, load_dataset

JOB = DownloadJob("mnist")
LEVELS = np.random.default_rng(0).integers(0, 256, (500, 28, 28)).astype(np.uint8)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("VIZCORE_DATA", raising=False)
    return tmp_path


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """Serve a small MNIST on this machine; Keras, which knows the real one, does not read it."""
    held = io.BytesIO()
    np.savez(held, levels=LEVELS)
    content, folder = held.getvalue(), tmp_path / "site"
    folder.mkdir()
    (folder / "mnist.npz").write_bytes(content)
    (file,) = downloads.FILES["mnist"]
    digest = hashlib.sha256(content).hexdigest()
    small = dataclasses.replace(file, size=len(content), digest=digest)
    monkeypatch.setitem(downloads.FILES, "mnist", (small,))
    monkeypatch.setattr(downloads, "_read_with_keras", read)
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("VIZCORE_MIRROR", f"http://127.0.0.1:{server.server_port}")
        yield
        server.shutdown()
        thread.join()


def read(name):
    with np.load(downloads.keras_folder() / f"{name}.npz") as held:
        x = held["levels"][..., np.newaxis]
    y = np.arange(len(x)) % 10
    return Part(x[:400], y[:400]), Part(x[400:], y[400:])


def test_it_goes_to_json_and_back_and_is_no_training():
    assert restore(KIND, JOB.to_settings()) == JOB
    assert kind_of(JOB) == KIND != kind_of(TrainingJob("mnist", ""))


def test_it_costs_nothing():
    assert JOB.cost() == Cost(parameters=0, multiply_adds=0, epochs=1)


@pytest.mark.parametrize("name", ["digits", "../mnist", ""])
def test_what_nobody_publishes_is_refused_before_it_waits(name):
    with pytest.raises(DatasetError, match="mnist, fashion_mnist, cifar10 and nothing else"):
        DownloadJob(name).cost()


def test_a_download_makes_a_dataset_of_this_machine(mirror, tmp_path, monkeypatch):
    monkeypatch.setattr("vizcore.compute.job._EVENT_EVERY", 0)
    assert {one.name: one.origin for one in dataset_choices()}["mnist"] == "download"
    watched = Watched(tmp_path / "run")
    assert JOB.run(watched.context) == {}
    assert watched.rows == [{}]
    np.testing.assert_array_equal(load_dataset("mnist").test.x[..., 0], LEVELS[400:])
    *events, last = watched.events
    done = [event["batch"] for event in events]
    assert done == sorted(done) and done[0] < 30 and done[-1] == 100 and len(done) >= 5
    assert {event["batches"] for event in events} == {100}
    assert last["epochs_done"] == 1


def test_a_download_ends_at_once_when_it_is_told_to(mirror, tmp_path):
    asked = iter([False, False, True])
    watched = Watched(tmp_path / "run", lambda: next(asked))
    assert JOB.run(watched.context) == {}
    assert watched.context.stopped and watched.rows == []
    assert [path for path in (tmp_path / "keras").rglob("*") if path.is_file()] == []
    assert {one.name: one.origin for one in dataset_choices()}["mnist"] == "download"


def test_offline_one_sentence_names_the_embedded_choice(tmp_path, monkeypatch):
    monkeypatch.setenv("VIZCORE_MIRROR", "http://127.0.0.1:9/")
    watched = Watched(tmp_path / "run")
    with pytest.raises(ValueError, match="MNIST could not be downloaded from 127.0.0.1") as error:
        JOB.run(watched.context)
    assert "choose the embedded digits" in str(error.value)
    assert watched.rows == []
