"""What a visitor sets on the page *Data*, as one object and in a link."""

from dataclasses import dataclass

from vizcore.nets.datasets import EMBEDDED
from vizcore.nets.layouts import MAX_CLASSES

LONGEST_DATASET = 100
LEAST_FRACTION, MOST_FRACTION = 0.01, 0.5
MOST_SEED = 9999
ALL = -1


@dataclass(frozen=True)
class DataSettings:
    """The page's settings.

    Attributes
    ----------
    dataset : str
        A name that `vizcore.nets.datasets` knows, or knew.
    fraction : float
        How much of the training part is set aside for validation, where the dataset does not say.
    seed : int
        Decides which pictures are set aside, and which samples are shown.
    label : int
        The class whose samples are shown, or `ALL`.
    """

    dataset: str = EMBEDDED
    fraction: float = 0.1
    seed: int = 0
    label: int = ALL

    def __post_init__(self):
        if not 1 <= len(self.dataset) <= LONGEST_DATASET:
            raise ValueError(f"the dataset's name has 1 to {LONGEST_DATASET} characters.")
        for name, least, most in (
            ("fraction", LEAST_FRACTION, MOST_FRACTION),
            ("seed", 0, MOST_SEED),
            ("label", ALL, MAX_CLASSES - 1),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise ValueError(f"the {name} can be {least} to {most:,}, not {value:,}.")
