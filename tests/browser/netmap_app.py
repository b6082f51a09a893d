"""A page for the tests: a network whose weights are known, as a map."""

import numpy as np
import streamlit as st

from vizcore.nets.architectures import Architecture
from vizcore.nets.graph import graph_of
from vizcore.nets.network import Network
from vizcore.nets.preparation import Preparation
from vizcore.ui.netmap import contents, netmap

NETWORKS = {
    "small": "6x6x3-conv_4_3-relu-max_2-flatten-dense_3-softmax",
    "tiny": "32x32x3-conv_10_3-relu-conv_10_3-relu-max_2"
    "-conv_10_3-relu-conv_10_3-relu-max_2-flatten-dense_10-softmax",
    "wide": "12x12x1-conv_160_3-relu-conv_80_3_g2-depthwise_3-globalaverage-dense_300-dropout_0.5"
    "-dense_40-softmax",
    "deep": "16x16x3-conv_8_3_psame-norm-relu" + "-residual_8" * 4 + "-residual_16_s2"
    "-residual_16_s2_cpad-globalaverage-dense_4-softmax",
}
"""Name → its layers."""

PICTURES = 7


def network(name):
    """Return a network of the table with random weights, always the same."""
    architecture = Architecture.from_text(NETWORKS[name])
    graph = graph_of(architecture)
    rng = np.random.default_rng(3)
    weights = {}
    for node in graph.values():
        before = graph[node.inputs[0]].shape if node.inputs else ()
        if own := _shapes(node, before):
            weights[node.name] = {part: _drawn(rng, part, shape) for part, shape in own.items()}
    classes = graph[next(reversed(graph))].shape[0]
    names = tuple(f"kind {n}" for n in range(1, classes + 1))
    return Network(name, architecture, weights, names, Preparation())


def _shapes(node, before):
    channels = node.shape[-1]
    match node.kind:
        case "norm":
            return dict.fromkeys(("gamma", "beta", "mean", "variance"), (channels,))
        case "dense":
            return {"kernel": (*before, channels), "bias": (channels,)}
        case "conv" | "depthwise":
            layer = node.layer
            depth = 1 if node.kind == "depthwise" else before[2] // layer.groups
            kernel = (layer.size, layer.size, depth, channels)
            return {"kernel": kernel, **({"bias": (channels,)} if layer.bias else {})}
    return {}


def _drawn(rng, part, shape):
    if part in ("gamma", "variance"):
        return np.float32(rng.uniform(0.5, 1.5, shape))
    # Logits of another size than the maps, so that their ranges differ.
    scale = (3 if len(shape) == 2 else 1) / np.sqrt(max(1, np.prod(shape[:-1])))
    return np.float32(rng.normal(0, scale, shape))


def picture(name, number):
    """Return one of the pictures at the size of a network's input."""
    shape = Architecture.from_text(NETWORKS[name]).input
    rng = np.random.default_rng(number)
    rows, columns, channels = np.indices(shape)
    waves = np.sin(rows / (1 + number) + channels) + np.cos(columns / (2 + channels) + number)
    return np.uint8(np.clip(110 + 60 * waves + rng.normal(0, 8, shape), 0, 255))


def main():
    """Show the network that the address names, and below it what the map has told."""
    st.set_page_config(layout="wide")
    st.title("A map", anchor=False)
    name = st.query_params.get("net", "small")
    number = st.radio("Picture", range(PICTURES), horizontal=True)
    told = st.session_state.setdefault("told", {"opened": ("", 0), "ranges": "layer"})
    net, levels = network(name), picture(name, number)
    netmap(
        contents(net, net.activations(levels), levels),
        opened=told["opened"] if told["opened"][0] else None,
        ranges=told["ranges"],
        visit=st.query_params.get("visit", ""),
        on_open=lambda node, place: told.update(opened=(node, place)),
        on_ranges=lambda ranges: told.update(ranges=ranges),
        key="map",
    )
    st.code(f"{told['opened'][0]} {told['opened'][1]} {told['ranges']}")


if __name__ == "__main__":
    main()
