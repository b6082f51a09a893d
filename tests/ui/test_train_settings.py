from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.compute.training_job import TrainingJob
from vizcore.export.permalink import LONGEST_LINK, LinkError, from_query, link_length, to_query
from vizcore.nets import transfer
from vizcore.nets.architectures import PRESETS, Architecture, ImpossibleLayer
from vizcore.nets.augmentation import Augmentation
from vizcore.nets.recipes import RECIPES, ending_in, fitted
from vizcore.nets.schedules import SCHEDULES
from vizcore.nets.training import LOSSES, OPTIMISERS, PRECISIONS, TrainingSettings
from vizcore.ui.layer_settings import Network
from vizcore.ui.train_settings import TrainSettings

TRANSFER = TrainSettings.usual({"preset": "transfer"}).network
OWN = Network.from_text("9x9x2-conv_4_3_psame-relu-max_2-flatten-dense_3-softmax")
ALL_TRAINED = st.builds(
    TrainSettings,
    dataset=st.text(min_size=1, max_size=100),
    network=st.sampled_from([OWN, *map(Network.named, PRESETS)]),
    optimiser=st.sampled_from(list(OPTIMISERS)),
    rate=st.floats(1e-6, 10),
    schedule=st.sampled_from(list(SCHEDULES)),
    batch=st.integers(1, 4096),
    epochs=st.integers(1, 200),
    loss=st.sampled_from(list(LOSSES)),
    patience=st.integers(0, 100),
    minutes=st.floats(0, 600),
    seed=st.integers(0, 9999),
    precision=st.sampled_from(list(PRECISIONS)),
    standardise=st.booleans(),
    fraction=st.floats(0.01, 0.5),
    probe=st.integers(0, 99_999),
    shift=st.floats(0, 0.5),
    rotate=st.floats(0, 180),
    zoom=st.floats(0, 0.5),
    flip=st.booleans(),
)
HEADS = [
    ending_in(TRANSFER, 2),
    ending_in(TRANSFER, 10),
    Architecture(TRANSFER.input, TRANSFER.layers[:4]),
]
KEPT = st.builds(
    lambda settings, head: replace(
        settings.showing(Network(head.input, head.layers)), preset="transfer"
    ),
    ALL_TRAINED,
    st.sampled_from(HEADS),
)
SETTINGS = ALL_TRAINED | KEPT


@given(SETTINGS)
def test_a_link_reproduces_the_settings(settings):
    query = dict(parse_qsl(urlencode(to_query(settings)), keep_blank_values=True))
    assert from_query(TrainSettings, query) == settings


@given(SETTINGS)
def test_the_job_holds_all_that_is_set_but_the_row(settings):
    assert TrainSettings.of(settings.job()) == settings
    assert TrainingJob.from_settings(settings.job().to_settings()) == settings.job()


def test_where_one_starts_is_no_part_of_the_link():
    assert to_query(TrainSettings()) == {}


def test_one_starts_with_the_simplest_network_and_its_recipe():
    start = TrainSettings()
    assert start.by_recipe("simplest-cnn") == start
    layers = fitted(Network.named("simplest-cnn"), (8, 8, 1), 10).layers
    assert start.network == Network((8, 8, 1), layers)


def test_the_job_of_the_first_screen_is_written_out():
    assert TrainSettings(shift=0.1, probe=3).job() == TrainingJob(
        "digits",
        "8x8x1-conv_8_3-relu-max_2-flatten-dense_10-softmax",
        TrainingSettings(
            "adam", 0.003, "constant", 32, 10, "cross_entropy", 0, 0, 0, "auto", Augmentation(0.1)
        ),
        False,
        0.1,
        3,
    )


def test_a_preset_goes_by_its_name_in_the_link_and_by_its_layers_in_the_job():
    settings = TrainSettings(network=Network.named("mnist-mlp"))
    assert to_query(settings)["network"] == "mnist-mlp"
    text = "28x28x1-flatten-dense_128-relu-dropout_0.2-dense_10-softmax"
    assert settings.job().network == text


@pytest.mark.parametrize("name", RECIPES)
def test_a_link_that_names_a_preset_alone_brings_its_recipe(name):
    settings = from_query(TrainSettings, {"network": name, "dataset": "mnist"})
    assert settings == TrainSettings("mnist", Network.named(name)).by_recipe(name)
    assert to_query(settings) == {"network": name, "dataset": "mnist"}


def test_what_a_link_says_wins_over_the_recipe():
    query = {"network": "mnist-five-conv", "optimiser": "adam", "flip": "1"}
    settings = from_query(TrainSettings, query)
    assert (settings.optimiser, settings.flip) == ("adam", True)
    assert (settings.rate, settings.batch, settings.shift) == (1.0, 512, 0.1)
    assert to_query(settings) == query
    plain = TrainSettings(network=Network.named("mnist-mlp"))
    assert to_query(plain) == {"network": "mnist-mlp", "rate": "0.003", "epochs": "10"}


@pytest.mark.parametrize("name", ["alexnet", "organs"])
def test_a_network_without_a_recipe_takes_the_settings_one_starts_with(name):
    settings = from_query(TrainSettings, {"network": name})
    assert settings == TrainSettings(network=Network.named(name))


def test_the_job_that_a_run_was_made_of_comes_back_as_a_short_link():
    training = TrainingSettings(epochs=7, minutes=0, augmentation=Augmentation(rotate=10))
    settings = TrainSettings.of(TrainingJob("digits", "8x8x1-flatten-dense_10-softmax", training))
    assert to_query(settings) == {
        "network": "8x8x1-flatten-dense_10-softmax",
        "rate": "0.001",
        "batch": "64",
        "epochs": "7",
        "rotate": "10.0",
    }


@pytest.mark.parametrize("name", RECIPES)
def test_every_setting_of_the_longest_kind_still_makes_a_link(name):
    settings = TrainSettings(network=Network.named(name), seed=12).by_recipe(name)
    assert settings.training().optimiser == RECIPES[name].training.optimiser
    assert settings.training().augmentation == RECIPES[name].training.augmentation
    assert settings.seed == 12
    link = link_length("https://convolution.example/train_a_network", settings)
    assert link <= LONGEST_LINK


@pytest.mark.parametrize(
    "query",
    [
        {"network": "no-such-net"},
        {"network": "4x4x1-max_2-max_3"},
        {"dataset": ""},
        {"dataset": "x" * 101},
        {"row": "0"},
        {"row": "7"},
        {"optimiser": "lion"},
        {"rate": "0"},
        {"rate": "nan"},
        {"schedule": "zigzag"},
        {"batch": "1.5"},
        {"epochs": "201"},
        {"loss": "<b>"},
        {"minutes": "-1"},
        {"standardise": "yes"},
        {"fraction": "0"},
        {"fraction": "0.9"},
        {"probe": "-1"},
        {"shift": "0.6"},
        {"rotate": "inf"},
        {"flip": "2"},
    ],
)
def test_what_cannot_be_is_refused(query):
    with pytest.raises(LinkError, match="This link cannot be followed"):
        from_query(TrainSettings, query)


def test_an_impossible_stack_is_named_at_its_row():
    with pytest.raises(ImpossibleLayer, match="Row 2, max pooling") as refusal:
        TrainSettings(network=Network.from_text("4x4x1-max_2-max_3"))
    assert refusal.value.row == 1


# ---- The features of a network that ships ----


@pytest.mark.parametrize(("dataset", "classes"), [("own-12ab", 2), ("mnist", 10), ("digits", 10)])
def test_a_link_that_names_transfer_alone_brings_its_network_and_recipe(dataset, classes):
    query = {"preset": "transfer"} | ({"dataset": dataset} if dataset != "digits" else {})
    settings = from_query(TrainSettings, query)
    assert to_query(settings) == query
    assert settings.job().network == transfer.with_new_head("objects", classes).to_text()
    assert settings.training() == transfer.RECIPE.training
    assert settings.job().features == "objects"


def test_what_the_link_says_wins_over_the_recipe_of_transfer():
    settings = from_query(TrainSettings, {"preset": "transfer", "epochs": "3", "flip": "1"})
    assert (settings.epochs, settings.flip, settings.preset) == (3, True, "transfer")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"preset": "magic"}, "there is no preset “magic”"),
        ({"preset": "transfer", "network": "mnist-mlp"}, "does not begin as Objects does"),
    ],
)
def test_a_transfer_that_cannot_be_is_refused(query, said):
    with pytest.raises(LinkError, match=said):
        from_query(TrainSettings, query)


def test_a_network_that_shares_nothing_any_more_is_trained_as_a_whole():
    settings = TrainSettings().transferring(2)
    assert settings.features == "objects"
    assert settings.showing(OWN).features == "" and settings.trying(OWN).features == ""
    shorter = Network((32, 32, 3), settings.network.layers[:3])
    assert settings.showing(shorter).features == "objects"


def test_a_shorter_network_takes_the_row_along_as_far_as_it_goes():
    settings = TrainSettings(network=Network.named("alexnet"), row=20)
    assert settings.showing(OWN, 20).row == 6
    assert settings.showing(OWN).row == 1


@pytest.mark.parametrize(
    ("dataset", "network", "text", "optimiser"),
    [
        (
            "digits",
            "mnist-mlp",
            "8x8x1-flatten-dense_128-relu-dropout_0.2-dense_10-softmax",
            "adam",
        ),
        ("cifar10", "mnist-five-conv", "32x32x3-conv_32_3-relu", "adadelta"),
        ("somebodys", "mnist-five-conv", "28x28x1-conv_32_3-relu", "adadelta"),
        ("digits", "alexnet", "227x227x3-conv_96_11_s4", "sgd"),
    ],
)
def test_a_network_from_another_page_comes_with_its_recipe(dataset, network, text, optimiser):
    begun = TrainSettings(dataset, optimiser="sgd", seed=3, row=2)
    trying = begun.trying(Network.named(network))
    assert trying.job().network.startswith(text)
    assert (trying.dataset, trying.seed, trying.row) == (dataset, 3, 1)
    assert trying.optimiser == optimiser
