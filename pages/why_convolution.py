"""Why convolution: few connections, shared weights, and an answer that moves with the object."""

from dataclasses import replace

import streamlit as st

from vizcore.ui import why_controls as controls
from vizcore.ui.counts import counts
from vizcore.ui.frame import open_page
from vizcore.ui.moving import moving
from vizcore.ui.state import PageState
from vizcore.ui.why_settings import WhySettings
from vizcore.ui.wiring import wiring

open_page(
    "pages/why_convolution.py",
    "A dense layer joins every input to every output. A convolution joins neighbours only, and "
    "uses the same few weights everywhere: see what that saves, and what it brings.",
)
state = PageState("why", WhySettings())
if state.problem:
    st.warning(f"{state.problem} You see the page as it was.")


def connected(choice):
    """Take in how the small layer is to be connected."""
    try:
        state.set(replace(state.now, kind=choice["kind"]))
    except (ValueError, KeyError, TypeError):
        st.toast("There is no such layer. The page stays as it was.")


def left(place):
    """Take in where the object was left."""
    try:
        row, column = (range(100).index(place[name]) for name in ("row", "column"))
        state.set(replace(state.now, row=row, column=column))
    except (ValueError, KeyError, TypeError):
        st.toast("The object cannot stand there. The page stays as it was.")


controls.part(state)

if state.now.part == "connections":
    controls.small_layer(state)
    now = state.now
    wiring(
        now.inputs,
        now.window,
        now.kind,
        on_kind=connected,
        visit=state.visits,
        key="why.wiring",
    )
    controls.examples(now)
    st.markdown(
        "**Local connections**: in a picture, what is near belongs together, so an output of the "
        "convolution reads a small neighbourhood and nothing else. **Shared weights**: an edge is "
        "an edge wherever it lies, so every output uses the same weights, as if one little "
        "detector were carried from place to place. In the matrix, local connections leave a band "
        "and zeros beside it; sharing repeats the same row, one step further each time. A "
        "convolution is thus a dense layer with most weights fixed at 0 and the others tied."
    )

elif state.now.part == "counted":
    controls.layer(state)
    now = state.now
    counts(now.layer, key="why.counts")
    controls.to_scale(now)
    controls.examples(now)
    st.markdown(
        "**Dense**: every number of the output has a weight for every number of the input. "
        "**Locally connected**: it has weights for its window alone, but no other place uses them. "
        "**Convolution**: all places share one set of weights a filter, so neither the height nor "
        "the width of the input matters for what there is to learn. Local connections save "
        "multiplications; sharing saves none, since every place still multiplies its own window. "
        "Where a window hangs over into the padding, its zeros are counted too. Sizes: "
        "(N − F + 2·P)/S + 1, rounded down where it must be; the + 1 is the first place, before "
        "any step."
    )

else:
    controls.drawn(state)
    now = state.now
    moving(
        now.shape,
        now.turn,
        now.colour,
        now.row,
        now.column,
        on_move=left,
        visit=state.visits,
        key="why.moving",
    )
    controls.examples(now)
    st.markdown(
        "All three models hold the same template, +1 on the object and −1 beside it. The "
        "**dense neuron** has it at one place: it is the one cell of the response map with the "
        "dashed frame, and blind elsewhere. The **convolution** has it at all places, and its map "
        "moves with the object: that is called equivariance. The **maximum** of the map forgets "
        "the place and keeps the score: invariance. Here this holds for moves inside the picture; "
        "with a stride, or with pooling in windows, only for moves by whole steps.\n\n"
        "Nothing of this helps when the object is **turned or recoloured**: the template no longer "
        "fits, unless the shape looks the same when turned, as the plus does. A pale object halves "
        "every number of the map, a black one turns every sign. A network needs filters, and "
        "pictures to learn from, for these as well. The kernel is laid down as it is, "
        "not turned by 180° as mathematics has it for a convolution: strictly this is a "
        "correlation, which is why it answers most where the picture looks like the kernel."
    )

controls.onward()
