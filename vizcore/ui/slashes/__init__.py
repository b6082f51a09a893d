"""The slashes: a screen of four pixels, a sign filter, and what all 16 filters make of it."""

import numpy as np
import streamlit as st

from vizcore.lessons.slashes import (
    PICTURES,
    SIGN_GRIDS,
    TARGETS,
    one_turned,
    rank_filters,
    score,
    turn_best_sign,
)
from vizcore.ui.assets import register

_component = register("slashes")


def slashes(picture, filter, *, on_choice, visit, key):
    """Show the score of a picture, both to be changed by a click.

    The browser shows a click at once and tells the server afterwards.

    Parameters
    ----------
    picture, filter : vizcore.ui.slash_settings.Signs
    on_choice : callable
        Called with ``{"picture", "filter"}``, four signs each, before the page runs again. It
        comes from a browser, unchecked.
    visit : hashable
        Another value makes the browser show this picture and filter instead of its own.
    key : str
        The component's key on the page.
    """
    _component(
        key=key,
        data={"picture": _place(picture), "filter": _place(filter), "visit": visit, **_TABLES},
        on_choice_change=lambda: on_choice(st.session_state[key]["choice"]),
    )


def _place(signs):
    """Return where a grid stands among `SIGN_GRIDS`."""
    same = (np.reshape(signs, (2, 2)) == SIGN_GRIDS).all(axis=(1, 2))
    return int(same.argmax())


_TABLES = {
    # A picture and a filter alike are told by their place among all 16 sign grids.
    "signs": SIGN_GRIDS.reshape(16, 4).tolist(),
    "scores": [[score(picture, filter) for picture in SIGN_GRIDS] for filter in SIGN_GRIDS],
    "turned": [[_place(one) for one in one_turned(grid)] for grid in SIGN_GRIDS],
    "better": [_place(turn_best_sign(grid)) for grid in SIGN_GRIDS],
    "slashes": [_place(picture) for picture in PICTURES],
    "targets": TARGETS.tolist(),
    "ranking": [
        {
            "filter": _place(one.weights),
            "backslash": one.backslash,
            "slash": one.slash,
            "right": one.right,
            "undecided": one.undecided,
            "wrong": one.wrong,
            "wrongClean": one.wrong_clean,
            "wrongBadlyDrawn": one.wrong_badly_drawn,
        }
        for one in rank_filters()
    ],
}
