"""Every lesson, opened by its link on a fresh server: what the slides give stands on the screen.

A page's reader knows where its numbers stand, and returns them in the form of `expected`.
"""

import re

import numpy as np
import pytest
from conftest import Server
from helpers import eventually, visit
from playwright.sync_api import expect
from stepping import STEPPER, press, seen

from vizcore.lessons import LESSONS
from vizcore.ui.frame import PAGES
from vizcore.ui.lesson_links import address_of, query_of, settings_of

# One server for all of them, whichever worker runs them.
pytestmark = pytest.mark.xdist_group("lessons")

NUMBER = r"[−-]?\d[\d,]*(?:\.\d+)?"


@pytest.fixture(scope="module")
def new_server():
    """An app that nobody has visited before these lessons."""
    running = Server().wait()
    yield running
    running.stop()


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lessons_link_shows_its_result(new_server, page, slug):
    lesson = LESSONS[slug]
    visit(page, f"{new_server.url}/{address_of(lesson.page, query_of(settings_of(lesson)))}")
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[f"pages/{lesson.page}.py"])
    eventually(page, lambda: check(READERS[lesson.page](page, slug), lesson.expected))
    if lesson.correction:
        expect(page.get_by_test_id("stMain")).to_contain_text(lesson.correction)


def check(read, expected):
    """What is on the screen is what the slides give, as exactly as the screen tells it."""
    if isinstance(expected, tuple) and any(isinstance(one, tuple) for one in expected):
        assert len(read) == len(expected)
        for one, other in zip(read, expected, strict=True):
            check(one, other)
    else:
        assert np.shape(read) == np.shape(expected)
        np.testing.assert_allclose(read, expected, atol=0.00501)


# ---- Words and numbers ----


def numbers(text):
    """All numbers in a text, as people write them."""
    return [float(one.replace("−", "-").replace(",", "")) for one in re.findall(NUMBER, text)]


def number(text):
    """The last number of a text: what stands behind its last sign of equality."""
    return numbers(text)[-1]


def shape(text):
    """A shape as a table writes it: rows × columns × channels, or numbers in a row."""
    sides = [int(one) for one in numbers(text)]
    return tuple(sides if len(sides) > 1 else [1, 1, *sides])


def found(tab, pattern):
    """The number that a pattern finds in what the page says outside its components."""
    text = tab.get_by_test_id("stMain").inner_text().replace("\n", " ")
    match = re.search(pattern.replace("#", f"({NUMBER})"), text)
    assert match, f"“{pattern}” is not on the page"
    return number(match[1])


def texts(tab, css):
    return tab.locator(css).all_inner_texts()


# ---- Readers ----


def stepper(tab, slug):
    """The output after the last step; of an output too large for numbers, its size."""
    press(tab, "End")
    said = seen(tab)
    outputs = said["texts"]["output"]
    expected = LESSONS[slug].expected
    if isinstance(expected, tuple):
        size = tab.get_by_test_id("stMain").locator("li", has_text=re.compile("^Output: ")).first
        sides = tuple(map(int, numbers(size.inner_text())))
        assert len(outputs[0]) == sides[0] * sides[1]
        return sides
    expect(tab.locator(f"{STEPPER} .grid.output .open")).to_have_count(0)
    maps = [[number(text) for text in cells] for cells in outputs]
    return np.reshape(np.transpose(maps), expected.shape)


def photo(tab, slug):
    figures = tab.locator(".pictures > figure")
    if slug == "slide-filters":
        expect(figures).to_have_count(len(LESSONS[slug].expected))
        return [kernel(one) for one in figures.all()]
    captions = figures.locator("figcaption").all_inner_texts()
    assert captions[-1] == "Their average"
    read = [numbers(caption) for caption in captions[:-1]]
    return [(row - 1, column - 1, response) for _, response, row, column in read]


def kernel(figure):
    """A kernel of the slides' table: its cells, over its divisor."""
    caption = figure.locator("figcaption").last.inner_text()
    cells = [number(text) for text in figure.locator("td").all_inner_texts()]
    return np.reshape(cells, (3, 3)) / (number(caption) if "÷" in caption else 1)


def slashes(tab, slug):
    expect(tab.locator(".slashes[data-drawn]")).to_be_visible()
    if slug == "dot-product":
        products = tab.locator("figure", has_text="Products").locator(".quad > *")
        return *map(number, products.all_inner_texts()), number(tab.locator(".score").inner_text())
    scores, blind = [], []
    for name in ("clean, + − / − +", "clean, − + / + −", "drawn, + + / − +", "drawn, − − / + −"):
        tab.locator(f"label:has([aria-label$='{name}'])").click()
        scores.append(number(tab.locator(".score").inner_text()))
        said = tab.locator(".blind").inner_text()
        blind.append([number(re.search(f"{how} [^=]*= ({NUMBER})", said)[1])
                      for how in ("add up to", "multiply to")])  # fmt: skip
    (sum_one, product_one), (sum_other, product_other), *_ = blind
    ranks = tab.locator(".rank")
    count = {float(one.get_attribute("data-score")): one.locator("label").count()
             for one in ranks.all()}  # fmt: skip
    counts = (count[value] for value in (4, -4, 2, -2, 0))
    return *scores, sum_one, sum_other, product_one, product_other, *counts


def why(tab, slug):
    if slug == "swans":
        return swans(tab)
    size = shape(tab.locator(".counts text").last.text_content())
    cost = dict(zip(texts(tab, "tr.cost th"), tab.locator("tr.cost").all(), strict=True))

    def parameters(name):
        row = next(row for title, row in cost.items() if title.startswith(name))
        return row.locator("td").first.inner_text()

    def weights(name):
        return numbers(re.search(rf"({NUMBER}) weights? and ({NUMBER}) bias", parameters(name))[0])

    def learned(name):
        return number(re.search(f"= ({NUMBER})", parameters(name))[1])

    places = tab.locator(".counts dd", has_text="shared by all").inner_text()
    return {
        "ten-5x5-filters": lambda: (*size, learned("Convolution")),
        "six-maps": lambda: size,
        "ninety-six-11x11": lambda: (*size, number(places)),
        "ten-weights": lambda: (*weights("Convolution"), learned("Convolution")),
        "mlp-is-too-large": lambda: (weights("One dense")[0], learned("One filter")),
    }[slug]()


def swans(tab):
    def told(row, column="Now"):
        return numbers(tab.locator(".moving tbody tr").nth(row)
                       .locator(f"td[data-name='{column}']").inner_text())  # fmt: skip

    def again(text):
        before = tab.locator(".moving .picture").inner_html()
        tab.get_by_text(text, exact=True).click()
        expect(tab.locator(".moving .picture")).not_to_have_js_property("innerHTML", before)

    first = *told(0, "At first"), *told(2, "At first")
    moved = *told(0), *told(2)
    _, row, column = told(1)
    again("A quarter turn")
    turned = *told(0), *told(2)
    again("Upright")
    again("Black")
    black = *told(0), *told(2)
    again("White")
    return *first, *moved, row - 1, column - 1, *turned, *black


def graph(tab, slug):
    if slug == "shared-gradient":
        caption = tab.locator("figcaption", has_text="Gradient of the kernel")
        cells = tab.locator("figure", has=caption).locator("button").all_inner_texts()
        return np.reshape([number(cell) for cell in cells], LESSONS[slug].expected.shape)
    tab.locator(".graph .stage").press("End")
    nodes = tab.locator(".graph .node")
    inputs = [number(field.input_value()) for field in nodes.locator("input").all()]
    values = [number(text) for text in nodes.locator(".value").all_inner_texts()]
    gradients = [number(text) for text in nodes.locator(".gradient").all_inner_texts()]
    return *inputs, *values, *gradients[: len(inputs)]


def layers(tab, slug):
    expect(tab.locator(".layers[data-drawn]")).to_be_visible()
    if slug == "slides-64":
        readings = tab.locator("table", has_text="32 filters 3×3 on 64×64×3")
        return tuple(map(shape, readings.locator("tbody td:last-child").all_inner_texts()))
    if slug == "deeper-is-not-enough":
        rows = tab.locator("table", has_text="learned parameters").locator("tbody tr").all()
        cells = [row.locator("td").all_inner_texts() for row in rows]
        depths = [(int(numbers(title)[0]), int(number(learned))) for title, learned, *_ in cells]
        return tuple(depths[i] for i in (2, 0, 3, 1))  # on the screen by depth
    if slug == "shrinking-fast":
        pictures = tab.locator("svg.volumes").filter(has_not=tab.locator(".layers *"))
        return tuple(map(drawn_maps, pictures.all()[-2:]))
    rows = [
        (title.strip("0123456789"), shape(size), int(number(parameters)))
        for title, size, parameters in tab.locator(".layers tbody tr").evaluate_all(
            """rows => rows.map((row) => [row.querySelector("label").lastChild.textContent,
                 ...[...row.querySelectorAll("td.figure")].slice(0, 2)
                   .map((cell) => cell.textContent)])"""
        )
    ]
    if isinstance(LESSONS[slug].expected, int):
        total = int(number(tab.locator(".layers tfoot td.figure").nth(1).inner_text()))
        assert total == sum(parameters for *_, parameters in rows)
        return total
    if slug == "volumes":
        fields = tab.locator(".layers .input input").all()
        kept = [size for title, size, _ in rows if title != "flatten"]
        return tuple(int(field.input_value()) for field in fields), *kept
    left_out = ("relu", "dropout", "softmax") if slug in ("alexnet", "residual") else ()
    return tuple((*size, parameters) for title, size, parameters in rows
                 if title not in left_out)  # fmt: skip


def drawn_maps(picture):
    """The maps of a network that is drawn, its input left out."""
    labels = picture.locator(".volume text:not(.name)").all_text_contents()
    return tuple(shape(label) for label in labels[1:] if label.count("×") == 2)


def activations(tab, slug):
    if slug == "activations":
        said = {name: found(tab, f"through each:.* {name}: #") for name in ("Sigmoid", "Tanh")}
        total, relu = found(tab, "The same sum z = # "), found(tab, "through each: ReLU: #")
        assert number(tab.locator(".neuron .sum").inner_text()) == total
        return total, relu, *said.values()
    if slug == "cost":
        return (
            found(tab, r"Squared error[^=]*= #;"),
            found(tab, "divided by 10, on average #"),
            found(tab, "Largest output: [^,]*, for #"),
            found(tab, "Sum of the outputs: [^=]*= #"),
            found(tab, "As they are: [^=]*= #"),
            found(tab, "as Keras does: [^=]*=[^=]*= #"),
            found(tab, "As ten binary decisions: [^=]*= #"),
        )
    before, training = (net_values(tab, net) for net in (0, 1))
    tab.get_by_role("radio", name="Prediction").click()
    expect(tab.locator(".thinned")).to_contain_text("The same net in prediction")
    prediction = net_values(tab, 1)
    tab.get_by_role("radio", name="Training").click()
    return *np.unique(training / before), *np.unique(prediction / before)


def net_values(tab, net):
    """What the first hidden nodes of a net hand on."""
    nodes = tab.locator(f".thinned [data-net='{net}'][data-layer='1']")
    return np.array([float(one.get_attribute("data-value")) for one in nodes.all()])


def forward(tab, slug):
    pooled = texts(tab, ".forward .grid.pooling [data-i]")
    logits = texts(tab, ".forward [data-stage=logits]")
    return [number(text) for text in (*pooled, *logits)]


READERS = {
    "image_filters": photo,
    "convolution_step_by_step": stepper,
    "pooling": stepper,
    "activations": activations,
    "from_pixels_to_a_class": forward,
    "finding_a_filter": slashes,
    "why_convolution": why,
    "layer_tables": layers,
    "gradients": graph,
}
