"""The controls of the page *Convolution, step by step*."""

from dataclasses import replace

import streamlit as st

from vizcore.ui import shared_controls
from vizcore.ui.step_settings import (
    PAD_MODES,
    fitted,
    from_lesson,
    most,
)
from vizcore.ui.volumes import RULES

PAGE = "pages/convolution_step_by_step.py"


def examples(now):
    """Show the slides' examples, each a link to this page in that state, the present one marked."""
    shared_controls.examples(PAGE, now, from_lesson)
    shared_controls.tell_keys(now)


def sizes(state):
    """Choose the sizes of the input and of the kernel; each ends where it would not fit."""
    for names in (("Input rows", "Input columns"), ("Channels", "Filters"), _KERNEL_SIDES):
        for column, name in zip(st.columns(2), names, strict=True):
            _size(column, state, name)


def movement(state):
    """Choose how the window moves; each slider ends where the operation would be impossible."""
    now = state.now
    _slider(state, "stride", "Stride (cells)", 1, "How far the window moves at each step.")
    about = "Cells cropped from each side." if now.transposed else "Cells added on each side."
    _slider(state, "padding", "Padding (cells)", 0, about)
    if not now.transposed:
        st.selectbox(
            "The padding holds",
            list(PAD_MODES),
            format_func=PAD_MODES.get,
            **state.bind("pad_mode", lambda s: s.pad_mode, lambda s, v: fitted(s, pad_mode=v)),
        )
    _slider(
        state,
        "dilation",
        "Dilation (cells)",
        1,
        "Distance between the cells that one window reads.",
    )
    st.toggle(
        "Flip the kernel",
        help="Turn it by 180° first. That is convolution as mathematics defines it; without the "
        "flip it is correlation, which networks use and call convolution.",
        **state.bind("flip", lambda s: s.flip, lambda s, v: replace(s, flip=v)),
    )
    st.toggle(
        "Transposed",
        help="The reverse in size: zeros are inserted between the input's cells (as many as the "
        "stride says, less one), and the turned kernel slides over them.",
        **state.bind("transposed", lambda s: s.transposed, lambda s, v: fitted(s, transposed=v)),
    )


def fill(state):
    """Fill the input or the kernel by a rule; undo takes it back."""
    shared_controls.fill(state, "step.fill", RULES, ["input", "kernel"])


_KERNEL_SIDES = ("Kernel rows", "Kernel columns")
_SIZES = {
    "Input rows": (lambda s: s.input.rows, lambda s, n: s.reshaped(rows=n)),
    "Input columns": (lambda s: s.input.columns, lambda s, n: s.reshaped(columns=n)),
    "Channels": (lambda s: s.input.depth, lambda s, n: s.reshaped(channels=n)),
    "Filters": (lambda s: s.filters, lambda s, n: s.reshaped(filters=n)),
    "Kernel rows": (
        lambda s: s.kernel.rows,
        lambda s, n: s.reshaped(kernel=(n, s.kernel.columns)),
    ),
    "Kernel columns": (
        lambda s: s.kernel.columns,
        lambda s, n: s.reshaped(kernel=(s.kernel.rows, n)),
    ),
}


def _size(place, state, name):
    shared_controls.size(place, state, name, most(state.now, name.lower()), *_SIZES[name])


def _slider(state, name, label, least, about):
    largest = max(most(state.now, name), getattr(state.now, name))
    shared_controls.slider(
        state, name, label, least, largest, about, lambda s, v: fitted(s, **{name: v})
    )


def facts(settings, trace):
    """Show the output size worked out, parameters, multiplications and the receptive field."""
    high, wide = trace.window
    channels, filters = settings.input.depth, settings.filters
    parameters = high * wide * channels * filters + filters
    rows, columns = trace.output.shape[:2]
    if settings.transposed:
        positions, where = settings.input.rows * settings.input.columns, "input cells"
    else:
        positions, where = rows * columns, "windows"
    products = positions * high * wide * channels * filters
    height, width = trace.formulas
    field = f"{trace.rows.span} × {trace.columns.span}"
    size = f"{rows} × {columns}" + (f" × {filters}" if filters > 1 else "")
    lines = [
        ("Output", size),
        ("Output height", height),
        ("Output width", width),
        ("Parameters", f"{high}·{wide}·{channels}·{filters} + {filters} = {parameters:,}"),
        (
            "Multiplications",
            f"{positions} {where} · {high}·{wide}·{channels} products · {filters} "
            f"{'filter' if filters == 1 else 'filters'} = {products:,}",
        ),
        ("Receptive field", f"{field} cells of the {'stretched ' * settings.transposed}input"),
    ]
    st.markdown("\n".join(f"- {name}: {text}" for name, text in lines))
    shared_controls.tell_unreached(trace)


def explain_flip(now):
    """Say what turning the kernel means, and why networks leave it out."""
    if now.transposed:
        return
    if not now.flip:
        st.markdown(
            "What is shown here is **correlation**: the kernel lies on the input as it is typed. "
            "Networks compute this and call it convolution. To see convolution as mathematics "
            "defines it, turn on “Flip the kernel”."
        )
        return
    st.latex(r"(f * g)[x, y] = \sum_{n_1} \sum_{n_2} f[n_1, n_2] \cdot g[x - n_1,\; y - n_2]")
    st.markdown(
        "Here f is the input and g the kernel. As n₁ and n₂ grow, x − n₁ and y − n₂ fall, so the "
        "kernel lies on the input **turned by 180°**: its last weight, "
        f"{_number(now.kernel.texts[0][-1][-1])}, meets the window's first cell, and its first, "
        f"{_number(now.kernel.texts[0][0][0])}, the last. This is **convolution** as mathematics "
        "defines it. A single 1 in the input then puts the kernel into the output the right way "
        "round; correlation puts it there turned. And f ∗ g = g ∗ f.\n\n"
        "Networks leave the turn out. Their weights are learnt: a network that turned its kernels "
        "would learn the same ones, only turned, and give the same outputs. Nothing is lost, and "
        "one step is saved. With a kernel that looks the same after half a turn, as most blurs do, "
        "there is no difference at all."
    )


def _number(text):
    return text.replace("-", "−")
