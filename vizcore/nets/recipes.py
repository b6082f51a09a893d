"""Presets one can train: how each is trained, and how it is fitted to a dataset."""

from dataclasses import dataclass, replace

from vizcore.nets.architectures import Architecture
from vizcore.nets.augmentation import Augmentation
from vizcore.nets.layers import Dense
from vizcore.nets.training import TrainingSettings


@dataclass(frozen=True)
class Recipe:
    """How a preset is trained.

    Attributes
    ----------
    training : TrainingSettings
    standardise : bool
    note : str
        What is known of the settings: the slides', or ours.
    """

    training: TrainingSettings
    standardise: bool = False
    note: str = "The settings are ours."


_RECONSTRUCTED = (
    "The layers are the slides'. They do not show the optimiser and the augmentation: those are "
    "our reconstruction."
)
_SMALL_CHANGES = Augmentation(shift=0.1, rotate=10.0)

RECIPES = {
    "simplest-cnn": Recipe(TrainingSettings()),
    "mnist-mlp": Recipe(
        TrainingSettings("adam", 0.001, batch=32, epochs=5),
        note="The settings are the slides'.",
    ),
    "mnist-five-conv": Recipe(
        TrainingSettings(
            "adadelta", 1.0, "plateau", batch=512, epochs=50, augmentation=_SMALL_CHANGES
        ),
        note=_RECONSTRUCTED,
    ),
    "cifar-six-conv": Recipe(
        TrainingSettings(
            "adadelta",
            1.0,
            "plateau",
            batch=512,
            epochs=50,
            augmentation=Augmentation(shift=0.1, flip=True),
        ),
        note=_RECONSTRUCTED,
    ),
    "small-vgg": Recipe(TrainingSettings("adam", 0.001, "cosine", batch=128, epochs=10)),
    "tiny": Recipe(TrainingSettings("adam", 0.002, "cosine", batch=128, epochs=20)),
}
"""Preset → its recipe."""


def fitted(architecture, shape, classes):
    """Return a network for another size of picture and another number of classes.

    Parameters
    ----------
    architecture : Architecture
    shape : (int, int, int)
    classes : int

    Examples
    --------
    >>> from vizcore.nets.architectures import preset
    >>> fitted(preset("simplest-cnn"), (8, 8, 1), 3).to_text()
    '8x8x1-conv_8_3-relu-max_2-flatten-dense_3-softmax'
    """
    layers = list(architecture.layers)
    last = max((i for i, layer in enumerate(layers) if isinstance(layer, Dense)), default=None)
    if last is not None:
        layers[last] = replace(layers[last], units=classes)
    return Architecture(tuple(shape), tuple(layers))
