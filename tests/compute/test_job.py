import sys
from pathlib import Path

import numpy as np
import pytest

from vizcore.compute import Context
from vizcore.compute.job import kind_of, restore

sys.path.insert(0, str(Path(__file__).parent))
from counting import Counting  # noqa: E402


class Table:
    """What a context tells, and what it is answered."""

    def __init__(self, stop_after=None):
        self.epochs, self.events, self.stop_after = [], [], stop_after

    def commit(self, number, metrics, checkpoint):
        self.epochs.append((number, metrics, checkpoint))
        return number == self.stop_after

    def context(self, folder, epochs_done=0, checkpoint="", stop=lambda: False):
        return Context(folder, epochs_done, checkpoint, self.commit, self.events.append, stop)


def test_a_job_is_made_again_from_what_the_table_holds():
    job = Counting(epochs=7)
    assert kind_of(job) == "counting:Counting"
    assert restore(kind_of(job), job.to_settings()) == job


def test_every_epoch_is_committed_once_its_checkpoint_is_there(tmp_path):
    table = Table()
    there = []
    context = table.context(tmp_path)
    context._commit = lambda *epoch: there.append((tmp_path / epoch[2] / "total.npy").exists())
    Counting(epochs=3).run(context)
    assert there == [True] * 3


def test_only_the_last_checkpoint_is_kept(tmp_path):
    table = Table()
    (tmp_path / "checkpoints" / "0001-dead").mkdir(parents=True)
    Counting(epochs=3).run(table.context(tmp_path))
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == [
        Path(table.epochs[-1][2]).name
    ]


@pytest.mark.parametrize("first", [1, 2])
def test_a_resumed_job_ends_where_the_uninterrupted_one_does(tmp_path, first):
    whole = Counting(epochs=3).run(Table().context(tmp_path / "whole"))
    table = Table()
    Counting(epochs=first).run(table.context(tmp_path / "parts"))
    context = table.context(tmp_path / "parts", first, table.epochs[-1][2])
    assert Counting(epochs=3).run(context) == whole
    assert [number for number, *_ in table.epochs] == [1, 2, 3]


def test_a_job_sees_within_one_batch_that_it_should_stop(tmp_path):
    table, asked = Table(), []
    context = table.context(tmp_path, stop=lambda: len(asked) > 5 or asked.append(1))
    Counting(epochs=3, batches=4).run(context)
    assert context.stopped
    assert len(table.epochs) == 1  # the sixth batch was its last, the second of epoch 2


def test_the_answer_to_an_epoch_stops_a_job_that_no_message_reached(tmp_path):
    table = Table(stop_after=1)
    context = table.context(tmp_path)
    Counting(epochs=3).run(context)
    assert context.stopped and len(table.epochs) == 1


def test_the_first_batch_is_told_at_once_and_the_rest_are_thinned_out(tmp_path):
    table = Table()
    context = table.context(tmp_path)
    for batch in range(1000):
        context.report_batch(batch + 1, 1000, loss=np.float32(0.5))
    assert table.events[0] == {
        "epochs_done": 0,
        "batch": 1,
        "batches": 1000,
        "metrics": {"loss": 0.5},
    }
    assert len(table.events) < 500
