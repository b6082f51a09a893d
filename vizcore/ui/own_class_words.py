"""What the page *Your own classes* says of pictures, in words."""

from datetime import datetime

from vizcore.ui.plain import plain

FEW = 5

PRIVACY = (
    "Nobody else sees a dataset of yours listed, but whoever has a link to it, or to a run that "
    "learned from it, can see its pictures for as long as it is kept. The one picture that such a "
    "run follows while it learns stays until the run is deleted."
)


def counted(count, what="picture"):
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1), counted(1200), counted(2, "class")
    ('1 picture', '1,200 pictures', '2 classes')
    """
    plural = f"{what}es" if what.endswith("s") else f"{what}s"
    return f"{count:,} {what if count == 1 else plural}"


def brought(count, classes, left_out=0, skipped=0):
    """Return how much there is, and how much of what was brought is not part of it, in Markdown.

    Parameters
    ----------
    count, classes : int
        What a dataset would hold.
    left_out : int
        Pictures that their class has already.
    skipped : int
        Files that could not be used.

    Examples
    --------
    >>> brought(12, 2)
    '**12 pictures in 2 classes**'
    >>> brought(62, 2, left_out=1, skipped=2)
    '**62 pictures in 2 classes** (1 more left out, 2 files skipped)'
    """
    missing = [f"{left_out:,} more left out"] if left_out else []
    missing += [f"{counted(skipped, 'file')} skipped"] if skipped else []
    aside = f" ({', '.join(missing)})" if missing else ""
    return f"**{counted(count)} in {counted(classes, 'class')}**{aside}"


def counts_table(class_names, train, test):
    """Return the pictures of each class in each part, as a table in Markdown.

    Parameters
    ----------
    class_names : sequence of str
        Anybody's text.
    train, test : sequence of int
        By class.
    """
    lines = ["| Class | To learn from | For the test | Together |", "|---|--:|--:|--:|"]
    rows = [*zip(map(plain, class_names), train, test, strict=True)]
    rows.append(("**All**", sum(train), sum(test)))
    lines += [f"| {name} | {a:,} | {b:,} | {a + b:,} |" for name, a, b in rows]
    return "\n".join(lines)


def repeats(found):
    """Return which pictures were left out because their class has them already.

    Parameters
    ----------
    found : sequence of (str, str, str)
        As `vizcore.nets.own_classes.Made.repeats`.
    """
    told = [f"“{plain(name)}” is “{plain(first)}” ({plain(label)})" for label, name, first in found]
    are, they = ("is", "it is") if len(found) == 1 else ("are", "they are")
    return (
        f"{counted(len(found))} {are} there twice, level for level, and {they} left out: "
        f"{_few(told)}. Else the test could ask for a picture that was learned by heart."
    )


def shared(found):
    """Return which pictures are in several classes.

    Parameters
    ----------
    found : sequence of sequence of (str, str)
        As `vizcore.nets.own_classes.Made.shared`.
    """
    told = [
        " and ".join(f"“{plain(name)}” in {plain(label)}" for label, name in equal)
        for equal in found
    ]
    what = "A picture is" if len(found) == 1 else f"{counted(len(found))} are"
    return (
        f"{what} in two classes, level for level: {_few(told, '; ')}. A network cannot tell apart "
        "what is the same: remove one of each."
    )


def skipped_list(skipped):
    """Return what was skipped and why, as a list in Markdown."""
    return "\n".join(f"- **{plain(one.name)}**: {plain(one.why)}" for one in skipped)


def about(kept):
    """Return what a dataset that is kept holds, in a line.

    Parameters
    ----------
    kept : vizcore.nets.own_datasets.Kept
    """
    rows, columns, channels = kept.shape
    each = ", ".join(
        f"{plain(name)} {count:,}"
        for name, count in zip(kept.class_names, kept.counts, strict=True)
    )
    colour = "grey" if channels == 1 else "in colour"
    return f"{counted(sum(kept.counts))} of {rows} × {columns} pixels, {colour}: {each}."


def day(seconds):
    """Write a date.

    Examples
    --------
    >>> day(86_400 * 5)
    '6 January 1970'
    """
    when = datetime.fromtimestamp(seconds)
    return f"{when.day} {when:%B %Y}"


def divided(fraction):
    """Return what the test part is for.

    Examples
    --------
    >>> divided(0.2).startswith("20% of each class")
    True
    """
    return (
        f"{fraction:.0%} of each class, drawn by the seed, wait for the test at the end: nothing "
        "is learned from them, and nothing is chosen by them."
    )


def _few(told, between=", "):
    more = len(told) - FEW
    return between.join(told[:FEW]) + (f"{between}and {more:,} more" if more > 0 else "")
