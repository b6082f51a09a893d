from urllib.parse import parse_qsl

import pytest

from vizcore.export.permalink import LONGEST_LINK, from_query
from vizcore.lessons import LESSONS
from vizcore.ui.frame import PAGES
from vizcore.ui.lesson_links import KINDS, address_of, query_of, settings_of


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lessons_link_leads_to_its_page_in_its_state(slug):
    lesson = LESSONS[slug]
    assert f"pages/{lesson.page}.py" in PAGES
    settings = settings_of(lesson)
    assert isinstance(settings, KINDS[lesson.page])
    page, _, query = address_of(lesson.page, query_of(settings)).partition("?")
    assert page == lesson.page and query and len(query) < LONGEST_LINK
    assert from_query(KINDS[page], dict(parse_qsl(query))) == settings


@pytest.mark.parametrize("page", KINDS)
def test_even_the_default_names_something(page):
    assert query_of(KINDS[page]())
