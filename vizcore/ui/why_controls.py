"""The controls of the page *Why convolution*."""

from dataclasses import replace

import streamlit as st

from vizcore.lessons.moving import COLOURS, SHAPES
from vizcore.ui import shared_controls
from vizcore.ui.counts import length
from vizcore.ui.why_settings import PARTS, TURNS, fitted, from_lesson, least, most

PAGE = "pages/why_convolution.py"
WIDTH = 136
ONWARD = {
    "Whole networks, counted layer by layer": ("pages/layer_tables.py", {}),
    "AlexNet": ("pages/layer_tables.py", {"network": "alexnet"}),
    "Residual blocks": ("pages/layer_tables.py", {"network": "residual"}),
    "What a shared weight learns from all its places": ("pages/gradients.py", {}),
}


def part(state):
    """Choose what is on screen."""
    st.segmented_control(
        "Show",
        list(PARTS),
        required=True,
        format_func=PARTS.get,
        label_visibility="collapsed",
        **state.bind("part", lambda s: s.part, lambda s, v: replace(s, part=v)),
    )


def examples(now):
    """Show the slides' examples, each a link to this page in that state, the present one marked."""
    shared_controls.examples(PAGE, now, from_lesson)


def small_layer(state):
    """Choose the size of the layer whose connections are drawn."""
    _numbers(state, {"Inputs": "inputs", "Window": "window"})


def layer(state):
    """Choose the layer that is counted."""
    _numbers(
        state,
        {
            "Input height": "rows",
            "Input width": "columns",
            "Channels": "channels",
            "Filters": "filters",
            "Filter size": "size",
            "Stride": "stride",
            "Padding": "padding",
        },
    )


def drawn(state):
    """Choose what is drawn, how it is turned, and its colour."""
    with st.container(horizontal=True, gap="medium"):
        _choice(state, "Object", "shape", list(SHAPES), str.capitalize)
        _choice(state, "Turned", "turn", list(range(len(TURNS))), lambda n: TURNS[n].capitalize())
        _choice(state, "Colour", "colour", list(COLOURS), str.capitalize)


def to_scale(now):
    """Say how long the bars would be, were their scale straight."""
    one = now.layer
    share = one.convolution.parameters / one.dense.parameters
    again = one.dense.parameters / one.neuron.parameters
    st.markdown(
        "The bars have a logarithmic scale: each upright line is ten times the one before. **If "
        "the dense layer's bar of parameters were 1 km long on a straight scale, that of the "
        f"convolution would measure {length(1000 * share)}**, and that of a single dense neuron "
        f"{length(1000 / again)}. The memory is that of four bytes a parameter."
    )


def onward():
    """Lead to the pages where the same layers are put together and learn."""
    with st.container(horizontal=True):
        for label, (file, query) in ONWARD.items():
            st.page_link(file, label=label, icon=":material/arrow_forward:", query_params=query)


def _numbers(state, names):
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for label, name in names.items():
            low, high = least(name), most(state.now, name)
            st.number_input(
                label,
                low,
                high,
                width=WIDTH,
                help=f"{low} to {high}",
                **state.bind_number(
                    name,
                    lambda s, name=name: getattr(s, name),
                    lambda s, v, name=name: fitted(s, **{name: v}),
                ),
            )


def _choice(state, label, name, options, said):
    st.radio(
        label,
        options,
        format_func=said,
        horizontal=True,
        width="content",
        **state.bind(name, lambda s: getattr(s, name), lambda s, v: replace(s, **{name: v})),
    )
