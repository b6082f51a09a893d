"""Convolution, step by step: a kernel slides through a matrix, every number on screen."""

import streamlit as st

from vizcore.ui import step_controls as controls
from vizcore.ui.frame import open_page
from vizcore.ui.state import PageState
from vizcore.ui.step_settings import StepSettings
from vizcore.ui.stepper import stepper

open_page(
    "pages/convolution_step_by_step.py",
    "The window moves over the input; what it covers is multiplied by the kernel (also called "
    "filter, or feature detector) and added up. Step, hover, type into any cell.",
)
state = PageState("convolution", StepSettings())
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
    st.subheader("Sizes", anchor=False)
    controls.sizes(state)
    st.subheader("Movement", anchor=False)
    controls.movement(state)
    controls.fill(state)

now = state.now
trace = now.trace()
high, wide = trace.window
with picture:
    stepper(
        trace,
        texts=now.typed(),
        label=f"{trace.kind} of a {now.input.rows} by {now.input.columns} input "
        f"with a {high} by {wide} kernel{', flipped' if now.flip else ''}",
        on_edit=edited,
        on_undo=state.undo,
        photographic=now.input.rule == "photo",
        turned=now.turned,
        visit=state.visits,
        key="convolution.stepper",
    )
    controls.examples(now)
    controls.facts(now, trace)
    controls.explain_flip(now)
