"""Gradients, in a real browser: steps, keys, hovering, typing, links."""

from dataclasses import replace
from urllib.parse import urlencode

import numpy as np
import pytest
from helpers import eventually, record_frames, settled, visit
from playwright.sync_api import expect

from vizcore.export.permalink import to_query
from vizcore.lessons import LESSONS
from vizcore.lessons.gradients import GRADIENT_LESSONS
from vizcore.ui.gradient_settings import GradientSettings, fitted, from_lesson
from vizcore.ui.numbers import readable

FILTER = GradientSettings(part="filter")


def address(server, settings):
    return f"{server.url}/gradients?{urlencode(to_query(settings))}"


def open_page(tab, server, settings):
    """Open the page and wait until its component is drawn."""
    visit(tab, address(server, settings))
    expect(drawing(tab, settings)).to_be_visible()


def drawing(tab, settings):
    return tab.locator(
        ".graph[data-drawn]" if settings.part == "graph" else ".shared-weight[data-drawn]"
    )


def numbers(texts):
    """Texts on screen as numbers."""
    return [float(text.replace("−", "-").replace(",", "")) for text in texts]


def press(tab, name):
    tab.get_by_role("button", name=name, exact=True).click()


def go(tab, way):
    """Press a button of the bar, by the beginning of its name."""
    bar_button(tab, way).click()


def bar_button(tab, way):
    return tab.locator(f'.bar button[aria-label^="{way}"]')


# ---- The graph ----


def check_graph(tab, settings, step):
    """At a step, the picture shows what is known, and each number is the core's."""
    trace = settings.graph()
    expect(tab.locator(".graph")).to_have_attribute("data-step", str(step))
    past = trace.steps[: step + 1]
    known = {node.name for node in trace.nodes if not node.operation}
    known |= {one.node for one in past if one.kind == "forward"}
    seen = tab.locator(".graph").evaluate(READ_GRAPH)
    for node, value, field, gradient in seen["nodes"]:
        name = node.split(" = ")[0]
        text = value if field is None else field.replace("-", "−")  # while it is being typed
        assert text == (readable(trace.values[name], 4) if name in known else "")
        assert gradient == gradient_text(trace, past, name)
    slopes = [
        (slope, node.name in known) for node in trace.nodes for slope in trace.slopes[node.name]
    ]
    told = [readable(slope) if shown else "" for slope, shown in slopes]
    assert [text.split(" = ")[-1] for text in seen["slopes"]] == told
    return seen


READ_GRAPH = """(graph) => ({
  nodes: [...graph.querySelectorAll(".node")].map((node) => [
    node.querySelector(".formula").textContent,
    node.querySelector(".value")?.textContent,
    node.querySelector("input")?.value ?? null,
    node.querySelector(".gradient").textContent,
  ]),
  slopes: [...graph.querySelectorAll(".slope")].map((slope) => slope.textContent),
  aside: [...graph.querySelectorAll(".node.aside .formula")].map((one) => one.textContent),
  sentence: graph.querySelector(".sentence").textContent,
})"""


def gradient_text(trace, past, name):
    """What a node says of its gradient after the steps that have been."""
    terms = [1.0] if name == trace.result and any(one.kind == "seed" for one in past) else []
    for one in past:
        node = next(node for node in trace.nodes if node.name == one.node) if one.node else None
        if one.kind == "backward" and node.operands[one.operand] == name:
            terms.append(trace.contributions[one.node][one.operand])
    if not terms:
        return ""
    total = readable(sum(terms))
    added = [readable(terms[0])] + [
        f"({readable(term)})" if term < 0 else readable(term) for term in terms[1:]
    ]
    sums = f"{' + '.join(added)} = {total}" if len(terms) > 1 else total
    return f"∂{trace.result}/∂{name} = {sums}"


@pytest.mark.parametrize("expression", ["slide", "shared", "relu"])
def test_every_step_shows_the_cores_numbers(server, page, expression):
    settings = GradientSettings().with_expression(expression)
    open_page(page, server, settings)
    last = len(settings.graph().steps) - 1
    for step in range(last):
        check_graph(page, settings, step)
        go(page, "Next")
    check_graph(page, settings, last)
    bar_button(page, "Next").press("Enter")  # there is no further
    check_graph(page, settings, last)
    go(page, "Previous")
    check_graph(page, settings, last - 1)
    go(page, "First")
    check_graph(page, settings, 0)


def test_keys_step_and_are_told_once_for_the_address(server, page):
    settings = GradientSettings()
    frames = record_frames(page)
    open_page(page, server, settings)
    stage = page.locator(".graph .stage")
    stage.focus()
    before = len(frames)
    for key, step in (("ArrowRight", 1), ("End", 9), ("ArrowLeft", 8), ("Home", 0), ("End", 9)):
        stage.press(key)
        check_graph(page, settings, step)
    page.wait_for_url(lambda url: "step=9" in url)
    assert len(frames) > before
    said = page.locator(".graph [aria-live]")
    expect(said).to_have_text(page.locator(".graph .sentence").inner_text())
    expect(said).to_contain_text("∂e/∂b = 3 + 2 = 5")


def test_it_plays_to_the_end_and_begins_anew(server, page):
    open_page(page, server, GradientSettings(step=7))
    page.locator(".graph .stage").press("Space")
    expect(page.locator(".graph")).to_have_attribute("data-step", "9")
    expect(bar_button(page, "Play")).to_be_visible()
    # In one task of the browser: on a busy machine the next step may come before one has looked.
    begun = bar_button(page, "Play").evaluate(
        "(play) => { play.click(); return [play.closest('.graph').dataset.step, play.ariaLabel]; }"
    )
    assert begun == ["0", "Pause (space)"]
    go(page, "Pause")
    expect(bar_button(page, "Play")).to_be_visible()


def test_pointing_at_a_value_shows_its_ways(server, page):
    open_page(page, server, GradientSettings(step=9))
    sentence = page.locator(".graph .sentence")
    page.locator(".node", has_text="d = b + 1").hover()
    expect(sentence).to_have_text("d reaches e by one path, d → e: 3.")
    assert page.locator(".graph").evaluate(READ_GRAPH)["aside"] == ["a", "c = a + b"]
    page.get_by_role("textbox", name="Input b").focus()
    expect(sentence).to_contain_text("Together 2 + 3 = 5")
    page.locator("h1").hover()
    bar_button(page, "Previous").focus()
    expect(sentence).to_contain_text("Backward through +")
    assert page.locator(".graph").evaluate(READ_GRAPH)["aside"] == []


def test_an_input_is_typed_in_place_and_keeps_the_step(server, page):
    settings = GradientSettings(step=9)
    open_page(page, server, settings)
    field = page.get_by_role("textbox", name="Input b")
    field.fill("-3")
    expected = settings.with_number(1, "-3")
    page.wait_for_url(lambda url: "numbers=2_-3" in url)
    expect(page.locator(".node", has_text="e = c · d").locator(".value")).to_have_text("2")
    settled(page)
    check_graph(page, expected, 9)
    expect(field).to_be_focused()
    field.fill("three")
    expect(page.locator(".graph [role=alert]")).to_contain_text("is not a number")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".node", has_text="e = c · d").locator(".value")).to_have_text("2")
    field.fill("1/2")
    expect(page.locator(".graph [role=alert]")).to_have_text("")
    expect(page.locator(".node", has_text="e = c · d").locator(".value")).to_have_text("3.75")


def test_another_expression_begins_at_its_start(server, page):
    open_page(page, server, GradientSettings(step=9))
    page.get_by_role("combobox", name="Expression").click()
    page.get_by_role("option", name="One weight at two places: w·x₁ + w·x₂").click()
    page.wait_for_url(lambda url: "expression=shared" in url)
    expect(page.get_by_role("textbox", name="Input x₁")).to_have_value("3")
    expected = GradientSettings().with_expression("shared")
    eventually(page, lambda: check_graph(page, expected, 0))


def test_the_graph_fits_a_phone(server, page):
    page.set_viewport_size({"width": 390, "height": 844})
    for expression in ("slide", "dot", "sigmoid"):
        settings = replace(GradientSettings().with_expression(expression), step=5)
        open_page(page, server, settings)
        expect(page.locator(".graph")).to_have_class("graph down")
        check_graph(page, settings, 5)
        page.wait_for_function(
            "stage => stage.scrollWidth <= stage.clientWidth",
            arg=page.locator(".stage").element_handle(),
        )
        widths = page.locator(".node").evaluate_all(
            "nodes => nodes.map((node) => node.scrollWidth - node.clientWidth)"
        )
        assert max(widths) <= 0


# ---- The filter ----


READ_FILTER = """(root) => {
  const lines = ["forward", "backward", "after"];
  const figures = [...root.querySelectorAll(".line")]
    .flatMap((line, i) => [...line.querySelectorAll("figure")].map((figure) => [lines[i], figure]));
  const cells = (figure) => [...figure.querySelectorAll(".cell > *")];
  const marked = (mark) => figures.map(([, figure]) =>
    cells(figure).flatMap((cell, i) => (cell.classList.contains(mark) ? [i] : [])));
  const text = (name) => root.querySelector(name).textContent;
  return {
    grids: Object.fromEntries(figures.filter(([, figure]) => cells(figure).length)
      .map(([line, figure]) => [
        `${line}: ${figure.querySelector("figcaption").textContent}`,
        cells(figure).map((cell) => cell.value || cell.textContent),
      ])),
    marked: Object.fromEntries(["now", "seen", "open"].map((mark) => [mark, marked(mark)])),
    met: [...figures[0][1].querySelectorAll(".cell")]
      .flatMap((cell, i) => (cell.classList.contains("met") ? [i] : [])),
    total: text(".total"),
    sentence: text(".sentence"),
    errors: text(".errors"),
  };
}"""


def check_filter(tab, settings, row=1, column=1, place=0):
    """Every grid, the sum, the marks and the errors are the core's."""
    found = settings.filter_step()
    learned = settings.contributions(row - 1, column - 1)
    root = tab.locator(".shared-weight")
    weight = (row - 1) * settings.kernel.columns + column - 1
    expect(root).to_have_attribute("data-weight", str(weight))
    expect(root).to_have_attribute("data-place", str(place))
    seen = root.evaluate(READ_FILTER)
    grids = {name: numbers(texts) for name, texts in seen["grids"].items()}
    padded = np.pad(settings.input.values()[..., 0], settings.padding)
    expected = {
        "forward: Input": padded,
        "forward: Kernel": settings.kernel.values(),
        "forward: Output": found.output,
        "forward: Target": settings.target.values(),
        "forward: Gradient of the output": found.upstream,
        "backward: Met by the weight": learned.values,
        "backward: Gradient of the output": found.upstream,
        "backward: Products": learned.products,
        "backward: Gradient of the kernel": found.gradient,
        "after: Kernel": settings.kernel.values(),
        "after: Gradient": found.gradient,
        "after: Next kernel": found.kernel_after,
    }
    assert grids.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(grids[name], np.ravel(values), atol=0.00501, err_msg=name)
    products = learned.products.ravel()
    running = products[: place or None].sum()
    assert numbers([seen["total"]]) == [pytest.approx(running, abs=0.005)]
    wide = padded.shape[1]
    met = [
        (r + settings.padding) * wide + c + settings.padding
        for r in learned.rows
        for c in learned.columns
    ]
    assert seen["met"] == sorted(met)
    assert seen["marked"]["now"][0] == ([met[place - 1]] if place else [])
    # Products after the place one looks at are still to come.
    assert seen["marked"]["open"][7] == ([*range(place, products.size)] if place else [])
    before, after = (readable(error, 3) for error in (found.error, found.error_after))
    assert seen["errors"].startswith(f"Error: {before} before, {after} after: ")
    return seen


def test_a_weight_learns_from_every_place(server, page):
    open_page(page, server, FILTER)
    seen = check_filter(page, FILTER)
    terms = "1·0 + 2·4 + 0·(−4) + 0·(−3) + 1·(−1) + 3·3 + 2·2 + 0·(−2) + 1·2"
    assert seen["sentence"] == f"Gradient of this weight: {terms} = 22"
    for place in range(1, 10):
        go(page, "Next")
        check_filter(page, FILTER, place=place)
    expect(page.locator(".shared-weight .place")).to_have_text("Place 9 of 9")
    go(page, "All places")
    expect(page.locator(".shared-weight .place")).to_have_text("All 9 places")
    go(page, "Next")
    go(page, "Next")
    seen = check_filter(page, FILTER, place=2)
    assert seen["sentence"] == (
        "At row 1, column 2 of the output the weight met 2, and the gradient there is 4: "
        "2 · 4 = 8. The sum so far: 8."
    )
    assert seen["marked"]["seen"][0] == [1, 2, 5, 6]


def test_weights_are_chosen_without_the_server_and_kept_in_the_address(server, page):
    frames = record_frames(page)
    open_page(page, server, FILTER)
    before = len(frames)
    for name, (row, column) in {"−10": (1, 2), "−11": (2, 1), "20": (2, 2)}.items():
        label = f"Gradient of the weight in row {row}, column {column}: {name}. Press"
        page.get_by_role("button", name=label).click()
        check_filter(page, FILTER, row, column)
    page.wait_for_url(lambda url: "row=2" in url and "column=2" in url)
    assert len(frames) > before
    page.get_by_role("textbox", name="Kernel row 1, column 2").focus()
    check_filter(page, FILTER, 1, 2)
    page.locator(".places").press("ArrowRight")
    check_filter(page, FILTER, 1, 2, place=1)
    page.locator(".places").press("End")
    check_filter(page, FILTER, 1, 2, place=9)


@pytest.mark.parametrize(
    ("grid", "place", "name"),
    [
        ("input", 5, "Input row 2, column 2"),
        ("kernel", 2, "Kernel row 2, column 1"),
        ("target", 8, "Target row 3, column 3"),
    ],
)
def test_every_grid_is_typed_in_place(server, page, grid, place, name):
    open_page(page, server, FILTER)
    field = page.get_by_role("textbox", name=name)
    field.fill("-2")
    expected = FILTER.with_cell(grid, place, "-2")
    page.wait_for_url(lambda url: f"{grid}=" in url)
    error = expected.filter_step().error
    expect(page.locator(".shared-weight")).to_have_attribute("data-error", f"{error:g}")
    row, column = (2, 1) if grid == "kernel" else (1, 1)
    check_filter(page, expected, row, column)
    field.fill("two")
    expect(page.locator(".shared-weight [role=alert]")).to_contain_text("is not a number")
    expect(page.locator(".shared-weight")).to_have_attribute("data-error", f"{error:g}")


def test_a_step_is_taken_and_taken_back(server, page):
    open_page(page, server, FILTER)
    after = FILTER.after_step()
    press(page, "Take the step")
    page.wait_for_url(lambda url: "kernel=" in url)
    expect(page.get_by_role("textbox", name="Kernel row 1, column 1")).to_have_value("0.56")
    check_filter(page, after)
    press(page, "Undo")
    page.wait_for_url(lambda url: "kernel=" not in url)
    expect(page.get_by_role("textbox", name="Kernel row 1, column 1")).to_have_value("1")
    check_filter(page, FILTER)


def test_padding_stride_and_dilation_are_drawn(server, page):
    settings = fitted(FILTER, padding=1, stride=2, dilation=2)
    settings = replace(settings, row=2, column=1, place=3)
    open_page(page, server, settings)
    check_filter(page, settings, 2, 1, place=3)


# ---- Links ----


@pytest.mark.parametrize("slug", GRADIENT_LESSONS)
def test_a_lesson_opens_from_the_page(server, page, slug):
    settings = from_lesson(LESSONS[slug])
    other = FILTER if settings.part == "graph" else GradientSettings()
    open_page(page, server, replace(other, step=3, place=4))
    page.get_by_test_id("stMain").get_by_role("link", name=LESSONS[slug].title).click()
    expect(drawing(page, settings)).to_be_visible()
    if settings.part == "graph":
        eventually(page, lambda: check_graph(page, settings, 0))
    else:
        eventually(page, lambda: check_filter(page, settings))


def test_a_link_shows_the_same_screen_and_a_reload_keeps_it(server, page):
    settings = replace(FILTER, row=1, column=2, place=6, rate=0.035)
    open_page(page, server, settings)
    check_filter(page, settings, 1, 2, place=6)
    go(page, "Next")
    page.wait_for_url(lambda url: "place=7" in url)
    page.reload()
    expect(drawing(page, settings)).to_be_visible()
    check_filter(page, settings, 1, 2, place=7)


def test_what_was_set_survives_a_switch_of_pages(server, page):
    open_page(page, server, GradientSettings())
    go(page, "Last")
    page.wait_for_url(lambda url: "step=9" in url)
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_role("link", name="Pooling").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pooling")
    sidebar.get_by_role("link", name="Gradients").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gradients")
    expect(page.locator(".graph[data-drawn]")).to_be_visible()
    check_graph(page, GradientSettings(), 9)
