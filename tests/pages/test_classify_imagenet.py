"""MobileNetV2 on the page *Classify*: offered, downloaded by a worker, asked, put in a table."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

from vizcore.compute import imagenet as asking
from vizcore.compute.imagenet_job import KIND
from vizcore.compute.jobs import open_jobs
from vizcore.imaging import to_png
from vizcore.nets import imagenet
from vizcore.nets.imagenet import Answer, ImagenetError
from vizcore.ui import answers, classify_imagenet
from vizcore.ui.drawn_digit import DrawnDigit

PAGE = "pages/classify.py"
NAMES = tuple(f"kind <b>{k}</b>" for k in range(1000))


def said(levels, normalise=True):
    """An answer that depends on the picture: the class of its mean level."""
    logits = np.zeros(1000, np.float32)
    logits[int(levels.mean())] = 9
    return Answer(logits, np.float32(np.eye(7)))


@pytest.fixture(autouse=True)
def folders(monkeypatch, tmp_path):
    monkeypatch.setattr(answers, "GRACE_SECONDS", 30)
    monkeypatch.setattr(answers, "_questions", type(answers._questions)())
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def here(monkeypatch):
    monkeypatch.setattr(classify_imagenet, "is_here", lambda: True)
    monkeypatch.setattr(imagenet, "class_names", lambda: NAMES)
    monkeypatch.setattr(classify_imagenet, "imagenet", SimpleNamespace(classified=said))


def html(at):
    return "\n".join(one.proto.body for one in at.main.get("html"))


def words(at):
    return "\n".join(one.value for kind in ("markdown", "error", "warning") for one in at.get(kind))


def level(value):
    return to_png(np.full((300, 400, 3), value, np.uint8))


def bring(at, *files):
    uploader = at.file_uploader(key="classify.files")
    return uploader.set_value([(name, data, "image/png") for name, data in files]).run()


def test_it_is_offered_and_downloaded_by_a_worker(page):
    at = page(model="imagenet")
    assert not at.exception
    assert "about 15 MB are to be downloaded" in words(at)
    assert [one.value for one in at.header] == ["What the network will see"]
    assert "MobileNetV2: 1,000 kinds (ImageNet)" in at.selectbox[0].options
    next(one for one in at.button if one.label == "Download").click().run()
    assert [open_jobs().runs.get(one).job for one in open_jobs().runs.queue()] == [KIND]
    assert "classify.imagenet.cancel" in [one.key for one in at.button]
    next(one for one in at.button if one.label == "Cancel").click().run()
    assert "The download was cancelled" in at.info[0].value


def test_it_answers_with_bars_logits_and_where_it_looked(page, here):
    at = bring(page(model="imagenet", picture="own"), ("a.png", level(140)))
    assert not at.exception
    assert re.search(r"It says: kind &lt;b&gt;140&lt;/b&gt;, with 89\.0%", html(at))
    assert "cannot be opened layer by layer here" in words(at)
    assert ">9.00<" in html(at) or ">9<" in html(at)
    assert "Where it looked" in [one.value for one in at.subheader]
    assert "What the network saw" in [one.value for one in at.header]
    assert at.query_params == {"model": "imagenet", "picture": "own"}


def test_nothing_drawn_is_not_asked(page, here, monkeypatch):
    monkeypatch.setattr(classify_imagenet, "imagenet", None)
    at = page(model="imagenet", picture=DrawnDigit().to_text())
    assert not at.exception
    assert "Draw a digit: the answer follows your stroke." in words(at)
    assert "Where it looked" not in [one.value for one in at.subheader]


def test_several_files_make_a_table(page, here):
    at = bring(page(model="imagenet", picture="own"), ("a.png", level(100)), ("b.png", level(200)))
    at.run()
    assert not at.exception
    assert "All 2 pictures" in [one.value for one in at.header]
    proto = next(e.proto for e in at.main if getattr(e, "key", None) == "classify.table")
    assert [row["note"] for row in json.loads(proto.json)["rows"]] == ["", ""]


def test_what_a_worker_cannot_do_is_one_sentence(page, here, monkeypatch):
    def refuse(levels, normalise):
        raise ImagenetError("MobileNetV2 is not on the worker’s machine.")

    monkeypatch.setattr(classify_imagenet, "imagenet", SimpleNamespace(classified=refuse))
    at = page(model="imagenet")
    assert not at.exception
    assert "not on the worker" in words(at)


def test_other_pages_say_that_they_cannot_open_it(page):
    at = page(model="imagenet")
    at.query_params["model"] = "imagenet"
    at.switch_page("pages/inside_a_network.py").run()
    assert not at.exception
    assert "cannot be opened on this page" in at.warning[0].value


def test_an_answer_is_kept_by_its_picture_and_whether_it_is_normalised(monkeypatch):
    asked = []

    def call(function, levels, normalise, timeout):
        asked.append(normalise)
        return said(levels)

    jobs = SimpleNamespace(cluster=SimpleNamespace(call=call))
    monkeypatch.setattr(asking, "open_jobs", lambda: jobs)
    asking._asked.cache_clear()
    levels = np.full((224, 224, 3), 7, np.uint8)
    for normalise in (True, True, False, True):
        assert asking.classified(levels, normalise).logits.argmax() == 7
    assert asked == [True, False]
    with pytest.raises(ImagenetError, match="not on the worker’s machine"):
        asking.answer(levels, True)
