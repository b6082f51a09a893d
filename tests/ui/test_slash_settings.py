from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.export.permalink import LinkError, from_query, to_query
from vizcore.lessons import LESSONS
from vizcore.lessons.slashes import SIGN_GRIDS, descend, random_weights
from vizcore.ui.slash_settings import (
    LARGEST_RATE,
    LARGEST_SEED,
    SMALLEST_RATE,
    STEPS,
    Signs,
    SlashSettings,
    from_lesson,
)

SIGNS = st.sampled_from([Signs.of(grid) for grid in SIGN_GRIDS])
SETTINGS = st.builds(
    SlashSettings,
    picture=SIGNS,
    filter=SIGNS,
    seed=st.integers(0, LARGEST_SEED),
    rate=st.floats(SMALLEST_RATE, LARGEST_RATE),
    step=st.integers(0, STEPS),
)


@given(SETTINGS)
def test_a_link_reproduces_the_settings(settings):
    query = dict(parse_qsl(urlencode(to_query(settings))))
    assert from_query(SlashSettings, query) == settings


def test_where_one_starts_is_no_part_of_the_link():
    assert to_query(SlashSettings()) == {}


@pytest.mark.parametrize(
    "query",
    [
        {"picture": "1_1_1"},
        {"picture": "1_1_1_1_1"},
        {"picture": "1_1_1_0"},
        {"filter": "1_1_1_2"},
        {"filter": "+_+_-_+"},
        {"filter": ""},
        {"rate": "0"},
        {"rate": "1.01"},
        {"rate": "nan"},
        {"rate": "fast"},
        {"seed": "-1"},
        {"seed": "10000"},
        {"step": "61"},
        {"step": "1.5"},
    ],
)
def test_what_cannot_be_is_refused(query):
    with pytest.raises(LinkError, match="This link cannot be followed"):
        from_query(SlashSettings, query)


def test_signs_are_read_in_any_shape():
    assert Signs.of(np.array([[1.0, -1.0], [-1.0, 1.0]])) == (1, -1, -1, 1)


@pytest.mark.parametrize("values", [[1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 0.5], "1111", None])
def test_signs_are_four_and_nothing_else(values):
    with pytest.raises(ValueError, match="each 1 or -1"):
        Signs.of(values)


def test_the_descent_begins_at_the_seed_and_follows_the_rate():
    path = SlashSettings(seed=5, rate=0.3).descent()
    expected = descend(random_weights(5), 0.3, STEPS)
    assert np.array_equal(path.weights, expected.weights)
    assert len(path.errors) == STEPS + 1


def test_the_first_start_has_wrong_signs_to_mend():
    start = SlashSettings().descent().weights[0]
    assert np.sum(np.sign(start) != [[1, -1], [-1, 1]]) >= 2


@pytest.mark.parametrize("slug", ["two-slashes", "dot-product"])
def test_a_lesson_becomes_settings(slug):
    settings = from_lesson(LESSONS[slug])
    given = LESSONS[slug].settings
    assert settings.picture == tuple(given["pictures"][0].ravel())
    assert settings.filter == tuple(given["filter"].ravel())
