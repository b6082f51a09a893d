import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.export.permalink import (
    LinkError,
    from_file,
    from_query,
    link_length,
    to_file,
    to_query,
)


class Tags(tuple):
    def to_text(self):
        return "+".join(self)

    @classmethod
    def from_text(cls, text):
        if "?" in text:
            raise ValueError("no tag has a question mark.")
        return cls(text.split("+"))


@dataclass(frozen=True)
class Example:
    name: str = "cat"
    size: int = 3
    share: float = 0.5
    grey: bool = False
    tags: Tags = field(default_factory=lambda: Tags(("a",)))

    def __post_init__(self):
        if self.size < 0:
            raise ValueError("the size cannot be negative.")


FULL = Example("dog & cat", 5, 0.25, True, Tags(("x", "y")))
FULL_QUERY = {"name": "dog & cat", "size": "5", "share": "0.25", "grey": "1", "tags": "x+y"}
EXAMPLES = st.builds(
    Example,
    st.text(),
    st.integers(0),
    st.floats(allow_nan=False),
    st.booleans(),
    st.lists(st.sampled_from("abc"), min_size=1).map(Tags),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda child: st.lists(child) | st.dictionaries(st.text(), child),
)


def test_defaults_are_left_out():
    assert to_query(Example()) == {}
    assert to_query(Example(grey=True)) == {"grey": "1"}
    assert to_query(FULL) == FULL_QUERY
    assert from_query(Example, {}) == Example()
    assert from_query(Example, FULL_QUERY) == FULL


def test_a_complete_query_names_the_defaults():
    query = to_query(Example(grey=True), complete=True)
    assert query == {"name": "cat", "size": "3", "share": "0.5", "grey": "1", "tags": "a"}
    assert from_query(Example, query) == Example(grey=True)


def test_other_programs_parameters_are_passed_over():
    assert from_query(Example, {"utm_source": "mail", "size": "4"}) == Example(size=4)


@given(EXAMPLES)
def test_a_link_reproduces_the_settings(example):
    assert from_query(Example, to_query(example)) == example


@given(EXAMPLES.filter(lambda example: example.name.isprintable()))
def test_a_file_reproduces_the_settings(example):
    assert from_file("page", Example, to_file("page", example)) == example


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"size": "many"}, "size must be a number"),
        ({"size": "1" * 5000}, "size must be a number"),
        ({"share": ""}, "share must be a number"),
        ({"grey": "yes"}, "grey must be 0 or 1"),
        ({"size": "-1"}, "the size cannot be negative"),
        ({"tags": "a+?"}, "no tag has a question mark"),
    ],
)
def test_a_bad_link_is_told_in_one_sentence(query, problem):
    with pytest.raises(LinkError) as told:
        from_query(Example, query)
    assert str(told.value) == f"This link cannot be followed: {problem}."


@given(st.dictionaries(st.sampled_from(list(FULL_QUERY)), st.text()))
def test_no_link_breaks_it(query):
    try:
        assert isinstance(from_query(Example, query), Example)
    except LinkError as error:
        assert "cannot be followed" in str(error)


@pytest.mark.parametrize("settings", [Example(), FULL])
def test_the_length_is_that_of_the_link(settings):
    base = "https://example.org/page"
    link = f"{base}?{urlencode(to_query(settings))}"
    assert link_length(base, settings) == len(link)
    assert from_query(Example, dict(parse_qsl(link.removeprefix(f"{base}?")))) == settings


def test_a_file_is_small_readable_json():
    assert json.loads(to_file("page", FULL)) == {"page": "page", "settings": FULL_QUERY}
    assert b"dog & cat" in to_file("page", FULL)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe\x00", b"[]", b"{}", b"null", b'"settings"', b"[" * 100_000,
     b'{"page": "page"}', b'{"page": "page", "settings": null}',
     b'{"page": "page", "settings": "name"}', b'{"page": "page", "settings": [1]}',
     b'{"page": "page", "settings": {"size": 4}}', b'{"page": null, "settings": {}}',
     b'{"page": "page", "settings": {"name": "\\ud800"}}', b"1" * 5000],
)  # fmt: skip
def test_what_is_no_settings_file(data):
    with pytest.raises(LinkError, match="^This is not a settings file. Choose a .json file"):
        from_file("page", Example, data)


def test_another_pages_file_is_told_apart():
    with pytest.raises(LinkError, match="belong to another page"):
        from_file("other", Example, to_file("page", FULL))


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_file_breaks_it(data):
    with pytest.raises(LinkError):
        from_file("page", Example, data)


@given(st.fixed_dictionaries({"page": JSON | st.just("page"), "settings": JSON}))
def test_no_nearly_right_file_breaks_it(document):
    try:
        assert isinstance(from_file("page", Example, json.dumps(document).encode()), Example)
    except LinkError as error:
        assert str(error)


@given(st.dictionaries(st.sampled_from(list(FULL_QUERY)), st.text()))
def test_a_files_settings_are_checked_like_a_links(query):
    data = json.dumps({"page": "page", "settings": query}).encode()
    try:
        expected = from_query(Example, query)
    except LinkError as error:
        with pytest.raises(LinkError) as told:
            from_file("page", Example, data)
        assert str(told.value) == str(error)
    else:
        assert from_file("page", Example, data) == expected
