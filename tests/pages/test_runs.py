import json
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from visiting import follow

from vizcore.compute.download_job import DownloadJob
from vizcore.compute.jobs import open_jobs
from vizcore.compute.runs import State
from vizcore.compute.training_job import TrainingJob
from vizcore.compute.visitors import visitor_of
from vizcore.export.permalink import from_query
from vizcore.nets.training import TrainingSettings
from vizcore.ui.run_words import STATES
from vizcore.ui.train_settings import TrainSettings

APP = Path(__file__).parents[2] / "app.py"
PAGE = "pages/runs.py"
NETWORK = "8x8x1-conv_8_3-relu-max_2-flatten-dense_10-softmax"
JOB = TrainingJob("digits", NETWORK, TrainingSettings(epochs=5))
HOSTILE = "<b>**x**</b> :red[y] :material/home: [z](http://a.b)"
TOKEN = "A" * 43
ME, OTHER = visitor_of(TOKEN), visitor_of("B" * 43)


def row(epoch):
    """The figures of an epoch, each told apart from all others."""
    return {
        "loss": 2.0 / epoch, "accuracy": 1 - 0.5 / epoch, "rate": 0.001, "seconds": 2.0,
        "val_loss": 1.9 / epoch, "val_accuracy": 1 - 0.45 / epoch,
    }  # fmt: skip


def made(name="A run", *, visitor=ME, job=JOB, epochs=0, state=State.QUEUED, note=""):
    """Make a run that has come so far."""
    runs = open_jobs().runs
    run = open_jobs().submit(job, visitor, name)
    if state is State.QUEUED:
        return run
    # No run waits but this one.
    claimed = runs.claim(f"ticket-{run.id}", "tcp://worker")
    assert claimed.id == run.id
    for epoch in range(1, epochs + 1):
        runs.commit_epoch(claimed, epoch, row(epoch), f"checkpoints/{epoch}")
    if state is State.STOPPING:
        runs.ask_to_stop(run.id, visitor)
    elif state is not State.RUNNING:
        tested = {"test_accuracy": 0.875} if state is State.FINISHED else None
        runs.end(claimed, state, note, tested)
    return runs.get(run.id)


@pytest.fixture
def page():
    """Open the page by a link, as the visitor `ME` or as a new one."""

    def opened(token=TOKEN, **query):
        at = AppTest.from_file(APP, default_timeout=60)
        if token:
            at.session_state["visitor.token"] = token
        at.query_params.update(query)
        at = at.switch_page(PAGE).run()
        assert not at.exception
        return at

    return opened


def given(at, key):
    """What a component was given, or None where it is not there."""
    found = [e for e in at.main if getattr(e, "key", None) == key]
    return json.loads(found[0].proto.json) if found else None


def html(at):
    return "\n".join(one.proto.body for one in at.get("html"))


def said(at):
    return "\n".join(one.value for one in at.markdown)


def labels(at):
    return [one.label for one in at.button]


def press(at, label):
    return next(one for one in at.button if one.label == label).click().run()


def links(at):
    return {one.proto.label: one.proto for one in at.main.get("page_link")}


# ---- The list ----


def test_who_has_no_runs_is_invited(page):
    at = page()
    assert [one.value for one in at.title] == ["Runs"]
    assert "You have no runs yet." in said(at)
    assert links(at)["Train a network of your choice"].page == "train_a_network"
    assert given(at, "runs.table") is None


def test_presets_are_there_to_begin_with(page):
    """Each card leads to the training page with the preset, its recipe and its dataset."""
    (group,) = given(page(), "runs.beginnings")["groups"]
    begun = {}
    for card in group["cards"]:
        file, _, query = card["href"].partition("?")
        settings = from_query(TrainSettings, dict(parse_qsl(query, keep_blank_values=True)))
        assert file == "train_a_network"
        settings.job().cost()
        begun[card["slug"]] = card["title"], settings.dataset, settings.optimiser, settings.batch
    assert begun["simplest-cnn"] == ("The simplest CNN · Digits", "digits", "adam", 32)
    assert begun["mnist-five-conv"][1:] == ("mnist", "adadelta", 512)
    assert begun["cifar-six-conv"][:2] == ("CIFAR-10, six convolutions · CIFAR-10", "cifar10")
    assert len(begun) >= 7


def test_a_first_network_is_trained_by_one_button(page):
    at = press(page(), "Train the simplest CNN on digits now: less than a minute")
    (run,) = open_jobs().runs.of(ME)
    assert (run.name, run.state) == ("My first network", State.QUEUED)
    assert at.query_params == {"run": run.id}
    assert "My first network" in html(at)


def test_runs_are_listed_the_newest_first(page):
    made("First", epochs=5, state=State.FINISHED)
    made("Second", epochs=2, state=State.CANCELLED)
    third = made("Third")
    rows = given(page(), "runs.table")["runs"]
    assert [one["name"] for one in rows] == ["Third", "Second", "First"]
    assert rows[0] == {
        "id": third.id, "name": "Third", "dataset": "Digits", "network": "The simplest CNN",
        "sign": STATES[State.QUEUED][0], "state": "Waiting", "detail": "1st in the queue",
        "validation": "–", "test": "–", "when": "just now", "active": True,
    }  # fmt: skip
    told = [(one["state"], one["detail"], one["validation"], one["test"]) for one in rows[1:]]
    assert told == [
        ("Stopped", "2 of 5 epochs", "77.5%", "–"),
        ("Finished", "5 of 5 epochs", "91.0%", "87.5%"),
    ]
    assert [one["active"] for one in rows[1:]] == [False, False]


def test_neither_downloads_nor_the_runs_of_others_are_listed(page):
    open_jobs().submit(DownloadJob("mnist"), ME)
    made("Theirs", visitor=OTHER)
    at = page()
    assert "You have no runs yet." in said(at)


@pytest.mark.parametrize("visitor", [ME, OTHER], ids=["mine", "theirs"])
def test_the_list_renames_and_deletes_what_is_the_visitors(page, monkeypatch, visitor):
    runs = [made(f"{i}", visitor=visitor, epochs=1, state=State.FINISHED) for i in range(3)]
    made("Mine", epochs=1, state=State.FINISHED)
    messages = [
        {"rename": runs[0].id, "name": HOSTILE},
        {"delete": [runs[1].id, runs[2].id]},
    ]

    def draws(**told):
        if messages:
            st.session_state[told["key"]] = {"told": messages.pop(0)}
            told["on_told_change"]()

    monkeypatch.setattr("vizcore.ui.runs_table._component", draws)
    page().run()
    names = {one.name for one in open_jobs().runs.of(visitor)}
    assert names == ({HOSTILE, "Mine"} if visitor == ME else {"0", "1", "2"})


@pytest.mark.parametrize(
    "message",
    [None, {}, {"rename": "x"}, {"delete": 7}, {"rename": [1], "name": {}}, {"delete": ["no"]}],
)
def test_a_message_that_makes_no_sense_changes_nothing(page, monkeypatch, message):
    run = made(epochs=1, state=State.FINISHED)

    def draws(**told):
        st.session_state[told["key"]] = {"told": message}
        told["on_told_change"]()

    monkeypatch.setattr("vizcore.ui.runs_table._component", draws)
    page()
    assert open_jobs().runs.of(ME) == [run]


def test_a_run_in_progress_is_not_deleted_and_the_list_says_why(page, monkeypatch):
    run = made()
    seen = []

    def draws(**told):
        st.session_state[told["key"]] = {"told": {"delete": [run.id]}}
        if not seen:
            told["on_told_change"]()
        seen.append(told["data"]["problem"])

    monkeypatch.setattr("vizcore.ui.runs_table._component", draws)
    page().run()
    assert seen == [None, "This run is still in progress: cancel it first."]


# ---- Links ----


@pytest.mark.parametrize("name", ["nosuchrun", "A" * 16])
def test_an_unknown_run_gives_one_sentence_and_the_list(page, name):
    made("Mine")
    at = page(run=name)
    (warning,) = at.warning
    assert warning.value == (
        "There is no such run: it was deleted, or the link is incomplete. These are your runs:"
    )
    assert [one["name"] for one in given(at, "runs.table")["runs"]] == ["Mine"]


@pytest.mark.parametrize("query", [{"run": "<b>**x**"}, {"run": "a/../b"}, {"epoch": "x"}])
def test_a_bad_link_is_told_in_one_sentence(page, query):
    (warning,) = page(**query).warning
    assert warning.value.startswith("This link cannot be followed: ")
    assert warning.value.endswith(" You see the page as it was.")


def test_a_download_is_no_run_to_watch(page):
    run = open_jobs().submit(DownloadJob("mnist"), ME)
    (warning,) = page(run=run.id).warning
    assert warning.value.startswith("This is no run that trains a network.")


def test_the_list_is_one_link_away(page):
    run = made(epochs=5, state=State.FINISHED)
    at = follow(page(run=run.id), "All runs")
    assert given(at, "runs.table") and at.query_params == {}


# ---- One run ----


@pytest.mark.parametrize("state", State)
def test_a_run_tells_its_state_in_a_word_and_a_sign(page, state):
    at = page(run=made(state=state, epochs=2).id)
    sign, word = STATES[state]
    assert f"{sign}</span> {word}</strong>" in html(at)


def test_names_are_text(page):
    at = page(run=made(HOSTILE).id)
    assert "&lt;b&gt;**x**&lt;/b&gt; :red[y]" in html(at)
    assert "<b>" not in html(at)
    shown = [said(at), *labels(at), *links(at)]
    assert not any("**x**" in one for one in shown)


def test_a_finished_run_shows_its_curves_and_its_figures(page):
    at = page(run=made(epochs=5, state=State.FINISHED).id)
    assert "5 of 5 epochs · validation accuracy 91.0% · test accuracy 87.5%" in html(at)
    (chart,) = at.get("plotly_chart")
    lines = json.loads(chart.proto.spec)["data"]
    assert lines[0]["y"] == [2.0 / epoch for epoch in range(1, 6)]
    assert lines[4]["y"] == [1 - 0.45 / epoch for epoch in range(1, 6)]
    assert "After epoch 5: loss 0.400 in training, 0.380 in validation" in chart.proto.alt
    assert given(at, "runs.live") is None
    assert "went from 2.000 in epoch 1 to 0.400 in epoch 5" in said(at)
    assert "91.0% of the validation pictures after epoch 5" in said(at)


def test_it_tells_what_it_is_made_of_and_links_to_the_same_again(page):
    at = page(run=made(epochs=1, state=State.FINISHED).id)
    made_of = next(one.proto for one in at.expander if one.label.startswith("What it is made of"))
    assert made_of.label == "What it is made of: The simplest CNN on Digits"
    assert not made_of.expanded
    assert "<dt>Network</dt><dd>The simplest CNN</dd>" in html(at)
    assert "<dd>8×8×1 → 6×6×8 → 3×3×8 → 72 → 10</dd>" in html(at)
    link = links(at)["Duplicate with changes"]
    assert link.page == "train_a_network"
    assert "epochs=5" in link.query_string and "seed=0" in link.query_string


def test_a_transfer_tells_whose_layers_it_keeps_and_leads_back_to_its_settings(page):
    job = replace(TrainSettings().transferring(10), epochs=5).job()
    at = page(run=made(job=job, epochs=1, state=State.FINISHED).id)
    assert "<dt>Network</dt><dd>Transfer from Objects</dd>" in html(at)
    assert "<dd>the first 25 of 27, with the weights of Objects</dd>" in html(at)
    assert "<dt>Trained weights</dt><dd>1,610</dd>" in html(at)
    query = dict(parse_qsl(links(at)["Duplicate with changes"].query_string))
    assert from_query(TrainSettings, query).job() == job


def test_a_waiting_run_tells_its_place_and_that_the_cluster_is_away(page):
    made("Before", visitor=OTHER)
    at = page(run=made("Mine").id)
    (bar,) = given(at, "runs.live")["bars"]
    assert bar["told"] == "2nd in the queue: 1 before it." and bar["share"] is None
    assert any("cluster" in one.value for one in at.warning)


def test_a_run_that_trains_is_drawn_as_it_goes(page, monkeypatch):
    run = made(epochs=2, state=State.RUNNING)
    at = page(run=run.id)
    event = {"run": run.id, "epochs_done": 2, "batch": 10, "batches": 20, "time": time.time(),
             "metrics": {"loss": 0.7, "accuracy": 0.8}}  # fmt: skip
    open_jobs()._hear(event)
    at.run()
    live = given(at, "runs.live")
    (bar,) = live["bars"]
    assert bar["told"] == "Epoch 3 of 5 · batch 10 of 20 · a few seconds left"
    assert bar["share"] == 0.5
    assert (live["x"][0], live["y"][0]) == ([1, 2], [2.0, 1.0])
    assert (live["x"][2], live["y"][2]) == ([2.5], [0.7])
    assert live["ranges"][0] == [0, 5.05]


def test_the_chart_of_a_growing_run_stays_as_it_is(page):
    """A chart that is sent anew is made anew, and blinks; what is new goes by the live run."""
    run = made(epochs=1, state=State.RUNNING)
    at = page(run=run.id)
    before = at.get("plotly_chart")[0].proto
    open_jobs().runs.commit_epoch(run, 2, row(2), "checkpoints/2")
    at.run()
    assert at.get("plotly_chart")[0].proto == before
    assert given(at, "runs.live")["x"][0] == [1, 2]
    open_jobs().runs.end(run, State.FINISHED)
    at.run()
    assert json.loads(at.get("plotly_chart")[0].proto.spec)["data"][0]["x"] == [1, 2]


def test_learning_rates_are_drawn_where_they_change(page):
    job = replace(JOB, training=replace(JOB.training, schedule="cosine"))
    for one, count in ((JOB, 6), (job, 7)):
        at = page(run=made(job=one, epochs=1, state=State.FINISHED).id)
        assert len(json.loads(at.get("plotly_chart")[0].proto.spec)["data"]) == count


def test_why_it_ended_is_told_as_text(page):
    note = "The process <i>was</i> ended."
    at = page(run=made(epochs=1, state=State.INTERRUPTED, note=note).id)
    assert "The process &lt;i&gt;was&lt;/i&gt; ended." in html(at)


# ---- What its owner can do ----


def test_a_waiting_run_can_be_stopped_and_resumed(page):
    run = made()
    at = page(run=run.id)
    assert "Delete for good" not in labels(at) and "Resume" not in labels(at)
    at = press(at, "Stop")
    assert open_jobs().runs.get(run.id).state is State.CANCELLED
    assert "Cancelled while it waited." in html(at)
    assert "“Resume” goes on from the beginning, up to epoch 5." in said(at)
    at = press(at, "Resume")
    assert open_jobs().runs.get(run.id).state is State.QUEUED


def test_a_running_run_is_asked_to_stop(page):
    run = made(epochs=1, state=State.RUNNING)
    at = press(page(run=run.id), "Stop")
    assert open_jobs().runs.get(run.id).state is State.STOPPING
    assert given(at, "runs.live")["bars"][0]["told"].startswith("It stops after the present batch")
    assert next(one for one in at.button if one.label == "Stop").disabled


def test_a_finished_run_is_trained_longer(page):
    job = replace(JOB, training=replace(JOB.training, patience=3))
    run = made(job=job, epochs=5, state=State.FINISHED)
    at = page(run=run.id)
    at.number_input(key=f"runs.more.{run.id}").set_value(2)
    press(at, "Train on")
    now = open_jobs().runs.get(run.id)
    assert (now.state, now.epochs, now.epochs_done) == (State.QUEUED, 7, 5)
    assert now.settings["training"] == {**run.settings["training"], "epochs": 7, "patience": 0}


def test_starting_again_makes_a_run_with_the_same_settings_and_the_same_seed(page):
    run = made("Digits", epochs=5, state=State.FINISHED)
    at = press(page(run=run.id), "Start again")
    new, old = open_jobs().runs.of(ME)
    assert old == run
    assert (new.settings, new.job) == (run.settings, run.job)
    assert (new.name, new.state, new.epochs_done) == ("Digits, again", State.QUEUED, 0)
    assert at.query_params == {"run": new.id}


def test_a_run_is_renamed(page):
    run = made("Old", epochs=1, state=State.FINISHED)
    at = page(run=run.id)
    at.text_input(key=f"runs.name.{run.id}.Old").set_value("  New   name ")
    at = press(at, "Save the name")
    assert open_jobs().runs.get(run.id).name == "New name"
    assert "New name</h2>" in html(at)


def test_a_run_is_deleted_and_the_list_is_left(page):
    run = made("Gone", epochs=1, state=State.FINISHED)
    made("Stays", epochs=1, state=State.FINISHED)
    at = press(page(run=run.id), "Delete for good")
    assert [one["name"] for one in given(at, "runs.table")["runs"]] == ["Stays"]
    assert at.query_params == {}


def test_what_cannot_be_done_is_told_once(page):
    run = made("Digits", epochs=5, state=State.FINISHED)
    for _ in range(5):
        made("Another")
    at = press(page(run=run.id), "Start again")
    assert at.warning[0].value.startswith("You have 5 runs that wait or train")
    assert "Digits</h2>" in html(at)
    assert not any("You have" in one.value for one in at.run().warning)


def test_a_run_that_goes_while_it_is_watched_leaves_a_sentence(page):
    run = made(epochs=1, state=State.FINISHED)
    at = page(run=run.id)
    open_jobs().runs.delete(run.id, ME)
    (warning,) = at.run().warning
    assert warning.value.startswith("There is no such run: it was deleted")


@pytest.mark.parametrize("state", [State.QUEUED, State.FINISHED, State.CANCELLED])
def test_everybody_else_only_looks(page, state):
    run = made("Theirs", visitor=OTHER, epochs=2, state=state)
    at = page(run=run.id)
    assert labels(at) == []
    assert "This run is somebody else's." in said(at)
    assert "Theirs</h2>" in html(at)
    assert "Duplicate with changes" in links(at)
    assert page(token=None, run=run.id).query_params == {"run": run.id}


def test_its_link_is_there_to_be_copied(page):
    run = made()
    assert page(run=run.id).code[0].value.endswith(f"/runs?run={run.id}")


# ---- Two side by side ----


def test_two_runs_are_compared(page):
    one = made("One", epochs=5, state=State.FINISHED)
    faster = replace(JOB, training=replace(JOB.training, rate=0.01, epochs=3))
    other = made(HOSTILE, job=faster, epochs=3, state=State.CANCELLED)
    at = page(run=one.id, beside=other.id)
    shown = html(at)
    assert "<b>**" not in shown
    rows = [
        "<th scope=\"row\">Learning rate</th><td>0.001</td><td>0.01</td>",
        "<th scope=\"row\">Epochs</th><td>5</td><td>3</td>",
        "<td>91.0%</td><td>85.0%</td><td>−6.0 points</td>",
        "<td>87.5%</td><td>–</td><td>–</td>",
        "<th scope=\"row\">Epochs done</th><td>5</td><td>3</td><td>−2</td>",
        "<th scope=\"row\">Parameters</th><td>810</td><td>810</td><td>±0</td>",
    ]  # fmt: skip
    assert [one for one in rows if one not in shown] == []
    assert '<th scope="row">Batch</th>' not in shown and "batch 64" in shown
    lines = json.loads(at.get("plotly_chart")[0].proto.spec)["data"]
    assert [line["name"] for line in lines if line["yaxis"] == "y"][::3] == [
        "training A", "training B",
    ]  # fmt: skip


def test_a_run_is_laid_beside_another_by_a_menu(page):
    one, other = made("One", epochs=1, state=State.FINISHED), made("Other")
    at = page(run=one.id)
    at.selectbox(key="runs.beside").set_value(other.id).run()
    assert at.query_params == {"run": one.id, "beside": other.id}
    (bar,) = given(at, "runs.live")["bars"]
    assert bar["name"] == "B" and bar["told"].startswith("1st in the queue")
    at = follow(at, "Look at B")
    assert at.query_params == {"run": other.id}


def test_of_two_runs_one_that_is_gone_gives_a_sentence(page):
    one = made("One", epochs=1, state=State.FINISHED)
    at = page(run=one.id, beside="gone")
    assert at.warning[0].value.startswith("There is no such run")
    assert given(at, "runs.table")
