"""The controls of the page *How a filter is found*."""

from dataclasses import replace

import streamlit as st

from vizcore.export.permalink import to_query
from vizcore.lessons import LESSONS
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
    lessons = [one for one in LESSONS.values() if PAGE.endswith(f"/{one.page}.py")]
    _links("Examples from the slides:", {one.title: from_lesson(one) for one in lessons}, now)


def rates(now):
    """Show whole descents with telling learning rates, each a link."""
    whole = {name: replace(now, rate=rate, step=STEPS) for name, rate in RATES.items()}
    _links("The whole way:", whole, now)


def descent(state):
    """Choose the learning rate and the random start."""
    rate, seed = st.columns([2, 1], gap="large")
    rate.slider(
        "Learning rate",
        SMALLEST_RATE,
        LARGEST_RATE,
        step=0.01,
        help="How far to go against the gradient in one step.",
        **state.bind("rate", lambda s: s.rate, lambda s, v: replace(s, rate=round(v, 2))),
    )
    seed.number_input(
        "Seed of the random start",
        0,
        LARGEST_SEED,
        help="The same seed draws the same four weights.",
        **state.bind("seed", lambda s: s.seed, lambda s, v: replace(s, seed=v, step=0)),
    )


def _links(title, choices, now):
    """Show named settings as links to this page, the present ones marked."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(title, width="content")
        for name, settings in choices.items():
            # A link that names nothing would leave the page as it is.
            address = to_query(settings) or to_query(settings, complete=True)
            mark = ":material/check:" if settings == now else None
            st.page_link(PAGE, label=name, icon=mark, query_params=address)
