"""Layer tables in a real browser: rows chosen and changed, what cannot be, links."""

import re
from urllib.parse import urlencode

import pytest
from helpers import choose, settled, visit
from playwright.sync_api import expect

from vizcore.export.permalink import to_query
from vizcore.figures.volumes import shape_text
from vizcore.lessons.networks import NETWORK_LESSONS
from vizcore.nets.architectures import totals
from vizcore.ui.layer_formulas import formulas
from vizcore.ui.layer_settings import LayerSettings, Network, from_lesson

OWN = "9x8x2-conv_4_3_psame-relu-max_2-flatten-dense_3"


def address(server, settings):
    return f"{server.url}/layer_tables?{urlencode(to_query(settings))}"


def open_table(tab, server, settings=None):
    """Open the page and wait until the table is drawn."""
    visit(tab, address(server, settings or LayerSettings()))
    expect(tab.locator(".layers[data-drawn]")).to_be_visible()


def check(tab, settings):
    """The table, the row that is explained and the picture are the core's."""
    rows, index = settings.table(), settings.row - 1
    shown = tab.locator(".layers tbody tr")
    expect(tab.locator(".layers")).to_have_attribute("data-row", str(index))
    expect(shown).to_have_count(len(rows))
    for line, row in zip(shown.all(), rows, strict=True):
        expect(line.locator("th")).to_contain_text(row.name)
        figures = [shape_text(row.shape), f"{row.parameters:,}", f"{row.multiply_adds:,}"]
        expect(line.locator("td.figure")).to_have_text([*figures, "×".join(map(str, row.field))])
    count = totals(rows)
    figures = ["", f"{count.parameters:,}", f"{count.multiply_adds:,}", ""]
    expect(tab.locator("tfoot td.figure")).to_have_text(figures)
    told = formulas(rows[index], rows[index - 1] if index else None)
    expect(tab.locator(".formulas dt")).to_have_text([name for name, _ in told])
    expect(tab.locator(".formulas dd")).to_have_text([text for _, text in told])
    expect(shown.nth(index).get_by_role("radio")).to_be_checked()
    marked = tab.locator(".picture .volume.chosen title")
    expect(marked).to_contain_text(f": {shape_text(rows[index].shape)}")


def reaches(tab, settings):
    """The address comes to be that of these settings, and the page shows them."""
    query = urlencode(to_query(settings))
    tab.wait_for_url(lambda url: url.partition("?")[2] == query)
    settled(tab)
    check(tab, settings)


def row(tab, name):
    return tab.get_by_role("radio", name=name)


def field(tab, label):
    return tab.locator(".editor, .input").get_by_label(label, exact=True)


def menu(tab, label):
    return tab.locator(".editor").get_by_role("combobox", name=label, exact=True)


def fill(tab, label, value):
    field(tab, label).fill(str(value))
    field(tab, label).press("Enter")


def press(tab, name):
    tab.locator(".editor").get_by_role("button", name=name).click()


def own(text=OWN, at=1):
    return LayerSettings(Network.from_text(text), row=at)


def test_every_row_is_explained_with_its_numbers(server, page):
    settings = LayerSettings()
    open_table(page, server, settings)
    check(page, settings)
    for number in (2, 4, 8):
        page.locator(".layers tbody tr").nth(number - 1).locator("td").first.click()
        reaches(page, LayerSettings(row=number))


def test_rows_are_chosen_by_keys_at_once(server, page):
    open_table(page, server)
    row(page, "conv1").focus()
    page.keyboard.press("ArrowDown")
    expect(row(page, "relu1")).to_be_focused()
    expect(page.locator(".layers")).to_have_attribute("data-row", "1")
    page.keyboard.press("ArrowDown")
    reaches(page, LayerSettings(row=3))
    expect(row(page, "pool1")).to_be_focused()


def test_a_volume_of_the_picture_chooses_its_row(server, page):
    open_table(page, server)
    page.locator(".picture .volume").nth(6).locator("polygon").first.click()
    reaches(page, LayerSettings(row=6))


def test_an_argument_is_changed_in_place_and_undone(server, page):
    open_table(page, server, own())
    fill(page, "Filters", 7)
    changed = own(OWN.replace("conv_4_3", "conv_7_3"))
    reaches(page, changed)
    expect(field(page, "Filters")).to_be_focused()
    menu(page, "Padding").select_option("valid")
    reaches(page, own(OWN.replace("conv_4_3_psame", "conv_7_3")))
    page.get_by_role("button", name="Undo").click()
    reaches(page, changed)
    expect(menu(page, "Padding")).to_have_value("same")


def test_the_input_is_changed(server, page):
    open_table(page, server, own(at=3))
    fill(page, "Rows", 20)
    reaches(page, own(OWN.replace("9x8x2", "20x8x2"), 3))
    fill(page, "Channels", 5)
    reaches(page, own(OWN.replace("9x8x2", "20x8x5"), 3))


def test_rows_are_added_moved_changed_and_removed(server, page):
    open_table(page, server, own())
    press(page, "Add a layer below this row")
    text = OWN.replace("-relu", "-conv_16_3_psame-relu")
    reaches(page, own(text, 2))
    press(page, "Move this row down")
    text = OWN.replace("-relu", "-relu-conv_16_3_psame")
    reaches(page, own(text, 3))
    menu(page, "Kind").select_option("Batch normalisation")
    text = OWN.replace("-relu", "-relu-norm")
    reaches(page, own(text, 3))
    press(page, "Move this row up")
    text = OWN.replace("-relu", "-norm-relu")
    reaches(page, own(text, 2))
    press(page, "Remove this row")
    reaches(page, own(OWN, 2))


def test_another_kind_keeps_the_arguments_that_both_have(server, page):
    open_table(page, server, own("9x8x2-conv_4_5_s2_psame-relu"))
    menu(page, "Kind").select_option("Depthwise convolution")
    reaches(page, own("9x8x2-depthwise_5_s2_psame-relu"))
    menu(page, "Kind").select_option("Max pooling")
    reaches(page, own("9x8x2-max_5_s2_psame-relu"))


def test_what_cannot_be_is_named_at_its_row_and_the_table_stays(server, page):
    open_table(page, server, own())
    fill(page, "Size", 3)
    menu(page, "Padding").select_option("valid")
    small = own("9x8x2-conv_4_3-relu-max_2-flatten-dense_3")
    reaches(page, small)
    fill(page, "Stride", 7)
    alert = page.locator(".message")
    expect(alert).to_have_text(
        "Row 3, max pooling: a window of 2×2 cells does not fit into 1×1. "
        "The table stays as it was."
    )
    expect(page.locator("tr.blamed th")).to_contain_text("pool1")
    expect(field(page, "Stride")).to_have_attribute("aria-invalid", "true")
    expect(field(page, "Stride")).to_have_value("7")
    check(page, small)
    fill(page, "Stride", 2)
    reaches(page, own("9x8x2-conv_4_3_s2-relu-max_2-flatten-dense_3"))
    expect(alert).to_be_empty()
    expect(page.locator("tr.blamed")).to_have_count(0)


def test_a_row_that_cannot_stand_there_is_not_added_or_moved(server, page):
    open_table(page, server, own(at=4))
    press(page, "Remove this row")
    expect(page.locator(".message")).to_contain_text("Row 4, dense layer: ")
    check(page, own(at=4))
    press(page, "Move this row up")
    expect(page.locator(".message")).to_contain_text("Row 4, max pooling: it needs rows, columns")
    check(page, own(at=4))
    assert "row=4" in page.url and "relu-max_2-flatten" in page.url


def test_what_is_no_number_is_told_without_the_server(server, page):
    open_table(page, server, own())
    field(page, "Filters").fill("")
    field(page, "Filters").press("Enter")
    expect(page.locator(".message")).to_contain_text("This is no number.")
    fill(page, "Filters", 0)
    expect(page.locator(".message")).to_contain_text("Filters of convolution must be 1 to 99,999")
    fill(page, "Filters", 5)
    reaches(page, own(OWN.replace("conv_4_3", "conv_5_3")))


def test_a_preset_is_chosen_and_changed_into_ones_own(server, page):
    open_table(page, server)
    choose(page, "Network", "AlexNet, 2012")
    reaches(page, LayerSettings(Network.named("alexnet")))
    expect(page.locator("tfoot")).to_contain_text("60,965,224")
    fill(page, "Groups", 3)
    text = Network.named("alexnet")
    changed = Network.from_text(
        "227x227x3-conv_96_11_s4_g3-" + "-".join(one.to_text() for one in text.layers[1:])
    )
    reaches(page, LayerSettings(changed))
    expect(page.get_by_role("combobox", name="Network")).to_have_value("Your own")


@pytest.mark.parametrize("slug", NETWORK_LESSONS)
def test_a_lesson_shows_its_network(server, page, slug):
    settings = from_lesson(NETWORK_LESSONS[slug])
    open_table(page, server, settings)
    check(page, settings)


def test_a_lesson_opens_from_the_page(server, page):
    open_table(page, server, own())
    page.get_by_role("link", name=NETWORK_LESSONS["organs"].title).click()
    reaches(page, from_lesson(NETWORK_LESSONS["organs"]))


def test_what_was_changed_survives_a_switch_of_pages_and_a_reload(server, page):
    open_table(page, server, own())
    fill(page, "Filters", 7)
    changed = own(OWN.replace("conv_4_3", "conv_7_3"))
    reaches(page, changed)
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_role("link", name="Pooling").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pooling")
    sidebar.get_by_role("link", name="Layer tables").click()
    expect(page.locator(".layers[data-drawn]")).to_be_visible()
    reaches(page, changed)
    fill(page, "Filters", 8)
    changed = own(OWN.replace("conv_4_3", "conv_8_3"))
    reaches(page, changed)
    page.reload()
    expect(page.locator(".layers[data-drawn]")).to_be_visible()
    reaches(page, changed)


def test_on_a_phone_every_figure_of_a_row_is_seen_with_its_name(server, page):
    page.set_viewport_size({"width": 390, "height": 844})
    settings = LayerSettings(Network.named("alexnet"))
    open_table(page, server, settings)
    check(page, settings)
    page.wait_for_function(
        "frame => frame.scrollWidth <= frame.clientWidth",
        arg=page.locator(".layers .scroll").element_handle(),
    )
    first = page.locator(".layers tbody tr").first
    expect(first.locator(".what")).to_be_visible()
    named = "cells => cells.map((one) => getComputedStyle(one, '::before').content)"
    heads = ["Output", "Parameters", "Multiply-adds", "Receptive field"]
    assert first.locator(".figure").evaluate_all(named) == [f'"{head}"' for head in heads]


def test_a_long_table_shows_where_it_goes_on(server, page):
    open_table(page, server)
    frame, hint = page.locator(".layers .scroll"), page.locator(".layers .more")
    expect(hint).to_be_hidden()
    expect(frame).not_to_have_class(re.compile("more-"))
    open_table(page, server, LayerSettings(Network.named("plain-20")))
    expect(hint).to_have_text("The table goes on: scroll in its frame.")
    for top, edges in ((0, ["below"]), (300, ["above", "below"]), (99999, ["above"])):
        frame.evaluate("(frame, top) => (frame.scrollTop = top)", top)
        for edge in ("above", "below"):
            expect(page.locator(f".layers .scroll.more-{edge}")).to_have_count(edges.count(edge))


def test_the_shortcut_hands_its_input_on(server, page):
    open_table(page, server)
    slider = page.get_by_role("slider", name="Size of the weights of F (per cent)")
    slider.press("Home")
    expect(page.get_by_text("the block moves x by at most 0.")).to_be_visible()
    page.wait_for_url(lambda url: "share=0" in url)


def test_a_picture_too_wide_for_a_phone_says_that_it_goes_on(server, page):
    open_table(page, server)
    hints = page.locator(".hint")
    expect(hints).to_have_count(2)
    for hint in hints.all():
        expect(hint).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    for hint in hints.all():
        expect(hint).to_be_visible()
        expect(hint).to_contain_text("swipe or scroll")
