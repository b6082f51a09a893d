"""Of how many pictures a share is: told where they are few and where that can be so."""

from types import SimpleNamespace

import numpy as np
import pytest

from vizcore.compute.training_job import TrainingJob
from vizcore.nets.training import TrainingSettings
from vizcore.ui.run_counts import counts_of, share_of

NETWORK = "8x8x1-flatten-dense_2-softmax"


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("VIZCORE_DATA", str(tmp_path))
    return tmp_path


def counts(dataset, **changes):
    job = TrainingJob(dataset, NETWORK, TrainingSettings(), **changes)
    return counts_of(SimpleNamespace(settings=job.to_settings()))


def test_the_parts_are_counted_as_a_run_divides_them(folder):
    x = np.zeros((46, 8, 8), np.uint8)
    y = np.arange(46) % 2
    np.savez(folder / "few.npz", x_train=x, y_train=y, x_test=x[:12], y_test=y[:12])
    # A tenth of 46, rounded; half of them.
    assert counts("few") == (5, 12)
    assert counts("few", fraction=0.5) == (23, 12)
    assert counts("digits") == (144, 359)


@pytest.mark.parametrize("dataset", ["mnist", "no-such-file"])
def test_what_is_large_or_gone_is_not_counted(folder, dataset):
    assert counts(dataset) == (0, 0)


@pytest.mark.parametrize(
    ("share", "count", "told"),
    [
        (1.0, 5, "100.0% of 5 pictures"),
        (28 / 29, 29, "96.6% of 29 pictures"),
        (29 / 30, 30, "96.7%"),
        (0.0, 1, "0.0% of 1 picture"),
        (0.9, 0, "90.0%"),
        (0.9, 5, "90.0%"),
        (float(np.float32(1 / 3)), 3, "33.3% of 3 pictures"),
        (None, 5, "–"),
    ],
)
def test_few_pictures_are_told(share, count, told):
    assert share_of(share, count) == told


def test_what_follows_can_be_chosen():
    assert share_of(0.9, 10, "test picture", " of all") == "90.0% of 10 test pictures"
    assert share_of(0.9, 100, "test picture", " of all") == "90.0% of all"
