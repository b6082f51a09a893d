from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.export.permalink import LONGEST_LINK, LinkError, from_query, link_length, to_query
from vizcore.lessons.networks import NETWORK_LESSONS
from vizcore.nets.architectures import PRESETS, ImpossibleLayer
from vizcore.ui.layer_settings import LayerSettings, Network, from_lesson

OWN = Network.from_text("9x8x2-conv_4_3_psame-relu-max_2-flatten-dense_3")
NETWORKS = st.sampled_from([*map(Network.named, PRESETS), OWN])
SETTINGS = NETWORKS.flatmap(
    lambda network: st.builds(
        LayerSettings,
        network=st.just(network),
        row=st.integers(1, len(network.layers)),
        share=st.integers(0, 100),
    )
)


@given(SETTINGS)
def test_a_link_reproduces_the_settings(settings):
    query = dict(parse_qsl(urlencode(to_query(settings))))
    assert from_query(LayerSettings, query) == settings


def test_where_one_starts_is_no_part_of_the_link():
    assert to_query(LayerSettings()) == {}


@pytest.mark.parametrize("slug", PRESETS)
def test_a_preset_goes_by_its_name_and_an_edited_one_by_its_layers(slug):
    network = Network.named(slug)
    assert (network.slug, network.to_text()) == (slug, slug)
    changed = Network((network.input[0] + 1, *network.input[1:]), network.layers)
    assert changed.slug is None
    assert Network.from_text(changed.to_text()) == changed
    assert link_length("https://convolution.example/layer_tables", LayerSettings(changed)) <= (
        LONGEST_LINK
    )


@pytest.mark.parametrize(
    "query",
    [
        {"network": "no-such-net"},
        {"network": ""},
        {"network": "<b>"},
        {"network": "4x4x1-max_2-max_3"},
        {"network": "4x4x1-dense_3"},
        {"network": "4000x4000x3-relu"},
        {"network": "4x4x1-conv_0_3"},
        {"row": "0"},
        {"row": "10"},
        {"row": "first"},
        {"share": "101"},
        {"share": "-1"},
    ],
)
def test_what_cannot_be_is_refused(query):
    with pytest.raises(LinkError, match="This link cannot be followed"):
        from_query(LayerSettings, query)


def test_an_impossible_stack_is_named_at_its_row():
    with pytest.raises(ImpossibleLayer, match="Row 2, max pooling") as refusal:
        LayerSettings(Network.from_text("4x4x1-max_2-max_3"))
    assert refusal.value.row == 1


def test_a_network_is_read_as_a_browser_tells_it():
    told = {
        "input": [9, 8, 2],
        "layers": [
            {"kind": "conv", "arguments": {"filters": 4, "size": 3, "padding": "same"}},
            {"kind": "relu", "arguments": {}},
            {"kind": "max", "arguments": {"size": 2, "stride": 2, "padding": "valid"}},
            {"kind": "flatten", "arguments": {}},
            {"kind": "dense", "arguments": {"units": 3}},
        ],
    }
    assert Network.of(told) == OWN


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"input": [4, 4, 1]},
        {"input": None, "layers": []},
        {"input": [4, 4], "layers": [{"kind": "relu", "arguments": {}}]},
        {"input": [4, 4, 1], "layers": []},
        {"input": [4, 4, 1], "layers": [None]},
        {"input": [4, 4, 1], "layers": [{"kind": "swish", "arguments": {}}]},
        {"input": [4, 4, 1], "layers": [{"kind": ["relu"], "arguments": {}}]},
        {"input": [4, 4, 1], "layers": [{"kind": "relu", "arguments": {"size": 1}}]},
        {"input": [4, 4, 1], "layers": [{"kind": "dense", "arguments": {"units": "4"}}]},
        {"input": [4, 4, 1], "layers": [{"kind": "max", "arguments": {"size": 2.5}}]},
        {"input": [4, 4, 1], "layers": [{"kind": "max", "arguments": {"size": [2]}}]},
        {"input": [4, 4, 1], "layers": [{"kind": "conv", "arguments": {"filters": 4, "size": 3,
                                                                       "padding": [1]}}]},
        {"input": ["4", 4, 1], "layers": [{"kind": "relu", "arguments": {}}]},
    ],
)  # fmt: skip
def test_what_is_no_network_is_refused(told):
    with pytest.raises((ValueError, KeyError, TypeError)):
        Network.of(told)


def test_a_shorter_network_takes_the_row_along_as_far_as_it_goes():
    settings = LayerSettings(Network.named("alexnet"), row=20)
    assert settings.showing(OWN, 20).row == 5
    assert settings.showing(OWN).row == 1


@pytest.mark.parametrize("slug", NETWORK_LESSONS)
def test_a_lesson_becomes_settings(slug):
    settings = from_lesson(NETWORK_LESSONS[slug])
    assert settings.network.slug == NETWORK_LESSONS[slug].settings["network"]
    assert settings.row == 1
