import sys
from pathlib import Path

import numpy as np
import pytest

from vizcore.nets.dataset import DatasetError
from vizcore.nets.layouts import read_dataset
from vizcore.nets.npz import Limits

sys.path.insert(0, str(Path(__file__).parent))
from archives import entry, npy, npy_claiming, npz, zipped  # noqa: E402

LEVELS = np.arange(2 * 4 * 5, dtype=np.uint8).reshape(2, 4, 5)
KERAS = {"x_train": LEVELS, "y_train": [0, 1], "x_test": LEVELS[:1] + 100, "y_test": [1]}
MEDMNIST = {
    "train_images": np.zeros((3, 4, 4, 3), np.uint8),
    "train_labels": np.uint8([[0], [1], [2]]),
    "val_images": np.ones((2, 4, 4, 3), np.uint8),
    "val_labels": np.uint8([[2], [0]]),
    "test_images": np.full((1, 4, 4, 3), 2, np.uint8),
    "test_labels": np.uint8([[1]]),
}


def read(arrays, **options):
    source = arrays if isinstance(arrays, bytes) else npz(**arrays)
    return read_dataset(source, "mine", "Mine", "Drawn by me.", **options)


def refusal(arrays, **options):
    with pytest.raises(DatasetError) as error:
        read(arrays, **options)
    text = str(error.value)
    assert text[0].isalpha() and text.endswith(".") and len(text) < 300 and "\n" not in text
    return text


def test_the_layout_of_keras():
    dataset = read(KERAS)
    assert (dataset.name, dataset.title, dataset.source) == ("mine", "Mine", "Drawn by me.")
    assert dataset.shape == (4, 5, 1) and dataset.class_names == ("0", "1")
    assert np.array_equal(dataset.train.x[..., 0], LEVELS)
    assert np.array_equal(dataset.test.x[..., 0], LEVELS[:1] + 100)
    assert dataset.train.y.tolist() == [0, 1] and dataset.test.y.tolist() == [1]
    assert dataset.validation is None and [*dataset.given] == ["train", "test"]


def test_the_layout_of_medmnist():
    dataset = read(MEDMNIST)
    assert dataset.shape == (4, 4, 3) and dataset.class_names == ("0", "1", "2")
    assert [part.x.max() for part in dataset.given.values()] == [0, 1, 2]
    assert dataset.validation.y.tolist() == [2, 0]


def test_the_validation_part_of_medmnist_may_be_missing_but_not_half():
    without = {name: array for name, array in MEDMNIST.items() if not name.startswith("val")}
    assert read(without).validation is None
    assert "This file holds" in refusal(without | {"val_images": MEDMNIST["val_images"]})


@pytest.mark.parametrize(
    "names", [["cat", "dog"], [b"cat", b"dog"], [["cat"], ["dog"]], [" cat\n", "d\x00o\x1bg"]]
)
def test_classes_may_be_named_in_the_file(names):
    assert read(KERAS | {"class_names": np.array(names)}).class_names == ("cat", "dog")


def test_names_from_elsewhere_and_names_that_are_nothing():
    assert read(KERAS, class_names=("a", "b", "c")).class_names == ("a", "b", "c")
    assert read(KERAS | {"class_names": ["", "z" * 60]}).class_names == ("0", "z" * 40)


@pytest.mark.parametrize(
    ("pictures", "levels"),
    [
        (np.float32([0, 0.5, 1]), [0, 128, 255]),
        (np.float64([0, 0.2, 0.998]), [0, 51, 254]),
        (np.float16([0, 100.4, 255]), [0, 100, 255]),
        (np.int64([0, 1, 255]), [0, 1, 255]),
        (np.array([0, 1, 255], ">u2"), [0, 1, 255]),
        (np.array([False, True, True]), [0, 255, 255]),
        (np.uint8([0, 1, 1]), [0, 1, 1]),
    ],
)
def test_pictures_come_as_whole_levels(pictures, levels):
    pictures = pictures.reshape(1, 1, 3)
    parts = {"x_train": pictures, "y_train": [1], "x_test": pictures, "y_test": [0]}
    dataset = read(parts)
    assert dataset.train.x.dtype == np.uint8 and dataset.train.x.ravel().tolist() == levels
    assert dataset.train.x.shape == (1, 1, 3, 1) and dataset.train.x.flags.c_contiguous


def test_columns_first_is_read_as_it_was_saved():
    turned = np.asfortranarray(np.repeat(LEVELS[..., np.newaxis], 3, axis=3))
    dataset = read(KERAS | {"x_train": turned, "x_test": turned[:1]})
    assert np.array_equal(dataset.train.x, turned) and dataset.train.x.flags.c_contiguous


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"x_train": np.zeros((2, 20))}, "rows × columns"),
        ({"x_train": np.zeros((2, 3, 32, 32), np.uint8)}, "rows × columns"),
        ({"x_train": np.zeros((2, 4, 5, 2), np.uint8)}, "rows × columns"),
        ({"x_train": np.zeros((2, 4, 0), np.uint8)}, "rows × columns"),
        ({"x_train": np.array("abc")}, "a single number of <U3"),
        ({"x_train": np.full((2, 4, 5), "a")}, "rows × columns"),
        ({"x_train": np.zeros((2, 257, 5), np.uint8)}, "257 × 5 and the limit is 256"),
        ({"x_train": np.zeros((2, 4, 5, 3), np.uint8)}, "differ in size"),
        ({"x_test": np.zeros((1, 5, 4), np.uint8)}, "differ in size"),
        ({"x_train": np.zeros((0, 4, 5), np.uint8), "y_train": np.zeros(0, int)}, "0 × 4 × 5"),
        ({"x_train": LEVELS * np.nan}, "NaN"),
        ({"x_train": LEVELS + np.inf}, "NaN"),
        ({"x_train": LEVELS - 1.0}, "from -1 to 38"),
        ({"x_train": LEVELS.astype(int) + 217}, "from 217 to 256"),
        ({"x_train": LEVELS * 1e300}, "scale the pictures"),
        ({"y_train": [0, 1, 1]}, "y_train is 3, and of pictures in x_train 2"),
        ({"y_test": [[1], [0]]}, "y_test is 2, and of pictures in x_test 1"),
        ({"y_train": np.eye(2, dtype=int)}, "one whole number a picture"),
        ({"y_train": [0.0, 1.0]}, "one whole number a picture"),
        ({"y_train": [False, True]}, "one whole number a picture"),
        ({"y_train": ["a", "b"]}, "one whole number a picture"),
        ({"y_train": [0, -1]}, "from -1 to 0"),
        ({"y_train": [0, 100]}, "from 0 to 100"),
        ({"y_train": np.uint64([0, 2**64 - 1])}, "to 18446744073709551615"),
        ({"y_train": [0, 0], "y_test": [0]}, "of one class"),
        ({"class_names": ["only"]}, "last class with a name is 0"),
        ({"class_names": [1, 2]}, "list of at most 100 names"),
        ({"class_names": ["x"] * 101}, "list of at most 100 names"),
        ({"class_names": np.array([["a", "b"]])}, "list of at most 100 names"),
    ],
)
def test_what_is_no_dataset_is_refused(change, word):
    assert word in refusal(KERAS | {name: np.asarray(array) for name, array in change.items()})


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"x": LEVELS, "y": [0, 1]},
        {name: array for name, array in KERAS.items() if name != "y_test"},
        KERAS | MEDMNIST,
    ],
)
def test_files_of_neither_layout_or_of_both_are_refused(arrays):
    assert "a dataset has x_train, y_train, x_test and y_test, or" in refusal(arrays)


def test_a_pickle_is_refused_even_where_nobody_would_read_it():
    assert "pickle" in refusal(KERAS | {"about": np.array({"by": "me"}, object)})


def test_limits_reach_the_reader():
    assert "the limit is" in refusal(KERAS, limits=Limits(array_bytes=500))


def test_what_headers_tell_is_judged_before_any_array_is_read():
    # The arrays are damaged, and nobody gets as far as noticing.
    spoilt = zipped(
        entry("x_train.npy", npy(np.zeros((900, 4, 5), np.uint8)), crc=1),
        entry("y_train.npy", npy(np.zeros(899, np.int64)), crc=1),
        entry("x_test.npy", npy(np.zeros((900, 4, 5), np.uint8)), crc=1),
        entry("y_test.npy", npy_claiming((900,), data=bytes(900))),
    )
    assert "y_train is 899, and" in refusal(spoilt)
