"""What happens in an expression's graph, in words and numbers."""

import math

from vizcore.ops.graph import OPERATIONS
from vizcore.ui.numbers import readable


def sentence(trace, step, terms):
    """Say what happens at a step, with its numbers.

    Parameters
    ----------
    trace : vizcore.ops.graph.GraphTrace
    step : vizcore.ops.graph.GraphStep
    terms : dict
        What each gradient has been handed up to this step, as `GraphTrace.terms` tells.
    """
    if step.kind == "inputs":
        given = ", ".join(
            f"{node.name} = {_number(trace.values[node.name])}"
            for node in trace.nodes
            if not node.operation
        )
        return f"The inputs are given: {given}."
    node = trace.node(step.node)
    if step.kind == "forward":
        numbers = OPERATIONS[node.operation].formula.format(*_operands(trace, node))
        value = _number(trace.values[node.name])
        return f"Forward through {_symbol(node)}: {formula(node)} = {numbers} = {value}"
    if step.kind == "seed":
        return (
            f"Now backward. How fast does {node.name} grow with {node.name} itself? "
            f"{partial(trace, node.name)} = 1"
        )
    return f"Backward through {_symbol(node)}: {_handed(trace, node, step.operand, terms)}"


def _handed(trace, node, place, terms):
    """Say what a node hands to one of its operands, and what that adds up to."""
    operand = node.operands[place]
    slope = OPERATIONS[node.operation].slopes[place].format(*node.operands, y=node.name)
    words = f"({slope})" if " if " in slope else slope
    numbers = _number(trace.slopes[node.name][place]), _factor(trace.gradients[node.name])
    given = _number(trace.contributions[node.name][place])
    product = f"{words} · {partial(trace, node.name)} = {' · '.join(numbers)} = {given}"
    whole = partial(trace, operand)
    if trace.uses(operand) == 1:
        return f"{whole} = {product}"
    so_far = terms[operand]
    if len(so_far) == 1:
        return f"{whole} begins with {product}, what comes through {node.name}"
    total = f"{_number(so_far[0])} + {' + '.join(map(_factor, so_far[1:]))}"
    total = f"{total} = {_number(sum(so_far))}"
    return f"{product} comes through {node.name}, and adds up: {whole} = {total}"


def told_paths(trace, name):
    """Say by which paths a value reaches the result, and what they multiply and add up to."""
    paths = trace.paths(name)
    products = [math.prod(slopes) for _, slopes in paths]
    if name == trace.result:
        return f"{name} is the result: {partial(trace, name)} = 1"
    told = "; ".join(f"{' → '.join(names)}: {_chain(slopes)}" for names, slopes in paths)
    count = "one path" if len(paths) == 1 else f"{len(paths)} paths"
    total = ""
    if len(paths) > 1:
        added = " + ".join([_number(products[0]), *map(_factor, products[1:])])
        total = f". Together {added} = {_number(trace.gradients[name])}"
    return f"{name} reaches {trace.result} by {count}, {told}{total}"


def _chain(slopes):
    factors = " · ".join([_number(slopes[0]), *map(_factor, slopes[1:])])
    return factors if len(slopes) == 1 else f"{factors} = {_number(math.prod(slopes))}"


def formula(node):
    """Write how a node is computed; of an input, its name."""
    if not node.operation:
        return node.name
    return f"{node.name} = {OPERATIONS[node.operation].formula.format(*node.operands)}"


def _symbol(node):
    return {"²": "the square"}.get(symbol := OPERATIONS[node.operation].symbol, symbol)


def _operands(trace, node):
    """Return the operands' numbers as the node's formula needs them."""
    first, *others = (trace.values[name] for name in node.operands)
    return [(_factor if node.operation == "square" else _number)(first), *map(_factor, others)]


def partial(trace, name):
    """Write the derivative of the result with respect to a value."""
    return f"∂{trace.result}/∂{name}"


def _number(value):
    return readable(value, 4)


def _factor(value):
    text = _number(value)
    return f"({text})" if value < 0 and text != "0" else text
