"""A page for the tests: maps of small networks with known weights, opened."""

import numpy as np
import streamlit as st

from vizcore.nets.architectures import Architecture
from vizcore.nets.graph import graph_of
from vizcore.nets.network import Network
from vizcore.nets.preparation import Preparation
from vizcore.ui.inside import inside

NETWORKS = {
    "plain": "12x12x3-conv_4_3_psame-norm-relu-max_2-conv_5_3_d2-leaky-flatten-dropout_0.5-dense_3"
    "-softmax",
    "blocks": "12x12x1-conv_4_3_s2_psame-residual_4-residual_6_s2_cpad-depthwise_3_psame-sigmoid"
    "-average_2_s1_psame-conv_4_1_g2_b0-tanh-dropout_0.3-globalaverage-dense_3-softmax",
    "largest": "6x6x1-conv_3_3-softmax-globalmax-relu-dense_3-tanh-softmax",
    "many": "9x9x1-conv_40_1-conv_2_3_p1-globalaverage-dense_3-softmax",
}
"""Name → its layers; together they hold every kind."""

CLASSES = ("<b>cat</b>", "*dog*", "owl")


def network(name):
    """Return a network with weights that are always the same."""
    architecture = Architecture.from_text(NETWORKS[name])
    graph = graph_of(architecture)
    random = np.random.default_rng(1)
    weights = {node.name: _weights(graph, node, random) for node in graph.values()}
    channels = architecture.input[2]
    preparation = Preparation(mean=(0.4,) * channels, spread=(0.3,) * channels)
    return Network(name, architecture, weights, CLASSES, preparation)


def _weights(graph, node, random):
    channels = node.shape[-1]
    if node.kind == "norm":
        parts = {"gamma": 1, "beta": 0, "mean": 0, "variance": 1}
        return {
            part: np.float32(middle + random.uniform(-0.5, 0.5, channels))
            for part, middle in parts.items()
        }
    if node.kind not in ("conv", "depthwise", "dense"):
        return {}
    (before,) = (graph[one].shape for one in node.inputs)
    shape = (*before, channels)
    if node.kind != "dense":
        depth = 1 if node.kind == "depthwise" else before[2] // node.layer.groups
        shape = (node.layer.size, node.layer.size, depth, channels)
    kernel = random.normal(0, 1 / np.sqrt(np.prod(shape[:-1])), shape)
    bias = {"bias": np.float32(random.normal(0, 0.3, channels))} if node.layer.bias else {}
    return {"kernel": np.float32(kernel), **bias}


def picture(net):
    """Return a picture of the size of a network's input."""
    rows, columns, channels = np.indices(net.architecture.input)
    waves = np.sin(rows / 2 + channels) + np.cos(columns * (1 + channels) / 3)
    return np.uint8(127 + 60 * waves)


def passed(name):
    """Return a network, a picture, and what its nodes give for it."""
    net = network(name)
    levels = picture(net)
    return net, levels, net.activations(levels)


def main():
    """Show the map that the address names, or one of every node."""
    st.set_page_config(layout="wide")
    st.title("Inside", anchor=False)
    asked = st.query_params
    net, levels, activations = passed(asked.get("net", "plain"))
    opened = st.session_state.setdefault(
        "opened", [asked.get("node", "conv1"), int(asked.get("map", 0))]
    )
    fault = float(asked.get("fault", 0))

    def show(node, place, key):
        inside(
            net,
            activations | {node: activations[node] + np.float32(fault)},
            levels,
            node,
            place,
            visit=0,
            on_open=lambda *one: opened.__setitem__(slice(None), one),
            key=key,
        )

    if "all" in asked:
        for name, node in net.graph.items():
            show(name, node.shape[-1] - 1, name)
    else:
        show(*opened, "inside")
        st.write("Opened:", *map(str, opened))


if __name__ == "__main__":
    main()
