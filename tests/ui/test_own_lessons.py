import pytest

from vizcore.export.lesson_list import MOST_LESSONS, SavedLesson
from vizcore.export.permalink import LinkError
from vizcore.ui.own_lessons import OwnLessons


def saved(*names):
    return [SavedLesson(name, "pooling", {"mode": "average"}) for name in names]


def holding(*names):
    own = OwnLessons()
    own.take_in(saved(*names))
    return own


def names(own):
    return [lesson.name for lesson in own.lessons.values()]


def rows(own, **renamed):
    return [
        {"id": one, "name": renamed.get(lesson.name, lesson.name)}
        for one, lesson in own.lessons.items()
    ]


def test_lessons_come_at_the_end_or_instead():
    own = holding("a", "b")
    own.take_in(saved("c"))
    assert names(own) == ["a", "b", "c"]
    own.take_in(saved("d", "a"), instead=True)
    assert names(own) == ["d", "a"]
    assert own.version == 3


def test_a_browser_arranges_them():
    own = holding("a", "b", "c")
    a, b, c = rows(own, b="B")
    own.arrange([c, b])
    assert names(own) == ["c", "B"]
    assert own.version == 1  # the browser knows already


def test_what_was_deleted_or_replaced_may_come_back():
    own = holding("a", "b")
    before = rows(own)
    own.arrange([])
    assert names(own) == []
    own.take_in(saved("c"), instead=True)
    own.arrange(before)
    assert names(own) == ["a", "b"]


def test_a_full_list_takes_nothing_more_and_stays():
    own = holding(*map(str, range(MOST_LESSONS)))
    with pytest.raises(LinkError, match="up to 60 lessons. Yours has 60"):
        own.take_in(saved("one more"))
    assert len(own.order) == MOST_LESSONS and own.version == 1
    own.take_in(saved("alone"), instead=True)
    assert names(own) == ["alone"]


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: None,
        lambda rows: [None],
        lambda rows: [{}],
        lambda rows: [{"id": "99", "name": "x"}],
        lambda rows: [{"id": ["1"], "name": "x"}],
        lambda rows: [{"id": "1", "name": ""}],
        lambda rows: [{"id": "1", "name": 3}],
        lambda rows: rows * 2,
    ],
)
def test_an_arrangement_that_makes_no_sense_changes_nothing(change):
    own = holding("a", "b")
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        own.arrange(change(rows(own)))
    assert names(own) == ["a", "b"]


def test_a_long_visit_forgets_what_was_deleted_long_ago():
    own = OwnLessons()
    for _ in range(40):
        own.take_in(saved(*map(str, range(MOST_LESSONS))), instead=True)
    assert len(own._known) == 10 * MOST_LESSONS
    assert len(own.lessons) == MOST_LESSONS
