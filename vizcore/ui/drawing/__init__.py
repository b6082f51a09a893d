"""A picture drawn in Python, in the page: its text can be selected, and a wide one scrolls."""

from vizcore.ui.assets import register

_component = register("drawing")


def drawing(svg, *, label, key):
    """Show an SVG element; Streamlit's own elements show one without text, or not at all.

    Parameters
    ----------
    svg : str
        As `vizcore.figures` draws it, every text from outside escaped.
    label : str
        What it shows; the frame that scrolls is called so.
    key : str
        The component's key on the page.
    """
    _component(key=key, data={"svg": svg, "label": label})
