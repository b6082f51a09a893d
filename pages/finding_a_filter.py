"""How a filter is found: by trying all of them, by turning signs, and by gradient descent."""

from dataclasses import replace

import streamlit as st

from vizcore.lessons.slashes import best_weights, error, largest_rate
from vizcore.ui import slash_controls as controls
from vizcore.ui.descent import descent
from vizcore.ui.frame import open_page
from vizcore.ui.numbers import readable
from vizcore.ui.slash_settings import STEPS, Signs, SlashSettings
from vizcore.ui.slashes import slashes
from vizcore.ui.state import PageState

open_page(
    "pages/finding_a_filter.py",
    "A screen of four pixels shows \\\\ or /. Click pixels and weights to turn their signs, and "
    "find the filter whose score tells the two slashes apart.",
)
state = PageState("slashes", SlashSettings())
if state.problem:
    st.warning(f"{state.problem} You see the page as it was.")


def chosen(choice):
    """Take in the signs that were clicked."""
    try:
        picture, filter = Signs.of(choice["picture"]), Signs.of(choice["filter"])
        state.set(replace(state.now, picture=picture, filter=filter))
    except (ValueError, KeyError, TypeError):
        st.toast("That sign could not be turned. The page stays as it was.")


def stopped(stop):
    """Take in where the descent was left."""
    try:
        state.set(replace(state.now, step=range(STEPS + 1).index(stop["step"])))
    except (ValueError, KeyError, TypeError):
        st.toast("There is no such step. The page stays as it was.")


now = state.now
slashes(now.picture, now.filter, on_choice=chosen, visit=state.visits, key="slashes.slashes")
controls.examples(now)
st.markdown(
    "The score multiplies each pixel by the weight in the same place and adds up: a dot product of "
    "two lists of four numbers, and what a convolution does at each window. One filter is right "
    "about all ten slashes. Its negative is wrong about all, which is as good: turn the answer "
    "round. Six score both clean slashes 0 and cannot tell them apart.\n\n"
    "Trying them all works here, as there are 2⁴ = 16; a 3×3 filter has 2⁹ = 512 choices of signs, "
    "and real weights have no end. So one starts anywhere and improves: turn a sign, and keep it "
    "if a clean \\\\ scores higher. With real weights the gradient says, for all at once, which "
    "way to turn each, and how much."
)

st.subheader("Four real weights that follow the gradient", anchor=False)
controls.descent(state)
now = state.now
descent(
    now.descent(),
    rate=now.rate,
    steps=STEPS,
    step=now.step,
    on_stop=stopped,
    visit=f"{state.visits}.{now.seed}",
    key="slashes.descent",
)
controls.rates(now)
best = best_weights()
st.markdown(
    "The gradient of a weight is the mean, over the ten slashes, of 2 · (score − target) · pixel: "
    "how much the error would grow with that weight. Each step goes the other way, by the learning "
    "rate times the gradient. The error has a logarithmic axis: equal heights are equal factors."
    f"\n\nThe thin grey lines are the smallest error, {readable(error(best))}, and its weights, "
    f"±{readable(best[0, 0], 3)}. It is not 0, since no four weights score all ten slashes ±1 "
    "exactly. The signs are those of the best of the 16 filters. Beyond a rate of "
    f"{readable(largest_rate(), 3)} each step overshoots by more than it had to go, in the "
    "direction in which the error curves most: it grows without end."
)
