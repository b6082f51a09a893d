"""Where a network looks: three answers side by side, on the page *What it learned*."""

from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from vizcore.compute import looking
from vizcore.nets.attribution import FILLS, GradCam, Occlusion, grad_cam_layers, squares_for
from vizcore.ui.answers import answer
from vizcore.ui.learned_settings import PREDICTED, SQUARES
from vizcore.ui.learned_words import told
from vizcore.ui.overlay import Panel, overlay
from vizcore.ui.plain import plain
from vizcore.ui.run_words import percent

FAINT = 0.01
"""A probability that falls by less is as good as unchanged."""

_WORDS = {"eighth": "about an eighth", "quarter": "about a quarter", "half": "about half"}
_FAINT = " That is next to nothing, however dark its blue: try a larger square."


@dataclass(frozen=True, eq=False)
class Looks:
    """What the three ways give.

    Attributes
    ----------
    saliency : ndarray of float32, (H, W)
    grad_cam : GradCam or None
        None where the network has no maps.
    occlusion : Occlusion
    """

    saliency: object
    grad_cam: GradCam | None
    occlusion: Occlusion


def looks_section(state, key, now):
    """Show where a network looks for a class; returns at once, the maps come from the worker.

    Parameters
    ----------
    state : PageState
        Of `LearnedSettings`.
    key : str
        The network's.
    now : vizcore.ui.network_view.Pass
        The network, and what it makes of the picture.
    """
    st.header("Where it looks", anchor=False)
    st.markdown(
        "Three ways to ask which parts of the picture speak for a class; where they disagree, "
        "trust none of them alone."
    )
    network, levels, probabilities = now.network, now.levels, now.probabilities
    layers = grad_cam_layers(network.graph)
    label = chosen_class(state.now, probabilities)
    layer = state.now.layer if state.now.layer in layers else ""
    _controls(state, network, probabilities, layers)
    square, fill = state.now.square, state.now.fill
    answer(
        "learned.looks",
        (key, network.digest, levels.tobytes(), label, layer, square, fill),
        partial(ask, key, levels, label, layer if layers else None, square, fill),
        partial(_show, network, levels, label, float(probabilities[label]), square),
        meanwhile="The worker looks at the picture …",
    )
    st.markdown("\n".join(f"- {told(method)}" for method in ("saliency", "grad_cam", "occlusion")))


def chosen_class(settings, probabilities):
    """Return the class that is asked for: the predicted one, or the one that settings name."""
    if 0 <= settings.label < len(probabilities):
        return settings.label
    return int(probabilities.argmax())


def ask(key, levels, label, layer, square, fill):
    """Return `Looks`, from the worker.

    Parameters
    ----------
    key : str
        The network's.
    levels : ndarray of uint8, (H, W, C)
        At the size of the network's input.
    label : int
        The class.
    layer : str or None
        For Grad-CAM; empty for the last, None where there is none.
    square, fill : str
        Of occlusion, as in `LearnedSettings`.
    """
    size, stride = square_of(levels, square)
    seen = None if layer is None else looking.grad_cam(key, levels, label, layer)
    return Looks(
        looking.saliency(key, levels, label),
        seen,
        looking.occlusion(key, levels, label, size=size, stride=stride, fill=fill),
    )


def square_of(levels, square):
    """Return the side and the stride of the square that covers parts of a picture.

    The side is a multiple of the stride, so that each pixel is covered equally often: otherwise
    the mean of what covers it would show a grid.

    Examples
    --------
    >>> import numpy as np
    >>> picture = np.zeros((28, 40, 1))
    >>> [square_of(picture, one) for one in SQUARES]
    [(4, 2), (8, 2), (14, 2)]
    """
    side = min(levels.shape[:2])
    _, stride = squares_for(side)
    return stride * max(1, round(side / SQUARES[square] / stride)), stride


def _controls(state, network, probabilities, layers):
    names = network.class_names
    best = int(probabilities.argmax())

    def called(label):
        if label == PREDICTED:
            return f"the predicted one: {names[best]} ({percent(float(probabilities[best]))})"
        return f"{names[label]} ({percent(float(probabilities[label]))})"

    def bound(name, read):
        return state.bind(name, read, lambda s, one: replace(s, **{name: one}))

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Class",
            [PREDICTED, *range(len(names))],
            format_func=called,
            width=300,
            **bound("label", lambda s: s.label if s.label < len(names) else PREDICTED),
        )
        if layers:
            st.selectbox(
                "Grad-CAM weighs the maps of",
                ["", *layers[:-1]],
                format_func=lambda one: one or f"the last layer, {layers[-1]}",
                width=260,
                **bound("layer", lambda s: s.layer if s.layer in layers[:-1] else ""),
            )
        st.selectbox(
            "Occlusion: side of the square",
            list(SQUARES),
            format_func=_WORDS.get,
            width=230,
            **bound("square", lambda s: s.square),
        )
        st.selectbox(
            "filled with",
            list(FILLS),
            format_func=FILLS.get,
            width=230,
            **bound("fill", lambda s: s.fill),
        )


def _show(network, levels, label, probability, square, looks):
    name, (side, _) = network.class_names[label], square_of(levels, square)
    least = looks.occlusion.probabilities.min()
    faint = "" if looks.occlusion.drops.max() >= FAINT else _FAINT
    st.markdown(
        f"The network gives “{plain(name)}” {percent(probability)} for this picture. Under "
        "the colours the picture is pale grey. The darker the blue, the more a place matters: each "
        "method on a scale of its own. In occlusion, red places, marked with −, speak against the "
        f"class; wherever the square of {side}×{side} pixels lies, at least "
        f"{percent(float(least))} are left.{faint}"
    )
    if looks.grad_cam is not None and not looks.grad_cam.map.any():
        st.info(
            f"Grad-CAM finds nothing in the maps of {looks.grad_cam.layer} that speaks for this "
            "class: let it weigh those of an earlier layer."
        )
    overlay(levels, panels(looks), label=f"Where the network looks for {name}", key="learned.looks")


def panels(looks):
    """Return what is laid over the picture, one panel a method."""
    shown = [Panel("Saliency", looks.saliency, "Slope of the logit")]
    if looks.grad_cam is not None:
        layer = looks.grad_cam.layer
        shown.append(Panel(f"Grad-CAM, {layer}", looks.grad_cam.upsampled, "Weighted maps"))
    shown.append(Panel("Occlusion", looks.occlusion.heat(), "The probability falls by"))
    return shown
