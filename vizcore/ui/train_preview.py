"""What the network gets to see: pictures before and after augmentation, and the probe."""

from dataclasses import replace

import numpy as np
import streamlit as st

from vizcore.nets.augmentation import augment
from vizcore.nets.dataset import DatasetError
from vizcore.nets.preparation import Preparation
from vizcore.nets.splits import split_indices
from vizcore.ui.gallery import gallery
from vizcore.ui.plain import plain

SHOWN = 6
"""Pictures in the preview, each of another class where there are as many."""

WAITS = "Once the dataset is here, some of its pictures are shown here."


def preview(settings, data):
    """Show some training pictures as the network gets them: as they are, and augmented.

    Parameters
    ----------
    settings : TrainSettings
    data : vizcore.nets.dataset.Dataset or None
        None where it is not on this machine yet.
    """
    if not (parts := _divided(settings, data)):
        return
    places, _ = parts
    chosen = _of_each_class(data.train.y[places])
    before = prepared(settings, data, data.train.x[places[chosen]])
    names = [data.class_names[label] for label in data.train.y[places[chosen]]]
    st.markdown("As they are")
    gallery(before, names, label="Training pictures as they are", key="train.before")
    augmentation = settings.training().augmentation
    if not augmentation:
        st.markdown("Without augmentation, every epoch sees the same pictures.")
        return
    st.markdown("As two epochs may see them")
    after = np.concatenate([augment(before, augmentation, (settings.seed, n)) for n in (1, 2)])
    gallery(after, 2 * names, label="The same pictures, augmented", key="train.after")


def probe(state, data):
    """Choose the picture whose feature maps are kept after each epoch, and show it."""
    if data is None or not (parts := _divided(state.now, data)):
        return
    st.markdown("**The probe**: one picture whose feature maps are kept after every epoch.")
    part, places = data.train, parts[1]
    if data.validation is not None:
        part, places = data.validation, np.arange(len(data.validation))
    if state.now.probe >= len(places):
        state.amend(replace(state.now, probe=state.now.probe % len(places)))
    number, picture = st.columns([1, 2], vertical_alignment="top")
    number.number_input(
        "Picture of the validation part (number)",
        0,
        len(places) - 1,
        step=1,
        help="From 0. The network never learns from it; after each epoch its feature maps are "
        "kept, so that one can watch them form.",
        **state.bind_number("probe", lambda s: s.probe, lambda s, v: replace(s, probe=v)),
    )
    place = places[[state.now.probe]]
    name = data.class_names[int(part.y[place][0])]
    with picture:
        shown = prepared(state.now, data, part.x[place])
        gallery(shown, [name], label="The probe picture", key="train.probe_picture")


def prepared(settings, data, pictures):
    """Bring pictures to the network's input, as the job does; as they are where it cannot."""
    try:
        changes = settings.job().changes(data.shape)
    except ValueError:
        return pictures
    return Preparation(**changes).levels(np.asarray(pictures))


def _divided(settings, data):
    """Return where the training and validation pictures are, or None, having said why not."""
    if data is None:
        st.markdown(WAITS)
        return None
    try:
        return split_indices(data, settings.fraction, settings.seed)
    except DatasetError as error:
        st.markdown(plain(error))
        return None


def _of_each_class(classes):
    """Return where to find a picture of each class in turn."""
    found = [np.flatnonzero(classes == label) for label in np.unique(classes)]
    rounds = max(map(len, found))
    in_turn = [
        members[i] for i in range(min(rounds, SHOWN)) for members in found if i < len(members)
    ]
    return np.array(in_turn[:SHOWN])
