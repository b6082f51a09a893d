import pytest

from vizcore.ui.upload_limits import UploadLimits, upload_limits


def test_defaults():
    assert UploadLimits.from_environment({}) == UploadLimits(10, 60, 512, 200)


def test_each_variable():
    environ = {
        "VIZCORE_UPLOAD_FILE": "1",
        "VIZCORE_UPLOAD_VISITOR": "2",
        "VIZCORE_UPLOAD_SERVER": "3",
        "VIZCORE_UPLOAD_FILES": "4",
    }
    assert UploadLimits.from_environment(environ) == UploadLimits(1, 2, 3, 4)


@pytest.mark.parametrize("text", ["0", "-1", "ten", "1.5", "²", " 3"])
def test_what_is_no_limit_is_told_and_the_defaults_count(text, monkeypatch, caplog):
    with pytest.raises(ValueError, match="VIZCORE_UPLOAD_VISITOR must be a whole number from 1"):
        UploadLimits.from_environment({"VIZCORE_UPLOAD_VISITOR": text})
    monkeypatch.setenv("VIZCORE_UPLOAD_VISITOR", text)
    assert upload_limits.__wrapped__() == UploadLimits()
    assert "VIZCORE_UPLOAD_VISITOR" in caplog.text
