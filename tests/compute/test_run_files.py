"""Reading what a run has written, also what is damaged."""

import json

import numpy as np
import pytest
from made_runs import finished_run, kernels_after, write_snapshot

from vizcore.compute import run_files
from vizcore.compute.runs import RunError, State
from vizcore.compute.training_job import ABOUT, PROBE, SNAPSHOTS, TEST
from vizcore.nets.datasets import load_dataset
from vizcore.nets.preparation import Preparation

VISITOR = "0" * 64


def test_a_made_run_is_one_that_pages_can_show(runs):
    run = finished_run(runs, VISITOR, name="Mine", epochs=4, accuracy=1)
    assert (run.name, run.state, run.epochs, run.epochs_done) == ("Mine", State.FINISHED, 4, 4)
    assert run.metrics == {"test_accuracy": 1.0}
    assert [row.metrics["loss"] for row in runs.history(run.id)] == [2, 1, 2 / 3, 0.5]
    part = finished_run(runs, VISITOR, state=State.INTERRUPTED, done=1, note="Power cut.")
    assert (part.state, part.epochs_done, part.note) == (State.INTERRUPTED, 1, "Power cut.")
    assert run_files.test_results(runs.folder(part.id)) is None


def test_what_is_written_is_read(run_folder):
    data = load_dataset("digits")
    assert run_files.about(run_folder) == run_files.About(tuple("0123456789"), Preparation())
    truth, probabilities = run_files.test_results(run_folder)
    assert truth.tolist() == data.test.y.tolist()
    assert probabilities.shape == (359, 10)
    assert run_files.snapshot_epochs(run_folder) == [0, 1, 2, 3]
    after = run_files.snapshot(run_folder, 2)
    assert sorted(after) == ["kernels", "map-conv1", "map-pool1", "map-relu1", "probabilities"]
    np.testing.assert_array_equal(after["kernels"], kernels_after(2))
    assert after["map-conv1"].shape == (6, 6, 6) and after["map-conv1"].dtype == np.float16
    assert run_files.map_layers(run_folder) == ["conv1", "relu1", "pool1"]
    assert list(run_files.snapshot(run_folder, 2, {"kernels"})) == ["kernels"]
    probe = run_files.probe(run_folder)
    assert probe.picture.shape == (8, 8, 1) and probe.picture.dtype == np.uint8


def test_a_standardised_run_is_prepared_as_it_was_trained(run_folder):
    told = {"side": 12, "channels": 3, "mean": [0.5, 0.25, 0.1], "spread": [1.0, 2.0, 4.0]}
    (run_folder / ABOUT).write_text(json.dumps({"classes": ["a", "b"], "preparation": told}))
    read = run_files.about(run_folder)
    assert read.classes == ("a", "b")
    assert read.preparation == Preparation(12, 3, (0.5, 0.25, 0.1), (1.0, 2.0, 4.0))


def test_a_run_tells_the_numbers_it_was_trained_in_unless_it_is_an_older_one(run_folder):
    assert run_files.about(run_folder).policy == ""
    told = json.loads((run_folder / ABOUT).read_text())
    (run_folder / ABOUT).write_text(json.dumps({**told, "policy": "mixed_bfloat16"}))
    assert run_files.about(run_folder).policy == "mixed_bfloat16"


def test_what_is_not_there_yet_is_no_error_or_says_so(tmp_path):
    assert run_files.test_results(tmp_path) is None
    assert run_files.probe(tmp_path) is None
    assert run_files.snapshot_epochs(tmp_path) == []
    with pytest.raises(RunError, match="has not begun to train"):
        run_files.about(tmp_path)
    with pytest.raises(RunError, match="no snapshot after epoch 3"):
        run_files.snapshot(tmp_path, 3)
    with pytest.raises(RunError, match="no snapshot after epoch 3"):
        run_files.map_layers(tmp_path, 3)


def test_a_file_that_is_still_being_written_is_not_there(run_folder):
    for name in ("0004.npz.part", "draft.npz", "4"):
        (run_folder / SNAPSHOTS / name).write_bytes(b"PK")
    assert run_files.snapshot_epochs(run_folder) == [0, 1, 2, 3]


READERS = {
    ABOUT: run_files.about,
    PROBE: run_files.probe,
    TEST: run_files.test_results,
    f"{SNAPSHOTS}/0001.npz": lambda folder: run_files.snapshot(folder, 1),
}


@pytest.mark.parametrize("name", READERS)
def test_a_damaged_file_is_told_in_a_sentence(run_folder, name):
    path = run_folder / name
    whole = path.read_bytes()
    # Cut short, garbage, empty, other JSON, and flipped bits in the first array.
    bits = bytearray(whole)
    bits[90] ^= 255
    for damaged in (whole[: len(whole) // 2], b"garbage", b"", b"[1]"):
        path.write_bytes(damaged)
        with pytest.raises(RunError, match=r"^[A-Z].* cannot be read"):
            READERS[name](run_folder)
    if name != ABOUT:
        path.write_bytes(bits)
        with pytest.raises(RunError, match=r"^[A-Z].* cannot be read"):
            READERS[name](run_folder)


def test_no_pickle_is_unpacked(run_folder):
    np.savez(run_folder / SNAPSHOTS / "0001.npz", kernels=np.array([print], dtype=object))
    with pytest.raises(RunError, match="cannot be read"):
        run_files.snapshot(run_folder, 1)


def test_arrays_of_other_shapes_are_damage(run_folder):
    np.savez(run_folder / TEST, truth=np.arange(3), probabilities=np.zeros((2, 10)))
    with pytest.raises(RunError, match="train it again"):
        run_files.test_results(run_folder)
    for arrays in ({"picture": np.zeros(3, np.uint8), "truth": 1}, {"another": 1}):
        np.savez(run_folder / PROBE, **arrays)
        with pytest.raises(RunError, match="probe"):
            run_files.probe(run_folder)
    np.save(run_folder / SNAPSHOTS / "0001", np.zeros(3))
    (run_folder / SNAPSHOTS / "0001.npy").rename(run_folder / SNAPSHOTS / "0001.npz")
    with pytest.raises(RunError, match="after epoch 1 cannot be read"):
        run_files.snapshot(run_folder, 1)


def test_a_network_without_convolution_has_neither_kernels_nor_maps(runs):
    run = finished_run(runs, VISITOR, network="8x8x1-flatten-dense_10-softmax")
    assert list(run_files.snapshot(runs.folder(run.id), 0)) == ["probabilities"]
    assert run_files.map_layers(runs.folder(run.id)) == []


def test_a_snapshot_can_be_written_over(run_folder):
    write_snapshot(run_folder, 1, kernels_after(9), run_files.probe(run_folder).picture)
    np.testing.assert_array_equal(run_files.snapshot(run_folder, 1)["kernels"], kernels_after(9))
