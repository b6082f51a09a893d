import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.nets.plain_json import JsonError, read_json

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=9), values, max_size=5), st.booleans())
def test_what_python_wrote_is_read(value, plain):
    written = json.dumps(value, ensure_ascii=plain)
    try:
        data = written.encode()
    except UnicodeEncodeError:
        return
    assert read_json(data, most_bytes=10**6) == value


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_anything_else_is_refused_in_words(data):
    try:
        assert isinstance(read_json(data, most_bytes=50), dict)
    except JsonError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "is no JSON object"),
        ("3", "is no JSON object"),
        ("", "is no plain JSON"),
        ("{", "is no plain JSON"),
        ("{'a': 1}", "is no plain JSON"),
        ('{"a": 1}{"b": 2}', "is no plain JSON"),
        ('\ufeff{"a": 1}', "is no plain JSON"),
        ('{"a": 1, "b": {"c": 1, "c": 1}}', "says 'c' twice"),
        ('{"<b>ö": 1, "<b>ö": 1}', r"says '<b>\xf6' twice"),
        ('{"a": NaN}', "holds NaN, which is no number"),
        ('{"a": [-Infinity]}', "holds -Infinity, which is no number"),
        ('{"a": 1e999}', "holds a number that is too large"),
        ('{"a": 1' + "0" * 30 + "}", "holds a number that is too long"),
        ('{"a": [1,2,3,4,5,6,7,8,9]}', "holds more than 9 values"),
    ],
)
def test_what_readers_disagree_about_is_refused(text, said):
    with pytest.raises(JsonError) as error:
        read_json(text.encode(), most_bytes=20_000, most_values=9)
    assert str(error.value) == said


def test_limits_are_met_exactly():
    data = b'{"a": [1, 2, 3]}'
    assert read_json(data, most_bytes=16, most_values=4) == {"a": [1, 2, 3]}
    with pytest.raises(JsonError, match="is longer than 15 bytes"):
        read_json(data, most_bytes=15)
    with pytest.raises(JsonError, match="holds more than 3 values"):
        read_json(data, most_bytes=16, most_values=3)


def test_python_bounds_how_deep_it_goes():
    data = b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}"
    with pytest.raises(JsonError, match="is no plain JSON"):
        read_json(data, most_bytes=20_000)
