"""Small pictures, as many at a time as there is room for, one of which is chosen."""

import numpy as np
import streamlit as st

from vizcore.ui.assets import pack, register
from vizcore.ui.state import whole

_component = register("picture_strip")


def picture_strip(pictures, titles, *, chosen, on_choice, visit, label, key):
    """Let one choose a picture; its pixels stay hard, however large they are drawn.

    The browser marks another picture at once and tells the server afterwards. Arrow keys choose;
    where not all fit, buttons turn pages.

    Parameters
    ----------
    pictures : sequence of ndarray of uint8, shape (H, W, C)
        All of one shape; C is 1 for grey or 3 for red, green and blue.
    titles : sequence of str
        What each is called; shown as the text it is.
    chosen : int
        The place of the one that is chosen.
    on_choice : callable
        Called with another place before the page runs again; it comes from a browser, unchecked.
    visit : hashable
        Another value makes the browser show this choice instead of its own.
    label : str
        What these pictures are.
    key : str
        The component's key on the page.
    """

    @whole
    def told():
        on_choice(st.session_state[key]["choice"])

    levels = np.stack(pictures)
    header = {
        "shape": levels.shape,
        "titles": list(titles),
        "chosen": chosen,
        "visit": repr(visit),
        "label": label,
    }
    _component(key=key, data=pack(header, levels.tobytes()), on_choice_change=told)
