import time
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from made_networks import drawn_network, write_keras_file
from made_runs import NETWORK, finished_run
from streamlit.testing.v1 import AppTest
from visiting import told

from vizcore.compute.jobs import open_jobs
from vizcore.compute.networks import open_network
from vizcore.compute.training_job import MODEL
from vizcore.compute.visitors import visitor_of
from vizcore.export.permalink import from_query
from vizcore.nets import pretrained
from vizcore.ui import network_view
from vizcore.ui.drawn_digit import BLANK, DrawnDigit
from vizcore.ui.layer_settings import LayerSettings
from vizcore.ui.learned_settings import LearnedSettings
from vizcore.ui.network_settings import NetworkSettings
from vizcore.ui.runs_settings import RunsSettings

APP = Path(__file__).parents[2] / "app.py"
PAGE = "pages/inside_a_network.py"
HOSTILE = "<b>**x**</b> :red[y] :material/home: [z](http://a.b)"
TOKEN = "A" * 43
ME, OTHER = visitor_of(TOKEN), visitor_of("B" * 43)
STROKE = "f" * 5 + BLANK[5:]


@pytest.fixture
def mine(page):
    """Open the page as the visitor `ME`."""

    def opened(**query):
        at = AppTest.from_file(APP, default_timeout=60)
        at.session_state["visitor.token"] = TOKEN
        at.query_params.update(query)
        return at.switch_page(PAGE).run()

    return opened


def control(at, label):
    return next(one for one in at.main if getattr(one, "label", None) == label)


def said(at):
    """All that stands in the main part: messages, prediction, texts."""
    return " ".join(
        str(getattr(one, "value", "")) for one in [*at.main.markdown, *at.main.get("html")]
    )


def verdict(at):
    (html,) = [one for one in at.main.get("html") if "It says" in one.proto.body]
    return html.proto.body


def expected(key, picture):
    network = open_network(key)
    shares = network.activations(picture)[network.output]
    best = int(shares.argmax())
    return f"It says: {network.class_names[best]}, with {100 * shares[best]:.1f}%"


def test_it_opens_with_a_digit_and_says_what_it_is(page):
    at = page()
    assert not at.exception and not at.warning and not at.info
    assert [one.value for one in at.title] == ["A network, layer by layer"]
    assert control(at, "Network").value == "digits"
    assert expected("digits", pretrained.samples("digits").x[0]) in verdict(at)
    assert at.query_params == {}


def test_every_network_that_ships_can_be_chosen(page):
    at = page()
    for name in pretrained.NAMES:
        control(at, "Network").set_value(name).run()
        assert not at.exception and not at.warning
        assert at.query_params.get("model", "digits") == name
        assert f"python -m vizcore.nets.pretrain {name}" in "".join(
            one.proto.body for one in at.main.get("html")
        )


def test_a_network_is_offered_with_what_it_gets_right(page):
    accuracy = pretrained.card("scans").test_accuracy
    assert f"Scans (test part: {accuracy:.1%})" in control(page(), "Network").options


def test_a_link_chooses_network_picture_and_range(page):
    at = page(model="scans", picture="sample-5", ranges="network")
    assert control(at, "Network").value == "scans"
    assert expected("scans", pretrained.samples("scans").x[5]) in verdict(at)
    assert at.session_state["inside_a_network.settings"].ranges == "network"


def test_another_network_keeps_a_drawing_and_leaves_a_sample_behind(page):
    at = page(picture="sample-7")
    control(at, "Network").set_value("scans").run()
    assert at.query_params == {"model": "scans"}
    drawn = DrawnDigit(STROKE).to_text()
    at = page(picture=drawn)
    control(at, "Network").set_value("scans").run()
    assert at.query_params == {"model": "scans", "picture": drawn}
    assert expected("scans", DrawnDigit(STROKE).picture()) in verdict(at)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"model": "nope"}, "There is no such run"),
        ({"model": "<b>"}, "This link cannot be followed: there is no network `<b>`."),
        ({"picture": "dfrubbish"}, "This link cannot be followed: its drawing cannot be read."),
        ({"map": "-3"}, "This link cannot be followed: map can be 0"),
        ({"node": "conv99"}, "has no such map"),
        ({"node": "conv1", "map": "99999"}, "has no such map"),
    ],
)
def test_a_bad_link_is_told_in_one_sentence(page, query, message):
    at = page(**query)
    (warning,) = at.warning
    assert message in warning.value.replace("\\", "")
    assert not at.exception and "It says" in verdict(at)
    at.run()
    assert not at.warning and at.query_params == {}


def test_a_sample_that_is_not_there_is_told(page):
    at = page(picture="sample-40")
    (info,) = at.info
    assert "samples 1 to 40" in info.value and "You see the first sample" in info.value
    at.run()
    assert not at.info and at.query_params == {}


def test_the_browser_chooses_another_picture(page, monkeypatch):
    told(monkeypatch, "picture_strip", "choice", 4)
    at = page()
    assert at.query_params == {} and not at.exception
    at.run()
    assert at.query_params == {"picture": "sample-4"}
    assert expected("digits", pretrained.samples("digits").x[4]) in verdict(at)


@pytest.mark.parametrize("forged", [40, -1, "4", None, 1.0, True, [1]])
def test_a_forged_choice_changes_nothing(page, monkeypatch, forged):
    told(monkeypatch, "picture_strip", "choice", forged)
    at = page()
    at.run()
    assert not at.exception and at.query_params == {}


def test_one_draws(page, monkeypatch):
    told(monkeypatch, "digit_pad", "drawn", STROKE)
    at = page()
    control(at, "Picture").set_value("draw").run()
    assert not at.exception
    at.run()
    drawn = DrawnDigit(STROKE)
    assert at.query_params == {"picture": drawn.to_text()}
    assert expected("digits", drawn.picture()) in verdict(at)
    control(at, "Fit as in MNIST").set_value(False).run()
    assert expected("digits", drawn.fitting(False).picture()) in verdict(at)
    assert "20 of the 28 pixels" in verdict(at)


@pytest.mark.parametrize("forged", ["", "f" * 783, "F" * 784, None, 7, ["f"] * 784])
def test_a_forged_drawing_changes_nothing(page, monkeypatch, forged):
    told(monkeypatch, "digit_pad", "drawn", forged)
    blank = DrawnDigit().to_text()
    at = page(picture=blank)
    at.run()
    assert not at.exception and at.query_params == {"picture": blank}
    assert "Nothing is drawn yet" in verdict(at)


def test_a_drawing_is_kept_while_one_looks_at_samples(page):
    drawn = DrawnDigit(STROKE).to_text()
    at = page(picture=drawn)
    control(at, "Picture").set_value("sample").run()
    assert at.query_params == {}
    control(at, "Picture").set_value("draw").run()
    assert at.query_params == {"picture": drawn}


def test_a_link_to_somebodys_upload_says_what_it_shows_instead(page):
    at = page(picture="own")
    assert "A link does not carry it" in said(at)
    assert expected("digits", pretrained.samples("digits").x[0]) in verdict(at)


def test_test_pictures_are_offered_where_the_dataset_is(page, monkeypatch, tmp_path):
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("VIZCORE_DATA", raising=False)
    assert "Test pictures" not in control(page(model="tiny"), "Picture").options
    (info,) = page(model="tiny", picture="test-3").info
    assert "CIFAR\\-10 is not on this machine" in info.value


# ---- What is opened ----


def opening(monkeypatch, *asked):
    """Let the map name what is to be opened, whenever it is drawn, and note what it is given."""
    given = []
    waiting = list(asked)

    def draws(contents, *, opened, on_open, **others):
        given.append({"opened": opened, **others})
        if waiting:
            on_open(*waiting.pop(0))

    monkeypatch.setattr(network_view, "netmap", draws)
    return given


def test_the_map_opens_and_closes(page, monkeypatch):
    given = opening(monkeypatch, ("conv1", 3), ("", 0))
    at = page()
    at.run()
    assert given[1]["opened"] == ("conv1", 3)
    at.run()
    assert given[2]["opened"] is None and at.query_params == {}


@pytest.mark.parametrize(
    "forged",
    [("conv9", 0), ("conv1", 9999), ("conv1", "0"), (7, 0), (["conv1"], 0), ("conv1", True)],
)
def test_what_a_browser_forges_is_not_opened(page, monkeypatch, forged):
    given = opening(monkeypatch, forged)
    at = page()
    assert not at.exception
    at.run()
    assert not at.exception and given[1]["opened"] is None and at.query_params == {}


def test_a_map_that_the_next_network_has_not_is_closed_without_a_word(page, monkeypatch):
    given = opening(monkeypatch)
    at = page(node="dense1", map="5")
    control(at, "Network").set_value("scans").run()
    assert given[-1]["opened"] == ("dense1", 5)  # The sixth class of six.
    control(at, "Network").set_value("digits").run()
    at = page(node="dense1", map="9")
    assert given[-1]["opened"] == ("dense1", 9) and not at.warning
    control(at, "Network").set_value("scans").run()
    assert given[-1]["opened"] is None and not at.warning
    control(at, "Network").set_value("digits").run()
    assert given[-1]["opened"] is None and at.query_params == {}


def test_a_forged_range_changes_nothing(page, monkeypatch):
    given = []

    def draws(contents, *, ranges, on_ranges, **others):
        given.append(ranges)
        on_ranges(["network", "nonsense", None, ["map"]][min(len(given), 4) - 1])

    monkeypatch.setattr(network_view, "netmap", draws)
    at = page()
    for _ in range(3):
        at.run()
    assert given == ["layer", "network", "network", "network"] and not at.exception


# ---- Runs ----


def test_ones_own_run_is_opened_with_its_facts(mine):
    run = finished_run(open_jobs().runs, ME, name=HOSTILE)
    at = mine(model=run.id)
    assert not at.exception and not at.warning
    chooser = control(at, "Network")
    assert chooser.value == run.id and f"Run: {HOSTILE}" in chooser.options
    assert "It says" in verdict(at)
    htmls = "".join(one.proto.body for one in at.main.get("html"))
    assert "<b>**x**" not in htmls
    link = next(one for one in at.main.get("page_link") if one.proto.label.startswith("Its run"))
    query = dict(parse_qsl(link.proto.query_string))
    assert from_query(RunsSettings, query) == RunsSettings(run.id)


def test_somebody_elses_run_is_opened_by_its_link(mine):
    run = finished_run(open_jobs().runs, OTHER, name="Theirs")
    assert "Run: Theirs" not in control(mine(), "Network").options
    at = mine(model=run.id)
    assert control(at, "Network").value == run.id and not at.exception and not at.warning


def test_a_run_whose_file_is_gone_is_told_and_the_digits_open(mine):
    run = finished_run(open_jobs().runs, ME)
    for file in open_jobs().runs.folder(run.id).rglob("*.keras"):
        file.unlink()
    at = mine(model=run.id)
    (warning,) = at.warning
    assert "is gone" in warning.value and control(at, "Network").value == "digits"


def test_the_runs_page_leads_here(mine):
    run = finished_run(open_jobs().runs, ME)
    at = AppTest.from_file(APP, default_timeout=60)
    at.session_state["visitor.token"] = TOKEN
    at.query_params.update({"run": run.id})
    at.switch_page("pages/runs.py").run()
    link = next(one for one in at.main.get("page_link") if one.proto.page == "inside_a_network")
    query = dict(parse_qsl(link.proto.query_string))
    assert from_query(NetworkSettings, query) == NetworkSettings(model=run.id)


def grown(size):
    """Write a run whose numbers are 0 for a plain picture, and for others as large as this."""
    run = finished_run(open_jobs().runs, ME)
    network = drawn_network(NETWORK)
    for one in network.weights.values():
        one["bias"] = one["bias"] * 0
    kernel = network.weights["conv1"]["kernel"]
    kernel[:] = 0
    kernel[0, 0], kernel[0, 1] = size, -size
    network.weights["dense1"]["kernel"] *= 100
    write_keras_file(open_jobs().runs.folder(run.id) / MODEL, network)
    return run.id


def test_a_run_with_huge_weights_is_shown_with_its_numbers(mine):
    run = grown(1e30)
    for node in open_network(run).graph:
        at = mine(model=run, node=node)
        assert not at.exception and not at.warning and not at.error
        assert "It says" in verdict(at) and "nan" not in verdict(at)


def test_numbers_beyond_float32_are_told_in_a_sentence_and_others_can_be_chosen(mine):
    at = mine(model=grown(3e38))
    assert not at.exception and "too large to be computed" in at.error[0].value
    control(at, "Network").set_value("digits").run()
    assert not at.error and expected("digits", pretrained.samples("digits").x[0]) in verdict(at)


# ---- Beside it ----


def test_the_layers_lead_to_their_table(page):
    at = page(model="tiny")
    link = next(one for one in at.main.get("page_link") if "Layer tables" in one.proto.label)
    settings = from_query(LayerSettings, dict(parse_qsl(link.proto.query_string)))
    assert settings.network.to_text() == "tiny"


def test_an_opened_map_leads_to_what_it_learned(page):
    at = page(model="tiny", node="conv2", map=3)
    link = next(one for one in at.main.get("page_link") if one.proto.page == "what_it_learned")
    settings = from_query(LearnedSettings, dict(parse_qsl(link.proto.query_string)))
    assert (settings.model, settings.node, settings.map) == ("tiny", "conv2", 3)
    at = page(model="tiny", node="input")
    assert not [one for one in at.main.get("page_link") if one.proto.page == "what_it_learned"]


def test_a_cluster_that_is_down_is_told_in_a_sentence_and_the_page_stands(page):
    at = page()
    end = time.monotonic() + 60
    while "Keras could not be asked" not in said(at) and time.monotonic() < end:
        time.sleep(0.1)
        at.run()
    assert "Keras could not be asked: The cluster" in said(at).replace("\\", "")
    assert "It says" in verdict(at) and not at.exception


def test_no_network_at_all_is_told(page, monkeypatch, tmp_path):
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path)
    at = page()
    assert not at.exception and "did not come with this app" in at.warning[0].value
