import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from vizcore.nets.dataset import DatasetError
from vizcore.nets.dataset_cache import cached
from vizcore.nets.datasets import (
    PUBLISHED,
    Choice,
    dataset_choices,
    fetch_dataset,
    load_dataset,
    stamp_of,
)
from vizcore.nets.description import channel_statistics, describe

sys.path.insert(0, str(Path(__file__).parent))
from archives import npz  # noqa: E402

SHARED = Path(__file__).parents[3] / "shared" / "data"

X = np.random.default_rng(4).integers(0, 256, (12, 28, 28)).astype(np.uint8)
Y = np.arange(12) % 10
MNIST_LIKE = {"x_train": X, "y_train": Y, "x_test": X[:3], "y_test": Y[:3]}

pytestmark = pytest.mark.usefixtures("data_folder")


# --- the embedded one ----------------------------------------------------------------------


def test_digits_are_scikit_learns_scaled_from_16_to_255():
    digits, original = load_dataset(), load_digits()
    assert digits.name == "digits" and digits.class_names == tuple("0123456789")
    assert digits.shape == (8, 8, 1) and "1,797" in digits.source
    ours = np.concatenate([digits.train.x, digits.test.x])
    assert ours.min() == 0 and ours.max() == 255
    assert sorted(np.rint(ours / 255 * 16).astype(int).reshape(1797, 64).tolist()) == sorted(
        original.images.astype(int).reshape(1797, 64).tolist()
    )
    assert {*np.unique(ours)} == {round(level * 255 / 16) for level in range(17)}
    assert np.array_equal(ours[digits.train.y.size :], digits.test.x)


def test_digits_keep_their_labels():
    original = load_digits()
    label_of = {
        image.astype(int).tobytes(): label
        for image, label in zip(original.images, original.target, strict=True)
    }
    for part in load_dataset().given.values():
        levels = np.rint(part.x[..., 0] / 255 * 16).astype(int)
        assert [label_of[picture.tobytes()] for picture in levels] == part.y.tolist()


def test_the_test_part_of_digits_is_the_same_for_everyone_and_stratified():
    first, second = load_dataset("digits"), load_dataset("digits")
    assert np.array_equal(first.test.x, second.test.x) and len(first.test) == 359
    sizes = np.bincount(np.concatenate([first.train.y, first.test.y]))
    assert (np.abs(np.bincount(first.test.y) - 0.2 * sizes) < 1).all()
    assert describe(first).repeated == 0


# --- files beside it -----------------------------------------------------------------------


def test_any_file_in_the_folder_is_a_dataset(data_folder):
    (data_folder / "My Pictures.npz").write_bytes(npz(**MNIST_LIKE))
    assert dataset_choices()[-1] == Choice("my-pictures", "My Pictures", "file")
    dataset = load_dataset("my-pictures")
    assert (dataset.title, dataset.shape) == ("My Pictures", (28, 28, 1))
    assert "My Pictures.npz" in dataset.source
    assert isinstance(dataset.train.x, np.memmap) and np.array_equal(dataset.train.x[..., 0], X)
    assert fetch_dataset("my-pictures").title == "My Pictures"


def test_a_known_file_comes_before_a_download(data_folder):
    (data_folder / "mnist.npz").write_bytes(npz(**MNIST_LIKE))
    assert Choice("mnist", "MNIST", "file") in dataset_choices()
    for dataset in (load_dataset("mnist"), fetch_dataset("mnist", base_url="http://127.0.0.1:9/")):
        assert dataset.title == "MNIST" and "CC BY-SA 3.0" in dataset.source
        assert dataset.class_names == tuple("0123456789")


@pytest.mark.parametrize(("name", "title"), [("cifar10", "CIFAR-10"), ("mnist", "MNIST")])
def test_a_file_with_a_known_name_and_other_pictures_is_refused(data_folder, name, title):
    small = {key: array[:, :9] if array.ndim == 3 else array for key, array in MNIST_LIKE.items()}
    (data_folder / f"{name}.npz").write_bytes(npz(**small))
    with pytest.raises(DatasetError, match=f"holds something else than {title}"):
        load_dataset(name)


def test_the_embedded_dataset_cannot_be_replaced(data_folder):
    (data_folder / "digits.npz").write_bytes(npz(**MNIST_LIKE))
    assert load_dataset("digits").shape == (8, 8, 1)
    assert [choice.name for choice in dataset_choices()] == [*PUBLISHED]


def test_a_changed_file_is_read_anew(data_folder):
    path = data_folder / "mine.npz"
    path.write_bytes(npz(**MNIST_LIKE))
    assert load_dataset("mine").train.x[0, 0, 0] == X[0, 0, 0]
    path.write_bytes(npz(**MNIST_LIKE | {"x_train": 255 - X}))
    os.utime(path, ns=(1, 1))
    assert load_dataset("mine").train.x[0, 0, 0] == 255 - X[0, 0, 0]


def test_a_stamp_tells_a_changed_file_without_reading_it(data_folder):
    path = data_folder / "mine.npz"
    path.write_bytes(b"no archive")
    before = stamp_of("mine")
    os.utime(path, ns=(1, 1))
    assert before and stamp_of("mine") not in (before, "")
    assert stamp_of("digits") == stamp_of("mnist") == stamp_of("nothing") == ""


def test_a_hostile_file_is_refused_and_not_kept(data_folder, tmp_path):
    (data_folder / "bad.npz").write_bytes(npz(**MNIST_LIKE)[:-9])
    for _ in range(2):
        with pytest.raises(DatasetError, match="does not end"):
            load_dataset("bad")
    assert not [*(tmp_path / "cache").rglob("*")]


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "nothing", "", "mine.npz", None])
def test_a_name_that_is_none_of_them_is_refused(data_folder, name):
    (data_folder.parent / "secret.npz").write_bytes(npz(**MNIST_LIKE))
    with pytest.raises(DatasetError, match="choose one of digits, mnist, fashion_mnist, cifar10"):
        load_dataset(name)


def test_without_a_folder_there_are_the_published_ones(monkeypatch, data_folder):
    for value in (None, "", str(data_folder / "missing")):
        if value is None:
            monkeypatch.delenv("VIZCORE_DATA")
        else:
            monkeypatch.setenv("VIZCORE_DATA", value)
        assert [choice.origin for choice in dataset_choices()] == ["embedded"] + ["download"] * 3


def test_what_is_not_here_yet_says_so_and_never_downloads():
    with pytest.raises(DatasetError, match="MNIST is not on this machine yet"):
        load_dataset("mnist")


def test_what_was_downloaded_is_here():
    digits = load_dataset()
    cached("mnist", "mnist", lambda: digits)
    assert Choice("mnist", "MNIST", "downloaded") in dataset_choices()
    assert np.array_equal(load_dataset("mnist").train.x, digits.train.x)


def test_datasets_on_this_machine_take_no_keras(data_folder):
    (data_folder / "mine.npz").write_bytes(npz(**MNIST_LIKE))
    code = (
        "import sys\nfrom vizcore.nets.datasets import *\nfrom vizcore.nets.description import *\n"
        "[describe(load_dataset(name)) for name in ('digits', 'mine')]\n"
        "print({'keras', 'tensorflow'} & {*sys.modules})"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "set()"


# --- real files, where there are some ------------------------------------------------------


@pytest.mark.skipif(not (SHARED / "mnist.npz").exists(), reason="the file is not on this machine")
def test_the_real_mnist(monkeypatch):
    monkeypatch.setenv("VIZCORE_DATA", str(SHARED))
    mnist = load_dataset("mnist")
    assert (len(mnist.train), len(mnist.test)) == (60_000, 10_000)
    mean, spread = channel_statistics(mnist.train.x)
    assert mean == pytest.approx([0.1307], abs=5e-5)
    assert spread == pytest.approx([0.3081], abs=5e-5)
    assert np.bincount(mnist.test.y).tolist() == [
        *(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)
    ]


@pytest.mark.skipif(not SHARED.exists(), reason="the files are not on this machine")
@pytest.mark.parametrize(
    ("name", "classes", "sizes"),
    [("mednist28", 6, [12_000, 2_400]), ("pneumoniamnist", 2, [4_708, 524, 624])],
)
def test_real_medical_pictures(monkeypatch, name, classes, sizes):
    monkeypatch.setenv("VIZCORE_DATA", str(SHARED))
    dataset = load_dataset(name)
    assert len(dataset.class_names) == classes and dataset.shape == (28, 28, 1)
    assert [len(part) for part in dataset.given.values()] == sizes
    assert dataset.class_names[0] in ("AbdomenCT", "0")
