import gzip
import hashlib
import io
import json
import os
import pickle
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from vizcore.nets import downloads
from vizcore.nets.dataset import DatasetError
from vizcore.nets.datasets import fetch_dataset
from vizcore.nets.downloads import FILES, RemoteFile, fetch

sys.path.insert(0, str(Path(__file__).parent))
from archives import npz  # noqa: E402

CONTENT = np.random.default_rng(0).bytes(200_000)


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("VIZCORE_DATA", raising=False)


def remote(content=CONTENT, url="", algorithm=hashlib.sha256):
    return RemoteFile(url, "file.bin", "file.bin", len(content), algorithm(content).hexdigest())


# --- one file ------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", [hashlib.sha256, hashlib.md5])
def test_a_file_comes_whole_with_progress(site, tmp_path, algorithm):
    folder, url = site
    (folder / "file.bin").write_bytes(CONTENT)
    told = []
    fetch(remote(url=url, algorithm=algorithm), tmp_path / "new" / "file.bin", told.append)
    assert (tmp_path / "new" / "file.bin").read_bytes() == CONTENT
    assert told == sorted(told) and len(told) >= 3 and told[-1] == len(CONTENT)
    assert len([*(tmp_path / "new").iterdir()]) == 1


@pytest.mark.parametrize(
    "sent", [CONTENT[:-1], CONTENT + b"x", b"", b"!" + CONTENT[1:], CONTENT * 20]
)
def test_what_is_not_the_published_file_is_not_kept(site, tmp_path, sent):
    folder, url = site
    (folder / "file.bin").write_bytes(sent)
    told = []
    with pytest.raises(downloads.WrongFile, match="not the published file"):
        fetch(remote(url=url), tmp_path / "new" / "file.bin", told.append)
    assert [*(tmp_path / "new").iterdir()] == []
    # No more is fetched than the file should hold, and a piece.
    assert max(told, default=0) <= len(CONTENT) and len(told) <= len(CONTENT) // 2**16 + 2


def test_a_download_that_is_stopped_leaves_nothing(site, tmp_path):
    folder, url = site
    (folder / "file.bin").write_bytes(CONTENT)

    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(remote(url=url), tmp_path / "new" / "file.bin", stop)
    assert [*(tmp_path / "new").iterdir()] == []


# --- what goes wrong, in one sentence ------------------------------------------------------


def refusal(name, base_url):
    with pytest.raises(DatasetError) as error:
        fetch_dataset(name, base_url=base_url)
    text = str(error.value)
    assert text.endswith(".") and "\n" not in text and len(text) < 300
    assert "choose the embedded digits" in text and f"put {name}.npz into" in text
    return text


@pytest.mark.parametrize("name", FILES)
def test_offline_one_sentence_names_the_embedded_choice(name):
    assert "could not be downloaded from 127.0.0.1" in refusal(name, "http://127.0.0.1:9/")


def test_a_site_without_the_file_and_a_site_with_another(site):
    folder, url = site
    assert "from 127.0.0.1 (File not found)" in refusal("mnist", url)
    (folder / "mnist.npz").write_bytes(CONTENT)
    assert "(what came as mnist.npz is not the published file)" in refusal("mnist", url)


def test_an_address_that_does_not_exist():
    assert "from nowhere.invalid (" in refusal("cifar10", "http://nowhere.invalid/")


# --- three datasets, through Keras ---------------------------------------------------------

# The real files are far too large to serve here. Those that stand in for them have other sizes and
# digests, and Keras, which knows the real digests, is told to take them.
FETCH = """
import dataclasses, hashlib, json, pathlib, sys
from keras.src.utils import file_utils
from vizcore.nets import downloads
from vizcore.nets.datasets import fetch_dataset, load_dataset

folder, url = pathlib.Path(sys.argv[1]), sys.argv[2]
file_utils.validate_file = lambda *_, **__: True
for name, files in downloads.FILES.items():
    served = [(file, (folder / file.name).read_bytes()) for file in files]
    downloads.FILES[name] = tuple(
        dataclasses.replace(file, size=len(data), digest=hashlib.sha256(data).hexdigest())
        for file, data in served
    )
for name in downloads.FILES:
    told = []
    dataset = fetch_dataset(name, lambda *what: told.append(what), base_url=url)
    nobody = "http://127.0.0.1:9/"
    again = fetch_dataset(name, base_url=nobody)
    print(json.dumps({
        "name": name,
        "told": told,
        "mapped": type(load_dataset(name).train.x).__name__,
        "shapes": [part.x.shape for part in dataset.given.values()],
        "y": [part.y[:3].tolist() for part in dataset.given.values()],
        "pixel": dataset.train.x[1, 2, 3].tolist(),
        "again": bool((again.train.x == dataset.train.x).all()),
        "classes": len(dataset.class_names),
    }))
"""


def idx(array):
    """The format of the MNIST family: a magic number and the lengths, then the bytes."""
    lengths = b"".join(length.to_bytes(4) for length in array.shape)
    return gzip.compress(bytes([0, 0, 8, array.ndim]) + lengths + array.tobytes())


def cifar_batch(number):
    """10,000 pictures: red 10 × the batch's number, green 20, blue 30."""
    planes = np.repeat(np.uint8([10 * number, 20, 30]), 32 * 32)
    labels = [number % 10] * 10_000
    return pickle.dumps({b"data": np.tile(planes, (10_000, 1)), b"labels": labels}, protocol=4)


def fill(folder):
    x = np.arange(3 * 28 * 28).reshape(3, 28, 28).astype(np.uint8)
    y = np.uint8([3, 1, 4])
    (folder / "mnist.npz").write_bytes(npz(x_train=x, y_train=y, x_test=x[:2], y_test=y[:2]))
    for start, images, labels in (("train", x, y), ("t10k", x[:2], y[:2])):
        (folder / f"{start}-images-idx3-ubyte.gz").write_bytes(idx(images))
        (folder / f"{start}-labels-idx1-ubyte.gz").write_bytes(idx(labels))
    with tarfile.open(folder / "cifar-10-python.tar.gz", "w:gz", compresslevel=1) as archive:
        for number, name in enumerate([*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"], 1):
            batch = cifar_batch(number)
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(batch)
            archive.addfile(member, io.BytesIO(batch))
    return int(x[1, 2, 3])


@pytest.mark.xdist_group("tensorflow")
def test_the_datasets_of_keras_are_fetched_with_progress_read_and_kept(site, tmp_path):
    folder, url = site
    pixel = fill(folder)
    run = subprocess.run(
        [sys.executable, "-c", FETCH, str(folder), url],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    found = {line["name"]: line for line in map(json.loads, run.stdout.splitlines())}
    assert found.keys() == FILES.keys()
    for name in ("mnist", "fashion_mnist"):
        assert found[name]["shapes"] == [[3, 28, 28, 1], [2, 28, 28, 1]]
        assert found[name]["y"] == [[3, 1, 4], [3, 1]] and found[name]["pixel"] == [pixel]
    assert found["cifar10"]["shapes"] == [[50_000, 32, 32, 3], [10_000, 32, 32, 3]]
    assert found["cifar10"]["y"] == [[1, 1, 1], [6, 6, 6]]
    assert found["cifar10"]["pixel"] == [10, 20, 30]
    for line in found.values():
        assert line["classes"] == 10 and line["mapped"] == "memmap" and line["again"]
        words, parts = zip(*line["told"], strict=True)
        assert [*parts] == sorted(parts) and parts[-2:] == (1, 1)
        assert words[0].startswith("Downloading ") and " MB" in words[0]
        assert words[-1].startswith("Reading ")
    assert not list((tmp_path / "keras").rglob("*.part"))
