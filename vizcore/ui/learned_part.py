"""Choosing what to ask a network, on the page *What it learned*: one part at a time is shown."""

from dataclasses import replace

import streamlit as st

from vizcore.ui.learned_settings import PARTS


def choose_part(state):
    """Let one choose a part, and return its key.

    Parameters
    ----------
    state : PageState
        Of `LearnedSettings`; from now on they name a part.
    """
    if not state.now.part:
        state.amend(replace(state.now, part=state.now.part_shown))
    st.pills(
        "What to ask",
        list(PARTS),
        format_func=PARTS.get,
        # To choose what is chosen changes nothing.
        **state.bind("part", lambda s: s.part, lambda s, one: replace(s, part=one or s.part)),
    )
    return state.now.part
