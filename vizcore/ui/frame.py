"""The frame around every page: title, navigation, one look."""

import gc
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from vizcore.figures.colours import ACCENT, INK_ON_LIGHT
from vizcore.ui import own_lessons
from vizcore.ui.departures import watch_departures
from vizcore.ui.upload_store import bound_uploads

PAGES = {
    "app.py": "Home",
    "pages/lessons.py": "Lessons",
    "pages/image_filters.py": "Image filters",
    "pages/convolution_step_by_step.py": "Convolution, step by step",
    "pages/pooling.py": "Pooling",
    "pages/activations.py": "Activations",
    "pages/from_pixels_to_a_class.py": "From pixels to a class",
    "pages/finding_a_filter.py": "How a filter is found",
    "pages/why_convolution.py": "Why convolution",
    "pages/layer_tables.py": "Layer tables",
    "pages/gradients.py": "Gradients",
    "pages/data.py": "Data",
    "pages/your_own_classes.py": "Your own classes",
    "pages/train_a_network.py": "Train a network",
    "pages/runs.py": "Runs",
    "pages/inside_a_network.py": "A network, layer by layer",
    "pages/what_it_learned.py": "What it learned",
    "pages/classify.py": "Classify",
}
"""Every page's file, and its title, in the order of the journey."""

WAYS = {
    "pages/lessons.py": "Every worked example of the slides, each a link; and your own list.",
    "pages/image_filters.py": "Your photo, a kernel, and the arithmetic under the pointer.",
    "pages/convolution_step_by_step.py": "Every product, with numbers of your own.",
    "pages/pooling.py": "Each window gives one number; see which, and what is lost.",
    "pages/activations.py": "One neuron, its curve, what a prediction costs, and dropout.",
    "pages/from_pixels_to_a_class.py": "Paint a face; follow each number back to its pixels.",
    "pages/finding_a_filter.py": "Try them all, turn one sign at a time, or follow the gradient.",
    "pages/why_convolution.py": "Shared weights, counted; and an object that moves.",
    "pages/layer_tables.py": "The slides' networks: shapes, parameters, work.",
    "pages/gradients.py": "Forward and backward, and what a shared weight learns.",
    "pages/data.py": "What a network learns from: samples, classes, and how they are divided.",
    "pages/your_own_classes.py": "Pictures of yours, a class at a time, become a dataset.",
    "pages/train_a_network.py": "A dataset, layers of your own, and a button.",
    "pages/runs.py": "Watch your networks learn; then see what they get wrong.",
    "pages/inside_a_network.py": "Every map of a trained network, and the arithmetic behind it.",
    "pages/what_it_learned.py": "Kernels, what excites a map, and where a network looks.",
    "pages/classify.py": "A picture of your own: what the network is shown, and what it says.",
}
"""What one does on each page, in a line."""

_STYLE = f"<style>{(Path(__file__).parent / 'frame.css').read_text('utf-8')}</style>"


def open_page(file, lead):
    """Begin a page: its title, one sentence, and the way to the others.

    Parameters
    ----------
    file : str
        The page's key in `PAGES`.
    lead : str
        What one can do here, in one sentence.
    """
    bound_uploads()
    watch_departures()
    _freeze_imports(file)
    title = PAGES[file]
    name = "Convolution visualizer"
    st.set_page_config(
        page_title=name if title == "Home" else f"{title} · {name}",
        page_icon=_icon(),
        layout="wide",
        initial_sidebar_state=220,
    )
    st.html(_STYLE)
    with st.sidebar:
        st.html(f'<p class="name">{name}</p>')
        for other, label in PAGES.items():
            st.page_link(other, label=label)
        own_lessons.offer_to_save(Path(file).stem)
        own_lessons.keep()
    st.title(name if title == "Home" else title, anchor=False)
    st.markdown(lead)


@st.cache_resource(show_spinner=False)
def _freeze_imports(file):
    """Spare the garbage collector what the page has imported, once for each page.

    Streamlit collects all generations after every run, and walking through NumPy, OpenCV and
    Streamlit itself takes longer than most pages.
    """
    gc.collect()
    gc.freeze()


@st.cache_resource(show_spinner=False)
def _icon():
    """Draw a 3×3 kernel with its middle lit; Streamlit would fetch a named icon from the web."""
    rgb = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in (INK_ON_LIGHT, ACCENT)]
    cells = np.zeros((3, 3), int)
    cells[1, 1] = 1
    picture = np.full((64, 64, 3), 255, np.uint8)
    for row, column in np.ndindex(3, 3):
        top, left = 3 + 20 * row, 3 + 20 * column
        picture[top : top + 18, left : left + 18] = rgb[cells[row, column]]
    return Image.fromarray(picture)
