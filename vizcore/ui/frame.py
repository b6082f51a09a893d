"""The frame around every page: title, navigation, one look."""

from pathlib import Path

import streamlit as st

PAGES = {
    "app.py": ("Home", "⌂"),
    "pages/image_filters.py": ("Image filters", "▦"),
}
"""Every page's file, its title and its sign, in the order of the journey."""

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
    title, sign = PAGES[file]
    name = "Convolution visualizer"
    st.set_page_config(
        page_title=name if title == "Home" else f"{title} · {name}",
        page_icon=sign,
        layout="wide",
        initial_sidebar_state="auto",
    )
    st.html(_STYLE)
    with st.sidebar:
        st.html(f'<p class="name">{name}</p>')
        for other, (label, _) in PAGES.items():
            st.page_link(other, label=label)
    st.title(name if title == "Home" else title, anchor=False)
    st.markdown(lead)
