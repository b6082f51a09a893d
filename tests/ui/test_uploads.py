import pytest
from handed_in import handed_in
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from vizcore.ui import uploads
from vizcore.ui.upload_limits import MB, UploadLimits
from vizcore.ui.upload_store import REASONS, REFUSED, BoundedUploads
from vizcore.ui.uploads import UploadError, admit, count, hold


def test_no_file():
    assert admit(None) == admit([]) == ([], [])


def test_one_file_or_many():
    one, other = handed_in(b"one", "1.png"), handed_in(b"other", "2.png")
    assert admit(one) == ([("1.png", b"one")], [])
    assert admit([one, other]) == ([("1.png", b"one"), ("2.png", b"other")], [])
    one.read()
    assert admit(one) == ([("1.png", b"one")], []), "whoever has read it"


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("file", "a file may have 10 MB at most"),
        ("files", "200 files"),
        ("visitor", "more than 60 MB"),
        ("server", "Try again in some minutes"),
    ],
)
def test_what_the_store_refused_is_told_by_name(reason, told):
    taken, (sentence,) = admit([handed_in(b"", "my *cat*.png", REFUSED + reason)])
    assert not taken and sentence.startswith("“my *cat*.png” was not taken: ") and told in sentence


def test_there_is_a_sentence_for_every_reason():
    assert len({admit(handed_in(b"", kind=REFUSED + one))[1][0] for one in REASONS}) == 4


def test_a_file_that_a_store_without_limits_let_in_is_refused():
    taken, refused = admit([handed_in(bytes(10 * MB)), handed_in(bytes(10 * MB + 1), "b.png")])
    assert [len(data) for _, data in taken] == [10 * MB]
    assert refused == [
        "“b.png” was not taken: a file may have 10 MB at most. Save it smaller; a photo, for "
        "instance, as a JPEG."
    ]


def test_what_is_kept_beside_the_files_counts(monkeypatch):
    store = BoundedUploads.adopt(MemoryUploadedFileManager("/upload"), UploadLimits())
    monkeypatch.setattr(uploads, "visitors_store", lambda: (store, "anna"))
    hold("pictures", 50 * MB)
    with pytest.raises(UploadError, match="This was not taken: with it your uploads would be more"):
        hold("model", 11 * MB)
    count("photo", 11 * MB)
    assert store.used("anna") == 61 * MB


def test_without_a_store_nothing_is_counted():
    hold("pictures", 10**12)
    count("photo", 10**12)
