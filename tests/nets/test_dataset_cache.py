import numpy as np
import pytest

from vizcore.nets import dataset_cache
from vizcore.nets.dataset import Dataset, Part
from vizcore.nets.dataset_cache import cache_folder, cached, kept


def part(count, seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 256, (count, 3, 2, 3)).astype(np.uint8)
    return Part(x, rng.integers(0, 2, count))


TOY = Dataset("toy", "Toy", ("é", "b"), "Ours.", part(5, 0), part(3, 1), part(2, 2))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "datasets"


def read_once(dataset=TOY):
    """Give a reader that fails at its second call."""
    readings = iter([dataset])
    return lambda: next(readings)


def same(one, other):
    assert (one.name, one.title, one.class_names, one.source) == (
        *(other.name, other.title, other.class_names, other.source),
    )
    assert one.given.keys() == other.given.keys()
    for name, part_ in one.given.items():
        assert np.array_equal(part_.x, other.given[name].x)
        assert np.array_equal(part_.y, other.given[name].y)


def test_a_dataset_is_read_once_and_mapped_ever_after(folder):
    read = read_once()
    for _ in range(3):
        dataset = cached("toy", "1", read)
        same(dataset, TOY)
        assert all(isinstance(part_.x, np.memmap) for part_ in dataset.given.values())
    assert [path.name for path in folder.iterdir()] == ["toy"]


def test_without_a_validation_part_none_is_kept():
    bare = Dataset("toy", "Toy", ("a", "b"), "Ours.", TOY.train, TOY.test)
    assert cached("toy", "1", read_once(bare)).validation is None


def test_another_stamp_replaces_what_is_kept(folder):
    cached("toy", "1", read_once())
    other = Dataset("toy", "New", ("a", "b"), "Ours.", TOY.test, TOY.train)
    assert kept("toy", "2") is None
    assert cached("toy", "2", read_once(other)).title == "New"
    assert kept("toy", "1") is None and [path.name for path in folder.iterdir()] == ["toy"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda toy: (toy / "x_test.npy").unlink(),
        lambda toy: (toy / "x_train.npy").write_bytes((toy / "x_train.npy").read_bytes()[:-1]),
        lambda toy: (toy / "y_train.npy").write_bytes(b""),
        lambda toy: np.save(toy / "y_train.npy", np.zeros(4, np.int64)),
        lambda toy: (toy / "dataset.json").write_text("{}"),
        lambda toy: (toy / "dataset.json").write_text("[]"),
        lambda toy: (toy / "dataset.json").write_text("nonsense"),
    ],
)
def test_a_spoilt_cache_is_read_anew(folder, spoil):
    cached("toy", "1", read_once())
    spoil(folder / "toy")
    assert kept("toy", "1") is None
    same(cached("toy", "1", read_once()), TOY)


def test_where_the_cache_cannot_be_written_the_dataset_comes_as_read(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path / "file"))
    assert cached("toy", "1", read_once()) is TOY


def test_a_disk_that_fills_up_leaves_nothing_behind(folder, monkeypatch):
    def fail(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr(dataset_cache, "write_files", fail)
    assert cached("toy", "1", read_once()) is TOY
    assert [*folder.iterdir()] == []


def test_the_folder_is_the_users_own_cache(monkeypatch, tmp_path):
    assert cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("VIZCORE_CACHE")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "vizcore"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "vizcore"
    monkeypatch.setattr("sys.platform", "darwin")
    assert cache_folder() == tmp_path / "Library" / "Caches" / "vizcore"
