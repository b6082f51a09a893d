"""Pooling: each window gives one number, and one can see where it comes from."""

import streamlit as st

from vizcore.ui import pool_controls as controls
from vizcore.ui.frame import open_page
from vizcore.ui.pool_settings import PoolSettings
from vizcore.ui.state import PageState
from vizcore.ui.stepper import stepper

open_page(
    "pages/pooling.py",
    "Each window gives one number: its largest, or the average of all. Step through it, and see "
    "what stays when the input moves.",
)
state = PageState("pooling", PoolSettings())
if state.problem:
    st.warning(f"{state.problem} You see the page as it was.")


def edited(edit):
    """Take in a cell from the picture; the browser has refused what is no number already."""
    try:
        state.edit(state.now.with_edit(edit))
    except (ValueError, KeyError, TypeError):
        st.toast("That cell could not be changed. Type something like 3, −0.5 or 1/9.")


picture, side = st.columns([3.4, 1], gap="medium")

with side:
    st.subheader("Window", anchor=False)
    controls.window(state)
    controls.movement(state)
    st.subheader("Input", anchor=False)
    controls.sizes(state)

now = state.now
trace = now.trace()
with picture:
    stepper(
        trace,
        texts={"input": now.input.texts},
        label=f"{trace.kind} of a {now.input.rows} by {now.input.columns} input "
        f"in windows of {now.high} by {now.wide}",
        on_edit=edited,
        on_undo=state.undo,
        photographic=now.input.rule == "photo",
        visit=state.visits,
        key="pooling.stepper",
    )
    if now.mode == "max":
        st.markdown(
            "The underlined cell wins its window. A folded corner marks the cells that have won "
            "so far; all others are forgotten."
        )
    controls.examples(now)
    controls.facts(now, trace)
    controls.partial(now, trace)
    controls.shift(state, trace)
    st.subheader("What it is for", anchor=False)
    st.markdown(
        "A cell of a feature map tells how strongly its feature was found there. **Max pooling** "
        "keeps the strongest answer of every window and forgets where in the window it was. "
        "**Average pooling** keeps how much there was on the whole. Either makes the map smaller, "
        "so that the next layer has less to compute and each of its windows sees more of the "
        "picture. Each channel is pooled by itself, so the depth stays as it is."
    )
