import numpy as np
import pytest
import streamlit as st
from made_networks import drawn_network

from vizcore.compute.networks import NetworkError
from vizcore.nets.model_files import ModelFile
from vizcore.nets.preparation import Preparation
from vizcore.ui import own_model
from vizcore.ui.own_model import OwnModel, names_in, preparation_of, with_network


@pytest.fixture(autouse=True)
def session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})


def own(text="8x8x1-conv_2_3-relu-flatten-dense_3-softmax", preparation=None, **said):
    made = drawn_network(text)
    return OwnModel(ModelFile("Mine", made.architecture, made.weights, preparation), **said)


def prepared(model, *levels):
    picture = np.resize(np.uint8(levels), model.file.architecture.input)
    return with_network(model).network.prepared(picture).ravel()[: len(levels)].tolist()


def test_classes_that_nobody_names_have_their_number():
    assert own().class_names == ("class 0", "class 1", "class 2")
    assert own(names=("cat", "", "dog", "ship")).class_names == ("cat", "class 1", "dog")
    assert names_in("a\n\n  b  c \n\n") == ("a", "", "b c")
    assert len(names_in("x" * 500)[0]) == own_model.LONGEST_NAME


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ({}, [0, 0.2, 1]),
        ({"scale": "byte"}, [0, 51, 255]),
        ({"scale": "signed"}, [-1, -0.6, 1]),
        ({"scale": "standard", "mean": "0.2", "spread": "0.4"}, [-0.5, 0, 2]),
        ({"scale": "standard", "mean": "1/5", "spread": ".4"}, [-0.5, 0, 2]),
    ],
)
def test_levels_are_scaled_as_the_visitor_says(said, numbers):
    np.testing.assert_allclose(prepared(own(**said), 0, 51, 255), numbers, atol=1e-4)


def test_what_the_file_says_of_it_goes_before():
    file = Preparation(mean=(0.2,), spread=(0.4,))
    np.testing.assert_allclose(
        prepared(own(preparation=file, scale="byte"), 0, 51, 255), [-0.5, 0, 2], atol=1e-6
    )


def test_each_channel_may_have_numbers_of_its_own():
    model = own("8x8x3-flatten-dense_3-softmax", scale="standard", mean=".1 .2 .3", spread="0.5")
    assert preparation_of(model) == Preparation(mean=(0.1, 0.2, 0.3), spread=(0.5,) * 3)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"mean": "x"}, "`x` is not a number"),
        ({"mean": ""}, "Type one number, or 1"),
        ({"mean": "1 2"}, "Type one number, or 1"),
        ({"spread": "0"}, "larger than 0"),
        ({"spread": "-1"}, "larger than 0"),
    ],
)
def test_what_is_no_scale_is_told_and_the_network_before_stays(said, problem):
    before = with_network(own())
    network = before.network
    after = with_network(OwnModel(before.file, scale="standard", network=network, **said))
    assert after.network is network and problem in after.problem


def test_a_file_that_cannot_be_opened_has_no_network():
    model = with_network(own("8x8x1-conv_2_3-relu"))
    assert model.network is None and "answers with maps" in model.problem


def test_without_a_file_a_link_to_it_is_told():
    with pytest.raises(NetworkError, match="somebody's own file, which a link cannot carry"):
        own_model.open_own()
    st.session_state["own_model"] = with_network(own())
    assert own_model.open_own() is own_model.own_model().network
