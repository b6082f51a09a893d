"""What a visitor sets on the page *Train a network*, as one object and in a link."""

from dataclasses import dataclass, fields, replace

from vizcore.nets import transfer
from vizcore.nets.architectures import Architecture, layer_table
from vizcore.nets.augmentation import Augmentation
from vizcore.nets.datasets import EMBEDDED, PUBLISHED
from vizcore.nets.recipes import RECIPES, fitted
from vizcore.nets.training import TrainingSettings
from vizcore.ui.layer_settings import Network

LONGEST_DATASET = 100
MOST_PROBE = 99_999
_FEWEST = 2

_AUGMENTED = tuple(field.name for field in fields(Augmentation))
_TRAINED = tuple(field.name for field in fields(TrainingSettings) if field.name != "augmentation")


@dataclass(frozen=True)
class TrainSettings:
    """The page's settings; flat, so that each has a name of its own in a link.

    Attributes
    ----------
    dataset : str
        A name that `vizcore.nets.datasets` knows, or knew.
    network : Network
    row : int
        The row of the layer table that is explained, counted from 1.
    optimiser, rate, schedule, batch, epochs, loss, patience, minutes, seed, precision
        As in `TrainingSettings`.
    standardise, fraction, probe
        As in `TrainingJob`.
    shift, rotate, zoom, flip
        As in `Augmentation`.
    preset : str
        ``"transfer"`` where the features of a network that ships are reused, else empty.
    """

    dataset: str = EMBEDDED
    network: Network = Network.from_text("8x8x1-conv_8_3-relu-max_2-flatten-dense_10-softmax")
    row: int = 1
    optimiser: str = "adam"
    rate: float = 0.003
    schedule: str = "constant"
    batch: int = 32
    epochs: int = 10
    loss: str = "cross_entropy"
    patience: int = 0
    minutes: float = 0.0
    seed: int = 0
    precision: str = "auto"
    standardise: bool = False
    fraction: float = 0.1
    probe: int = 0
    shift: float = 0.0
    rotate: float = 0.0
    zoom: float = 0.0
    flip: bool = False
    preset: str = ""

    def __post_init__(self):
        if not 1 <= len(self.dataset) <= LONGEST_DATASET:
            raise ValueError(f"the dataset's name has 1 to {LONGEST_DATASET} characters.")
        for name, least, most in (
            ("row", 1, len(self.network.layers)),
            ("fraction", 0.01, 0.5),
            ("probe", 0, MOST_PROBE),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise ValueError(f"the {name} can be {least} to {most:,}, not {value:,}.")
        if self.preset not in ("", transfer.TRANSFER):
            raise ValueError(f"there is no preset “{self.preset[:20]}”: the only one is transfer.")
        layer_table(self.network)
        transfer.check(self.network, self.features)
        self.training()

    @property
    def features(self):
        """The network that ships whose features are reused, by name, or an empty text."""
        return transfer.SOURCE if self.preset else ""

    def training(self):
        """Return how the network is trained, as `TrainingSettings`."""
        augmentation = Augmentation(**{name: getattr(self, name) for name in _AUGMENTED})
        given = {name: getattr(self, name) for name in _TRAINED}
        return TrainingSettings(**given, augmentation=augmentation)

    def job(self):
        """Return the job that these settings ask for."""
        # Every page knows these settings, to save them as a lesson; only this one needs Dask.
        from vizcore.compute.training_job import TrainingJob

        return TrainingJob(
            self.dataset,
            Architecture.to_text(self.network),
            self.training(),
            self.standardise,
            self.fraction,
            self.probe,
            self.features,
        )

    @classmethod
    def of(cls, job):
        """Return the settings that ask for a job, as to run it again with changes."""
        return cls(
            job.dataset,
            Network.from_text(job.network),
            standardise=job.standardise,
            fraction=job.fraction,
            probe=job.probe,
            preset=transfer.TRANSFER if job.features else "",
            **_flat(job.training),
        )

    @classmethod
    def usual(cls, given):
        """Return the settings of a link that names nothing but a preset: those of its recipe.

        How many classes a dataset of one's own has is not known here; of a published one it is.
        """
        if given.get("preset") == transfer.TRANSFER:
            known = PUBLISHED.get(given.get("dataset", EMBEDDED))
            classes = len(known.class_names) if known else _FEWEST
            # The link names the preset itself.
            return replace(cls().transferring(classes), preset="")
        slug = given["network"].slug if "network" in given else None
        return cls().by_recipe(slug) if slug in RECIPES else cls()

    def by_recipe(self, name):
        """Return these settings with those that a preset is trained with; the seed stays."""
        recipe = transfer.RECIPE if name == transfer.TRANSFER else RECIPES[name]
        flat = {**_flat(recipe.training), "seed": self.seed}
        return replace(self, standardise=recipe.standardise, **flat)

    def transferring(self, classes):
        """Return these settings with the features of a network that ships, and its recipe."""
        one = transfer.with_new_head(transfer.SOURCE, classes)
        network = Network(one.input, one.layers)
        changed = replace(self, network=network, row=1, preset=transfer.TRANSFER)
        return changed.by_recipe(transfer.TRANSFER)

    def trying(self, network):
        """Return these settings for a network from another page: a preset brings its recipe."""
        slug, known = network.slug, PUBLISHED.get(self.dataset)
        if slug not in RECIPES:
            return self.showing(network)
        if known:
            one = fitted(network, known.shape, len(known.class_names))
            network = Network(one.input, one.layers)
        return self.showing(network).by_recipe(slug)

    def showing(self, network, row=1):
        """Return these settings with another network, the row made to fit.

        Where it has nothing in common with the one whose features were reused, nothing is.
        """
        preset = self.preset if transfer.shared(network, self.features) else ""
        row = max(1, min(row, len(network.layers)))
        return replace(self, network=network, row=row, preset=preset)


def _flat(training):
    """Return every number of the training settings, those of the augmentation among them."""
    given = {name: getattr(training, name) for name in _TRAINED}
    given |= {name: getattr(training.augmentation, name) for name in _AUGMENTED}
    # A link tells 0 from 0.0.
    kinds = {field.name: type(field.default) for field in fields(TrainSettings)}
    return {name: kinds[name](value) for name, value in given.items()}
