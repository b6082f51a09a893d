"""What the page *Data* says of a dataset, in words and numbers."""

from vizcore.nets.datasets import PUBLISHED
from vizcore.nets.downloads import FILES
from vizcore.ui.numbers import readable
from vizcore.ui.plain import plain

PAGE = "pages/data.py"

CHANNELS = {1: ("grey",), 3: ("red", "green", "blue")}


def megabytes(name):
    """Return how many million bytes a download takes.

    Examples
    --------
    >>> megabytes("mnist"), megabytes("cifar10")
    (11, 170)
    """
    return round(sum(file.size for file in FILES[name]) / 1e6)


def titled(choice):
    """Return what a `vizcore.nets.datasets.Choice` is called in the list."""
    if choice.origin == "download":
        return f"{choice.title} (to download, {megabytes(choice.name)} MB)"
    if choice.origin == "own":
        return f"{choice.title} (your own)"
    if choice.origin == "file" and choice.name not in PUBLISHED:
        return f"{choice.title} (own file)"
    return choice.title


def measured(data):
    """Return the size of a dataset's pictures, and how many classes there are."""
    rows, columns, channels = data.shape
    colour = "grey" if channels == 1 else "in colour"
    return f"{rows} × {columns} pixels, {colour}, {len(data.class_names)} classes."


def three_parts(data, counts, fraction):
    """Return a table of the three parts: how many pictures, where from, and what for."""
    train = validation = "the makers’ own"
    if data.validation is None:
        share, rest = (f"{readable(100 * one, 1)}%" for one in (fraction, 1 - fraction))
        train = f"{rest} of the {len(data.train):,} given for training"
        validation = f"the other {share}, drawn class by class, by the seed"
    rows = (
        ("Training", "train", train, "the network learns from them"),
        ("Validation", "validation", validation, "to choose by: when to stop, which network"),
        ("Test", "test", "set apart beforehand", "one look at the end; nothing is chosen by it"),
    )
    lines = ["| Part | Pictures | Where from | What for |", "|---|--:|---|---|"]
    for title, part, source, use in rows:
        lines.append(f"| {title} | {int(counts[part].sum()):,} | {source} | {use} |")
    return "\n".join(lines)


def why_three(counts):
    """Return why a dataset is divided, with its numbers."""
    train, validation, test = (f"{int(counts[part].sum()):,}" for part in counts)
    return (
        f"A network can learn its {train} training pictures by heart, so its accuracy on them says "
        f"little about new ones. The {validation} validation pictures are never learned from: by "
        "them one sees when to stop, and compares networks and settings. But who compares often "
        f"enough finds what suits just these {validation}. So the {test} test pictures wait until "
        "all is decided: **nothing is ever chosen by the test part**, and so its accuracy tells "
        "what to expect on new pictures."
    )


def repeated(count, test):
    """Return what it means that some test pictures have been seen before."""
    are, there = ("is", "On it") if count == 1 else ("are", "On them")
    return (
        f"{count:,} of the {test:,} test pictures {are}, level for level, also among those for "
        f"training or validation. {there} the test tells nothing about new pictures."
    )


def class_table(counts, class_names):
    """Return the pictures of each class in each part as a table."""
    rows = [
        (plain(name), *(counts[part][label] for part in counts))
        for label, name in enumerate(class_names)
    ]
    rows.append(("**All**", *(numbers.sum() for numbers in counts.values())))
    lines = ["| Class | Training | Validation | Test |", "|---|--:|--:|--:|"]
    lines += [f"| {name} | {a:,} | {b:,} | {c:,} |" for name, a, b, c in rows]
    return "\n".join(lines)


def to_beat(counts, class_names):
    """Return how often it would be right to answer the commonest class always."""
    train, test = counts["train"], counts["test"]
    label = int(train.argmax())
    only = ", the commonest class in training," if (train == train[label]).sum() == 1 else ""
    return (
        f"Always to answer “{plain(class_names[label])}”{only} would be right for "
        f"{test[label] / test.sum():.1%} of the test pictures: a network has to do better."
    )


def channel_table(mean, spread):
    """Return each channel's mean and spread, and what becomes of black and white, as a table."""
    lines = ["| Channel | Mean | Spread | black, 0 → | white, 1 → |", "|---|--:|--:|--:|--:|"]
    names = CHANNELS[len(mean)]
    for name, centre, width in zip(names, mean.tolist(), spread.tolist(), strict=True):
        by = width or 1
        numbers = (centre, width, -centre / by, (1 - centre) / by)
        told = " | ".join(readable(number, 3) for number in numbers)
        lines.append(f"| {name} | {told} |")
    return "\n".join(lines)
