"""Gradients: forward and backward through an expression, and through a filter."""

from dataclasses import replace

import streamlit as st

from vizcore.lessons.gradients import EXPRESSIONS
from vizcore.ui import gradient_controls as controls
from vizcore.ui.frame import open_page
from vizcore.ui.gradient_settings import GradientSettings
from vizcore.ui.graph import graph
from vizcore.ui.shared_weight import shared_weight
from vizcore.ui.state import PageState

open_page(
    "pages/gradients.py",
    "Forward and backward: how a result changes with every number it came from, and what a shared "
    "weight learns from every place it visited.",
)
state = PageState("gradients", GradientSettings())
if state.problem:
    st.warning(f"{state.problem} You see the page as it was.")
SORRY = "The page stays as it was."


def stopped(stop):
    """Take in where the graph was left."""
    try:
        state.set(replace(state.now, step=stop["step"]))
    except (ValueError, KeyError, TypeError):
        st.toast(f"There is no such step. {SORRY}")


def retyped(edit):
    """Take in an input of the expression."""
    try:
        state.edit(state.now.with_number(edit["place"], edit["text"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        st.toast(f"That number could not be changed. {SORRY}")


def chosen(choice):
    """Take in the weight and the place that the visitor looks at."""
    try:
        looked_at = {name: choice[name] for name in ("row", "column", "place")}
        state.set(replace(state.now, **looked_at))
    except (ValueError, KeyError, TypeError):
        st.toast(f"There is no such weight or place. {SORRY}")


def edited(edit):
    """Take in a cell of the input, the kernel or the target."""
    try:
        state.edit(state.now.with_cell(edit["row"], edit["place"], edit["text"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        st.toast(f"That cell could not be changed. {SORRY}")


controls.part(state)
now = state.now

if now.part == "graph":
    controls.expression(state)
    now = state.now
    trace = now.graph()
    graph(
        now.expression,
        trace,
        now.numbers,
        label=f"The graph of {EXPRESSIONS[now.expression].title}",
        step=now.step,
        on_stop=stopped,
        on_edit=retyped,
        visit=f"{state.visits}.{now.expression}",
        key="gradients.graph",
    )
    controls.examples(now)
    controls.explain_graph(now, trace)
else:
    picture, side = st.columns([3.4, 1], gap="medium")
    with side:
        controls.learning(state)
        controls.sizes(state)
    now = state.now
    with picture:
        shared_weight(
            now,
            on_choice=chosen,
            on_edit=edited,
            visit=state.visits,
            key="gradients.filter",
        )
        controls.examples(now)
        controls.explain_filter(now)
        controls.unshared(now)
