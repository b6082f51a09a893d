"""Anybody's text in Streamlit's messages, which read Markdown."""

import re

_MEANT = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text):
    r"""Write a text for Markdown so that it is shown as it is, in one line.

    Examples
    --------
    >>> print(plain("a_b [x](y) *z*"))
    a\_b \[x\]\(y\) \*z\*
    """
    return _MEANT.sub(r"\\\1", " ".join(str(text).split()))
