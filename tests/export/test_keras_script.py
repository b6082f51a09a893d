"""The script that trains a run again: it compiles, it runs, and its losses are the run's."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from vizcore.export.keras_script import keras_script, weights_file
from vizcore.nets import pretrained, transfer
from vizcore.nets.architectures import Architecture, build, preset
from vizcore.nets.augmentation import Augmentation
from vizcore.nets.dataset import Dataset, Part
from vizcore.nets.datasets import load_dataset
from vizcore.nets.precision import policy
from vizcore.nets.preparation import Preparation, fit_preparation
from vizcore.nets.recipes import RECIPES, fitted
from vizcore.nets.splits import stratified_split, three_parts
from vizcore.nets.training import LOSSES, OPTIMISERS, TrainingSettings, compiled, train

tensorflow = pytest.mark.xdist_group("tensorflow")
DROPPING = "8x8x1-conv_6_3-relu-max_2-dropout_0.2-flatten-dense_9-relu-dropout_0.3-dense_10-softmax"
BRANCHING = (
    "8x8x1-conv_4_3_p1-leaky-residual_4-residual_8_s2-residual_12_s2_n0_cpad"
    "-flatten-dense_10-softmax"
)
SETTINGS = TrainingSettings("adam", 0.01, batch=100, epochs=2, seed=7, precision="float32")

REPORT = """
import json, runpy, sys
ran = runpy.run_path("script.py")
optimiser = ran["model"].optimizer.get_config()
weights = [one.tolist() for one in ran["model"].get_weights()]
told = {"history": ran["history"].history, "accuracy": ran["accuracy"], "weights": weights}
json.dump({**told, "optimiser": optimiser}, open("told.json", "w"), default=str)
"""


def carried_out(script, folder, before=""):
    """Run a script in a process of its own, and return what its variables hold at the end."""
    (folder / "script.py").write_text(script, "utf-8")
    ended = subprocess.run(
        [sys.executable, "-c", before + REPORT],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert (folder / "model.keras").is_file()
    return json.loads((folder / "told.json").read_text("utf-8"))


def trained(data, network, settings, preparation, fraction=0.1):
    """Train as a run does, and return its rows and its weights."""
    parts = three_parts(data, fraction=fraction, seed=settings.seed)
    model = compiled(build(network, seed=settings.seed), settings)
    rows = list(train(model, parts.train, parts.validation, settings, preparation=preparation))
    return rows, model.get_weights()


def assert_alike(told, rows, weights):
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert told["history"][name] == pytest.approx([row[name] for row in rows], rel=1e-4)
    for one, other in zip(told["weights"], weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=2e-4)


CASES = {
    "dropout, cosine": (DROPPING, replace(SETTINGS, schedule="cosine"), False),
    "blocks, one cycle, standardised": (
        BRANCHING,
        replace(SETTINGS, optimiser="momentum", schedule="one_cycle", loss="hinge"),
        True,
    ),
}


@tensorflow
@pytest.mark.parametrize("name", CASES)
def test_its_losses_are_those_of_the_run(name, tmp_path):
    text, settings, standardise = CASES[name]
    data, network = load_dataset("digits"), Architecture.from_text(text)
    parts = three_parts(data, fraction=0.15, seed=settings.seed)
    preparation = fit_preparation(parts.train.x, standardise=standardise)
    script = keras_script("Mine", "digits", network, settings, preparation, fraction=0.15)
    told = carried_out(script, tmp_path)
    assert_alike(told, *trained(data, network, settings, preparation, fraction=0.15))


@tensorflow
def test_frozen_layers_keep_their_weights_in_the_script_too(tmp_path):
    settings = replace(SETTINGS, batch=200, loss="cross_entropy")
    data, network = load_dataset("digits"), transfer.with_new_head("tiny", 10)
    preparation = transfer.preparation("tiny", side=32, channels=3)
    script = keras_script("Mine", "digits", network, settings, preparation, features="tiny")
    shutil.copy(pretrained.FOLDER / weights_file("tiny"), tmp_path)
    told = carried_out(script, tmp_path)

    parts = three_parts(data, seed=settings.seed)
    model = transfer.reuse(build(network, seed=settings.seed), network, "tiny")
    before = model.get_weights()
    compiled(model, settings)
    rows = list(train(model, parts.train, parts.validation, settings, preparation=preparation))
    assert_alike(told, rows, model.get_weights())
    for one, kept in zip(told["weights"][:8], before, strict=False):
        np.testing.assert_array_equal(np.float32(one), kept)


def test_the_script_says_beforehand_which_file_it_needs():
    network = transfer.with_new_head("objects", 2)
    preparation = transfer.preparation("objects", channels=3)
    script = keras_script("Mine", "own", network, SETTINGS, preparation, features="objects")
    compile(script, "script", "exec")
    opening = script[: script.index("import math")]
    assert "frozen. Their weights are read from objects.npz" in opening
    frozen = script[script.index("FROZEN") :]
    assert frozen.index("trainable = False") < frozen.index("model.compile")
    assert "conv7 norm7" in frozen and "dense1" not in frozen[: frozen.index("PARTS")]
    assert max(map(len, script.splitlines())) <= 100


@tensorflow
def test_a_plateau_and_early_stopping_end_where_the_run_ends(tmp_path):
    settings = replace(SETTINGS, rate=0.2, schedule="plateau", patience=5, epochs=40, batch=400)
    data, network = load_dataset("digits"), Architecture.from_text("8x8x1-flatten-dense_10-softmax")
    script = keras_script("Mine", "digits", network, settings, Preparation())
    told = carried_out(script, tmp_path)["history"]
    rows, _ = trained(data, network, settings, Preparation())
    assert 6 <= len(rows) < 40
    assert told["val_loss"] == pytest.approx([row["val_loss"] for row in rows], rel=1e-3)
    assert min(told["learning_rate"]) < 0.2


@tensorflow
def test_a_file_is_brought_to_the_input_of_the_network(tmp_path):
    rng = np.random.default_rng(1)
    names, counts = ("train", "val", "test"), (90, 30, 20)
    pictures = [rng.integers(0, 256, (count, 9, 7, 3)).astype(np.uint8) for count in counts]
    labels = [rng.integers(0, 3, (count, 1)) for count in counts]
    arrays = {f"{name}_images": x / 255 for name, x in zip(names, pictures, strict=True)}
    arrays |= {f"{name}_labels": y for name, y in zip(names, labels, strict=True)}
    np.savez(tmp_path / "own.npz", class_names=["a", "b", "c"], **arrays)
    train, validation, test = (
        Part(x, y.ravel().astype(np.int64)) for x, y in zip(pictures, labels, strict=True)
    )
    data = Dataset("own", "Own", ("a", "b", "c"), "", train, test, validation)
    network = Architecture.from_text("8x8x1-flatten-dense_3-softmax")
    preparation = fit_preparation(train.x, side=8, channels=1, standardise=True)
    settings = replace(SETTINGS, loss="squared_error", optimiser="sgd", batch=16)
    told = carried_out(keras_script("Own", "own", network, settings, preparation), tmp_path)
    assert_alike(told, *trained(data, network, settings, preparation))


STAND_IN = """
import keras, numpy as np
digits = np.random.default_rng(2)
y = digits.integers(0, 10, (500, 1))
x = (y[..., None, None] * 25 + digits.integers(0, 9, (500, 32, 32, 3))).astype("uint8")
keras.datasets.cifar10.load_data = lambda: ((x[:400], y[:400]), (x[400:], y[400:]))
"""


@tensorflow
def test_with_augmentation_and_data_from_keras_it_runs_and_learns(tmp_path):
    changes = Augmentation(shift=0.1, rotate=5, zoom=0.1, flip=True)
    settings = replace(SETTINGS, epochs=8, augmentation=changes)
    network = Architecture.from_text("8x8x3-flatten-dense_10-softmax")
    script = keras_script("Mine", "cifar10", network, settings, Preparation(side=8))
    told = carried_out(script, tmp_path, before=STAND_IN)
    assert len(told["history"]["loss"]) == 8
    assert told["history"]["loss"][-1] < told["history"]["loss"][0] - 0.1


@pytest.mark.parametrize("slug", RECIPES)
@pytest.mark.parametrize("dataset", ["digits", "mnist", "fashion_mnist", "cifar10", "own-file"])
def test_every_recipe_gives_a_script_that_compiles(slug, dataset):
    recipe = RECIPES[slug]
    network = fitted(preset(slug), (28, 28, 1), 10)
    preparation = Preparation(28, 1, (0.1,), (0.3,)) if recipe.standardise else Preparation()
    script = keras_script(slug, dataset, network, recipe.training, preparation)
    compile(script, slug, "exec")
    assert max(map(len, script.splitlines())) <= 100
    assert script.endswith("\n") and not script.endswith("\n\n")


def namespace(script):
    """Run the script's functions alone."""
    start = script.index("def set_aside")
    space = {"np": np}
    exec(script[start : script.index("digits = load_digits()")], space)
    return space


def test_it_sets_aside_what_the_app_does():
    script = keras_script(
        "Mine", "digits", Architecture.from_text(DROPPING), SETTINGS, Preparation()
    )
    set_aside = namespace(script)["set_aside"]
    rng = np.random.default_rng(3)
    for seed in range(40):
        y = rng.integers(0, rng.integers(2, 9), rng.integers(12, 60))
        fraction = rng.uniform(0.02, 0.6)
        rest, drawn = stratified_split(y, fraction, seed)
        places = np.arange(len(y))
        x_rest, y_rest, x_drawn, y_drawn = set_aside(places, y, fraction, seed)
        assert x_rest.tolist() == rest.tolist() and x_drawn.tolist() == drawn.tolist()
        assert y_rest.tolist() == y[rest].tolist() and y_drawn.tolist() == y[drawn].tolist()


@tensorflow
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_optimisers_are_those_of_the_run(optimiser):
    import keras

    settings = replace(SETTINGS, optimiser=optimiser)
    network = Architecture.from_text("8x8x1-flatten-dense_10-softmax")
    lines = keras_script("Mine", "digits", network, settings, Preparation()).splitlines()
    (written,) = (line.strip() for line in lines if line.startswith("    optimizer="))
    written = written.removeprefix("optimizer=").removesuffix(",")
    ours = eval(written, {"keras": keras, "RATE": 0.01})
    theirs = compiled(build(network, seed=0), settings).optimizer
    assert type(ours) is type(theirs)
    assert {**ours.get_config(), "name": ""} == {**theirs.get_config(), "name": ""}


@tensorflow
@pytest.mark.parametrize("loss", LOSSES)
def test_losses_are_those_of_the_run(loss):
    import keras

    settings = replace(SETTINGS, loss=loss)
    network = Architecture.from_text("8x8x1-flatten-dense_10-softmax")
    lines = keras_script("Mine", "digits", network, settings, Preparation()).splitlines()
    written = next(line for line in lines if line.startswith("    loss="))
    of_run = compiled(build(network, seed=0), settings).loss
    assert keras.losses.get(written.split('"')[1]) is of_run.fn


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "but for rounding"),
        ({"augmentation": Augmentation(flip=True)}, "draw other changes"),
        ({"precision": "bfloat16"}, "bfloat16 keeps few digits"),
        ({"minutes": 5}, "had 5 minutes"),
    ],
)
def test_it_says_how_like_the_run_it_is(changes, words):
    network = Architecture.from_text(DROPPING)
    settings = replace(SETTINGS, **changes)
    script = keras_script("Mine", "digits", network, settings, Preparation())
    assert words in script.split("import math")[0]
    mixed = policy(settings.precision) == "mixed_bfloat16"
    assert ("set_dtype_policy" in script) == mixed


def test_a_name_stays_in_its_comment():
    name = 'a"""\nraise SystemExit\r\0\u2028import os\u202e\\'
    network = Architecture.from_text(DROPPING)
    script = keras_script(name, "digits", network, SETTINGS, Preparation())
    compile(script, "script", "exec")
    assert script.splitlines()[0] == '# a""" raise SystemExit   import os \\'
