"""Training from the command line."""

import csv

import pytest

from vizcore.compute import train
from vizcore.compute.runs import Runs, State
from vizcore.compute.settings import Settings
from vizcore.compute.train import HISTORY, VISITOR, main
from vizcore.compute.training_job import MODEL
from vizcore.nets import transfer

pytestmark = pytest.mark.xdist_group("tensorflow")


def command(folder, *more):
    return main(["--network", "8x8x1-flatten-dense_10-softmax", "--out", str(folder), *more])


def runs(folder):
    return Runs(Settings(runs=folder))


def test_a_run_is_written_and_taken_up_again(tmp_path, capsys):
    assert command(tmp_path, "--epochs", "1", "--batch", "256", "--rate", "0.1") == 0
    said = capsys.readouterr().out
    assert "1/1 [########################]" in said and "Test accuracy: " in said
    assert main(["--resume", "--epochs", "3", "--out", str(tmp_path)]) == 0
    (run,) = runs(tmp_path).of(VISITOR)
    assert run.state is State.FINISHED and run.epochs_done == 3
    assert run.metrics["test_accuracy"] > 0.6
    folder = runs(tmp_path).folder(run.id)
    assert (folder / MODEL).exists()
    with (folder / HISTORY).open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert float(rows[2]["val_accuracy"]) > 0.5


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--dataset", "nonsense"], "There is no dataset 'nonsense'"),
        (["--epochs", "1000"], "epochs can be 1 to 200"),
        (["--resume"], "There is no run in"),
        (["--network", "8x8x1-conv_4_9-flatten-dense_10-softmax"], "does not fit into"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(tmp_path, capsys, more, said):
    assert main(["--out", str(tmp_path), *more]) == 2
    captured = capsys.readouterr()
    assert said in captured.err and captured.err.count("\n") == 1
    assert runs(tmp_path).of(VISITOR) == []


def test_transfer_is_a_preset_of_the_command_line_too():
    asked = train._parser().parse_args(["--preset", "transfer", "--epochs", "2", "--out", "x"])
    job = train._job(asked)
    assert job.features == "objects" and job.training.epochs == 2
    assert job.network == transfer.with_new_head("objects", 10).to_text()
    job.cost()


def test_any_preset_trains_on_any_dataset(tmp_path):
    small = ["--preset", "slides-64", "--epochs", "1", "--name", "small"]
    assert main([*small, "--out", str(tmp_path)]) == 0
    (run,) = runs(tmp_path).of(VISITOR)
    assert run.settings["network"].startswith("64x64x3-conv_32_3")
    assert run.settings["network"].endswith("dense_10-softmax")
    assert run.state is State.FINISHED and run.metrics["test_accuracy"] > 0.5
