"""Train a network: a dataset, a network and settings make a run."""

import streamlit as st

from vizcore.compute.jobs import open_jobs
from vizcore.ui import train_controls as controls
from vizcore.ui.frame import open_page
from vizcore.ui.plain import plain
from vizcore.ui.state import PageState
from vizcore.ui.train_preview import preview, probe
from vizcore.ui.train_settings import TrainSettings
from vizcore.ui.train_submit import go_to_run, submit, title_of
from vizcore.ui.visitor import visitor

go_to_run()
open_page(
    "pages/train_a_network.py",
    "Choose a dataset, choose or build a network, and train it; then watch it learn.",
)
who = visitor()
open_jobs().warm()
state = PageState("train", TrainSettings())
if state.problem:
    st.warning(f"{plain(state.problem)} You see the page as it was.")

st.subheader("1. The dataset", anchor=False)
known, pictures = controls.dataset(state, who)

st.subheader("2. The network", anchor=False)
slug = controls.network(state, known)

st.subheader("3. Train", anchor=False)
submit(state.now, title_of(slug, state.now.dataset), who)

st.subheader("How it is trained", anchor=False)
controls.recipe(state, slug)
steps, length, measures = st.columns(3, gap="large")
with steps:
    controls.steps(state)
with length:
    controls.length(state)
with measures:
    controls.measures(state, pictures)

st.subheader("What it gets to see", anchor=False)
changes, seen = st.columns([1, 2], gap="large")
with changes:
    st.markdown("**Augmentation**: small random changes that leave the class as it is.")
    controls.changes(state)
with seen:
    preview(state.now, pictures)
probe(state, pictures)
