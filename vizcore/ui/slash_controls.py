"""The controls of the page *How a filter is found*."""

from dataclasses import replace

import streamlit as st

from vizcore.ui import shared_controls
from vizcore.ui.slash_settings import (
    LARGEST_RATE,
    LARGEST_SEED,
    SMALLEST_RATE,
    STEPS,
    from_lesson,
)

PAGE = "pages/finding_a_filter.py"
RATES = {
    "Creeps: 0.01": 0.01,
    "Settles: 0.1": 0.1,
    "Zigzags: 0.6": 0.6,
    "Diverges: 0.7": 0.7,
}


def examples(now):
    """Show the slides' examples, each a link to this page in that state."""
    shared_controls.examples(PAGE, now, from_lesson)


def rates(now):
    """Show whole descents with telling learning rates, each a link."""
    whole = {name: replace(now, rate=rate, step=STEPS) for name, rate in RATES.items()}
    shared_controls.links(PAGE, "Try a rate:", whole, now)


def descent(state):
    """Choose the learning rate and the random start."""
    rate, seed = st.columns([2, 1], gap="large")
    rate.slider(
        "Learning rate",
        SMALLEST_RATE,
        LARGEST_RATE,
        step=0.01,
        help="How far to go against the gradient in one step.",
        **state.bind_number("rate", lambda s: s.rate, lambda s, v: replace(s, rate=round(v, 2))),
    )
    seed.number_input(
        "Seed of the random start",
        0,
        LARGEST_SEED,
        help="The same seed draws the same four weights.",
        **state.bind_number("seed", lambda s: s.seed, lambda s, v: replace(s, seed=v, step=0)),
    )
