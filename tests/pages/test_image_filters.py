import json
from urllib.parse import parse_qsl

import numpy as np
import pytest
import streamlit as st

from vizcore.export.permalink import LONGEST_LINK, to_file, to_query
from vizcore.imaging import KERNELS, SAMPLES, decode_image, to_display, to_jpeg, to_png
from vizcore.imaging.filters import FILTERS
from vizcore.imaging.stack import apply_stack, grey_levels
from vizcore.lessons import LESSONS
from vizcore.lessons.photos import MOST_LIKED, PHOTO_LESSONS, SLIDE_FILTERS
from vizcore.ui import filter_controls
from vizcore.ui.filter_settings import (
    CUSTOM,
    EDGES,
    MAPPINGS,
    UPLOAD,
    FilterSettings,
    FilterStep,
    Steps,
    from_lesson,
)
from vizcore.ui.photos import sample_photo

PAGE = "pages/image_filters.py"


@pytest.fixture
def editor(monkeypatch):
    """The kernel editor as a text field that sends what is put into it, and a button."""

    def stand_in(kernel, *, owner, changed, on_kernel, on_reset, key):
        st.session_state["shown"] = kernel | {"owner": owner}
        st.text_area(
            "Kernel",
            key="typed",
            on_change=lambda: on_kernel(json.loads(st.session_state["typed"])),
        )
        st.button("Reset", disabled=not changed, on_click=on_reset)

    monkeypatch.setattr(filter_controls, "kernel_editor", stand_in)


def now(at):
    assert not at.exception
    return at.session_state["image_filters.settings"]


def names(at):
    return [step.name for step in now(at).filters]


def widget(kind, at, name):
    return getattr(at, kind)(key=f"image_filters.{name}")


def button(at, label):
    return next(one for one in at.button if one.label == label)


def has_loupe(at):
    return any(getattr(element, "key", None) == "image_filters.loupe" for element in at.main)


def type_kernel(at, cells, divisor="1", bias="0", owner="0", edit=1):
    message = {"cells": cells, "divisor": divisor, "bias": bias, "owner": owner, "edit": edit}
    return at.text_area(key="typed").set_value(json.dumps(message)).run()


def test_it_opens_with_one_title_and_a_picture(page):
    at = page()
    assert now(at) == FilterSettings() and at.query_params == {}
    assert [title.value for title in at.title] == ["Image filters"]
    assert has_loupe(at)
    assert "Output: 451 × 300 pixels." in [text.value for text in at.markdown]


@pytest.mark.parametrize("name", [*FILTERS, CUSTOM])
def test_every_filter_of_the_menu(page, name):
    at = page()
    widget("selectbox", at, "name").select(name).run()
    assert now(at).step.name == name and has_loupe(at)
    title = "Your kernel" if name == CUSTOM else FILTERS[name].title
    assert f"What “{title}” does" in [text.value for text in at.subheader]
    parameters = () if name == CUSTOM else FILTERS[name].parameters
    assert [(s.label, s.value) for s in at.slider] == [
        (f"{one.name} ({one.unit})", one.default) for one in parameters
    ]


@pytest.mark.parametrize("key", SAMPLES)
def test_every_sample(page, key):
    at = page()
    widget("selectbox", at, "photo").select(key).run()
    assert now(at).photo == key and has_loupe(at)
    height, width = SAMPLES[key].load().shape[:2]
    assert f"Output: {width:,} × {height:,} pixels." in [text.value for text in at.markdown]


@pytest.mark.parametrize("edges", EDGES)
@pytest.mark.parametrize("display", MAPPINGS)
def test_every_mapping_and_edge_rule(page, display, edges):
    at = page()
    widget("selectbox", at, "display").select(display).run()
    widget("selectbox", at, "edges").select(edges).run()
    assert (now(at).display, now(at).edges) == (display, edges) and has_loupe(at)
    size = "449 × 298" if edges == "none" else "451 × 300"
    assert f"Output: {size} pixels." in [text.value for text in at.markdown]


@pytest.mark.parametrize(
    ("kind", "name", "value", "changed", "address"),
    [
        ("selectbox", "photo", "coffee", {"photo": "coffee"}, {"photo": "coffee"}),
        ("selectbox", "display", "signed", {"display": "signed"}, {"display": "signed"}),
        ("selectbox", "edges", "none", {"edges": "none"}, {"edges": "none"}),
        ("toggle", "grey", True, {"grey": True}, {"grey": "1"}),
        ("number_input", "stride", 2, {"stride": 2}, {"filters": "edge_laplacian8~s2"}),
        ("number_input", "repeat", 3, {"repeat": 3}, {"filters": "edge_laplacian8~r3"}),
        ("selectbox", "name", "sobel", {"name": "sobel"}, {"filters": "sobel"}),
    ],
)
def test_a_widget_changes_settings_and_address(page, kind, name, value, changed, address):
    at = page()
    widget(kind, at, name).set_value(value).run()
    for field, expected in changed.items():
        assert getattr(now(at) if hasattr(now(at), field) else now(at).step, field) == expected
    assert at.query_params == address


def test_a_slider_changes_its_parameter_alone(page):
    at = page(filters="gaussian_7_2.5~s2")
    assert [slider.value for slider in at.slider] == [7, 2.5]
    at.slider[0].set_value(9).run()
    assert now(at).step == FilterStep("gaussian", (9, 2.5), stride=2)
    assert at.query_params == {"filters": "gaussian_9_2.5~s2"}


def test_another_filter_keeps_stride_and_repeat(page):
    at = page(filters="sobel~s2~r3")
    for name in (CUSTOM, "gaussian", CUSTOM, "scharr"):
        widget("selectbox", at, "name").select(name).run()
        assert (now(at).step.name, now(at).step.stride, now(at).step.repeat) == (name, 2, 3)


def test_settings_survive_other_pages(page):
    at = page(filters="box_3_5!sobel~s2", chosen="1", photo="coffee", grey="1")
    before = now(at)
    # Streamlit's links between pages leave the query parameters behind.
    at.query_params.clear()
    at.switch_page("app.py").run()
    at.query_params.clear()
    at.switch_page(PAGE).run()
    assert now(at) == before
    assert at.query_params == {
        "filters": "box_3_5!sobel~s2", "chosen": "1", "photo": "coffee", "grey": "1"
    }  # fmt: skip
    assert widget("selectbox", at, "photo").value == "coffee"
    assert widget("number_input", at, "stride").value == 2


def test_the_home_pages_filter_wins_over_the_session(page):
    at = page(filters="sobel")
    at.query_params.clear()
    at.switch_page("app.py").run()
    link = next(link for link in at.get("page_link") if link.value == "Filter your own photo")
    at.query_params.update(parse_qsl(link.proto.query_string))
    at.switch_page(PAGE).run()
    assert names(at) == ["edge_laplacian8"]


def test_a_link_reproduces_settings_and_widgets(page):
    settings = FilterSettings(
        photo="brick",
        filters=Steps(
            (
                FilterStep("motion", (7, 45), bias="-2", repeat=2),
                FilterStep(CUSTOM, cells=(("1", "-1/2"),), divisor="3", stride=2),
            )
        ),
        chosen=1,
        grey=True,
        edges="reflect",
        display="absolute",
    )
    at = page(
        photo="brick",
        filters="motion_7_45~b-2~r2!1x2_1_-1/2~d3~s2",
        chosen="1",
        grey="1",
        edges="reflect",
        display="absolute",
    )
    assert now(at) == settings and has_loupe(at)
    for kind, name, value in [
        ("selectbox", "photo", "brick"),
        ("radio", "chosen", 1),
        ("selectbox", "name", CUSTOM),
        ("number_input", "stride", 2),
        ("number_input", "repeat", 1),
        ("selectbox", "edges", "reflect"),
        ("selectbox", "display", "absolute"),
        ("toggle", "grey", True),
    ]:
        assert widget(kind, at, name).value == value


@pytest.mark.parametrize(
    "query",
    [
        {"filters": "nonsense"},
        {"filters": "3x3_1"},
        {"filters": "![x](https://example.org)"},
        {"photo": "dog"},
        {"chosen": "7"},
        {"grey": "maybe"},
        {"edges": ""},
        {"display": "\0"},
    ],
)
def test_a_bad_link_is_told_in_one_sentence(page, query):
    at = page(**query)
    (warning,) = at.warning
    assert warning.value.startswith("This link cannot be followed: ")
    assert warning.value.endswith(". You see the page as it was.")
    assert now(at) == FilterSettings() and at.query_params == {} and has_loupe(at)
    assert not at.run().warning


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"filters": "1x1_1000000~d0.000001~r5"}, "The responses are too large to be shown. "),
        ({"filters": "1x1_1~d0." + "0" * 315 + "1"}, "This does not fit the picture. kernel must"),
        ({"filters": "box_blur~s4~r5", "edges": "none"}, "This does not fit the picture. kernel"),
    ],
)
def test_what_cannot_be_shown_is_told_and_can_be_changed(page, query, problem):
    at = page(**query)
    (error,) = at.error
    assert error.value.startswith(problem)
    assert not at.exception and not has_loupe(at)
    widget("selectbox", at, "name").select("identity").run()
    widget("number_input", at, "repeat").set_value(1).run()
    assert has_loupe(at) and not at.error


def test_a_link_to_somebodys_upload_shows_the_cat_and_says_why(page):
    at = page(photo=UPLOAD, filters="sharpen")
    (info,) = at.info
    assert "somebody's upload, which a link cannot carry" in info.value
    assert now(at) == FilterSettings(filters=Steps((FilterStep("sharpen"),))) and has_loupe(at)
    assert "Your photo" not in widget("selectbox", at, "photo").options


def test_the_stack_is_built_and_reordered(page):
    at = page(filters="sharpen")
    assert [one.label for one in at.button] == ["Add a filter"]
    button(at, "Add a filter").click().run()
    assert names(at) == ["sharpen", "gaussian_blur"] and now(at).chosen == 1
    widget("selectbox", at, "name").select("sobel").run()
    assert at.query_params == {"filters": "sharpen!sobel", "chosen": "1"}
    assert button(at, "Later").disabled and not button(at, "Earlier").disabled
    button(at, "Earlier").click().run()
    assert names(at) == ["sobel", "sharpen"] and now(at).chosen == 0
    assert button(at, "Earlier").disabled
    assert widget("radio", at, "chosen").value == 0
    button(at, "Later").click().run()
    assert names(at) == ["sharpen", "sobel"] and now(at).chosen == 1
    widget("radio", at, "chosen").set_value(0).run()
    assert widget("selectbox", at, "name").value == "sharpen"
    button(at, "Remove").click().run()
    assert names(at) == ["sobel"] and widget("selectbox", at, "name").value == "sobel"
    assert at.query_params == {"filters": "sobel"}


def test_a_stack_holds_four_filters(page):
    at = page()
    for _ in range(3):
        button(at, "Add a filter").click().run()
    assert len(now(at).filters) == 4 and button(at, "Add a filter").disabled
    assert [option[:2] for option in widget("radio", at, "chosen").options] == [
        "1.",
        "2.",
        "3.",
        "4.",
    ]


def test_typing_makes_a_kernel_of_ones_own_and_reset_takes_it_back(page, editor):
    at = page(filters="box_1_3~s2")
    assert at.session_state["shown"] == {
        "cells": (("1", "1", "1"),), "divisor": "3", "bias": "0", "edit": None, "owner": "0"
    }  # fmt: skip
    assert button(at, "Reset").disabled
    type_kernel(at, [["1", "−2", "1/4"]], "2", edit=7)
    assert now(at).step == FilterStep(CUSTOM, (), (("1", "-2", "1/4"),), "2", "0", 2)
    assert at.session_state["shown"]["edit"] == 7
    assert at.query_params == {"filters": "1x3_1_-2_1/4~d2~s2"}
    widget("number_input", at, "stride").set_value(3).run()
    button(at, "Reset").click().run()
    assert now(at).step == FilterStep("box", (1, 3), stride=3)


def test_reset_takes_a_mere_bias_back(page, editor):
    at = page(filters="sharpen~b5")
    button(at, "Reset").click().run()
    assert now(at).step == FilterStep("sharpen") and button(at, "Reset").disabled


def test_reset_takes_the_choice_of_a_kernel_of_ones_own_back(page, editor):
    at = page(filters="emboss")
    widget("selectbox", at, "name").select(CUSTOM).run()
    button(at, "Reset").click().run()
    assert now(at).step == FilterStep("emboss")


def test_each_filter_of_the_stack_is_reset_to_itself(page, editor):
    at = page(filters="sharpen!emboss", chosen="1")
    type_kernel(at, [["2"]], owner="1")
    widget("radio", at, "chosen").set_value(0).run()
    type_kernel(at, [["3"]])
    widget("radio", at, "chosen").set_value(1).run()
    button(at, "Reset").click().run()
    assert [step.to_text() for step in now(at).filters] == ["1x1_3", "emboss"]


def test_what_was_typed_into_one_filter_never_changes_another(page, editor):
    at = page(filters="sharpen!emboss", chosen="1")
    type_kernel(at, [["2"]], owner="0")
    assert names(at) == [CUSTOM, "emboss"] and now(at).chosen == 1


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "text",
        {},
        {"cells": [["1"]]},
        {"cells": 5, "divisor": "1", "bias": "0", "owner": "0", "edit": 1},
        {"cells": [[1]], "divisor": "1", "bias": "0", "owner": "0", "edit": 1},
        {"cells": [["x"]], "divisor": "1", "bias": "0", "owner": "0", "edit": 1},
        {"cells": [["1"]], "divisor": "0", "bias": "0", "owner": "0", "edit": 1},
        {"cells": [["1"]], "divisor": "1", "bias": "0", "owner": "7", "edit": 1},
        {"cells": [["1"]], "divisor": "1", "bias": "0", "owner": [], "edit": 1},
    ],
)
def test_a_forged_kernel_changes_nothing(page, editor, message):
    at = page(filters="sharpen")
    at.text_area(key="typed").set_value(json.dumps(message)).run()
    assert now(at).step == FilterStep("sharpen")


def test_a_settings_file_brings_the_settings_back(page):
    settings = FilterSettings("rocket", Steps((FilterStep("log", (5, 0.8)), FilterStep())), 1)
    at = page(filters="sobel")
    uploader = widget("file_uploader", at, "opened")
    uploader.upload("image-filters.json", to_file("image_filters", settings)).run()
    assert now(at) == settings and not at.error and has_loupe(at)
    assert widget("selectbox", at, "photo").value == "rocket"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"{}", "This is not a settings file."),
        (to_file("home", FilterSettings()), "These settings belong to another page."),
        (
            b'{"page": "image_filters", "settings": {"photo": "dog"}}',
            "This link cannot be followed: there is no sample photo named `dog`.",
        ),
    ],
)
def test_a_bad_settings_file_is_told_in_one_sentence(page, data, problem):
    at = page(filters="sobel")
    widget("file_uploader", at, "opened").upload("settings.json", data).run()
    (error,) = at.error
    assert error.value.startswith(problem) and names(at) == ["sobel"]
    widget("file_uploader", at, "opened").clear().run()
    assert not at.error


def test_settings_too_long_for_a_link_are_offered_as_a_file(page, editor):
    at = page()
    assert not at.info
    type_kernel(at, [["0.12345678901"] * 15] * 15)
    (info,) = at.info
    assert "too long for a link" in info.value and at.query_params == {}
    assert len(now(at).filters.to_text()) > LONGEST_LINK


def png(*shape):
    return to_png(np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8))


def test_an_upload_replaces_the_photo(page):
    at = page(filters="sharpen")
    at.file_uploader(key="photo.file").upload("mine.png", png(20, 31, 3)).run()
    assert now(at) == FilterSettings(UPLOAD, Steps((FilterStep("sharpen"),))) and has_loupe(at)
    assert "Output: 31 × 20 pixels." in [text.value for text in at.markdown]
    assert widget("selectbox", at, "photo").value == UPLOAD
    widget("selectbox", at, "photo").select("cat").run()
    widget("selectbox", at, "photo").select(UPLOAD).run()
    assert "Output: 31 × 20 pixels." in [text.value for text in at.markdown]


def test_a_large_upload_says_that_one_works_on_a_preview(page):
    at = page()
    large = to_png(np.zeros((1300, 1200, 3), np.uint8))
    at.file_uploader(key="photo.file").upload("large.png", large).run()
    (size,) = [text.value for text in at.markdown if text.value.startswith("Output: ")]
    assert "the photo has 1,200 × 1,300, and so has the download." in size


def test_an_upload_that_cannot_be_read_keeps_the_photo(page):
    at = page()
    uploader = at.file_uploader(key="photo.file").upload("mine.png", png(20, 31, 3))
    uploader.run()
    at.file_uploader(key="photo.file").set_value(("broken.png", b"no picture", "image/png"))
    at.run()
    (error,) = at.error
    assert error.value.endswith("The picture on screen stays as it was.")
    assert now(at).photo == UPLOAD
    assert "Output: 31 × 20 pixels." in [text.value for text in at.markdown]


def test_a_camera_shot_replaces_the_photo(page):
    at = page()
    at.toggle(key="photo.use_camera").set_value(True).run()
    shot = to_jpeg(np.zeros((12, 9, 3), np.uint8))
    at.camera_input(key="photo.shot").set_value(("shot.jpg", shot, "image/jpeg")).run()
    assert now(at).photo == UPLOAD
    assert "Output: 9 × 12 pixels." in [text.value for text in at.markdown]


@pytest.mark.parametrize("grey", [False, True])
def test_the_download_has_every_pixel(grey):
    steps = Steps((FilterStep("emboss", stride=2),))
    settings = FilterSettings("coffee", steps, grey=grey, edges="none", display="signed")
    photo = sample_photo("coffee")
    image = grey_levels(photo.full()) if grey else photo.full()
    expected = to_display(apply_stack(image, settings.passes, edges="none"), "signed")
    found = decode_image(filter_controls.full_size(photo, settings))
    assert np.array_equal(found, np.dstack([expected] * 3) if grey else expected)


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("identity", r"\begin{bmatrix}0 & 0 & 0 \\ 0 & 1 & 0 \\ 0 & 0 & 0\end{bmatrix}"),
        (
            "box_1_2~b-3",
            r"\tfrac{1}{2}\sum_{i=1}^{1}\sum_{j=1}^{2}\begin{bmatrix}1 & 1\end{bmatrix}",
        ),
        ("box_1_2~b-3", " - 3"),
        ("box_1_2~b3", " + 3"),
        ("gaussian_5_1", r"\sum_{i=1}^{5}\sum_{j=1}^{5}\text{kernel}(i,j)"),
        ("box_7_7", r"\sum_{i=1}^{7}\sum_{j=1}^{7}\text{kernel}(i,j)"),
        ("sobel", r"\sqrt{a^2+b^2}"),
    ],
)
def test_the_formula(page, text, formula):
    (latex,) = page(filters=text).latex
    assert formula in latex.value


def test_the_slides_kernels_are_explained(page):
    at = page(filters="box_blur")
    texts = [text.value for text in at.markdown]
    assert KERNELS["box_blur"].about in texts
    assert any(text.startswith("- ") for text in texts)


# ---- What is shown on request ----


def shown_pictures(at):
    """The markup of all sections with pictures."""
    return "".join(one.proto.body for one in at.get("html") if 'class="pictures"' in one.proto.body)


def test_at_first_no_section_is_open(page):
    at = page()
    assert [toggle.value for toggle in at.toggle[-2:]] == [False, False]
    assert not shown_pictures(at)


def test_the_slides_filters_stand_side_by_side(page):
    at = page()
    widget("toggle", at, "table").set_value(True).run()
    assert now(at).table and at.query_params == {"table": "1"}
    markup = shown_pictures(at)
    assert markup.count("<img") == markup.count("<table") == 7
    for key in SLIDE_FILTERS:
        assert f">{KERNELS[key].title}<" in markup


def test_the_patches_that_a_filter_likes_most(page):
    at = page(**to_query(from_lesson(LESSONS["what-neurons-like"])))
    assert now(at).patches
    markup = shown_pictures(at)
    assert markup.count("<img") == MOST_LIKED + 1
    assert ">1: 1,350<br>row 4, column 5<" in markup
    widget("selectbox", at, "photo").select("cat").run()
    assert shown_pictures(at) != markup and shown_pictures(at).count("<img") == MOST_LIKED + 1


@pytest.mark.parametrize("edges", EDGES)
def test_both_sections_with_a_stack_in_colour(page, edges):
    at = page(table="1", patches="1", filters="gaussian_blur~s2!sobel", edges=edges)
    assert now(at).table and shown_pictures(at).count("<img") == 7 + MOST_LIKED + 1


@pytest.mark.parametrize("slug", PHOTO_LESSONS)
def test_every_lesson_has_a_link_that_shows_it(page, slug):
    lesson = LESSONS[slug]
    at = page(photo="coffee", filters="sharpen")
    link = next(one for one in at.get("page_link") if one.proto.label == lesson.title)
    at.query_params.clear()
    at.query_params.update(dict(parse_qsl(link.proto.query_string)))
    at.run()
    assert now(at) == from_lesson(lesson)
    (mark,) = [one for one in at.get("page_link") if one.proto.label == lesson.title]
    assert mark.proto.icon
