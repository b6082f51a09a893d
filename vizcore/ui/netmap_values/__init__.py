"""What a network map draws, sent to the browser once and kept there by its stamp.

An element of its own, so that Streamlit's message cache sends it again only when it changes:
opening a map costs a few bytes, not all the numbers of a network.
"""

from vizcore.ui.assets import register

_component = register("netmap_values")


def netmap_values(packed, *, key):
    """Hand numbers to the browser.

    Parameters
    ----------
    packed : bytes
        As `vizcore.ui.assets.pack` wrote it; its header holds a ``stamp``, the name by which the
        map finds it.
    key : str
        The element's key on the page.
    """
    _component(key=key, data=packed)
