import inspect

import pytest

from vizcore import ops


def test_all():
    assert set(ops.__all__) == {
        *("conv2d", "conv2d_transpose", "pool2d", "output_size"),
        *("trace_conv2d", "trace_conv2d_transpose", "trace_pool2d"),
        *("relu", "leaky_relu", "sigmoid", "tanh", "softmax"),
        *("dense", "batch_norm", "global_pool2d", "mse", "cross_entropy"),
    }
    assert all(callable(getattr(ops, name)) for name in ops.__all__)


@pytest.mark.parametrize("name", ["conv2d", "conv2d_transpose", "pool2d"])
def test_a_trace_takes_the_arguments_of_its_op(name):
    op, trace = getattr(ops, name), getattr(ops, f"trace_{name}")
    assert inspect.signature(op) == inspect.signature(trace)
