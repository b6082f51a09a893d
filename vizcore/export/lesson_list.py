"""A teacher's own lessons: links with names, as a file that can be opened again."""

import json
import re
from dataclasses import asdict, dataclass

from vizcore.export.permalink import LONGEST_LINK, LinkError, from_query

VERSION = 1
MOST_LESSONS = 60
LONGEST_NAME = 80
LARGEST_FILE = MOST_LESSONS * (6 * LONGEST_LINK + 1000)
"""Bytes. JSON writes some characters with six."""

_AT = re.compile(r"\d{1,5}(_\d{1,5}){1,2}")


@dataclass(frozen=True)
class SavedLesson:
    """A page in a state, and what it is called.

    Attributes
    ----------
    name : str
        One line, as `clean_name` makes it. It is a visitor's text: never Markdown, never HTML.
    page : str
        The page, as in its address.
    query : dict of str to str
        Its query parameters.
    """

    name: str
    page: str
    query: dict


def clean_name(text):
    r"""Return a name as one short line of characters that can be seen.

    Raises
    ------
    LinkError
        When nothing is left of it.

    Examples
    --------
    >>> clean_name("  Monday,\n first hour ")
    'Monday, first hour'
    """
    seen = "".join(one if one.isprintable() else " " for one in text[: 8 * LONGEST_NAME])
    name = " ".join(seen.split())[:LONGEST_NAME].strip()
    if not name:
        raise LinkError("Give the lesson a name.")
    return name


def checked(lesson, kinds):
    """Return a saved lesson whose link can be followed.

    Parameters
    ----------
    lesson : SavedLesson
    kinds : dict
        Page to its settings dataclass.

    Raises
    ------
    LinkError
        When there is no such page, or it cannot be set so; the text has the lesson's name.
    """
    name = clean_name(lesson.name)
    try:
        _follow(lesson, kinds)
    except LinkError as error:
        reason = str(error).removeprefix("This link cannot be followed: ")
        raise LinkError(f"The lesson {_as_code(name)} cannot be opened: {reason}") from None
    return SavedLesson(name, lesson.page, dict(lesson.query))


def to_file(lessons):
    """Return a list of saved lessons as a small JSON file that `from_file` reads.

    Parameters
    ----------
    lessons : sequence of SavedLesson

    Returns
    -------
    bytes
    """
    document = {"version": VERSION, "lessons": [asdict(lesson) for lesson in lessons]}
    return json.dumps(document, indent=2, ensure_ascii=False).encode()


def from_file(data, kinds):
    """Return the lessons of a file that `to_file` wrote.

    Parameters
    ----------
    data : bytes
    kinds : dict
        Page to its settings dataclass.

    Returns
    -------
    list of SavedLesson

    Raises
    ------
    LinkError
        When the file is none of ours, or one of its lessons cannot be opened.
    """
    try:
        if len(data) > LARGEST_FILE:
            raise ValueError
        document = json.loads(data)
        version, lessons = document["version"], [_read(one) for one in document["lessons"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise LinkError(
            "This is not a list of lessons. Choose a .json file that “Download the list” made here."
        ) from None
    if version != VERSION:
        raise LinkError("This list was made by another version of this program.")
    if len(lessons) > MOST_LESSONS:
        raise LinkError(f"A list holds up to {MOST_LESSONS} lessons; this one has {len(lessons)}.")
    return [checked(lesson, kinds) for lesson in lessons]


def _read(entry):
    """Read one lesson; an exception unless it consists of whole texts."""
    name, page, query = entry["name"], entry["page"], entry["query"]
    "".join((name, page, *query, *query.values())).encode()
    return SavedLesson(name, page, query)


def _follow(lesson, kinds):
    if lesson.page not in kinds:
        raise LinkError(f"there is no page {_as_code(lesson.page)}.")
    kind, query = kinds[lesson.page], dict(lesson.query)
    if sum(map(len, (*query, *query.values()))) > LONGEST_LINK:
        raise LinkError("its link is too long.")
    if not _AT.fullmatch(query.pop("at", "0_0")):
        raise LinkError("its step is none.")
    if unknown := set(query) - set(kind.__dataclass_fields__):
        raise LinkError(f"its page has no setting {_as_code(min(unknown))}.")
    from_query(kind, query)


def _as_code(text):
    """Text from outside as a message repeats it: short, and as code, lest it act as Markdown."""
    plain = " ".join(text.replace("`", "").split())
    return f"`{plain[:40] or ' '}`"
