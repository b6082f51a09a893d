"""Classify: a picture of one's own, what became of it on its way, and what a network answers."""

import streamlit as st

from vizcore.compute.jobs import open_jobs
from vizcore.ui.classify_answer import (
    INVITED,
    answer_section,
    answered,
    nothing_drawn,
    stages_of,
)
from vizcore.ui.classify_imagenet import imagenet_answer, imagenet_table, steps_title
from vizcore.ui.classify_input import choose_input, short_answer, stroke
from vizcore.ui.classify_links import links
from vizcore.ui.classify_looks import looks_section
from vizcore.ui.classify_seen import seen_section
from vizcore.ui.classify_settings import ClassifySettings
from vizcore.ui.classify_table import table_section
from vizcore.ui.frame import open_page
from vizcore.ui.network_choice import choose_network
from vizcore.ui.network_prediction import verdict
from vizcore.ui.network_settings import IMAGENET, OWN_MODEL
from vizcore.ui.own_model import own_model_section
from vizcore.ui.state import PageState
from vizcore.ui.visitor import visitor

open_page(
    "pages/classify.py",
    "Bring a picture, take one or draw a digit: a trained network says what it sees, and you see "
    "what it was shown.",
)
me = visitor()
state = PageState("classify", ClassifySettings())
if state.problem:
    st.warning(f"{state.problem} You see the page as it was.")
open_jobs().warm()

chosen_by, said = st.columns([9, 10], gap="large")
with chosen_by:
    chosen = choose_network(state, me, also=(OWN_MODEL, IMAGENET))
    own_model_section(state)
    if chosen is None:
        st.stop()
    key, network = chosen
    shown, beside = choose_input(state, key, network)
stages = stages_of(state.now, key, network, shown.picture)
if key == IMAGENET:
    with said:
        imagenet_answer(state.now, network, shown, stages, me)
    imagenet_table(state, network)
    seen_section(state, network, stages, steps_title())
    st.stop()
if nothing_drawn(shown):
    said.markdown(INVITED)
    short_answer(beside, INVITED)
    table_section(state, key, network)
    seen_section(state, network, stages)
    st.stop()
answer = answered(state.now, network, stages)
short_answer(beside, verdict(answer.names, answer.probabilities))
with said:
    answer_section(state.now, key, network, shown, stages, answer)
    links(state, key, network, shown, stages, answer.levels)
    looks = st.container()
table_section(state, key, network)
seen_section(state, network, stages)
# At the end, since it may wait a little for the worker.
with looks:
    looks_section(state.now, key, network, answer, drawing=stroke(state) is not None)
