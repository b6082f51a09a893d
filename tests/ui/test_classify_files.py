import io

import numpy as np
import pytest
import streamlit as st

from vizcore.imaging import to_png
from vizcore.ui import classify_files as files
from vizcore.ui.photos import SMALL_PIXELS, own_photo


@pytest.fixture(autouse=True)
def session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})


class Upload(io.BytesIO):
    def __init__(self, file_id, data, name=None):
        super().__init__(data)
        self.file_id, self.name = file_id, name or f"{file_id}.png"


def png(level, high=4, wide=6):
    return to_png(np.full((high, wide, 3), level, np.uint8))


def bytes_of(uploads):
    return [one.getvalue() for one in uploads]


def bring(*uploads, admitted=bytes_of):
    files.bring(list(uploads), admitted)
    files.read_pictures(lambda done, count: None)


def test_the_first_of_them_is_opened_and_is_ones_own_on_every_page():
    bring(Upload("a", png(10)), Upload("b", png(20)))
    assert [one.name for one in files.brought()] == ["a.png", "b.png"]
    assert files.opened() == "a" and own_photo().preview[0, 0, 0] == 10
    files.open_file("b")
    assert files.opened() == "b" and own_photo().preview[0, 0, 0] == 20
    files.open_file("z")
    assert files.opened() == "b"


def test_what_cannot_be_read_is_told_and_the_rest_is_kept():
    bring(Upload("a", b"no picture", "=bad.png"), Upload("b", png(20)))
    bad, good = files.brought()
    assert bad.problem.startswith("“=bad.png”: ") and bad.data == b"" and bad.picture is None
    assert files.pictures_brought() == (good,)
    assert files.opened() == "b" and own_photo().preview[0, 0, 0] == 20


def test_what_is_refused_is_told():
    bring(Upload("a", png(1)), admitted=lambda uploads: ["“a.png” is too large."])
    (one,) = files.brought()
    assert one.problem == "“a.png” is too large." and own_photo() is None


def test_files_that_stay_are_not_read_again_and_those_that_go_are_gone():
    first, second = Upload("a", png(10)), Upload("b", png(20))
    bring(first, second)
    known = files.brought()
    asked = []
    bring(second, Upload("c", png(30)), admitted=lambda new: asked.append(new) or bytes_of(new))
    assert [[one.file_id for one in new] for new in asked] == [["c"]]
    assert files.brought()[0] is known[1]
    assert files.opened() == "c"
    bring(second)
    assert [one.id for one in files.brought()] == ["b"] and files.opened() == "b"
    bring()
    assert files.brought() == () and files.opened() is None


def test_only_so_many_at_a_time(monkeypatch):
    monkeypatch.setattr(files, "MOST_FILES", 2)
    bring(*(Upload(name, png(9)) for name in "abc"))
    assert [one.id for one in files.pictures_brought()] == ["a", "b"]
    assert files.brought()[2].problem == "“c.png”: at most 2 at a time."


def test_what_is_kept_of_a_large_picture_is_small():
    bring(Upload("a", png(9, 1000, 1500)))
    (one,) = files.brought()
    high, wide, _ = one.picture.shape
    assert high * wide <= SMALL_PIXELS < 1000 * 1500
    assert one.thumbnail.shape == (files.THUMBNAIL, files.THUMBNAIL, 3)


def test_progress_is_told():
    told = []
    files.bring([Upload("a", png(1)), Upload("b", png(2))], bytes_of)
    files.read_pictures(lambda done, count: told.append((done, count)))
    files.read_pictures(lambda done, count: told.append((done, count)))
    assert told == [(1, 2), (2, 2)]


def test_a_shot_is_ones_own_picture_too():
    assert files.take_shot(png(40)) == "" and own_photo() is files.shot()
    assert files.take_shot(b"nothing") and own_photo() is files.shot()
