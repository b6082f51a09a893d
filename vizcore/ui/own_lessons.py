"""A visitor's own lessons: saved on any page, kept for the session, told by name and link."""

from contextlib import suppress
from dataclasses import dataclass, field, replace

import streamlit as st

from vizcore.export.lesson_list import (
    MOST_LESSONS,
    SavedLesson,
    checked,
    clean_name,
    from_file,
    to_file,
)
from vizcore.export.permalink import LinkError
from vizcore.ui.lesson_keeper import lesson_keeper
from vizcore.ui.lesson_links import KINDS, query_of
from vizcore.ui.save_lesson import save_lesson
from vizcore.ui.state import settings_on_screen

_STORE, _TOLD = "own_lessons", "own_lessons.told"
_MOST_KNOWN = 10 * MOST_LESSONS


@dataclass
class OwnLessons:
    """The list of a session.

    Attributes
    ----------
    order : list of str
        The ids of its lessons.
    version : int
        Grows when the list changes otherwise than in the browser that shows it.
    """

    order: list = field(default_factory=list)
    version: int = 0
    _known: dict = field(default_factory=dict)

    @property
    def lessons(self):
        """The saved lessons by id, in order."""
        return {one: self._known[one] for one in self.order}

    def take_in(self, lessons, *, instead=False):
        """Add lessons at the end, or put them in place of all others.

        Raises
        ------
        LinkError
            When the list would be too long; it is then unchanged.
        """
        if not instead:
            self.check_room(len(lessons))
        first = 1 + max(map(int, self._known), default=0)
        new = {str(first + i): lesson for i, lesson in enumerate(lessons)}
        self._known |= new
        self.order = [*([] if instead else self.order), *new]
        self.version += 1
        self._forget()

    def check_room(self, count):
        """Raise `LinkError` when so many more lessons do not fit in."""
        if len(self.order) + count > MOST_LESSONS:
            raise LinkError(
                f"A list holds up to {MOST_LESSONS} lessons. Yours has {len(self.order)}."
            )

    def arrange(self, rows):
        """Take over an order and names, as a browser tells them; what is left out is deleted.

        Lessons that were deleted may come back.

        Raises
        ------
        ValueError, KeyError, TypeError, AttributeError
            When it makes no sense; the list is then unchanged.
        """
        named = {row["id"]: replace(self._known[row["id"]], name=clean_name(row["name"]))
                 for row in rows}  # fmt: skip
        if len(named) != len(rows) or len(rows) > MOST_LESSONS:
            raise ValueError("a list holds each lesson once.")
        self._known |= named
        self.order = list(named)

    def _forget(self):
        for one in [*self._known][: max(0, len(self._known) - _MOST_KNOWN)]:
            if one not in self.order:
                del self._known[one]


def own_lessons():
    """Return the session's list."""
    return st.session_state.setdefault(_STORE, OwnLessons())


def keep():
    """Keep the list in the visitor's browser, and at the start of a visit take it from there."""
    own = own_lessons()

    def found(text):
        # What cannot be opened stays where it is, for as long as nothing is saved.
        with suppress(LinkError, AttributeError, UnicodeError):
            own.take_in(from_file(text.encode(), KINDS))

    text = to_file(own.lessons.values()).decode() if own.version else None
    lesson_keeper(text, on_found=found, key="own_lessons.keeper")


def offer_to_save(page):
    """Offer to save the page as it stands, where it can be.

    Parameters
    ----------
    page : str
        The page, as in its address.
    """
    if page not in KINDS:
        return
    save_lesson(
        told=st.session_state.pop(_TOLD, ""),
        on_save=lambda given: _save(page, given),
        key="own_lessons.save",
    )


def _save(page, given):
    own, query = own_lessons(), query_of(settings_on_screen())
    try:
        if given["at"]:
            query["at"] = given["at"]
        lesson = checked(SavedLesson(given["name"], page, query), KINDS)
        own.check_room(1)
    except LinkError as error:
        st.session_state[_TOLD] = str(error)
        return
    except (KeyError, TypeError, AttributeError):
        return  # Our own form sends no such thing.
    st.session_state[_TOLD] = f"Saved: number {len(own.order) + 1} on the page Lessons."
    own.take_in([lesson])
