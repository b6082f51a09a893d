"""The page *Lessons* in a real browser: cards, and a visitor's own list."""

import json
from urllib.parse import urlencode

import pytest
from helpers import choose, eventually, fits, in_both_themes, record_frames, settled, visit
from playwright.sync_api import expect
from stepping import STEPPER, button

from vizcore.export.lesson_list import SavedLesson, to_file
from vizcore.lessons import LESSONS, TOPICS
from vizcore.ui.lesson_links import address_of, query_of, settings_of

ODD_NAME = "**Monday** <img src=x onerror=alert(1)> `a` $x$"


def open_page(tab, server, **query):
    visit(tab, f"{server.url}/lessons?{urlencode(query)}")
    expect(tab.locator(".cards[data-drawn]")).to_be_visible()


def card(tab, slug):
    return tab.locator(f".card[data-slug='{slug}']")


def address(server, slug):
    lesson = LESSONS[slug]
    return f"{server.url}/{address_of(lesson.page, query_of(settings_of(lesson)))}"


def own(tab):
    """The names in the visitor's list, in order."""
    return tab.locator(".own li a").all_inner_texts()


def expect_own(tab, *names):
    expect(tab.locator(".own li a")).to_have_text(list(names))


def act(tab, name, what):
    row = tab.locator(".own li").filter(has=tab.get_by_role("link", name=name, exact=True))
    row.locator(f"[data-act={what}]").click()


def open_list(tab, *names, how=None):
    """Open a list of lessons with these names, as a file."""
    lessons = [SavedLesson(name, "pooling", {"mode": "average"}) for name in names]
    tab.get_by_role("button", name="Open a list").click()
    if how:
        tab.get_by_text(how, exact=True).click()
    settled(tab)
    upload(tab, to_file(lessons))
    expect(tab.locator(".own li a").last).to_have_text(names[-1])
    tab.keyboard.press("Escape")


def upload(tab, data):
    file = {"name": "lessons.json", "mimeType": "application/json", "buffer": data}
    tab.get_by_test_id("stFileUploader").locator("input").set_input_files(file)


def downloaded(tab, *names):
    """Download the list until it holds these names, which the server may not yet have heard of."""

    def download():
        with tab.expect_download() as saved:
            tab.get_by_role("button", name="Download the list").click()
        data = saved.value.path().read_bytes()
        assert [lesson["name"] for lesson in json.loads(data)["lessons"]] == [*names]
        return data

    return eventually(tab, download)


def to_lessons(tab):
    tab.get_by_test_id("stSidebar").get_by_role("link", name="Lessons").click()
    expect(tab.locator(".cards[data-drawn]")).to_be_visible()


# ---- Cards ----


def test_a_card_opens_its_lesson_in_this_session_and_back_leads_back(server, page):
    visit(page, f"{server.url}/convolution_step_by_step")
    page.get_by_role("spinbutton", name="Input rows").fill("9")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "input=" in url)
    to_lessons(page)
    card(page, "average-pool").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pooling")
    page.wait_for_url(address(server, "average-pool"))
    expect(page.locator(f"{STEPPER} .grid.output [data-i]").first).to_contain_text("3.25")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lessons")
    page.wait_for_url(f"{server.url}/lessons")
    page.go_forward()
    page.wait_for_url(address(server, "average-pool"))
    expect(page.locator(STEPPER)).to_be_visible()
    # What was set on another page is still there: it is the same session.
    page.get_by_test_id("stSidebar").get_by_role("link", name="Convolution, step").click()
    expect(page.get_by_role("spinbutton", name="Input rows")).to_have_value("9")


def test_every_card_is_a_link_with_a_picture(server, page):
    open_page(page, server)
    expect(page.locator(".card")).to_have_count(len(LESSONS))
    expect(page.locator(".cards h2")).to_have_text(list(TOPICS))
    for slug, lesson in LESSONS.items():
        assert card(page, slug).evaluate("link => link.href") == address(server, slug)
        expect(card(page, slug).locator(".title")).to_have_text(lesson.title)
        expect(card(page, slug).locator("svg[role=img] > title")).not_to_be_empty()
        expect(card(page, slug).locator(".corrected")).to_have_count(int(bool(lesson.correction)))


def test_keys_open_a_card(server, page):
    open_page(page, server)
    card(page, "dot-product").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("How a filter is found")


def test_pointing_moves_the_window_unless_motion_is_unwelcome(server, page):
    frames = record_frames(page)
    open_page(page, server)
    settled(page)
    frames.clear()
    one = card(page, "max-pool-slice")
    moving = """(card) => card.getAnimations({ subtree: true }).map((one) => one.animationName)
      .filter(Boolean)"""

    def moves(*names):
        assert one.evaluate(moving) == [*names]

    moves()
    one.hover()
    eventually(page, lambda: moves("sweep", "sweep"))
    page.emulate_media(reduced_motion="reduce")
    eventually(page, lambda: moves())
    assert not frames


def test_the_filters_are_in_the_address(server, page):
    open_page(page, server)
    choose(page, "Topic", "Pooling")
    expect(page.locator(".card")).to_have_count(len(TOPICS["Pooling"]))
    page.get_by_role("textbox", name="Words").fill("average")
    page.keyboard.press("Enter")
    expect(page.locator(".card")).to_have_count(1)
    page.wait_for_url(f"{server.url}/lessons?topic=Pooling&words=average")
    page.reload()
    expect(page.locator(".card")).to_have_count(1)


@pytest.mark.parametrize("width", [390, 1440])
def test_cards_fit_the_screen_and_their_numbers_their_cells(server, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    open_page(page, server)
    for _ in in_both_themes(page):
        fits(page)
    wide = page.locator(".card svg").evaluate_all(
        """pictures => pictures.flatMap((picture) => [...picture.querySelectorAll("text")]
             .filter((text) => {
               const [a, b] = [text, picture].map((one) => one.getBoundingClientRect());
               return a.left < b.left - 1 || a.right > b.right + 1;
             }).map((text) => text.textContent))"""
    )
    assert wide == []
    feet = page.locator(".card .foot").evaluate_all("all => all.map((one) => one.offsetHeight)")
    assert len({*feet}) == 1  # a correction or a long name takes no line from the decks


# ---- A visitor's own ----


def test_any_state_is_saved_with_its_step_and_opened_again(server, page):
    visit(page, f"{server.url}/pooling?mode=average")
    button(page, "Next").click()
    page.wait_for_url(lambda url: "at=0_1" in url)
    page.get_by_text("Save as a lesson", exact=True).click()
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Give the lesson a name.")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill(ODD_NAME)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved: number 1 on the page Lessons.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("")
    to_lessons(page)
    expect_own(page, ODD_NAME)  # as plain text
    page.get_by_role("link", name=ODD_NAME, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pooling")
    expect(page.locator(STEPPER)).to_have_attribute("data-step", "1")
    page.wait_for_url(f"{server.url}/pooling?mode=average&at=0_1")


def test_the_list_is_arranged_and_every_change_is_undone(server, page):
    open_page(page, server)
    open_list(page, "a", "b", "c")
    ups = page.locator(".own [data-act=up]")
    dimmed = ups.evaluate_all("buttons => buttons.map((one) => getComputedStyle(one).opacity < 1)")
    assert dimmed == [True, False, False]
    act(page, "c", "up")
    expect_own(page, "a", "c", "b")
    expect(page.locator(".own li").nth(1).locator("[data-act=up]")).to_be_focused()
    page.keyboard.press("Enter")
    expect_own(page, "c", "a", "b")
    act(page, "a", "delete")
    expect_own(page, "c", "b")
    expect(page.get_by_role("status").filter(has_text="Deleted a.")).to_be_visible()
    act(page, "b", "rename")
    page.get_by_role("textbox", name="New name of b").fill("  second hour ")
    page.keyboard.press("Enter")
    expect_own(page, "c", "second hour")
    act(page, "c", "rename")
    page.get_by_role("textbox", name="New name of c").fill("never mind")
    page.keyboard.press("Escape")
    expect_own(page, "c", "second hour")
    # It is the server's list too: another page, and back.
    settled(page)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Pooling").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pooling")
    to_lessons(page)
    expect_own(page, "c", "second hour")


def test_undo_goes_back_step_by_step(server, page):
    open_page(page, server)
    open_list(page, "a", "b", "c")
    act(page, "a", "delete")
    act(page, "b", "delete")
    expect_own(page, "c")
    undo = page.locator(".own").get_by_role("button", name="Undo")
    undo.click()
    expect_own(page, "b", "c")
    undo.click()
    expect_own(page, "a", "b", "c")
    open_list(page, "z", how="Put them in place of mine")
    expect_own(page, "z")
    undo.click()
    expect_own(page, "a", "b", "c")
    settled(page)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Pooling").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pooling")
    to_lessons(page)
    expect_own(page, "a", "b", "c")


def test_quick_clicks_are_all_counted(server, page):
    open_page(page, server)
    open_list(page, *"abcdef")
    for name in "abcde":
        act(page, name, "delete")
    expect_own(page, "f")
    downloaded(page, "f")


def test_a_list_goes_out_as_a_file_and_comes_in_elsewhere(server, browser, page):
    open_page(page, server)
    open_list(page, "a", ODD_NAME)
    data = downloaded(page, "a", ODD_NAME)

    context = browser.new_context(viewport={"width": 1440, "height": 900})
    other = context.new_page()
    open_page(other, server)
    open_list(other, "mine")
    other.get_by_role("button", name="Open a list").click()
    upload(other, b'{"version": 1, "lessons": [{"name": "x"}]}')
    expect(other.get_by_text("This is not a list of lessons.")).to_be_visible()
    assert own(other) == ["mine"]
    upload(other, data)
    expect_own(other, "mine", "a", ODD_NAME)
    expect(other.get_by_text("This is not a list of lessons.")).to_be_hidden()
    context.close()


def test_a_reload_loses_nothing(server, page):
    open_page(page, server)
    open_list(page, "a", "b")
    act(page, "a", "delete")
    expect_own(page, "b")
    page.wait_for_function(
        "() => (localStorage.getItem('vizcore.own_lessons') ?? 'a').includes('\"b\"')"
        " && !localStorage.getItem('vizcore.own_lessons').includes('\"a\"')"
    )
    page.reload()
    expect_own(page, "b")
    page.goto(f"{server.url}/pooling")
    expect(page.locator(STEPPER)).to_be_visible()
    to_lessons(page)
    expect_own(page, "b")


def test_something_odd_in_the_browsers_storage_does_no_harm(server, page):
    open_page(page, server)
    page.evaluate("localStorage.setItem('vizcore.own_lessons', '<b>')")
    page.reload()
    expect(page.locator(".cards[data-drawn]")).to_be_visible()
    settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    open_list(page, "a")
    expect_own(page, "a")
