"""The moving object: what a dense neuron, a convolution and its maximum make of it."""

import streamlit as st

from vizcore.lessons.moving import (
    FIRST,
    GRID,
    PLACES,
    SIDE,
    dense_weights,
    drawn,
    first_look,
    looks,
    moved_along,
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
    first, seen = first_look(shape), looks(shape, turn, colour)
    moves = [(k // PLACES - FIRST[0], k % PLACES - FIRST[1]) for k in range(len(seen))]
    pairs = zip(seen, moves, strict=True)
    _component(
        key=key,
        data={
            "grid": GRID,
            "side": SIDE,
            "first": FIRST,
            "name": shape,
            "object": drawn(shape, turn, colour).tolist(),
            "template": template(shape).tolist(),
            "weights": dense_weights(shape).tolist(),
            "start": _as_data(first, first, (0, 0)),
            "looks": [_as_data(first, one, move) for one, move in pairs],
            "row": row,
            "column": column,
            "visit": visit,
        },
        on_place_change=lambda: on_move(st.session_state[key]["place"]),
    )


def _as_data(first, one, move):
    return {
        "dense": one.dense,
        "best": one.best,
        "peaks": one.peaks,
        "map": one.map.ravel().tolist(),
        "along": moved_along(first.map, one.map, move),
    }
