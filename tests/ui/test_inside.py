"""What is sent of an opened map: literal numbers for every kind, and sums that hold for any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.nets.architectures import Architecture
from vizcore.nets.forward_pass import forward_pass
from vizcore.nets.network import Network
from vizcore.nets.preparation import Preparation
from vizcore.ui.inside import contents

SQUARE = [[[1], [2]], [[3], [4]]]
ROW = [[[-1], [0], [3]]]


def opened(text, x, node, map=0, weights=None, classes=(), altered=0):
    """Open a map of a small network; the arrays by name, as the browser has them."""
    architecture = Architecture.from_text(text)
    network = Network("By hand", architecture, weights or {}, classes, Preparation())
    x = np.float32(x)
    activations = forward_pass(network.graph, network.weights, x)
    activations[node] = activations[node] + np.float32(altered)
    levels = np.zeros(x.shape, np.uint8)
    header, picture, *parts = contents(network, activations, levels, node, map)
    assert header["picture"] == list(x.shape) and picture == levels.tobytes()
    assert header["agrees"] == (not altered)
    arrays = {
        name: np.frombuffer(part, "<f4").reshape(shape)
        for (name, shape), part in zip(header["shapes"].items(), parts, strict=True)
    }
    return header, arrays


def sources(header):
    return [(one["node"], one["map"]) for one in header["sources"]]


def test_a_convolution_sends_each_maps_part_of_the_sum():
    x = [[[1, 10], [2, 20]], [[3, 30], [4, 40]]]
    kernel = np.zeros((2, 2, 2, 2), np.float32)
    kernel[..., 0, 1] = 1
    kernel[..., 1, 1] = [[1, 0], [0, -1]]
    weights = {"conv1": {"kernel": kernel, "bias": np.float32([7, -5])}}
    header, arrays = opened("2x2x2-conv_2_2", x, "conv1", 1, weights)
    assert header["title"] == ("conv1, map 2: 2 input maps, one 2×2 kernel for each, one bias")
    assert sources(header) == [("input", 0), ("input", 1)]
    assert arrays["given"].tolist() == [[[1, 2], [3, 4]], [[10, 20], [30, 40]]]
    assert arrays["kernel"].tolist() == [[[1, 1], [1, 1]], [[1, 0], [0, -1]]]
    assert arrays["each"].tolist() == [[[10]], [[-30]]]
    assert arrays["made"].tolist() == [[-25]] and header["bias"] == -5
    assert header["limits"] == {"given": 40, "made": 30, "weight": 1}
    axis = {"n": 2, "window": 2, "stride": 1, "dilation": 1, "before": 0}
    assert header["windows"] == [axis, axis]
    assert header["field"] == {"start": (0, 0), "size": (2, 2), "jump": (1, 1)}


def test_a_group_reads_its_own_maps_alone():
    kernel = np.float32([1, 2, 3, 4]).reshape(1, 1, 1, 4)
    weights = {"conv1": {"kernel": kernel}}
    header, arrays = opened("1x1x2-conv_4_1_g2_b0", [[[5, 7]]], "conv1", 2, weights)
    assert sources(header) == [("input", 1)] and header["bias"] is None
    assert arrays["each"].tolist() == [[[21]]] == [arrays["made"].tolist()]
    assert header["title"].endswith("one input map (group 2 of 2), one 1×1 kernel, no bias")


def test_a_depthwise_convolution_reads_the_map_of_the_same_number():
    kernel = np.float32([2, 3]).reshape(1, 1, 1, 2)
    weights = {"depthwise1": {"kernel": kernel, "bias": np.float32([0, 1])}}
    header, arrays = opened("1x1x2-depthwise_1", [[[5, 7]]], "depthwise1", 1, weights)
    assert sources(header) == [("input", 1)] and header["bias"] == 1
    assert arrays["each"].tolist() == [[[21]]] and arrays["made"].tolist() == [[22]]


@pytest.mark.parametrize(("kind", "made"), [("max", 4), ("average", 2.5)])
def test_pooling_sends_the_map_and_its_windows(kind, made):
    header, arrays = opened(f"2x2x1-{kind}_2", SQUARE, "pool1")
    assert arrays["given"].tolist() == [[[1, 2], [3, 4]]] and arrays["made"].tolist() == [[made]]
    assert header["windows"][0]["stride"] == 2 and sources(header) == [("input", 0)]
    assert header["limits"]["given"] == header["limits"]["made"] == 4


def test_same_padding_of_a_pool_begins_where_the_window_does():
    header, _ = opened("1x3x1-max_2_s1_psame", ROW, "pool1")
    assert [axis["before"] for axis in header["windows"]] == [0, 0]
    header, _ = opened("1x3x1-max_3_s1_psame", ROW, "pool1")
    assert [axis["before"] for axis in header["windows"]] == [1, 1]


@pytest.mark.parametrize(
    ("kind", "name", "made"),
    [
        ("relu", "relu1", [-0, 0, 3]),
        ("leaky_a.5", "leaky1", [-0.5, 0, 3]),
        ("sigmoid", "sigmoid1", [0.26894142, 0.5, 0.95257413]),
        ("tanh", "tanh1", [-0.76159416, 0, 0.99505475]),
        ("dropout_0.3", "dropout1", [-1, 0, 3]),
    ],
)
def test_what_makes_each_number_of_one(kind, name, made):
    header, arrays = opened(f"1x3x1-{kind}", ROW, name)
    assert arrays["given"].tolist() == [[[-1, 0, 3]]]
    assert arrays["made"] == pytest.approx(np.array([made]), abs=1e-7)
    assert header["limits"]["given"] == header["limits"]["made"] == 3
    assert (header.get("slope"), header.get("rate")) == {
        "leaky_a.5": (0.5, None),
        "dropout_0.3": (None, 0.3),
    }.get(kind, (None, None))


def test_batch_normalisation_sends_its_four_numbers():
    numbers = {"gamma": 2, "beta": 1, "mean": 5, "variance": 3.999}
    weights = {"norm1": {name: np.float32([value]) for name, value in numbers.items()}}
    header, arrays = opened("1x1x1-norm", [[[9]]], "norm1", 0, weights)
    assert {name: header[name] for name in numbers} == pytest.approx(numbers)
    assert header["epsilon"] == 0.001
    assert arrays["made"] == pytest.approx(2 * (9 - 5) / 2 + 1)


@pytest.mark.parametrize(("kind", "made"), [("globalaverage", 2.5), ("globalmax", 4)])
def test_global_pooling_sends_the_whole_map(kind, made):
    header, arrays = opened(f"2x2x1-{kind}", SQUARE, "global1")
    assert arrays["given"].tolist() == [[[1, 2], [3, 4]]] and arrays["made"].tolist() == [[made]]
    assert sources(header) == [("input", 0)]
    assert header["field"] == {"start": (0, 0), "size": (1, 1), "jump": (1, 1)}


F = {
    "residual1_conv1": {"kernel": np.float32([[[[1, 2]]]]), "bias": np.float32([0, 0])},
    "residual1_conv2": {"kernel": np.ones((1, 1, 2, 2), np.float32), "bias": np.float32([0, 10])},
}
"""x → (3x, 3x + 10)."""


def test_a_residual_sum_sends_f_and_the_shortcut():
    weights = F | {"residual1_projection": F["residual1_conv1"]}
    header, arrays = opened("2x2x1-residual_2_k1_n0", SQUARE, "residual1_add", 1, weights)
    assert sources(header) == [("residual1_conv2", 1), ("residual1_projection", 1)]
    # The projection gives 2x.
    assert arrays["given"].tolist() == [[[13, 16], [19, 22]], [[2, 4], [6, 8]]]
    assert arrays["made"].tolist() == [[15, 20], [25, 30]]


def test_a_padded_shortcut_sends_every_second_cell_or_zeros():
    text = "2x2x1-residual_2_k1_s2_n0_cpad"
    header, arrays = opened(text, SQUARE, "residual1_back", 0, F)
    assert header["stride"] == 2 and sources(header) == [("input", 0)]
    assert arrays["given"].tolist() == [[[1, 2], [3, 4]]] and arrays["made"].tolist() == [[1]]
    assert "every 2nd cell of every 2nd row of the picture" in header["title"]
    header, arrays = opened(text, SQUARE, "residual1_back", 1, F)
    assert sources(header) == [] and "given" not in arrays and arrays["made"].tolist() == [[0]]
    assert header["title"] == ("residual1_back, map 2: zeros, since input has only one map")


def test_a_flattened_number_knows_its_map_and_cell():
    x = np.arange(12).reshape(2, 3, 2)
    header, arrays = opened("2x3x2-relu-dropout_0.5-flatten", x, "flatten1", 9)
    # 9 is the second of the two maps, in row 1 and column 1, counted from 0.
    assert header["origin"]["node"] == "relu1" and header["origin"]["map"] == 1
    assert header["origin"]["cell"] == (1, 1) and header["origin"]["seen"] == ((1, 2), (1, 2))
    assert arrays["given"].tolist() == [[[1, 3, 5], [7, 9, 11]]]
    assert arrays["made"].tolist() == [[9]]


def test_a_dense_unit_sends_what_pushes_it_most():
    weights = {"dense1": {"kernel": np.float32([[9, 1], [9, -2], [9, 5], [9, 0]])}}
    weights["dense1"]["bias"] = np.float32([0, 0.5])
    text = "2x2x1-flatten-dropout_0.5-dense_2-softmax"
    header, arrays = opened(text, SQUARE, "dense1", 1, weights, ("no", "<b>yes"))
    assert header["title"] == "dense1, number 2 (“<b>yes”): 4 inputs, one weight for each, one bias"
    assert [(one["input"], one["x"], one["weight"], one["push"]) for one in header["up"]] == [
        (2, 3, 5, 15),
        (0, 1, 1, 1),
    ]
    (down,) = header["down"]
    assert (down["input"], down["push"]) == (1, -4)
    assert down["origin"]["node"] == "input" and down["origin"]["cell"] == (0, 1)
    assert down["origin"]["name"] == "the picture, row 1, column 2"
    assert down["origin"]["seen"] == ((0, 1), (1, 2))
    assert (header["rest"], header["others"], header["bias"]) == (0, 1, 0.5)
    assert arrays["made"].tolist() == [[12.5]]


def test_a_dense_unit_behind_flattened_maps_adds_up_what_maps_and_places_push():
    x = np.float32([[[1, 10], [2, 20]]])
    weights = {"dense1": {"kernel": np.float32([[3], [-1], [4], [0.5]]), "bias": np.float32([1])}}
    header, arrays = opened("1x2x2-relu-dropout_0.5-flatten-dense_1", x, "dense1", 0, weights)
    # The pushes are 3, −10, 8 and 10: the first map's are the first and the third.
    assert [(one["name"], one["push"]) for one in header["mapsUp"]] == [("relu1, map 1", 11)]
    assert header["mapsDown"] == []
    assert arrays["places"].tolist() == [[[-7, 18]]]
    assert header["of"]["name"] == "relu1" and header["of"]["shape"] == (1, 2, 2)


def test_only_the_ten_strongest_inputs_are_listed_on_either_side():
    x = np.ones((1, 30, 1))
    column = np.float32([*range(1, 16), *range(-15, 0)])
    weights = {"dense1": {"kernel": np.stack([column, column], axis=1)}}
    header, arrays = opened("1x30x1-flatten-dense_2_b0", x, "dense1", 0, weights)
    assert [one["push"] for one in header["up"]] == [*range(15, 5, -1)]
    assert [one["push"] for one in header["down"]] == [*range(-15, -5)]
    assert (header["rest"], header["others"], header["bias"]) == (0, 10, None)


def test_inputs_behind_global_pooling_are_whole_maps():
    weights = {"dense1": {"kernel": np.float32([[1]]), "bias": np.float32([0])}}
    header, _ = opened("2x2x1-relu-globalmax-dense_1", SQUARE, "dense1", 0, weights)
    (up,) = header["up"]
    assert up["origin"] == {
        "node": "relu1",
        "map": 0,
        "cell": None,
        "name": "relu1, map 1",
        "seen": None,
    }


def test_softmax_sends_the_scores_and_what_it_divides_by():
    x = np.log([[[1, 2, 5]]])
    header, arrays = opened("1x1x3-flatten-softmax", x, "softmax1", 1, classes=("a", "b", "c"))
    assert arrays["given"].ravel() == pytest.approx(np.log([1, 2, 5]))
    assert arrays["largest"] == pytest.approx(np.log(5))
    assert arrays["others"] == pytest.approx(3 / 5)
    assert arrays["made"] == pytest.approx(2 / 8)
    assert header["classes"] == ["a", "b", "c"] and header["count"] == 3
    assert sources(header) == [("flatten1", 0), ("flatten1", 1), ("flatten1", 2)]


def test_softmax_of_many_lists_the_likeliest_and_the_opened_one():
    x = np.arange(150).reshape(1, 1, 150) / 100
    header, arrays = opened("1x1x150-flatten-softmax", x, "softmax1", 3)
    assert [place for _, place in sources(header)] == [3, *range(50, 150)]
    assert header["count"] == 150
    assert 1 + arrays["others"] == pytest.approx(np.exp(x - x.max()).sum(), rel=1e-6)


def test_what_the_others_add_to_a_sure_answer_is_not_lost():
    _, arrays = opened("1x1x3-flatten-softmax", [[[40, 0, 0]]], "softmax1", 0)
    assert arrays["others"] == pytest.approx(2 * np.exp(-40), rel=1e-6)


def test_the_picture_sends_its_levels_and_its_preparation():
    network = Network(
        "By hand",
        Architecture.from_text("1x2x1-relu"),
        {},
        (),
        Preparation(mean=(0.2,), spread=(0.4,)),
    )
    picture = np.uint8([[[51], [255]]])
    activations = network.activations(picture)
    header, _, levels, made = contents(network, activations, network.levels(picture), "input", 0)
    assert np.frombuffer(levels, "<f4").tolist() == [51, 255]
    assert np.frombuffer(made, "<f4") == pytest.approx([0, 2], abs=1e-6)
    assert (header["mean"], header["spread"], header["agrees"]) == (0.2, 0.4, True)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("2x2x1-relu", "relu1"),
        ("2x2x1-max_2", "pool1"),
        ("2x2x1-globalaverage", "global1"),
        ("2x2x1-flatten-softmax", "softmax1"),
        ("2x2x1-relu", "input"),
    ],
)
def test_a_map_that_is_not_what_goes_in_makes_is_found_out(text, node):
    # `opened` asserts that the header says so.
    header, _ = opened(text, np.zeros((2, 2, 1)), node, altered=2e-4)
    assert header["difference"] == pytest.approx(2e-4, rel=1e-3)


@pytest.mark.parametrize(("node", "map"), [("conv9", 0), ("relu1", 1), ("relu1", -1)])
def test_a_map_that_is_not_there_is_refused(node, map):
    network = Network("By hand", Architecture.from_text("1x1x1-relu"), {}, (), Preparation())
    picture = np.zeros((1, 1, 1), np.uint8)
    with pytest.raises(ValueError, match="There is no map"):
        contents(network, network.activations(picture), picture, node, map)


@st.composite
def convolutions(draw):
    groups = draw(st.sampled_from([1, 2]))
    stride, dilation = draw(st.sampled_from([(1, 1), (2, 1), (3, 1), (1, 2)]))
    size = draw(st.integers(1, 3))
    padding = draw(st.sampled_from(["valid", "same", 1, 2]))
    bias = draw(st.booleans())
    rows, columns = draw(st.integers(5, 7)), draw(st.integers(5, 7))
    text = f"{rows}x{columns}x4-conv_6_{size}_s{stride}_p{padding}_d{dilation}_g{groups}"
    text = text.replace("_s1", "").replace("_pvalid", "").replace("_d1", "").replace("_g1", "")
    return text + ("" if bias else "_b0"), size, groups, draw(st.integers(0, 2**16))


@given(convolutions(), st.integers(0, 5))
def test_products_add_up_to_the_parts_and_these_to_the_map(convolution, place):
    text, size, groups, seed = convolution
    random = np.random.default_rng(seed)
    shape = Architecture.from_text(text).input
    weights = {"conv1": {"kernel": random.normal(size=(size, size, 4 // groups, 6))}}
    weights["conv1"]["kernel"] = weights["conv1"]["kernel"].astype(np.float32)
    if not text.endswith("_b0"):
        weights["conv1"]["bias"] = random.normal(size=6).astype(np.float32)
    header, arrays = opened(text, random.normal(size=shape), "conv1", place, weights)
    total = arrays["each"].sum(axis=0, dtype=float) + (header["bias"] or 0)
    assert np.abs(total - arrays["made"]).max() <= 1e-5
    # The browser reads windows by these numbers alone.
    rows, columns = header["windows"]
    for cell in np.ndindex(arrays["made"].shape):
        r, c = (
            at * axis["stride"] - axis["before"] + axis["dilation"] * np.arange(size)
            for at, axis in zip(cell, (rows, columns), strict=True)
        )
        taken = [(i, j) for i in range(size) for j in range(size)]
        taken = [(i, j) for i, j in taken if 0 <= r[i] < rows["n"] and 0 <= c[j] < columns["n"]]
        for x, kernel, part in zip(*map(arrays.get, ("given", "kernel", "each")), strict=True):
            products = [x[r[i], c[j]] * kernel[i, j] for i, j in taken]
            assert sum(products) == pytest.approx(part[cell], abs=1e-5)
