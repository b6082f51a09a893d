from urllib.parse import parse_qsl

import pytest

from vizcore.export.permalink import from_query
from vizcore.imaging import KERNELS
from vizcore.ui.filter_settings import FilterSettings, FilterStep, Steps

PAGE = "app.py"
SLIDES = ["edge_laplacian8", "edge_laplacian4", "edge_diagonal", "sharpen", "box_blur",
          "gaussian_blur", "identity"]  # fmt: skip


def element(at, key):
    return next(one for one in at.main if getattr(one, "key", None) == key)


def test_it_opens_with_one_title_and_a_picture(page):
    at = page()
    assert not at.exception and not at.warning
    assert [title.value for title in at.title] == ["Convolution visualizer"]
    assert element(at, "home.loupe")


def test_it_offers_the_filters_of_the_slides(page):
    chooser = element(page(), "home.filter")
    assert chooser.options == [KERNELS[key].title for key in SLIDES]
    assert chooser.value == SLIDES[0]


@pytest.mark.parametrize("key", SLIDES)
def test_every_filter_is_shown_and_taken_along(page, key):
    at = page()
    element(at, "home.filter").set_value(key).run()
    assert not at.exception and element(at, "home.loupe")
    assert at.query_params == ({} if key == SLIDES[0] else {"filter": key})
    link = next(link for link in at.get("page_link") if link.value == "Filter your own photo")
    query = dict(parse_qsl(link.proto.query_string))
    # Named even where it is the default, which the visitor may have left on the other page.
    assert query["filters"] == key
    assert from_query(FilterSettings, query) == FilterSettings(filters=Steps((FilterStep(key),)))


def test_the_words_bridge_photo_and_numbers(page):
    (said,) = [one.value for one in page().markdown if "amber window" in one.value]
    assert "451 × 300 = 135,300 times" in said
    assert all(f"**{word}**" in said for word in ("kernel", "filter", "feature detector"))


def test_a_link_chooses_the_filter(page):
    assert element(page(filter="sharpen"), "home.filter").value == "sharpen"


@pytest.mark.parametrize("key", ["sobel_x", "", "<b>"])
def test_a_bad_link_is_told_in_one_sentence(page, key):
    at = page(filter=key)
    (warning,) = at.warning
    assert warning.value.startswith("This link cannot be followed: there is no ")
    assert not at.exception and at.query_params == {}
    assert element(at, "home.filter").value == SLIDES[0]
