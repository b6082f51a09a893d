import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vizcore import ops
from vizcore.ops import trace_conv2d, trace_conv2d_transpose, trace_pool2d
from vizcore.ops.trace import Step

SIDES = st.tuples(st.integers(0, 3), st.integers(0, 3))
STEPS = st.tuples(st.integers(1, 3), st.integers(1, 3))
SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 5))
PADDINGS = st.one_of(st.sampled_from(["valid", "same"]), st.tuples(SIDES, SIDES))
WEIGHTS = st.integers(-9, 9)


def replayed(trace):
    return np.reshape([step.output for step in trace.steps], trace.output.shape)


def check(trace, op, arguments, settings):
    """What must hold of every trace, whatever the operation."""
    np.testing.assert_array_equal(trace.output, op(*arguments, **settings))
    np.testing.assert_allclose(replayed(trace), trace.output, rtol=1e-12)
    assert [step.cell for step in trace.steps] == list(np.ndindex(trace.output.shape))
    height, width = trace.x.shape[:2]
    for step in trace.steps:
        assert step.values.shape[:2] == trace.window
        assert step.is_padding.shape == step.values.shape
        for i, j in np.ndindex(trace.window):
            row = step.origin[0] + i * trace.dilation[0]
            column = step.origin[1] + j * trace.dilation[1]
            inside = 0 <= row < height and 0 <= column < width
            beside = not inside or trace.inserted[row, column]
            assert (step.is_padding[i, j] == beside).all()
            if inside and trace.groups == 1:
                channel = step.cell[2:] if trace.kernel is None else ()
                np.testing.assert_array_equal(step.values[i, j], trace.x[(row, column, *channel)])
    return trace


def check_products(trace):
    for step in trace.steps:
        weights = trace.kernel if trace.kernel.ndim == 2 else trace.kernel[..., step.cell[2]]
        np.testing.assert_array_equal(step.products, step.values * weights)
        assert step.sum == step.products.sum()
        assert step.output == step.sum + step.bias
        assert step.winner is None
        assert step.count is None


@given(st.data(), SHAPES, STEPS, STEPS, STEPS, PADDINGS, st.booleans())
def test_a_convolution_replayed(data, shape, window, stride, dilation, padding, deep):
    groups = data.draw(st.sampled_from([1, 2])) if deep else 1
    x = data.draw(arrays(float, (*shape, 4) if deep else shape, elements=WEIGHTS))
    kernel = data.draw(
        arrays(float, (*window, 4 // groups, 6) if deep else window, elements=WEIGHTS)
    )
    bias = data.draw(st.sampled_from([None, range(6) if deep else 3]))
    settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    settings["pad_mode"] = data.draw(st.sampled_from(["zero", "reflect", "replicate"]))
    try:
        trace = trace_conv2d(x, kernel, bias, **settings)
    except ValueError as error:
        with pytest.raises(ValueError) as same:
            ops.conv2d(x, kernel, bias, **settings)
        assert str(same.value) == str(error)
        return
    check(trace, ops.conv2d, (x, kernel, bias), settings)
    check_products(trace)


@given(st.data(), SHAPES, STEPS, STEPS, STEPS, PADDINGS, st.booleans())
def test_a_transposed_convolution_replayed(data, shape, window, stride, dilation, padding, deep):
    x = data.draw(arrays(float, (*shape, 2) if deep else shape, elements=WEIGHTS))
    kernel = data.draw(arrays(float, (*window, 3, 2) if deep else window, elements=WEIGHTS))
    bias = data.draw(st.sampled_from([None, range(3) if deep else 3]))
    extra = (0, 0) if padding == "same" else data.draw(st.sampled_from([(0, 0), (1, 0), (0, 2)]))
    settings = {
        "stride": stride,
        "padding": padding,
        "output_padding": extra,
        "dilation": dilation,
    }
    try:
        trace = trace_conv2d_transpose(x, kernel, bias, **settings)
    except ValueError as error:
        with pytest.raises(ValueError) as same:
            ops.conv2d_transpose(x, kernel, bias, **settings)
        assert str(same.value) == str(error)
        return
    check(trace, ops.conv2d_transpose, (x, kernel, bias), settings)
    check_products(trace)
    assert trace.stride == (1, 1)
    assert (~trace.inserted).sum() == np.prod(shape)


@given(
    st.data(),
    SHAPES,
    st.fixed_dictionaries(
        {
            "size": STEPS,
            "stride": st.one_of(st.none(), STEPS),
            "padding": PADDINGS,
            "dilation": STEPS,
            "mode": st.sampled_from(["max", "average"]),
            "ceil_mode": st.booleans(),
            "count_include_pad": st.booleans(),
        }
    ),
    st.booleans(),
)
def test_pooling_replayed(data, shape, settings, deep):
    x = data.draw(arrays(float, (*shape, 2) if deep else shape, elements=WEIGHTS))
    try:
        trace = trace_pool2d(x, **settings)
    except ValueError as error:
        with pytest.raises(ValueError) as same:
            ops.pool2d(x, **settings)
        assert str(same.value) == str(error)
        return
    check(trace, ops.pool2d, (x,), settings)
    assert trace.kind == f"{settings['mode']} pooling"
    for step in trace.steps:
        assert step.products is None
        assert step.bias is None
        assert (step.values[step.is_padding] == 0).all()
        real = step.values[~step.is_padding]
        if settings["mode"] == "max":
            assert step.sum is step.count is None
            assert step.output == real.max() == x[(*step.winner, *step.cell[2:])]
        else:
            assert step.winner is None
            assert step.sum == real.sum()
            assert step.output == step.sum / step.count
            if not settings["count_include_pad"]:
                assert step.count == real.size


def test_a_convolution_by_hand():
    x = [[1, 2], [3, 4]]
    trace = trace_conv2d(x, [[1, 2], [3, 4]], 10, padding=1, stride=2)
    assert trace.kind == "convolution"
    assert trace.output.tolist() == [[14, 16], [16, 14]]
    assert trace.x.tolist() == x
    assert trace.padded.tolist() == [[0, 0, 0, 0], [0, 1, 2, 0], [0, 3, 4, 0], [0, 0, 0, 0]]
    assert trace.kernel.tolist() == [[1, 2], [3, 4]]
    assert (trace.window, trace.stride, trace.dilation) == ((2, 2), (2, 2), (1, 1))
    assert trace.padding == ((1, 1), (1, 1))
    assert (trace.groups, trace.pad_mode) == (1, "zero")
    assert trace.formulas == ("(2 − 2 + 2·1)/2 + 1 = 2",) * 2
    assert not trace.inserted.any()
    step = trace.steps[1]
    assert step.cell == (0, 1)
    assert step.origin == (-1, 1)
    assert step.values.tolist() == [[0, 0], [2, 0]]
    assert step.is_padding.tolist() == [[True, True], [False, True]]
    assert step.products.tolist() == [[0, 0], [6, 0]]
    assert (step.sum, step.bias, step.output) == (6, 10, 16)
    assert (step.winner, step.count) == (None, None)


def test_reflected_cells_are_padding_that_counts():
    step = trace_conv2d([[1, 2, 3]], [[1, 10]], padding=(0, 1), pad_mode="reflect").steps[0]
    assert step.values.tolist() == [[2, 1]]
    assert step.is_padding.tolist() == [[True, False]]
    assert (step.sum, step.bias, step.output) == (12, 0, 12)


def test_a_filter_reads_its_group():
    x = [[[1, 10, 100, 1000]]]
    trace = trace_conv2d(x, [[[[1, 0, 1, 2], [0, 1, 1, 3]]]], range(4), groups=2)
    step = trace.step((0, 0, 3))
    assert step.values.tolist() == [[[100, 1000]]]
    assert step.products.tolist() == [[[200, 3000]]]
    assert (step.sum, step.bias, step.output) == (3200, 3, 3203)
    assert trace.step((0, 0, 1)).values.tolist() == [[[1, 10]]]


def test_a_transposed_convolution_by_hand():
    trace = trace_conv2d_transpose([[1, 2]], [[1, 2, 3]], stride=(1, 2), padding=(0, 1))
    assert trace.kind == "transposed convolution"
    assert trace.output.tolist() == [[2, 5, 4]]
    assert trace.x.tolist() == [[1, 0, 2]]
    assert trace.inserted.tolist() == [[False, True, False]]
    assert trace.kernel.tolist() == [[3, 2, 1]]
    assert trace.padding == ((0, 0), (1, 1))
    assert trace.formulas[1] == "(2 − 1)·2 + 3 − 2·1 = 3"
    step = trace.steps[1]
    assert step.origin == (0, 0)
    assert step.values.tolist() == [[1, 0, 2]]
    assert step.is_padding.tolist() == [[False, True, False]]
    assert step.products.tolist() == [[3, 0, 2]]
    assert trace.steps[0].origin == (0, -1)


def test_a_crop_beyond_the_ring():
    trace = trace_conv2d_transpose([[1, 2, 3, 4]], [[1, 10]], padding=((0, 0), (2, 0)))
    assert trace.output.tolist() == [[23, 34, 40]]
    assert trace.padding == ((0, 0), (-1, 1))
    assert trace.padded.tolist() == [[2, 3, 4, 0]]
    assert trace.steps[0].origin == (0, 1)
    assert trace.steps[0].values.tolist() == [[2, 3]]
    assert replayed(trace).tolist() == [[23, 34, 40]]


def test_the_first_of_equals_wins():
    trace = trace_pool2d([[0, 5, 5], [5, 5, 0]], (2, 3))
    assert trace.steps[0].winner == (0, 1)
    assert trace.kernel is None
    assert trace.kind == "max pooling"


def test_pooling_over_the_edges():
    trace = trace_pool2d([[-1, -2, -3]], (1, 2), padding=((0, 0), (1, 0)), ceil_mode=True)
    assert trace.output.tolist() == [[-1, -2]]
    assert [step.origin for step in trace.steps] == [(0, -1), (0, 1)]
    assert trace.steps[0].is_padding.tolist() == [[True, False]]
    assert [step.winner for step in trace.steps] == [(0, 0), (0, 1)]
    over = trace_pool2d([[4, 5, 6]], (1, 2), mode="average", ceil_mode=True).steps[1]
    assert over.values.tolist() == [[6, 0]]
    assert over.is_padding.tolist() == [[False, True]]
    assert (over.sum, over.count, over.output) == (6, 1, 6)
    assert (over.winner, over.products, over.bias) == (None, None, None)


def test_steps_are_a_sequence():
    trace = trace_conv2d(np.arange(12).reshape(3, 4), [[1]])
    steps = trace.steps
    assert len(steps) == 12
    assert steps[-1].cell == (2, 3)
    assert steps[np.int64(5)].cell == (1, 1)
    assert [step.cell for step in steps[1:8:3]] == [(0, 1), (1, 0), (1, 3)]
    assert len(steps[4:]) == 8
    assert steps[4:][-1].cell == (2, 3)
    assert [step.output for step in reversed(steps)] == list(range(11, -1, -1))
    for index in (12, -13):
        with pytest.raises(IndexError):
            steps[index]
    with pytest.raises(TypeError):
        steps["0"]


def test_nothing_is_worked_out_before_it_is_asked_for(monkeypatch):
    worked_out = []
    monkeypatch.setattr("vizcore.ops.trace.Step", lambda **step: worked_out.append(step["cell"]))
    trace = trace_conv2d(np.ones((3, 3)), [[1]])
    half = trace.steps[4:]
    assert len(half) == 5
    assert worked_out == []
    half[1]
    trace.step((0, 2))
    assert worked_out == [(1, 2), (0, 2)]


def test_a_trace_keeps_what_made_it():
    x, kernel = np.ones((2, 2)), np.ones((2, 2))
    trace = trace_conv2d(x, kernel)
    x[:], kernel[:] = 7, 7
    assert trace.steps[0].output == 4
    for array in (trace.x, trace.kernel, trace.output, trace.padded, trace.inserted):
        assert not array.flags.writeable
    with pytest.raises(dataclasses.FrozenInstanceError):
        trace.x = x
    with pytest.raises(dataclasses.FrozenInstanceError):
        trace.steps[0].sum = 3


def test_what_a_step_holds_is_plain():
    step = trace_conv2d(np.ones((2, 2, 1)), np.ones((1, 1, 1, 1)), [1]).steps[0]
    assert isinstance(step, Step)
    assert {type(number) for number in (*step.cell, *step.origin)} == {int}
    assert {type(number) for number in (step.sum, step.bias, step.output)} == {float}
    assert {type(number) for number in trace_pool2d([[1]], 1).steps[0].winner} == {int}
    assert type(trace_pool2d([[1]], 1, mode="average").steps[0].count) is int


def test_float32_stays():
    trace = trace_conv2d(np.ones((2, 2), "float32"), [[0.1]])
    assert trace.output.dtype == np.float32
    assert trace.steps[0].values.dtype == trace.steps[0].products.dtype == np.float32
    np.testing.assert_allclose(replayed(trace), trace.output, rtol=1e-6)


@pytest.mark.parametrize(
    "cell", [(3, 0), (0, 4), (-1, 0), (0,), (0, 0, 0), 0, (0.0, 1), "ab", None]
)
def test_a_cell_that_is_not_there(cell):
    with pytest.raises(ValueError, match=r"^cell must be a cell of the output, of shape \(3, 4\)"):
        trace_conv2d(np.ones((3, 4)), [[1]]).step(cell)


def test_traces_refuse_what_the_ops_refuse():
    with pytest.raises(ValueError, match="^stride must"):
        trace_conv2d([[1]], [[1]], stride=0)
    with pytest.raises(ValueError, match="^output_padding must"):
        trace_conv2d_transpose([[1]], [[1]], output_padding=1)
    with pytest.raises(ValueError, match="^padding must"):
        trace_pool2d([[1]], 1, padding=1)
