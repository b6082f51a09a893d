"""Keeping a dataset on the page *Your own classes*, and the list of those that are kept."""

import io

import numpy as np
import streamlit as st

from vizcore.nets import own_datasets
from vizcore.nets.dataset import DatasetError
from vizcore.nets.own_datasets import DAYS
from vizcore.nets.picture_archive import clean_name
from vizcore.nets.recipes import fitted
from vizcore.ui import own_class_words as words
from vizcore.ui.layer_settings import Network
from vizcore.ui.lesson_links import query_of
from vizcore.ui.own_pictures import own_pictures, start_over
from vizcore.ui.plain import plain
from vizcore.ui.state import whole
from vizcore.ui.train_settings import TrainSettings

_TOLD = "own_classes.told"
LONGEST_TITLE = 60


def keep(make, owner):
    """Offer to keep what was brought.

    Parameters
    ----------
    make : callable
        Takes a title, returns a `Dataset`; raises DatasetError.
    owner : str
        The visitor's digest.
    """
    st.markdown(
        f"A dataset is kept on this server, for you, for {DAYS} days after it was last used, or "
        "until you delete it. Only its small pictures are kept, and no file names. "
        f"{words.PRIVACY}"
    )
    name, press = st.columns([3, 1], vertical_alignment="bottom")
    usual = own_pictures().dataset.title if own_pictures().dataset else "My classes"
    title = name.text_input(
        "What it is called", placeholder=usual, max_chars=LONGEST_TITLE, key="own_classes.title"
    )
    outcome = []

    @whole
    def pressed():
        # A callback may run twice, and would keep two.
        if not outcome:
            outcome.append(_kept(make, clean_name(title or usual, LONGEST_TITLE), owner))
        st.session_state[_TOLD] = outcome[0]
        if not outcome[0]["problem"]:
            start_over()

    press.button("Keep it", type="primary", icon=":material/save:", on_click=pressed,
                 width="stretch", key="own_classes.keep")  # fmt: skip


def told():
    """Say what has become of the last thing one did here."""
    outcome = st.session_state.pop(_TOLD, None)
    if not outcome:
        return
    if outcome["problem"]:
        st.error(plain(outcome["problem"]))
    else:
        st.success(plain(outcome["done"]))


def kept(owner):
    """List a visitor's datasets, each with where it leads and how it goes."""
    found = own_datasets.mine(owner)
    if not found:
        st.markdown("None yet: what you keep is listed here, and nobody else sees it listed.")
    for one in found:
        with st.container(border=True):
            _one(one, owner)
    if found:
        st.markdown(words.PRIVACY)


def _one(one, owner):
    st.markdown(
        f"**{plain(one.title)}**: {words.about(one)} Kept until {words.day(one.expires)}, and for "
        f"{DAYS} days after each use."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            "pages/train_a_network.py",
            label="Train a network with it",
            icon=":material/arrow_forward:",
            query_params=query_of(training(one)),
        )
        st.page_link(
            "pages/data.py",
            label="See it on the page Data",
            icon=":material/arrow_forward:",
            query_params={"dataset": one.name},
        )
        st.download_button(
            "Download",
            lambda: as_npz(one.name),
            f"{one.name}.npz",
            "application/octet-stream",
            on_click="ignore",
            icon=":material/download:",
            help="As an .npz file, which this page and a run's Keras script read.",
            key=f"own_classes.download.{one.name}",
        )
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown(
                "The pictures go for good. Runs that learned from them keep their networks and "
                "figures."
            )
            st.button(
                "Delete for good",
                type="primary",
                key=f"own_classes.delete.{one.name}",
                on_click=whole(lambda: _delete(one, owner)),
            )


def training(one):
    """Return the settings that train on a dataset: reusing features, where its pictures are square.

    Parameters
    ----------
    one : vizcore.nets.own_datasets.Kept
    """
    settings, classes = TrainSettings(one.name), len(one.class_names)
    if one.shape[0] == one.shape[1]:
        return settings.transferring(classes)
    network = fitted(settings.network, one.shape, classes)
    return settings.showing(Network(network.input, network.layers))


def as_npz(name):
    """Return a dataset as the bytes of a file that `vizcore.nets.layouts` reads.

    Raises
    ------
    DatasetError
        Where it is gone.
    """
    data, file = own_datasets.load(name), io.BytesIO()
    arrays = {"class_names": np.array(data.class_names)}
    layout = {"train": "train", "validation": "val", "test": "test"}
    for part, given in data.given.items():
        arrays[f"{layout[part]}_images"], arrays[f"{layout[part]}_labels"] = given.x, given.y
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _kept(make, title, owner):
    """Keep it, and return what is to be said."""
    try:
        own_datasets.keep(make(title), owner)
    except DatasetError as error:
        return {"problem": str(error), "done": ""}
    return {"problem": "", "done": f"“{title}” is kept: it is listed below."}


def _delete(one, owner):
    try:
        own_datasets.delete(one.name, owner)
        said = {"problem": "", "done": f"“{one.title}” is deleted."}
    except DatasetError as error:
        said = {"problem": str(error), "done": ""}
    st.session_state[_TOLD] = said
