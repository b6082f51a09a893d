"""The descent: plays how four weights follow the gradient of their error."""

import streamlit as st

from vizcore.lessons.slashes import PICTURES, TARGETS, TOO_FAR, best_weights, error
from vizcore.ui.assets import register

_component = register("descent", "player")


def descent(path, *, rate, steps, step, on_stop, visit, key):
    """Play a gradient descent; playing costs no server traffic.

    Parameters
    ----------
    path : vizcore.lessons.slashes.Descent
    rate : float
        The learning rate.
    steps : int
        How many steps the axes have room for, whether or not the path is cut short.
    step : int
        The step to show first.
    on_stop : callable
        Called with ``{"step"}``, where the visitor has stopped, before the page runs again. It
        comes from a browser, unchecked.
    visit : hashable
        Another value makes the browser go to `step`.
    key : str
        The component's key on the page.
    """
    best = best_weights()
    _component(
        key=key,
        data={
            "weights": _flat(path.weights),
            "gradients": _flat(path.gradients),
            "scores": path.scores.tolist(),
            "errors": path.errors.tolist(),
            "diverged": path.diverged,
            "tooFar": TOO_FAR,
            "pictures": _flat(PICTURES),
            "targets": TARGETS.tolist(),
            "best": best.ravel().tolist(),
            "least": error(best),
            "rate": rate,
            "steps": steps,
            "step": step,
            "visit": visit,
        },
        on_stop_change=lambda: on_stop(st.session_state[key]["stop"]),
    )


def _flat(grids):
    return grids.reshape(-1, 4).tolist()
