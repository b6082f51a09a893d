import pytest

from vizcore.export.permalink import LinkError, from_query, to_query
from vizcore.lessons import DECKS, LESSONS, TOPICS
from vizcore.ui.catalogue_settings import LONGEST_WORDS, CatalogueSettings

TITLES = {"pooling": "Pooling", "convolution_step_by_step": "Convolution, step by step"}


def slugs(**settings):
    chosen = CatalogueSettings(**settings).chosen(TITLES)
    assert all(chosen.values())
    return [slug for lessons in chosen.values() for slug in lessons]


def test_at_first_all_are_listed_in_order():
    assert slugs() == list(LESSONS)
    assert list(CatalogueSettings().chosen(TITLES)) == list(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_by_topic(topic):
    assert slugs(topic=topic) == list(TOPICS[topic])


@pytest.mark.parametrize("deck", DECKS)
def test_by_deck(deck):
    found = slugs(deck=deck)
    assert found and found == [slug for slug, one in LESSONS.items() if deck in one.deck]


def test_by_words():
    assert slugs(words="FACE, partial") == ["pool-happy-face"]
    assert slugs(words="average pool") == ["average-pool"]
    assert "happy-face" in slugs(words="row 3, column 3")  # what the correction says
    assert "activity-2" in slugs(words="step by step")  # what its page is called
    assert slugs(words="no such thing") == []


def test_all_conditions_together():
    assert slugs(topic="Pooling", deck="B", words="average") == ["average-pool"]
    assert slugs(topic="Convolution", words="pool") == []


@pytest.mark.parametrize(
    "query", [{"topic": "Cooking"}, {"deck": "X"}, {"deck": "K, I"}, {"words": "x" * 61}]
)
def test_what_there_is_none_of_is_refused(query):
    with pytest.raises(LinkError, match="This link cannot be followed: "):
        from_query(CatalogueSettings, query)


def test_a_link_brings_it_back():
    settings = CatalogueSettings("Pooling", "K", "w" * LONGEST_WORDS)
    assert from_query(CatalogueSettings, to_query(settings)) == settings
