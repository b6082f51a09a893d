"""Keras agrees, asked in a worker: what it is asked, what it answers, and what is told."""

import sys
from pathlib import Path

import numpy as np
import pytest
from made_runs import finished_run, write_model

from vizcore.compute import ClusterError, jobs, keras_check
from vizcore.compute.address import read_address
from vizcore.compute.jobs import open_jobs
from vizcore.compute.keras_check import agreement, keras_activations
from vizcore.compute.networks import NetworkError, open_network

sys.path.insert(0, str(Path(__file__).parent))
from conftest import end  # noqa: E402

ME = "0" * 64
PHOTO = np.random.default_rng(7).integers(0, 256, (40, 30, 3), np.uint8)


@pytest.fixture(autouse=True)
def own_jobs(monkeypatch, tmp_path):
    monkeypatch.setenv("VIZCORE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("VIZCORE_WARM", "")
    jobs._open_jobs.cache_clear()
    keras_check._agreement.cache_clear()
    yield
    open_jobs().close()
    jobs._open_jobs.cache_clear()


@pytest.fixture
def run():
    return finished_run(open_jobs().runs, ME).id


class StandIn:
    """A worker that keeps what it was asked, and answers from this process without Keras."""

    def __init__(self, error=0.0):
        self.asked, self.error = [], error

    def call(self, function, key, weights, levels):
        self.asked.append((function, key, weights, levels))
        given = open_network(key).activations(levels)
        given.pop("input")
        given["dense1"][3] -= self.error
        return given


@pytest.fixture
def worker(monkeypatch):
    one = StandIn(error=0.5)
    monkeypatch.setattr(open_jobs().cluster, "call", one.call)
    return one


def test_the_largest_difference_of_each_node_is_told(worker, run):
    found = agreement(run, PHOTO)
    assert list(found) == ["conv1", "relu1", "pool1", "flatten1", "dense1", "softmax1"]
    assert found.pop("dense1") == pytest.approx(0.5, abs=1e-6)
    assert set(found.values()) == {0}


def test_the_worker_is_given_the_picture_in_the_networks_size(worker, run):
    agreement(run, PHOTO)
    ((function, key, weights, levels),) = worker.asked
    assert (function, key, weights) == (keras_activations, run, open_network(run).digest)
    np.testing.assert_array_equal(levels, open_network(run).levels(PHOTO))


def test_it_is_asked_once_for_each_picture_and_state_of_the_network(worker, run):
    first = agreement(run, PHOTO)
    first["conv1"] = "changed by the caller"
    assert agreement(run, PHOTO)["conv1"] == 0 and len(worker.asked) == 1
    agreement(run, PHOTO // 2)
    assert len(worker.asked) == 2
    write_model(open_jobs().runs.folder(run), 9)
    agreement(run, PHOTO)
    assert len(worker.asked) == 3


def test_a_cluster_that_is_down_is_told_each_time_it_is_asked(monkeypatch, run):
    asked = []

    def call(*_):
        asked.append(1)
        raise ClusterError("Nobody is there.")

    monkeypatch.setattr(open_jobs().cluster, "call", call)
    for _ in range(2):
        with pytest.raises(ClusterError, match="Nobody is there"):
            agreement(run, PHOTO)
    assert len(asked) == 2


def test_what_cannot_be_opened_is_told_before_anybody_is_asked(worker):
    with pytest.raises(NetworkError, match="no such run"):
        agreement("nobody", PHOTO)
    assert worker.asked == []


def test_a_worker_that_has_other_weights_says_so(run):
    meant = open_network(run)
    write_model(open_jobs().runs.folder(run), 9)
    with pytest.raises(NetworkError, match="has changed meanwhile"):
        keras_activations(run, meant.digest, meant.levels(PHOTO))


@pytest.mark.xdist_group("compute")
def test_a_real_worker_agrees_about_a_network_that_ships_and_about_a_run(importable, run, tmp_path):
    try:
        for key in ("tiny", run):
            found = agreement(key, PHOTO)
            assert list(found) == list(open_network(key).graph)[1:]
            # Not a single difference would mean that nothing was compared.
            assert 0 < max(found.values()) <= 1e-4
    finally:
        if address := read_address(tmp_path / "runs"):
            end(address.pid)
