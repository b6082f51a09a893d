"""The controls of the page *Lessons*: which ones to list, and a visitor's own."""

from dataclasses import replace
from functools import cache

import streamlit as st

from vizcore.export.lesson_list import LARGEST_FILE, from_file, to_file
from vizcore.export.permalink import LinkError
from vizcore.figures.thumbnails import thumbnail
from vizcore.lessons import DECKS, LESSONS, TOPICS
from vizcore.ui.cards import cards
from vizcore.ui.catalogue_settings import LONGEST_WORDS
from vizcore.ui.frame import PAGES
from vizcore.ui.lesson_links import KINDS, address_of, query_of, settings_of
from vizcore.ui.own_lessons import own_lessons
from vizcore.ui.own_list import own_list
from vizcore.ui.plain import plain
from vizcore.ui.state import whole
from vizcore.ui.uploads import admit

_PROBLEM = "lessons.problem"
_ADD, _REPLACE = "Add them to mine", "Put them in place of mine"


def filters(state):
    """Choose which lessons to list."""
    topic, deck, words = st.columns(3)
    topic.selectbox(
        "Topic",
        ["", *TOPICS],
        format_func=lambda key: key or "All topics",
        **state.bind("topic", lambda s: s.topic, lambda s, v: replace(s, topic=v)),
    )
    deck.selectbox(
        "Slide deck",
        ["", *DECKS],
        format_func=lambda key: f"{key}: {DECKS[key]}" if key else "All decks",
        **state.bind("deck", lambda s: s.deck, lambda s, v: replace(s, deck=v)),
    )
    words.text_input(
        "Words",
        max_chars=LONGEST_WORDS,
        placeholder="as in stride, parameters, photo",
        **state.bind("words", lambda s: s.words, lambda s, v: replace(s, words=v)),
    )


def catalogue(now):
    """Show the lessons as cards, by topic."""
    found = now.chosen(titles())
    shown = sum(map(len, found.values()))
    decks = "; ".join(f"**{letter}** {name}" for letter, name in DECKS.items())
    st.markdown(f"{shown} of {len(LESSONS)} lessons. The slide decks: {decks}.")
    groups = [
        {"title": topic, "cards": [_card(slug) for slug in lessons]}
        for topic, lessons in found.items()
    ]
    cards(groups, key="lessons.cards")


def own():
    """Show the visitor's own lessons, with the ways in and out."""
    mine = own_lessons()
    st.subheader("Your lessons", anchor=False)
    st.markdown(
        "“Save as a lesson”, at the left of every page with settings, puts the page as it stands "
        "into this list. It is kept in this browser alone: download it to be safe or to pass it on."
    )
    if mine.order or mine.version:
        _list(mine)
    with st.container(horizontal=True):
        if mine.order:
            st.download_button(
                "Download the list",
                to_file(mine.lessons.values()),
                file_name="lessons.json",
                mime="application/json",
                on_click="ignore",
            )
        with st.popover("Open a list"):
            _open(mine)


def titles():
    """Return the title of every page, by its name in the address."""
    return {file.removeprefix("pages/").removesuffix(".py"): t for file, t in PAGES.items()}


def _list(mine):
    pages = titles()
    rows = [
        {
            "id": one,
            "name": lesson.name,
            "href": address_of(lesson.page, lesson.query),
            "page": pages[lesson.page],
        }
        for one, lesson in mine.lessons.items()
    ]

    def arranged(told):
        try:
            mine.arrange(told["rows"])
        except (ValueError, KeyError, TypeError, AttributeError):
            mine.version += 1  # The browser shows the list as it is again.

    own_list(rows, version=mine.version, on_arranged=arranged, key="lessons.own")


def _open(mine):
    @whole
    def opened():
        taken, refused = admit(st.session_state["lessons.file"])
        problems = [plain(one) for one in refused]
        try:
            for _, data in taken:
                lessons = from_file(data, KINDS)
                mine.take_in(lessons, instead=st.session_state["lessons.how"] == _REPLACE)
        except LinkError as error:
            problems = [error]
        told = [f"{one} Your list stays as it was." for one in problems]
        st.session_state[_PROBLEM] = next(iter(told), None)

    st.radio("The lessons of the file", [_ADD, _REPLACE], key="lessons.how")
    st.file_uploader(
        f"A list that was downloaded here, up to {LARGEST_FILE // 1000} kB",
        ["json"],
        key="lessons.file",
        on_change=opened,
    )
    if st.session_state.get(_PROBLEM):
        st.error(st.session_state[_PROBLEM])


@cache
def _card(slug):
    """Return what a lesson's card shows; worked out once, since lessons do not change."""
    lesson = LESSONS[slug]
    return {
        "slug": slug,
        "title": lesson.title,
        "href": address_of(lesson.page, query_of(settings_of(lesson))),
        "about": titles()[lesson.page],
        "decks": [(letter, DECKS[letter]) for letter in lesson.deck.split(", ")],
        "corrected": lesson.correction,
        "picture": thumbnail(lesson, slug),
    }
