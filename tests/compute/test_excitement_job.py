"""The search through a test part as a job: progress, an end at any moment, one file for all."""

import numpy as np
import pytest
from made_runs import finished_run, write_model
from watched import Watched

from vizcore.compute import excitement_job, jobs, looking
from vizcore.compute.excitement_job import FOLDER, KIND, ExcitementJob, dataset_of, found
from vizcore.compute.job import restore
from vizcore.compute.jobs import open_jobs
from vizcore.compute.limits import Cost
from vizcore.compute.networks import NetworkError, open_network
from vizcore.nets.dataset import DatasetError
from vizcore.nets.datasets import load_dataset

pytestmark = pytest.mark.xdist_group("tensorflow")

ME = "0" * 64


@pytest.fixture(autouse=True)
def runs(monkeypatch, tmp_path):
    monkeypatch.setenv("VIZCORE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("VIZCORE_SCHEDULER", "tcp://127.0.0.1:9")
    monkeypatch.delenv("VIZCORE_DATA", raising=False)
    jobs._open_jobs.cache_clear()
    yield open_jobs().runs
    open_jobs().close()
    jobs._open_jobs.cache_clear()


@pytest.fixture
def run(runs):
    return finished_run(runs, ME).id


def test_it_goes_to_json_and_back(run):
    job = ExcitementJob(run)
    assert restore(KIND, job.to_settings()) == job


def test_it_costs_nothing_and_refuses_what_cannot_be(run):
    assert ExcitementJob(run).cost() == Cost(parameters=0, multiply_adds=0, epochs=1)
    with pytest.raises(NetworkError, match="no such run"):
        ExcitementJob("nobody").cost()
    with pytest.raises(DatasetError, match="CIFAR-10 is not on this machine"):
        ExcitementJob("tiny").cost()


def test_the_dataset_is_that_of_the_training(run):
    assert dataset_of(run) == "digits"
    assert dataset_of("tiny") == "cifar10"


def test_what_it_finds_is_there_for_everybody(run, tmp_path, monkeypatch):
    monkeypatch.setattr("vizcore.compute.job._EVENT_EVERY", 0)
    assert found(run) is None and looking.excitement(run) is None
    watched = Watched(tmp_path / "run")
    assert ExcitementJob(run).run(watched.context) == {}
    assert watched.rows == [{}]
    *events, _ = watched.events
    assert [event["batch"] for event in events] == [256, 359]
    assert {event["batches"] for event in events} == {359}
    given = found(run)
    assert given is found(run) and given.count == 359
    network, test = open_network(run), load_dataset("digits").test
    best = given.nodes["conv1"]
    for picture, value in zip(best.pictures[2], best.values[2], strict=True):
        maps = network.activations(test.x[picture])["conv1"]
        assert maps[..., 2].max() == pytest.approx(value, abs=1e-5)
    seen = looking.excited(run, given, "conv1", 2)
    assert seen.patches.shape == (9, 3, 3, 1)
    np.testing.assert_array_equal(seen.labels, test.y[best.pictures[2]])
    assert looking.excited(run, given, "conv1", 2) is seen
    with pytest.raises(ValueError, match="no such feature map"):
        looking.excited(run, given, "conv1", 6)
    with pytest.raises(ValueError, match="no such feature map"):
        looking.excited(run, given, "flatten1", 0)


def test_it_is_not_looked_for_twice(run, tmp_path, monkeypatch):
    ExcitementJob(run).run(Watched(tmp_path / "run").context)
    monkeypatch.setattr(excitement_job, "excitement", None)
    again = Watched(tmp_path / "again")
    ExcitementJob(run).run(again.context)
    assert again.rows == [{}]


def test_a_network_that_has_changed_is_looked_at_anew(runs, run, tmp_path):
    ExcitementJob(run).run(Watched(tmp_path / "run").context)
    write_model(runs.folder(run), 9)
    assert found(run) is None


def test_a_damaged_file_counts_as_none(run, tmp_path):
    ExcitementJob(run).run(Watched(tmp_path / "run").context)
    (path,) = (tmp_path / "runs" / FOLDER).iterdir()
    for content in (path.read_bytes()[:-200], b"", b"PK\x03\x04 and no more"):
        path.write_bytes(content)
        assert found(run) is None


def test_it_ends_when_it_is_told_to_and_leaves_nothing(run, tmp_path):
    watched = Watched(tmp_path / "run", lambda: True)
    assert ExcitementJob(run).run(watched.context) == {}
    assert watched.context.stopped and watched.rows == []
    assert found(run) is None and not (tmp_path / "runs" / FOLDER).exists()
