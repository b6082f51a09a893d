"""The moving object: what a dense neuron, a convolution and its maximum make of it."""

import numpy as np
import streamlit as st

from vizcore.lessons.moving import (
    COLOURS,
    FIRST,
    GRID,
    PLACES,
    SIDE,
    dense_weights,
    drawn,
    first_look,
    looks,
    meeting,
    moved_along,
    placed,
    template,
)
from vizcore.ui.assets import register

_component = register("moving")


def moving(shape, turn, colour, row, column, *, on_move, visit, key):
    """Show an object that can be moved, and three models that look at it.

    What they make of every place comes at once: moving costs no server traffic.

    Parameters
    ----------
    shape, turn, colour :
        As `vizcore.lessons.moving.drawn` takes them.
    row, column : int
        Where the object's box stands first, counted from 0.
    on_move : callable
        Called with ``{"row", "column"}``, where the visitor has left it, before the page runs
        again. It comes from a browser, unchecked.
    visit : hashable
        Another value makes the browser go to `row` and `column`.
    key : str
        The component's key on the page.
    """
    first, box = first_look(shape), drawn(shape, turn, colour)
    pairs = zip(looks(shape, turn, colour), np.ndindex(PLACES, PLACES), strict=True)
    _component(
        key=key,
        data={
            "grid": GRID,
            "side": SIDE,
            "first": FIRST,
            "name": shape,
            "object": box.tolist(),
            "value": COLOURS[colour],
            "colours": COLOURS,
            "template": template(shape).tolist(),
            "weights": dense_weights(shape).tolist(),
            "start": {"dense": first.dense, "best": first.best, "peaks": first.peaks},
            "looks": [_as_data(shape, one, placed(box, *place), place) for one, place in pairs],
            "row": row,
            "column": column,
            "visit": visit,
        },
        on_place_change=lambda: on_move(st.session_state[key]["place"]),
    )


def _as_data(shape, one, picture, place):
    move = tuple(now - then for now, then in zip(place, FIRST, strict=True))
    return {
        "dense": one.dense,
        "best": one.best,
        "peaks": one.peaks,
        "map": one.map.ravel().tolist(),
        "along": moved_along(first_look(shape).map, one.map, move),
        "denseMeets": meeting(picture, shape, *FIRST),
        "bestMeets": meeting(picture, shape, *one.peaks[0]),
    }
