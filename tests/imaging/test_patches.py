"""The strongest patches: by hand, and against a search that tries everything."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.imaging import SAMPLES
from vizcore.imaging.patches import average_patch, strongest_patches
from vizcore.imaging.stack import Pass, apply_stack

FALLING = np.array([[2.0, -1, -1], [-1, 2, -1], [-1, -1, 2]])
BRIGHT = [Pass((np.ones((1, 1)),))]


def found(image, passes, count, edges="zero"):
    response = apply_stack(image, passes, edges=edges)
    return strongest_patches(response, image, passes, count, edges=edges)


def places(patches):
    return [(patch.row, patch.column, patch.response) for patch in patches]


def test_of_equals_the_upper_and_then_the_left_one_comes_first():
    image = np.float32([[1, 5, 2], [5, 1, 5]])
    assert places(found(image, BRIGHT, 4)) == [(0, 1, 5), (1, 0, 5), (1, 2, 5), (0, 2, 2)]


def test_patches_do_not_overlap():
    pair = [Pass((np.ones((1, 2)),))]
    image = np.float32([[1, 8, 9, 7, 1, 2]])
    # 8 + 9 = 17 shares pixels with 9 + 7 = 16 and with 1 + 8 = 9.
    patches = found(image, pair, 9)
    assert places(patches) == [(0, 1, 17), (0, 3, 8)]
    assert [patch.pixels.tolist() for patch in patches] == [[[8, 9]], [[7, 1]]]


def test_what_hangs_over_the_edge_is_left_out():
    image = np.float32(np.zeros((4, 5)))
    image[0, 0] = 9
    image[1, 2] = 1
    patches = found(image, [Pass((np.ones((3, 3)),))], 5, edges="replicate")
    assert patches[0].response == 10  # the middle 3×3 window that holds both
    assert {patch.pixels.shape for patch in patches} == {(3, 3)}


def test_a_picture_smaller_than_a_window_has_none():
    assert found(np.ones((2, 2), np.float32), [Pass((np.ones((3, 3)),))], 3) == []


def test_a_colour_photo_is_judged_by_its_mean():
    image = np.zeros((1, 2, 3), np.float32)
    image[0, 0], image[0, 1] = (9, 0, 0), (4, 4, 4)
    first, second = found(image, BRIGHT, 2)
    assert places([first, second]) == [(0, 1, 4), (0, 0, 3)]
    assert second.pixels.tolist() == [[[9, 0, 0]]]


def test_the_average_by_hand():
    strokes = SAMPLES["strokes"].load()[..., 0]
    patches = found(strokes, [Pass((FALLING,))], 8)
    assert patches[1].pixels.tolist() == [[225, 0, 0], [100, 225, 0], [0, 0, 225]]
    # The strokes' levels, divided by 25, where they begin, in the middle and where they end.
    begin, middle, end = (
        (9, 9, 8, 7, 9, 6, 9, 6),
        (9, 9, 8, 7, 8, 6, 9, 6),
        (9, 9, 8, 9, 7, 9, 5, 7),
    )
    average = 25 * np.diag([np.mean(begin), np.mean(middle), np.mean(end)])
    average[0, 1] = 25 * 3 / 8
    average[0, 2] = 25 * 6 / 8
    average[1, 0] = 25 * 4 / 8
    average[1, 2] = 25 * 1 / 8
    np.testing.assert_allclose(average_patch(patches), average)


@pytest.mark.parametrize("edges", ["zero", "none", "reflect"])
@given(
    seed=st.integers(0, 999),
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    kernels=st.lists(
        st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 2)), min_size=1, max_size=2
    ),
)
def test_a_patch_alone_gives_its_response(edges, seed, size, kernels):
    """What a patch holds is all that its response was computed from."""
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 9, size).astype(np.float32)
    passes = [Pass((rng.integers(-3, 4, (h, w)).astype(float),), stride=s) for h, w, s in kernels]
    try:
        patches = found(image, passes, 20, edges)
    except ValueError:
        return  # the kernel does not fit
    responses = [patch.response for patch in patches]
    assert responses == sorted(responses, reverse=True)
    for patch in patches:
        assert apply_stack(patch.pixels, passes, edges="none").ravel()[0] == patch.response
