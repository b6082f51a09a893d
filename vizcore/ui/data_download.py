"""A dataset that is still to come: the offer to download it, and how far that has come."""

import streamlit as st

from vizcore.compute.download_job import DownloadJob
from vizcore.nets.datasets import PUBLISHED
from vizcore.ui.data_settings import DataSettings
from vizcore.ui.data_words import PAGE, megabytes
from vizcore.ui.download import Download, download_section
from vizcore.ui.shared_controls import links
from vizcore.ui.visitor import visitor


def offer(name):
    """Offer to download a dataset; while that goes on, show it.

    Parameters
    ----------
    name : str
        A dataset of `PUBLISHED` that is not on this machine.
    """
    known = PUBLISHED[name]
    st.subheader(known.title, anchor=False)
    st.markdown(known.source)
    asked = Download(DownloadJob(name), known.title, megabytes(name), "the pictures are being read")
    download_section(asked, visitor(), "data")
    links(PAGE, "Without any download:", {"Digits, which are embedded": DataSettings()}, None)
