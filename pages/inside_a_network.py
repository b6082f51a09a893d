"""A network, layer by layer: every map for a picture, and the arithmetic behind each number."""

import streamlit as st

from vizcore.compute.jobs import open_jobs
from vizcore.ui.frame import open_page
from vizcore.ui.keras_agreement import agreement_line
from vizcore.ui.network_card import network_card
from vizcore.ui.network_choice import choose_network, choose_shown
from vizcore.ui.network_prediction import prediction
from vizcore.ui.network_settings import OWN_MODEL, NetworkSettings
from vizcore.ui.network_view import opened_map, passed, the_map
from vizcore.ui.own_model import asked_of
from vizcore.ui.state import PageState
from vizcore.ui.visitor import visitor

open_page(
    "pages/inside_a_network.py",
    "A trained network, opened: what each layer makes of your picture, and, behind each number, "
    "the arithmetic that made it.",
)
me = visitor()
state = PageState("inside_a_network", NetworkSettings())
if state.problem:
    st.warning(f"{state.problem} You see the page as it was.")
open_jobs().warm()

controls, pictures, said = st.columns([11, 13, 14], gap="medium")
with controls:
    chosen = choose_network(state, me, also=(OWN_MODEL,))
    if chosen is None:
        st.stop()
    key, network = chosen
    shown = choose_shown(state, key, network, pictures)
now = passed(network, shown.picture)
with said:
    prediction(network, now.probabilities, shown)
the_map(state, now)
opened_map(state, now)
agreement_line(asked_of(key, network), network, now.levels)
network_card(key, network)
