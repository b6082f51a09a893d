"""From *Classify* to the pages that open the network, with the same picture."""

from dataclasses import replace

import numpy as np
import streamlit as st

from vizcore.ui.classify_input import name_elsewhere
from vizcore.ui.learned_settings import LearnedSettings
from vizcore.ui.lesson_links import query_of
from vizcore.ui.network_pictures import middle_square
from vizcore.ui.network_settings import OWN, OWN_MODEL, NetworkSettings, seen_by

_INSIDE, _LEARNED = "pages/inside_a_network.py", "pages/what_it_learned.py"


def links(state, key, network, shown, stages, levels):
    """Link to the other pages, each with this network and what it was given.

    Parameters
    ----------
    state : PageState
        Of `ClassifySettings`.
    key : str
        The network's.
    network : vizcore.nets.network.Network
    shown : vizcore.ui.network_pictures.Shown
        Whole.
    stages : tuple of vizcore.imaging.seeing.Stage
    levels : ndarray of uint8
        What the network was given.
    """
    name = name_elsewhere(state)
    picture = middle_square(shown.picture) if name == OWN else shown.picture
    if not np.array_equal(network.levels(picture), levels):
        inverts = any(one.name == "invert" and one.changed for one in stages)
        name = seen_by(name, replace(state.now.steps, inversion="on" if inverts else "off"))
    with st.container(horizontal=True, gap="medium"):
        _link(_INSIDE, "See it layer by layer", NetworkSettings(key, name))
        if key != OWN_MODEL:
            _link(_LEARNED, "What the network learned", LearnedSettings(model=key, picture=name))


def _link(page, label, settings):
    st.page_link(
        page, label=label, icon=":material/arrow_forward:", query_params=query_of(settings)
    )
