"""MobileNetV2: brought from a local server, whole or not at all; what it says, held to Keras."""

import dataclasses
import hashlib
import json

import h5py
import numpy as np
import pytest

from vizcore.nets import imagenet
from vizcore.nets.imagenet import ImagenetError

pytestmark = pytest.mark.xdist_group("tensorflow")

WORDS = {str(k): [f"n{k:08}", f"kind_{k}"] for k in range(imagenet.CLASSES)}
LEVELS = np.random.default_rng(0).integers(0, 256, (224, 224, 3)).astype(np.uint8)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("VIZCORE_CACHE", str(tmp_path / "cache"))
    yield tmp_path / "cache"
    imagenet.model.cache_clear()


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A network with drawn weights in a file of the old form, in which the real one comes."""
    import keras
    from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

    keras.utils.set_random_seed(0)
    model = keras.applications.MobileNetV2(weights=None)
    path = tmp_path_factory.mktemp("published") / "weights.h5"
    with h5py.File(path, "w") as file:
        save_weights_to_hdf5_group(file, model)
    return model, path.read_bytes()


def publish(site, monkeypatch, weights, names=WORDS):
    names = json.dumps(names).encode()
    digest = hashlib.md5(names, usedforsecurity=False).hexdigest()
    for one, content, sum_ in (("WEIGHTS", weights, ""), ("NAMES", names, digest)):
        file = dataclasses.replace(getattr(imagenet, one), size=len(content), digest=sum_)
        monkeypatch.setattr(imagenet, one, file)
        (site[0] / file.name).write_bytes(content)


def test_it_comes_from_a_server_and_says_what_keras_says(site, published, monkeypatch):
    import keras

    model, content = published
    publish(site, monkeypatch, content)
    assert not imagenet.is_here()
    told = []
    imagenet.download(lambda words, done: told.append(done), base_url=site[1])
    assert told == sorted(told) and told[-1] == 1 and len(told) > 10
    assert imagenet.is_here()
    assert imagenet.class_names()[7] == "kind 7"
    x = imagenet.front().prepared(LEVELS)
    answer = imagenet.classified(imagenet.model(), x)
    given = keras.applications.mobilenet_v2.preprocess_input(LEVELS.astype(np.float32))
    np.testing.assert_allclose(x, given, atol=1e-6)
    probabilities = np.exp(answer.logits) / np.exp(answer.logits).sum()
    np.testing.assert_allclose(probabilities, np.asarray(model(given[None]))[0], rtol=1e-4)


def test_the_map_averages_to_the_logit_where_nothing_is_cut_off(site, published, monkeypatch):
    """Class activation: its mean, with what is negative kept and the bias, is the logit."""
    publish(site, monkeypatch, published[1])
    imagenet.download(lambda *_: None, base_url=site[1])
    network = imagenet.model()
    x = imagenet.front().prepared(LEVELS)
    kernel, bias = network.layers[-1].get_weights()
    maps, logits = (np.asarray(one)[0] for one in network(x[None]))
    best = logits.argmax()
    signed = maps @ kernel[:, best]
    assert signed.mean() + bias[best] == pytest.approx(logits[best], rel=1e-4)
    answer = imagenet.classified(network, x)
    np.testing.assert_allclose(answer.map, np.maximum(signed, 0), rtol=1e-5)
    assert answer.map.shape == (7, 7)


def test_without_internet_one_sentence_says_what_to_do(cache):
    with pytest.raises(ImagenetError, match="could not be downloaded from 127.0.0.1 .*choose one"):
        imagenet.download(lambda *_: None, base_url="http://127.0.0.1:9/")
    assert not imagenet.is_here() and list(cache.rglob("*.part")) == []


@pytest.mark.parametrize("sent", [b"", b"x" * 50, b"y" * 49])
def test_what_is_of_another_size_or_content_is_not_kept(site, monkeypatch, sent):
    publish(site, monkeypatch, b"w" * 60)
    monkeypatch.setattr(imagenet, "NAMES", dataclasses.replace(imagenet.NAMES, size=50))
    (site[0] / imagenet.NAMES.name).write_bytes(sent)
    with pytest.raises(ImagenetError, match="not the published file"):
        imagenet.download(lambda *_: None, base_url=site[1])
    assert not imagenet.is_here()


def test_a_file_of_weights_that_is_none_is_told(site, monkeypatch):
    publish(site, monkeypatch, b"no weights at all")
    imagenet.download(lambda *_: None, base_url=site[1])
    with pytest.raises(ImagenetError, match="weights cannot be read"):
        imagenet.model()


@pytest.mark.parametrize("words", [[], {"0": []}, {"0": ["n", "kind"]}, "text"])
def test_names_that_are_none_are_told(site, monkeypatch, words):
    with pytest.raises(ImagenetError, match="not on this machine"):
        imagenet.class_names()
    publish(site, monkeypatch, b"w", words)
    imagenet.download(lambda *_: None, base_url=site[1])
    with pytest.raises(ImagenetError, match="not on this machine"):
        imagenet.class_names()
