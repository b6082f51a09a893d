import json
import struct

import numpy as np
import pytest

from vizcore.ui import shifts as module
from vizcore.ui.learned_shift import conclusion
from vizcore.ui.shifts import shifts

LEVELS = np.uint8([[[7], [8]]])
FOUND = np.arange(2 * 9 * 2, dtype=float).reshape(2, 9, 2) / 36


@pytest.fixture
def sent(monkeypatch):
    """Draw it, and return what its script gets: the header and what follows."""

    def draw(**changes):
        given = {}
        monkeypatch.setattr(module, "_component", lambda **those: given.update(those))
        told = {"most": 1, "title": "A b", "truth": 1, "names": ("CNN", "MLP"), "classes": "ab"}
        place = {"down": -1, "right": 0, "visit": 0, "key": "a"}
        shifts(LEVELS, FOUND, **{**told, **place, **changes})
        (size,) = struct.unpack("<I", given["data"][:4])
        return json.loads(given["data"][4 : 4 + size]), given["data"][4 + size :]

    return draw


def test_all_answers_are_sent_at_once(sent):
    header, rest = sent()
    assert rest[:2] == bytes([7, 8])
    np.testing.assert_array_equal(np.frombuffer(rest[2:], "<f4"), np.float32(FOUND.ravel()))
    assert (header["shape"], header["most"], header["truth"]) == ([1, 2, 1], 1, 1)
    assert header["title"] == "A b"
    assert (header["down"], header["right"], header["classes"]) == (-1, 0, ["a", "b"])


def test_the_accuracy_over_all_pictures_may_come_along(sent):
    _, without = sent()
    shares = np.arange(18, dtype=np.float32).reshape(2, 9) / 18
    header, rest = sent(accuracy=shares)
    assert rest == without + shares.tobytes()
    assert header["parts"] == [2, 144, 72]


def test_where_one_begins_is_no_part_of_the_stamp(sent):
    assert sent()[0]["stamp"] == sent(down=1, visit=3)[0]["stamp"] != sent(truth=0)[0]["stamp"]


def test_the_conclusion_counts_places_and_averages():
    found = np.zeros((2, 4, 2))
    found[0, :, 1] = [1, 1, 1, 0.5]  # the first of equals is named: wrong
    found[0, 3, 0] = 0.5
    found[1, :, 0] = 1
    assert conclusion(found, 1) == (
        "Of these 4 places, the CNN is right at 3 and the MLP at 0; on average they give the right "
        "class 88% and 0%."
    )
