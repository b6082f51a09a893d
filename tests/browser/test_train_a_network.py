"""Train a network in a real browser: from a dataset to a run, by mouse and by keyboard."""

from urllib.parse import urlencode

import pytest
from helpers import choose, fits, settled, visit
from playwright.sync_api import expect

from vizcore.export.permalink import to_query
from vizcore.ui.layer_settings import Network
from vizcore.ui.train_settings import TrainSettings

OWN = "8x8x1-conv_4_3-relu-flatten-dense_10-softmax"


def open_page(tab, server, settings=None):
    query = urlencode(to_query(settings or TrainSettings()))
    visit(tab, f"{server.url}/train_a_network?{query}")
    expect(tab.locator(".layers[data-drawn]")).to_be_visible()


def own(text=OWN, **others):
    return TrainSettings(network=Network.from_text(text), **others)


def reaches(tab, settings):
    """The address comes to be that of these settings."""
    query = urlencode(to_query(settings))
    tab.wait_for_url(lambda url: url.partition("?")[2] == query)
    settled(tab)


def test_a_layer_is_edited_by_keyboard_and_its_figures_follow(server, page):
    open_page(page, server, own())
    page.get_by_role("radio", name="conv1").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == "Filters":
            break
    page.keyboard.press("Control+A")
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    reaches(page, own(OWN.replace("conv_4_3", "conv_6_3")))
    cells = page.locator(".layers tbody tr").first.locator("td.figure")
    # (9 + 1)·6 parameters; 6·6·6·9 products.
    expect(cells).to_have_text(["6×6×6", "60", "1,944", "3×3"])
    expect(page.get_by_text("The network has 2,230 parameters")).to_be_visible()


FOCUSED = """() => {
  let e = document.activeElement;
  while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
  return e.closest("label")?.firstChild.textContent ?? "";
}"""


def test_an_impossible_stack_is_named_and_what_is_on_screen_stays(server, page):
    open_page(page, server, own(row=1))
    field = page.locator(".editor").get_by_label("Size", exact=True)
    field.fill("9")
    field.press("Enter")
    message = page.locator(".layers").get_by_role("alert")
    expect(message).to_have_text(
        "Row 1, convolution: a window of 9×9 cells does not fit into 8×8. "
        "The table stays as it was."
    )
    expect(page.locator(".layers tr.blamed")).to_contain_text("conv1")
    expect(page.locator(".layers tbody tr").first).to_contain_text("6×6×4")


def test_a_last_layer_that_does_not_suit_is_marked_until_it_is_fitted(server, page):
    open_page(page, server, own(OWN.replace("dense_10", "dense_3")))
    note = page.locator(".layers tbody tr .note")
    expect(note).to_have_text("✗ must end in dense 10, softmax")
    expect(page.locator(".layers tbody tr").last.locator(".note")).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Fit to this dataset").click()
    reaches(page, own())
    expect(note).to_have_count(0)
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()


def test_a_preset_brings_its_recipe(server, page):
    open_page(page, server)
    choose(page, "Network", "MNIST, five convolutions")
    expect(page.get_by_text("our reconstruction")).to_be_visible()
    expect(page.get_by_label("Learning rate", exact=True)).to_have_value("1")
    expect(page.get_by_text("The pictures of 8×8×1 are brought to")).to_be_visible()
    page.get_by_label("Epochs", exact=True).fill("2")
    page.get_by_label("Epochs", exact=True).press("Enter")
    expect(page.get_by_text("five convolutions”: epochs.")).to_be_visible()
    page.get_by_role("button", name="Back to the recipe").click()
    expect(page.get_by_label("Epochs", exact=True)).to_have_value("50")


def test_the_button_leads_to_the_run_and_a_double_click_makes_one(server, page):
    settings = own(epochs=1)
    open_page(page, server, settings)
    page.get_by_label("Name of the run", exact=True).fill("<i>One</i> run")
    page.get_by_role("button", name="Train", exact=True).dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Runs")
    page.wait_for_url("**/runs?run=*")
    settled(page)
    expect(page.get_by_text("<i>One</i> run").first).to_be_visible()
    visit(page, f"{server.url}/runs")
    expect(page.get_by_text("<i>One</i> run")).to_have_count(1)


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_runs_over_the_edge(server, page, width):
    page.set_viewport_size({"width": width, "height": 844})
    open_page(page, server, own("12x12x1-conv_4_3-relu-flatten-dense_3-softmax", flip=True))
    fits(page)
    for name in ("Undo", "Train"):
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width


def test_a_network_goes_to_its_table_and_back(server, page):
    open_page(page, server, own(epochs=3))
    page.get_by_role("link", name="Read more about this network: Layer tables").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Layer tables")
    expect(page.locator(".layers[data-drawn] tbody tr")).to_have_count(5)
    settled(page)
    page.get_by_role("link", name="Train this network").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Train a network")
    reaches(page, own(epochs=3))


def test_frozen_rows_are_marked_until_their_weights_are_given_up(server, page):
    visit(page, f"{server.url}/train_a_network?preset=transfer")
    marks, learned = page.locator(".layers tbody .frozen"), page.locator(".layers tfoot .what")
    # Seven convolutions and as many normalisations; a ReLU has nothing to freeze.
    expect(marks).to_have_count(14)
    # 160 features · 10 classes + 10 biases.
    expect(learned).to_have_text("1,610 learned")
    expect(page.locator(".editor .hint")).to_contain_text("Kept as it is.")
    keep = page.get_by_role("checkbox", name="Keep the weights of Objects in rows 1 to 25, frozen")
    keep.focus()
    page.keyboard.press("Space")
    expect(marks).to_have_count(0)
    expect(learned).to_have_text("690,306 learned")
    expect(page.locator(".editor .hint")).to_have_count(0)
    page.wait_for_url(lambda url: "preset" not in url)
