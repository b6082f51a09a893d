import json
from dataclasses import replace

import pytest
import streamlit as st
from handed_in import handed_in

from vizcore.export.lesson_list import SavedLesson, from_file, to_file
from vizcore.lessons import DECKS, LESSONS, TOPICS
from vizcore.ui import lesson_controls, own_lessons
from vizcore.ui.catalogue_settings import CatalogueSettings
from vizcore.ui.lesson_links import KINDS, address_of, query_of, settings_of

PAGE = "pages/lessons.py"
AVERAGE = SavedLesson("Averages <b>first</b>", "pooling", {"mode": "average", "at": "1_0"})
SHARP = SavedLesson("*Sharp*", "image_filters", {"filters": "sharpen"})


@pytest.fixture
def uploader(monkeypatch):
    """The uploader as a button that takes in the file put into the session."""

    def stand_in(label, kinds, *, key, on_change):
        def took():
            st.session_state[key] = handed_in(st.session_state["data"], "lessons.json")
            on_change()

        if key == "lessons.file":
            st.button("take in", on_click=took)

    monkeypatch.setattr(st, "file_uploader", stand_in)


def drawn(at, name):
    """What a component was given, or None where it is not on the page."""
    assert not at.exception
    found = [one for one in at.main if getattr(one, "key", None) == f"lessons.{name}"]
    return json.loads(found[0].proto.json) if found else None


def cards(at):
    return [card for group in drawn(at, "cards")["groups"] for card in group["cards"]]


def take_in(at, data, how=None):
    at.session_state["data"] = data
    if how:
        at.radio(key="lessons.how").set_value(how)
    next(button for button in at.button if button.label == "take in").click()
    return at.run()


def names(at):
    found = drawn(at, "own")
    return found and [lesson["name"] for lesson in found["lessons"]]


# ---- The slides' lessons ----


def test_it_lists_every_lesson_by_topic(page):
    at = page()
    assert [title.value for title in at.title] == ["Lessons"]
    assert [group["title"] for group in drawn(at, "cards")["groups"]] == list(TOPICS)
    assert [card["slug"] for card in cards(at)] == list(LESSONS)
    assert at.query_params == {} and not at.warning


def test_a_card_tells_what_its_lesson_is(page):
    for card in cards(page()):
        lesson = LESSONS[card["slug"]]
        assert card["title"] == lesson.title and card["corrected"] == lesson.correction
        assert card["href"] == address_of(lesson.page, query_of(settings_of(lesson)))
        assert [letter for letter, _ in card["decks"]] == lesson.deck.split(", ")
        assert card["picture"].startswith("<svg")


def test_the_decks_are_told_once(page):
    (line,) = [text.value for text in page().main.markdown if "slide decks" in text.value]
    assert all(line.count(name) == 1 for name in DECKS.values())


def test_the_filters_choose_and_are_in_the_address(page):
    at = page()
    at.selectbox(key="lessons.topic").select("Pooling").run()
    assert {card["slug"] for card in cards(at)} == set(TOPICS["Pooling"])
    at.selectbox(key="lessons.deck").select("B").run()
    assert [card["slug"] for card in cards(at)] == ["average-pool"]
    at.text_input(key="lessons.words").set_value("nothing like this").run()
    assert cards(at) == []
    assert at.query_params == {"topic": "Pooling", "deck": "B", "words": "nothing like this"}
    assert any(text.value.startswith("0 of ") for text in at.main.markdown)


def test_a_link_chooses(page):
    at = page(words="face, partial", deck="I")
    assert [card["slug"] for card in cards(at)] == ["pool-happy-face"]
    assert at.session_state["lessons.settings"] == CatalogueSettings("", "I", "face, partial")


@pytest.mark.parametrize("query", [{"topic": "x"}, {"deck": "<b>"}, {"words": "w" * 100}])
def test_a_bad_link_is_told_in_one_sentence(page, query):
    at = page(**query)
    (warning,) = at.warning
    assert warning.value.startswith("This link cannot be followed: ")
    assert len(cards(at)) == len(LESSONS)


# ---- A visitor's own ----


@pytest.fixture(autouse=True)
def saver(monkeypatch):
    """The way to save as a button that sends what is put into the session."""

    def stand_in(*, told, on_save, key):
        st.session_state["told"] = told
        st.button("Save", on_click=lambda: on_save(st.session_state["given"]))

    monkeypatch.setattr(own_lessons, "save_lesson", stand_in)


def save(at, name, step=None):
    """Save the page as it stands, as the form at the left does."""
    at.session_state["given"] = {"name": name, "at": step}
    next(button for button in at.button if button.label == "Save").click()
    at.run()
    assert not at.exception
    return at.session_state["told"]


def test_at_first_there_is_none(page):
    at = page()
    assert drawn(at, "own") is None and not at.get("download_button")


@pytest.mark.parametrize("name", [page for page in KINDS])
def test_any_page_is_saved_as_it_stands(page, name):
    at = page().switch_page(f"pages/{name}.py").run()
    assert save(at, "As it was") == "Saved: number 1 on the page Lessons."
    at.switch_page(PAGE).run()
    (row,) = drawn(at, "own")["lessons"]
    assert row["name"] == "As it was"
    settings = KINDS[name]()
    if name == "what_it_learned":  # it begins by naming the part that it shows
        settings = replace(settings, part=settings.part_shown)
    assert row["href"] == address_of(name, query_of(settings))


def test_what_is_saved_is_the_present_state_with_its_step(page):
    at = page()
    at.query_params["mode"] = "average"
    at.switch_page("pages/pooling.py").run()
    at.number_input(key="pooling.Height").set_value(3).run()
    save(at, AVERAGE.name, "1_0")
    assert save(at, "  ") == "Give the lesson a name."
    assert "its step is none" in save(at, "Odd", "<b>")
    at.query_params.clear()
    at.switch_page(PAGE).run()
    (row,) = drawn(at, "own")["lessons"]
    assert row["name"] == AVERAGE.name
    assert row["href"] == "pooling?mode=average&high=3&at=1_0"


def test_a_list_is_downloaded_as_a_file_that_can_be_opened(page, uploader):
    at = take_in(page(), to_file([AVERAGE, SHARP]))
    assert names(at) == [AVERAGE.name, SHARP.name]
    assert at.get("download_button")
    own = at.session_state["own_lessons"]
    assert from_file(to_file(own.lessons.values()), KINDS) == [AVERAGE, SHARP]


def test_a_file_is_added_or_put_in_place(page, uploader):
    at = take_in(page(), to_file([AVERAGE]))
    at = take_in(at, to_file([SHARP]))
    assert names(at) == [AVERAGE.name, SHARP.name]
    before = drawn(at, "own")["version"]
    at = take_in(at, to_file([SHARP]), lesson_controls._REPLACE)
    assert names(at) == [SHARP.name] and drawn(at, "own")["version"] != before


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{}", "This is not a list of lessons."),
        (to_file([SHARP, SavedLesson("Bad", "pooling", {"mode": "<b>"})]), "The lesson `Bad`"),
        (to_file([SHARP] * 60), "A list holds up to 60 lessons."),
    ],
)
def test_a_file_that_cannot_be_opened_loses_nothing(page, uploader, data, said):
    at = take_in(page(), to_file([AVERAGE]))
    at = take_in(at, data)
    (error,) = at.error
    assert error.value.startswith(said) and error.value.endswith("Your list stays as it was.")
    assert names(at) == [AVERAGE.name]
    assert not take_in(at, to_file([SHARP])).error


@pytest.mark.parametrize("given", [None, {}, [], {"name": 3, "at": None}, {"name": "a", "at": 3}])
def test_a_message_that_saves_nothing_changes_nothing(page, given):
    at = page().switch_page("pages/pooling.py").run()
    at.session_state["given"] = given
    next(button for button in at.button if button.label == "Save").click()
    assert not at.run().exception and at.session_state["told"] == ""
    assert not at.session_state["own_lessons"].order


@pytest.mark.parametrize("told", [None, {}, {"rows": [{}]}, {"rows": [{"id": "7", "name": "x"}]}])
def test_a_message_that_makes_no_sense_changes_nothing(page, uploader, monkeypatch, told):
    at = take_in(page(), to_file([AVERAGE]))
    version = drawn(at, "own")["version"]

    def stand_in(lessons, *, version, on_arranged, key):
        st.button("arrange", on_click=on_arranged, args=(told,))

    with monkeypatch.context() as patched:
        patched.setattr(lesson_controls, "own_list", stand_in)
        at.run()
        next(button for button in at.button if button.label == "arrange").click()
        at.run()
    at.run()
    assert names(at) == [AVERAGE.name]
    assert drawn(at, "own")["version"] == version + 1  # the browser is told the truth


# ---- Kept in the browser ----


@pytest.fixture
def keeper(monkeypatch):
    """The keeper as a button by which the browser tells what it has kept."""

    def stand_in(text, *, on_found, key):
        st.session_state["kept"] = text
        st.button("found", on_click=lambda: on_found(st.session_state["shelf"]))

    monkeypatch.setattr(own_lessons, "lesson_keeper", stand_in)


def find(at, kept):
    at.session_state["shelf"] = kept
    next(button for button in at.button if button.label == "found").click()
    at.run()
    assert not at.exception
    return at


def test_a_new_visit_asks_and_every_change_is_kept(page, keeper):
    at = page()
    assert at.session_state["kept"] is None
    at = find(at, to_file([AVERAGE]).decode())
    assert names(at) == [AVERAGE.name]
    at.switch_page("pages/pooling.py").run()
    save(at, "Another")
    kept = from_file(at.session_state["kept"].encode(), KINDS)
    assert [lesson.name for lesson in kept] == [AVERAGE.name, "Another"]


@pytest.mark.parametrize("kept", [None, 3, "", "[]", "\ud800", '{"version": 9, "lessons": []}'])
def test_what_cannot_be_opened_is_left_in_the_browser(page, keeper, kept):
    at = find(page(), kept)
    assert at.session_state["kept"] is None and not at.session_state["own_lessons"].order
