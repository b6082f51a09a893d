"""A filter's step against its gradient: by hand, and as its error says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vizcore.lessons import LESSONS
from vizcore.lessons.gradients import EXPRESSIONS, filter_step
from vizcore.ops import conv2d
from vizcore.ops.graph import trace_graph

GIVEN = LESSONS["shared-gradient"].settings
NUMBERS = st.integers(-5, 5)


def test_the_lessons_numbers_by_hand():
    found = filter_step(**GIVEN, rate=0.5)
    assert found.output.tolist() == [[2, 5, 0], [0, 2, 4], [3, 0, 3]]
    assert found.upstream.tolist() == [[0, 4, -4], [-3, -1, 3], [2, -2, 2]]
    assert found.error == (16 + 16 + 9 + 1 + 9 + 4 + 4 + 4) / 2
    assert found.gradient.tolist() == [[22, -10], [-11, 20]]
    assert found.kernel_after.tolist() == [[-10, 5], [5.5, -9]]
    assert found.unshared[0, 1].tolist() == [[8, 0], [4, 12]]


def test_the_target_is_the_other_diagonals_answer():
    assert np.array_equal(conv2d(GIVEN["x"], [[0, 1], [1, 0]]), GIVEN["target"])
    assert filter_step(GIVEN["x"], [[0, 1], [1, 0]], GIVEN["target"], 0.02).error == 0


@given(arrays(float, (4, 4), elements=NUMBERS), arrays(float, (2, 2), elements=NUMBERS))
def test_the_gradient_is_the_slope_of_the_error(x, kernel):
    target = np.arange(9.0).reshape(3, 3)

    def error(weights):
        return filter_step(x, weights, target, rate=0).error

    # The error is quadratic, so that the slope between two sides is exact.
    slopes = [
        (error(kernel + unit) - error(kernel - unit)) / 2 for unit in np.eye(4).reshape(4, 2, 2)
    ]
    assert filter_step(x, kernel, target, rate=0).gradient.ravel().tolist() == slopes


@pytest.mark.parametrize("rate", [0.001, 0.02, 0.04])
def test_a_short_step_lowers_the_error_and_shared_weights_lower_it_more(rate):
    found = filter_step(**GIVEN, rate=rate)
    assert found.error_after < found.unshared_after < found.error
    again = filter_step(GIVEN["x"], found.kernel_after, GIVEN["target"], rate=rate)
    assert again.error == pytest.approx(found.error_after)


def test_steps_find_the_kernel_that_made_the_target():
    kernel = GIVEN["kernel"]
    for _ in range(500):
        kernel = filter_step(GIVEN["x"], kernel, GIVEN["target"], rate=0.04).kernel_after
    np.testing.assert_allclose(kernel, [[0, 1], [1, 0]], atol=1e-3)


def test_an_unshared_place_follows_its_own_gradient():
    x, target, rate = [[1.0, 2.0]], [[0.0, 0.0]], 0.1
    found = filter_step(x, [[3.0]], target, rate)
    # Outputs 3 and 6; the copies become 3 − 0.1·3 and 3 − 0.1·12, and answer 2.7 and 3.6.
    assert found.unshared_after == pytest.approx((2.7**2 + 3.6**2) / 2)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_expression_can_be_worked_out(name):
    expression = EXPRESSIONS[name]
    trace = trace_graph(expression.nodes, expression.inputs)
    assert list(trace.values)[-1] == trace.result
    assert any(trace.gradients[one] for one in expression.inputs)
