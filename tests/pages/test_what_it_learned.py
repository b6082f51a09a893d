"""The page *What it learned*: what needs no worker is there while the cluster is down."""

import json
import struct
import threading
from urllib.parse import parse_qsl

import numpy as np
import pytest
from made_runs import finished_run

from vizcore.compute import looking
from vizcore.compute.excitement_job import KIND
from vizcore.compute.jobs import open_jobs
from vizcore.compute.visitors import visitor_of
from vizcore.nets import pretrained
from vizcore.nets.attribution import GradCam, Occlusion
from vizcore.nets.dataset import DatasetError
from vizcore.nets.excitement import Excited, Excitement, Patches
from vizcore.nets.maximisation import Liked
from vizcore.ui import answers, learned_excitement, learned_shift, network_choice
from vizcore.ui.drawn_digit import DrawnDigit
from vizcore.ui.learned_settings import LearnedSettings
from vizcore.ui.network_pictures import samples_of

PAGE = "pages/what_it_learned.py"
HEADERS = {
    "kernels": ["Its first kernels", "One map", "How it learned"],
    "excites": ["One map", "What excites it most"],
    "likes": ["One map", "What it likes"],
    "looks": ["Where it looks"],
    "shift": ["A digit that moves, before a small CNN and a small MLP"],
}


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


@pytest.mark.parametrize("part", HEADERS)
def test_one_part_at_a_time_is_shown_and_it_is_in_the_address(page, part):
    at = page(part=part)
    assert not at.exception
    assert [one.value for one in at.header] == HEADERS[part]
    assert at.query_params["part"] == part
    asked = [one.value for one in at.warning]
    if part in ("likes", "looks"):
        assert "cannot be reached" in asked[0]
        assert [one.label for one in at.button if one.label == "Try again"]
    else:
        assert not asked


def test_a_visitor_begins_with_the_kernels_and_chooses_another_part(page):
    at = page(model="tiny", node="relu2", map="3", part="kernels")
    assert {"learned.kernels", "learned.maps", "learned.kernel"} <= keys(at)
    at.button_group(key="learned.part").set_value("looks").run()
    assert [one.value for one in at.header] == HEADERS["looks"]
    assert (at.query_params["part"], at.query_params["node"]) == ("looks", "relu2")
    at.button_group(key="learned.part").set_value("excites").run()
    assert given(at, "learned.maps")[0]["chosen"] == 3


@pytest.mark.parametrize(
    ("query", "part"),
    [({}, "kernels"), ({"node": "relu2", "map": "0"}, "excites"), ({"down": "2"}, "shift")],
)
def test_a_link_without_a_part_leads_to_what_it_sets_and_one_stays_there(page, query, part):
    at = page(model="tiny", **query)
    assert [one.value for one in at.header] == HEADERS[part]
    if part == "kernels":
        box(at, "Layer").select("conv2").run()
        assert [one.value for one in at.header] == HEADERS[part]


def test_the_most_active_map_is_chosen_until_one_chooses(page):
    at = page(model="tiny", node="conv2", map="-1")
    network = pretrained.load("tiny")
    first = samples_of("tiny", network)[0].picture
    maps = network.activations(network.levels(first))["conv2"].max(axis=(0, 1))
    assert maps.argmax() != 0, "the test needs another one"
    assert given(at, "learned.maps")[0]["chosen"] == maps.argmax()
    assert f"You begin with map {maps.argmax() + 1} of conv2: of all 10" in words(at)
    at = page(model="tiny", node="conv2", map="0")
    assert given(at, "learned.maps")[0]["chosen"] == 0
    assert "You begin with" not in words(at)


def test_first_kernels_are_those_of_the_network(page):
    header, rest = given(page(model="tiny", part="kernels"), "learned.kernels")
    kernel = pretrained.load("tiny").weights["conv1"]["kernel"]
    mixed, red, green, blue = header["strips"]
    assert [one["kind"] for one in header["strips"]] == ["colour", *["weight"] * 3]
    assert {one["limit"] for one in header["strips"]} == {float(np.abs(kernel).max())}
    sent = np.frombuffer(rest[header["parts"][0] :][: header["parts"][1]], "<f4")
    np.testing.assert_array_equal(sent.reshape(red["shape"]), kernel[:, :, 0].transpose(2, 0, 1))


def test_a_layer_and_a_map_are_chosen_and_kept_in_the_address(page):
    at = page(model="tiny")
    box(at, "Layer").select("conv2").run()
    assert at.query_params["node"] == "conv2" and "map" not in at.query_params
    assert given(at, "learned.maps")[0]["strips"][0]["shape"][0] == 10
    at = page(model="tiny", node="relu3", map="4", part="kernels")
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
        "This network has no map 5 of relu9: you see the most active one of relu4."
    )


@pytest.mark.parametrize("query", [{"seed": "x"}, {"square": "9"}, {"model": "a b"}])
def test_a_link_that_cannot_be_followed_leaves_the_page_as_it_was(page, query):
    at = page(**query)
    assert at.warning[0].value.startswith("This link cannot be followed")
    assert at.session_state["learned.settings"] == LearnedSettings(part="kernels")


def test_without_the_dataset_there_is_a_sentence_and_a_link(page):
    at = page(part="excites")
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
        spans = np.array([[0, 16], [16, 32]])
        return Occlusion(0.75, np.float32([[0.5, 1], [0.75, 0.75]]), spans, spans)

    def liked(key, node, place, *, over, seed):
        asked.append(("liked", key, node, place, over, seed))
        pictures = np.zeros((3, 32, 32, 3), np.uint8)
        steps, course = np.array([0, 1, 4]), np.float32([0, 1, 2, 3, 4])
        values, whole = np.float32([0.25, 1.5, 4.5]), ((0, 32), (0, 32))
        return Liked(node, "conv4", place, pictures, steps, course, values, whole)

    for one in (saliency, grad_cam, occlusion, liked):
        monkeypatch.setattr(looking, one.__name__, one)
    return asked


def test_where_it_looks_is_shown(page, worker):
    at = page(part="looks", model="tiny", label="2", square="half", fill="black")
    assert not at.exception
    assert not [one for one in at.warning if "reached" in one.value]
    assert worker == [
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
    heat = np.frombuffer(rest[-4 * 32 * 32 :], "<f4").reshape(32, 32)
    assert heat[[0, 15, 0, 31], [0, 15, 31, 31]].tolist() == [0.25, 0.25, -0.25, 0]


def test_an_occlusion_that_changes_next_to_nothing_is_told(page, worker, monkeypatch):
    assert "at least 50.0% are left." in words(at := page(part="looks", model="tiny"))
    assert "next to nothing" not in words(at)
    spans = np.array([[0, 32]])
    faint = Occlusion(0.75, np.float32([[0.745]]), spans, spans)
    monkeypatch.setattr(looking, "occlusion", lambda *_, **__: faint)
    at = page(part="looks", model="tiny", fill="black")
    assert "at least 74.5% are left. That is next to nothing" in words(at)


def test_what_it_likes_is_shown_and_begins_with_the_last_step(page, worker):
    at = page(part="likes", model="tiny", map="0", seed="3", over="cell")
    assert not at.exception
    assert worker == [("liked", "tiny", "relu4", 0, "cell", 3)]
    header, _ = given(at, "learned.liked")
    assert header["strips"][0]["names"] == [
        ["0: the noise", "gives 0.25"],
        ["Step 1", "gives 1.5"],
        ["Step 4", "gives 4.5"],
    ]
    assert header["begin"] == 2
    assert "gives 0.25 for the noise and 4.5 for what has become of it in 4 steps" in words(at)


def test_a_grad_cam_without_anything_is_told(page, worker, monkeypatch):
    zero = np.zeros((32, 32), np.float32)
    nothing = GradCam("pool2", np.zeros(10), zero[:5, :5], zero)
    monkeypatch.setattr(looking, "grad_cam", lambda *_, **__: nothing)
    at = page(part="looks", model="tiny")
    assert not at.exception and "nothing in the maps of pool2" in words(at)


def test_another_seed_asks_anew_and_the_old_one_does_not(page, worker):
    at = page(part="likes", model="tiny")
    for seed in (7, 0):
        next(one for one in at.number_input if one.label == "Seed").set_value(seed).run()
        assert at.query_params.get("seed", "0") == str(seed)
    assert [one[-1] for one in worker] == [0, 7]


def test_nobody_waits_for_the_worker(page, monkeypatch):
    monkeypatch.setattr(answers, "GRACE_SECONDS", 0)
    gate = threading.Event()
    monkeypatch.setattr(looking, "liked", lambda *_, **__: gate.wait(20))
    at = page(part="likes", model="tiny")
    assert [one.value for one in at.header] == HEADERS["likes"]
    assert "The worker changes noise" in words(at)
    gate.set()


# ---- A digit that moves ----


@pytest.fixture
def pair(monkeypatch):
    """Both networks answer 3 wherever a digit is moved; what they were asked."""
    asked = []

    def experiment(networks, picture, moves):
        asked.append(picture)
        return np.tile(np.eye(10, dtype=np.float32)[3], (2, len(moves), 1))

    monkeypatch.setattr(learned_shift, "shift_experiment", experiment)
    learned_shift.answers.cache_clear()
    yield asked
    learned_shift.answers.cache_clear()


def test_a_sample_is_moved_whichever_network_is_set(page, pair):
    at = page(part="shift", model="tiny", digit="3")
    assert not at.exception and "learned.strip" not in keys(at)
    header, _ = given(at, "learned.shifts")
    assert (header["title"], header["truth"]) == ("A 3", 3)
    assert "Two networks were trained for this experiment alone" in words(at)
    assert "Of the test digits, where they lie, the CNN recognises 99.3%" in words(at)


def test_ones_own_drawing_is_moved_and_one_says_what_it_is_meant_to_be(page, pair):
    drawn = DrawnDigit("0" * 300 + "f" * 60 + "0" * 424)
    at = page(part="shift", picture=drawn.to_text())
    header, _ = given(at, "learned.shifts")
    assert (header["title"], header["truth"]) == ("Your drawing", 3)
    np.testing.assert_array_equal(pair[-1], drawn.picture())
    box(at, "It is meant to be").select(8).run()
    assert given(at, "learned.shifts")[0]["truth"] == 8
    assert "the CNN is right at 0 and the MLP at 0" in words(at)
    # The drawing stays the page's picture while a sample is moved.
    at.button_group(key="learned.mover").set_value("sample").run()
    assert given(at, "learned.shifts")[0]["title"] == "A 0"
    assert at.query_params["picture"] == drawn.to_text()
    at.button_group(key="learned.mover").set_value("draw").run()
    assert given(at, "learned.shifts")[0]["title"] == "Your drawing"


def test_nothing_drawn_is_not_moved(page, pair):
    at = page(part="shift")
    at.button_group(key="learned.mover").set_value("draw").run()
    assert not at.exception and "learned.pad" in keys(at) and "learned.shifts" not in keys(at)
    assert "Draw a digit" in words(at)


# ---- What excites a map ----


@pytest.fixture
def tests_here(monkeypatch):
    """A dataset of which a search would be allowed."""
    monkeypatch.setattr(learned_excitement.ExcitementJob, "cost", no_cost)


def no_cost(self):
    from vizcore.compute import Cost

    return Cost(0, 0, 1)


def test_a_search_waits_in_the_queue_and_survives_a_new_visit(page, tests_here):
    at = page(part="excites", model="tiny")
    at.button(key="learned.search").click().run()
    assert not at.exception
    (run,) = open_jobs().runs.queue()
    assert open_jobs().runs.get(run).job == KIND
    assert at.button(key="learned.cancel")
    again = at.run()
    assert again.button(key="learned.cancel") and not again.exception
    again.button(key="learned.cancel").click().run()
    assert "cancelled" in words(again.run())


def test_another_visitor_joins_a_search_and_cannot_cancel_it(page, tests_here):
    first, second = (page(part="excites", model="tiny") for _ in range(2))
    other = page(part="excites", model="digits")
    for at in (first, second):
        at.button(key="learned.search").click().run()
        assert not at.exception
    (run,) = open_jobs().runs.active()
    assert first.button(key="learned.cancel") and "Another visitor" not in words(first)
    assert not [one for one in second.button if one.key == "learned.cancel"]
    assert "Another visitor has asked for it" in words(second)
    other.button(key="learned.search").click().run()
    assert len(open_jobs().runs.active()) == 2
    # Who asked for it gives up: the other one may ask, and is told nothing of a failure.
    open_jobs().stop(run.id, run.visitor)
    open_jobs().runs.delete(run.id, run.visitor)
    assert second.run().button(key="learned.search") and "cancelled" not in words(second)


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
    at = page(part="excites", model="tiny")
    assert not at.exception
    header, _ = given(at, "learned.patches")
    assert header["strips"][0]["names"] == [["cat", "6.5"], ["On average", "of these 1"]]
    assert "It is 0 everywhere on 100 of the 400 test pictures (25.0%)." in words(at)


def test_a_dataset_that_has_gone_is_told(page, monkeypatch):
    found_in(monkeypatch)

    def gone(*_):
        raise DatasetError("The dataset is not here.")

    monkeypatch.setattr(looking, "excited", gone)
    at = page(part="excites", model="tiny")
    assert not at.exception and "The dataset is not here" in words(at).replace("\\", "")
