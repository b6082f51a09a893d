"""A network as single operations: their names, their order, what each reads."""

import pytest

from vizcore.nets.architectures import Architecture, ImpossibleLayer, layer_table, preset
from vizcore.nets.graph import graph_of
from vizcore.nets.layers import BatchNorm, Conv, Relu, Residual
from vizcore.nets.presets import PRESETS


def of(text):
    return graph_of(Architecture.from_text(text))


def edges(graph):
    return {name: node.inputs for name, node in graph.items()}


def test_a_plain_network_is_a_chain():
    graph = of("8x6x2-conv_3_3_b0-relu-max_2-flatten-dense_4-softmax")
    assert edges(graph) == {
        "input": (),
        "conv1": ("input",),
        "relu1": ("conv1",),
        "pool1": ("relu1",),
        "flatten1": ("pool1",),
        "dense1": ("flatten1",),
        "softmax1": ("dense1",),
    }
    kinds = ["input", "conv", "relu", "max", "flatten", "dense", "softmax"]
    assert [node.kind for node in graph.values()] == kinds
    assert [node.shape for node in graph.values()] == [
        (8, 6, 2), (6, 4, 3), (6, 4, 3), (3, 2, 3), (18,), (4,), (4,),
    ]  # fmt: skip
    assert [name for name, node in graph.items() if node.has_maps] == list(graph)[:4]
    assert graph["conv1"].layer == Conv(3, 3, bias=False) and graph["input"].layer is None


def test_a_block_with_normalisation_and_projection_has_nine_operations():
    graph = of("8x8x2-relu-residual_4_s2")
    assert edges(graph) == {
        "input": (),
        "relu1": ("input",),
        "residual1_conv1": ("relu1",),
        "residual1_conv1_norm": ("residual1_conv1",),
        "residual1_relu": ("residual1_conv1_norm",),
        "residual1_conv2": ("residual1_relu",),
        "residual1_conv2_norm": ("residual1_conv2",),
        "residual1_projection": ("relu1",),
        "residual1_projection_norm": ("residual1_projection",),
        "residual1_add": ("residual1_conv2_norm", "residual1_projection_norm"),
        "residual1": ("residual1_add",),
    }
    assert graph["residual1_conv1"].layer == Conv(4, 3, 2, "same", bias=False)
    assert graph["residual1_projection"].layer == Conv(4, 1, 2, bias=False)
    assert graph["residual1_conv2_norm"].layer == BatchNorm()
    assert graph["residual1"].layer == Relu()
    assert graph["residual1_add"].layer == Residual(4, 3, 2)
    assert {node.row for node in list(graph.values())[2:]} == {"residual1"}
    assert {node.shape for node in list(graph.values())[2:]} == {(4, 4, 4)}


def test_a_shortcut_that_changes_nothing_is_the_input_itself():
    graph = of("8x8x2-residual_2_n0")
    assert list(graph) == [
        "input", "residual1_conv1", "residual1_relu", "residual1_conv2", "residual1_add",
        "residual1",
    ]  # fmt: skip
    assert graph["residual1_add"].inputs == ("residual1_conv2", "input")


def test_a_shortcut_of_zeros_is_an_operation_of_its_own():
    graph = of("7x8x2-residual_3_s2_n0_cpad")
    back = graph["residual1_back"]
    assert (back.kind, back.inputs, back.shape) == ("pad", ("input",), (4, 4, 3))
    assert graph["residual1_add"].inputs == ("residual1_conv2", "residual1_back")


@pytest.mark.parametrize("name", PRESETS)
def test_it_is_the_layer_table_in_smaller_steps(name):
    architecture = preset(name)
    graph, rows = graph_of(architecture), layer_table(architecture)
    seen = set()
    for node in graph.values():
        assert set(node.inputs) <= seen
        seen.add(node.name)
    assert list(dict.fromkeys(node.row for node in graph.values())) == [
        "", *(row.name for row in rows),
    ]  # fmt: skip
    assert {row.name: row.shape for row in rows} == {
        row.name: graph[row.name].shape for row in rows
    }
    # All but the last is read by somebody.
    read = {one for node in graph.values() for one in node.inputs}
    assert set(graph) - read == {rows[-1].name}


def test_an_impossible_network_is_refused():
    with pytest.raises(ImpossibleLayer, match="Row 1"):
        of("4x4x1-conv_2_5")
