"""An expression as a graph of simple operations: its values forward, its gradients backward.

The backward pass is reverse-mode automatic differentiation: from the result to the inputs, each
node hands to each of its operands its own gradient times the slope of the operation there. What a
value is given by several nodes adds up. See Baydin and others, *Automatic differentiation in
machine learning: a survey* (2018), https://arxiv.org/abs/1502.05767.
"""

from collections.abc import Callable
from dataclasses import dataclass

from vizcore.ops.activations import relu, sigmoid
from vizcore.ops.arrays import as_real


@dataclass(frozen=True)
class Operation:
    """A simple operation, and how its result changes with each operand.

    Attributes
    ----------
    symbol : str
        What a node is marked with.
    formula : str
        The result in terms of the operands ``{0}`` and ``{1}``.
    apply : callable
        The operands to the result.
    slopes : tuple of str
        For each operand the derivative, in terms of the operands and of the result ``{y}``.
    slope : callable
        The operands to those derivatives, a tuple.
    """

    symbol: str
    formula: str
    apply: Callable
    slopes: tuple
    slope: Callable


OPERATIONS = {
    "add": Operation("+", "{0} + {1}", lambda a, b: a + b, ("1", "1"), lambda a, b: (1, 1)),
    "subtract": Operation("−", "{0} − {1}", lambda a, b: a - b, ("1", "−1"), lambda a, b: (1, -1)),
    "multiply": Operation(
        "×", "{0} · {1}", lambda a, b: a * b, ("{1}", "{0}"), lambda a, b: (b, a)
    ),
    "increment": Operation("+ 1", "{0} + 1", lambda a: a + 1, ("1",), lambda a: (1,)),
    "square": Operation("²", "{0}²", lambda a: a * a, ("2 · {0}",), lambda a: (2 * a,)),
    "relu": Operation(
        # At 0 there is no derivative; like the frameworks, we take 0.
        "ReLU",
        "max(0, {0})",
        relu,
        ("1 if {0} > 0 else 0",),
        lambda a: (1 if a > 0 else 0,),
    ),
    "sigmoid": Operation(
        "σ", "σ({0})", sigmoid, ("{y} · (1 − {y})",), lambda a: (sigmoid(a) * sigmoid(-a),)
    ),
}
"""Name → `Operation`."""


@dataclass(frozen=True)
class Node:
    """A value of the expression.

    Attributes
    ----------
    name : str
    operation : str or None
        A key of `OPERATIONS`; None for an input.
    operands : tuple of str
        The names of the nodes that it is computed from.
    """

    name: str
    operation: str | None = None
    operands: tuple = ()


@dataclass(frozen=True)
class GraphStep:
    """One thing that happens on the way forward or backward.

    Attributes
    ----------
    kind : {"inputs", "forward", "seed", "backward"}
        The inputs are given; a node's value is computed; the gradient of the result with respect
        to itself is 1; a node hands a contribution to an operand.
    node : str or None
        The node that is at work.
    operand : int or None
        Which of its operands is given a contribution.
    """

    kind: str
    node: str | None = None
    operand: int | None = None


@dataclass(frozen=True, eq=False)
class GraphTrace:
    """An expression worked out forward and backward.

    Attributes
    ----------
    nodes : tuple of Node
        Each after its operands; the last is the result.
    values : dict
        Name → value.
    slopes : dict
        Name → for each operand, the derivative of the node's value with respect to it.
    contributions : dict
        Name → for each operand, what the node adds to its gradient.
    gradients : dict
        Name → the derivative of the result with respect to it.
    steps : tuple of GraphStep
        In the order in which they happen.
    """

    nodes: tuple
    values: dict
    slopes: dict
    contributions: dict
    gradients: dict
    steps: tuple

    @property
    def result(self):
        """The name of the result."""
        return self.nodes[-1].name

    @property
    def edges(self):
        """Every (node, operand), as a node's name and which of its operands; in their order."""
        return tuple((node.name, k) for node in self.nodes for k in range(len(node.operands)))

    def node(self, name):
        """Return the node of this name."""
        return next(node for node in self.nodes if node.name == name)

    def uses(self, name):
        """Return how often a value is an operand."""
        return sum(node.operands.count(name) for node in self.nodes)

    def terms(self, index):
        """Return what each gradient has been handed up to a step: name → list of contributions.

        The result's own gradient is 1 from the start of the way back.
        """
        found = {}
        for step in self.steps[: index + 1]:
            if step.kind == "seed":
                found[step.node] = [1.0]
            elif step.kind == "backward":
                operand = self.node(step.node).operands[step.operand]
                given = self.contributions[step.node][step.operand]
                found.setdefault(operand, []).append(given)
        return found

    def paths(self, name):
        """Return every way on which a value reaches the result.

        Its gradient is the sum over these paths of the product of the slopes along each.

        Returns
        -------
        list of (tuple of str, tuple of float)
            The nodes of a path, and the slopes between them.
        """
        if name == self.result:
            return [((name,), ())]
        return [
            ((name, *names), (self.slopes[node.name][place], *slopes))
            for node in self.nodes
            for place, operand in enumerate(node.operands)
            if operand == name
            for names, slopes in self.paths(node.name)
        ]


def trace_graph(nodes, inputs):
    """Work out an expression forward, and its gradients backward.

    Parameters
    ----------
    nodes : sequence of Node
        Each after its operands; the last is the result.
    inputs : dict
        Name of each input node → number.

    Returns
    -------
    GraphTrace

    Raises
    ------
    ValueError
        When a node is named twice or uses what does not stand before it, or an input is missing,
        unknown or no finite real number.

    Examples
    --------
    >>> nodes = Node("a"), Node("b"), Node("p", "multiply", ("a", "b")), Node("s", "square", ("p",))
    >>> trace = trace_graph(nodes, {"a": 2, "b": 3})
    >>> trace.values["s"], trace.gradients["a"], trace.gradients["b"]
    (36.0, 36.0, 24.0)
    """
    nodes = tuple(nodes)
    _check(nodes, inputs)
    values, slopes = {}, {}
    for node in nodes:
        values[node.name], slopes[node.name] = _forward(node, values, inputs)
    gradients, contributions = _backward(nodes, slopes)
    return GraphTrace(nodes, values, slopes, contributions, gradients, _steps(nodes))


def _forward(node, values, inputs):
    if node.operation is None:
        return float(as_real(inputs[node.name], node.name)), ()
    operation = OPERATIONS[node.operation]
    operands = [values[name] for name in node.operands]
    return float(operation.apply(*operands)), tuple(map(float, operation.slope(*operands)))


def _backward(nodes, slopes):
    gradients = {node.name: 0.0 for node in nodes} | {nodes[-1].name: 1.0}
    contributions = {}
    for node in reversed(nodes):
        given = tuple(slope * gradients[node.name] for slope in slopes[node.name])
        contributions[node.name] = given
        for operand, one in zip(node.operands, given, strict=True):
            gradients[operand] += one
    return gradients, contributions


def _steps(nodes):
    computed = [node for node in nodes if node.operation]
    return (
        GraphStep("inputs"),
        *(GraphStep("forward", node.name) for node in computed),
        GraphStep("seed", nodes[-1].name),
        *(
            GraphStep("backward", node.name, operand)
            for node in reversed(computed)
            for operand in range(len(node.operands))
        ),
    )


def _check(nodes, inputs):
    known = set()
    for node in nodes:
        if node.name in known:
            raise ValueError(f"nodes must have different names. Received: {node.name!r} twice")
        if not known.issuperset(node.operands):
            raise ValueError(
                f"nodes must each stand after their operands. Received: {node.name!r} of "
                f"{node.operands!r}"
            )
        known.add(node.name)
    wanted = {node.name for node in nodes if node.operation is None}
    if set(inputs) != wanted:
        raise ValueError(
            f"inputs must be {', '.join(sorted(wanted))}. Received: {', '.join(sorted(inputs))}"
        )
