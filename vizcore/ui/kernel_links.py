"""A kernel of a network, taken to the page where its numbers can be changed."""

import numpy as np
import streamlit as st

from vizcore.export.permalink import LONGEST_LINK, link_length
from vizcore.ui.lesson_links import query_of
from vizcore.ui.step_settings import LARGEST_KERNEL, MOST_CHANNELS, StepSettings, Texts
from vizcore.ui.volumes import Volume

PAGE = "pages/convolution_step_by_step.py"
MORE = 4
"""Rows and columns of the patch beyond those of the window."""

_DIGITS = 3


def kernel_link(one, node, place):
    """Link to *Convolution, step by step* with the kernel of an opened map, where it fits there.

    Parameters
    ----------
    one : vizcore.ui.network_view.Pass
    node : str
    place : int
    """
    settings = stepping(one, node, place)
    if settings and link_length("", settings) <= LONGEST_LINK:
        st.page_link(
            PAGE,
            label="Change this kernel’s numbers, on the middle of what it reads",
            icon=":material/arrow_forward:",
            query_params=query_of(settings),
        )


def stepping(one, node, place):
    """Return settings that slide the kernel of a map over the middle of what it reads, or None.

    Numbers are rounded to three decimals, so that they can be typed.

    Parameters
    ----------
    one : vizcore.ui.network_view.Pass
    node : str
        Of a convolution over few channels, plain or depthwise; of others there is None.
    place : int
        Which of its maps.

    Returns
    -------
    StepSettings or None
    """
    graph = one.network.graph
    here = graph[node]
    if here.kind not in ("conv", "depthwise"):
        return None
    weights = one.network.weights[node]
    kernel = weights["kernel"][..., place]
    given = one.activations[here.inputs[0]]
    channels, count = kernel.shape[2], graph[node].shape[2]
    groups = count if here.kind == "depthwise" else here.layer.groups
    first = place // (count // groups) * channels
    size, layer = kernel.shape[0], here.layer
    if channels > MOST_CHANNELS or max(kernel.shape[:2]) > LARGEST_KERNEL:
        return None
    side = (size - 1) * layer.dilation + 1 + MORE * layer.stride
    patch = _middle(given[..., first : first + channels], side)
    bias = weights["bias"][place] if "bias" in weights else 0.0
    try:
        return StepSettings(
            _volume(patch),
            _volume(kernel),
            Texts((f"{float(bias):.{_DIGITS}f}",)),
            stride=layer.stride,
            dilation=layer.dilation,
        )
    except ValueError:  # a window that is larger than what it reads
        return None


def _middle(x, side):
    top, left = (max(0, (n - side) // 2) for n in x.shape[:2])
    return x[top : top + side, left : left + side]


def _volume(numbers):
    return Volume.of(np.round(numbers.astype(float), _DIGITS))
