"""The pictures that one can show a network."""

import numpy as np
import pytest
import streamlit as st
from made_runs import finished_run

from vizcore.compute import jobs, run_files
from vizcore.compute.jobs import open_jobs
from vizcore.compute.networks import open_network
from vizcore.imaging.sketches import SKETCHES
from vizcore.nets import pretrained
from vizcore.nets.datasets import load_dataset
from vizcore.ui import network_pictures as pictures
from vizcore.ui.drawn_digit import BLANK, DrawnDigit
from vizcore.ui.network_pictures import PictureError, middle_square

ME = "0" * 64


@pytest.fixture(autouse=True)
def own_place(monkeypatch, tmp_path):
    """A session without a server, and a folder of one's own without any dataset."""
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setenv("VIZCORE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("VIZCORE_DATA", raising=False)
    monkeypatch.setenv("VIZCORE_SCHEDULER", "tcp://127.0.0.1:9")
    jobs._open_jobs.cache_clear()
    yield
    if jobs._open_jobs.cache_info().currsize:
        open_jobs().close()
    jobs._open_jobs.cache_clear()


def shown(text, key):
    return pictures.shown(text, key, open_network(key))


def refused(text, key):
    with pytest.raises(PictureError) as error:
        shown(text, key)
    return str(error.value)


@pytest.mark.parametrize("key", ["digits", "scans"])
def test_the_samples_that_ship_with_a_network(key):
    network, shipped = open_network(key), pretrained.samples(key)
    found = pictures.samples_of(key, network)
    assert [one.id for one in found] == [f"sample-{i}" for i in range(len(shipped.y))]
    assert np.array_equal([one.picture for one in found], shipped.x)
    assert [one.truth for one in found] == shipped.y.tolist()
    assert found[3].title == f"{network.class_names[shipped.y[3]]}, a sample"
    assert not found[3].note
    assert shown("sample-3", key) is found[3]


def test_a_network_whose_pictures_may_not_ship_has_some_of_our_own():
    network = open_network("tiny")
    found = pictures.samples_of("tiny", network)
    kinds = [network.class_names[one.truth] for one in found[:6]]
    assert kinds == [*SKETCHES] and np.array_equal(found[0].picture, SKETCHES["ship"].load())
    cat, rocket = found[6], found[7]
    assert (cat.title, network.class_names[cat.truth]) == ("Cat, a photograph", "cat")
    assert rocket.truth is None and "None of its classes" in rocket.note
    assert all(one.note for one in found)
    assert [one.id for one in found] == [f"sample-{i}" for i in range(10)]


def test_a_picture_that_is_not_there_is_told():
    assert refused("sample-99", "digits") == "This network has samples 1 to 40, and no 100."


def test_test_pictures_need_the_dataset():
    assert not pictures.has_tests("tiny")
    assert refused("test-0", "tiny") == (
        "The dataset CIFAR-10 is not on this machine, so its test pictures cannot be shown."
    )


def test_the_test_pictures_of_a_run():
    run = finished_run(open_jobs().runs, ME)
    test = load_dataset("digits").test
    assert pictures.has_tests(run.id) and pictures.test_count(run.id) == len(test.y) == 359
    offered = pictures.tests_offered(run.id, open_network(run.id))
    assert [one.truth for one in offered] == [*range(10)] * 4
    assert len({one.id for one in offered}) == 40
    for one in offered:
        assert np.array_equal(one.picture, test.x[int(one.id.removeprefix("test-"))])
    last = shown("test-358", run.id)
    assert np.array_equal(last.picture, test.x[358]) and last.truth == test.y[358]
    assert last.title == f"{test.y[358]}, test picture 358"
    assert "pictures 0 to 358, no 359" in refused("test-359", run.id)


def test_the_sample_of_a_run_is_the_picture_it_kept():
    run = finished_run(open_jobs().runs, ME)
    folder = open_jobs().runs.folder(run.id)
    probe = run_files.probe(folder)
    (one,) = pictures.samples_of(run.id, open_network(run.id))
    assert np.array_equal(one.picture, probe.picture) and one.truth == probe.truth
    (folder / run_files.PROBE).write_bytes(b"damaged")
    assert len(pictures.samples_of(run.id, open_network(run.id))) == 10


def test_a_drawing():
    text = DrawnDigit("f" + BLANK[1:], fitted=False).to_text()
    one = shown(text, "digits")
    assert one.picture[0, 0, 0] == 255 and one.picture.sum() == 255 and one.truth is None
    assert "20 of the 28 pixels" in one.note
    fitted = DrawnDigit("f" + BLANK[1:]).to_text()
    assert not shown(fitted, "digits").note
    assert "has not learned from digits" in shown(fitted, "scans").note
    assert shown(DrawnDigit().to_text(), "scans").note.startswith("Nothing is drawn yet")


def test_ones_own_picture_is_its_middle_square(monkeypatch):
    assert refused("own", "tiny") == "There is no picture of your own yet."
    photo = np.zeros((2, 4, 3), np.uint8)
    photo[:, 1:3] = 9

    class Photo:
        small = photo

    monkeypatch.setattr(pictures, "own_photo", Photo)
    one = shown("own", "tiny")
    assert one.picture.shape == (2, 2, 3) and (one.picture == 9).all()
    assert "100%" in one.note
    # All of it, where the link says so.
    fitted = shown("own~0-fit-colour-auto", "tiny")
    assert fitted.id == "own~0-fit-colour-auto" and fitted.picture.shape == (32, 32, 3)
    assert fitted.picture[16, 0].tolist() == [0, 0, 0] and fitted.picture[16, 16, 0] == 9


def test_a_picture_is_seen_as_a_link_says():
    plain, turned = shown("sample-2", "digits"), shown("sample-2~1-crop-colour-on", "digits")
    assert np.array_equal(turned.picture, 255 - np.rot90(plain.picture, -1))
    assert (turned.truth, turned.title) == (
        plain.truth, f"{plain.title}, seen as you set it on “Classify”"
    )  # fmt: skip
    assert turned.note == "It is seen as you set it on “Classify”."


def test_a_file_of_ones_own_is_shown_digits_where_it_sees_grey_and_has_no_test_part():
    network = open_network("digits")
    offered = pictures.samples_of("own", network)
    assert [one.truth for one in offered[:3]] == pretrained.samples("digits").y[:3].tolist()
    assert {one.title for one in offered} >= {"Cat, a photograph"}
    assert not pictures.has_tests("own")
    drawn = DrawnDigit("f" + BLANK[1:]).to_text()
    assert pictures.shown(drawn, "own", network).note == ""
    (first, *_) = pictures.samples_of("own", open_network("tiny"))
    assert first.title == "Ship, drawn"


def test_the_middle_of_a_high_picture():
    high = np.arange(10).reshape(5, 2, 1)
    assert middle_square(high)[..., 0].tolist() == [[2, 3], [4, 5]]
