"""Learned weights that a network keeps: what the page *Train a network* says and asks of them."""

from dataclasses import replace

import streamlit as st

from vizcore.nets import pretrained, transfer
from vizcore.nets.architectures import layer_table, totals
from vizcore.ui.layer_settings import Network
from vizcore.ui.plain import plain
from vizcore.ui.train_settings import TrainSettings

MOST_NAMES = 5
"""Classes that are named, of those that the source knows."""


def completed(settings, known):
    """End the network that a link leaves unsaid in the classes of the dataset.

    A link that names the preset alone does not know how many there are.

    Parameters
    ----------
    settings : TrainSettings
    known : vizcore.compute.training_job.Outline
    """
    if not settings.preset:
        return settings
    unsaid = TrainSettings.usual({"preset": settings.preset, "dataset": settings.dataset})
    if settings.network != unsaid.network:
        return settings
    one = transfer.with_new_head(transfer.SOURCE, known.classes)
    return settings.showing(Network(one.input, one.layers), settings.row)


def reuse(state, slug, known=None):
    """Let one keep learned weights, where the network begins as that which they come from.

    Parameters
    ----------
    state : PageState
        Of `TrainSettings`.
    slug : str or None
        The preset that the network is, if it is one.
    known : vizcore.compute.training_job.Outline, optional
        Of the dataset, where it is here.
    """
    network = state.now.network
    rows = transfer.shared(network, transfer.SOURCE)
    if not rows:
        if slug is None and state.before and state.before.preset:
            st.info(
                f"This network does not begin as {_source().title} does, so nothing of it is kept: "
                "all layers are trained. “Undo” takes the change back."
            )
        return
    where = f"rows 1 to {rows}" if rows > 1 else "row 1"
    st.checkbox(
        f"Keep the weights of {_source().title} in {where}, frozen",
        help=f"{_source().title} has learned them from {_source().counts['train']:,} pictures of "
        "CIFAR-10. Without them the same layers begin with random weights, and all are trained: "
        "try both, and compare the runs.",
        **state.bind(
            "preset",
            lambda s: bool(s.preset),
            lambda s, on: replace(s, preset=transfer.TRANSFER if on else ""),
        ),
    )
    every = totals(layer_table(network))
    st.markdown(_told(transfer.trained(network, state.now.features), every))
    if known and state.now.preset:
        _already_known(known.class_names)


def _already_known(class_names):
    names = transfer.known_classes(class_names, transfer.SOURCE)
    if not names:
        return
    parts = [f"“{plain(name)}”" for name in names[:MOST_NAMES]]
    parts += [f"{len(names) - MOST_NAMES} more"] if len(names) > MOST_NAMES else []
    listed = " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
    are = "are classes" if len(names) > 1 else "is a class"
    st.markdown(
        f"{_source().title} already knows {listed}: {'these' if len(names) > 1 else 'this'} {are} "
        "that it has learned itself, so the task is easier than with classes that are new to it."
    )


def also_scaled(settings):
    """Say how levels are scaled where learned weights expect it; continues a sentence."""
    if not settings.preset:
        return ""
    return f", and their levels are scaled as in the pictures that {_source().title} learned from"


def _told(trained, every):
    if trained < every.trainable:
        return (
            f"**{trained:,} of {every.parameters:,} parameters are trained.** A frozen row that is "
            "changed loses what it has learned, and so do the rows below it: they are then trained "
            "like the rest."
        )
    told = f"{trained:,} of {every.parameters:,} parameters are trained, from random numbers on"
    if measured := every.parameters - trained:
        told += f"; {measured:,} means and variances of batch normalisation are measured"
    return f"{told}."


def _source():
    return pretrained.card(transfer.SOURCE)
