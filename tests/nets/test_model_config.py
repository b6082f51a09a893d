"""What Keras writes of a network, as an architecture."""

import copy
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizcore.nets.architectures import PRESETS, Architecture, ImpossibleLayer, layer_table, preset
from vizcore.nets.model_config import described
from vizcore.nets.model_layers import LayerError, Scale

sys.path.insert(0, str(Path(__file__).parent))
from keras_files import (  # noqa: E402
    config_of,
    conv,
    dense,
    flatten,
    functional,
    layer,
    sequential,
    start,
)

KEPT = {"padding": "same", "activation": "linear"}


def text(config):
    return described(config).architecture.to_text()


def refusal(config):
    with pytest.raises(LayerError) as error:
        described(config)
    said = str(error.value)
    assert said[0].isupper() and said.endswith(".") and said.count(".") < 4 and len(said) < 400
    return said


def act(name, kind="relu"):
    return layer("Activation", name, activation=kind)


def norm(name, **changes):
    settings = {"axis": -1, "epsilon": 0.001, "center": True, "scale": True}
    return layer("BatchNormalization", name, **{**settings, **changes})


# ---- What we can say ----


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_read(name):
    assert described(config_of(preset(name))).architecture == preset(name)


MAPS = """
conv_4_3 conv_2_3_psame_b0 conv_4_3_p1_g2 conv_4_2_s2 conv_2_2_d2 depthwise_3_psame
depthwise_2_s2_p2_b0 max_2 max_3_s1_psame average_2_s1 norm relu leaky_a0.2 sigmoid tanh softmax
dropout_0.25 residual_4 residual_2_s2 residual_4_k2_n0 residual_6_s2_cpad residual_8_n0_cpad
"""
ROWS = "dense_5 dense_3_b0 norm relu tanh softmax dropout_0.5"
maps, rows = (st.sampled_from([*words.split()]) for words in (MAPS, ROWS))


@settings(max_examples=150)
@given(
    st.lists(maps, max_size=6),
    st.sampled_from(["flatten", "globalaverage", "globalmax"]),
    st.lists(rows, max_size=4),
)
def test_whatever_we_build_is_read_as_it_was(maps, between, rows):
    written = "-".join(["12x11x2", *maps, between, *rows])
    architecture = Architecture.from_text(written)
    try:
        layer_table(architecture)
    except ImpossibleLayer:
        return
    assert text(config_of(architecture)) == _as_read(architecture)


def _as_read(architecture):
    """A shortcut that changes nothing is the same whatever it would have added."""
    layers, channels = [], 2
    for row in layer_table(architecture):
        layer = row.layer
        if layer.kind == "residual" and not layer.changes(channels):
            layer = type(layer)(layer.filters, layer.size, layer.stride, layer.norm)
        layers.append(layer)
        channels = row.shape[-1]
    return Architecture(architecture.input, layers).to_text()


def test_where_the_weights_are_is_told_in_the_order_of_the_graph():
    architecture = Architecture.from_text("8x8x2-conv_2_3_b0-norm-residual_4_s2-flatten-dense_2")
    assert [part.place for part in described(config_of(architecture)).sources] == [
        "conv2d",
        "batch_normalization",
        *("conv2d_1", "batch_normalization_1", "conv2d_2", "batch_normalization_2"),
        *("conv2d_3", "batch_normalization_3"),
        "dense",
    ]


def test_activations_within_layers_stand_for_themselves():
    config = sequential(
        start(), conv(4, 3, activation="tanh"), flatten(), dense(9, "a", "relu"), dense(3)
    )
    assert text(config) == "8x8x1-conv_4_3-tanh-flatten-dense_9-relu-dense_3-softmax"


def test_zeros_around_a_map_belong_to_the_convolution_behind_them():
    zeros = layer("ZeroPadding2D", "z", padding=[[2, 2], [2, 2]])
    assert text(sequential(start(), zeros, conv(4, 3, activation="linear"))) == "8x8x1-conv_4_3_p2"
    for other in ([[2, 1], [2, 2]], [[0, 1], [0, 1]]):
        zeros = layer("ZeroPadding2D", "z", padding=other)
        assert "the same on all sides" in refusal(sequential(start(), zeros, conv()))
    zeros = layer("ZeroPadding2D", "z", padding=2)
    assert "'z' (ZeroPadding2D)" in refusal(sequential(start(), zeros, conv(padding="same")))
    assert "'z' (ZeroPadding2D)" in refusal(sequential(start(), zeros, flatten()))
    zeros = layer("ZeroPadding2D", "z", padding=1000)
    assert "'conv' (Conv2D) is not read: padding" in refusal(sequential(start(), zeros, conv()))


def test_rescaling_at_the_beginning_is_set_aside():
    scale = layer("Rescaling", "r", scale=1 / 127.5, offset=-1)
    found = described(sequential(start(), scale, flatten(), dense()))
    assert found.scale == Scale(1 / 127.5, -1)
    assert found.architecture.to_text() == "8x8x1-flatten-dense_3-softmax"
    assert described(sequential(start(), flatten(), dense())).scale is None
    assert "Rescaling comes first" in refusal(sequential(start(), flatten(), scale, dense()))


def test_a_picture_without_channels_may_be_flattened_or_reshaped():
    reshape = layer("Reshape", "r", target_shape=[8, 8, 1])
    plain = "8x8x1-flatten-dense_3-softmax"
    assert text(sequential(start((8, 8)), flatten(), dense())) == plain
    assert text(sequential(start((8, 8)), reshape, flatten(), dense())) == plain
    assert text(sequential(start((8, 8, 1)), reshape, flatten(), dense())) == plain
    scale = layer("Rescaling", "s", scale=0.1, offset=0)
    assert text(sequential(start((8, 8)), scale, reshape, flatten(), dense())) == plain
    assert "has no channels" in refusal(sequential(start((8, 8)), dense()))
    other = layer("Reshape", "r", target_shape=[4, 4, 4])
    assert "only adds one channel" in refusal(sequential(start((8, 8, 1)), other, flatten()))


def test_a_sequential_network_may_know_its_input_by_having_been_built():
    config = sequential(conv(), flatten(), dense())
    assert "does not say the size of its input" in refusal(config)
    config["config"]["build_input_shape"] = [None, 8, 8, 1]
    assert text(config) == "8x8x1-conv_4_3-relu-flatten-dense_3-softmax"


def test_inputs_and_outputs_may_be_lists_of_one():
    config = functional([(start(), []), (flatten(), ["input"]), (dense(), ["flatten"])])
    for which in ("input_layers", "output_layers"):
        config["config"][which] = [config["config"][which]]
    assert text(config) == "8x8x1-flatten-dense_3-softmax"


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("my_model", "my_model"),
        ("  <b>ä\n\x07 ", "<b>ä"),
        ("a" * 100, "a" * 60),
        ("\n", "model"),
        (None, "model"),
        (3, "model"),
    ],
)
def test_the_title_is_what_its_author_called_it(name, title):
    config = sequential(start(), flatten())
    config["config"]["name"] = name
    assert described(config).title == title


# ---- Residual blocks as people write them ----


def block(main, shortcut, *, order=("main", "shortcut"), behind=None):
    """A network of one block; the branches are lists of layers."""
    wires = [(start((8, 8, 4)), [])]
    ends = {}
    for branch, layers in (("main", main), ("shortcut", shortcut)):
        before = "input"
        for one in layers:
            wires.append((one, [before]))
            before = one["config"]["name"]
        ends[branch] = before
    wires.append((layer("Add", "add"), [ends[one] for one in order]))
    before = "add"
    for one in behind or [act("out"), flatten()]:
        wires.append((one, [before]))
        before = one["config"]["name"]
    return functional(wires, last=before)


PLAIN = [conv(4, 3, "a", padding="same"), conv(4, 3, "b", **KEPT)]
WIDER = [conv(8, 3, "a", padding="same", strides=[2, 2]), conv(8, 3, "b", **KEPT)]
TO_EIGHT = {"strides": [2, 2], "activation": "linear"}
NORMED = [
    conv(4, 3, "a", **KEPT, use_bias=False),
    norm("an"),
    layer("ReLU", "r", max_value=None, negative_slope=0.0, threshold=0.0),
    conv(4, 3, "b", **KEPT, use_bias=False),
    norm("bn"),
]


@pytest.mark.parametrize(
    ("config", "row"),
    [
        (block(PLAIN, []), "residual_4_n0"),
        (block(PLAIN, [], order=("shortcut", "main")), "residual_4_n0"),
        (block(NORMED, []), "residual_4"),
        (block(WIDER, [conv(8, 1, "s", **TO_EIGHT)]), "residual_8_s2_n0"),
        (block(WIDER, [conv(8, 1, "s", **TO_EIGHT, padding="same")]), "residual_8_s2_n0"),
    ],
)
def test_a_residual_block_is_known_by_what_it_is_made_of(config, row):
    assert text(config) == f"8x8x4-{row}-flatten"


@pytest.mark.parametrize(
    "config",
    [
        block([], []),
        block(PLAIN, PLAIN[:0] + [conv(4, 3, "s", **KEPT)]),
        block(PLAIN[1:], []),
        block([*PLAIN, conv(4, 3, "c", **KEPT)], []),
        block([PLAIN[1], conv(4, 3, "a", **KEPT)], []),
        block([conv(4, 5, "a", padding="same"), PLAIN[1]], []),
        block([*NORMED[:3], PLAIN[1]], []),
        block(NORMED[:-1], []),
        block([NORMED[0], *NORMED[2:]], []),
        block([PLAIN[0], conv(4, 3, "b", **KEPT, use_bias=False)], []),
        block(PLAIN, [conv(4, 1, "s", activation="linear")]),
        block(PLAIN, [act("s", "tanh")]),
        block(PLAIN, [], behind=[flatten()]),
        block(PLAIN, [], behind=[act("out", "tanh"), flatten()]),
        block([act("r")], [act("s")]),
        block(PLAIN, [layer("Dropout", "d", rate=0.5)]),
    ],
)
def test_any_other_two_branches_are_refused_with_what_is_read(config):
    assert "only chains of layers are read, and residual blocks" in refusal(config)


def test_branches_that_do_not_fit_each_other_are_refused():
    assert "not read" in refusal(block(WIDER, []))
    assert "not read" in refusal(block(WIDER, [conv(6, 1, "s", **TO_EIGHT)]))


# ---- What we cannot say ----


def wired(*layers):
    """A chain of layers, as a functional network."""
    names = [one["config"]["name"] for one in layers]
    reads = [[], *([name] for name in names[:-1])]
    return functional([*zip(layers, reads, strict=True)], first=names[0], last=names[-1])


def changed(change):
    config = copy.deepcopy(wired(start(), flatten(), dense()))
    change(config["config"])
    return config


def node(**parts):
    tensor = {
        "class_name": "__keras_tensor__",
        "config": {"keras_history": ["flatten", 0, 0]},
    }
    return {"args": [tensor], "kwargs": {}, **parts}


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (sequential(start(), dense()), "'dense' (Dense) is not read: a dense layer needs"),
        (sequential(start(), flatten(), conv()), "'conv' (Conv2D) is not read: it needs rows"),
        (sequential(start((2, 2, 1)), conv()), "does not fit into 2×2"),
        (sequential(start(), conv(6, 3, groups=3)), "do not divide among 3 groups"),
        (sequential(start(), start(), flatten()), "a network has one input"),
        (sequential(start(), layer("Permute", "p", dims=[2, 1, 3])), "Permute belongs to"),
        (sequential(start(), layer("Add", "a")), "Add belongs to a residual block"),
        (sequential(start()), "1 to 250 layers, not 0"),
        (sequential(start((2000, 8, 1)), flatten()), "1 to 1024 rows"),
        (wired(flatten(), dense()), "does not begin with an input"),
        (changed(lambda inner: inner.update(input_layers=[])), "one input and one output"),
        (
            changed(lambda inner: inner.update(output_layers=[["dense", 0, 0], ["flatten", 0, 0]])),
            "one input and one output",
        ),
        (changed(lambda inner: inner.update(output_layers=["dense", 0, 1])), "one input"),
        (changed(lambda inner: inner.update(output_layers=["x", 0, 0])), "of the name that"),
        (changed(lambda inner: inner.update(output_layers=["flatten", 0, 0])), "between"),
        (changed(lambda inner: inner.update(input_layers=["flatten", 0, 0])), "of the name that"),
        (changed(lambda inner: inner["layers"][1].update(name="dense")), "a name of their own"),
        (changed(lambda inner: inner["layers"][1].update(name="x")), "reads a layer that is not"),
        (changed(lambda inner: inner["layers"][1].pop("name")), "a name of their own"),
        *(
            (
                changed(lambda inner, nodes=nodes: inner["layers"][2].update(inbound_nodes=nodes)),
                "'dense' is called more than once",
            )
            for nodes in (
                [node(), node()],
                [node(args=[])],
                [node(args=[[]])],
                [node(args=[1])],
                [node(args=["flatten"])],
                [node(kwargs={"training": True})],
                [node(kwargs=[])],
                [node(kwargs={"mask": {}})],
                [3],
                None,
                {},
                [node(args=[{"class_name": "__keras_tensor__", "config": 3}])],
                [node(args=[{"class_name": "Dense", "config": {"keras_history": ["a", 0, 0]}}])],
                [node(args=[{"class_name": "__keras_tensor__", "config": {"keras_history": 3}}])],
            )
        ),
    ],
)
def test_a_network_that_cannot_be_said_is_refused(config, reason):
    assert reason in refusal(config)


def test_a_layer_may_be_told_that_it_does_not_train():
    config = changed(
        lambda inner: inner["layers"][2].update(inbound_nodes=[node(kwargs={"training": False})])
    )
    assert text(config) == "8x8x1-flatten-dense_3-softmax"


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"class_name": "Sequential", "module": "keras"},
        {"class_name": "Sequential", "module": "keras", "config": {"layers": 3}},
        {"class_name": "Sequential", "module": "keras", "config": {"layers": [3]}},
        {"class_name": ["Sequential"], "module": "keras", "config": {"layers": []}},
        {"class_name": "Sequential", "module": ["keras"], "config": {"layers": []}},
    ],
)
def test_what_is_no_network_is_refused(config):
    assert "This file describes a network" in refusal(config)
