import numpy as np
import pytest

from vizcore.imaging import (
    KERNELS,
    box_kernel,
    gaussian_kernel,
    gradient_magnitude,
    log_kernel,
    motion_kernel,
    unsharp_mask,
)
from vizcore.imaging.filters import FILTERS, unsharp_kernel
from vizcore.imaging.stack import Pass, apply_stack
from vizcore.ops import conv2d

ADJUSTABLE = [key for key in FILTERS if FILTERS[key].parameters]


def test_every_named_kernel_is_a_filter():
    assert set(KERNELS) <= set(FILTERS)
    for key, kernel in KERNELS.items():
        assert np.array_equal(FILTERS[key].kernels()[0], kernel.weights)
        assert FILTERS[key].title == kernel.title


def test_titles_tell_filters_apart():
    assert len({one.title for one in FILTERS.values()}) == len(FILTERS)


@pytest.mark.parametrize("key", FILTERS)
def test_parameters_start_inside_their_range_and_on_a_step(key):
    for one in FILTERS[key].parameters:
        steps = (one.default - one.low) / one.step
        assert one.low <= one.default <= one.high
        assert steps == pytest.approx(round(steps))
        assert type(one.default) is type(one.low) is type(one.high) is type(one.step)


@pytest.mark.parametrize("key", FILTERS)
def test_defaults_are_what_no_parameters_mean(key):
    defaults = [one.default for one in FILTERS[key].parameters]
    for implied, named in zip(FILTERS[key].kernels(), FILTERS[key].kernels(defaults), strict=True):
        assert np.array_equal(implied, named)


@pytest.mark.parametrize(
    ("key", "values", "kernel"),
    [
        ("box", (2, 3), box_kernel(2, 3)),
        ("gaussian", (7, 1.5), gaussian_kernel(7, 1.5)),
        ("motion", (5, 45), motion_kernel(5, 45)),
        ("log", (9, 1.4), log_kernel(9, 1.4)),
        ("unsharp", (3, 1.0, 2.0), unsharp_kernel(3, 1.0, 2.0)),
    ],
)
def test_parameters_arrive_in_order(key, values, kernel):
    (made,) = FILTERS[key].kernels(values)
    assert np.array_equal(made, kernel)


@pytest.mark.parametrize("key", ADJUSTABLE)
def test_a_value_outside_its_range_is_refused(key):
    defaults = [one.default for one in FILTERS[key].parameters]
    for i, one in enumerate(FILTERS[key].parameters):
        for value in (one.low - one.step, one.high + one.step, float("nan")):
            values = [*defaults[:i], value, *defaults[i + 1 :]]
            with pytest.raises(ValueError, match=f"{one.name} of .* must lie between"):
                FILTERS[key].kernels(values)


def test_half_a_pixel_or_a_degree_is_refused():
    with pytest.raises(ValueError, match="Rows of .* must be a whole number, not 2.5"):
        FILTERS["box"].kernels((2.5, 3))
    with pytest.raises(ValueError, match="Angle of .* must be a whole number, not 7.5"):
        FILTERS["motion"].kernels((9, 7.5))
    assert FILTERS["box"].kernels((2.0, 3.0))[0].shape == (2, 3)


@pytest.mark.parametrize(("key", "values"), [("sharpen", (1,)), ("box", (3,)), ("log", (3, 1, 1))])
def test_too_many_or_too_few_parameters_are_refused(key, values):
    with pytest.raises(ValueError, match=f"takes . numbers, not {len(values)}"):
        FILTERS[key].kernels(values)


def test_unsharp_kernel_by_hand():
    flat = unsharp_kernel(3, 100.0, 0.9)
    expected = np.full((3, 3), -0.1)
    expected[1, 1] = 1.8
    assert np.allclose(flat, expected, atol=1e-4)


def test_unsharp_kernel_is_unsharp_masking():
    image = np.random.default_rng(0).integers(0, 256, (9, 8)).astype(np.uint8)
    response = conv2d(image, unsharp_kernel(5, 1.2, 0.7), padding="same", pad_mode="replicate")
    assert np.allclose(response, unsharp_mask(image, 1.2, 0.7, 5), atol=0.01)


@pytest.mark.parametrize("operator", ["sobel", "prewitt", "scharr"])
def test_magnitudes_are_those_of_the_operators(operator):
    image = np.random.default_rng(1).integers(0, 256, (9, 8, 3)).astype(np.uint8)
    passes = [Pass(FILTERS[operator].kernels())]
    assert np.allclose(apply_stack(image, passes), gradient_magnitude(image, operator), atol=0.01)
