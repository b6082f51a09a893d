from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.ui.numbers import LARGEST, normal_text, parse_number, quoted, readable, short_text

DECIMALS = st.decimals(-1_000_000, 1_000_000, places=4).map(lambda number: f"{number:f}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-0.5", -0.5),
        ("−2", -2),
        ("+4", 4),
        ("0,25", 0.25),
        (".5", 0.5),
        ("5.", 5),
        ("1/9", 1 / 9),
        ("-3 / -4", 0.75),
        ("1,5/0,5", 3),
        (" \t7\n", 7),
        ("1000000", LARGEST),
        ("-0", 0),
    ],
)
def test_what_people_type(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    ["", " ", "abc", "-", "1e3", "inf", "nan", "0x1", "1/", "/2", "1/2/3", "--1", "1.2.3",
     pytest.param("1" * 200_000 + "x", id="long"), "1,000,5", "٣", "½", "²", "3 px", "1_000", "."],
)  # fmt: skip
def test_what_is_no_number(text):
    with pytest.raises(ValueError, match="is not a number. Type something like 3, −0.5 or 1/9."):
        parse_number(text)


@pytest.mark.parametrize("text", ["1/0", "0/0", "1/-0.0"])
def test_nothing_divides_by_zero(text):
    with pytest.raises(ValueError, match="divides by zero"):
        parse_number(text)


@pytest.mark.parametrize("text", ["1000000.1", "-1000001", "1/0.0000001", "9" * 400])
def test_what_is_too_large(text):
    with pytest.raises(ValueError, match="is too large: numbers up to ±1,000,000 fit here"):
        parse_number(text)


@given(DECIMALS)
def test_every_decimal_is_read_exactly(text):
    assert parse_number(text) == float(text)
    assert parse_number(text.replace("-", "−").replace(".", ",")) == float(text)


@given(st.integers(-1000, 1000), st.integers(1, 1000))
def test_every_fraction_is_read(above, below):
    assert parse_number(f"{above}/{below}") == float(Fraction(above, below))


@given(st.text())
def test_any_text_is_a_number_or_a_value_error(text):
    try:
        assert abs(parse_number(text)) <= LARGEST
    except ValueError as error:
        assert quoted(text) in str(error)


@given(st.text(st.sampled_from("`[]()!<>*_$: \n\tab."), max_size=60))
def test_what_is_quoted_stays_within_one_line_of_code(text):
    inside = quoted(text).removeprefix("`").removesuffix("`")
    assert inside and "`" not in inside and "\n" not in inside and len(inside) <= 41


def test_quoted_texts():
    assert quoted("1e3") == "`1e3`"
    assert quoted("") == "` `"
    assert quoted("x" * 99) == f"`{'x' * 40}…`"


@given(DECIMALS)
def test_the_normal_text_means_the_same_and_stays(text):
    typed = f" {text} ".replace("-", "− ").replace(".", ",")
    assert normal_text(typed) == text
    assert normal_text(text) == text


@given(st.floats(-LARGEST, LARGEST))
def test_an_editor_reads_back_what_it_shows(value):
    assert parse_number(short_text(value)) == pytest.approx(value, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1"), (-8.0, "-8"), (0.0625, "0.0625"), (1 / 3, "0.333333"), (1e6, "1000000"),
     (-0.0, "0"), (1e-9, "0"), (-1e-9, "0"), (0.00001, "0.00001")],
)  # fmt: skip
def test_short_texts(value, text):
    assert short_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-34.0, "−34"),
        (0.125, "0.12"),
        (0.1, "0.1"),
        (-0.004, "0"),
        (100.0, "100"),
        (12345.6, "12,345.6"),
        (-1e6, "−1,000,000"),
        (float("inf"), "inf"),
    ],
)
def test_readable_numbers(value, text):
    assert readable(value) == text


def test_readable_digits():
    assert readable(33.333, 1) == "33.3"
    assert readable(1200.0, 0) == "1,200"
