"""The networks that ship: their cards, weights and samples belong together, and Keras agrees."""

import math

import numpy as np
import pytest

from vizcore.imaging.samples import SAMPLES
from vizcore.nets import pretrained, weights
from vizcore.nets.architectures import layer_table, totals
from vizcore.nets.dataset import DatasetError
from vizcore.nets.datasets import load_dataset
from vizcore.nets.inspection import feature_maps
from vizcore.nets.keras_model import keras_model
from vizcore.nets.pretrain import PLANS

MOST_BYTES = 3 * 2**20

NAMES = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            not (pretrained.FOLDER / f"{name}.npz").exists(), reason=f"{name} is not made yet"
        ),
    )
    for name in (*pretrained.NAMES, *pretrained.SHIFT_PAIR)
]
each = pytest.mark.parametrize("name", NAMES)


def test_there_is_a_plan_for_each():
    assert {*PLANS} == {*pretrained.NAMES, *pretrained.SHIFT_PAIR}


@each
def test_its_files_are_small(name):
    files = [*pretrained.FOLDER.glob(f"{name}.*"), *pretrained.FOLDER.glob(f"{name}-*")]
    assert len(files) >= 2
    assert sum(file.stat().st_size for file in files) <= MOST_BYTES


def test_no_file_ships_twice():
    files = [file.read_bytes() for file in pretrained.FOLDER.glob("*.npz")]
    assert len(files) == len({*files}) >= 8


@each
def test_its_weights_are_those_of_the_network_on_its_card(name):
    network, card = pretrained.load(name), pretrained.card(name)
    assert network.architecture.to_text() == card.network == PLANS[name].network
    weights.layer_weights(network.weights, network.graph)
    assert weights.count(network.weights) == totals(layer_table(network.architecture)).parameters
    assert all(np.isfinite(one).all() for own in network.weights.values() for one in own.values())
    assert network.graph[network.output].shape == (len(card.class_names),)
    assert (
        len(card.preparation.mean) == len(card.preparation.spread) == network.architecture.input[2]
    )


@each
def test_its_card_adds_up(name):
    card = pretrained.card(name)
    classes = len(card.class_names)
    assert card.confusion.shape == (classes, classes) and card.confusion.min() >= 0
    assert card.confusion.sum() == card.counts["test"]
    assert card.confusion.trace() / card.counts["test"] == card.test_accuracy
    right = card.validation_accuracy * card.counts["validation"]
    assert right == pytest.approx(round(right), abs=1e-6)
    assert 0 < card.epochs <= card.recipe["epochs"] and card.seconds > 0
    assert card.title and card.about and card.source and card.made_with


@each
def test_its_samples_are_pictures_of_its_classes(name):
    card, samples = pretrained.card(name), pretrained.samples(name)
    if not PLANS[name].shareable:
        assert samples is None
        return
    assert samples.x.dtype == np.uint8
    assert samples.x.shape[1:] == pretrained.load(name).architecture.input
    assert {*samples.y.tolist()} == {*range(len(card.class_names))}
    assert samples.credit == card.source
    # Weights, preparation and the order of the classes belong together.
    network = pretrained.load(name)
    right = [
        network.activations(x)[network.output].argmax() == y
        for x, y in zip(samples.x, samples.y, strict=True)
    ]
    assert np.mean(right) > card.test_accuracy - slack(card.test_accuracy, len(right))


@each
def test_its_samples_are_of_its_data_where_those_are_here(name):
    samples = pretrained.samples(name)
    if samples is None:
        pytest.skip("its data may not be passed on")
    test = data_of(name).test
    known = {(x.tobytes(), int(y)) for x, y in zip(test.x, test.y, strict=True)}
    assert all((x.tobytes(), int(y)) in known for x, y in zip(samples.x, samples.y, strict=True))


@each
def test_it_is_as_good_as_its_card_says_on_some_of_the_test_part(name):
    card, network, test = pretrained.card(name), pretrained.load(name), data_of(name).test
    places = np.random.default_rng(5).choice(len(test), 300, replace=False)
    right = [network.activations(test.x[n])[network.output].argmax() == test.y[n] for n in places]
    assert abs(np.mean(right) - card.test_accuracy) < slack(card.test_accuracy, len(right))


def slack(accuracy, pictures):
    """Return four standard deviations of how much of so many pictures is right, and a picture."""
    return 4 * math.sqrt(accuracy * (1 - accuracy) / pictures) + 1 / pictures


def data_of(name):
    try:
        data = load_dataset(pretrained.card(name).dataset)
    except DatasetError as error:
        pytest.skip(str(error))
    assert data.class_names == pretrained.card(name).class_names
    return data


def pictures(name):
    """Pictures as it was made for, if need be a photograph, and how far Keras may be from us."""
    network, samples = pretrained.load(name), pretrained.samples(name)
    for picture in samples.x[:3] if samples else [SAMPLES["cat"].load()]:
        yield picture, dict.fromkeys(network.graph, 1e-4)
    # What it never saw can make its numbers large, and rounding with them.
    noise = np.random.default_rng(0).integers(0, 256, network.architecture.input, np.uint8)
    sizes = {node: np.abs(one).max() for node, one in network.activations(noise).items()}
    yield noise, {node: 1e-5 * max(10, size) for node, size in sizes.items()}


@pytest.mark.xdist_group("tensorflow")
@each
def test_keras_gives_the_same_in_every_layer(name):
    network = pretrained.load(name)
    model = keras_model(network)
    names = [node for node in network.graph if node != "input"]
    # Everything that Keras computes, but for the padding that it does in a layer of its own.
    assert [one.name for one in model.layers[1:] if "_padding" not in one.name] == names
    for picture, most in pictures(name):
        ours = network.activations(picture)
        theirs = feature_maps(model, ours["input"], names)
        for node in names:
            assert ours[node].shape == theirs[node].shape
            assert np.abs(ours[node] - theirs[node]).max() <= most[node], node
