from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizcore.imaging.stack import Pass, apply_stack, grey_levels, placement
from vizcore.ops import conv2d

EDGES = ["zero", "reflect", "replicate", "none"]
PASSES = st.builds(
    lambda sides, count, bias, stride, seed: Pass(
        tuple(np.random.default_rng(seed).integers(-3, 4, (count, *sides)).astype(float)),
        bias,
        stride,
    ),
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    st.sampled_from([1, 2]),
    st.sampled_from([0.0, -40.0, 0.5]),
    st.integers(1, 3),
    st.integers(0, 999),
)


def by_definition(channel, passes, edges):
    """The stack by `vizcore.ops` alone, in double precision."""

    def sweep(picture, one):
        padding, pad_mode = ("valid", "zero") if edges == "none" else ("same", edges)
        arguments = {"stride": one.stride, "padding": padding, "pad_mode": pad_mode}
        responses = [conv2d(picture, kernel, **arguments) for kernel in one.kernels]
        length = np.sqrt(sum(r**2 for r in responses)) if len(responses) > 1 else responses[0]
        return length + one.bias

    return reduce(sweep, passes, np.asarray(channel, np.float64))


@settings(max_examples=300)
@given(
    shape=st.tuples(st.integers(1, 12), st.integers(1, 12), st.sampled_from([1, 3])),
    passes=st.lists(PASSES, max_size=3),
    edges=st.sampled_from(EDGES),
    seed=st.integers(0, 99),
)
def test_a_stack_is_its_passes_one_after_the_other(shape, passes, edges, seed):
    image = np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)
    try:
        expected = np.dstack([by_definition(image[..., c], passes, edges) for c in range(shape[2])])
    except ValueError as refusal:
        with pytest.raises(ValueError) as received:
            apply_stack(image[..., 0], passes, edges=edges)
        assert str(received.value) == str(refusal)
        return
    if shape[2] == 1:
        image, expected = image[..., 0], expected[..., 0]
    response = apply_stack(image, passes, edges=edges)
    assert response.dtype == np.float32 and response.shape == expected.shape
    assert np.allclose(response, expected, rtol=1e-4, atol=0.1)


def test_two_passes_by_hand():
    row = np.uint8([[0, 8, 0, 0, 0, 0]])
    difference = Pass((np.array([[-1.0, 0.0, 1.0]]),), bias=1.0)
    assert apply_stack(row, [difference]).tolist() == [[9, 1, -7, 1, 1, 1]]
    # The second reads −7 as it is, unclamped, in windows that start at pixels 0, 2 and 4.
    strided = Pass(difference.kernels, stride=2)
    assert apply_stack(row, [difference, strided]).tolist() == [[-16, 8, -1]]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [("zero", [3, 6, 5]), ("replicate", [4, 6, 8]), ("reflect", [5, 6, 7]), ("none", [6])],
)
def test_what_stands_beyond_the_edge(edges, expected):
    box = Pass((np.ones((1, 3)),))
    assert apply_stack(np.uint8([[1, 2, 3]]), [box], edges=edges).tolist() == [expected]


def test_a_magnitude_is_the_length_of_both_responses():
    pair = Pass((np.array([[3.0]]), np.array([[-4.0]])), bias=-1.0)
    assert apply_stack(np.uint8([[0, 1, 2]]), [pair]).tolist() == [[-1, 4, 9]]


def test_no_passes_leave_the_picture():
    image = np.uint8([[1, 2], [3, 4]])
    response = apply_stack(image, [])
    assert response.dtype == np.float32 and np.array_equal(response, image)


def test_a_kernel_must_fit_what_reaches_it():
    big = Pass((np.ones((3, 3)),))
    assert apply_stack(np.zeros((5, 5), np.uint8), [big, big], edges="none").shape == (1, 1)
    for function in (
        lambda passes: apply_stack(np.zeros((5, 5), np.uint8), passes, edges="none"),
        lambda passes: placement(5, passes, 0, edges="none"),
    ):
        with pytest.raises(ValueError, match="must fit"):
            function([big, big, big])


def reach(n, passes, axis, edges, cell):
    """The photo's pixels, beyond its edges too, that output pixel `cell` hangs on: lowest, highest.

    Found by following the first and the last tap of each pass down to the photo.
    """
    place = placement(n, passes, axis, edges=edges)
    low = high = cell
    for one, before in zip(reversed(passes), reversed(place.befores), strict=True):
        low = low * one.stride - before
        high = high * one.stride - before + one.kernels[0].shape[axis] - 1
    return low, high


@settings(max_examples=200)
@given(
    n=st.integers(1, 30),
    passes=st.lists(PASSES, max_size=3),
    axis=st.sampled_from([0, 1]),
    edges=st.sampled_from(EDGES),
)
def test_an_output_pixel_lies_in_the_middle_of_what_it_hangs_on(n, passes, axis, edges):
    shape = (n, 30) if axis == 0 else (30, n)
    try:
        response = apply_stack(np.zeros(shape, np.uint8), passes, edges=edges)
    except ValueError:
        return
    place = placement(n, passes, axis, edges=edges)
    assert place.count == response.shape[axis]
    for cell in range(place.count):
        assert place.first + cell * place.step == sum(reach(n, passes, axis, edges, cell)) / 2


@settings(max_examples=60)
@given(
    n=st.integers(1, 16),
    passes=st.lists(PASSES, max_size=3),
    edges=st.sampled_from(["zero", "none"]),
)
def test_what_an_output_pixel_hangs_on_is_what_changes_it(n, passes, edges):
    passes = [Pass((np.ones((1, p.kernels[0].shape[1])),), p.bias, p.stride) for p in passes]
    try:
        place = placement(n, passes, 1, edges=edges)
    except ValueError:
        return
    dark = apply_stack(np.zeros((1, n), np.float32), passes, edges=edges)[0]
    changed = np.array(
        [apply_stack(np.eye(n, dtype=np.float32)[[i]], passes, edges=edges)[0] for i in range(n)]
    )
    for cell in range(place.count):
        low, high = reach(n, passes, 1, edges, cell)
        touched = np.flatnonzero(np.abs(changed[:, cell] - dark[cell]) > 1e-3)
        allowed = [i for i in range(max(low, 0), min(high, n - 1) + 1)]
        assert set(touched) <= set(allowed)
        if all(p.stride == 1 for p in passes) and edges == "none":
            assert touched.tolist() == allowed


def test_placement_by_hand():
    wide, even = Pass((np.ones((1, 5)),), stride=2), Pass((np.ones((1, 2)),))
    # Nine pixels, windows around pixels 0, 2, 4, 6, 8.
    assert placement(9, [wide], 1).first == 0
    # An even window has its middle between two pixels; "same" pads it at the end.
    place = placement(9, [wide, even], 1)
    assert (place.first, place.step, place.count) == (1.0, 2, 5)
    assert (place.befores, place.counts) == ((2, 0), (5, 5))
    place = placement(9, [wide], 1, edges="none")
    assert (place.first, place.step, place.count, place.befores) == (2.0, 2, 3, (0,))


def test_grey_levels_are_exact_for_every_colour_of_a_dense_grid():
    levels = np.r_[0:256:5, 1, 127, 128, 254]
    red, green, blue = np.meshgrid(levels, levels, levels, indexing="ij")
    image = np.stack([red, green, blue], -1).astype(np.uint8).reshape(len(levels), -1, 3)
    expected = (299 * red + 587 * green + 114 * blue + 500) // 1000
    assert np.array_equal(grey_levels(image).ravel(), expected.ravel())


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_grey_levels_round_the_luma_to_the_nearest_integer(colour):
    red, green, blue = colour
    (level,) = grey_levels(np.uint8([[colour]]))[0]
    assert abs(1000 * int(level) - (299 * red + 587 * green + 114 * blue)) <= 500


def test_greys_stay():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    assert grey_levels(ramp).tolist() == [list(range(256))]
