import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vizcore.imaging import MAPPINGS, clipped_fraction, to_display

RESPONSES = hnp.arrays(
    st.sampled_from([np.float32, np.float64]),
    hnp.array_shapes(min_dims=1, max_dims=3, max_side=6),
    elements=st.one_of(st.integers(-600, 600).map(lambda n: n / 2), st.floats(-1e6, 1e6, width=32)),
)


def plain(response, mapping):
    """The four mappings as they are written down."""
    r = response.astype(np.float64)
    if mapping == "signed":
        grey = 128 + 127 * r / np.abs(r).max() if r.any() else np.full(r.shape, 128)
    elif mapping == "stretch":
        span = r.max() - r.min()
        grey = 255 * (r - r.min()) / span if span else np.full(r.shape, 128)
    else:
        grey = np.clip(np.abs(r) if mapping == "absolute" else r, 0, 255)
    return np.rint(grey).astype(np.uint8)


@pytest.mark.parametrize("mapping", MAPPINGS)
@given(response=RESPONSES)
def test_mappings_as_written_down(mapping, response):
    before = response.copy()
    shown = to_display(response, mapping)
    assert shown.dtype == np.uint8 and shown.shape == response.shape
    assert np.array_equal(shown, plain(response, mapping))
    assert np.array_equal(response, before)


@pytest.mark.parametrize(
    ("mapping", "response", "expected"),
    [
        ("clamp", [-1, 0, 0.5, 1.5, 2.5, 254.5, 255.4, 1e9], [0, 0, 0, 2, 2, 254, 255, 255]),
        ("absolute", [-1, -254.5, -300, 300, 0], [1, 254, 255, 255, 0]),
        ("signed", [-4, 0, 2, 1], [1, 128, 192, 160]),
        ("signed", [0, 0], [128, 128]),
        ("stretch", [-5, 0, 5], [0, 128, 255]),
        ("stretch", [7, 7], [128, 128]),
        ("stretch", [0, 0], [128, 128]),
    ],
)
def test_small_ones_by_hand(mapping, response, expected):
    assert to_display(np.float32(response), mapping).tolist() == expected
    assert to_display(response, mapping).tolist() == expected


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_longer_than_one_band_and_any_layout(mapping):
    response = np.random.default_rng(0).normal(0, 200, (300, 400, 3)).astype(np.float32)
    for view in (response, response[::-1], response.transpose(1, 0, 2), response[::3, ::2]):
        assert np.array_equal(to_display(view, mapping), plain(view, mapping))


@pytest.mark.parametrize("function", [to_display, clipped_fraction])
def test_refusals(function):
    for mapping in ("gamma", None, 1, ["clamp"]):
        with pytest.raises(ValueError, match="mapping must be one of 'clamp', 'absolute'"):
            function([1.0], mapping)
    for response in (np.nan, [np.inf, 1], np.float32([[0, -np.inf]]), np.float32([np.nan]),
                     np.float32([np.inf, -np.inf]), [], "a", [1j], None):  # fmt: skip
        for mapping in MAPPINGS:
            with pytest.raises(ValueError, match="response must"):
                function(response, mapping)


@given(response=RESPONSES)
def test_clipped_fraction_counts(response):
    assert clipped_fraction(response, "clamp") == np.mean((response < 0) | (response > 255))
    assert clipped_fraction(response, "absolute") == np.mean(np.abs(response) > 255)
    assert clipped_fraction(response, "signed") == clipped_fraction(response, "stretch") == 0
