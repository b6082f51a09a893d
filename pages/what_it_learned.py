"""What it learned: a trained network's kernels, what its maps answer to, and where it looks."""

import streamlit as st

from vizcore.compute.jobs import open_jobs
from vizcore.ui.frame import open_page
from vizcore.ui.learned_excitement import excitement_section
from vizcore.ui.learned_kernels import kernels_section, map_kernel
from vizcore.ui.learned_liking import liking_section
from vizcore.ui.learned_looks import looks_section
from vizcore.ui.learned_map import choose_map
from vizcore.ui.learned_part import choose_part
from vizcore.ui.learned_replay import replay_section
from vizcore.ui.learned_settings import LearnedSettings
from vizcore.ui.learned_shift import shift_section
from vizcore.ui.network_choice import choose_network, choose_shown
from vizcore.ui.network_prediction import prediction
from vizcore.ui.network_view import passed
from vizcore.ui.state import PageState
from vizcore.ui.visitor import visitor

open_page(
    "pages/what_it_learned.py",
    "Ask a trained network what it has learned: by its kernels, by the pictures that excite its "
    "maps, and by where it looks.",
)
me = visitor()
state = PageState("learned", LearnedSettings())
if state.problem:
    st.warning(f"{state.problem} You see the page as it was.")
open_jobs().warm()

part = choose_part(state)
if part == "shift":
    shift_section(state)
    st.stop()

controls, said = st.columns([3, 2], gap="large")
with controls:
    chosen = choose_network(state, me)
    if chosen is None:
        st.stop()
    key, network = chosen
    shown = choose_shown(state, key, network)
now = passed(network, shown.picture)
with said:
    prediction(network, now.probabilities, shown)
if part == "looks":
    looks_section(state, key, now)
    st.stop()

if part == "kernels":
    kernels_section(network)
node, place = choose_map(state, now)
if part == "kernels":
    map_kernel(network, node, place)
    replay_section(key)
elif part == "excites":
    excitement_section(key, network, node, place, me)
else:
    liking_section(state, key, network, node, place)
