"""What is asked of a worker about a network, what is kept, and what is told."""

import pickle

import numpy as np
import pytest
from made_runs import finished_run, write_model

from vizcore.compute import ClusterError, jobs, looking
from vizcore.compute.jobs import open_jobs
from vizcore.compute.networks import NetworkError, open_network
from vizcore.nets import attribution
from vizcore.nets.keras_model import keras_model
from vizcore.nets.maximisation import activation_maximisation

pytestmark = pytest.mark.xdist_group("tensorflow")

ME = "0" * 64
PHOTO = np.random.default_rng(7).integers(0, 256, (40, 30, 3), np.uint8)


@pytest.fixture(autouse=True)
def own_jobs(monkeypatch, tmp_path):
    monkeypatch.setenv("VIZCORE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("VIZCORE_SCHEDULER", "tcp://127.0.0.1:9")
    jobs._open_jobs.cache_clear()
    yield
    open_jobs().close()
    jobs._open_jobs.cache_clear()


@pytest.fixture
def run():
    return finished_run(open_jobs().runs, ME).id


class StandIn:
    """A worker in this process: what goes there and back travels as it would by Dask."""

    def __init__(self):
        self.asked = []

    def close(self):
        pass

    def call(self, function, *arguments, timeout):
        self.asked.append(arguments)
        function, arguments = pickle.loads(pickle.dumps((function, arguments)))
        return pickle.loads(pickle.dumps(function(*arguments)))


@pytest.fixture
def worker(monkeypatch):
    one = StandIn()
    monkeypatch.setattr(open_jobs(), "cluster", one)
    return one


@pytest.fixture
def opened(run):
    network = open_network(run)
    return network, keras_model(network), network.prepared(PHOTO)


def test_saliency_and_grad_cam_are_the_networks(worker, run, opened):
    np.testing.assert_array_equal(looking.saliency(run, PHOTO, 3), attribution.saliency(*opened, 3))
    for layer in ("", "conv1"):
        given = looking.grad_cam(run, PHOTO, 3, layer)
        expected = attribution.grad_cam(*opened, 3, layer)
        assert given.layer == expected.layer
        np.testing.assert_array_equal(given.upsampled, expected.upsampled)


def test_occlusion_is_the_networks(worker, run, opened):
    network, *_ = opened
    given = looking.occlusion(run, PHOTO, 3, size=3, stride=4, fill="black")
    assert given.drops.shape == (2, 2)
    covered = network.levels(PHOTO).copy()
    covered[slice(*given.rows[1]), slice(*given.columns[0])] = 0
    expected = network.activations(covered)[network.output][3]
    assert given.probabilities[1, 0] == pytest.approx(expected, abs=1e-6)
    assert looking.occlusion(run, PHOTO, 3).drops.shape == (8, 8)


def test_what_a_neuron_likes_is_the_networks(worker, run, opened):
    given = looking.liked(run, "conv1", 2, steps=5, over="cell", seed=4)
    expected = activation_maximisation(*opened[:2], "conv1", 2, steps=5, over="cell", seed=4)
    np.testing.assert_array_equal(given.pictures, expected.pictures)


def test_the_worker_is_asked_once_for_each_question(worker, run):
    folder = open_jobs().runs.folder(run)
    questions = [
        lambda: looking.saliency(run, PHOTO, 3),
        lambda: looking.saliency(run, PHOTO, 4),
        lambda: looking.saliency(run, PHOTO // 2, 3),
        lambda: looking.occlusion(run, PHOTO, 3),
        lambda: looking.occlusion(run, PHOTO, 3, fill="mean"),
        lambda: looking.liked(run, "conv1", 2, steps=1),
        lambda: looking.liked(run, "conv1", 2, steps=1, seed=1),
        lambda: looking.grad_cam(run, PHOTO, 3),
        lambda: (write_model(folder, 9), looking.saliency(run, PHOTO, 3)),
    ]
    for count, question in enumerate(questions, start=1):
        question()
        assert len(worker.asked) == count
    for question in questions[1:-1]:
        before = len(worker.asked)
        question(), question()
        assert len(worker.asked) == before + 1, "asked anew of the network that changed, and kept"


def test_a_worker_that_sees_another_network_says_so(run):
    with pytest.raises(NetworkError, match="has changed meanwhile: look again"):
        looking.answer("saliency", run, "other", None, {"label": 0})


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (lambda run: looking.saliency(run, PHOTO, 10), "classes 0 to 9"),
        (lambda run: looking.saliency(run, PHOTO, -1), "classes 0 to 9"),
        (lambda run: looking.saliency("nobody", PHOTO, 0), "no such run"),
        (lambda run: looking.liked("nobody", "conv1", 0), "no such run"),
        (lambda run: looking.liked(run, "conv7", 0), "no such layer"),
        (lambda run: looking.grad_cam(run, PHOTO, 0, "dense1"), "layers that give maps"),
        (lambda run: looking.occlusion(run, PHOTO, 0, size=9), "1 to 8 pixels"),
        (lambda run: looking.occlusion(run, PHOTO, 0, fill="<b>"), "not “<b>”"),
    ],
)
def test_impossible_questions_are_told_in_a_sentence(worker, run, question, said):
    with pytest.raises(ValueError, match=said):
        question(run)


def test_without_a_cluster_a_sentence_comes_back_and_is_not_kept(run, monkeypatch):
    with pytest.raises(ClusterError, match="cannot be reached"):
        looking.saliency(run, PHOTO, 3)
    monkeypatch.setattr(open_jobs(), "cluster", StandIn())
    assert looking.saliency(run, PHOTO, 3).shape == (8, 8)
