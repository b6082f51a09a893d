import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.export.safe_csv import safe_csv


def read(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", '=HYPERLINK("x","y")',
     "=cmd|' /C calc'!A0", "|x", "%x"],
)  # fmt: skip
def test_what_could_be_a_formula_begins_with_an_apostrophe(text):
    assert read(safe_csv([(text,)])) == [["'" + text]]


@pytest.mark.parametrize("text", ["cat.png", "a=1", "", "1-2.jpg", "Ärger, „so“", "'x", '"=1"'])
def test_other_texts_stay(text):
    assert read(safe_csv([(text, "x")])) == [[text, "x"]]


def test_numbers_stay_numbers():
    assert safe_csv([(-0.5, 3, None)]) == b"\xef\xbb\xbf-0.5,3,\r\n"


@given(st.lists(st.lists(st.text(), min_size=1), min_size=1))
def test_no_cell_ever_begins_as_a_formula_does(rows):
    for row in read(safe_csv(rows)):
        assert not any(cell.lstrip(" \u00a0").startswith(("=", "+", "-", "@")) for cell in row)
