import json
from dataclasses import replace

import numpy as np
import pytest
from visiting import follow, told

from vizcore.export.permalink import from_query, to_query
from vizcore.lessons.slashes import SIGN_GRIDS, SLASH_LESSONS, best_weights, error, score
from vizcore.ui.slash_controls import RATES
from vizcore.ui.slash_settings import STEPS, SlashSettings, from_lesson

PAGE = "pages/finding_a_filter.py"


def drawn(at, name):
    """What a component was given."""
    found = [e for e in at.main if getattr(e, "key", None) == f"slashes.{name}"]
    return json.loads(found[0].proto.json)


def check(at, settings):
    """The page stands at these settings, and its components are given what the core computes."""
    assert not at.exception
    assert at.session_state["slashes.settings"] == settings
    given = drawn(at, "slashes")
    assert tuple(given["signs"][given["picture"]]) == settings.picture
    assert tuple(given["signs"][given["filter"]]) == settings.filter
    path, descent = settings.descent(), drawn(at, "descent")
    assert np.array_equal(descent["weights"], path.weights.reshape(-1, 4))
    assert np.array_equal(descent["gradients"], path.gradients.reshape(-1, 4))
    assert np.array_equal(descent["scores"], path.scores)
    assert np.array_equal(descent["errors"], path.errors)
    assert descent["diverged"] == path.diverged
    assert (descent["rate"], descent["step"]) == (settings.rate, settings.step)
    return at


def test_it_opens_with_one_title(page):
    at = check(page(), SlashSettings())
    assert [title.value for title in at.title] == ["How a filter is found"]
    assert at.query_params == {} and not at.warning


def test_every_score_is_the_cores(page):
    given = drawn(page(), "slashes")
    for filter, row in enumerate(given["scores"]):
        for picture, value in enumerate(row):
            assert value == score(SIGN_GRIDS[picture], SIGN_GRIDS[filter])
    signs = np.array(given["signs"])
    for one, turned in enumerate(given["turned"]):
        assert (np.sum(signs[turned] != signs[one], axis=1) == 1).all()
        assert [np.argmax(signs[t] != signs[one]) for t in turned] == [0, 1, 2, 3]


@pytest.mark.parametrize("slug", SLASH_LESSONS)
def test_every_lesson_has_a_link_that_shows_it(page, slug):
    lesson = SLASH_LESSONS[slug]
    at = follow(page(picture="-1_-1_-1_-1", seed="9"), lesson.title)
    check(at, from_lesson(lesson))


@pytest.mark.parametrize("name", RATES)
def test_a_learning_rate_is_shown_the_whole_way(page, name):
    at = follow(page(seed="7", picture="1_1_1_1"), name)
    start = from_query(SlashSettings, {"seed": "7", "picture": "1_1_1_1"})
    check(at, replace(start, rate=RATES[name], step=STEPS))


def test_the_rates_keep_what_they_promise():
    ends = {name: SlashSettings(rate=rate).descent() for name, rate in RATES.items()}
    creeps, settles, zigzags, diverges = ends.values()
    least = error(best_weights())
    assert creeps.errors[-1] > 2 * least and (np.diff(creeps.errors) < 0).all()
    assert settles.errors[-1] == pytest.approx(least)
    assert zigzags.errors[-1] == pytest.approx(least, rel=0.1)
    assert (np.diff(np.sign(np.diff(zigzags.weights[:20], axis=0)), axis=0) != 0).any()
    assert diverges.diverged


def test_the_controls_change_settings_and_address(page):
    at = page(step="30")
    at.slider(key="slashes.rate").set_value(0.25).run()
    check(at, SlashSettings(rate=0.25, step=30))
    at.number_input(key="slashes.seed").set_value(11).run()
    expected = SlashSettings(rate=0.25, seed=11)
    check(at, expected)
    assert at.query_params == to_query(expected)


def test_another_seed_sends_the_browser_to_its_start(page):
    at = page(step="30")
    before = drawn(at, "descent")["visit"]
    at.slider(key="slashes.rate").set_value(0.25).run()
    assert drawn(at, "descent")["visit"] == before
    at.number_input(key="slashes.seed").set_value(11).run()
    assert drawn(at, "descent")["visit"] != before


def test_a_descent_that_diverges_ends_with_finite_numbers(page):
    at = check(page(rate="1.0"), SlashSettings(rate=1.0))
    descent = drawn(at, "descent")
    assert descent["diverged"] and len(descent["errors"]) < STEPS
    assert np.isfinite(descent["weights"]).all()


@pytest.mark.parametrize(
    "query",
    [{"picture": "1_1"}, {"filter": "<b>"}, {"rate": "7"}, {"seed": "x"}, {"step": "-1"}],
)
def test_a_bad_link_is_told_in_one_sentence(page, query):
    at = page(**query)
    (warning,) = at.warning
    assert warning.value.startswith("This link cannot be followed: ")
    assert warning.value.endswith("You see the page as it was.")
    check(at, SlashSettings())
    assert at.query_params == {}


@pytest.mark.parametrize(
    ("component", "message", "value"),
    [
        ("slashes", "choice", None),
        ("slashes", "choice", {}),
        ("slashes", "choice", {"picture": [1, 1, 1], "filter": [1, 1, 1, 1]}),
        ("slashes", "choice", {"picture": [1, 1, 1, 1], "filter": [1, 1, 1, "1"]}),
        ("slashes", "choice", {"picture": [1, 1, 1, 1], "filter": [1, 1, [1], 1]}),
        ("descent", "stop", None),
        ("descent", "stop", {}),
        ("descent", "stop", {"step": 61}),
        ("descent", "stop", {"step": 1.5}),
        ("descent", "stop", {"step": "2"}),
    ],
)
def test_a_message_that_makes_no_sense_changes_nothing(
    page, monkeypatch, component, message, value
):
    told(monkeypatch, component, message, value)
    at = page()
    assert not at.exception
    assert len(at.toast) == 1 and at.toast[0].value.endswith("The page stays as it was.")
    assert at.session_state["slashes.settings"] == SlashSettings()
