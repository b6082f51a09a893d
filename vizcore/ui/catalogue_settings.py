"""What a visitor sets on the page *Lessons*, as one object and in a link."""

from dataclasses import dataclass

from vizcore.lessons import DECKS, TOPICS
from vizcore.ui.numbers import quoted

LONGEST_WORDS = 60


@dataclass(frozen=True)
class CatalogueSettings:
    """Which lessons the page lists.

    Attributes
    ----------
    topic : str
        A key of `TOPICS`, or empty for all.
    deck : str
        A key of `DECKS`, or empty for all.
    words : str
        What a lesson's title, topic, page or correction must hold.
    """

    topic: str = ""
    deck: str = ""
    words: str = ""

    def __post_init__(self):
        if self.topic and self.topic not in TOPICS:
            raise ValueError(f"there is no topic named {quoted(self.topic)}.")
        if self.deck and self.deck not in DECKS:
            raise ValueError(f"there is no deck named {quoted(self.deck)}.")
        if len(self.words) > LONGEST_WORDS:
            raise ValueError(f"the words can have up to {LONGEST_WORDS} characters.")

    def chosen(self, titles):
        """Return the lessons to list.

        Parameters
        ----------
        titles : dict
            Page to its title.

        Returns
        -------
        dict
            Topic to a dict of slug to lesson; no topic without a lesson.
        """
        found = {}
        for topic, lessons in TOPICS.items():
            if self.topic in ("", topic):
                kept = {
                    slug: lesson
                    for slug, lesson in lessons.items()
                    if self._keeps(lesson, f"{topic} {titles.get(lesson.page, '')} {slug}")
                }
                if kept:
                    found[topic] = kept
        return found

    def _keeps(self, lesson, about):
        text = f"{lesson.title} {about} {lesson.correction or ''}".casefold()
        in_deck = not self.deck or self.deck in lesson.deck.split(", ")
        return in_deck and all(word in text for word in self.words.casefold().split())
