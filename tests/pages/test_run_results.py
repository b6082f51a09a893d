"""What the page *Runs* shows once a run has ended, section by section, without a browser."""

import csv
import io
import json

import numpy as np
import pytest
from made_runs import finished_run
from streamlit.testing.v1 import AppTest
from visiting import told

from vizcore.compute.jobs import open_jobs
from vizcore.compute.runs import State
from vizcore.compute.training_job import ABOUT, MODEL, TEST
from vizcore.nets import pretrained, transfer
from vizcore.nets.datasets import load_dataset
from vizcore.nets.evaluation import report
from vizcore.ui import run_downloads, run_results

ME = "a visitor"
HOSTILE = "<b>x</b> *[a](b)*"

SCRIPT = """
import streamlit as st
from vizcore.compute.jobs import open_jobs
from vizcore.ui.run_downloads import downloads_section
from vizcore.ui.run_results import results_section
from vizcore.ui.runs_settings import RunsSettings
from vizcore.ui.state import PageState

state = PageState("runs", RunsSettings())
run = open_jobs().runs.get(state.now.run)
results_section(state, run)
downloads_section(run)
"""


def opened(run, **query):
    at = AppTest.from_string(SCRIPT, default_timeout=60)
    at.query_params.update({"run": run.id, **query})
    return at.run()


def made(**changes):
    return finished_run(open_jobs().runs, ME, **changes)


def folder(run):
    return open_jobs().runs.folder(run.id)


def texts(at):
    return [one.value for one in at.markdown]


def html(at):
    return " ".join(one.proto.body for one in at.get("html"))


@pytest.fixture
def galleries(monkeypatch):
    """What the galleries are given."""
    given = {}

    def gallery(pictures, captions, *, label, key):
        given[key] = {"pictures": pictures, "captions": captions, "label": label}

    monkeypatch.setattr(run_results, "gallery", gallery)
    return given


@pytest.fixture
def matrices(monkeypatch):
    """What the confusion matrix is given."""
    given = []
    monkeypatch.setattr(run_results, "confusion", lambda *args, **more: given.append((args, more)))
    return given


def read(run):
    with np.load(folder(run) / TEST) as file:
        return file["truth"], file["probabilities"]


def test_the_figures_are_those_of_the_test_part(galleries, matrices):
    run = made()
    at = opened(run)
    assert not at.exception
    truth, probabilities = read(run)
    predicted = probabilities.argmax(axis=1)
    right = int((predicted == truth).sum())
    assert texts(at)[0].startswith(f"**{right} of 359 pictures right: {100 * right / 359:.2f}%.**")
    ((matrix, names), more) = matrices[0]
    assert names == tuple("0123456789") and more["chosen"] is None
    assert matrix[4, 4] == ((truth == 4) & (predicted == 4)).sum() and matrix.sum() == 359
    assert html(at).count("<tr") == 12  # head, ten classes, foot
    (recall,) = {f"{100 * matrix[4, 4] / matrix[4].sum():.1f}%"}
    row = html(at).split('<th scope="row">4</th>')[1].split("</tr>")[0]
    assert row.split("<td>")[2].removesuffix("</td>") == recall


def test_mistakes_come_the_surest_first_with_both_classes(galleries, matrices):
    run = made()
    opened(run)
    truth, probabilities = read(run)
    predicted, surety = probabilities.argmax(axis=1), probabilities.max(axis=1)
    given = galleries["runs.mistakes"]
    wrong = sorted(np.flatnonzero(predicted != truth), key=lambda i: -surety[i])
    assert np.array_equal(given["pictures"], load_dataset("digits").test.x[wrong])
    first = wrong[0]
    assert given["captions"][0] == f"{truth[first]} : {predicted[first]} · {surety[first]:.0%}"
    assert len(given["captions"]) == len(wrong) > 5


def test_a_cell_chosen_by_the_link_shows_its_pictures(galleries, matrices):
    run = made()
    truth, probabilities = read(run)
    places = np.flatnonzero((truth == 3) & (probabilities.argmax(axis=1) == 3))
    at = opened(run, true="3", predicted="3")
    assert matrices[0][1]["chosen"] == (3, 3)
    given = galleries["runs.cell"]
    assert given["label"] == "Class 3, recognised"
    assert np.array_equal(given["pictures"], load_dataset("digits").test.x[places])
    assert '<tr class="chosen" aria-current="true"><th scope="row">3</th>' in html(at)


def test_a_click_is_kept_in_the_link(galleries, monkeypatch):
    run = made()
    told(monkeypatch, "confusion", "cell", {"true": 2, "predicted": 7})
    at = opened(run)
    at = at.run()
    assert at.query_params["true"] == "2" and at.query_params["predicted"] == "7"
    assert "Class 2, taken for 7" in html(at)
    told(monkeypatch, "confusion", "cell", {"true": -1, "predicted": -1})
    at = at.run().run()
    assert "true" not in at.query_params


@pytest.mark.parametrize(
    "cell", [{"true": 10, "predicted": 0}, {"true": "2", "predicted": 0}, {"true": 2.5}, {}]
)
def test_a_message_that_names_no_cell_changes_nothing(galleries, monkeypatch, cell):
    told(monkeypatch, "confusion", "cell", cell)
    at = opened(made(), true="1", predicted="1").run()
    assert not at.exception
    assert at.query_params["true"] == "1" and at.query_params["predicted"] == "1"


def test_a_link_beyond_the_classes_chooses_none(galleries, matrices):
    at = opened(made(), true="50", predicted="2")
    assert not at.exception and matrices[0][1]["chosen"] is None


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.RUNNING, "Their figures come with the end of this run."),
        (State.CANCELLED, "so it has no test figures. Resume it to have them."),
        (State.FAILED, "so it has no test figures. Resume it to have them."),
    ],
)
def test_a_run_that_has_not_ended_has_no_test_figures(state, words):
    run = made(state=state, done=1)
    at = opened(run)
    assert texts(at)[0].endswith(words) and "so that nothing is chosen by them" in texts(at)[0]
    assert "can be downloaded once the run is finished" in " ".join(texts(at))
    assert len(at.get("download_button")) == 2


def test_files_that_are_gone_or_damaged_are_told_in_a_sentence(galleries):
    run = made()
    (folder(run) / TEST).unlink()
    (folder(run) / MODEL).unlink()
    (folder(run) / ABOUT).unlink()
    at = opened(run)
    assert not at.exception
    assert at.warning[0].value.startswith("The file with this run's test results is gone")
    told = " ".join(texts(at))
    assert "The file of this network is gone" in told and "script can be downloaded once" in told
    run = made()
    (folder(run) / TEST).write_bytes(b"PK nonsense")
    at = opened(run)
    assert not at.exception and "cannot be read" in at.warning[0].value


@pytest.fixture
def own_dataset(monkeypatch, tmp_path):
    """A dataset file with hostile class names."""
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 256, (60, 8, 8)).astype(np.uint8), np.arange(60) % 3
    path = tmp_path / "data" / "own.npz"
    path.parent.mkdir()
    names = np.array([HOSTILE, "b", "c"])

    def write(y=y):
        arrays = {"x_train": x, "y_train": y, "x_test": x[:30], "y_test": y[:30]}
        np.savez(path, class_names=names, **arrays)

    write()
    monkeypatch.setenv("VIZCORE_DATA", str(path.parent))
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path / "cache"))
    return path, write


NETWORK = "8x8x1-flatten-dense_3-softmax"


def test_names_are_shown_as_the_text_they_are(own_dataset, galleries, matrices):
    run = made(dataset="own", network=NETWORK, accuracy=0.5)
    at = opened(run, true="0", predicted="0")
    assert not at.exception
    assert matrices[0][0][1] == (HOSTILE, "b", "c")
    assert "<b>x" not in html(at) and html(at).count("&lt;b&gt;x&lt;/b&gt; *[a](b)*") > 3
    assert not any("[a](b)" in text for text in texts(at))


def test_without_its_dataset_the_figures_stand(own_dataset, galleries, matrices):
    path, write = own_dataset
    run = made(dataset="own", network=NETWORK, accuracy=0.5)
    path.unlink()
    at = opened(run, true="0", predicted="0")
    assert not at.exception and len(matrices) == 1 and not galleries
    assert [one.value for one in at.info] == 2 * [
        "The dataset `own` is no longer on this machine, so its pictures cannot be shown. "
        "The figures stand."
    ]
    write(y=(np.arange(60) + 1) % 3)
    at = opened(run)
    assert "has changed since this run" in at.info[0].value and not galleries


def test_a_gallery_is_sent_a_few_hundred_pictures(galleries, matrices, monkeypatch):
    monkeypatch.setattr(run_results, "MOST_PICTURES", 5)
    at = opened(made(accuracy=0.5))
    given = galleries["runs.mistakes"]
    assert len(given["pictures"]) == len(given["captions"]) == 5
    assert any(text.startswith("The 5 surest of ") for text in texts(at))


def test_what_surprises_is_explained_where_it_happens(galleries, matrices):
    # Training accuracy ends at 1 − 0.5/3 = 83.33% in a made run, validation at 80%.
    text = " ".join(texts(opened(made(accuracy=0.99))))
    assert "above training accuracy (83.33%). In this run:" in text
    assert "above training accuracy" not in " ".join(texts(opened(made(accuracy=0.5))))


# ---- Downloads ----


@pytest.fixture
def offered(monkeypatch):
    """What the download buttons are given, by the end of the file's name."""
    given = {}

    def button(label, data, file_name, mime, **more):
        given[file_name.rsplit(".", 1)[1]] = {"data": data, "name": file_name, "label": label}

    monkeypatch.setattr(run_downloads.st, "download_button", button)
    return given


def test_one_takes_away_the_network_the_figures_and_a_script(galleries, matrices, offered):
    run = made(name="../Ärger & <b>", epochs=4)
    at = opened(run)
    assert not at.exception
    names = {one["name"] for one in offered.values()}
    assert names == {"arger-b-network.keras", "arger-b-figures.csv", "arger-b-script.py"}
    # The file is read when it is asked for.
    assert offered["keras"]["data"]() == (folder(run) / MODEL).read_bytes()
    rows = list(csv.DictReader(io.StringIO(offered["csv"]["data"])))
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert float(rows[3]["loss"]) == 0.5
    script = offered["py"]["data"]
    assert script.startswith("# ../Ärger & <b>\n") and "EPOCHS = 4\n" in script
    compile(script, "script", "exec")


def test_the_script_prepares_pictures_as_the_run_did(galleries, matrices, offered):
    run = made()
    about = json.loads((folder(run) / ABOUT).read_text())
    about["preparation"] |= {"side": 28, "mean": [0.25], "spread": [0.5]}
    (folder(run) / ABOUT).write_text(json.dumps(about))
    opened(run)
    assert "cv2.resize(one, (28, 28)" in offered["py"]["data"]
    assert "mean = np.float32([0.25])" in offered["py"]["data"]


def test_with_frozen_layers_their_weights_come_with_the_script(galleries, matrices, offered):
    network = transfer.with_new_head("objects", 10).to_text()
    run = made(state=State.CANCELLED, done=0, network=network, features="objects")
    at = opened(run)
    assert not at.exception and offered.keys() == {"py", "npz"}
    assert offered["npz"]["name"] == "objects.npz"
    assert offered["npz"]["data"]() == (pretrained.FOLDER / "objects.npz").read_bytes()
    assert 'np.load("objects.npz")' in offered["py"]["data"]
    assert "The Keras script needs the file of the frozen weights in its folder." in texts(at)


def test_before_the_first_epoch_there_is_nothing_to_take(offered):
    run = made(state=State.CANCELLED, done=0)
    (folder(run) / ABOUT).unlink()
    at = opened(run)
    assert offered == {} and len(texts(at)) == 4


def test_results_of_a_run_that_was_trained_longer_are_the_new_ones(galleries, matrices):
    run = made()
    opened(run)
    truth, probabilities = read(run)
    np.savez(folder(run) / TEST, truth=truth, probabilities=np.eye(10, dtype=np.float32)[truth])
    assert matrices[0][0][0].trace() < 359
    jobs = open_jobs().runs
    with jobs._database.writing() as connection:
        from vizcore.compute.database import RUNS

        connection.execute(RUNS.update().where(RUNS.c.id == run.id).values(ended=run.ended + 1))
    at = opened(run)
    assert matrices[1][0][0].trace() == 359
    assert "There are none: each test picture was recognised." in texts(at)
    assert report(truth, np.eye(10)[truth]).accuracy == 1
