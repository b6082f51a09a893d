"""Your own classes: pictures of one's own become a dataset to train on."""

import streamlit as st

from vizcore.ui import own_class_list as datasets
from vizcore.ui.frame import open_page
from vizcore.ui.own_class_input import bring
from vizcore.ui.own_class_preview import is_there, preview
from vizcore.ui.own_class_settings import OwnClassSettings
from vizcore.ui.plain import plain
from vizcore.ui.state import PageState
from vizcore.ui.visitor import visitor

open_page(
    "pages/your_own_classes.py",
    "Bring pictures of two classes or more, look at what a network would get, and keep them as a "
    "dataset to train with.",
)
who = visitor()
state = PageState("your_own_classes", OwnClassSettings())
if state.problem:
    st.warning(f"{plain(state.problem)} You see the page as it was.")

st.subheader("1. Bring pictures", anchor=False)
bring(state)

if is_there(state):
    st.subheader("2. Look at them", anchor=False)
    make = preview(state)
    st.subheader("3. Keep them", anchor=False)
    if make:
        datasets.keep(make, who)
    else:
        st.markdown("As soon as there are two classes with enough pictures, they can be kept here.")

st.subheader("Your datasets", anchor=False)
datasets.told()
datasets.kept(who)
