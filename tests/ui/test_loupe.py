import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.imaging import KERNELS, to_display
from vizcore.imaging.stack import Pass, apply_stack
from vizcore.ui.loupe import BARS, Shown, _encoded, _header, _histogram, _passes_digest
from vizcore.ui.photo_pixels import pixel_digest

EDGES = ["zero", "reflect", "replicate", "none"]
SOBEL = (KERNELS["sobel_x"].weights, KERNELS["sobel_y"].weights)
DIFFERENCE = Pass((np.array([[-1.0, 1.0]]),), bias=2.0, stride=2)


def shown(image, passes, edges="zero", mapping="clamp"):
    response = apply_stack(image, passes, edges=edges)
    display = to_display(response, mapping)
    return Shown(image, pixel_digest(image), tuple(passes), edges, response, display, mapping)


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


def test_the_header_by_hand():
    image = np.uint8([[0, 10, 40, 40], [0, 0, 0, 90]])
    header = _header(shown(image, [DIFFERENCE], mapping="signed"))
    assert header["photo"] == pixel_digest(image) and header["depth"] == 1
    assert header["passes"] == [{"kernels": [[[-1.0, 1.0]]], "bias": 2.0, "stride": 2}]
    assert header["edges"] == "zero"
    assert header["rows"] == {
        "first": 0.0, "step": 2, "count": 1, "befores": (0,), "counts": (1,),
        "fieldStart": 0, "fieldSize": 1,
    }  # fmt: skip
    assert header["columns"] == {
        "first": 0.5, "step": 2, "count": 2, "befores": (0,), "counts": (2,),
        "fieldStart": 0, "fieldSize": 2,
    }  # fmt: skip
    assert header["probe"] == [0, 0]
    assert header["mapping"] == {"name": "signed", "limit": 12, "low": 2, "high": 12}


def test_colour_has_three_channels():
    assert _header(shown(noise(4, 5, 3), [Pass(SOBEL)]))["depth"] == 3


def test_both_kernels_of_a_magnitude_are_told():
    (one,) = _header(shown(noise(4, 5), [Pass(SOBEL)]))["passes"]
    assert one["kernels"] == [kernel.tolist() for kernel in SOBEL]


def test_the_limit_is_the_largest_magnitude_of_either_sign():
    for sign in (1, -1):
        header = _header(shown(np.uint8([[5, 9]]), [Pass((np.array([[float(sign)]]),))]))
        assert header["mapping"]["limit"] == 9


@given(
    sides=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=1, max_size=3),
    n=st.integers(1, 14),
)
def test_the_field_is_every_pixel_that_changes_an_output_pixel(sides, n):
    """Along one row, on real pixels alone, by changing one pixel after the other."""
    passes = [Pass((np.ones((1, window)),), stride=stride) for window, stride in sides]
    try:
        columns = _header(shown(np.zeros((1, n), np.uint8), passes, "none"))["columns"]
    except ValueError:
        return
    changed = np.array(
        [apply_stack(np.eye(n, dtype=np.float32)[[i]], passes, edges="none")[0] for i in range(n)]
    )
    for cell in range(columns["count"]):
        touched = np.flatnonzero(changed[:, cell])
        start = columns["fieldStart"] + cell * columns["step"]
        assert start == touched.min() and start + columns["fieldSize"] - 1 == touched.max()
        assert columns["first"] + cell * columns["step"] == (touched.min() + touched.max()) / 2


def test_a_field_may_begin_in_the_padding():
    passes = [Pass((np.ones((1, 3)),), stride=2), Pass((np.ones((1, 3)),))]
    columns = _header(shown(np.zeros((1, 9), np.uint8), passes))["columns"]
    # The second pass reads its neighbours, around pixels −2, 0 and 2, which read theirs.
    assert (columns["fieldStart"], columns["fieldSize"], columns["first"]) == (-3, 7, 0)


@pytest.mark.parametrize("edges", EDGES)
@pytest.mark.parametrize("stride", [1, 3])
def test_what_the_browser_computes_from_the_header_is_the_response(edges, stride):
    """The arithmetic of loupe.js, from the header alone, at every pixel of one pass."""
    one = shown(noise(7, 8), [Pass((noise(3, 2) - 100.0,), bias=-5.0, stride=stride)], edges)
    header = _header(one)
    (told,) = header["passes"]
    beyond = {"zero": "constant", "none": "constant", "reflect": "reflect", "replicate": "edge"}
    padded = np.pad(one.image.astype(float), 4, mode=beyond[edges])
    for row, column in np.ndindex(header["rows"]["count"], header["columns"]["count"]):
        top = row * told["stride"] - header["rows"]["befores"][0] + 4
        left = column * told["stride"] - header["columns"]["befores"][0] + 4
        window = padded[top : top + 3, left : left + 2]
        assert one.response[row, column] == (window * told["kernels"][0]).sum() + told["bias"]


def test_the_picture_is_sent_in_its_own_colours():
    display = np.zeros((64, 64, 3), np.uint8)
    display[:, :33] = 250, 120, 10
    display[:, 33:] = 10, 120, 250
    kind, picture = _encoded(display)
    found = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert kind == "image/jpeg"
    # Beside the edge too, where pixels that share their colour in pairs would mix the two.
    assert np.abs(found.astype(int) - display).max() <= 20


def test_a_grey_picture_is_sent_grey():
    _, picture = _encoded(np.full((16, 16), 77, np.uint8))
    found = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_UNCHANGED)
    assert found.shape == (16, 16) and np.abs(found.astype(int) - 77).max() <= 1


def test_the_histogram_counts_every_response():
    response = np.arange(-32, 96, dtype=np.float32).reshape(8, 16)
    histogram = _histogram(response)
    assert (histogram["low"], histogram["high"]) == (-32, 95)
    assert len(histogram["counts"]) == BARS and sum(histogram["counts"]) == response.size
    assert histogram["counts"] == [2] * BARS


@pytest.mark.parametrize("value", [0, 255, -3.5, 1e6, 1e9, -1e20])
def test_the_histogram_of_an_even_picture_is_one_bar(value):
    histogram = _histogram(np.full((3, 4, 3), value, np.float32))
    assert histogram["low"] < np.float32(value) < histogram["high"]
    assert sorted(histogram["counts"])[-2:] == [0, 36]


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=50))
def test_no_response_falls_out_of_the_histogram(values):
    assert sum(_histogram(np.float32([values]))["counts"]) == len(values)


def test_the_stamp_tells_passes_apart():
    kernel = np.array([[1.0, 2.0]])
    stacks = [
        [Pass((kernel,))],
        [Pass((kernel[:, ::-1],))],
        [Pass((kernel,), bias=1.0)],
        [Pass((kernel,), stride=2)],
        [Pass((kernel, kernel))],
        [Pass((kernel,))] * 2,
    ]
    assert len({_passes_digest(passes) for passes in stacks}) == len(stacks)
    assert _passes_digest(stacks[0]) == _passes_digest([Pass((kernel.copy(),))])
