import numpy as np
import pytest

from vizcore.nets import collection
from vizcore.nets.collection import Collection
from vizcore.nets.picture_archive import Found, Skipped


def found(class_name, *names, side=4):
    return [Found(class_name, name, np.zeros((side, side, 3), np.uint8)) for name in names]


def names(collected):
    return {name: [one.name for one in some] for name, some in collected.classes.items()}


PETS = Collection().adding([*found("cat", "1", "2"), *found("dog", "a"), *found("cat", "3")])


def test_pictures_come_to_their_classes_in_order():
    assert names(PETS) == {"cat": ["1", "2", "3"], "dog": ["a"]}
    assert (PETS.count, PETS.size) == (4, 4 * 48)
    more = PETS.adding(found("dog", "b"))
    assert names(more)["dog"] == ["a", "b"] and names(PETS)["dog"] == ["a"]


def test_a_large_picture_is_held_small():
    (picture,) = Collection().adding(found("cat", "1", side=500)).classes["cat"]
    assert picture.pixels.shape == (96, 96, 3)


def test_what_was_skipped_is_added_up():
    first = PETS.adding([Skipped("x", "It is bad."), *found("dog", "b")])
    assert names(first)["dog"] == ["a", "b"]
    both = first.adding([Skipped("y", "Worse.")])
    assert both.skipped == (Skipped("x", "It is bad."), Skipped("y", "Worse."))


def test_a_class_is_renamed_where_it_stands():
    assert names(PETS.renaming("cat", " tom\ncat ")) == {"tom cat": ["1", "2", "3"], "dog": ["a"]}
    assert [*PETS.renaming("dog", "").classes] == ["cat", "?"]
    assert names(PETS.renaming("bird", "x")) == names(PETS)


def test_two_classes_that_are_called_alike_become_one():
    assert names(PETS.renaming("dog", "cat")) == {"cat": ["1", "2", "3", "a"]}
    assert names(PETS.renaming("cat", "dog")) == {"dog": ["1", "2", "3", "a"]}


def test_a_class_and_pictures_are_removed():
    assert names(PETS.without_class("cat")) == {"dog": ["a"]}
    assert names(PETS.without("cat", [0, 2])) == {"cat": ["2"], "dog": ["a"]}
    assert names(PETS.without("dog", [0])) == {"cat": ["1", "2", "3"]}
    assert names(PETS.without("bird", [0])) == names(PETS)


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [
        ("MOST_CLASSES", 2, "There are 2 classes already"),
        ("MOST_PICTURES", 4, "There are 4 pictures already"),
        ("MOST_BYTES", 4 * 48, "no room left"),
    ],
)
def test_what_there_is_no_room_for_is_skipped_and_told(monkeypatch, limit, value, said):
    monkeypatch.setattr(collection, limit, value)
    more = PETS.adding(found("bird", "b"))
    assert names(more) == names(PETS)
    (one,) = more.skipped
    assert one.name == "bird/b" and said in one.why
    monkeypatch.setattr(collection, limit, value + 48)
    assert names(PETS.adding(found("bird", "b")))["bird"] == ["b"]
