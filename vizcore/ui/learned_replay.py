"""Where one sees how a network came to be, on the page *What it learned*."""

import streamlit as st

from vizcore.export.permalink import to_query
from vizcore.nets import pretrained
from vizcore.ui.runs_settings import RunsSettings


def replay_section(key):
    """Link to a run's epochs, or say that this network kept none.

    Parameters
    ----------
    key : str
        The network's.
    """
    st.header("How it learned", anchor=False)
    if key in pretrained.NAMES:
        st.markdown(
            "This network came with the app, trained: the maps of its epochs were not kept. A "
            "network that you train here keeps them, and one can replay how they formed."
        )
        st.page_link("pages/train_a_network.py", label="Train one", icon=":material/arrow_forward:")
        return
    st.markdown(
        "The run kept its first kernels and the maps of one picture after every epoch: replay "
        "there how they formed. It is one picture, and later maps are kept in part."
    )
    st.page_link(
        "pages/runs.py",
        label="Replay how it formed",
        icon=":material/arrow_forward:",
        query_params=to_query(RunsSettings(run=key), complete=True),
    )
