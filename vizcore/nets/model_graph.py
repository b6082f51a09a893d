"""Which layer of a functional network comes after which: chains, and pairs of branches.

Keras names each layer's inputs. They are followed from the network's input on; where two branches
leave a layer, they must meet again in a sum, and nowhere else may branches meet or leave.
"""

from dataclasses import dataclass

from vizcore.nets.model_layers import LayerError, Part, Sum, quoted

BRANCHES = (
    "only chains of layers are read, and residual blocks: two convolutions of the same size with"
    " padding 'same', both or none normalised, ReLU between them, and ReLU behind the sum"
)
"""What may branch, for a message."""


@dataclass(frozen=True)
class Block:
    """Two branches, tuples of `Part`, and the sum in which they meet."""

    branches: tuple
    total: Part


def followed(inner, written, parts):
    """Follow a functional network from its input to its output.

    Parameters
    ----------
    inner : dict
        Its description; ``input_layers`` and ``output_layers`` are read.
    written : list of dict
        What it says of each layer.
    parts : list of tuple of Part
        What each layer is to us.

    Returns
    -------
    list of Part or Block

    Raises
    ------
    LayerError
    """
    graph = _Graph(inner, written, parts)
    items, name = list(graph.parts[graph.first]), graph.first
    while followers := graph.followers(name):
        if len(followers) == 1:
            name = followers[0]
            graph.check_single(name)
            items += graph.parts[name]
        else:
            block, name = graph.block(name, followers)
            items.append(block)
    if name != graph.last or graph.unvisited:
        raise LayerError("This network has layers that do not lie between its input and output.")
    return items


class _Graph:
    """Which layer reads which, by name."""

    def __init__(self, inner, written, parts):
        names = [one.get("name") for one in written]
        if not all(isinstance(name, str) for name in names) or len({*names}) < len(names):
            raise LayerError("This network has layers without a name of their own.")
        self.parts = dict(zip(names, parts, strict=True))
        self.inputs = {
            name: _inputs(one.get("inbound_nodes"), name)
            for name, one in zip(names, written, strict=True)
        }
        self.first, self.last = _end(inner, "input_layers"), _end(inner, "output_layers")
        self._followers = {name: [] for name in names}
        for name, inputs in self.inputs.items():
            for before in inputs:
                if before not in self._followers:
                    raise LayerError(f"The layer {quoted(name)} reads a layer that is not there.")
                self._followers[before].append(name)
        if self.inputs.get(self.first) != [] or self.last not in self.parts:
            raise LayerError("This network has no input or output layer of the name that it says.")
        self.unvisited = {*names} - {self.first}

    def followers(self, name):
        return self._followers[name]

    def is_sum(self, name):
        return any(isinstance(part.made, Sum) for part in self.parts[name])

    def check_single(self, name):
        """See that a layer reads one other, and is met for the first time."""
        if name not in self.unvisited or self.is_sum(name) or len(self.inputs[name]) != 1:
            raise self._branched(name)
        self.unvisited.discard(name)

    def block(self, name, followers):
        """Return the block that begins behind a layer, and the name of its sum."""
        ends = [self._branch(name, follower) for follower in followers]
        (total, *others) = {follower for _, _, follower in ends}
        (meeting,) = self.parts[total] if self.is_sum(total) else (None,)
        if (
            len(ends) != 2
            or others
            or meeting is None
            or total not in self.unvisited
            or sorted(self.inputs[total]) != sorted(end for _, end, _ in ends)
        ):
            raise self._branched(total)
        self.unvisited.discard(total)
        return Block(tuple(tuple(items) for items, _, _ in ends), meeting), total

    def _branch(self, name, follower):
        """Return a branch's parts, the name of its last layer, and of the one where it ends."""
        items = []
        while not self.is_sum(follower):
            self.check_single(follower)
            name = follower
            items += self.parts[name]
            if len(self._followers[name]) != 1:
                raise self._branched(name)
            (follower,) = self._followers[name]
        return items, name, follower

    def _branched(self, name):
        return LayerError(f"The layer {quoted(name)} joins or divides branches, and {BRANCHES}.")


def _inputs(nodes, name):
    """Return the names of the layers that a layer reads."""
    if nodes == []:
        return []
    refused = LayerError(
        f"The layer {quoted(name)} is called more than once, or with more than its input."
    )
    node = nodes[0] if isinstance(nodes, list) and len(nodes) == 1 else None
    if not isinstance(node, dict):
        raise refused
    args, options = node.get("args"), node.get("kwargs")
    if not isinstance(args, list) or len(args) != 1 or not isinstance(options, dict):
        raise refused
    # Keras writes training=False where a layer asks for it; True would train while it answers.
    if any(value is not None and value is not False for value in options.values()):
        raise refused
    given = args[0] if isinstance(args[0], list) else args
    histories = [
        one["config"].get("keras_history")
        for one in given
        if isinstance(one, dict)
        and one.get("class_name") == "__keras_tensor__"
        and isinstance(one.get("config"), dict)
    ]
    names = [_of_history(one) for one in histories]
    if not given or len(names) < len(given) or None in names:
        raise refused
    return names


def _of_history(history):
    """Return the layer of a tensor that is its layer's first and only output."""
    if not isinstance(history, list) or len(history) != 3 or history[1:] != [0, 0]:
        return None
    return history[0] if isinstance(history[0], str) else None


def _end(inner, which):
    """Return the one input or output layer."""
    given = inner.get(which)
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    name = _of_history(given)
    if name is None:
        raise LayerError("Only networks with one input and one output are read.")
    return name
