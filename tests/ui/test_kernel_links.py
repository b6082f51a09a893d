import numpy as np
import pytest

from vizcore.imaging.sketches import SKETCHES
from vizcore.nets.architectures import Architecture
from vizcore.nets.network import Network
from vizcore.nets.preparation import Preparation
from vizcore.ui.kernel_links import stepping
from vizcore.ui.network_view import passed

SHIP = SKETCHES["ship"].load()


def small(text, seed=0):
    """What a network with numbers of no training makes of the ship."""
    architecture = Architecture.from_text(text)
    bare = Network("Small", architecture, {}, ("a", "b"), Preparation())
    numbers = np.random.default_rng(seed)
    weights = {}
    for node in bare.graph.values():
        if node.kind in ("conv", "depthwise"):
            channels = bare.graph[node.inputs[0]].shape[2] // getattr(node.layer, "groups", 1)
            channels = 1 if node.kind == "depthwise" else channels
            shape = (node.layer.size, node.layer.size, channels, node.shape[2])
            weights[node.name] = {"kernel": np.float32(numbers.normal(0, 1, shape))}
            if node.layer.bias:
                weights[node.name]["bias"] = np.float32(numbers.normal(0, 1, node.shape[2]))
    return passed(Network("Small", architecture, weights, ("a", "b"), Preparation()), SHIP)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("32x32x3-conv_4_3", "conv1"),
        ("32x32x3-conv_4_3_b0_psame", "conv1"),
        ("32x32x3-conv_4_3-conv_6_3_g2", "conv2"),
        ("32x32x3-depthwise_3", "depthwise1"),
    ],
)
def test_the_steps_end_in_the_networks_own_numbers(text, node):
    one = small(text)
    for place in range(one.activations[node].shape[2]):
        output = stepping(one, node, place).trace().output[..., 0]
        whole = one.activations[node][..., place]
        # The patch lies somewhere in the middle: found there, up to the rounding of its numbers.
        top, left = ((n - m) // 2 for n, m in zip(whole.shape, output.shape, strict=True))
        found = [
            np.abs(whole[r : r + 5, c : c + 5] - output).max()
            for r in (top, top + 1)
            for c in (left, left + 1)
        ]
        assert output.shape == (5, 5) and min(found) < 0.05


@pytest.mark.parametrize(("text", "told"), [("_s2", (2, 1)), ("_d2", (1, 2))])
def test_stride_and_dilation_go_along(text, told):
    settings = stepping(small(f"32x32x3-conv_2_3{text}"), "conv1", 1)
    assert (settings.stride, settings.dilation) == told
    assert settings.trace().output.shape[0] >= 3


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("32x32x3-conv_5_3-conv_2_3", "conv2"),
        ("32x32x3-conv_2_9", "conv1"),
        ("32x32x3-conv_4_3-relu", "relu1"),
        ("32x32x3-conv_4_3", "input"),
    ],
)
def test_what_does_not_fit_there_is_not_offered(text, node):
    assert stepping(small(text), node, 0) is None
