"""The controls and the comparisons of the page *Gradients*."""

from dataclasses import replace

import numpy as np
import streamlit as st

from vizcore.lessons.gradients import EXPRESSIONS
from vizcore.ui import shared_controls
from vizcore.ui.gradient_settings import (
    GRIDS,
    LARGEST_DILATION,
    LARGEST_INPUT,
    LARGEST_KERNEL,
    LARGEST_RATE,
    LARGEST_STRIDE,
    PARTS,
    SMALLEST_RATE,
    fitted,
    from_lesson,
    most_padding,
    resized,
)
from vizcore.ui.numbers import readable
from vizcore.ui.small_grids import grid, small_grids
from vizcore.ui.volumes import RULES

PAGE = "pages/gradients.py"
NUDGE = 0.001
MOST_KERNELS = 16
"""Kernels that are drawn side by side, were they not shared."""

_FILLS = {rule: RULES[rule] for rule in ("random", "zeros", "ramp")}


def part(state):
    """Choose the part of the page."""
    st.segmented_control(
        "On this page",
        list(PARTS),
        format_func=PARTS.get,
        required=True,
        label_visibility="collapsed",
        **state.bind("part", lambda s: s.part, lambda s, v: replace(s, part=v)),
    )


def examples(now):
    """Show the slides' examples, each a link to this page in that state."""
    start = replace(now, step=0, row=1, column=1, place=0)
    shared_controls.examples(PAGE, start, from_lesson)


# ---- The expression ----


def expression(state):
    """Choose the expression; another one begins at its start."""
    choice, undo = st.columns([4, 1], vertical_alignment="bottom")
    choice.selectbox(
        "Expression",
        list(EXPRESSIONS),
        format_func=lambda key: EXPRESSIONS[key].title,
        **state.bind(
            "expression",
            lambda s: s.expression,
            lambda s, v: s if v == s.expression else s.with_expression(v),
        ),
    )
    undo.button("Undo", disabled=not state.can_undo, on_click=state.undo, width="stretch")


def explain_graph(now, trace):
    """Say what the graph shows, and check each gradient by moving its input a little."""
    result = trace.result
    st.markdown(
        "Type over any input. Keys: ← → step, Home and End go to the ends, space plays. Point at a "
        f"value to see the ways on which it reaches {result}.\n\n"
        "**Forward**, each node needs only its operands. The number on an edge, its slope, is how "
        "much the value at its end grows with the one at its beginning, the others held still. "
        "**Backward**, each node hands to every operand its own gradient times that slope: the "
        "chain rule, one edge at a time. A value that is used twice is handed two contributions, "
        f"and they add up. So one walk back gives how {result} grows with every number at once, "
        "however many there are: that is backpropagation."
    )
    st.subheader("Is it true? Move an input a little", anchor=False)
    head = f"| input | the gradient ∂{result}/∂input | {result} grows by | per unit |"
    rows = [
        f"| {name} + {NUDGE} | {readable(trace.gradients[name], 4)} | "
        f"{readable(now.nudged(name, NUDGE), 6)} | {readable(now.nudged(name, NUDGE) / NUDGE, 4)} |"
        for name in now.inputs
    ]
    st.markdown("\n".join([head, "|---|---:|---:|---:|", *rows]))


# ---- The filter ----


def learning(state):
    """Choose the learning rate, and take a step."""
    st.slider(
        "Learning rate",
        SMALLEST_RATE,
        LARGEST_RATE,
        step=0.001,
        format="%.3f",
        help="How far one step goes against the gradient.",
        **state.bind_number("rate", lambda s: s.rate, lambda s, v: replace(s, rate=round(v, 3))),
    )
    st.button(
        "Take the step",
        type="primary",
        width="stretch",
        on_click=_step,
        args=(state,),
        help="The next kernel becomes the kernel. Undo takes it back.",
    )


def _step(state):
    try:
        state.edit(state.now.after_step())
    except ValueError:
        st.toast("That step would make a weight too large to be written. Lower the learning rate.")


def sizes(state):
    """Choose how large input and kernel are, and how the kernel moves."""
    now = state.now
    input, kernel = now.input, now.kernel
    room = 2 * now.padding
    for names in (
        (("Input rows", LARGEST_INPUT, "rows"), ("Input columns", LARGEST_INPUT, "columns")),
        (
            ("Kernel rows", min(LARGEST_KERNEL, input.rows + room), "high"),
            ("Kernel columns", min(LARGEST_KERNEL, input.columns + room), "wide"),
        ),
    ):
        columns = st.columns(2, vertical_alignment="bottom")
        for column, (label, most, name) in zip(columns, names, strict=True):
            shared_controls.size(
                column,
                state,
                label,
                most,
                lambda s, name=name: _sides(s)[name],
                lambda s, n, name=name: resized(s, **{name: n}),
            )
    for name, least, most, about in (
        ("stride", 1, LARGEST_STRIDE, "How far the window moves at each step."),
        ("padding", 0, most_padding(now), "Zeros added on each side."),
        (
            "dilation",
            1,
            _most_dilation(input, kernel, room),
            "From one cell of a window to the next.",
        ),
    ):
        shared_controls.slider(
            state,
            name,
            f"{name.capitalize()} (cells)",
            least,
            most,
            about,
            lambda s, v, name=name: fitted(s, **{name: v}),
        )
    shared_controls.fill(state, "gradients.fill", _FILLS, list(GRIDS))


def _sides(settings):
    input, kernel = settings.input, settings.kernel
    return {
        "rows": input.rows,
        "columns": input.columns,
        "high": kernel.rows,
        "wide": kernel.columns,
    }


def _most_dilation(input, kernel, room):
    pairs = (input.rows, kernel.rows), (input.columns, kernel.columns)
    fits = all(LARGEST_DILATION * (k - 1) + 1 <= n + room for n, k in pairs)
    return LARGEST_DILATION if fits else 1


def explain_filter(now):
    """Say what the picture of the filter shows."""
    st.markdown(
        "Click a weight of the kernel, or its gradient; type over any number of the input, the "
        "kernel or the target. The sign ⋆ is correlation: lay the kernel on each window of the "
        "input, multiply cell by cell, and add up.\n\n"
        "The error is half the sum of the squared differences between output and target, so its "
        "gradient with respect to an output is simply output − target. The folded corners mark "
        "every cell of the input that the weight has met.\n\n"
        "The weight had a part in every output, so the chain rule gives it a contribution from "
        "each place: the value it met there times the gradient there. As with any value that is "
        "used many times, **they add up**; the expression “One weight at two places” is the same "
        "with two. For all weights together, that is the input correlated with the gradient of the "
        "output: the backward pass of a convolution layer is made of convolutions, too."
    )


def unshared(now):
    """Compare with a layer that shares nothing: each place keeps its own gradient."""
    found = now.filter_step()
    rows, columns, high, wide = found.unshared.shape
    places, weights = rows * columns, high * wide
    if places == 1:  # where there is nothing to share
        return
    st.subheader("If every place had a kernel of its own", anchor=False)
    st.markdown(
        f"A locally connected layer shares nothing: {places} places · {weights} weights = "
        f"{places * weights} weights instead of {weights}. No gradients are added up; each kernel "
        "below keeps what its own place says. Added up cell by cell, they are the gradient of the "
        "shared kernel."
    )
    if places <= MOST_KERNELS:
        limit = float(np.abs(found.unshared).max()) or 1.0
        small_grids(
            *(
                grid(found.unshared[r, c], f"Row {r + 1}, column {c + 1}", limit=limit)
                for r, c in np.ndindex(rows, columns)
            )
        )
    st.markdown(
        f"A step at the same rate takes the error from {_measured(found.error)} to "
        f"{_measured(found.error_after)} with the shared kernel, and to "
        f"{_measured(found.unshared_after)} with {places} kernels that follow their own "
        "gradients. That does not say which of them learns better: at the same rate the shared "
        f"kernel moves further, because {places} contributions add up to a larger step. Kernels "
        "that are not shared can fit almost any target (only a window of zeros answers 0 whatever "
        "its kernel), but what one place has learnt none of the others knows."
    )


def _measured(error):
    return readable(error, 3 if error < 1000 else 0)
