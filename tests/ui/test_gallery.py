import json
import struct

import numpy as np
import pytest

from vizcore.ui import gallery as module
from vizcore.ui.gallery import gallery

GREY = np.arange(2 * 2 * 3, dtype=np.uint8).reshape(2, 2, 3, 1)


@pytest.fixture
def drawn(monkeypatch):
    """Draw a gallery, and return what its script gets: the header and the levels."""

    def draw(*arguments, **options):
        given = {}
        monkeypatch.setattr(module, "_component", lambda **those: given.update(those))
        gallery(*arguments, **{"label": "Some", "key": "a", **options})
        (size,) = struct.unpack("<I", given["data"][:4])
        return json.loads(given["data"][4 : 4 + size]), given["data"][4 + size :]

    return draw


def test_levels_and_captions_by_hand(drawn):
    header, levels = drawn(GREY, ["a", "<b>"], per_page=7)
    assert levels == bytes(range(12))
    del header["stamp"]
    assert header == {
        "count": 2,
        "rows": 2,
        "columns": 3,
        "channels": 1,
        "captions": ["a", "<b>"],
        "label": "Some",
        "perPage": 7,
        "zoom": 32,
        "parts": [12],
    }


@pytest.mark.parametrize(
    ("shape", "zoom"), [((8, 8), 12), ((28, 28), 3), ((20, 32), 3), ((96, 96), 1), ((192, 9), 0.5)]
)
def test_pictures_are_brought_to_a_size_one_can_see(drawn, shape, zoom):
    assert drawn(np.zeros((1, *shape, 3), np.uint8))[0]["zoom"] == zoom


def test_the_zoom_can_be_chosen(drawn):
    assert drawn(GREY, zoom=2)[0]["zoom"] == 2


def test_pictures_cut_out_of_others_are_sent_in_their_own_order(drawn):
    _, levels = drawn(GREY[::-1, :, ::2])
    assert levels == bytes([6, 8, 9, 11, 0, 2, 3, 5])


def test_the_stamp_tells_levels_shape_and_captions_apart(drawn):
    other = GREY.copy()
    other[1, 1, 2] += 1
    kinds = [(GREY,), (other,), (GREY.reshape(2, 3, 2, 1),), (GREY, "ab"), (GREY, "ba")]
    stamps = [drawn(*kind)[0]["stamp"] for kind in kinds]
    assert len(set(stamps)) == len(kinds)
    assert drawn(GREY.copy())[0]["stamp"] == stamps[0]


def test_no_pictures_are_a_gallery_too(drawn):
    header, levels = drawn(GREY[:0], [])
    assert header["count"] == 0 and levels == b""


@pytest.mark.parametrize(
    ("pictures", "said"),
    [
        (GREY.astype(float), "float64"),
        (GREY[..., 0], r"\(2, 2, 3\)"),
        (np.zeros((1, 2, 2, 2), np.uint8), r"\(1, 2, 2, 2\)"),
    ],
)
def test_other_arrays_are_refused(pictures, said):
    with pytest.raises(ValueError, match=said):
        gallery(pictures, label="Some", key="a")


def test_a_caption_too_many_is_refused():
    with pytest.raises(ValueError, match="must be 2, one for each picture. Received: 3"):
        gallery(GREY, ["a", "b", "c"], label="Some", key="a")
