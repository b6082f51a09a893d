"""A pad to draw a digit on: with mouse, pen or finger, or cell by cell with the keyboard."""

import streamlit as st

from vizcore.ui.assets import register
from vizcore.ui.state import whole

_component = register("digit_pad")


GOING = "+"
"""What a drawing begins with that is told while its stroke goes on."""


def digit_pad(levels, *, on_drawn, follow=None, heard="", visit, key):
    """Show a pad of 28×28 pixels, white on black.

    The browser is ahead of the server, which hears of a stroke at its end. Undo stays in the
    browser.

    Parameters
    ----------
    levels : str
        A hexadecimal digit for each pixel, row by row: 0 is black, f white.
    on_drawn : callable
        Called with such a text before the page runs again; it comes from a browser, unchecked.
    follow : callable, optional
        Called like `on_drawn` while a stroke goes on: now and then, and not before the page has
        answered the last time with `heard`.
    heard : str
        The last drawing that `follow` was told.
    visit : hashable
        Another value makes the browser show this drawing instead of its own.
    key : str
        The component's key on the page.
    """

    @whole
    def told():
        drawn = st.session_state[key]["drawn"]
        if follow and isinstance(drawn, str) and drawn.startswith(GOING):
            follow(drawn[len(GOING) :])
        else:
            on_drawn(drawn)

    data = {"levels": levels, "visit": visit, "follows": follow is not None, "heard": heard}
    _component(key=key, data=data, on_drawn_change=told)
