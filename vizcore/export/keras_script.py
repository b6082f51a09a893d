"""A run as a Keras script that anybody can read and start: the same data, network and draws."""

from textwrap import fill, indent

from vizcore.export.written_layers import written_changes, written_layers
from vizcore.nets.architectures import layer_table
from vizcore.nets.datasets import EMBEDDED, PUBLISHED
from vizcore.nets.precision import policy
from vizcore.nets.schedules import PATIENCE
from vizcore.nets.transfer import shared

_MIXED = "mixed_bfloat16"


def keras_script(name, dataset, network, training, preparation, *, fraction=0.1, features=""):
    """Write a script that does with Keras alone what a run has done.

    Without augmentation and in float32 its losses are the run's, but for rounding: the weights, the
    validation part, the order of the pictures and dropout are drawn by the same seeds.

    Parameters
    ----------
    name : str
        What the run is called.
    dataset : str
        A name that `vizcore.nets.datasets` knows.
    network : vizcore.nets.architectures.Architecture
    training : vizcore.nets.training.TrainingSettings
    preparation : vizcore.nets.preparation.Preparation
        As it was fitted to the training part.
    fraction : float
        As in `vizcore.nets.splits.three_parts`.
    features : str
        The network that ships whose first layers are kept, as in `vizcore.nets.transfer`; the
        script then reads their weights from a file, `weights_file`, that must lie beside it.

    Returns
    -------
    str

    Examples
    --------
    >>> from vizcore.nets.architectures import preset
    >>> from vizcore.nets.preparation import Preparation
    >>> from vizcore.nets.training import TrainingSettings
    >>> script = keras_script(
    ...     "Mine", "mnist", preset("mnist-mlp"), TrainingSettings(epochs=3), Preparation()
    ... )
    >>> [line for line in script.splitlines() if line.startswith(("# Mine", "EPOCHS"))]
    ['# Mine', 'EPOCHS = 3']
    """
    mixed = policy(training.precision) == _MIXED
    classes = layer_table(network)[-1].shape[0]
    parts = (
        _opening(name, training, mixed, features),
        _imports(dataset, preparation),
        _settings(training, classes, fraction, mixed),
        _SET_ASIDE,
        _data(dataset),
        *_shaping(preparation),
        _scaling(preparation, features),
        "" if training.loss == "cross_entropy" else _ONE_HOT,
        _network(network, training.seed, mixed),
        _kept(network, features) if features else "",
        _compilation(training),
        *_augmentation(training),
        _batches(training),
        _SAME_DROPOUT,
        _ONE_CYCLE if training.schedule == "one_cycle" else "",
        _callbacks(training),
        _TRAINING,
    )
    return _joined(part.strip("\n") for part in parts if part)


def weights_file(features):
    """Return the name of the file from which a script reads the weights that are kept.

    Examples
    --------
    >>> weights_file("objects")
    'objects.npz'
    """
    return f"{features}.npz"


def _joined(parts):
    """Put one blank line between parts, and two around functions and classes."""
    text, before = "", False
    for part in parts:
        defines = part.startswith(("def ", "class "))
        text += ("\n\n" if before or defines else "\n") * bool(text) + part + "\n"
        before = defines
    return text


# ---- What comes first ----


def _opening(name, training, mixed, features):
    lines = [
        _one_line(name),
        "",
        "Trains the network of this run again, with Keras 3 on TensorFlow. The weights, the",
        "validation part, the order of the pictures and dropout are drawn by the run's seeds.",
        *_likeness(training, mixed),
        *_needed(features),
    ]
    return "\n".join(f"# {line}".rstrip() for line in lines)


def _one_line(name):
    r"""Keep a name within its comment, whatever it is made of.

    >>> _one_line("a\nimport os\0\u2028b")
    'a import os  b'
    """
    return "".join(one if one.isprintable() else " " for one in name)


def _likeness(training, mixed):
    """Say how like the run's the figures will be, and why not more."""
    if not training.augmentation and not mixed:
        yield "So its losses are those of the run, but for rounding."
    else:
        yield "Its losses will still differ a little from the run's:"
    if training.augmentation:
        yield "- Keras's layers draw other changes of the pictures than the app, of the same range;"
    if mixed:
        yield "- bfloat16 keeps few digits, and processors round differently."
    if training.minutes:
        yield f"The run had {training.minutes:g} minutes; this script takes as long as it needs."


def _needed(features):
    if features:
        yield f"Its first layers are frozen. Their weights are read from {weights_file(features)},"
        yield "which the app offers for download beside this script: put it into the same folder."


def _imports(dataset, preparation):
    needs = ["keras", "tensorflow", "numpy"]
    before, behind = [], []
    if preparation.side:
        needs.append("opencv-python-headless")
        before = ["import cv2"]
    if dataset == EMBEDDED:
        needs.append("scikit-learn")
        behind = ["from sklearn.datasets import load_digits"]
    lines = [
        f"# It needs: pip install {' '.join(needs)}",
        "",
        "import math",
        "",
        *before,
        "import keras",
        "import numpy as np",
        "from keras import layers",
        "from keras.initializers import GlorotUniform",
        *behind,
    ]
    return "\n".join(lines)


def _settings(training, classes, fraction, mixed):
    lines = [
        f"SEED = {training.seed}",
        f"CLASSES = {classes}",
        f"VALIDATION = {fraction!r}  # of the training pictures, where no such part is given",
        f"BATCH = {training.batch}",
        f"EPOCHS = {training.epochs}",
        f"RATE = {training.rate!r}",
    ]
    if mixed:
        lines += ["", f'keras.config.set_dtype_policy("{_MIXED}")  # or "float32"']
    return "\n".join(lines)


# ---- Data ----

_SET_ASIDE = '''
def set_aside(x, y, fraction, seed):
    """Draw a fraction of every class; return what stays, then what is set aside."""
    rng = np.random.default_rng(seed)
    classes, sizes = np.unique(y, return_counts=True)
    shares = sizes * fraction
    numbers = np.floor(shares).astype(int)
    # What does not divide goes to the largest remainders, and one picture of each class stays.
    missing = max(1, round(fraction * len(y))) - numbers.sum()
    shuffled = rng.permutation(np.flatnonzero((sizes > 1) & (shares > numbers)))
    largest = shuffled[np.argsort((numbers - shares)[shuffled], kind="stable")]
    numbers[largest[: max(0, missing)]] += 1
    numbers = np.minimum(numbers, sizes - 1)
    drawn = [rng.permutation(np.flatnonzero(y == k))[:n] for k, n in zip(classes, numbers)]
    aside = np.sort(np.concatenate(drawn))
    return np.delete(x, aside, axis=0), np.delete(y, aside), x[aside], y[aside]
'''

_VALIDATION = """\
x_train, y_train, x_validation, y_validation = set_aside(x_train, y_train, VALIDATION, SEED)
"""

_DIGITS = f"""\
digits = load_digits()
x = np.rint(digits.images * (255 / 16)).astype("uint8")[..., np.newaxis]
x_train, y_train, x_test, y_test = set_aside(x, digits.target, 0.2, seed=1797)
{_VALIDATION}"""

_FILE = f"""\
FILE = "DATASET.npz"  # the path of the dataset's file
with np.load(FILE) as file:
    arrays = dict(file)
# The arrays are named as in keras.datasets, or as in MedMNIST.
medmnist = "train_images" in arrays
pictures, labels = ("{{}}_images", "{{}}_labels") if medmnist else ("x_{{}}", "y_{{}}")
for name, x in arrays.items():
    if "label" in name or name[0] == "y":
        arrays[name] = x.reshape(-1).astype("int64")
    elif x.dtype.kind in "buif":
        in_unit = x.dtype.kind == "b" or x.dtype.kind == "f" and x.max() <= 1
        x = np.rint(x * np.float32(255 if in_unit else 1)).astype("uint8")
        arrays[name] = x.reshape(*x.shape[:3], -1)
x_train, y_train = arrays[pictures.format("train")], arrays[labels.format("train")]
x_test, y_test = arrays[pictures.format("test")], arrays[labels.format("test")]
if "val_images" in arrays:
    x_validation, y_validation = arrays["val_images"], arrays["val_labels"]
else:
{indent(_VALIDATION, "    ")}"""


def _data(dataset):
    if dataset == EMBEDDED:
        return _DIGITS
    if dataset not in PUBLISHED:
        return _FILE.replace("DATASET", dataset)
    shape = (-1, *PUBLISHED[dataset].shape)
    return f"""\
(x_train, y_train), (x_test, y_test) = keras.datasets.{dataset}.load_data()
x_train, x_test = x_train.reshape{shape}, x_test.reshape{shape}
y_train, y_test = y_train.reshape(-1).astype("int64"), y_test.reshape(-1).astype("int64")
{_VALIDATION}"""


# ---- Preparation ----


def _shaping(preparation):
    """Write what brings pictures to the network's size and channels, where they need it."""
    steps = []
    if side := preparation.side:
        size = f"({side}, {side})"
        steps += [
            f"method = cv2.INTER_AREA if min(x.shape[1:3]) >= {side} else cv2.INTER_LINEAR",
            f"resized = [cv2.resize(one, {size}, interpolation=method) for one in x]",
            f"x = np.stack(resized).reshape(len(x), {side}, {side}, -1)",
        ]
    if preparation.channels == 3:
        steps.append("x = np.repeat(x, 3, axis=3)")
    if preparation.channels == 1:
        steps += [
            "grey = (x * np.uint32([299, 587, 114])).sum(axis=3, keepdims=True)",
            'x = ((grey + 500) // 1000).astype("uint8")',
        ]
    if not steps:
        return
    body = "\n".join((*steps, "return x"))
    yield f'''\
def shaped(x):
    """Give pictures the size and the channels that the network takes."""
{indent(body, "    ")}
'''
    yield "x_train, x_validation, x_test = shaped(x_train), shaped(x_validation), shaped(x_test)"


def _scaling(preparation, features):
    if preparation.mean is None:
        return '''\
def prepared(x):
    """Bring levels from 0–255 to 0–1."""
    return np.asarray(x, "float32") / 255
'''
    about = "Give each channel mean 0 and standard deviation 1 over the training part."
    of_mean, of_deviation = (f"  # x_train.{one}(axis=(0, 1, 2)) / 255" for one in ("mean", "std"))
    if features:
        about = "Scale each channel as in the pictures from which the frozen layers were learned."
        of_mean = of_deviation = ""
    return f'''\
def prepared(x):
    """{about}"""
    mean = np.float32({list(preparation.mean)}){of_mean}
    deviation = np.float32({list(preparation.spread)}){of_deviation}
    return (np.asarray(x, "float32") / 255 - mean) / deviation
'''


_ONE_HOT = """\
# This loss compares the outputs with 1 for the true class and 0 for all others.
one_hot = np.eye(CLASSES, dtype="float32")
y_train, y_validation, y_test = one_hot[y_train], one_hot[y_validation], one_hot[y_test]
"""


# ---- The network ----


def _network(network, seed, mixed):
    usual = None if mixed else "float32"
    return "\n".join(
        (
            "# The seeds are the run's: the weights begin as they did there.",
            *written_layers(network, seed, usual_dtype=usual),
            "model = keras.Model(inputs, x)",
            "model.summary()",
        )
    )


def _kept(network, features):
    rows = layer_table(network)[: shared(network, features)]
    names = [row.name for row in rows if row.parameters]
    return f'''\
# The frozen layers keep their weights; a frozen BatchNormalization takes its running mean and
# variance, in training too.
FROZEN = """
{fill(" ".join(names), 88, initial_indent="    ", subsequent_indent="    ")}
"""
PARTS = "kernel", "bias", "gamma", "beta", "mean", "variance"
with np.load("{weights_file(features)}") as file:
    for name in FROZEN.split():
        held = [file[f"{{name}}/{{part}}"] for part in PARTS if f"{{name}}/{{part}}" in file]
        model.get_layer(name).set_weights(held)
        model.get_layer(name).trainable = False
'''


# ---- Training ----

_OPTIMISERS = {
    "sgd": "SGD(RATE)",
    "momentum": "SGD(RATE, momentum=0.9, nesterov=True)",
    "rmsprop": "RMSprop(RATE)",
    "adam": "Adam(RATE)",
    "adamw": "AdamW(RATE)",
    "adadelta": "Adadelta(RATE)",
}
_LOSSES = {
    "cross_entropy": "sparse_categorical_crossentropy",
    "squared_error": "mean_squared_error",
    "hinge": "categorical_hinge",
}


def _compilation(training):
    optimiser = _OPTIMISERS[training.optimiser]
    if training.schedule == "cosine":
        optimiser = optimiser.replace("RATE", "keras.optimizers.schedules.CosineDecay(RATE, STEPS)")
    return f"""\
BATCHES = math.ceil(len(x_train) / BATCH)
STEPS = EPOCHS * BATCHES
model.compile(
    optimizer=keras.optimizers.{optimiser},
    loss="{_LOSSES[training.loss]}",
    metrics=["accuracy"],
)
"""


def _augmentation(training):
    if training.augmentation:
        lines = written_changes(training.augmentation, training.seed)
        yield "\n".join(("# Every epoch sees the pictures changed anew.", *lines))


def _batches(training):
    changed = """
            for change in changes:
                x = change(x, training=True)"""
    return f'''\
def batches():
    """Give all training pictures in every epoch, each time in another order."""
    for epoch in range(EPOCHS):
        order = np.random.default_rng((SEED, epoch)).permutation(len(x_train))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            x = x_train[places]{changed if training.augmentation else ""}
            yield prepared(x), y_train[places]
'''


_SAME_DROPOUT = '''
class SameDropout(keras.callbacks.Callback):
    """Let dropout draw in every epoch what it drew in the run."""

    def on_epoch_begin(self, epoch, logs=None):
        drawing = [layer for layer in self.model.layers if hasattr(layer, "seed_generator")]
        for place, layer in enumerate(drawing):
            state = np.random.default_rng((SEED, epoch, place)).integers(0, 2**31, 2)
            layer.seed_generator.state.assign(state.astype("uint32"))
'''

_ONE_CYCLE = '''
class OneCycle(keras.callbacks.Callback):
    """Raise the rate over the first 30% of all steps, then lower it; both along a cosine."""

    step = 0

    def on_train_batch_begin(self, batch, logs=None):
        done = self.step / STEPS
        if done < 0.3:
            rate = self.between(RATE / 25, RATE, done / 0.3)
        else:
            rate = self.between(RATE, RATE * 1e-4 / 25, (done - 0.3) / 0.7)
        self.model.optimizer.learning_rate = rate
        self.step += 1

    def between(self, start, end, share):
        return end + (start - end) * (1 + math.cos(math.pi * share)) / 2
'''


def _callbacks(training):
    written = ["SameDropout()"]
    if training.schedule == "plateau":
        settings = f"factor=0.5, patience={PATIENCE}, min_delta=0"
        written.append(f'keras.callbacks.ReduceLROnPlateau("val_loss", {settings})')
    if training.schedule == "one_cycle":
        written.append("OneCycle()")
    if training.patience:
        settings = f"patience={training.patience}, restore_best_weights=True"
        written.append(f'keras.callbacks.EarlyStopping("val_loss", {settings})')
    return "\n".join(("callbacks = [", *(f"    {one}," for one in written), "]"))


_TRAINING = """\
history = model.fit(
    batches(),
    steps_per_epoch=BATCHES,
    epochs=EPOCHS,
    validation_data=(prepared(x_validation), y_validation),
    validation_batch_size=BATCH,
    callbacks=callbacks,
)

# The test part is looked at once, when nothing is left to be chosen.
loss, accuracy = model.evaluate(prepared(x_test), y_test, batch_size=BATCH)
print(f"Test accuracy: {accuracy:.2%}")
model.save("model.keras")
"""
