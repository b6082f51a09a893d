import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizcore.ops import output_size
from vizcore.ops.windows import (
    AxisWindows,
    TransposedAxis,
    axis_windows,
    pad_plane,
    pair,
    plane_windows,
    transposed_plane,
)

AXES = {
    "n": st.integers(1, 12),
    "window": st.integers(1, 5),
    "stride": st.integers(1, 4),
    "dilation": st.integers(1, 3),
    "before": st.integers(0, 4),
    "after": st.integers(0, 4),
}


@pytest.mark.parametrize(
    ("n", "window", "settings", "expected"),
    [
        (7, 3, {"padding": 1}, 7),
        (5, 3, {"padding": 1, "stride": 2}, 3),
        (32, 5, {"padding": 2}, 32),
        (32, 5, {}, 28),
        (227, 11, {"stride": 4}, 55),
        (64, 3, {"stride": 3}, 21),
        (5, 2, {"stride": 2}, 2),
        (5, 2, {"stride": 2, "ceil_mode": True}, 3),
        (5, 2, {"stride": 2, "padding": "same"}, 3),
        (7, 3, {"dilation": 2}, 3),
        (6, 3, {"padding": (0, 1)}, 5),
        (6, 3, {"padding": [2, 0]}, 6),
        (6, 6, {"padding": "valid"}, 1),
        (3, 5, {"stride": 3, "ceil_mode": True}, 1),
        # The third window would start in the trailing padding.
        (3, 2, {"stride": 3, "padding": 1, "ceil_mode": True}, 2),
        (4, 1, {"stride": 4, "padding": (0, 1), "ceil_mode": True}, 1),
    ],
)
def test_output_size_by_hand(n, window, settings, expected):
    size = output_size(n, window, **settings)
    assert size == expected
    assert type(size) is int


@given(**AXES)
def test_output_size_counts_the_windows_that_fit(n, window, stride, dilation, before, after):
    span = dilation * (window - 1) + 1
    fitting = range(0, n + before + after - span + 1, stride)
    settings = {"stride": stride, "dilation": dilation, "padding": (before, after)}
    if len(fitting):
        assert output_size(n, window, **settings) == len(fitting)
    else:
        with pytest.raises(ValueError, match="window must fit"):
            output_size(n, window, **settings)


@given(**AXES)
def test_ceil_mode_is_pytorchs_formula(n, window, stride, dilation, before, after):
    room = n + before + after - dilation * (window - 1) - 1
    expected = math.ceil(room / stride) + 1
    if (expected - 1) * stride >= n + before:
        expected -= 1
    settings = {"stride": stride, "dilation": dilation, "padding": (before, after)}
    if expected >= 1:
        assert output_size(n, window, **settings, ceil_mode=True) == expected
    else:
        with pytest.raises(ValueError, match="window must fit"):
            output_size(n, window, **settings, ceil_mode=True)


@given(AXES["n"], AXES["window"], AXES["stride"], AXES["dilation"], st.booleans())
def test_same_is_kerass_rule(n, window, stride, dilation, ceil_mode):
    axis = axis_windows(
        n, window, stride=stride, dilation=dilation, padding="same", ceil_mode=ceil_mode
    )
    assert axis.count == math.ceil(n / stride)
    assert axis.after - axis.before in (0, 1)
    needed = (axis.count - 1) * stride + dilation * (window - 1) + 1 - n
    assert axis.before + axis.after == max(needed, 0)


def test_where_the_windows_are():
    axis = axis_windows(6, 2, stride=3, dilation=2, padding=(1, 0))
    assert axis == AxisWindows(6, 2, 3, 2, 1, 0, 2)
    assert list(axis.starts) == [-1, 2]
    assert list(axis.cells(0)) == [-1, 1]
    assert list(axis.cells(1)) == [2, 4]
    assert axis.span == 3
    assert axis.unreached == (0, 3, 5)
    assert axis.windows_of(1) == (0,)
    assert axis.windows_of(3) == ()
    assert axis.overhang == 0
    assert axis.real_counts.tolist() == [1, 2]
    assert axis.padded_counts.tolist() == [2, 2]
    assert np.arange(7)[axis.tap(1)].tolist() == [2, 5]


def test_a_window_hangs_over_the_end():
    axis = axis_windows(4, 3, stride=2, padding=(1, 0), ceil_mode=True)
    assert [list(axis.cells(i)) for i in range(axis.count)] == [[-1, 0, 1], [1, 2, 3]]
    axis = axis_windows(6, 3, stride=3, padding=(1, 0), ceil_mode=True)
    assert list(axis.cells(2)) == [5, 6, 7]
    assert axis.overhang == 2
    assert axis.real_counts.tolist() == [2, 3, 1]
    assert axis.padded_counts.tolist() == [3, 3, 1]


@given(**AXES, ceil_mode=st.booleans())
def test_cells_windows_and_counts_agree(n, window, stride, dilation, before, after, ceil_mode):
    try:
        axis = axis_windows(
            n,
            window,
            stride=stride,
            dilation=dilation,
            padding=(before, after),
            ceil_mode=ceil_mode,
        )
    except ValueError:
        return
    windows = [list(axis.cells(i)) for i in range(axis.count)]
    assert [cells[0] for cells in windows] == list(axis.starts)
    for cell in range(n):
        users = tuple(i for i, cells in enumerate(windows) if cell in cells)
        assert axis.windows_of(cell) == users
        assert (cell in axis.unreached) == (users == ())
    assert axis.real_counts.tolist() == [sum(0 <= c < n for c in cells) for cells in windows]
    end = n + after
    assert axis.padded_counts.tolist() == [sum(c < end for c in cells) for cells in windows]
    assert axis.overhang == max(windows[-1][-1] - end + 1, 0)


@pytest.mark.parametrize(
    ("n", "window", "settings", "expected"),
    [
        (7, 3, {"padding": 1}, "(7 − 3 + 2·1)/1 + 1 = 7"),
        (5, 3, {"padding": 1, "stride": 2}, "(5 − 3 + 2·1)/2 + 1 = 3"),
        (6, 3, {"padding": (0, 1)}, "(6 − 3 + 0 + 1)/1 + 1 = 5"),
        (6, 3, {"stride": 2}, "⌊(6 − 3 + 2·0)/2⌋ + 1 = 2"),
        (6, 3, {"stride": 2, "ceil_mode": True}, "⌈(6 − 3 + 2·0)/2⌉ + 1 = 3"),
        (7, 3, {"dilation": 2}, "(7 − (2·(3 − 1) + 1) + 2·0)/1 + 1 = 3"),
        # Dropping an overhanging window leaves what rounding down gives.
        (3, 2, {"stride": 2, "padding": 1, "ceil_mode": True}, "⌊(3 − 2 + 2·1)/2⌋ + 1 = 2"),
        # Dropping an exact one does not.
        (
            4,
            1,
            {"stride": 4, "padding": (0, 1), "ceil_mode": True},
            "(4 − 1 + 0 + 1)/4 + 1 − 1 = 1",
        ),
    ],
)
def test_formula_by_hand(n, window, settings, expected):
    assert axis_windows(n, window, **settings).formula == expected


def evaluate(formula):
    """Work out a formula's left side with Python's own arithmetic."""
    left, right = formula.split(" = ")
    for sign, operator in (("−", "-"), ("·", "*"), ("⌊", "math.floor("), ("⌈", "math.ceil(")):
        left, right = left.replace(sign, operator), right.replace(sign, operator)
    left = left.replace("⌋", ")").replace("⌉", ")")
    return eval(left, {"math": math}), int(right)


@given(**AXES, ceil_mode=st.booleans())
def test_the_formula_is_true(n, window, stride, dilation, before, after, ceil_mode):
    settings = {"stride": stride, "dilation": dilation, "padding": (before, after)}
    try:
        axis = axis_windows(n, window, **settings, ceil_mode=ceil_mode)
    except ValueError:
        return
    left, right = evaluate(axis.formula)
    assert left == right == axis.count


@given(**AXES, extra=st.integers(0, 3))
def test_the_transposed_formula_is_true(n, window, stride, dilation, before, after, extra):
    axis = TransposedAxis(n, window, stride, dilation, before, after, extra)
    for some in (axis, axis.stretched):
        left, right = evaluate(some.formula)
        assert left == right == axis.count


def test_transposed_formula_by_hand():
    rows, columns = transposed_plane((3, 4), (3, 2), stride=2, padding=((1, 1), (0, 1)), dilation=2)
    assert rows.formula == "(3 − 1)·2 + 2·(3 − 1) + 1 − 2·1 = 7"
    assert columns.formula == "(4 − 1)·2 + 2·(2 − 1) + 1 − 0 − 1 = 8"


@pytest.mark.parametrize(
    "padding", [((1, 2), (3, 4)), [[1, 2], [3, 4]], np.array([[1, 2], [3, 4]])]
)
def test_padding_of_four_sides(padding):
    rows, columns = plane_windows((9, 9), 3, padding=padding)
    assert (rows.before, rows.after, columns.before, columns.after) == (1, 2, 3, 4)


@pytest.mark.parametrize("padding", [(1, 2), [1, 2], np.array([1, 2])])
def test_padding_of_two_axes(padding):
    rows, columns = plane_windows((9, 9), 3, padding=padding)
    assert (rows.before, rows.after, columns.before, columns.after) == (1, 1, 2, 2)


@pytest.mark.parametrize(
    "value", [3, np.int8(3), np.uint64(3), np.array(3), (3, 3), [np.int64(3), 3]]
)
def test_whole_numbers_of_every_kind(value):
    assert pair(value, "stride") == (3, 3)
    assert all(type(number) is int for number in pair(value, "stride"))


def test_steps_beyond_what_numpy_counts():
    axis = axis_windows(5, 1, stride=10**30, dilation=10**30, padding=1)
    assert axis.real_counts.tolist() == [0]
    assert axis.padded_counts.tolist() == [1]


BAD_INTEGERS = [0, -1, True, np.True_, 2.0, np.float64(2), "2", None, 1j, b"2"]
BAD_PAIRS = [(1, 0), (1,), (1, 2, 3), (), (1, True), (1, 2.0), ((1, 1), (1, 1)), {1: 2}, [[1], [2]]]


@pytest.mark.parametrize("value", BAD_INTEGERS)
@pytest.mark.parametrize("name", ["n", "window", "stride", "dilation"])
def test_output_size_refuses(name, value):
    settings = {"n": 5, "window": 2, name: value}
    with pytest.raises(
        ValueError, match=rf"^{name} must be a positive integer\. Received: {name}="
    ):
        output_size(**settings)


@pytest.mark.parametrize("value", BAD_INTEGERS + BAD_PAIRS)
def test_pair_refuses(value):
    with pytest.raises(ValueError, match="^stride must be a positive integer or a pair"):
        pair(value, "stride")


def test_the_message_says_all():
    with pytest.raises(ValueError) as caught:
        plane_windows((5, 5), 3, stride=0)
    assert str(caught.value) == (
        "stride must be a positive integer or a pair (vertical, horizontal) of them. "
        "Received: stride=0"
    )


@pytest.mark.parametrize(
    "padding",
    [-1, True, 1.0, "SAME", "full", "", None, (1, -1), (1, 2, 3), (True, 1), ("same", "valid")],
)
def test_padding_refuses(padding):
    with pytest.raises(
        ValueError, match=r"^padding must be 'valid', 'same', .* Received: padding="
    ):
        output_size(5, 3, padding=padding)
    with pytest.raises(
        ValueError, match=r"^padding must be 'valid', 'same', .* Received: padding="
    ):
        plane_windows((5, 5), 3, padding=padding)


@pytest.mark.parametrize(
    "padding", [((1, 1),), ((1, 1), (1, -1)), ((1, 1), 1), (1, (1, 1)), ((1, 1), (1, 1), (1, 1))]
)
def test_padding_of_a_plane_refuses(padding):
    with pytest.raises(ValueError, match="^padding must be"):
        plane_windows((5, 5), 3, padding=padding)


def test_padding_of_an_axis_refuses_a_plane():
    with pytest.raises(ValueError, match="^padding must be"):
        output_size(5, 3, padding=((1, 1), (1, 1)))


@pytest.mark.parametrize("value", ["no", 1, None])
def test_ceil_mode_is_a_bool(value):
    with pytest.raises(ValueError, match="^ceil_mode must be True or False"):
        output_size(5, 3, ceil_mode=value)


def test_too_large_a_window_is_worked_out():
    with pytest.raises(ValueError, match=r"\(3 − 5 \+ 2·0\)/1 \+ 1 = −1\. Received: window of 5"):
        output_size(3, 5)


def test_pad_plane_pads_and_crops():
    x = np.arange(12.0).reshape(3, 4)
    rows = AxisWindows(3, 1, 1, 1, before=-1, after=1, count=3)
    columns = AxisWindows(4, 1, 1, 1, before=1, after=-3, count=2)
    assert pad_plane(x, rows, columns).tolist() == [[0, 4], [0, 8], [0, 0]]
