"""Expressions as graphs: the slide's by hand, every operation by finite differences."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vizcore.ops.graph import OPERATIONS, GraphStep, Node, trace_graph

SLIDE = (
    Node("a"),
    Node("b"),
    Node("c", "add", ("a", "b")),
    Node("d", "increment", ("b",)),
    Node("e", "multiply", ("c", "d")),
)


def test_the_slide_by_hand():
    trace = trace_graph(SLIDE, {"a": 2, "b": 1})
    assert trace.values == {"a": 2, "b": 1, "c": 3, "d": 2, "e": 6}
    assert trace.slopes == {"a": (), "b": (), "c": (1, 1), "d": (1,), "e": (2, 3)}
    assert trace.contributions == {"a": (), "b": (), "c": (2, 2), "d": (3,), "e": (2, 3)}
    assert trace.gradients == {"a": 2, "b": 5, "c": 2, "d": 3, "e": 1}
    assert trace.result == "e"


def test_the_steps_go_forward_and_then_backward():
    trace = trace_graph(SLIDE, {"a": 2, "b": 1})
    assert trace.steps == (
        GraphStep("inputs"),
        GraphStep("forward", "c"),
        GraphStep("forward", "d"),
        GraphStep("forward", "e"),
        GraphStep("seed", "e"),
        GraphStep("backward", "e", 0),
        GraphStep("backward", "e", 1),
        GraphStep("backward", "d", 0),
        GraphStep("backward", "c", 0),
        GraphStep("backward", "c", 1),
    )


def test_a_value_used_twice_by_one_node_counts_twice():
    nodes = (Node("a"), Node("s", "multiply", ("a", "a")))
    trace = trace_graph(nodes, {"a": 3})
    assert (trace.values["s"], trace.gradients["a"]) == (9, 6)


def test_the_subtrahend_counts_against_the_result():
    trace = trace_graph((Node("a"), Node("b"), Node("r", "subtract", ("a", "b"))), {"a": 5, "b": 7})
    assert trace.values["r"] == -2
    assert trace.gradients == {"a": 1, "b": -1, "r": 1}


@pytest.mark.parametrize(("a", "value", "slope"), [(-2, 0, 0), (0, 0, 0), (3, 3, 1)])
def test_relu_lets_the_gradient_pass_where_it_is_open(a, value, slope):
    trace = trace_graph((Node("a"), Node("y", "relu", ("a",))), {"a": a})
    assert (trace.values["y"], trace.gradients["a"]) == (value, slope)


@given(st.sampled_from(sorted(OPERATIONS)), st.floats(-5, 5), st.floats(-5, 5))
def test_every_slope_is_that_of_its_operation(name, a, b):
    operation = OPERATIONS[name]
    operands = np.array([a, b][: len(operation.slopes)])
    assume(name != "relu" or abs(a) > 1e-3)
    for k, slope in enumerate(operation.slope(*operands)):
        nudge = 1e-5 * (np.arange(len(operands)) == k)
        rise = operation.apply(*operands + nudge) - operation.apply(*operands - nudge)
        assert slope == pytest.approx(rise / 2e-5, abs=1e-6)


@given(st.sampled_from(sorted(OPERATIONS)), st.floats(-5, 5), st.floats(-5, 5))
def test_the_formulas_say_what_is_computed(name, a, b):
    operation = OPERATIONS[name]
    operands = (a, b)[: len(operation.slopes)]
    y = float(operation.apply(*operands))
    said = {"σ": lambda x: 1 / (1 + np.exp(-x)), "max": max}

    def worked(text):
        text = text.format(*(f"({one!r})" for one in operands), y=f"({y!r})")
        return eval(text.translate({0xB7: "*", 0x2212: "-", 0xB2: "**2"}), said)

    assert worked(operation.formula) == pytest.approx(y)
    for text, slope in zip(operation.slopes, operation.slope(*operands), strict=True):
        assert worked(text) == pytest.approx(float(slope), abs=1e-12)


@st.composite
def expressions(draw):
    """A graph of smooth operations, each node of any before it, with inputs for it."""
    nodes = [Node("a"), Node("b"), Node("c")]
    smooth = sorted(set(OPERATIONS) - {"relu", "square"})
    for i in range(draw(st.integers(1, 6))):
        name = draw(st.sampled_from(smooth))
        earlier = st.sampled_from([node.name for node in nodes])
        operands = tuple(draw(earlier) for _ in OPERATIONS[name].slopes)
        nodes.append(Node(f"n{i}", name, operands))
    return nodes, {name: draw(st.floats(-1, 1)) for name in "abc"}


@given(expressions())
def test_the_gradients_are_the_slopes_of_the_result(expression):
    nodes, inputs = expression
    trace = trace_graph(nodes, inputs)
    for name in inputs:
        high, low = (
            trace_graph(nodes, inputs | {name: inputs[name] + nudge}).values[trace.result]
            for nudge in (1e-6, -1e-6)
        )
        assert trace.gradients[name] == pytest.approx((high - low) / 2e-6, rel=1e-4, abs=1e-4)


@given(expressions())
def test_every_gradient_is_the_sum_of_what_was_handed_over(expression):
    trace = trace_graph(*expression)
    for node in trace.nodes[:-1]:
        handed = [
            trace.contributions[step.node][step.operand]
            for step in trace.steps
            if step.kind == "backward"
            for user in trace.nodes
            if user.name == step.node and user.operands[step.operand] == node.name
        ]
        assert trace.gradients[node.name] == pytest.approx(sum(handed))


def test_what_a_gradient_adds_up_from_grows_from_step_to_step():
    trace = trace_graph(SLIDE, {"a": 2, "b": 1})
    assert [trace.terms(index).get("b") for index in range(10)] == [None] * 7 + [[3], [3], [3, 2]]
    assert trace.terms(3) == {} and trace.terms(4) == {"e": [1]}
    assert (trace.uses("b"), trace.uses("e"), trace.node("d").operands) == (2, 0, ("b",))
    assert trace.edges == (("c", 0), ("c", 1), ("d", 0), ("e", 0), ("e", 1))


def test_the_paths_of_the_slide_by_hand():
    trace = trace_graph(SLIDE, {"a": 2, "b": 1})
    assert trace.paths("b") == [(("b", "c", "e"), (1, 2)), (("b", "d", "e"), (1, 3))]
    assert trace.paths("e") == [(("e",), ())]


@given(expressions())
def test_every_gradient_is_the_sum_over_the_paths(expression):
    trace = trace_graph(*expression)
    for node in trace.nodes:
        products = [np.prod(slopes) for _, slopes in trace.paths(node.name)]
        assert trace.gradients[node.name] == pytest.approx(sum(products))


@pytest.mark.parametrize(
    ("nodes", "inputs", "message"),
    [
        ((Node("a"), Node("a")), {"a": 1}, "nodes must have different names"),
        ((Node("s", "square", ("a",)), Node("a")), {"a": 1}, "nodes must each stand after"),
        ((Node("s", "square", ("s",)),), {}, "nodes must each stand after"),
        (SLIDE, {"a": 1}, "inputs must be a, b. Received: a"),
        (SLIDE, {"a": 1, "b": 2, "c": 3}, "inputs must be a, b. Received: a, b, c"),
        (SLIDE, {"a": 1, "b": float("nan")}, "b must hold finite numbers"),
        (SLIDE, {"a": 1, "b": "two"}, "b must hold real numbers"),
    ],
)
def test_what_is_no_expression_is_refused(nodes, inputs, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        trace_graph(nodes, inputs)
