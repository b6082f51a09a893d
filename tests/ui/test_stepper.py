"""What the browser is given of a trace, replayed as its script replays it, is the operation."""

import json

import numpy as np
import pytest

from vizcore.ops import trace_conv2d, trace_conv2d_transpose, trace_pool2d
from vizcore.ui.stepper import as_data

RNG = np.random.default_rng(0)


def whole(*shape):
    return RNG.integers(-9, 10, shape).astype(float)


TRACES = {
    "one channel": trace_conv2d(whole(5, 6), whole(3, 2), 1.5),
    "no bias": trace_conv2d(whole(4, 4), whole(2, 2)),
    "padded, strided, dilated": trace_conv2d(
        whole(6, 7), whole(3, 2), stride=(2, 1), padding=((1, 2), (0, 3)), dilation=(2, 3)
    ),
    "volume": trace_conv2d(whole(5, 5, 3), whole(3, 3, 3, 2), [1, -1], stride=2, padding=1),
    "groups": trace_conv2d(whole(5, 5, 4), whole(3, 3, 2, 6), groups=2),
    "reflect": trace_conv2d(whole(5, 4), whole(3, 3), padding=2, pad_mode="reflect"),
    "replicate": trace_conv2d(whole(5, 4), whole(3, 3), padding=2, pad_mode="replicate"),
    "transposed": trace_conv2d_transpose(whole(3, 4), whole(3, 3), stride=2, padding=1),
    "transposed volume": trace_conv2d_transpose(
        whole(3, 4, 2), whole(2, 3, 3, 2), [1, 2, 3], stride=2, output_padding=1
    ),
    "crop beyond the ring": trace_conv2d_transpose(
        whole(4, 5), whole(2, 1), stride=2, padding=(2, 1)
    ),
    "max": trace_pool2d(whole(6, 5), 2),
    "max, padded": trace_pool2d(whole(6, 5, 2) - 20, 3, stride=2, padding=1),
    "max, ceil_mode": trace_pool2d(whole(6, 7), 3, stride=2, ceil_mode=True),
    "average": trace_pool2d(whole(6, 6, 3), 2, mode="average"),
    "average, ceil_mode": trace_pool2d(
        whole(6, 7), 3, stride=2, padding=1, mode="average", ceil_mode=True
    ),
    "average, padding counted": trace_pool2d(
        whole(6, 6), 3, padding=1, mode="average", count_include_pad=True
    ),
}


def taps(axis, index):
    first = index * axis["stride"] - axis["before"]
    return [first + i * axis["dilation"] for i in range(axis["window"])]


def read(data, row, column, channel):
    """A value under a window, and whether it is padding."""
    rows, columns, padded = data["rows"], data["columns"], data["padded"]
    inside = 0 <= row < rows["n"] and 0 <= column < columns["n"]
    is_padding = not inside or bool(data["inserted"] and data["inserted"][row][column])
    r, c = row + rows["before"], column + columns["before"]
    held = 0 <= r < len(padded) and 0 <= c < len(padded[0])
    return (padded[r][c][channel] if held else 0), is_padding


def replayed(data, row, column, filter):
    """One output cell, from nothing but the data."""
    kernel, filters = data["kernel"], len(data["output"][0][0])
    places = [(r, c) for r in taps(data["rows"], row) for c in taps(data["columns"], column)]
    if kernel is None:
        cells = [read(data, r, c, filter) for r, c in places]
        real = [value for value, is_padding in cells if not is_padding]
        if data["kind"] == "max pooling":
            return max(real)
        return sum(real) / data["divisors"][row][column]
    depth = len(kernel[0][0])
    first = filter // (filters // data["groups"]) * depth
    return data["bias"][filter] + sum(
        read(data, r, c, first + d)[0] * weight[d][filter]
        for (r, c), weight in zip(places, [w for line in kernel for w in line], strict=True)
        for d in range(depth)
    )


@pytest.mark.parametrize("name", TRACES)
def test_the_data_replayed_gives_the_output(name):
    trace = TRACES[name]
    data = json.loads(json.dumps(as_data(trace)))
    output = np.atleast_3d(trace.output)
    assert np.array_equal(data["output"], output)
    again = [replayed(data, *cell) for cell in np.ndindex(output.shape)]
    np.testing.assert_allclose(again, output.ravel())


@pytest.mark.parametrize("name", TRACES)
def test_the_data_tells_padding(name):
    trace = TRACES[name]
    data = as_data(trace)
    for step in trace.steps:
        row, column, *channel = step.cell
        places = [(r, c) for r in taps(data["rows"], row) for c in taps(data["columns"], column)]
        told = [read(data, r, c, 0)[1] for r, c in places]
        mask = step.is_padding.reshape(len(places), -1)[:, 0]
        assert told == mask.tolist()


def test_a_crop_beyond_the_ring_leaves_cells_out():
    data = as_data(TRACES["crop beyond the ring"])
    assert data["rows"]["before"] == -1 and data["columns"]["before"] == -1
    assert np.shape(data["padded"]) == (5, 7, 1)


def test_what_hangs_over_in_ceil_mode_is_told_and_not_padded():
    data = as_data(TRACES["max, ceil_mode"])
    assert (data["rows"]["overhang"], data["columns"]["overhang"]) == (1, 0)
    assert np.shape(data["padded"]) == (6, 7, 1)


def test_only_what_applies_is_told():
    conv, pool = as_data(TRACES["one channel"]), as_data(TRACES["max"])
    assert conv["inserted"] is None and conv["divisors"] is None and conv["bias"] == [1.5]
    assert pool["kernel"] is None and pool["divisors"] is None
    assert as_data(TRACES["average"])["divisors"] == [[4] * 3] * 3
    assert as_data(TRACES["transposed"])["inserted"][1] == [True] * 7
    assert as_data(TRACES["reflect"])["padMode"] == "reflect"
