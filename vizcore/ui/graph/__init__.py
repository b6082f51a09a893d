"""The graph of an expression, gone through forward and backward."""

import streamlit as st

from vizcore.ops.graph import OPERATIONS
from vizcore.ui.assets import register
from vizcore.ui.edits import edits
from vizcore.ui.graph_words import formula, partial, sentence, told_paths

_component = register("graph", "fields", "player")

_NEURON = {
    **{"w": (0, 0), "x": (0, 1), "p": (1, 0.5), "b": (1, 1.5), "z": (2, 1), "y": (3, 1)},
    **{"t": (3, 2), "r": (4, 1.5), "E": (5, 1.5)},
}
_PLACES = {
    "slide": {"a": (0, 0), "b": (0, 1), "c": (1, 0), "d": (1, 1), "e": (2, 0.5)},
    "dot": {
        **{"w₁": (0, 0), "x₁": (0, 1), "w₂": (0, 2), "x₂": (0, 3)},
        **{"p": (1, 0.5), "q": (1, 2.5), "s": (2, 1.5)},
    },
    "shared": {
        **{"x₁": (0, 0), "w": (0, 1), "x₂": (0, 2), "p": (1, 0.5), "q": (1, 1.5), "s": (2, 1)}
    },
    "relu": _NEURON,
    "sigmoid": _NEURON,
}
"""Where each node of an expression is drawn: how far from the inputs, and how far across."""


def graph(expression, trace, texts, *, label, step, on_stop, on_edit, visit, key):
    """Draw an expression and go through it; stepping costs no server traffic.

    Parameters
    ----------
    expression : str
        A key of `vizcore.lessons.gradients.EXPRESSIONS`.
    trace : vizcore.ops.graph.GraphTrace
    texts : sequence of str
        The inputs as typed, in the order of the nodes.
    label : str
        The expression in words.
    step : int
        The step to show first.
    on_stop : callable
        Called with ``{"step"}``, where the visitor has stopped, before the page runs again. It
        comes from a browser, unchecked, as does what `on_edit` is called with.
    on_edit : callable
        Called with ``{"row", "place", "text"}``: the input at that place, typed anew.
    visit : hashable
        Another value makes the browser go to `step`.
    key : str
        The component's key on the page.
    """
    done, edited = edits(key, on_edit)
    _component(
        key=key,
        data={
            "label": label,
            "nodes": _nodes(expression, trace),
            "edges": _edges(trace),
            "steps": [_step(trace, index) for index in range(len(trace.steps))],
            "texts": list(texts),
            "step": step,
            "visit": visit,
            "done": done,
        },
        on_stop_change=lambda: on_stop(st.session_state[key]["stop"]),
        on_edits_change=edited,
    )


def _nodes(expression, trace):
    return [
        {
            "name": node.name,
            "symbol": OPERATIONS[node.operation].symbol if node.operation else None,
            "formula": formula(node),
            "value": trace.values[node.name],
            "place": _PLACES[expression][node.name],
            "reach": _reach(trace, node.name),
            "paths": told_paths(trace, node.name),
        }
        for node in trace.nodes
    ]


def _edges(trace):
    return [
        {
            "from": trace.node(name).operands[place],
            "to": name,
            "slope": trace.slopes[name][place],
            "name": f"∂{name}/∂{trace.node(name).operands[place]}",
        }
        for name, place in trace.edges
    ]


def _step(trace, index):
    """Return what is known at a step: values, gradients with what they add up from, and words."""
    past = trace.steps[: index + 1]
    now = past[-1]
    computed = {one.node for one in past if one.kind == "forward"}
    passed = [trace.edges.index((one.node, one.operand)) for one in past if one.kind == "backward"]
    terms = trace.terms(index)
    return {
        "kind": now.kind,
        "node": now.node,
        "edge": passed[-1] if now.kind == "backward" else None,
        "values": [one.name for one in trace.nodes if not one.operation or one.name in computed],
        "passed": passed,
        "gradients": {
            name: {
                "name": partial(trace, name),
                "terms": given,
                "total": sum(given),
                "whole": len(given) == max(1, trace.uses(name)),
            }
            for name, given in terms.items()
        },
        "sentence": sentence(trace, now, terms),
    }


def _reach(trace, name):
    """Return the nodes that lie on a way from the inputs through this one to the result."""
    reached = {one for names, _ in trace.paths(name) for one in names}
    leading = {node.name for node in trace.nodes if _leads(trace, node.name, name)}
    return sorted(reached | leading)


def _leads(trace, name, to):
    users = (node for node in trace.nodes if name in node.operands)
    return name == to or any(_leads(trace, node.name, to) for node in users)
