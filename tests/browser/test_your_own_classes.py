"""One's own classes in a real browser: brought, put right, kept, trained on, deleted."""

import io
import zipfile

import numpy as np
from helpers import settled, visit
from playwright.sync_api import expect

from vizcore.imaging import to_png

LEVELS = """(canvas) => [...canvas.getContext("2d").getImageData(3, 3, 1, 1).data.slice(0, 3)]"""


def pets():
    """Two classes of six flat pictures, all of them different, and a file that is none."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, first in (("cat", 0), ("<i>dog</i>", 100)):
            for i in range(6):
                picture = np.full((40, 60, 3), first + i, np.uint8)
                archive.writestr(f"{name.replace('/', '')}/{i}.png", to_png(picture))
        archive.writestr("cat/notes.txt", b"Meow.")
    return {"name": "pets.zip", "mimeType": "application/zip", "buffer": file.getvalue()}


def gallery(page, name):
    return page.get_by_role("group", name=f"Pictures of {name}", exact=True)


def test_an_archive_becomes_a_dataset_to_train_on(server, page):
    visit(page, f"{server.url}/your_own_classes")
    page.get_by_test_id("stFileUploader").locator("input").set_input_files(pets())
    dogs = gallery(page, "<i>dog<i>")
    expect(dogs.get_by_role("listitem")).to_have_count(6)
    expect(page.get_by_text("(1 file skipped)")).to_be_visible()
    expect(page.get_by_text("cat/notes.txt")).to_be_visible()
    settled(page)
    assert dogs.locator("canvas").nth(2).evaluate(LEVELS) == [102] * 3

    name = page.get_by_role("textbox", name="Class 2")
    expect(name).to_have_value("<i>dog<i>")
    name.fill("dog")
    name.press("Enter")
    expect(gallery(page, "dog").get_by_role("listitem")).to_have_count(6)
    settled(page)
    page.get_by_role("textbox", name="What it is called").fill("Pets")
    page.keyboard.press("Enter")
    settled(page)
    page.get_by_role("button", name="Keep it").click()
    listed = page.get_by_text("12 pictures of 32 × 32 pixels, in colour: cat 6, dog 6.")
    expect(listed).to_be_visible()
    expect(gallery(page, "dog")).to_have_count(0)

    page.get_by_role("link", name="Train a network with it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Train a network")
    dataset = page.get_by_role("combobox", name="Dataset", exact=True)
    expect(dataset).to_have_value("Pets (your own)")
    network = page.get_by_role("combobox", name="Network", exact=True)
    expect(network).to_have_value("Transfer from Objects")
    expect(page.get_by_text("10 pictures to train with and 2 to test with")).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()

    # A reload is another session: the cookie alone tells whose they are.
    visit(page, f"{server.url}/your_own_classes")
    expect(listed).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("“Pets” is deleted.")).to_be_visible()
    expect(page.get_by_text("None yet")).to_be_visible()
