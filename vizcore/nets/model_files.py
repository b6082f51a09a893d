"""A .keras file from a stranger: the network that it describes, or one sentence why not.

Such a file may say that it is built of any Python class, of layers that run code, of arrays that
take all memory. So nothing here builds or unpacks what a file says: its description is read as an
`Architecture` of ours or refused, what that costs is counted, and then only arrays of exactly the
shapes that it needs are taken. Keras is not asked, and the HDF5 library neither.
"""

import math
from dataclasses import dataclass

import numpy as np

from vizcore.nets.architectures import Architecture, layer_table, totals
from vizcore.nets.graph import graph_of
from vizcore.nets.layers import Residual
from vizcore.nets.model_archive import ModelFileError, read_archive
from vizcore.nets.model_config import described
from vizcore.nets.model_layers import LayerError
from vizcore.nets.plain_hdf5 import Hdf5Error, PlainHdf5
from vizcore.nets.preparation import Preparation
from vizcore.nets.weights import named, shapes_in_keras

__all__ = ["ModelFile", "ModelFileError", "read_model_file"]

MOST_PARAMETERS = 64 * 10**6
"""AlexNet has 61 million."""

MOST_NUMBERS = 8 * 2**20
"""That a network computes for one picture."""

MOST_WORK = 2 * 10**9
"""Products, and cells that a window of a pooling looks at, for one picture."""


@dataclass(frozen=True, eq=False)
class ModelFile:
    """A network from a .keras file.

    Attributes
    ----------
    title : str
        What its author called it; any text, at most 60 characters.
    architecture : Architecture
        Without a Rescaling layer at the beginning, which is in `preparation` instead.
    weights : dict of str to dict of str to ndarray of float32
        As `vizcore.nets.forward_pass` describes.
    preparation : Preparation or None
        How levels become its input, where the file says so. Otherwise pictures are usually given
        as levels from 0 to 1, but only its author knows.
    """

    title: str
    architecture: Architecture
    weights: dict
    preparation: Preparation | None

    @property
    def outputs(self):
        """How many numbers it answers with; None where it answers with maps."""
        shape = layer_table(self.architecture)[-1].shape
        return shape[0] if len(shape) == 1 else None

    @property
    def gives_probabilities(self):
        """Whether a softmax or a sigmoid comes last; else its answers are logits, if anything."""
        return self.architecture.layers[-1].kind in ("softmax", "sigmoid")


def read_model_file(data):
    """Read a .keras file that Keras 3 saved.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    ModelFile
        Built with Keras, it gives the very outputs of the saved model.

    Raises
    ------
    ModelFileError
        In one sentence for whoever uploaded it.
    """
    archive = read_archive(data)
    try:
        found = described(archive.config)
        _check_cost(found.architecture)
        preparation = _preparation(found)
    except LayerError as error:
        raise ModelFileError(str(error)) from None
    weights = _weights(archive, found)
    return ModelFile(found.title, found.architecture, weights, preparation)


def _check_cost(architecture):
    rows = layer_table(architecture)
    parameters = totals(rows).parameters
    numbers = sum(math.prod(node.shape) for node in graph_of(architecture).values())
    work = sum(map(_work, rows))
    for told, most, what in (
        (parameters, MOST_PARAMETERS, "parameters"),
        (numbers, MOST_NUMBERS, "numbers to compute for one picture"),
        (work, MOST_WORK, "products to compute for one picture"),
    ):
        if told > most:
            raise LayerError(
                f"This network has {_large(told)} {what}, and the most are {most:,}: use fewer"
                " filters, smaller pictures or a smaller dense layer."
            )


def _work(row):
    """Return products, or the cells that the windows of a pooling look at."""
    size = 1 if isinstance(row.layer, Residual) else getattr(row.layer, "size", 1)
    return max(row.multiply_adds, math.prod(row.shape) * size**2)


def _large(number):
    return f"{number:,}" if number < 10**15 else "endlessly many"


def _preparation(found):
    """Write x · scale + offset, x from 0 to 255, as (x / 255 − mean) / spread."""
    if found.scale is None:
        return None
    scale, offset = found.scale.scale, found.scale.offset
    if not (1e-4 <= scale <= 10 and abs(offset) <= 10**4):
        raise LayerError(
            "This network's Rescaling is none for pictures with levels from 0 to 255: its scale"
            " must be from 0.0001 to 10, and its offset no larger than 10,000."
        )
    spread = 1 / (255 * scale)
    mean = -offset * spread
    if mean == 0 and abs(spread - 1) < 1e-6:
        return Preparation()
    channels = found.architecture.input[2]
    return Preparation(mean=(mean,) * channels, spread=(spread,) * channels)


def _weights(archive, found):
    """Take the arrays that the network needs; copied only when every one is as it must be."""
    graph = graph_of(found.architecture)
    wanted = shapes_in_keras(graph)
    try:
        file = PlainHdf5(archive.weights)
        layers = file.members(file.group(file.root, "layers")) if wanted else {}
        given = {
            node: _arrays(file, layers, part, [*shapes.values()])
            for (node, shapes), part in zip(wanted.items(), found.sources, strict=True)
        }
    except Hdf5Error as error:
        raise ModelFileError(
            f"This file's model.weights.h5 {error}: save the model anew with Keras 3."
        ) from None
    if not archive.is_whole:
        raise ModelFileError(
            "This file's weights are damaged: copy or download it again, or save the model anew."
        )
    weights = named(graph, given)
    return {
        node: {part: np.array(one, np.float32, order="C") for part, one in own.items()}
        for node, own in weights.items()
    }


def _arrays(file, layers, part, shapes):
    """Return the arrays of one layer, as Keras keeps them, without copying any."""
    held = file.members(file.group(layers[part.place], "vars")) if part.place in layers else {}
    if {*held} != {str(number) for number in range(len(shapes))}:
        raise _other_weights(part)
    stored = [file.stored(held[str(number)]) for number in range(len(shapes))]
    if [one.shape for one in stored] != shapes:
        raise _other_weights(part)
    arrays = [file.array(one) for one in stored]
    # The smallest and the largest number are finite only where all are.
    if not all(np.isfinite((one.min(), one.max())).all() for one in arrays):
        raise ModelFileError(
            f"The weights of the layer {part.origin} are not finite, as when training has"
            " diverged: train it again with a lower learning rate."
        )
    return arrays


def _other_weights(part):
    return ModelFileError(
        f"The weights of the layer {part.origin} are not those that its description asks for:"
        " save the model anew."
    )
