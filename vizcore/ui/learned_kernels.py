"""The kernels of a network as pictures, on the page *What it learned*."""

import numpy as np
import streamlit as st

from vizcore.nets.graph import INPUT
from vizcore.ui.numbers import readable
from vizcore.ui.tiles import COLOUR, WEIGHT, Strip, tiles

RGB = ("Red", "Green", "Blue")

_SAME_MAP = {"relu", "leaky", "sigmoid", "tanh", "norm", "dropout", "max", "average"}
"""What makes map k of map k alone."""


def first_convolution(graph):
    """Return the name of the first convolution of a network, or None."""
    return next((name for name, node in graph.items() if node.kind == "conv"), None)


def made_by(graph, name):
    """Return the node with the weights that make a node's maps, or None where several have part.

    Parameters
    ----------
    graph : dict of str to vizcore.nets.graph.Node
    name : str

    Examples
    --------
    >>> from vizcore.nets.architectures import Architecture
    >>> from vizcore.nets.graph import graph_of
    >>> graph = graph_of(Architecture.from_text("8x8x1-conv_2_3-relu-max_2-flatten-dense_3"))
    >>> made_by(graph, "pool1"), made_by(graph, "dense1"), made_by(graph, "flatten1")
    ('conv1', 'dense1', None)
    """
    node = graph[name]
    while node.kind in _SAME_MAP:
        node = graph[node.inputs[0]]
    return node.name if node.kind in ("conv", "depthwise", "dense") else None


def kernel_of(network, name, place):
    """Return the weights that make one map, a picture for each channel that it reads.

    Parameters
    ----------
    network : vizcore.nets.network.Network
    name : str
        A convolution, or a dense layer.
    place : int
        Which of its maps or numbers.

    Returns
    -------
    tuple of int and ndarray of float32, (channels, rows, columns), or None
        The first of the channels that it reads, and the kernel for each; None for a dense layer
        that reads no picture.
    """
    node, kernel = network.graph[name], network.weights[name]["kernel"]
    if node.kind == "depthwise":
        return place, kernel[:, :, :, place].transpose(2, 0, 1)
    if node.kind == "conv":
        group = place // (node.shape[2] // node.layer.groups)
        return group * kernel.shape[2], kernel[..., place].transpose(2, 0, 1)
    before = network.graph[node.inputs[0]]
    while before.kind in ("flatten", "dropout"):
        before = network.graph[before.inputs[0]]
    if not before.has_maps:
        return None
    return 0, kernel[:, place].reshape(before.shape).transpose(2, 0, 1)


def first_kernels(network):
    """Return the strips of a network's first kernels, or none where it has no convolution."""
    name = first_convolution(network.graph)
    if name is None:
        return ()
    kernel = network.weights[name]["kernel"].transpose(3, 2, 0, 1)
    limit = float(np.abs(kernel).max())
    given = {"limit": limit, "unit": "Weight"}
    if kernel.shape[1] != len(RGB):
        return tuple(
            Strip("", "kernel", WEIGHT, kernel[:, channel], **given)
            for channel in range(kernel.shape[1])
        )
    mixed = Strip("As colours", "kernel", COLOUR, kernel.transpose(0, 2, 3, 1), **given)
    each = (
        Strip(f"For {colour.lower()}", "kernel", WEIGHT, kernel[:, channel], **given)
        for channel, colour in enumerate(RGB)
    )
    return mixed, *each


def kernels_section(network):
    """Show the kernels of the first convolution."""
    st.header("Its first kernels", anchor=False)
    strips = first_kernels(network)
    if not strips:
        st.markdown(
            "This network has no convolution, so it has no kernels: each of its numbers has a "
            "weight for every number before it. Choose a number below to see its weights."
        )
        return
    name = first_convolution(network.graph)
    count, rows, columns = strips[0].values.shape[:3]
    st.markdown(
        f"{name} moves {count} kernel{'s' if count > 1 else ''} of {rows}×{columns} over the "
        f"picture, and each makes one map: {_colours(strips)}"
    )
    tiles(strips, label=f"Kernels of {name}", key="learned.kernels")
    st.markdown(
        "**Its limits:** in so few weights one sees an edge, a spot or a colour at best. Only the "
        "first kernels can be read so: later ones weigh maps, not colours."
    )


def _colours(strips):
    said = "it answers most where the picture is bright under teal and dark under brown weights."
    if len(strips) == 1:
        return said
    return (
        f"{said} A picture in colour has three channels, and a kernel weights for each; mixed as "
        "light they are a colour, in which mid-grey is 0."
    )


def map_kernel(network, name, place):
    """Show what one map is made with, channel by channel.

    Parameters
    ----------
    network : vizcore.nets.network.Network
    name : str
        The node that was chosen.
    place : int
        Which of its maps or numbers.
    """
    maker = made_by(network.graph, name)
    found = maker and kernel_of(network, maker, place)
    if not found:
        return
    first, kernel = found
    bias = network.weights[maker].get("bias")
    added = "" if bias is None else f" and the bias {readable(float(bias[place]), 4)}"
    before, count = network.graph[maker].inputs[0], len(kernel)
    size = f"{kernel.shape[1]}×{kernel.shape[2]}"
    what = (
        f"a kernel of {size} for each of {count} channels" if count > 1 else f"a kernel of {size}"
    )
    if network.graph[maker].kind == "dense":
        what = f"a weight for every number: they lie here as the {count} maps of {size} before do"
    st.markdown(f"{maker} makes it from {before} with {what}; the results are added up{added}.")
    strip = Strip(
        "",
        "channel",
        WEIGHT,
        kernel,
        float(np.abs(kernel).max()),
        "Weight",
        tuple((_channel(before, first + i, count),) for i in range(count)),
    )
    tiles([strip], label="Its kernel, channel by channel", key="learned.kernel")


def _channel(before, place, count):
    if before != INPUT:
        return f"Map {place + 1}"
    return RGB[place] if count == len(RGB) else "Grey"
