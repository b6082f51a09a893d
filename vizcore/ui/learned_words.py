"""What is said of each way to ask a network, on the page *What it learned*."""

from vizcore.nets.methods import METHODS


def limits(method):
    """Return what a method is, and its limits, each as a paragraph.

    Parameters
    ----------
    method : str
        A key of `vizcore.nets.methods.METHODS`.
    """
    known = METHODS[method]
    return known.about, f"**Its limits:** {known.limits}"


def told(method):
    """Return the same in one line, the method's name before it."""
    known = METHODS[method]
    return f"**{known.title}**: {known.about} **Its limits:** {known.limits}"
