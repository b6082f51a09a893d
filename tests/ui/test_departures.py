import gc
import sys
import types
import weakref

import pytest

from vizcore.ui import departures
from vizcore.ui.departures import Departures


class Server:
    """Who is here and of whom something is kept, at a time that the test tells."""

    def __init__(self, *visitors):
        self.here, self.known, self.closed, self.time = set(visitors), set(visitors), [], 0
        self.departures = Departures(
            self.here.__contains__, self.close, lambda: self.known, 60, lambda: self.time
        )

    def close(self, visitor):
        self.closed.append(visitor)
        self.known.discard(visitor)

    def look(self, at):
        self.time = at
        return self.departures.look()


def test_who_is_here_stays():
    server = Server("anna")
    assert not any(server.look(at) for at in (0, 100, 1000)) and not server.closed


def test_who_has_left_is_closed_once_after_the_grace():
    server = Server("anna", "bert")
    server.here.discard("anna")
    assert not server.look(10) and not server.look(69)
    assert server.look(70) and server.closed == ["anna"]
    assert not server.look(200) and server.closed == ["anna"]


def test_who_comes_back_begins_anew():
    server = Server("anna")
    server.here.discard("anna")
    server.look(0)
    server.here.add("anna")
    server.look(50)
    server.here.discard("anna")
    server.look(55)
    assert not server.look(114) and server.look(115) and server.closed == ["anna"]


def test_a_test_without_a_server_watches_nobody(monkeypatch):
    monkeypatch.setattr(departures.Runtime, "_instance", None)
    monkeypatch.setattr(departures, "_watching", [])
    departures.watch_departures()
    assert departures._watching == []


def test_memory_that_is_free_is_given_back():
    departures._give_back()


@pytest.fixture(autouse=True)
def main():
    """A module of the name under which Streamlit runs pages, put back after the test."""
    before = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    yield sys.modules["__main__"]
    sys.modules["__main__"] = before


class Photo:
    pass


def test_what_refers_to_itself_is_let_go_though_it_was_frozen():
    photo = Photo()
    photo.itself, seen = photo, weakref.ref(photo)
    gc.freeze()
    del photo
    gc.collect()
    assert seen() is not None, "frozen, as Streamlit's own cycles are by the next page's imports"
    departures._let_go()
    assert seen() is None


def test_the_variables_of_the_last_page_are_let_go(main):
    main.photo, main.__file__ = Photo(), "app.py"
    departures._let_go()
    assert sys.modules["__main__"].__file__ == "app.py"
    assert not hasattr(sys.modules["__main__"], "photo")
