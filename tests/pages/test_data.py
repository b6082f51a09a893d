import json
import os
import struct
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest
from visiting import follow

from vizcore.compute import State, visitor_of
from vizcore.compute.download_job import KIND
from vizcore.compute.jobs import open_jobs
from vizcore.export.permalink import from_query
from vizcore.nets.dataset_cache import cached
from vizcore.nets.datasets import PUBLISHED, load_dataset
from vizcore.nets.description import class_samples, describe
from vizcore.nets.splits import three_parts
from vizcore.ui.data_settings import DataSettings
from vizcore.ui.layer_settings import Network
from vizcore.ui.train_settings import TrainSettings

sys.path.insert(0, str(Path(__file__).parents[1] / "nets"))
from archives import npz  # noqa: E402

PAGE = "pages/data.py"
SHARED = Path(__file__).parents[3] / "shared" / "data"

X = np.random.default_rng(4).integers(0, 256, (40, 5, 6, 3)).astype(np.uint8)
Y = np.arange(40) % 2
NAMES = ["<b>cat</b>", "*dog* | :red[x]"]
MINE = {"train_images": X, "train_labels": Y, "test_images": X[:3], "test_labels": Y[:3]}

pytestmark = pytest.mark.usefixtures("data_folder")


@pytest.fixture
def mine(data_folder):
    """A file of one's own."""
    (data_folder / "mine.npz").write_bytes(npz(**MINE, class_names=np.array(NAMES)))
    return load_dataset("mine")


def shown(at):
    """What the gallery was given: its header and its pictures."""
    (found,) = [e for e in at.main if getattr(e, "key", None) == "data.samples"]
    blob = found.proto.bytes
    (size,) = struct.unpack("<I", blob[:4])
    header = json.loads(blob[4 : 4 + size])
    shape = [header[name] for name in ("count", "rows", "columns", "channels")]
    return header, np.frombuffer(blob[4 + size :], np.uint8).reshape(shape)


def check(at, settings):
    """The page stands at these settings, and shows what the core finds in the dataset."""
    assert not at.exception and not at.error
    assert at.session_state["data.settings"] == settings
    data = load_dataset(settings.dataset)
    divided = {"fraction": settings.fraction, "seed": settings.seed}
    found = describe(data, **divided, per_class=6)
    header, pictures = shown(at)
    if settings.label == -1:
        np.testing.assert_array_equal(pictures, np.concatenate(found.samples))
        names = [n for n, some in zip(data.class_names, found.samples, strict=True) for _ in some]
        assert header["captions"] == names
    else:
        expected = class_samples(data, settings.label, 60, **divided)
        np.testing.assert_array_equal(pictures, expected)
        assert header["captions"] is None
    for part, pictures in zip(
        ("Training", "Validation", "Test"), three_parts(data, **divided), strict=True
    ):
        assert f"| {part} | {len(pictures):,} |" in text(at)
    return at


def text(at):
    return "\n".join(one.value for one in at.markdown)


def table(at, head):
    """The rows of the table that begins like this."""
    (found,) = [one.value for one in at.markdown if one.value.startswith(head)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in found.splitlines()]


# ---- A dataset on this machine ----


def test_it_opens_with_the_embedded_digits(page):
    at = check(page(), DataSettings())
    assert [title.value for title in at.title] == ["Data"]
    assert at.query_params == {} and not at.warning
    assert "CC BY 4\\.0" in text(at) and "8 × 8 pixels, grey, 10 classes" in text(at)
    assert table(at, "| Part")[2:] == [
        ["Training", "1,294", "90% of the 1,438 given for training",
         "the network learns from them"],
        ["Validation", "144", "the other 10%, drawn class by class, by the seed",
         "to choose by: when to stop, which network"],
        ["Test", "359", "set apart beforehand", "one look at the end; nothing is chosen by it"],
    ]  # fmt: skip
    assert "The 144 validation pictures are never learned from" in text(at)
    assert "**nothing is ever chosen by the test part**" in text(at)


def test_the_classes_are_counted_in_a_chart_and_in_a_table(page):
    at = page(fraction="0.2")
    counts = describe(load_dataset(), fraction=0.2).counts
    rows = table(at, "| Class")[2:]
    assert [row[0] for row in rows] == [*"0123456789", "**All**"]
    assert [row[1:] for row in rows[:-1]] == [
        [str(one) for one in row] for row in zip(*counts.values(), strict=True)
    ]
    assert rows[-1][1:] == ["1,150", "288", "359"]
    (chart,) = at.get("plotly_chart")
    bars = json.loads(chart.proto.spec)["data"]
    assert [bar["name"] for bar in bars] == ["Training", "Validation", "Test"]


def test_mean_and_spread_are_those_of_the_training_part(page):
    x = three_parts(load_dataset(), seed=3).train.x / 255
    mean, spread = x.mean(), x.std()
    (row,) = table(page(seed="3"), "| Channel")[2:]
    told = [float(cell.replace("−", "-")) for cell in row[1:]]
    assert row[0] == "grey"
    assert told == pytest.approx([mean, spread, -mean / spread, (1 - mean) / spread], abs=6e-4)


def test_every_setting_changes_the_page_and_the_link(page):
    at = page()
    at.selectbox(key="data.label").set_value(7).run()
    check(at, DataSettings(label=7))
    at.number_input(key="data.seed").set_value(5).run()
    check(at, DataSettings(label=7, seed=5))
    at.slider(key="data.fraction").set_value(25).run()
    check(at, DataSettings(label=7, seed=5, fraction=0.25))
    assert at.query_params == {"label": "7", "seed": "5", "fraction": "0.25"}
    check(page(label="7", seed="5", fraction="0.25"), DataSettings("digits", 0.25, 5, 7))


def test_another_seed_shows_other_samples(page):
    at = page()
    before = shown(at)
    at.number_input(key="data.seed").set_value(1).run()
    after = shown(at)
    assert before[0]["captions"] == after[0]["captions"]
    assert not np.array_equal(before[1], after[1])


def test_another_dataset_shows_all_its_classes(page, mine):
    at = page(label="9")
    assert "mine (own file)" in at.selectbox(key="data.dataset").options
    at.selectbox(key="data.dataset").set_value("mine").run()
    check(at, DataSettings("mine"))


def test_a_class_that_the_dataset_has_not_is_passed_over(page, mine):
    at = page(dataset="mine", label="9")
    check(at, DataSettings("mine"))


def test_pictures_in_test_that_were_learned_from_are_told(page, mine):
    (told,) = page(dataset="mine").warning
    assert told.value.startswith("3 of the 3 test pictures are, level for level, also among")
    assert not page().warning


def test_a_validation_part_of_the_makers_is_not_drawn_again(page, data_folder):
    own = {"val_images": X[:4], "val_labels": Y[:4]}
    (data_folder / "mine.npz").write_bytes(npz(**MINE, **own))
    at = check(page(dataset="mine"), DataSettings("mine"))
    assert [row[1:3] for row in table(at, "| Part")[2:]] == [
        ["40", "the makers’ own"], ["4", "the makers’ own"], ["3", "set apart beforehand"],
    ]  # fmt: skip
    assert not at.slider


def test_names_that_others_gave_are_shown_as_they_are(page, mine):
    at = page(dataset="mine")
    assert "\\<b\\>cat\\<\\/b\\>" in text(at) and "<b>" not in text(at)
    assert "\\*dog\\* \\| \\:red\\[x\\]" in text(at)
    assert shown(at)[0]["captions"][0] == "<b>cat</b>"
    assert at.selectbox(key="data.label").options == ["All classes", *NAMES]


def test_what_one_could_guess_blindly_is_told(page, data_folder):
    y = np.array([1] * 30 + [0] * 10)
    (data_folder / "mine.npz").write_bytes(npz(**MINE | {"train_labels": y}))
    assert (
        "Always to answer “1”, the commonest class in training, would be right for 33.3% of the "
        "test pictures" in text(page(dataset="mine"))
    )


def test_equal_classes_have_no_commonest(page, mine):
    assert "would be right for 66.7% of the test" in text(page(dataset="mine"))
    assert "commonest" not in text(page(dataset="mine"))


def test_a_file_that_has_changed_is_counted_anew(page, data_folder, mine):
    at = page(dataset="mine")
    assert "| Test | 3 |" in text(at)
    path = data_folder / "mine.npz"
    path.write_bytes(npz(**MINE | {"test_images": X[:2], "test_labels": Y[:2]}))
    os.utime(path, ns=(1, 1))
    at.run()
    assert "| Test | 2 |" in text(at)


@pytest.mark.parametrize(
    ("name", "network"),
    [
        ("digits", "8x8x1-conv_8_3-relu-max_2-flatten-dense_10-softmax"),
        ("mine", "5x6x3-conv_8_3-relu-max_2-flatten-dense_2-softmax"),
    ],
)
def test_a_link_leads_to_training_with_these_pictures(page, mine, name, network):
    at = page(dataset=name, seed="5", fraction="0.2")
    label = "Train a network with these pictures"
    (link,) = [one for one in at.main.get("page_link") if one.proto.label == label]
    assert link.proto.page == "train_a_network"
    settings = from_query(TrainSettings, dict(parse_qsl(link.proto.query_string)))
    assert settings == replace(
        TrainSettings(name, Network.from_text(network)), seed=5, fraction=0.2
    )
    assert settings.job().cost().epochs == settings.epochs


# ---- A dataset that is not as it should be ----


@pytest.mark.parametrize(
    "query",
    [{"fraction": "0.9"}, {"seed": "x"}, {"label": "100"}, {"dataset": ""}],
)
def test_a_bad_link_is_told_in_one_sentence(page, query):
    at = page(**query)
    (warning,) = at.warning
    assert warning.value.startswith("This link cannot be followed: ")
    assert warning.value.endswith("You see the page as it was.")
    check(at, DataSettings())
    assert at.query_params == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hello", "This file"),
        (npz(**MINE)[:-9], "does not end"),
        (npz(x_train=X), "x\\_train"),
        (npz(**MINE | {"train_labels": Y.astype(object)}), "train\\_labels"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence_and_other_choices_remain(
    page, data_folder, content, said
):
    (data_folder / "bad.npz").write_bytes(content)
    at = page(dataset="bad")
    assert not at.exception
    (error,) = at.error
    assert said in error.value and error.value.rstrip("\\.") != error.value
    check(follow(at, "Digits, which are embedded"), DataSettings())
    at.selectbox(key="data.dataset").set_value("bad").run()
    assert at.error
    at.selectbox(key="data.dataset").set_value("digits").run()
    check(at, DataSettings())


def test_a_dataset_that_nobody_knows_is_told(page):
    at = page(dataset="*nothing*")
    (error,) = at.error
    assert "\\*nothing\\*" in error.value and "choose one of digits" in error.value
    assert at.selectbox(key="data.dataset").value == "*nothing*"


def test_how_to_bring_ones_own_pictures(page, data_folder):
    (about,) = page().expander
    assert about.label == "Your own pictures: none here yet"
    assert "VIZCORE_DATA" in "".join(one.value for one in about.markdown)
    (data_folder / "mine.npz").write_bytes(b"")
    assert page().expander[0].label == "Your own pictures: 1 file here"


# ---- A dataset that is still to come ----


def press(at, label):
    next(one for one in at.button if one.label == label).click()
    return at.run()


def downloads():
    """All downloads of whoever they are."""
    return [open_jobs().runs.get(run) for run in open_jobs().runs.queue()]


@pytest.mark.parametrize(("name", "size"), [("mnist", 11), ("fashion_mnist", 31), ("cifar10", 170)])
def test_what_is_not_here_is_offered_with_its_size(page, name, size):
    at = page(dataset=name)
    assert not at.exception and not at.error
    known = PUBLISHED[name]
    assert f"about {size} MB are to be downloaded" in text(at) and known.source in text(at)
    assert f"{known.title} (to download, {size} MB)" in at.selectbox(key="data.dataset").options
    assert [one.label for one in at.button if one.key == "data.download"] == ["Download"]
    check(follow(at, "Digits, which are embedded"), DataSettings())


def test_a_download_waits_in_the_queue_and_can_be_cancelled(page):
    at = press(page(dataset="mnist"), "Download")
    (run,) = downloads()
    assert (run.job, run.settings) == (KIND, {"dataset": "mnist"})
    assert visitor_of(at.session_state["visitor.token"]) == run.visitor
    assert "The download waits: number 1 in the queue." in progress(at)
    assert "cannot be reached" in at.warning[0].value
    assert "Download" not in [one.label for one in at.button]
    press(at, "Cancel")
    assert downloads() == []
    at.run()
    assert at.info[0].value == "The download was cancelled; nothing of it was kept."
    press(at, "Download again")
    (again,) = downloads()
    assert [one.id for one in open_jobs().runs.of(run.visitor)] == [again.id]


def progress(at):
    (found,) = at.get("progress")
    return found.proto.text


def test_progress_is_told(page):
    at = press(page(dataset="mnist"), "Download")
    jobs = open_jobs()
    run = jobs.runs.claim("ticket", "tcp://nobody")
    for batch, told in [
        (0, "The download begins …"),
        (27, "27%: 3 of 11 MB have come."),
        (99, "All has come; the pictures are being read …"),
    ]:
        jobs._hear({"run": run.id, "time": 0, "epochs_done": 0, "batch": batch, "batches": 100})
        hold(jobs, run)
        assert progress(at.run()) == told


def hold(jobs, run):
    """Keep the page from asking the cluster, which is down and would give the run up."""
    jobs.refresh = lambda at_once=False: None


def test_a_download_that_failed_says_why(page):
    at = press(page(dataset="mnist"), "Download")
    runs = open_jobs().runs
    run = runs.claim("ticket", "tcp://nobody")
    runs.end(run, State.FAILED, "MNIST could *not* be downloaded.")
    at.run()
    assert [one.value for one in at.error] == ["MNIST could \\*not\\* be downloaded\\."]
    assert "Download again" in [one.label for one in at.button]
    check(follow(at, "Digits, which are embedded"), DataSettings())


def test_what_has_come_is_shown(page):
    at = press(page(dataset="mnist"), "Download")
    runs = open_jobs().runs
    run = runs.claim("ticket", "tcp://nobody")
    digits = load_dataset()
    runs.end(run, State.FINISHED)
    at.run()
    assert "VIZCORE_CACHE" in at.warning[0].value
    cached("mnist", "mnist", lambda: digits)
    check(at.run(), DataSettings("mnist"))


def test_too_many_runs_are_refused_in_a_sentence(page, monkeypatch):
    monkeypatch.setenv("VIZCORE_MOST_WAITING", "1")
    at = press(page(dataset="mnist"), "Download")
    at.selectbox(key="data.dataset").set_value("cifar10").run()
    press(at, "Download")
    assert at.error[0].value.startswith("You have 1 runs that wait or train")
    assert [run.settings["dataset"] for run in downloads()] == ["mnist"]


# ---- Real files, where there are some ----


@pytest.mark.skipif(not SHARED.exists(), reason="the files are not on this machine")
@pytest.mark.parametrize(
    ("name", "sizes", "warned"),
    [
        ("mnist", ["54,000", "6,000", "10,000"], 0),
        ("mednist28", ["10,800", "1,200", "2,400"], 1),
        ("pneumoniamnist", ["4,708", "524", "624"], 0),
    ],
)
def test_real_datasets(page, monkeypatch, name, sizes, warned):
    monkeypatch.setenv("VIZCORE_DATA", str(SHARED))
    at = check(page(dataset=name), DataSettings(name))
    assert [row[1] for row in table(at, "| Part")[2:]] == sizes
    assert len(at.warning) == warned
