"""The part of a run's page that shows how its kernels and maps formed."""

import secrets

from made_runs import finished_run

from vizcore.compute.jobs import open_jobs
from vizcore.compute.runs import State
from vizcore.compute.training_job import SNAPSHOTS
from vizcore.compute.visitors import visitor_of

PAGE = "pages/runs.py"
SOMEBODY = visitor_of("C" * 43)


def made(**changes):
    return finished_run(open_jobs().runs, SOMEBODY, **changes)


def layer_box(at):
    return next(one for one in at.selectbox if one.label == "Feature maps of the layer")


def words(at):
    return "\n".join(str(one.value) for kind in ("html", "markdown") for one in at.get(kind))


def test_a_finished_run_shows_how_it_formed(page):
    at = page(run=made().id)
    assert not at.exception
    assert "How it formed" in [one.value for one in at.subheader]
    box = layer_box(at)
    assert box.value == "conv1"
    assert box.options == ["conv1: 6 maps of 6×6", "relu1: 6 maps of 6×6", "pool1: 6 maps of 3×3"]


def test_a_run_is_shown_whatever_its_id(page, monkeypatch):
    monkeypatch.setattr(secrets, "token_urlsafe", lambda size: "a__-__bcdefghij_")
    at = page(run=made().id)
    assert at.query_params["run"] == "a__-__bcdefghij_"
    assert not at.exception and "How it formed" in [one.value for one in at.subheader]


def test_frozen_layers_are_said_to_stay_above_the_player(page):
    frozen = "32x32x3-conv_24_3_b0-relu-max_2-flatten-dense_10-softmax"
    at = page(run=made(network=frozen, features="objects").id)
    assert not at.exception
    assert "they stay as they are, and so do the maps of conv1. From epoch to epoch" in words(at)


def test_the_layer_is_kept_in_the_address(page):
    at = page(run=made().id)
    layer_box(at).select("pool1").run()
    assert at.query_params["layer"] == "pool1"
    assert layer_box(at).value == "pool1"


def test_a_layer_that_the_network_has_not_leaves_the_first(page):
    at = page(run=made().id, layer="conv9")
    assert not at.exception and layer_box(at).value == "conv1"


def test_a_run_without_snapshots_says_what_will_come_or_what_has_not(page):
    ended = made(state=State.CANCELLED, done=0)
    for path in (open_jobs().runs.folder(ended.id) / SNAPSHOTS).iterdir():
        path.unlink()
    at = page(run=ended.id)
    assert not at.exception
    assert "ended before its network was built" in words(at)


def test_damaged_snapshots_are_told_in_a_sentence(page):
    run = made()
    for path in (open_jobs().runs.folder(run.id) / SNAPSHOTS).iterdir():
        path.write_bytes(b"garbage")
    at = page(run=run.id)
    assert not at.exception
    assert "None of the snapshots of this run can be read." in [one.value for one in at.warning]
