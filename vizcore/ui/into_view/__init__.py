"""Bringing into sight what has just been asked for, where it appears below the window."""

from vizcore.ui.assets import register

_component = register("into_view")


def into_view(target, number, *, key):
    """Scroll gently to a part of the page whenever a number changes; never as the page opens.

    Parameters
    ----------
    target : str
        The key of the container to show.
    number : int
        How often something was asked for.
    key : str
        The component's key on the page; it takes no room.
    """
    _component(key=key, data={"target": target, "number": number})
