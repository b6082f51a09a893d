import csv
import io

import numpy as np

from vizcore.ui.classify_files import Brought
from vizcore.ui.classify_table import csv_of, rows_of

SQUARE = np.zeros((72, 72, 3), np.uint8)


def rows(*names, classes=("cat", "dog", "ship")):
    pictures = [Brought(str(i), name, b"x", SQUARE, SQUARE) for i, name in enumerate(names)]
    answers = [np.array([0.25, 0.7, 0.05])] * len(names)
    return rows_of(pictures, classes, answers, ["unsure"] * len(names))


def test_a_row_tells_the_two_likeliest_classes():
    (row,) = rows("a.png")
    assert row.pop("thumbnail").startswith("data:image/jpeg;base64,")
    assert row == {
        "id": "0", "name": "a.png", "best": "dog", "most": 0.7, "second": "cat", "next": 0.25,
        "note": "unsure",
    }  # fmt: skip


def test_with_a_single_class_there_is_no_second():
    (row,) = rows_of([Brought("0", "a", b"x", SQUARE, SQUARE)], ("cat",), [np.array([1.0])], [""])
    assert (row["best"], row["second"], row["next"]) == ("cat", None, None)


def test_a_file_for_spreadsheets_holds_no_formula():
    told = csv_of(rows("=1+1.png", "b,c.png", classes=("cat", "@dog", "ship")))
    read = list(csv.reader(io.StringIO(told.decode("utf-8-sig"), newline="")))
    assert read == [
        ["file", "class", "probability", "note", "second class", "its probability"],
        ["'=1+1.png", "'@dog", "0.7", "unsure", "cat", "0.25"],
        ["b,c.png", "'@dog", "0.7", "unsure", "cat", "0.25"],
    ]
