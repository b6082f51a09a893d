import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from visiting import layers_message, tell_layers

from vizcore.compute import jobs
from vizcore.compute.runs import State
from vizcore.export.permalink import to_query
from vizcore.nets import transfer
from vizcore.nets.datasets import load_dataset
from vizcore.nets.recipes import RECIPES
from vizcore.nets.splits import three_parts
from vizcore.ui import train_submit
from vizcore.ui.layer_settings import Network
from vizcore.ui.train_settings import TrainSettings

PAGE = "pages/train_a_network.py"
OWN = "8x8x1-conv_4_3-relu-flatten-dense_10-softmax"


def now(at):
    return at.session_state["train.settings"]


def button(at, label):
    (found,) = [one for one in at.button if one.label == label]
    return found


def drawn(at, key):
    """What a component of the page was given."""
    (found,) = [e for e in at.main if getattr(e, "key", None) == key]
    return json.loads(found.proto.json)


def texts(at):
    return "\n".join(one.value for one in (*at.markdown, *at.text))


def all_runs():
    """Every run of every visitor, the newest first."""
    opened = jobs.open_jobs()
    return [opened.runs.get(one) for one in opened.runs.queue()]


def test_it_opens_with_the_simplest_network_ready_to_train(page):
    at = page()
    assert not at.exception and not at.warning
    assert [title.value for title in at.title] == ["Train a network"]
    assert at.query_params == {} and now(at) == TrainSettings()
    assert "1,438 pictures to train with and 359 to test with, each of 8×8×1" in texts(at)
    assert [row["name"] for row in drawn(at, "train.layers")["rows"]] == [
        "conv1", "relu1", "pool1", "flatten1", "dense1", "softmax1",
    ]  # fmt: skip
    assert drawn(at, "train.layers")["note"] is None
    assert button(at, "Fit to this dataset").disabled and not button(at, "Train").disabled


def test_what_it_will_cost_is_told_beforehand(page):
    # (9 + 1)·8 + (72 + 1)·10 parameters; 36·8·9 + 72·10 products, for 1438 pictures · 10 · 3.
    told = texts(page())
    assert "**810 parameters** (at most 5,000,000) and takes 3,312 multiply-adds" in told
    assert "**143 million multiply-adds**: less than 0.1% of what one run may take" in told


@pytest.mark.parametrize("slug", RECIPES)
def test_a_preset_brings_its_recipe_and_is_fitted_to_the_dataset(page, slug):
    at = page(network=OWN, rate="0.5", seed="7")
    at.selectbox(key="train.network").set_value(slug).run()
    assert not at.exception
    recipe, set_ = RECIPES[slug], now(at)
    assert replace(set_.training(), seed=0) == recipe.training
    assert (set_.standardise, set_.seed) == (recipe.standardise, 7)
    assert at.selectbox(key="train.network").value == slug
    assert recipe.note in texts(at)
    assert set_.network.layers[-2].units == 10 and set_.network.layers[-1].kind == "softmax"
    assert button(at, "Fit to this dataset").disabled
    assert "These are the settings of the recipe" in texts(at)
    assert at.query_params == to_query(set_)


@pytest.mark.parametrize("slug", ["mnist-five-conv", "cifar-six-conv"])
def test_that_a_recipe_is_our_reconstruction_is_on_screen(page, slug):
    at = page(network=OWN)
    at.selectbox(key="train.network").set_value(slug).run()
    assert "our reconstruction" in texts(at)


def test_pictures_too_small_for_a_network_are_brought_to_its_input(page):
    at = page()
    at.selectbox(key="train.network").set_value("cifar-six-conv").run()
    assert now(at).network.input == (32, 32, 3)
    assert "The pictures of 8×8×1 are brought to the network's input, 32×32×3." in texts(at)
    assert drawn(at, "train.rates")


def test_where_the_settings_leave_the_recipe_it_says_so_and_leads_back(page):
    at = page()
    at.number_input(key="train.epochs").set_value(3).run()
    at.slider(key="train.shift").set_value(10).run()
    assert "Other than in the recipe for “The simplest CNN”: epochs, shift." in texts(at)
    assert now(at) == TrainSettings(epochs=3, shift=0.1)
    button(at, "Back to the recipe").click().run()
    assert now(at) == TrainSettings()
    assert "Other than" not in texts(at)


@pytest.mark.parametrize(
    ("kind", "name", "value", "settings"),
    [
        ("selectbox", "optimiser", "momentum", {"optimiser": "momentum"}),
        ("number_input", "rate", 0.25, {"rate": 0.25}),
        ("selectbox", "schedule", "plateau", {"schedule": "plateau"}),
        ("number_input", "batch", 7, {"batch": 7}),
        ("number_input", "patience", 2, {"patience": 2}),
        ("number_input", "minutes", 1.5, {"minutes": 1.5}),
        ("number_input", "seed", 5, {"seed": 5}),
        ("selectbox", "loss", "hinge", {"loss": "hinge"}),
        ("slider", "fraction", 20, {"fraction": 0.2}),
        ("checkbox", "standardise", True, {"standardise": True}),
        ("selectbox", "precision", "float32", {"precision": "float32"}),
        ("slider", "zoom", 15, {"zoom": 0.15}),
        ("slider", "rotate", 30, {"rotate": 30.0}),
        ("checkbox", "flip", True, {"flip": True}),
        ("number_input", "probe", 100, {"probe": 100}),
    ],
)
def test_every_control_sets_what_it_says(page, kind, name, value, settings):
    at = page()
    getattr(at, kind)(key=f"train.{name}").set_value(value).run()
    assert not at.exception
    assert now(at) == TrainSettings(**settings)
    assert at.query_params == to_query(TrainSettings(**settings))
    assert getattr(at, kind)(key=f"train.{name}").help


@pytest.mark.parametrize(("name", "value"), [("patience", 3), ("minutes", 2.5)])
def test_what_is_off_says_so(page, name, value):
    at = page(**{name: str(value)})
    assert not at.number_input(key=f"train.{name}").label.endswith("off")
    at.number_input(key=f"train.{name}").set_value(0).run()
    assert at.number_input(key=f"train.{name}").label.endswith(": off")
    assert now(at) == TrainSettings()
    at.number_input(key=f"train.{name}").set_value(value).run()
    assert not at.number_input(key=f"train.{name}").label.endswith("off")
    assert now(at) == TrainSettings(**{name: value})


def test_a_link_that_names_a_preset_trains_it_by_its_recipe(page):
    at = page(network="mnist-five-conv", dataset="digits", epochs="2")
    recipe = TrainSettings(network=Network.named("mnist-five-conv")).by_recipe("mnist-five-conv")
    assert now(at) == replace(recipe, epochs=2)
    assert at.query_params == {"network": "mnist-five-conv", "epochs": "2"}
    assert "Other than in the recipe for “MNIST, five convolutions”: epochs." in texts(at)


def test_a_link_shows_the_run_it_was_made_for(page):
    settings = TrainSettings(
        network=Network.from_text(OWN), optimiser="adadelta", epochs=2, rotate=10.0, probe=4
    )
    at = page(**to_query(settings))
    assert now(at) == settings and not at.warning
    assert at.selectbox(key="train.network").value == "own"


@pytest.mark.parametrize(
    "query", [{"epochs": "0"}, {"network": "4x4x1-max_2-max_3"}, {"optimiser": "**bold**"}]
)
def test_a_bad_link_is_told_in_one_sentence(page, query):
    at = page(**query)
    (warning,) = at.warning
    assert warning.value.replace("\\", "").startswith("This link cannot be followed: ")
    assert "**" not in warning.value
    assert now(at) == TrainSettings() and not at.exception


# ---- The network ----


def test_an_edited_preset_is_ones_own_and_can_be_undone(page, monkeypatch):
    tell_layers(monkeypatch, "train.layers", layers_message(OWN, row=2))
    at = page(epochs="4")
    at.run()
    assert now(at) == TrainSettings(network=Network.from_text(OWN), row=3, epochs=4)
    assert at.selectbox(key="train.network").value == "own"
    at.number_input(key="train.epochs").set_value(6).run()
    button(at, "Undo").click().run()
    assert now(at) == TrainSettings(epochs=6)


def test_an_impossible_stack_is_named_at_its_row_before_anything_runs(page, monkeypatch):
    shown = tell_layers(
        monkeypatch,
        "train.layers",
        layers_message("8x8x1-conv_4_3-max_2-max_4-flatten-dense_10-softmax"),
    )
    at = page(network=OWN).run()
    assert shown["problem"]["row"] == 2
    assert shown["problem"]["text"] == (
        "Row 3, max pooling: a window of 4×4 cells does not fit into 3×3. "
        "The table stays as it was."
    )
    assert now(at).network == Network.from_text(OWN)
    assert all_runs() == []


def test_a_last_layer_that_does_not_suit_the_classes_is_named_and_fitted_with_one_click(page):
    at = page(network="12x12x1-conv_4_3-relu-flatten-dense_3-softmax")
    assert drawn(at, "train.layers")["note"] == {
        "row": 4,
        "text": "must end in dense 10, softmax",
    }
    assert "Row 5, softmax, ends it with 3." in at.warning[0].value
    assert button(at, "Train").disabled
    button(at, "Fit to this dataset").click().run()
    assert now(at).network == Network.from_text("8x8x1-conv_4_3-relu-flatten-dense_10-softmax")
    assert drawn(at, "train.layers")["note"] is None
    assert not at.warning and not button(at, "Train").disabled
    button(at, "Undo").click().run()
    assert now(at).network.input == (12, 12, 1)


# ---- The dataset ----


def test_a_preset_comes_along_to_another_dataset_and_an_own_network_stays(page, monkeypatch):
    monkeypatch.delenv("VIZCORE_DATA", raising=False)
    at = page()
    at.selectbox(key="train.dataset").set_value("cifar10").run()
    assert now(at).network.input == (32, 32, 3)
    assert at.selectbox(key="train.network").value == "simplest-cnn"
    at = page(network=OWN)
    at.selectbox(key="train.dataset").set_value("cifar10").run()
    assert now(at).network == Network.from_text(OWN)


def test_a_dataset_that_is_not_here_is_told_and_led_to(page, monkeypatch, tmp_path):
    monkeypatch.delenv("VIZCORE_DATA", raising=False)
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path))
    at = page(dataset="mnist")
    assert at.info[0].value == (
        "MNIST is not on this machine yet: get it on the page Data, or the run downloads it first."
    )
    links = {one.proto.label: one.proto for one in at.main.get("page_link")}
    assert links["See it on the page Data"].query_string == "dataset=mnist"
    assert not at.exception


def test_a_dataset_that_nobody_knows_is_told_and_nothing_is_trained(page):
    at = page(dataset="cats_*and*_dogs")
    assert "There is no dataset" in at.warning[0].value
    assert "*and*" not in at.warning[0].value
    assert button(at, "Train").disabled and not at.exception
    at.selectbox(key="train.dataset").set_value("digits").run()
    assert not button(at, "Train").disabled


# ---- The button ----


def test_the_button_queues_one_run_of_these_settings_for_this_visitor(page):
    settings = TrainSettings(network=Network.from_text(OWN), epochs=3, flip=True)
    at = page(**to_query(settings))
    at.text_input(key="train.name").set_value("<b>Mine</b>").run()
    button(at, "Train").click().run()
    assert not at.exception
    (run,) = all_runs()
    assert TrainSettings.of(settings.job()) == settings
    assert run.settings == json.loads(json.dumps(settings.job().to_settings()))
    assert run.name == "<b>Mine</b>" and run.state is State.QUEUED
    assert [one.id for one in jobs.open_jobs().runs.of(run.visitor)] == [run.id]
    assert [title.value for title in at.title] == ["Runs"]
    assert at.query_params["run"] == run.id


def test_a_run_without_a_name_is_called_by_its_network_and_dataset(page):
    at = page()
    button(at, "Train").click().run()
    assert [run.name for run in all_runs()] == ["The simplest CNN on Digits"]


def test_a_double_click_submits_once():
    class Counting:
        def __init__(self):
            self.names = []

        def submit(self, job, visitor, name):
            self.names.append(name)
            return type("Run", (), {"id": f"run{len(self.names)}"})

    counting, sent = Counting(), {}
    for name in ("a", "a", "b"):
        train_submit._submit_once(sent, counting, TrainSettings(), "me", name)
    assert counting.names == ["a", "b"] and sent["run"] == "run2"
    sent["when"] -= 10
    train_submit._submit_once(sent, counting, TrainSettings(), "me", "b")
    assert counting.names == ["a", "b", "b"]


def test_the_settings_are_still_there_on_the_way_back(page):
    at = page(epochs="3")
    button(at, "Train").click().run()
    at.query_params.clear()
    at.switch_page(PAGE).run()
    assert now(at) == TrainSettings(epochs=3)
    assert len(all_runs()) == 1


@pytest.mark.parametrize(
    ("variable", "most", "said"),
    [
        ("VIZCORE_MOST_PARAMETERS", "809", "This network has 810 parameters and the limit is 809"),
        ("VIZCORE_MOST_EPOCHS", "9", "10 epochs are more than the limit of 9"),
        ("VIZCORE_MOST_MULTIPLY_ADDS", "1000", "times the multiply-adds that one run may use"),
        ("VIZCORE_MOST_WAITING", "0", "You have 0 runs that wait or train, the most at a time"),
    ],
)
def test_what_is_beyond_a_limit_is_said_and_cannot_be_pressed(
    page, monkeypatch, variable, most, said
):
    monkeypatch.setenv(variable, most)
    at = page()
    (warning,) = at.warning
    assert said in warning.value.replace("\\", "")
    assert button(at, "Train").disabled
    assert all_runs() == []


def test_pictures_that_would_fill_the_memory_are_refused(page):
    at = page(network="600x600x3-globalaverage-dense_10-softmax")
    assert "would take 1.4 GiB of memory" in at.warning[0].value.replace("\\", "")
    assert button(at, "Train").disabled


def test_a_refusal_at_the_last_moment_is_told_and_nothing_is_lost(page, monkeypatch):
    at = page(epochs="3")
    monkeypatch.setattr(train_submit, "_submit_once", refused)
    at.run()
    button(at, "Train").click().run()
    assert at.error[0].value == "You have 5 runs\\: wait\\."
    assert now(at) == TrainSettings(epochs=3) and not at.exception


def refused(sent, *_):
    sent["refusal"] = "You have 5 runs: wait."


def test_where_the_cluster_is_down_it_says_that_the_run_waits(page):
    at = page()
    for _ in range(50):
        if at.info:
            break
        at.run()
    assert at.info[0].value.endswith("A run that is submitted now waits, and starts by itself.")
    assert not button(at, "Train").disabled


def test_the_network_can_be_read_about_on_layer_tables(page):
    at = page(network=OWN, row="2")
    links = {one.proto.label: one.proto for one in at.main.get("page_link")}
    link = links["Read more about this network: Layer tables"]
    assert link.query_string == f"network={OWN}&row=2"


# ---- What the network gets to see ----


def pictures(at, key):
    """The levels in a gallery of the page, and its captions."""
    (found,) = [e for e in at.main if getattr(e, "key", None) == key]
    blob = found.proto.bytes
    (length,) = struct.unpack_from("<I", blob)
    header = json.loads(blob[4 : 4 + length])
    shape = header["count"], header["rows"], header["columns"], header["channels"]
    return np.frombuffer(blob[4 + length :], np.uint8).reshape(shape), header["captions"]


def test_pictures_are_shown_before_and_after_augmentation(page):
    at = page()
    before, names = pictures(at, "train.before")
    assert before.shape == (6, 8, 8, 1) and names == ["0", "1", "2", "3", "4", "5"]
    assert "Without augmentation, every epoch sees the same pictures." in texts(at)
    at.checkbox(key="train.flip").check().run()
    after, twice = pictures(at, "train.after")
    assert twice == 2 * names
    kept = [np.array_equal(a, b) for a, b in zip(after, [*before, *before], strict=True)]
    turned = [np.array_equal(a[:, ::-1], b) for a, b in zip(after, [*before, *before], strict=True)]
    assert all(a or b for a, b in zip(kept, turned, strict=True))
    assert not all(kept) and not all(turned)


def test_pictures_are_shown_as_the_network_gets_them(page):
    at = page(network="12x12x3-conv_4_3-relu-flatten-dense_10-softmax")
    assert pictures(at, "train.before")[0].shape == (6, 12, 12, 3)


def test_the_probe_is_the_picture_that_the_run_will_keep(page):
    settings = TrainSettings(probe=5, seed=3, fraction=0.2)
    shown, captions = pictures(page(**to_query(settings)), "train.probe_picture")
    validation = three_parts(load_dataset(), fraction=0.2, seed=3).validation
    assert np.array_equal(shown[0], validation.x[5])
    assert captions == [str(validation.y[5])]


def test_a_probe_beyond_the_validation_part_is_counted_round(page):
    at = page(probe="150")
    assert now(at).probe == 150 - 144
    assert at.number_input(key="train.probe").value == 6


def test_a_dataset_that_cannot_be_divided_is_told(page, monkeypatch, tmp_path):
    x, y = np.zeros((3, 8, 8), np.uint8), np.arange(3)
    np.savez(tmp_path / "single.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    monkeypatch.setenv("VIZCORE_DATA", str(tmp_path))
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path / "cache"))
    at = page(dataset="single")
    assert not at.exception
    assert "No class has two training pictures" in texts(at)


@pytest.mark.parametrize(("epochs", "said"), [("4", "too short for that"), ("5", "dashed, one")])
def test_the_plateau_is_told_as_the_picture_shows_it(page, epochs, said):
    at = page(schedule="plateau", epochs=epochs)
    assert said in texts(at)
    assert ('class="rate worst"' in drawn(at, "train.rates")["svg"]) == (epochs == "5")


def test_the_way_back_from_a_run_leaves_its_id_behind(page):
    at = page(run="abc", epochs="3")
    assert at.query_params == {"epochs": "3"} and not at.exception


# ---- The features of a network that ships ----

LOST = "nothing of it is kept: all layers are trained"


def infos(at):
    return "\n".join(one.value for one in at.info)


def frozen(at):
    """How many rows the layer table marks as frozen, and how many weights it says are learned."""
    given = drawn(at, "train.layers")
    return given["frozen"], given["totals"]["trainable"]


def keeping(at):
    (found,) = [one for one in at.checkbox if one.key == "train.preset"]
    return found


@pytest.fixture
def pets(monkeypatch, tmp_path):
    """Let there be a file of three classes, grey, 12×12."""
    draws = np.random.default_rng(0)
    x = draws.integers(0, 256, (42, 12, 12)).astype(np.uint8)
    y = np.arange(42) % 3
    folder = tmp_path / "data"
    folder.mkdir()
    np.savez(
        folder / "pets.npz",
        **{"x_train": x[:30], "y_train": y[:30], "x_test": x[30:], "y_test": y[30:]},
        class_names=["cat", "dog", "newt"],
    )
    monkeypatch.setenv("VIZCORE_DATA", str(folder))
    return "pets"


def test_a_link_to_the_transfer_of_any_dataset_is_ready_to_train(page, pets):
    at = page(dataset=pets, preset="transfer")
    assert not at.exception and not at.warning
    assert at.selectbox(key="train.network").value == "transfer"
    # 160 features · 3 classes + 3 biases.
    assert frozen(at) == (25, 483)
    told = texts(at)
    assert "**483 of 690,635 parameters are trained.**" in told
    assert "**690,635 parameters** (at most 5,000,000; 483 of them are trained)" in told
    assert "Objects already knows “cat” and “dog”: these are classes that it has learned" in told
    assert "of 12×12×1 are brought to the network's input, 32×32×3, and their levels are" in told
    assert "These are the settings of the recipe for “Transfer from Objects”." in told
    assert at.checkbox(key="train.standardise").disabled
    button(at, "Train").click().run()
    (run,) = all_runs()
    assert run.name == "Transfer from Objects on pets"
    assert (run.settings["features"], run.settings["network"][-15:]) == (
        "objects",
        "dense_3-softmax",
    )


def test_transfer_is_chosen_like_any_preset_and_left_like_any(page):
    at = page()
    assert not [one for one in at.checkbox if one.key == "train.preset"]
    at.selectbox(key="train.network").set_value("transfer").run()
    assert replace(now(at).training(), seed=0) == transfer.RECIPE.training
    assert at.query_params == {"preset": "transfer"} and frozen(at) == (25, 1610)
    at.selectbox(key="train.network").set_value("tiny").run()
    assert now(at).preset == "" and frozen(at)[0] == 0 and LOST not in infos(at)
    assert not at.checkbox(key="train.standardise").disabled


def test_the_same_layers_can_be_trained_without_the_learned_weights(page):
    at = page(preset="transfer")
    assert keeping(at).label == "Keep the weights of Objects in rows 1 to 25, frozen"
    assert "already knows" not in texts(at)
    keeping(at).uncheck().run()
    assert frozen(at) == (0, 690_306) and now(at).job().features == ""
    assert (
        "690,306 of 691,762 parameters are trained, from random numbers on; 1,456 means and "
        "variances of batch normalisation are measured."
    ) in texts(at)
    assert at.query_params["network"].startswith("32x32x3-conv_24_3_b0")
    keeping(at).check().run()
    assert frozen(at) == (25, 1610) and at.query_params == {"preset": "transfer"}


def edited(at, monkeypatch, change):
    """Let the layer table tell a changed network, as text."""
    changed = change(now(at).job().network)
    tell_layers(monkeypatch, "train.layers", layers_message(changed, number=2))
    return at.run().run()


def test_a_frozen_row_that_is_changed_is_trained_with_all_below_it(page, monkeypatch):
    at = page(preset="transfer")
    edited(at, monkeypatch, lambda text: text.replace("conv_64_3_psame_b0-max", "conv_32_3-max"))
    assert now(at).features == "objects" and now(at).network.layers[3].filters == 32
    assert keeping(at).label == "Keep the weights of Objects in rows 1 to 3, frozen"


def test_another_head_keeps_the_features(page, monkeypatch):
    at = page(preset="transfer")
    edited(at, monkeypatch, lambda text: text.replace("dense_10", "dense_20-relu-dense_9"))
    assert at.selectbox(key="train.network").value == "own"
    assert "must end in a dense layer of 10" in at.warning[0].value
    button(at, "Fit to this dataset").click().run()
    assert now(at).job().network.endswith("globalmax-dense_20-relu-dense_10-softmax")
    assert now(at).features == "objects" and not at.warning


def test_where_nothing_is_left_of_the_features_it_is_said_and_can_be_undone(page, monkeypatch):
    at = page(preset="transfer")
    edited(at, monkeypatch, lambda text: text.replace("conv_24_3_b0", "conv_25_3_b0"))
    assert now(at).preset == "" and not [one for one in at.checkbox if one.key == "train.preset"]
    assert LOST in infos(at)
    button(at, "Undo").click().run()
    assert now(at).preset == "transfer" and keeping(at).value
    assert LOST not in infos(at)


def test_transfer_comes_along_to_another_dataset(page, pets):
    at = page(preset="transfer", epochs="4")
    at.selectbox(key="train.dataset").set_value(pets).run()
    assert at.selectbox(key="train.network").value == "transfer"
    assert (frozen(at), now(at).epochs) == ((25, 483), 4)
