"""What is read of a run's snapshots, what the browser is sent of it, and what is said."""

import json
import struct

import numpy as np
import pytest
from made_runs import finished_run, kernels_after, write_snapshot

from vizcore.compute import run_files
from vizcore.compute.runs import RunError
from vizcore.compute.training_job import ABOUT, PROBE, SNAPSHOTS, TrainingJob
from vizcore.ui import formation as module
from vizcore.ui.formation import Formation, contents, formation, reading, words
from vizcore.ui.formation.reading import layers_with_maps, read_formation, thinned
from vizcore.ui.run_formation import _still

VISITOR = "0" * 64


@pytest.fixture
def sent(monkeypatch):
    """Show something, and return what its script gets: the header and the parts."""

    def show(shown, **options):
        given = {}
        monkeypatch.setattr(module, "_component", lambda **those: given.update(those))
        formation(shown, **{"run": "r", "epoch": -1, "visit": 0, "key": "k", **options})
        (size,) = struct.unpack("<I", given["data"][:4])
        header, rest = json.loads(given["data"][4 : 4 + size]), given["data"][4 + size :]
        ends = np.cumsum(header["parts"])
        return header, np.split(np.frombuffer(rest, np.uint8), ends[:-1])

    return show


# ---- What is read ----


def test_all_epochs_of_a_layer_are_read(run_folder):
    read = read_formation(run_folder, 3, "relu1")
    assert read.formed.epochs == (0, 1, 2, 3)
    assert (read.step, read.lost) == (1, ())
    assert read.formed.kernels.shape == (4, 3, 3, 1, 6)
    np.testing.assert_array_equal(read.formed.kernels[2], kernels_after(2))
    kept = run_files.snapshot(run_folder, 3)["map-relu1"]
    np.testing.assert_array_equal(read.formed.maps[3], kept)
    assert read.formed.probabilities.shape == (4, 10)
    assert read.about.classes == tuple("0123456789") and read.probe.picture.shape == (8, 8, 1)


def test_an_epoch_that_does_not_count_yet_is_not_shown(run_folder):
    assert read_formation(run_folder, 1, "conv1").formed.epochs == (0, 1)
    assert read_formation(run_folder, 0, "conv1").formed.epochs == (0,)


def test_before_the_first_snapshot_there_is_nothing(tmp_path):
    assert read_formation(tmp_path, 3, "") is None
    assert layers_with_maps(tmp_path) == []


def test_what_was_read_is_kept_until_another_snapshot_is_written(run_folder):
    before = read_formation(run_folder, 3, "conv1")
    assert read_formation(run_folder, 3, "conv1") is before
    write_snapshot(run_folder, 3, kernels_after(8), run_files.probe(run_folder).picture)
    np.testing.assert_array_equal(
        read_formation(run_folder, 3, "conv1").formed.kernels[3], kernels_after(8)
    )


def test_a_damaged_snapshot_is_left_out_and_named(run_folder):
    (run_folder / SNAPSHOTS / "0001.npz").write_bytes(b"PK garbage")
    # Half-written: a draft whose place is still empty.
    (run_folder / SNAPSHOTS / "0002.npz").rename(run_folder / SNAPSHOTS / "0002.npz.part")
    read = read_formation(run_folder, 3, "conv1")
    assert (read.formed.epochs, read.lost) == ((0, 3), (1,))
    assert words.notes(read) == "The snapshot after epoch 1 cannot be read and is left out."


def test_a_snapshot_of_another_shape_is_left_out(run_folder):
    write_snapshot(run_folder, 2, kernels_after(2)[..., :5], run_files.probe(run_folder).picture)
    read = read_formation(run_folder, 3, "conv1")
    assert (read.formed.epochs, read.lost) == ((0, 1, 3), (2,))


def test_where_nothing_can_be_read_it_is_said(run_folder):
    for path in (run_folder / SNAPSHOTS).iterdir():
        path.write_bytes(b"")
    with pytest.raises(RunError, match="None of the snapshots of this run can be read."):
        read_formation(run_folder, 3, "conv1")


def test_without_classes_or_probe_the_rest_is_shown(run_folder, sent):
    (run_folder / ABOUT).write_text("{")
    (run_folder / PROBE).unlink()
    read = read_formation(run_folder, 3, "conv1")
    assert (read.about, read.probe) == (None, None)
    header, parts = sent(contents(read.formed, figures=[""] * 4, layer="conv1", channels=6))
    assert (header["probe"], header["truth"], len(parts[2])) == (None, None, 0)
    assert "validation" not in words.told(read)


def test_dropout_gives_what_it_is_given_and_is_no_choice(run_folder):
    array = np.zeros((2, 2, 1), np.float16)
    names = ("conv1", "dropout1", "conv2")
    np.savez(run_folder / SNAPSHOTS / "0000.npz", **{f"map-{name}": array for name in names})
    assert layers_with_maps(run_folder) == ["conv1", "conv2"]


# ---- How much ----


@pytest.mark.parametrize(
    ("count", "most", "chosen", "step"),
    [
        (4, 4, [0, 1, 2, 3], 1),
        (4, 3, [0, 2, 3], 2),
        (201, 30, [*range(0, 201, 8)], 8),
        (3, 0, [0, 2], 2),
        (1, 0, [0], 1),
    ],
)
def test_long_runs_are_thinned_evenly(count, most, chosen, step):
    assert thinned(list(range(count)), most) == (chosen, step)


def test_what_is_sent_keeps_below_the_limit_and_says_what_is_missing(run_folder, monkeypatch, sent):
    # Kernels 216 bytes, maps 432, probabilities 40: of 688 bytes an epoch three fit.
    monkeypatch.setattr(reading, "MOST_BYTES", 3 * 688)
    reading._read.cache_clear()
    read = read_formation(run_folder, 3, "conv1")
    assert (read.formed.epochs, read.step) == ((0, 2, 3), 2)
    assert words.notes(read).startswith("Every 2nd epoch is shown, and the last")
    header, parts = sent(contents(read.formed, figures=["", "b", "c"], layer="conv1", channels=6))
    assert header["epochs"] == [0, 2, 3] and sum(map(len, parts[:2])) == 3 * 648
    reading._read.cache_clear()


# ---- What is sent ----


def formed():
    """Two epochs of two kernels 1×2 over one channel, and of one map 1×2."""
    kernels = np.float32([[0.25, -1], [0.5, 3]]).reshape(1, 1, 2, 1, 2)
    maps = np.float16([[0.1], [-2]]).reshape(1, 1, 2, 1)
    return Formation((0, 1), np.concatenate([kernels, -2 * kernels]), np.concatenate([maps, maps]))


def test_a_pixel_holds_what_the_snapshot_held(sent):
    header, parts = sent(contents(formed(), figures=["", "loss 1"], layer="conv1", channels=1))
    assert header["kernels"] == [1, 2, 1, 2] and header["maps"] == [1, 2, 1]
    weights = np.frombuffer(parts[0], "<f4")
    assert weights.tolist() == [0.25, -1, 0.5, 3, -0.5, 2, -1, -6]
    assert np.frombuffer(parts[1], "<f2").tolist() == [np.float16(0.1), -2] * 2


def test_one_range_serves_all_epochs(sent):
    header, _ = sent(contents(formed(), figures=["", ""], layer="conv1", channels=1))
    assert header["views"] == [{"name": "Weights", "limit": 6.0}]
    assert header["mapLimit"] == 2.0


def test_colours_have_a_range_and_their_sum_another(sent):
    kernels = np.zeros((1, 1, 1, 3, 2), np.float32)
    kernels[0, 0, 0] = [[1, 0], [-2, 0.5], [-3, 0.5]]
    header, _ = sent(contents(Formation((0,), kernels), figures=[""]))
    assert [(one["name"], one["limit"]) for one in header["views"]] == [
        ("Sum over the channels", 4.0),
        ("Red", 3.0),
        ("Green", 3.0),
        ("Blue", 3.0),
    ]


def test_of_many_kernels_the_first_are_drawn(sent):
    kernels = np.arange(96, dtype=np.float32).reshape(1, 1, 1, 1, 96)
    header, parts = sent(contents(Formation((0,), kernels), figures=[""]))
    assert (header["kernels"], header["filters"]) == ([1, 1, 1, 64], 96)
    assert np.frombuffer(parts[0], "<f4").tolist() == list(range(64))


def test_what_is_no_number_has_no_say_in_the_range(sent):
    one = formed()
    one.kernels[1, 0, 0, 0, 0] = np.nan
    one.maps[0, 0, 0, 0] = np.inf
    guesses = np.float32([[0.5, 0.5], [np.nan, np.nan]])
    one = Formation(one.epochs, one.kernels, one.maps, guesses)
    header, _ = sent(contents(one, figures=["", ""], classes=["a", "b"]))
    assert (header["views"][0]["limit"], header["mapLimit"]) == (6.0, 2.0)
    assert header["guesses"] == [[["a", 0.5], ["b", 0.5]], [["a", None], ["b", None]]]


def test_the_probe_and_what_it_is_taken_for(sent):
    probe = run_files.Probe(np.uint8([[[1, 2, 3]]]), 2)
    guesses = Formation((0,), probabilities=np.float32([[0.25, 0.125, 0.5, 0.125]]))
    classes = ["<b>", "b", "c", "d"]
    header, parts = sent(contents(guesses, figures=[""], classes=classes, probe=probe))
    assert (header["probe"], header["truth"], parts[2].tolist()) == ([1, 1, 3], "c", [1, 2, 3])
    assert header["guesses"] == [[["c", 0.5], ["<b>", 0.25], ["b", 0.125]]]
    assert header["verdicts"] == ["✓ right"]


def test_each_epoch_says_whether_the_answer_is_right(sent):
    probabilities = np.float32([[0.3, 0.7], [0.6, 0.4], [np.nan, np.nan]])
    shown = Formation((0, 1, 2), probabilities=probabilities)
    probe = run_files.Probe(np.zeros((1, 1, 1), np.uint8), 1)
    header, _ = sent(contents(shown, figures=["", "", ""], classes=["horse", "cat"], probe=probe))
    assert header["verdicts"] == ["✓ right", "✗ wrong: it is cat", ""]
    header, _ = sent(contents(shown, figures=["", "", ""], classes=["horse", "cat"]))
    assert header["verdicts"] == []


def test_another_epoch_in_the_address_is_no_other_picture(sent):
    shown = contents(formed(), figures=["", ""], layer="conv1", channels=1)
    one, _ = sent(shown, epoch=0, visit=0)
    other, _ = sent(shown, epoch=1, visit=1)
    assert one["stamp"] == other["stamp"] and (other["epoch"], other["run"]) == (1, "r")
    changed, _ = sent(contents(formed(), figures=["", "x"], layer="conv1", channels=1))
    assert changed["stamp"] != one["stamp"]


# ---- What is said ----


def test_how_far_the_kernels_have_come_by_hand(run_folder):
    kernels = np.zeros((2, 1, 2, 1, 3), np.float32)
    kernels[0, 0, 0, 0] = [0.3, -0.3, 0.6]
    kernels[1] = kernels[0]
    kernels[1, 0, 1, 0, 2] = -0.6
    read = reading.Reading(Formation((0, 4), kernels), None, None, 1, ())
    assert words.told(read) == (
        "By epoch 4, the weights of the 3 kernels of 1×2 of the first convolution have moved by "
        "0.100 on average and by 0.600 at most; before, their magnitude was 0.200 on average."
    )


def test_frozen_kernels_are_not_said_to_have_been_random(run_folder):
    read = read_formation(run_folder, 3, "conv1")
    said = words.told(read, "Objects", "conv1", ("conv1", "relu1"))
    assert said.startswith(
        "The 6 kernels of 3×3 of the first convolution are those of Objects, frozen: they stay as "
        "they are, and so do the maps of conv1. From epoch to epoch, only the answer beside the "
        "picture changes. The picture"
    )
    assert "they are. The maps of pool1 change, and so does the answer" in words.told(
        read, "Objects", "pool1", ("conv1", "relu1")
    )
    assert "random" not in said and "after epoch 3 the network says" in said


@pytest.mark.parametrize(
    ("layers", "features", "still"),
    [
        ("conv_10_3-relu-max_2-flatten-dense_2", "tiny", "conv1 relu1 pool1 flatten1"),
        ("conv_10_3-relu-conv_5_3-relu-flatten-dense_2", "tiny", "conv1 relu1"),
        ("conv_10_3-relu-max_2-flatten-dense_2", "", ""),
    ],
)
def test_what_is_still_is_all_below_the_first_layer_that_learns(layers, features, still):
    job = TrainingJob("digits", f"32x32x3-{layers}-softmax", features=features)
    assert " ".join(_still(job)) == still


def test_what_the_network_makes_of_the_probe(run_folder):
    said = words.told(read_formation(run_folder, 3, "conv1"))
    truth = run_files.probe(run_folder).truth
    assert said.endswith(
        f"its class is “{truth}”, and after epoch 3 the network says “9” with 37.0%."
    )
    assert "before training the network says “0” with 10.0%" in words.told(
        read_formation(run_folder, 0, "conv1")
    )


def test_a_run_that_diverged_says_so():
    kernels = np.ones((2, 3, 3, 1, 1), np.float32)
    kernels[1] = np.nan
    read = reading.Reading(Formation((0, 2), kernels), None, None, 1, ())
    assert words.told(read) == (
        "After epoch 2 not all weights of the one kernel of 3×3 of the first convolution are "
        "numbers: the run has diverged."
    )


def test_no_convolution_no_kernels(runs, sent):
    run = finished_run(runs, VISITOR, network="8x8x1-flatten-dense_10-softmax")
    read = read_formation(runs.folder(run.id), 3, "")
    assert words.told(read).startswith("This network has no convolution")
    header, parts = sent(contents(read.formed, figures=[""] * 4, probe=read.probe))
    assert (header["kernels"], header["maps"], header["views"]) == (None, None, [])
    assert list(map(len, parts)) == [0, 0, 64]
