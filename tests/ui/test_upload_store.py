import logging
from types import SimpleNamespace

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from vizcore.ui import upload_store
from vizcore.ui.upload_limits import MB, UploadLimits
from vizcore.ui.upload_store import REFUSED, BoundedUploads, bound_uploads, visitors_store

LIMITS = UploadLimits(file=2, visitor=3, server=5, files=4)
NEARLY = MB - 2**10  # with what a file costs beside its bytes, exactly 1 MB


def file(name, size=NEARLY):
    return UploadedFileRec(name, f"{name}.png", "image/png", bytes(size))


@pytest.fixture
def store():
    return BoundedUploads.adopt(MemoryUploadedFileManager("/upload"), LIMITS)


def kept(store, visitor):
    """What is kept of each file of a visitor: its size, or why it was refused."""
    return {
        one.file_id: one.type.removeprefix(REFUSED) if one.type.startswith(REFUSED)
        else len(one.data) for one in store.file_storage.get(visitor, {}).values()
    }  # fmt: skip


def test_a_visitor_gets_so_much_and_no_more(store):
    for name in "abcd":
        store.add_file("anna", file(name))
    assert kept(store, "anna") == {"a": NEARLY, "b": NEARLY, "c": NEARLY, "d": "visitor"}
    assert sum(len(one.data) for one in store.get_files("anna", "abcd")) == 3 * NEARLY


def test_all_visitors_together_get_so_much_and_no_more(store):
    for visitor in ("anna", "bert"):
        for name in "abc":
            store.add_file(visitor, file(name))
    assert kept(store, "anna") == dict.fromkeys("abc", NEARLY)
    assert kept(store, "bert") == {"a": NEARLY, "b": NEARLY, "c": "server"}


def test_a_file_gets_so_much_and_no_more(store):
    store.add_file("anna", file("a", 2 * MB))
    store.add_file("anna", file("b", 2 * MB + 1))
    assert kept(store, "anna") == {"a": 2 * MB, "b": "file"}


def test_many_small_files_are_too_many_and_at_last_nothing_is_kept_of_them(store):
    for name in "abcdefghij":
        store.add_file("anna", file(name, 1))
    assert kept(store, "anna") == {**dict.fromkeys("abcd", 1), **dict.fromkeys("efgh", "files")}


def test_what_is_let_go_is_told_to_who_gives_memory_back(store):
    store.add_file("anna", file("a"))
    assert not store.has_let_go
    store.add_file("anna", file("b", 2 * MB + 1))
    assert store.has_let_go
    store.has_let_go = False
    store.remove_session_files("anna")
    assert store.has_let_go


def test_a_long_name_is_cut(store):
    store.add_file("anna", file("x" * 10**6, 1)._replace(file_id="a", type="y" * 10**6))
    (one,) = store.get_files("anna", ["a"])
    assert (len(one.name), len(one.type)) == (255, 99)


def test_a_file_that_comes_again_counts_once(store):
    for _ in range(9):
        store.add_file("anna", file("a"))
    assert kept(store, "anna") == {"a": NEARLY} and store.used("anna") == MB


def test_what_is_removed_makes_room(store):
    for name in "abc":
        store.add_file("anna", file(name))
    store.remove_file("anna", "b")
    store.add_file("anna", file("d"))
    assert kept(store, "anna") == dict.fromkeys("acd", NEARLY)


def test_what_is_held_beside_the_files_counts_until_the_visitor_has_left(store):
    assert store.hold("anna", "pictures", 2 * MB) is None
    assert store.hold("anna", "pictures", MB) is None
    assert store.hold("anna", "model", 2 * MB + 1) == "visitor"
    assert store.used("anna") == MB
    assert store.hold("anna", "pictures", 3 * MB + 1) == "visitor"
    assert store.used("anna") == MB, "what was refused is not what is held"
    for name in "abc":
        store.add_file("anna", file(name))
    assert kept(store, "anna") == {"a": NEARLY, "b": NEARLY, "c": "visitor"}
    store.remove_session_files("anna")
    assert store.used("anna") == 0 and store.sessions() == set()


def test_what_is_held_in_any_case_counts(store):
    store.count("anna", "photo", 9 * MB)
    store.add_file("anna", file("a", 1))
    assert kept(store, "anna") == {"a": "visitor"}


def test_what_came_before_the_limits_is_held_to_them():
    plain = MemoryUploadedFileManager("/upload")
    for name in "abcd":
        plain.add_file("anna", file(name))
    store = BoundedUploads.adopt(plain, LIMITS)
    assert store is plain, "Streamlit's endpoint holds on to its own"
    assert store.used("anna") <= 3 * MB and sorted(kept(store, "anna")) == list("abcd")
    assert BoundedUploads.adopt(store, UploadLimits()) is store and store.limits == LIMITS


@pytest.fixture
def context(monkeypatch):
    context = SimpleNamespace(
        uploaded_file_mgr=MemoryUploadedFileManager("/upload"), session_id="anna"
    )
    monkeypatch.setattr(upload_store, "get_script_run_ctx", lambda: context)
    return context


def test_a_page_binds_the_store_of_its_server(context):
    assert visitors_store() == (None, "")
    bound_uploads()
    assert visitors_store() == (context.uploaded_file_mgr, "anna")


def test_a_store_that_cannot_be_bound_is_told_in_the_log_and_the_page_goes_on(context, caplog):
    context.uploaded_file_mgr = 7
    with caplog.at_level(logging.ERROR):
        bound_uploads()
    assert "uploads are not held within limits" in caplog.text
    assert visitors_store() == (None, "")
