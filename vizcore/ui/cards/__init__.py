"""The cards: links to pages of the app, in groups, each with what is to be found there."""

from vizcore.ui.assets import register

_component = register("cards")


def cards(groups, *, key):
    """Show cards in groups. A plain click keeps the session, as Streamlit's own links do.

    Parameters
    ----------
    groups : list of dict
        ``title``, and ``cards``: a list of dicts with ``slug``, ``title``, ``href`` and ``about``
        (a line), and if wanted ``decks`` (letter and full name of each), ``corrected`` (what the
        slide had) and ``picture`` (an SVG of ours).
    key : str
        The component's key on the page.
    """
    _component(key=key, data={"groups": groups})
