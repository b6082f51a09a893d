import subprocess
import sys

import numpy as np
import pytest

from vizcore.imaging import SAMPLES

PHOTOS = ["astronaut", "cat", "coffee", "rocket", "camera", "brick"]
PATTERNS = ["edges", "checkerboard", "circle", "text", "noise", "strokes"]


def test_menu():
    assert list(SAMPLES) == PHOTOS + PATTERNS


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES.keys())
def test_loads_a_new_picture_each_time(sample):
    picture = sample.load()
    assert picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3
    # The strokes are so small that one sees every pixel.
    least = 20 if sample is SAMPLES["strokes"] else 300
    assert min(picture.shape[:2]) >= least and max(picture.shape[:2]) <= 640
    assert picture.flags.writeable and picture.flags.c_contiguous
    assert picture.std() > 10
    before = picture.copy()
    picture[:] = 0
    assert np.array_equal(sample.load(), before)


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES.keys())
def test_says_what_it_is(sample):
    assert sample.title and sample.credit and sample.alt.endswith(".")


def test_patterns_are_grey():
    for key in [*PATTERNS, "camera", "brick"]:
        picture = SAMPLES[key].load()
        assert (picture == picture[..., :1]).all()


def test_checkerboard_has_eight_by_eight_squares():
    board = SAMPLES["checkerboard"].load()[25::50, 25::50, 0]
    assert board.tolist() == np.where(np.indices((8, 8)).sum(axis=0) % 2, 230, 25).tolist()


def test_photos_need_neither_network_nor_time_to_import():
    offline = (
        "import socket, sys\n"
        "def refuse(*_): raise OSError('offline')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from vizcore.imaging import SAMPLES\n"
        "assert 'skimage' not in sys.modules\n"
        "for sample in SAMPLES.values(): sample.load()\n"
        "assert 'pooch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", offline], check=True, timeout=60)
