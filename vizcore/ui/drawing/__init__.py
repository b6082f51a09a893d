"""A picture drawn in Python, in the page: its text can be selected, and it fits the screen."""

from vizcore.ui.assets import register

_component = register("drawing")

PHONE = 320
"""Pixels that a picture has on the narrowest phones, of 360."""


def drawing(svg, *, label, key, narrow=None):
    """Show an SVG element; Streamlit's own elements show one without text, or not at all.

    Parameters
    ----------
    svg : str
        As `vizcore.figures` draws it, every text from outside escaped.
    label : str
        What it shows; the frame that scrolls is called so.
    key : str
        The component's key on the page.
    narrow : str, optional
        The same for where `svg` has no room; a picture that is too wide all the same scrolls, and a
        line below says so.
    """
    _component(key=key, data={"svg": svg, "narrow": narrow or svg, "label": label})
