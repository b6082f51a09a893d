from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.export.permalink import LinkError, from_query, link_length, to_query
from vizcore.lessons import LESSONS
from vizcore.ops import leaky_relu, softmax
from vizcore.ui.activation_settings import (
    CURVES,
    LARGEST_RATE,
    LARGEST_SEED,
    LARGEST_X,
    MAP_KERNELS,
    MAP_PHOTOS,
    MOST_INPUTS,
    NEURON_ACTIVATIONS,
    OUTPUTS,
    TOPICS,
    ActivationSettings,
    Chosen,
    Numbers,
    from_lesson,
)

TEXTS = st.sampled_from(["3", "-0.5", "1/9", "0", "-1000000", ".25", "+2", "0.111111"])
SHARES = st.sampled_from(["0", "1", "0.5", "1/3", ".25", "0.999999"])


@st.composite
def settings(draw):
    n = draw(st.integers(1, MOST_INPUTS))
    row = st.lists(TEXTS, min_size=n, max_size=n).map(Numbers)
    places = st.floats(-LARGEST_X, LARGEST_X).map(lambda x: round(x, 2))
    return ActivationSettings(
        topic=draw(st.sampled_from([*TOPICS])),
        activation=draw(st.sampled_from([*NEURON_ACTIVATIONS])),
        alpha=draw(st.floats(0, 1)),
        inputs=draw(row),
        weights=draw(row),
        bias=Numbers([draw(TEXTS)]),
        curves=Chosen.of(draw(st.lists(st.sampled_from([*CURVES]), min_size=1))),
        x=draw(places),
        second=draw(places),
        third=draw(places),
        photo=draw(st.sampled_from([*MAP_PHOTOS])),
        kernel=draw(st.sampled_from([*MAP_KERNELS])),
        outputs=Numbers(draw(st.lists(SHARES, min_size=OUTPUTS, max_size=OUTPUTS))),
        digit=draw(st.integers(0, OUTPUTS - 1)),
        rate=draw(st.floats(0, LARGEST_RATE)),
        seed=draw(st.integers(0, LARGEST_SEED)),
        training=draw(st.booleans()),
    )


@given(settings())
def test_a_link_reproduces_the_settings(now):
    query = dict(parse_qsl(urlencode(to_query(now))))
    assert from_query(ActivationSettings, query) == now
    assert link_length("https://example.org/activations", now) < 2000


def test_where_one_starts_is_no_part_of_the_link():
    assert to_query(ActivationSettings()) == {}


@pytest.mark.parametrize(
    "query",
    [
        {"topic": "softmax"},
        {"activation": "softmax"},
        {"activation": "<b>"},
        {"alpha": "-0.1"},
        {"alpha": "1.01"},
        {"alpha": "nan"},
        {"inputs": "1_2"},
        {"inputs": "1_2_3_4_5_6_7", "weights": "1_2_3_4_5_6_7"},
        {"inputs": "", "weights": ""},
        {"inputs": "1_2_x"},
        {"weights": "1_2_1e3"},
        {"bias": "1_2"},
        {"bias": "1/0"},
        {"curves": ""},
        {"curves": "sigmoid-elu"},
        {"x": "6.1"},
        {"x": "inf"},
        {"second": "-7"},
        {"third": "one"},
        {"photo": "astronaut2"},
        {"kernel": "identity"},
        {"outputs": "0.5"},
        {"outputs": "_".join(["1.1"] + ["0"] * 9)},
        {"outputs": "_".join(["-0.1"] + ["0"] * 9)},
        {"digit": "10"},
        {"digit": "-1"},
        {"rate": "0.95"},
        {"rate": "1"},
        {"seed": "10000"},
        {"seed": "1.5"},
        {"training": "yes"},
    ],
)
def test_what_cannot_be_is_refused(query):
    with pytest.raises(LinkError, match="This link cannot be followed"):
        from_query(ActivationSettings, query)


def test_the_neuron_adds_up_and_bends():
    now = ActivationSettings(
        activation="leaky_relu",
        alpha=0.25,
        inputs=Numbers(["1/4", "2"]),
        weights=Numbers(["4", "-3"]),
        bias=Numbers(["1"]),
    )
    assert now.total == -4
    assert now.activate(now.total) == leaky_relu(-4, 0.25) == -1
    assert now.activate(now.total, "relu") == 0


def test_softmax_is_read_among_the_other_scores():
    now = ActivationSettings(second=2.0, third=-1.0)
    assert now.activate(0.5, "softmax") == pytest.approx(softmax([0.5, 2, -1])[0])
    share = float(now.activate(0.5, "softmax"))
    assert now.slope(0.5, "softmax") == pytest.approx(share * (1 - share))


def test_one_number_is_typed_anew():
    now = ActivationSettings()
    assert now.with_edit({"row": "weights", "place": 1, "text": " −1 / 9"}).weights[1] == "-1/9"
    assert now.with_edit({"row": "bias", "place": 0, "text": "0,5"}).bias == ("0.5",)
    assert now.with_edit({"row": "outputs", "place": 9, "text": "1"}).outputs.values[9] == 1
    assert now.with_edit({"digit": 7}).digit == 7


@pytest.mark.parametrize(
    "edit",
    [
        None,
        {},
        {"row": "curves", "place": 0, "text": "1"},
        {"row": "inputs", "place": 3, "text": "1"},
        {"row": "inputs", "place": -1, "text": "1"},
        {"row": "inputs", "place": 0.5, "text": "1"},
        {"row": "inputs", "place": 0, "text": "abc"},
        {"row": "inputs", "place": 0, "text": "1_2"},
        {"row": "inputs", "place": 0, "text": None},
        {"row": "outputs", "place": 0, "text": "1.01"},
        {"row": ["inputs"], "place": 0, "text": "1"},
        {"digit": 10},
        {"digit": "3"},
        {"digit": 3.5},
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(edit):
    with pytest.raises((ValueError, KeyError, TypeError)):
        ActivationSettings().with_edit(edit)


def test_inputs_come_and_go_without_changing_the_sum_at_first():
    now = ActivationSettings()
    more = now.with_inputs(5)
    assert (len(more.inputs), len(more.weights)) == (5, 5)
    assert more.total == now.total
    assert more.with_inputs(3) == now
    assert len(now.with_inputs(1).inputs) == 1


def test_curves_stand_in_their_order_each_once():
    assert Chosen.of(["relu", "sigmoid", "relu"]) == ("sigmoid", "relu")


@pytest.mark.parametrize("slug", ["activations", "cost", "dropout"])
def test_a_lesson_becomes_settings(slug):
    lesson = LESSONS[slug]
    now = from_lesson(lesson)
    given = lesson.settings
    if slug == "activations":
        assert now.topic == "neuron"
        assert np.array_equal(now.inputs.values, given["inputs"])
        assert np.array_equal(now.weights.values, given["weights"])
        assert now.total == lesson.expected[0]
    if slug == "cost":
        assert now.topic == "cost" and now.digit == given["digit"]
        assert np.array_equal(now.outputs.values, given["prediction"])
    if slug == "dropout":
        assert (now.topic, now.rate, now.seed) == ("dropout", given["rate"], given["seed"])
        assert now.training
