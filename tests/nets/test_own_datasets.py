import os
import subprocess
import sys
import time

import numpy as np
import pytest

from vizcore.compute.settings import Settings
from vizcore.nets import own_datasets
from vizcore.nets.dataset import Dataset, DatasetError, Part
from vizcore.nets.datasets import Choice, dataset_choices, is_here, load_dataset, stamp_of
from vizcore.nets.own_datasets import delete, expire, is_kept, keep, load, mine, title_of

ANNE, BERT = "a" * 64, "b" * 64
DAY = 86_400
X = np.random.default_rng(3).integers(0, 256, (7, 4, 4, 3)).astype(np.uint8)
TOY = Dataset(
    "toy",
    "<b>Pets</b>",
    ("cat", "dög"),
    "Anne's.",
    Part(X[:5], np.array([0, 0, 1, 0, 1])),
    Part(X[5:], np.array([0, 1])),
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("VIZCORE_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs" / "datasets"


def unused(folder, name, days):
    """Let a dataset have lain there for so many days."""
    when = time.time() - days * DAY
    os.utime(folder / name / "used", (when, when))
    os.utime(folder / name, (when, when))


def test_what_is_kept_comes_back_mapped_under_an_unguessable_name(folder):
    name = keep(TOY, ANNE)
    assert name.startswith("own-") and len(name) == 4 + 32 and name != keep(TOY, ANNE)
    found = load(name)
    assert (found.name, found.title, found.class_names) == (name, "<b>Pets</b>", ("cat", "dög"))
    for part in ("train", "test"):
        ours, given = found.given[part], TOY.given[part]
        assert np.array_equal(ours.x, given.x) and np.array_equal(ours.y, given.y)
        assert isinstance(ours.x, np.memmap) and not ours.x.flags.writeable
    assert found.validation is None
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_no_pickle_is_written_or_read(folder):
    name = keep(TOY, ANNE)
    files = {path.name for path in (folder / name).iterdir()}
    arrays = {f"{array}_{part}.npy" for array in "xy" for part in ("train", "test")}
    assert files == arrays | {"dataset.json", "used"}
    np.save(folder / name / "y_test.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(DatasetError, match="pictures are gone"):
        load(name)


def test_the_owner_alone_sees_it_listed():
    before = time.time()
    name = keep(TOY, ANNE)
    (one,) = mine(ANNE)
    assert (one.name, one.title, one.class_names) == (name, "<b>Pets</b>", ("cat", "dög"))
    assert (one.counts, one.shape, one.size) == ((4, 3), (4, 4, 3), 7 * 48)
    assert before <= one.made <= time.time()
    assert one.expires == pytest.approx(before + 7 * DAY, abs=5)
    assert mine(BERT) == mine("") == mine(None) == []
    assert title_of(name) == "<b>Pets</b>" and title_of("own-1") is None


def test_the_newest_is_listed_first(monkeypatch):
    names, now = [], time.time()
    for second in range(3):
        monkeypatch.setattr(own_datasets.time, "time", lambda when=now + second: when)
        names.append(keep(TOY, ANNE))
    assert [one.name for one in mine(ANNE)] == names[::-1]


def test_the_owner_alone_can_delete_it(folder):
    name = keep(TOY, ANNE)
    for stranger in (BERT, "", None):
        with pytest.raises(DatasetError, match="somebody else"):
            delete(name, stranger)
    assert is_kept(name)
    delete(name, ANNE)
    assert [*folder.iterdir()] == [] and not is_kept(name) and mine(ANNE) == []
    delete(name, ANNE)
    with pytest.raises(DatasetError, match="pictures are gone"):
        load(name)


@pytest.mark.parametrize("name", ["own-", "own-../x", "own-" + "g" * 32, "../own", None, 3])
def test_another_name_finds_and_deletes_nothing(folder, name):
    kept = keep(TOY, ANNE)
    with pytest.raises(DatasetError):
        load(name)
    delete(name, ANNE)
    assert [path.name for path in folder.iterdir()] == [kept]


def test_it_expires_a_week_after_its_last_use(folder):
    name = keep(TOY, ANNE)
    unused(folder, name, 6.9)
    assert [one.name for one in mine(ANNE)] == [name]
    load(name)
    assert mine(ANNE)[0].expires > time.time() + 6.9 * DAY
    unused(folder, name, 7.1)
    assert not is_kept(name) and stamp_of(name) == ""
    with pytest.raises(DatasetError, match="7 days"):
        load(name)
    assert mine(ANNE) == [] and [*folder.iterdir()] == []


def test_looking_at_the_list_is_no_use_of_it(folder):
    name = keep(TOY, ANNE)
    unused(folder, name, 3)
    mine(ANNE), is_here(name), title_of(name), dataset_choices(ANNE)
    assert mine(ANNE)[0].expires < time.time() + 4.1 * DAY


def test_what_was_left_half_written_goes_after_an_hour(folder):
    keep(TOY, ANNE)
    half = folder / ".own-half"
    half.mkdir()
    (half / "x_train.npy").write_bytes(b"half")
    expire()
    assert half.exists()
    os.utime(half, (time.time() - 3700,) * 2)
    expire()
    assert not half.exists() and len(mine(ANNE)) == 1


def test_a_visitor_keeps_a_bounded_number(monkeypatch):
    monkeypatch.setattr(own_datasets, "MOST_KEPT", 2)
    names = [keep(TOY, ANNE) for _ in range(2)]
    with pytest.raises(DatasetError, match="You have 2 datasets, the most that are kept"):
        keep(TOY, ANNE)
    keep(TOY, BERT)
    delete(names[0], ANNE)
    keep(TOY, ANNE)


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [
        ("MOST_BYTES", 3 * 336 - 1, "Your datasets would take 1 MB"),
        ("MOST_BYTES_IN_ALL", 3 * 336 - 1, "no room for more"),
        ("MOST_KEPT_IN_ALL", 2, "no room for more"),
    ],
)
def test_bytes_and_the_whole_are_bounded(folder, monkeypatch, limit, value, said):
    for _ in range(2):
        keep(TOY, ANNE)
    monkeypatch.setattr(own_datasets, limit, value)
    with pytest.raises(DatasetError, match=said):
        keep(TOY, ANNE)
    assert len([*folder.iterdir()]) == 2
    monkeypatch.setattr(own_datasets, limit, value + 1)
    keep(TOY, ANNE)


def test_a_full_disk_leaves_nothing_behind(folder, monkeypatch):
    def full(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr(own_datasets, "write_files", full)
    with pytest.raises(DatasetError, match="could not be stored"):
        keep(TOY, ANNE)
    assert [*folder.iterdir()] == []


def test_one_that_is_spoilt_hides_no_other(folder):
    bad, good = keep(TOY, ANNE), keep(TOY, ANNE)
    (folder / bad / "dataset.json").write_text("nonsense")
    own_datasets._about.cache_clear()
    assert [one.name for one in mine(ANNE)] == [good]
    with pytest.raises(DatasetError, match="somebody else"):
        delete(bad, ANNE)


def test_it_lies_beside_the_runs(monkeypatch):
    assert own_datasets.datasets_folder() == Settings.from_environment().runs / "datasets"
    monkeypatch.delenv("VIZCORE_RUNS")
    assert own_datasets.datasets_folder() == Settings.from_environment().runs / "datasets"


def test_it_is_a_dataset_like_any_other_for_its_owner():
    name = keep(TOY, ANNE)
    assert dataset_choices(ANNE)[-1] == Choice(name, "<b>Pets</b>", "own")
    assert name not in [one.name for one in (*dataset_choices(BERT), *dataset_choices())]
    assert load_dataset(name).class_names == ("cat", "dög")
    assert is_here(name) and is_here("digits") and not is_here("mnist") and stamp_of(name)
    delete(name, ANNE)
    assert not is_here(name) and stamp_of(name) == ""
    with pytest.raises(DatasetError, match="pictures are gone"):
        load_dataset(name)


def test_another_process_finds_it(folder):
    name = keep(TOY, ANNE)
    code = (
        "import sys; from vizcore.nets.datasets import load_dataset; "
        "print(load_dataset(sys.argv[1]).train.x.sum())"
    )
    said = subprocess.run([sys.executable, "-c", code, name], capture_output=True, text=True)
    assert int(said.stdout) == X[:5].sum()
