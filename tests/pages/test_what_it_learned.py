"""The page *What it learned*: what needs no worker is there while the cluster is down."""

import json
import struct
import threading
from urllib.parse import parse_qsl

import numpy as np
import pytest
from made_runs import finished_run

from vizcore.compute import looking
from vizcore.compute.jobs import open_jobs
from vizcore.compute.visitors import visitor_of
from vizcore.nets import pretrained
from vizcore.nets.attribution import GradCam, Occlusion
from vizcore.nets.dataset import DatasetError
from vizcore.nets.excitement import Excited, Excitement, Patches
from vizcore.nets.maximisation import Liked
from vizcore.ui import answers, learned_excitement, network_choice
from vizcore.ui.learned_settings import LearnedSettings

PAGE = "pages/what_it_learned.py"
HEADERS = [
    "Its first kernels",
    "One map",
    "What excites it most",
    "What it likes",
    "Where it looks",
    "A digit that moves",
    "How it learned",
]


@pytest.fixture(autouse=True)
def patient(monkeypatch, tmp_path):
    """Wait for every answer; no dataset but the embedded one is here."""
    monkeypatch.setattr(answers, "GRACE_SECONDS", 30)
    monkeypatch.setattr(answers, "_questions", type(answers._questions)())
    monkeypatch.setenv("VIZCORE_DATA", str(tmp_path))
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path / "cache"))


def given(at, key):
    """What a component was given: its header and the bytes behind it."""
    (found,) = [e for e in at.main if getattr(e, "key", None) == key]
    blob = found.proto.bytes
    (size,) = struct.unpack("<I", blob[:4])
    return json.loads(blob[4 : 4 + size]), blob[4 + size :]


def keys(at):
    return {getattr(one, "key", None) for one in at.main}


def box(at, label):
    return next(one for one in at.selectbox if one.label == label)


def words(at):
    return "\n".join(one.value for kind in ("markdown", "info", "warning") for one in at.get(kind))


def test_with_the_cluster_down_everything_else_is_there(page):
    at = page()
    assert not at.exception
    assert [one.value for one in at.header] == HEADERS
    assert {"learned.kernels", "learned.maps", "learned.kernel"} <= keys(at)
    said = [one.value for one in at.warning]
    assert len(said) >= 2 and all("cannot be reached" in one for one in said[:2])
    assert [one.label for one in at.button if one.label == "Try again"]


def test_first_kernels_are_those_of_the_network(page):
    header, rest = given(page(model="tiny"), "learned.kernels")
    kernel = pretrained.load("tiny").weights["conv1"]["kernel"]
    mixed, red, green, blue = header["strips"]
    assert [one["kind"] for one in header["strips"]] == ["colour", *["weight"] * 3]
    assert {one["limit"] for one in header["strips"]} == {float(np.abs(kernel).max())}
    sent = np.frombuffer(rest[header["parts"][0] :][: header["parts"][1]], "<f4")
    np.testing.assert_array_equal(sent.reshape(red["shape"]), kernel[:, :, 0].transpose(2, 0, 1))


def test_a_layer_and_a_map_are_chosen_and_kept_in_the_address(page):
    at = page(model="tiny")
    box(at, "Layer").select("conv2").run()
    assert at.query_params["node"] == "conv2"
    header, _ = given(at, "learned.maps")
    assert (header["strips"][0]["shape"][0], header["chosen"]) == (10, 0)
    at = page(model="tiny", node="relu3", map="4")
    assert given(at, "learned.maps")[0]["chosen"] == 4
    kernel, sent = given(at, "learned.kernel")
    weights = pretrained.load("tiny").weights["conv3"]["kernel"][..., 4]
    assert [name for (name,) in kernel["strips"][0]["names"]] == [f"Map {n}" for n in range(1, 11)]
    np.testing.assert_array_equal(
        np.frombuffer(sent, "<f4").reshape(10, 3, 3), weights.transpose(2, 0, 1)
    )


def test_a_map_that_is_not_there_is_told(page):
    at = page(model="tiny", node="relu9", map="4")
    assert not at.exception
    assert at.info[0].value == (
        "This network has no map 5 of relu9: you see the first one of relu4."
    )


@pytest.mark.parametrize("query", [{"seed": "x"}, {"square": "9"}, {"model": "a b"}])
def test_a_link_that_cannot_be_followed_leaves_the_page_as_it_was(page, query):
    at = page(**query)
    assert at.warning[0].value.startswith("This link cannot be followed")
    assert at.session_state["learned.settings"] == LearnedSettings()


def test_without_the_dataset_there_is_a_sentence_and_a_link(page):
    at = page()
    assert not at.exception
    links = [one.proto.label for one in at.main.get("page_link")]
    assert "See what data there is" in links
    assert "Look through the test pictures" not in [one.label for one in at.button]


def test_a_run_links_to_how_it_formed_and_a_network_that_ships_says_why_not(page, monkeypatch):
    links = [one.proto for one in page().main.get("page_link")]
    assert "Replay how it formed" not in [one.label for one in links]
    run = finished_run(open_jobs().runs, visitor_of("L" * 43))
    monkeypatch.setattr(network_choice, "open_network", lambda key: pretrained.load("tiny"))
    at = page(model=run.id)
    assert not at.exception
    (link,) = [
        one.proto for one in at.main.get("page_link") if one.proto.label == "Replay how it formed"
    ]
    assert link.page == "runs" and dict(parse_qsl(link.query_string))["run"] == run.id


# ---- With a worker ----


@pytest.fixture
def worker(monkeypatch):
    """Answers by hand, and what was asked."""
    asked = []

    def saliency(key, picture, label):
        asked.append(("saliency", key, label))
        return np.full(picture.shape[:2], 0.5, np.float32)

    def grad_cam(key, picture, label, layer=""):
        asked.append(("grad_cam", key, label, layer))
        full = np.ones(picture.shape[:2], np.float32)
        return GradCam(layer or "relu4", np.ones(1), full[:2, :2], full)

    def occlusion(key, picture, label, *, size, stride, fill):
        asked.append(("occlusion", key, label, size, stride, fill))
        spans = np.array([[0, 8], [8, 16]])
        return Occlusion(0.75, np.float32([[0.5, 1], [0.75, 0.75]]), spans, spans)

    def liked(key, node, place, *, over, seed):
        asked.append(("liked", key, node, place, over, seed))
        pictures = np.zeros((2, 32, 32, 3), np.uint8)
        steps, course = np.array([0, 4]), np.float32([0, 1, 2, 3, 4])
        whole = ((0, 32), (0, 32))
        return Liked(node, "conv4", place, pictures, steps, course, 0.25, 4.5, whole)

    for one in (saliency, grad_cam, occlusion, liked):
        monkeypatch.setattr(looking, one.__name__, one)
    return asked


def test_what_it_likes_and_where_it_looks_are_shown(page, worker):
    at = page(model="tiny", seed="3", label="2", square="half", fill="black", over="cell")
    assert not at.exception
    assert not [one for one in at.warning if "reached" in one.value]
    assert worker == [
        ("liked", "tiny", "relu4", 0, "cell", 3),
        ("grad_cam", "tiny", 2, ""),
        ("saliency", "tiny", 2),
        ("occlusion", "tiny", 2, 16, 2, "black"),
    ]
    header, rest = given(at, "learned.looks")
    assert [one["title"] for one in header["panels"]] == [
        "Saliency",
        "Grad-CAM, relu4",
        "Occlusion",
    ]
    assert np.frombuffer(rest[-16:], "<f4").tolist() == [0.25, -0.25, 0, 0]
    assert given(at, "learned.liked")[0]["strips"][0]["names"] == [
        ["the noise", "0.25"],
        ["step 4", "4.5"],
    ]
    assert "gives 0.25 for the noise and 4.5 for what has become of it in 4 steps" in words(at)


def test_a_grad_cam_without_anything_is_told(page, worker, monkeypatch):
    zero = np.zeros((32, 32), np.float32)
    nothing = GradCam("pool2", np.zeros(10), zero[:5, :5], zero)
    monkeypatch.setattr(looking, "grad_cam", lambda *_, **__: nothing)
    at = page(model="tiny")
    assert not at.exception and "nothing in the maps of pool2" in words(at)


def test_another_seed_asks_anew_and_the_old_one_does_not(page, worker):
    at = page(model="tiny")
    seed = next(one for one in at.number_input if one.label == "Seed")
    seed.set_value(7).run()
    assert at.query_params["seed"] == "7"
    seed = next(one for one in at.number_input if one.label == "Seed")
    seed.set_value(0).run()
    assert [one[-1] for one in worker if one[0] == "liked"] == [0, 7]
    # Nothing else depends on it.
    assert [one[0] for one in worker].count("saliency") == 1


def test_nobody_waits_for_the_worker(page, monkeypatch):
    monkeypatch.setattr(answers, "GRACE_SECONDS", 0)
    gate = threading.Event()
    monkeypatch.setattr(looking, "liked", lambda *_, **__: gate.wait(20))
    at = page(model="tiny")
    assert [one.value for one in at.header] == HEADERS
    assert "The worker changes noise" in words(at)
    gate.set()


# ---- What excites a map ----


@pytest.fixture
def tests_here(monkeypatch):
    """A dataset of which a search would be allowed."""
    monkeypatch.setattr(learned_excitement.ExcitementJob, "cost", no_cost)


def no_cost(self):
    from vizcore.compute import Cost

    return Cost(0, 0, 1)


def test_a_search_waits_in_the_queue_and_survives_a_new_visit(page, tests_here):
    at = page(model="tiny")
    next(one for one in at.button if one.key == "learned.search").click().run()
    assert not at.exception
    (run,) = open_jobs().runs.queue()
    assert open_jobs().runs.get(run).job == learned_excitement.KIND
    assert at.button(key="learned.cancel")
    again = at.run()
    assert again.button(key="learned.cancel") and not again.exception
    again.button(key="learned.cancel").click().run()
    assert "cancelled" in words(again.run())


def found_in(monkeypatch):
    nodes = {"relu4": Excited(np.ones((10, 9)), np.zeros((10, 9), int), np.float32([0.25] * 10))}
    monkeypatch.setattr(looking, "excitement", lambda key: Excitement(400, nodes))


def test_what_was_found_is_shown_to_everybody(page, monkeypatch):
    found_in(monkeypatch)
    shown = Patches(
        np.zeros((1, 14, 14, 3), np.uint8), np.zeros((1, 4), int), np.zeros((14, 14, 3), np.uint8),
        np.zeros((1, 32, 32, 3), np.uint8), np.array([[0, 14, 0, 14]]), np.zeros((1, 2), int),
        np.array([3]), np.float32([6.5]),
    )  # fmt: skip
    monkeypatch.setattr(looking, "excited", lambda *_: shown)
    at = page(model="tiny")
    assert not at.exception
    header, _ = given(at, "learned.patches")
    assert header["strips"][0]["names"] == [["cat", "6.5"], ["On average", "of these 1"]]
    assert "It is 0 everywhere on 100 of the 400 test pictures (25.0%)." in words(at)


def test_a_dataset_that_has_gone_is_told(page, monkeypatch):
    found_in(monkeypatch)

    def gone(*_):
        raise DatasetError("The dataset is not here.")

    monkeypatch.setattr(looking, "excited", gone)
    at = page(model="tiny")
    assert not at.exception and "The dataset is not here" in words(at).replace("\\", "")
