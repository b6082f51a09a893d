import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.export.lesson_list import (
    LARGEST_FILE,
    LONGEST_NAME,
    MOST_LESSONS,
    SavedLesson,
    checked,
    clean_name,
    from_file,
    to_file,
)
from vizcore.export.permalink import LONGEST_LINK, LinkError


@dataclass(frozen=True)
class Example:
    size: int = 3
    note: str = ""

    def __post_init__(self):
        if self.size > 9:
            raise ValueError("the size is at most 9.")


KINDS = {"example": Example, "other": Example}
MONDAY = SavedLesson("Monday", "example", {"size": "4", "at": "1_2"})
NAMES = st.text().filter(lambda text: any(one.isprintable() and one != " " for one in text[:80]))
LESSONS = st.builds(
    SavedLesson,
    NAMES.map(clean_name),
    st.sampled_from([*KINDS]),
    st.fixed_dictionaries({"size": st.integers(0, 9).map(str)}),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda child: st.lists(child) | st.dictionaries(st.text(), child),
)


@given(st.lists(LESSONS, max_size=MOST_LESSONS))
def test_a_file_brings_the_list_back(lessons):
    assert from_file(to_file(lessons), KINDS) == lessons


def test_a_file_is_small_readable_json_with_a_version():
    document = json.loads(to_file([MONDAY]))
    assert document["version"] == 1
    assert document["lessons"] == [
        {"name": "Monday", "page": "example", "query": {"size": "4", "at": "1_2"}}
    ]


def test_names_become_one_short_line():
    assert clean_name("  a\n\tb\u202e\x00 c ") == "a b c"
    assert clean_name("x" * 500) == "x" * LONGEST_NAME
    assert clean_name("<b>*a*</b>") == "<b>*a*</b>"  # shown as it is, by those who show it
    for empty in ("", "  \n", "\x00\u200b"):
        with pytest.raises(LinkError, match="Give the lesson a name"):
            clean_name(empty)


def broken(**changes):
    return SavedLesson(**{"name": "Monday", "page": "example", "query": {}} | changes)


@pytest.mark.parametrize(
    ("lesson", "reason"),
    [
        (broken(page="nowhere"), "there is no page `nowhere`."),
        (broken(page="../app"), "there is no page `../app`."),
        (broken(query={"size": "10"}), "the size is at most 9."),
        (broken(query={"size": "x"}), "size must be a number."),
        (broken(query={"colour": "1"}), "its page has no setting `colour`."),
        (broken(query={"at": "1"}), "its step is none."),
        (broken(query={"at": "<b>"}), "its step is none."),
        (broken(query={"note": "n" * LONGEST_LINK}), "its link is too long."),
    ],
)
def test_a_broken_link_is_refused_with_its_name(lesson, reason):
    with pytest.raises(LinkError) as told:
        checked(lesson, KINDS)
    assert str(told.value) == f"The lesson `Monday` cannot be opened: {reason}"
    with pytest.raises(LinkError) as told:
        from_file(to_file([MONDAY, lesson]), KINDS)
    assert str(told.value) == f"The lesson `Monday` cannot be opened: {reason}"


def test_a_name_cannot_act_as_markdown_in_a_message():
    lesson = broken(name="a` [x](https://example.org) `b", page="nowhere")
    with pytest.raises(LinkError) as told:
        checked(lesson, KINDS)
    assert "`a [x](https://example.org) b`" in str(told.value)


def test_a_list_has_its_limits():
    with pytest.raises(LinkError, match="up to 60 lessons; this one has 61"):
        from_file(to_file([MONDAY] * (MOST_LESSONS + 1)), KINDS)
    longest = broken(name="é" * LONGEST_NAME, query={"note": "\x01" * (LONGEST_LINK - 4)})
    fullest = [longest] * MOST_LESSONS
    assert from_file(to_file(fullest), KINDS) == fullest
    with pytest.raises(LinkError, match="This is not a list"):
        from_file(b" " * LARGEST_FILE + to_file([MONDAY]), KINDS)


def test_a_list_of_another_version_says_so():
    document = json.loads(to_file([MONDAY])) | {"version": 2}
    with pytest.raises(LinkError, match="another version"):
        from_file(json.dumps(document).encode(), KINDS)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"[]", b"{}", b"null", b"[" * 100_000, b'{"version": 1}',
     b'{"version": 1, "lessons": 3}', b'{"version": 1, "lessons": [3]}',
     b'{"version": 1, "lessons": [{"name": 1, "page": "example", "query": {}}]}',
     b'{"version": 1, "lessons": [{"name": "a", "page": "example", "query": []}]}',
     b'{"version": 1, "lessons": [{"name": "a", "page": "example", "query": {"size": 4}}]}',
     b'{"version": 1, "lessons": [{"name": "\\ud800", "page": "example", "query": {}}]}',
     b'{"page": "example", "settings": {}}'],
)  # fmt: skip
def test_what_is_no_list_of_lessons(data):
    with pytest.raises(LinkError, match="^This is not a list of lessons. Choose a .json file"):
        from_file(data, KINDS)


ENTRIES = st.fixed_dictionaries(
    {"name": JSON, "page": JSON | st.sampled_from([*KINDS]), "query": JSON}
)


@given(
    st.fixed_dictionaries({"version": st.just(1) | JSON, "lessons": st.lists(ENTRIES) | JSON})
    | JSON
)
def test_no_file_breaks_it(document):
    try:
        lessons = from_file(json.dumps(document).encode(), KINDS)
    except LinkError as error:
        assert str(error)
    else:
        assert all(isinstance(lesson, SavedLesson) for lesson in lessons)
