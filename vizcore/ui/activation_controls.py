"""The parts of the page *Activations*: their controls, and what they show."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import streamlit as st

from vizcore.imaging import KERNELS, SAMPLES, filter_image, fit_within
from vizcore.imaging.stack import grey_levels
from vizcore.lessons.activations import cost
from vizcore.lessons.lesson import matrix
from vizcore.ops import conv2d
from vizcore.ui import activation_formulas as formulas
from vizcore.ui import shared_controls
from vizcore.ui.activation_settings import (
    CURVES,
    LARGEST_ALPHA,
    LARGEST_X,
    MAP_KERNELS,
    MAP_PHOTOS,
    MOST_INPUTS,
    NEURON_ACTIVATIONS,
    TOPICS,
    Chosen,
    from_lesson,
    written,
)
from vizcore.ui.before_after import before_after
from vizcore.ui.neuron import neuron as neuron_component
from vizcore.ui.numbers import readable
from vizcore.ui.small_grids import grid, legend, small_grids
from vizcore.ui.ten_outputs import ten_outputs

PAGE = "pages/activations.py"
MAP_PIXELS = 40_000
_NARROW, _WIDE = 184, 272
SMALL_PICTURE = matrix(
    "0 0 0 0 0 0 / 0 0 1 1 0 0 / 0 1 1 1 0 0 / 0 1 1 1 0 0 / 0 0 1 1 0 0 / 0 0 0 0 0 0"
)
WHAT_BECOMES = {
    "relu": "What ReLU throws away turns white, and what it keeps does not change at all: the "
    "opposite of the feature counts as “not found”.",
    "leaky_relu": "What is positive stays; what is negative fades, but keeps its sign.",
    "sigmoid": "Sigmoid turns 0 into 0.5 and strong responses into nearly 0 or 1: nothing is "
    "negative any more, and nothing exceeds 1.",
    "tanh": "Tanh keeps the sign, and squeezes strong responses to nearly −1 or 1.",
}


def topic(state):
    """Choose the part of the page."""
    st.segmented_control(
        "Part of the page",
        list(TOPICS),
        format_func=TOPICS.get,
        required=True,
        label_visibility="collapsed",
        **state.bind("topic", lambda s: s.topic, lambda s, v: replace(s, topic=v or s.topic)),
    )


def examples(now):
    """Show the slides' examples, each a link to this page in that state."""
    shared_controls.examples(PAGE, now, from_lesson)


# ---- One neuron ----


def neuron(state):
    """Show one neuron, every number of it to be typed."""
    controls = _row()
    _activation(state, controls)
    shared_controls.size(
        controls.container(width=_NARROW),
        state,
        "Inputs",
        MOST_INPUTS,
        lambda s: len(s.inputs),
        lambda s, n: s.with_inputs(n),
    )
    now = state.now
    places = np.linspace(-4, 4, 81)
    neuron_component(
        now,
        title=NEURON_ACTIVATIONS[now.activation],
        curve=np.stack([places, now.activate(places)], axis=1),
        formulas=formulas.neuron(now),
        on_edit=_edited(state),
        visit=state.visits,
        key="activations.neuron",
    )
    same = "; ".join(formulas.through(now, name) for name in NEURON_ACTIVATIONS)
    st.markdown(f"**The same sum z = {readable(now.total, 4)} through each: {same}.**")
    st.markdown(
        "A neuron multiplies each input by a weight, adds up the products and a bias, and "
        "sends the sum through its activation. A convolution does just this at every window: "
        "the cells under the window are the inputs, the kernel holds the weights, and all the "
        "neurons of a feature map share them.\n\n"
        "Without an activation, layers on top of each other would be no more than a single "
        "one: a weighted sum of weighted sums is again a weighted sum. The bend of the curve "
        "is what makes depth worth having."
    )


# ---- Curves and slopes ----


def curves(state):
    """Show the curves of the activations, and how steep they are."""
    chosen, place = st.columns([1.6, 1], gap="medium")
    with chosen:
        st.pills(
            "Curves",
            list(CURVES),
            format_func=CURVES.get,
            selection_mode="multi",
            wrap=True,
            **state.bind(
                "curves",
                lambda s: list(s.curves),
                lambda s, v: replace(s, curves=Chosen.of(v or s.curves)),
            ),
        )
    with place:
        _slider(state, "x", "Read off at x", -LARGEST_X, LARGEST_X, "The amber band stands there.")
    _shapes(state)
    now = state.now
    _chart(now)
    for name in now.curves:
        st.markdown(
            f"**{formulas.named(now, name)}** at x = {readable(now.x)}: "
            f"{'p' if name == 'softmax' else 'y'} = {formulas.value(now, name, now.x)}. "
            f"Slope: {formulas.slope(now, name, now.x)}."
        )
    st.markdown(
        "Training multiplies slopes, layer after layer, to learn which way to turn a weight. "
        "Those of **sigmoid** (at most 0.25) and **tanh** (at most 1) fade where |x| is large: "
        "the neuron is saturated, and hardly learns. **ReLU** keeps a slope of 1 wherever it "
        "is active, and 0 elsewhere; **leaky ReLU** leaves a little slope α below 0, too, so "
        "that no neuron falls silent for good. Which α is a choice: PyTorch's is 0.01 unless one "
        "says otherwise, that of Keras 0.3 in the layer and 0.2 in the function. At x = 0 neither "
        "has a slope of its own; as in Keras it is that of the left side. **Softmax** needs the "
        "scores of all classes: it turns them into shares that add up to 1. Drawn is the share p "
        "of one score x while the other two stay."
    )


def _shapes(state):
    """Choose what else decides about the curves that are shown."""
    names = [name for name in ("leaky_relu", "softmax") if name in state.now.curves]
    if not names:
        return
    controls = _row()
    if "leaky_relu" in names:
        with controls.container(width=_WIDE):
            _alpha(state)
    if "softmax" in names:
        about = "Softmax shares 1 among all scores; x is the first, and this one stays."
        for name, label in (("second", "Second score"), ("third", "Third score")):
            with controls.container(width=_WIDE):
                _slider(state, name, label, -LARGEST_X, LARGEST_X, about)


def _chart(now):
    # Plotly takes a while to import, and no other part of the page needs it.
    from vizcore.figures.curves import curves as figure

    titles = {name: formulas.named(now, name) for name in now.curves}
    read = "; ".join(
        f"{title} {readable(float(now.activate(now.x, name)), 3)}, "
        f"slope {readable(float(now.slope(now.x, name)), 3)}"
        for name, title in titles.items()
    )
    st.plotly_chart(
        figure(titles, now.x, alpha=now.alpha, others=(now.second, now.third)),
        config={"displayModeBar": False, "scrollZoom": False},
        alt=f"Curves of {', '.join(titles.values())}, with their slopes below. "
        f"At x = {readable(now.x)}: {read}.",
        key="activations.chart",
    )


# ---- A feature map ----


def feature_map(state):
    """Show a feature map before and after its activation."""
    controls = _row()
    with controls.container(width=_NARROW):
        _choice(state, "photo", "Photo", MAP_PHOTOS)
    with controls.container(width=_WIDE):
        _choice(state, "kernel", "Filter", MAP_KERNELS)
    _activation(state, controls)
    now = state.now
    title, weights = formulas.named(now, now.activation), KERNELS[now.kernel].weights
    grey = _grey(now.photo)
    before = filter_image(grey.astype(np.float32) / 255, weights, pad_mode="replicate")
    before_after(
        grey,
        before,
        now.activate(before),
        title=title,
        formula=formulas.of_response(now),
        key="activations.map",
    )
    st.markdown(
        f"The filter is “{KERNELS[now.kernel].title}”; grey levels are divided by 255 first, as "
        "networks do, so that the numbers stay small. A response below 0 says that the opposite "
        "of the feature is there: with Sobel a step down in brightness instead of a step up. Both "
        "maps have one scale of colours. " + WHAT_BECOMES[now.activation]
    )
    _by_hand(now, title, weights)


def _by_hand(now, title, weights):
    st.subheader("By hand", anchor=False)
    before = conv2d(SMALL_PICTURE, weights)
    after = now.activate(before)
    limit = float(max(np.abs(before).max(), np.abs(after).max()))
    heaviest = float(np.abs(weights).max())
    step = formulas.lowest(SMALL_PICTURE, weights)
    window, cell = (*step.origin, *weights.shape), (*step.cell, 1, 1)
    small_grids(
        grid(SMALL_PICTURE, "Picture", limit=limit, frame=window),
        grid(weights, "Filter", limit=heaviest, weights=True),
        grid(before, "Before: response r", limit=limit, frame=cell),
        grid(after, f"After: {title}", limit=limit, frame=cell),
        legend("Picture and maps", limit),
        legend("Filter", heaviest, weights=True),
    )
    negative = int((before < 0).sum())
    st.markdown(
        f"{formulas.one_response(now, SMALL_PICTURE, weights)} "
        f"Of the {before.size} responses {negative} are negative."
    )


@lru_cache(maxsize=len(MAP_PHOTOS))
def _grey(name):
    return fit_within(grey_levels(SAMPLES[name].load()), MAP_PIXELS)


# ---- The cost ----


def costs(state):
    """Show what ten outputs cost, measured against a one-hot digit."""
    now = state.now
    found = cost(now.outputs.values, now.digit)
    st.markdown(
        "A network for digits has ten outputs, one for each. Mark the digit that is right, and "
        "type outputs from 0 to 1: what does the prediction cost?"
    )
    picture, side = st.columns([1, 1], gap="large")
    with picture:
        ten_outputs(
            now.outputs,
            now.digit,
            found,
            on_edit=_edited(state),
            visit=state.visits,
            key="activations.cost",
        )
    with side:
        st.markdown(f"**Squared error**, Σ (y − t)²: {formulas.squared_error(now.outputs, found)}.")
        st.markdown(f"**Largest output**: {formulas.answer(now.outputs, now.digit)}.")
        st.markdown(f"**Sum of the outputs**: {formulas.total(now.outputs, found)}.")
        st.markdown("**Cross-entropy**, −Σ t · ln y, in three readings:")
        readings = formulas.entropies(now.outputs, now.digit)
        st.markdown("\n".join(f"- {name}: {text}." for name, text in readings.items()))
    st.markdown(
        "The target is one-hot: 1 for the right digit, 0 for the others. The **squared error** "
        "looks at all ten outputs. **Cross-entropy** keeps of its sum the one term where t is 1: "
        "it asks how much was given to the truth, and grows without end as that goes to 0. It is "
        "meant for shares that add up to 1, as softmax makes them. Where they do not, it matters "
        "how one reads them: Keras's categorical cross-entropy divides by the sum first. Ten "
        "sigmoids, each a decision of its own, are judged one by one, by −ln y where t = 1 and by "
        "−ln(1 − y) where t = 0. A cost is not an answer: it is what training lowers, step by "
        "step; the answer is the largest output."
    )


# ---- What several parts have ----


def _row():
    """Controls beside each other, or below each other where there is no room."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap="medium")


def _activation(state, place):
    """Choose the activation, and what it has to be given."""
    # Below the name, not in it: a radio button whose name changes loses its mark in the browser.
    alpha = f"α = {readable(state.now.alpha)}"
    place.radio(
        "Activation",
        list(NEURON_ACTIVATIONS),
        format_func=NEURON_ACTIVATIONS.get,
        captions=[alpha if name == "leaky_relu" else "" for name in NEURON_ACTIVATIONS],
        horizontal=True,
        width="content",
        **state.bind("activation", lambda s: s.activation, lambda s, v: replace(s, activation=v)),
    )
    if state.now.activation == "leaky_relu":
        with place.container(width=_NARROW):
            _alpha(state)


def _alpha(state):
    about = "The slope of leaky ReLU below 0: what a negative number is multiplied by."
    _slider(state, "alpha", "Slope α below 0", 0.0, LARGEST_ALPHA, about, step=0.01)


def _slider(state, name, label, least, most, about, step=0.1):
    bound = state.bind_number(name, lambda s: getattr(s, name), written(name))
    st.slider(label, least, most, step=step, help=about, **bound)


def _choice(state, name, label, titles):
    st.selectbox(
        label,
        list(titles),
        format_func=titles.get,
        **state.bind(
            name,
            lambda s: getattr(s, name),
            lambda s, v: replace(s, **{name: v or getattr(s, name)}),
        ),
    )


def _edited(state):
    def edited(edit):
        """Take in a number; the browser has refused what is none already."""
        try:
            state.set(state.now.with_edit(edit))
        except (ValueError, KeyError, TypeError, AttributeError):
            st.toast("That number could not be changed. The page stays as it was.")

    return edited
