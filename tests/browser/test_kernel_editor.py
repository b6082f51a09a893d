"""The kernel editor in a real browser: bad text is marked and named, and nothing typed is lost."""

import re
from urllib.parse import parse_qs, urlparse

import pytest
from helpers import (
    FRAME,
    Truth,
    choose,
    open_filters,
    painted,
    photo_of,
    probe,
    record_frames,
    settled,
    sums,
)
from playwright.sync_api import expect

from vizcore.ui.filter_settings import FilterSettings, FilterStep, Steps


def kernel(*rows, **others):
    cells = tuple(tuple(row.split()) for row in rows)
    return FilterSettings(filters=Steps((FilterStep("custom", cells=cells, **others),)))


PLAIN = kernel("1 2 3", "4 5 6", "7 8 9")


@pytest.fixture
def editor(page, server):
    """The page with a kernel of one's own, all cells different."""
    open_filters(page, server, PLAIN, at="100_150")
    return page


def cell(page, row, column):
    return page.get_by_role("textbox", name=f"Row {row}, column {column}", exact=True)


def sizes(page, name):
    return page.get_by_role("combobox", name=name, exact=True)


def typed(page):
    """The texts in the cells, row by row."""
    rows = int(sizes(page, "Rows").input_value())
    texts = page.locator(".cells input").evaluate_all("cells => cells.map((cell) => cell.value)")
    wide = len(texts) // rows
    return [" ".join(texts[r * wide : (r + 1) * wide]) for r in range(rows)]


def holds(page, rows):
    """Wait until these texts stand in the cells."""
    wide = len(rows[0].split())
    expect(sizes(page, "Rows")).to_have_value(str(len(rows)))
    expect(sizes(page, "Columns")).to_have_value(str(wide))
    for place, text in enumerate(" ".join(rows).split()):
        expect(cell(page, place // wide + 1, place % wide + 1)).to_have_value(text)


def marked(page):
    return page.locator("[aria-invalid=true]").evaluate_all("all => all.map((i) => i.dataset.name)")


def frames_after_reload(page):
    """A list of the WebSocket messages from now on."""
    frames = record_frames(page)
    page.reload()
    expect(page.locator(FRAME)).to_be_visible()
    settled(page)
    assert frames
    frames.clear()
    return frames


def told(page, settings):
    """Wait until the address tells these settings: the server has the kernel."""
    text = settings.filters.to_text()
    page.wait_for_url(lambda url: parse_qs(urlparse(url).query).get("filters") == [text])


def drawn(page, settings):
    """Wait until the loupe multiplies with this kernel, and check a sum."""
    told(page, settings)
    expected = Truth(photo_of("cat"), settings).response[probe(page)].tolist()
    sums(page)  # there are some
    page.wait_for_function(
        """expected => [...document.querySelectorAll("*")].flatMap((node) => [
             ...(node.shadowRoot?.querySelectorAll("tr[data-channel]") ?? [])])
             .every((row, i) => Math.abs(Number(row.dataset.response) - expected[i]) < 1e-9)""",
        arg=expected,
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("−", "“−” is not a number"),
        ("abc", "“abc” is not a number"),
        ("", "“” is not a number"),
        ("1/0", "“1/0” divides by zero"),
        ("10000000", "“10000000” is too large"),
        ("9" * 400, f"“{'9' * 40}…” is too large"),
    ],
    ids=["minus", "letters", "empty", "1/0", "huge", "endless"],
)
def test_bad_text_is_marked_and_named_and_the_picture_stays(editor, text, problem):
    frames = frames_after_reload(editor)
    picture, numbers = editor.locator(FRAME).get_attribute("data-drawn"), sums(editor)
    cell(editor, 2, 3).fill(text)
    assert marked(editor) == ["Row 2, column 3"]
    expect(editor.get_by_role("alert")).to_have_text(re.compile(f"^Row 2, column 3: {problem}"))
    expect(editor.get_by_role("alert")).to_contain_text("The last good kernel stays in force.")
    painted(editor)
    assert not frames
    expect(editor.locator(FRAME)).to_have_attribute("data-drawn", picture)
    assert sums(editor) == numbers
    assert cell(editor, 2, 3).input_value() == text

    cell(editor, 2, 3).fill("1/9")
    assert marked(editor) == []
    expect(editor.get_by_text("stays in force")).to_be_hidden()
    drawn(editor, kernel("1 2 3", "4 5 1/9", "7 8 9"))


def test_every_bad_cell_is_marked_and_named(editor):
    cell(editor, 1, 2).fill("x")
    cell(editor, 3, 1).fill("-")
    editor.get_by_label("Divisor").fill("0")
    names = ["Row 1, column 2", "Row 3, column 1", "Divisor"]
    assert sorted(marked(editor)) == sorted(names)
    for name in names:
        expect(editor.get_by_role("alert")).to_contain_text(name)


def test_letters_are_no_shortcuts(editor):
    """Streamlit reruns at “r” and clears its caches at “c”."""
    frames = frames_after_reload(editor)
    cell(editor, 1, 1).press_sequentially("rc")
    painted(editor)
    assert not frames
    expect(editor.get_by_role("dialog")).to_be_hidden()


def test_a_minus_survives_the_answer_to_the_cell_before(editor):
    cell(editor, 1, 1).fill("5")
    editor.keyboard.press("Tab")
    editor.keyboard.type("-")
    drawn(editor, kernel("5 2 3", "4 5 6", "7 8 9"))
    assert typed(editor)[0] == "5 - 3"
    editor.keyboard.type("7")
    drawn(editor, kernel("5 -7 3", "4 5 6", "7 8 9"))
    assert typed(editor) == ["5 -7 3", "4 5 6", "7 8 9"]


def test_nothing_typed_fast_is_lost(editor):
    """Twenty-five cells in a row, the server's answers arriving meanwhile."""
    sizes(editor, "Rows").select_option("5")
    sizes(editor, "Columns").select_option("5")
    cell(editor, 1, 1).focus()
    for number in range(10, 35):
        editor.keyboard.type(f"-{number}")
        editor.keyboard.press("Tab")
    rows = [" ".join(f"-{5 * r + c + 10}" for c in range(5)) for r in range(5)]
    drawn(editor, kernel(*rows))
    assert typed(editor) == [row.replace("-", "−") for row in rows]
    assert marked(editor) == []


def test_two_controls_at_once_both_count(editor):
    """The second change reaches the server while it begins on the first."""
    first = cell(editor, 1, 1).element_handle()
    switch = editor.get_by_role("switch", name="Grey levels").element_handle()
    for number in range(10, 22):
        editor.evaluate(
            """async ([cell, text, control, pause]) => {
                 cell.value = text;
                 cell.dispatchEvent(new Event("input", { bubbles: true }));
                 await new Promise((go) => setTimeout(go, pause));
                 control.click();
               }""",
            [first, str(number), switch, number % 6],
        )
        grey = ["1"] if number % 2 == 0 else None
        told(editor, kernel(f"{number} 2 3", "4 5 6", "7 8 9"))
        editor.wait_for_url(
            lambda url, grey=grey: parse_qs(urlparse(url).query).get("grey") == grey
        )
    expect(editor.get_by_role("dialog")).to_be_hidden()


def test_arrows_step(editor):
    cell(editor, 2, 2).press("ArrowUp")
    cell(editor, 1, 1).press("ArrowDown")
    cell(editor, 1, 1).press("ArrowDown")
    editor.get_by_label("Bias").press("ArrowUp")
    drawn(editor, kernel("-1 2 3", "4 6 6", "7 8 9", bias="1"))
    assert typed(editor)[0] == "−1 2 3"
    cell(editor, 1, 1).fill("x")
    cell(editor, 1, 1).press("ArrowUp")
    assert typed(editor)[0] == "x 2 3"


def test_control_and_arrows_walk_the_grid(editor):
    cell(editor, 2, 2).press("Control+ArrowLeft")
    expect(cell(editor, 2, 1)).to_be_focused()
    editor.keyboard.press("Control+ArrowDown")
    expect(cell(editor, 3, 1)).to_be_focused()
    assert typed(editor) == ["1 2 3", "4 5 6", "7 8 9"]


def test_a_kernel_grows_and_shrinks_about_its_middle(editor):
    before = sums(editor)
    sizes(editor, "Rows").select_option("5")
    sizes(editor, "Columns").select_option("4")
    grown = ["0 0 0 0", "1 2 3 0", "4 5 6 0", "7 8 9 0", "0 0 0 0"]
    drawn(editor, kernel(*grown))
    holds(editor, grown)
    assert sums(editor) == before  # it does the same to the picture
    sizes(editor, "Rows").select_option("1")
    sizes(editor, "Columns").select_option("3")
    drawn(editor, kernel("4 5 6"))


def test_flip_normalise_reset(editor):
    choose(editor, "Filter", "Gradients · Sobel, horizontal change")
    expect(cell(editor, 2, 2)).to_have_value("0")
    expect(editor.get_by_role("button", name="Reset")).to_be_disabled()
    sobel = typed(editor)
    editor.get_by_role("button", name="Flip").click()
    flipped = [" ".join(row.split()[::-1]) for row in sobel[::-1]]
    drawn(editor, kernel(*(row.replace("−", "-") for row in flipped)))
    holds(editor, flipped)
    assert flipped != sobel

    editor.get_by_role("button", name="Normalise").click()
    expect(editor.get_by_role("alert")).to_contain_text("sum to 0")
    cell(editor, 2, 2).fill("16")
    editor.get_by_role("button", name="Normalise").click()
    expect(editor.get_by_label("Divisor")).to_have_value("16")

    editor.get_by_role("button", name="Reset").click()
    drawn(editor, FilterSettings(filters=Steps((FilterStep("sobel_x"),))))
    holds(editor, sobel)
    expect(editor.get_by_label("Divisor")).to_have_value("1")


def test_reset_right_after_typing_wins(editor):
    choose(editor, "Filter", "Sharpen · Sharpen")
    sharpen = FilterSettings(filters=Steps((FilterStep("sharpen"),)))
    expect(cell(editor, 1, 1)).to_have_value("0")
    cell(editor, 1, 1).fill("8")
    expect(editor.get_by_role("button", name="Reset")).to_be_enabled()
    cell(editor, 1, 1).fill("9")
    editor.get_by_role("button", name="Reset").click()
    drawn(editor, sharpen)
    expect(cell(editor, 1, 1)).to_have_value("0")


def test_reset_takes_bad_text_away_too(editor):
    choose(editor, "Filter", "Sharpen · Sharpen")
    expect(cell(editor, 1, 1)).to_have_value("0")
    cell(editor, 2, 2).fill("five")
    editor.get_by_role("button", name="Reset").click()
    expect(cell(editor, 2, 2)).to_have_value("5")
    assert marked(editor) == []


def test_another_filter_replaces_bad_text(editor):
    cell(editor, 2, 2).fill("50")
    cell(editor, 1, 1).fill("oops")
    choose(editor, "Filter", "Sharpen · Sharpen")
    expect(cell(editor, 2, 2)).to_have_value("5")
    assert typed(editor) == ["0 −1 0", "−1 5 −1", "0 −1 0"]
    assert marked(editor) == []


def test_each_filter_of_a_stack_keeps_its_own_kernel(editor):
    cell(editor, 1, 1).fill("50")
    drawn(editor, kernel("50 2 3", "4 5 6", "7 8 9"))
    editor.get_by_role("button", name="Add a filter").click()
    expect(cell(editor, 2, 2)).to_have_value("4")
    cell(editor, 2, 2).fill("40")
    expect(editor.get_by_text("2. Your kernel")).to_be_visible()
    editor.get_by_text("1. Your kernel").click()
    expect(cell(editor, 1, 1)).to_have_value("50")
    holds(editor, ["50 2 3", "4 5 6", "7 8 9"])
    editor.get_by_text("2. Your kernel").click()
    expect(cell(editor, 2, 2)).to_have_value("40")


def test_a_link_brings_the_kernel_back(editor, browser):
    sizes(editor, "Columns").select_option("2")
    cell(editor, 1, 1).fill("−1,5")
    cell(editor, 3, 2).fill("1/9")
    editor.get_by_label("Divisor").fill("1/2")
    editor.get_by_label("Bias").fill("-7")
    settings = kernel("-1.5 3", "5 6", "8 1/9", divisor="1/2", bias="-7")
    drawn(editor, settings)

    context = browser.new_context()
    other = context.new_page()
    other.goto(editor.url)
    expect(other.locator(FRAME)).to_be_visible()
    holds(other, ["−1.5 3", "5 6", "8 1/9"])
    expect(other.get_by_label("Divisor")).to_have_value("1/2")
    expect(other.get_by_label("Bias")).to_have_value("−7")
    assert sums(other) == sums(editor)
    context.close()
