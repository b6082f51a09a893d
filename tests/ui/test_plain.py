import string

import pytest

from vizcore.ui.plain import plain


def test_every_sign_that_markdown_could_mean_is_escaped():
    assert plain(string.punctuation) == "".join(f"\\{sign}" for sign in string.punctuation)


def test_letters_and_numbers_stay():
    assert plain("Größe 3 × 4, “é”") == "Größe 3 × 4\\, “é”"


@pytest.mark.parametrize("text", ["a\nb", "a\r\n\n  b", " a\tb "])
def test_it_is_one_line(text):
    assert plain(text) == "a b"
