"""The part *Dropout* of the page *Activations*: a net, and the same net thinned."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import streamlit as st

from vizcore.lessons.activations import NET_INPUTS, NET_KERNELS, through_the_net
from vizcore.ui.activation_settings import LARGEST_RATE, LARGEST_SEED, written
from vizcore.ui.numbers import readable
from vizcore.ui.thinned_net import thinned_net

DRAWS = (1, 10, 100, 1_000, 10_000)
"""Over how many draws the means are taken."""


def dropout(state):
    """Show a net, and the same net thinned."""
    rate, mode, draw = st.columns([2, 1.4, 2], gap="medium")
    # Their labels are at one height; the button has none, and stands beside its field.
    draw = draw.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    with rate:
        st.slider(
            "Rate p: the chance of a hidden node to be dropped",
            0.0,
            LARGEST_RATE,
            step=0.05,
            **state.bind_number("rate", lambda s: s.rate, written("rate")),
        )
    with mode:
        st.segmented_control(
            "The right net is used for",
            [True, False],
            format_func={True: "Training", False: "Prediction"}.get,
            required=True,
            **state.bind(
                "training",
                lambda s: s.training,
                lambda s, v: replace(s, training=s.training if v is None else v),
            ),
        )
    draw.number_input(
        "Seed of the draw",
        0,
        LARGEST_SEED,
        help="The same seed drops the same nodes.",
        **state.bind_number("seed", lambda s: s.seed, lambda s, v: replace(s, seed=v)),
    )
    draw.button(
        "Another draw",
        on_click=state.setter(lambda s: replace(s, seed=(s.seed + 1) % (LARGEST_SEED + 1))),
        help="Draw anew which nodes are dropped, as training does at every step.",
    )
    now = state.now
    p = readable(now.rate)
    thinned = through_the_net(now.rate, now.seed, training=now.training)
    drawn = f"Thinned net: training, p = {p}" if now.training else "The same net in prediction"
    thinned_net(
        NET_INPUTS,
        NET_KERNELS,
        {"Standard net": through_the_net(), drawn: thinned},
        rate=now.rate,
        training=now.training,
        key="activations.net",
    )
    st.markdown(_told(now, thinned))
    _means(now)
    st.markdown(
        "A dropped node's activation is 0, and so all its lines vanish: every step of training "
        "trains another, thinner net. No node can rely on a certain other one being there, so "
        "each has to be of use by itself, and the net learns less by heart. What is kept is "
        "divided by 1 − p, as Keras does it, so that the next layer gets on the average what it "
        "will get in prediction, where all nodes are there and nothing is scaled."
    )


def _told(now, thinned):
    """Say how many nodes are dropped, and what happens to the others."""
    hidden = np.concatenate([layer.kept for layer in thinned[:-1]])
    if not now.training:
        return (
            f"In prediction none of the {hidden.size} hidden nodes is dropped, and nothing is "
            "scaled: both nets are the same, whatever p is."
        )
    kept = f"1 / (1 − {readable(now.rate)}) = {readable(1 / (1 - now.rate), 3)}"
    return (
        f"**{hidden.size - hidden.sum()} of {hidden.size} hidden nodes are dropped; the others "
        f"are multiplied by {kept}.**"
    )


def _means(now):
    st.subheader("The mean over many draws", anchor=False)
    first, last = _many(now.rate, now.seed)
    whole = through_the_net()
    tables, words = st.columns([3, 2], gap="medium")
    tables = tables.container(horizontal=True, gap="medium")
    for name, means, exact in zip("hy", (first, last), (whole[0], whole[-1]), strict=True):
        names = [f"{name}{'₁₂₃₄'[i]}" for i in range(len(exact.output))]
        rows = [
            (f"{draws:,} draws" if draws > 1 else "1 draw", means[draws]) for draws in DRAWS
        ] + [("**Prediction**", exact.output)]
        head = f"| | {' | '.join(names)} |\n|---|{'---:|' * len(names)}\n"
        tables.markdown(
            head
            + "\n".join(
                f"| {label} | {' | '.join(readable(v) for v in values)} |" for label, values in rows
            ),
            width="content",
        )
    words.markdown(
        "The mean of a hidden activation h comes ever closer to its value in prediction: it is "
        "p · 0 + (1 − p) · h / (1 − p) = h.\n\nThe outputs y come close, but not quite: ReLU bends "
        "what reaches the second hidden layer, and the mean of what is bent is not the bend of "
        "the mean."
    )


@lru_cache(maxsize=64)
def _many(rate, seed):
    """Return the means of the first hidden layer and of the outputs, by the number of draws."""
    layers = through_the_net(rate, seed, training=True, draws=DRAWS[-1])
    return [
        {draws: layer.output[:draws].mean(axis=0) for draws in DRAWS}
        for layer in (layers[0], layers[-1])
    ]
