"""Pictures by class as they are collected: added, renamed, removed, never too many."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from vizcore.nets.own_classes import MOST_BYTES, MOST_CLASSES, MOST_PICTURES, Picture
from vizcore.nets.picture_archive import Found, Skipped, clean_name


@dataclass(frozen=True, eq=False)
class Collection:
    """What has been collected; every change makes another one.

    Attributes
    ----------
    classes : mapping of str to tuple of Picture
        In the order in which they came.
    skipped : tuple of Skipped
        What could not be used.
    """

    classes: Mapping[str, tuple[Picture, ...]] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()

    @property
    def count(self):
        """The number of pictures."""
        return sum(map(len, self.classes.values()))

    @property
    def size(self):
        """Bytes of the pictures."""
        return sum(one.pixels.nbytes for one in chain.from_iterable(self.classes.values()))

    def adding(self, found: Iterable[Found | Skipped]):
        """Take in pictures, as far as there is room; the others are skipped and told.

        Examples
        --------
        >>> import numpy as np
        >>> one = Found("cat", "1.png", np.zeros((5, 5, 3), np.uint8))
        >>> Collection().adding([one, one]).count
        2
        """
        classes = {name: list(pictures) for name, pictures in self.classes.items()}
        skipped, count, size = list(self.skipped), self.count, self.size
        for one in found:
            if isinstance(one, Skipped):
                skipped.append(one)
                continue
            picture = Picture.of(one.name, one.pixels)
            if why := _no_room(classes, one.class_name, count, size + picture.pixels.nbytes):
                skipped.append(Skipped(f"{one.class_name}/{one.name}", why))
                continue
            classes.setdefault(one.class_name, []).append(picture)
            count, size = count + 1, size + picture.pixels.nbytes
        return Collection({name: tuple(some) for name, some in classes.items()}, tuple(skipped))

    def renaming(self, name, new):
        """Call a class otherwise; where another one is called so, it becomes part of that."""
        new, classes = clean_name(new), {}
        for each, pictures in self.classes.items():
            called = new if each == name else each
            classes[called] = (*classes.get(called, ()), *pictures)
        return replace(self, classes=classes)

    def without_class(self, name):
        """Drop a class."""
        return replace(self, classes={k: v for k, v in self.classes.items() if k != name})

    def without(self, name, places):
        """Drop the pictures at these places of a class, and the class with its last one."""
        if name not in self.classes:
            return self
        left = tuple(one for i, one in enumerate(self.classes[name]) if i not in set(places))
        if not left:
            return self.without_class(name)
        return replace(self, classes={**self.classes, name: left})


def _no_room(classes, name, count, size):
    """Say why there is no room for a picture, or return an empty text."""
    if name not in classes and len(classes) >= MOST_CLASSES:
        return f"There are {MOST_CLASSES} classes already, the most that are taken."
    if count >= MOST_PICTURES:
        return f"There are {MOST_PICTURES:,} pictures already, the most that are taken."
    if size > MOST_BYTES:
        return "There is no room left: the pictures before it are as much as is taken."
    return ""
