import json
import struct

import numpy as np
import pytest
import streamlit as st

from vizcore.ui import tiles as module
from vizcore.ui.tiles import COLOUR, PHOTO, RESPONSE, WEIGHT, Strip, contents, tiles

WEIGHTS = Strip("Kernels", "kernel", WEIGHT, np.float64([[[1, -2]], [[0, 4]]]), 4, "Weight")
PHOTOS = Strip(
    "", "patch", PHOTO, np.uint8([[[[1, 2, 3]]]]), names=(("<b>", "2.5"),), frames=((0, 1, 0, 1),)
)


def test_numbers_travel_as_they_are():
    header, weights, levels = contents([WEIGHTS, PHOTOS], "Some")
    assert np.frombuffer(weights, "<f4").tolist() == [1, -2, 0, 4]
    assert levels == bytes([1, 2, 3])
    first, second = header["strips"]
    assert first == {
        "title": "Kernels",
        "noun": "kernel",
        "kind": "weight",
        "shape": (2, 1, 2),
        "limit": 4.0,
        "unit": "Weight",
        "names": (),
        "frames": (),
    }
    assert (second["names"], second["frames"]) == ((("<b>", "2.5"),), ((0, 1, 0, 1),))


def test_another_number_or_name_is_another_stamp():
    other = Strip("Kernels", "kernel", WEIGHT, np.float64([[[1, -2]], [[0, 3]]]), 4, "Weight")
    called = Strip("Maps", "kernel", WEIGHT, WEIGHTS.values, 4, "Weight")
    stamps = [contents([one], "Some")[0]["stamp"] for one in (WEIGHTS, other, called, WEIGHTS)]
    assert len(set(stamps)) == 3 and stamps[0] == stamps[3]


@pytest.mark.parametrize(
    ("kind", "shape"),
    [(WEIGHT, (2, 3)), (RESPONSE, (2, 3, 3, 1)), (COLOUR, (2, 3, 3, 1)), (PHOTO, (2, 3, 3, 4))],
)
def test_values_of_another_shape_are_refused(kind, shape):
    with pytest.raises(ValueError, match="cannot be of shape"):
        Strip("", "tile", kind, np.zeros(shape))


def test_names_and_frames_are_one_for_each():
    for told in ({"names": (("a",), ("b",))}, {"frames": ((0, 1, 0, 1),) * 2}):
        with pytest.raises(ValueError, match="1 tiles need as many"):
            Strip("", "tile", WEIGHT, np.zeros((1, 2, 2)), **told)


@pytest.mark.parametrize(
    ("choice", "told"),
    [({"tile": 1}, [1]), ({"tile": 2}, []), ({"tile": True}, []), ({"tile": "0"}, []), (None, [])],
)
def test_only_a_tile_that_there_is_can_be_chosen(monkeypatch, choice, told):
    def draws(**given):
        st.session_state[given["key"]] = {"choice": choice}
        given["on_choice_change"]()

    monkeypatch.setattr(module, "_component", draws)
    chosen = []
    tiles([WEIGHTS], label="Some", on_choose=chosen.append, key="tiles.test")
    assert chosen == told


def test_the_choice_is_no_part_of_the_stamp(monkeypatch):
    seen = []

    def draws(**given):
        (size,) = struct.unpack("<I", given["data"][:4])
        seen.append(json.loads(given["data"][4 : 4 + size]))

    monkeypatch.setattr(module, "_component", draws)
    for chosen, begin in ((None, 0), (1, 1)):
        choice = {"chosen": chosen, "on_choose": print, "begin": begin, "visit": (1, "a")}
        tiles([WEIGHTS], label="Some", **choice, key="a")
    assert [(one["chosen"], one["begin"]) for one in seen] == [(None, 0), (1, 1)]
    assert seen[0]["stamp"] == seen[1]["stamp"] and seen[0]["choosable"]
