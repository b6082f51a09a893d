"""What the browser is sent of a network and of a picture, and what it tells."""

import json
import struct

import numpy as np
import pytest
import streamlit as st

from vizcore.nets.architectures import Architecture
from vizcore.nets.network import Network
from vizcore.nets.preparation import Preparation
from vizcore.ui import netmap as module
from vizcore.ui.netmap import contents, netmap
from vizcore.ui.netmap.columns import _too_large

PICTURE = np.uint8([0, 51, 102, 255]).reshape(2, 2, 1)


def unpacked(packed):
    (size,) = struct.unpack("<I", packed[:4])
    header, rest = json.loads(packed[4 : 4 + size]), packed[4 + size :]
    ends = np.cumsum(header["parts"])
    return header, [bytes(part) for part in np.split(np.frombuffer(rest, np.uint8), ends[:-1])]


def made(text, weights, classes=(), picture=PICTURE):
    """Return a network of these weights, and what the browser is sent of it."""
    network = Network("A", Architecture.from_text(text), weights, tuple(classes), Preparation())
    return network, contents(network, network.activations(picture), picture)


def sent(*arguments, **options):
    """Return the header of the network, its matrices, the numbers and the levels."""
    _, (stamps, whole, seen) = made(*arguments, **options)
    header, matrices = unpacked(whole)
    other, (numbers, levels) = unpacked(seen)
    assert stamps == {"network": header["stamp"], "picture": other["stamp"]}
    return header, [np.frombuffer(one, "<f4") for one in matrices], numbers, levels


SMALL = "2x2x1-conv_2_1-relu-dropout_0.5-flatten-dense_2-softmax"
WEIGHTS = {
    "conv1": {"kernel": np.float32([[[[1, -10]]]]), "bias": np.float32([0, 1])},
    # Of cell 1: map 1, map 2; of cell 2 …; each for two classes.
    "dense1": {
        "kernel": np.float32([[1, 0], [2, 1], [10, 0], [20, 1], [100, 0], [0, 1], [0, 0], [0, 1]]),
        "bias": np.float32([0, 0]),
    },
}


def test_columns_edges_and_numbers_by_hand():
    header, matrices, numbers, levels = sent(SMALL, WEIGHTS, "ab")
    maps = {"shape": [2, 2, 2], "field": [0, 0, 1, 1, 1, 1], "block": "", "sent": True}
    row = {"shape": [2], "field": None, "block": "", "sent": True}
    del header["stamp"]
    assert header == {
        "columns": [
            {**maps, "name": "input", "label": "input", "kind": "input", "shape": [2, 2, 1]}
            | {"sources": []},
            {**maps, "name": "conv1", "label": "conv1", "kind": "conv"}
            | {"sources": [{"column": 0, "by": "weights", "groups": 1, "part": 0}]},
            {**maps, "name": "relu1", "label": "relu1", "kind": "relu"}
            | {"sources": [{"column": 1, "by": "one"}]},
            {**row, "name": "dense1", "label": "dense1", "kind": "dense"}
            | {"sources": [{"column": 2, "by": "weights", "groups": 1, "part": 1}]},
            {**row, "name": "softmax1", "label": "softmax1", "kind": "softmax"}
            | {"sources": [{"column": 3, "by": "all"}]},
        ],
        "classes": ["a", "b"],
        "output": "softmax1",
        "parts": [8, 16],
    }
    # Map 1 pushes the first class by 1 + 10 + 100 + 0, map 2 by 2 + 20.
    assert [one.tolist() for one in matrices] == [[1, -10], [111, 0, 22, 4]]
    numbers = np.frombuffer(numbers, "<f4").tolist()
    pixels = [0, 0.2, 0.4, 1]
    assert numbers[:12] == pytest.approx([*pixels, *pixels, 1, -1, -3, -9])
    assert numbers[12:20] == pytest.approx([*pixels, 1, 0, 0, 0])
    # 1·0 + 10·0.2 + 100·0.4 + 2·1 and 1·1.
    assert numbers[20:22] == pytest.approx([44, 1])
    assert numbers[22:] == pytest.approx([1, 0])
    assert levels == bytes([0, 51, 102, 255])


def test_another_picture_leaves_the_network_as_it_was():
    network, (stamps, whole, seen) = made(SMALL, WEIGHTS, "ab")
    other = contents(network, network.activations(PICTURE[::-1]), PICTURE[::-1])
    assert other[1] == whole and other[2] != seen
    assert other[0]["network"] == stamps["network"]
    assert other[0]["picture"] != stamps["picture"]
    changed = {**WEIGHTS, "conv1": {**WEIGHTS["conv1"], "kernel": np.float32([[[[1, -9]]]])}}
    assert made(SMALL, changed, "ab")[1][0]["network"] != stamps["network"]


def test_a_residual_block_is_told_by_its_parts_with_both_sources():
    weights = {
        "residual1_conv1": {"kernel": np.ones((3, 3, 1, 2), np.float32)},
        "residual1_conv2": {"kernel": np.ones((3, 3, 2, 2), np.float32)},
    }
    for one in weights.values():
        one["bias"] = np.zeros(2, np.float32)
    header, *_ = sent("2x2x1-residual_2_n0_cpad", weights)
    told = [(one["name"], one["label"], one["block"]) for one in header["columns"]]
    assert told == [
        ("input", "input", ""),
        ("residual1_conv1", "conv1", "residual1"),
        ("residual1_relu", "relu", "residual1"),
        ("residual1_conv2", "conv2", "residual1"),
        ("residual1_back", "back", "residual1"),
        ("residual1_add", "add", "residual1"),
        ("residual1", "relu", "residual1"),
    ]
    assert header["columns"][4]["sources"] == [{"column": 0, "by": "one"}]
    assert header["columns"][5]["sources"] == [
        {"column": 3, "by": "one"},
        {"column": 4, "by": "one"},
    ]
    assert header["classes"] == []


def test_groups_depthwise_and_numbers_out_of_maps():
    kernel = np.float32(np.arange(4).reshape(1, 1, 2, 2))
    weights = {
        "conv1": {"kernel": np.ones((1, 1, 1, 4), np.float32), "bias": np.zeros(4, np.float32)},
        "conv2": {"kernel": kernel, "bias": np.zeros(2, np.float32)},
        "depthwise1": {
            "kernel": np.float32([[[[1, 2]], [[3, 4]]], [[[5, 6]], [[7, 8]]]]),
            "bias": np.zeros(2, np.float32),
        },
    }
    text = "2x2x1-conv_4_1-conv_2_1_g2-depthwise_2-flatten-relu"
    header, matrices, *_ = sent(text, weights)
    assert [one["sources"] for one in header["columns"][2:]] == [
        [{"column": 1, "by": "weights", "groups": 2, "part": 1}],
        [{"column": 2, "by": "one", "part": 2}],
        [{"column": 3, "by": "turns"}],
    ]
    assert matrices[1].tolist() == [0, 1, 2, 3] and matrices[2].tolist() == [16, 20]
    header, *_ = sent("2x2x1-globalmax-softmax", {}, "a")
    assert [one["sources"] for one in header["columns"][1:]] == [
        [{"column": 0, "by": "one"}],
        [{"column": 1, "by": "all"}],
    ]


def test_too_large_a_matrix_is_not_sent(monkeypatch):
    monkeypatch.setattr("vizcore.ui.netmap.columns.MOST_WEIGHTS", 3)
    header, matrices, *_ = sent(SMALL, WEIGHTS, "ab")
    assert [one["sources"] for one in header["columns"]][3] == [
        {"column": 2, "by": "many", "groups": 1}
    ]
    assert [len(one) for one in matrices] == [2]


def test_of_too_many_numbers_the_largest_are_left_out_first_of_all_norms(monkeypatch):
    text = "4x4x1-conv_2_1-norm-relu-max_2"
    graph = Network("A", Architecture.from_text(text), {}, (), Preparation()).graph
    for most, left in ((200, set()), (119, {"norm1"}), (80, {"norm1", "conv1"})):
        monkeypatch.setattr("vizcore.ui.netmap.columns.MOST_NUMBERS", most)
        assert _too_large(list(graph.values())) == left


@pytest.fixture
def mounted(monkeypatch):
    """Mount a map, and return what its elements were given, by their keys."""
    given = {}
    take = lambda key, **those: given.update({key: those})  # noqa: E731
    monkeypatch.setattr(module, "_component", take)
    monkeypatch.setattr(module, "netmap_values", lambda packed, key: take(key, data=packed))

    def mount(shown, **options):
        said = []
        netmap(
            shown,
            **{"opened": None, "ranges": "layer", "visit": 0, "key": "map", **options},
            on_open=lambda *told: said.append(told),
            on_ranges=lambda *told: said.append(told),
        )
        return given, said

    return mount


def test_numbers_travel_apart_from_what_is_open(mounted):
    _, shown = made(SMALL, WEIGHTS, "ab")
    given, _ = mounted(shown, opened=("conv1", 1), ranges="map", visit=3)
    assert given["map.pixels-network"]["data"] == shown[1]
    assert given["map.pixels-picture"]["data"] == shown[2]
    assert given["map"]["data"] == shown[0] | {"opened": ["conv1", 1], "range": "map", "visit": 3}


def test_what_the_browser_tells_is_passed_on(mounted, monkeypatch):
    given, said = mounted(made(SMALL, WEIGHTS, "ab")[1])
    told = {"opened": {"node": "x", "map": 7, "number": 1}, "ranges": {"of": "map", "number": 2}}
    monkeypatch.setattr(st, "session_state", {"map": told})
    given["map"]["on_opened_change"]()
    given["map"]["on_ranges_change"]()
    assert said == [("x", 7), ("map",)]
