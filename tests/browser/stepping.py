"""What the tests and the benchmark of the stepper share: ways in, what it says, what it should."""

from urllib.parse import urlencode

import numpy as np
from helpers import visit
from playwright.sync_api import expect

from vizcore.export.permalink import to_query
from vizcore.lessons import LESSONS
from vizcore.ui.numbers import readable
from vizcore.ui.step_settings import StepSettings, Texts, from_lesson
from vizcore.ui.volumes import Volume

STEPPER = ".stepper[data-drawn]"


def address(server, settings, **others):
    """The address of the page *Convolution, step by step* with these settings."""
    return f"{server.url}/convolution_step_by_step?{urlencode({**to_query(settings), **others})}"


def open_stepper(tab, server, settings, **others):
    """Open the page and wait until its picture is drawn."""
    visit(tab, address(server, settings, **others))
    expect(tab.locator(STEPPER)).to_be_visible()


def press(tab, *keys):
    """Press keys in the stepper's picture."""
    for key in keys:
        tab.locator(".stage").press(key)


def button(tab, name):
    """A button of the stepper's bar, by the beginning of its name."""
    return tab.locator(f'.bar button[aria-label^="{name}"]')


def cells(tab, grid, channel=0):
    """The cells of a grid in reading order: input (with its padding), kernel, products, output."""
    return tab.locator(f".grid.{grid}").nth(channel).locator("[data-i]")


def centres(tab, grid, channel=0):
    """Where the cells of a grid lie in the window."""
    return cells(tab, grid, channel).evaluate_all(
        """cells => cells.map((cell) => cell.getBoundingClientRect())
             .map(({ x, y, width, height }) => [x + width / 2, y + height / 2])"""
    )


# ---- What the stepper says ----

READ = """(stepper) => {
  const grids = (name) => [...stepper.querySelectorAll(`.grid.${name}`)]
    .map((grid) => [...grid.querySelectorAll("[data-i]")]);
  const texts = (name) => grids(name).map((cells) => cells.map((cell) => cell.textContent));
  const marked = (name, mark) => grids(name)
    .map((cells) => cells.flatMap((cell, i) => (cell.classList.contains(mark) ? [i] : [])));
  return {
    step: Number(stepper.dataset.step),
    filter: Number(stepper.dataset.filter),
    output: Number(stepper.dataset.output),
    sum: Number(stepper.dataset.sum),
    sentence: stepper.querySelector(".sentence").textContent,
    sums: [...stepper.querySelectorAll(".work > figure > .total")].map((one) => one.textContent),
    total: stepper.querySelector(".tally .total")?.textContent,
    bias: stepper.querySelector(".bias")?.textContent,
    place: stepper.querySelector(".place").textContent,
    scrub: Number(stepper.querySelector(".bar input").value),
    texts: Object.fromEntries(["input", "kernel", "products", "output"].map((n) => [n, texts(n)])),
    padding: marked("input", "padding"),
    unreached: marked("input", "unreached"),
    taps: marked("input", "tap"),
    fed: marked("output", "fed").flat(),
    open: marked("output", "open"),
    winners: marked("input", "winner"),
    won: marked("input", "won"),
  };
}"""


def seen(tab, which=0):
    """Everything that the stepper shows, read from the page."""
    return tab.locator(STEPPER).nth(which).evaluate(READ)


def number(text):
    """A text on screen as a number; NaN where a cell is empty."""
    return float(text.replace("−", "-").replace(",", "") or "nan")


def assert_shows(texts, values):
    """Cells show these values, rounded to one decimal or two, and nothing where they are NaN."""
    one = {len(text.partition(".")[2]) for text in texts} == {0, 1}
    numbers = [number(text) for text in texts]
    np.testing.assert_allclose(numbers, np.ravel(values), atol=0.0501 if one else 0.00501)


# ---- What it ought to say ----


def check(tab, trace, place=None, filter=0):
    """The picture stands at `place` of `filter`, and each number in it is the trace's.

    Returns what the stepper shows.
    """
    said = seen(tab)
    height, width = trace.output.shape[:2]
    assert said["step"] < height * width  # else another trace is on screen
    assert len(said["texts"]["input"]) == trace.padded.shape[2]
    assert len(said["texts"]["output"]) == trace.output.shape[2]
    row, column = place if place is not None else divmod(said["step"], width)
    assert (said["step"], said["filter"]) == (row * width + column, filter)
    step = trace.step((row, column, filter))
    np.testing.assert_allclose([said["output"], said["sum"]], [step.output, step.sum], atol=1e-9)
    padded = trace.padded
    padding, unreached = masks(trace)
    for d in range(padded.shape[2]):
        assert said["padding"][d] == padding and said["unreached"][d] == unreached
        assert_shows(said["texts"]["input"][d], padded[..., d])
        assert_shows(said["texts"]["kernel"][d], trace.kernel[:, :, d, filter])
        assert_shows(said["texts"]["products"][d], step.products[..., d])
        assert said["taps"][d] == tapped(trace, row, column)
    if padded.shape[2] > 1:
        assert_shows(said["sums"], step.products.sum(axis=(0, 1)))
    assert_shows([said["bias"]] if "/" not in said["bias"] else [readable(step.bias)], step.bias)
    assert_shows([said["total"]], step.sum)
    for k in range(trace.output.shape[2]):
        output = trace.output[..., k].ravel()
        shown = np.where(np.isin(range(output.size), said["open"][k]), np.nan, output)
        assert_shows(said["texts"]["output"][k], shown)
        assert said["step"] not in said["open"][k]
    assert said["scrub"] == said["step"]
    assert said["place"].split() == ["Step", str(said["step"] + 1), "of", str(output.size)]
    assert said["sentence"] == sentence(trace, step)
    return said


def check_pool(tab, trace, channel=0):
    """A picture of pooling shows at its present step the trace's numbers and all past winners.

    Returns what the stepper shows.
    """
    said = seen(tab)
    output = np.atleast_3d(trace.output)
    left, width = trace.columns.before, trace.padded.shape[1] + trace.columns.overhang
    assert said["filter"] == channel
    steps = [
        trace.step((row, column, channel)[: trace.output.ndim])
        for row, column in np.ndindex(output.shape[:2])
    ]
    now = said["step"]
    assert now < len(steps)  # else another trace is on screen
    step = steps[now]
    real = step.values[~step.is_padding]
    np.testing.assert_allclose(said["output"], output[..., channel].flat[now])
    # Of many channels, the output of the chosen one alone is drawn.
    drawn = channel if len(said["open"]) > 1 else 0
    assert said["open"][drawn] == [*range(now + 1, len(steps))]
    outputs = said["texts"]["output"][drawn]
    assert_shows(outputs[: now + 1], output[..., channel].ravel()[: now + 1])
    listed = f"{' + ' if step.count else ', '}".join(readable(value) for value in real)
    total = readable(step.output, 4)
    if step.count:
        assert said["winners"] == said["won"] == [[]]
        assert said["sentence"].endswith(f": ({listed}) / {step.count} = {total}")
    else:
        winners = [
            (row + trace.rows.before) * width + column + left
            for row, column in (one.winner for one in steps[: now + 1])
        ]
        assert said["winners"] == [winners[-1:]]
        assert said["won"] == [sorted(set(winners))]
        assert said["sentence"].endswith(f": the largest of {listed} is {total}")
    beyond = np.logical_or.outer(
        np.array(trace.rows.cells(step.cell[0])) >= trace.rows.n + trace.rows.after,
        np.array(trace.columns.cells(step.cell[1])) >= trace.columns.n + trace.columns.after,
    )
    assert_shows(said["texts"]["products"][0], np.where(beyond, np.nan, step.values))
    return said


def masks(trace):
    """The cells of the padded picture that are padding, and those that no window reaches."""
    padding, unreached = [], []
    height, width = trace.padded.shape[:2]
    reached = {
        place
        for row, column in np.ndindex(trace.output.shape[:2])
        for place in tapped(trace, row, column)
    }
    for i, (r, c) in enumerate(np.ndindex(height, width)):
        row, column = r - trace.rows.before, c - trace.columns.before
        inside = row in range(trace.rows.n) and column in range(trace.columns.n)
        if not inside or trace.inserted[row, column]:
            padding.append(i)
        if i not in reached:
            unreached.append(i)
    return padding, unreached


def tapped(trace, row, column):
    """The cells of the padded picture under a window, in reading order."""
    top, left = (axis.before for axis in (trace.rows, trace.columns))
    width = trace.padded.shape[1]
    return [
        (r + top) * width + c + left
        for r in trace.rows.cells(row)
        for c in trace.columns.cells(column)
    ]


def sentence(trace, step):
    """A step in words: "Row 1, column 1: 4·0 + 5·2 + … = 57"."""
    row, column, filter = step.cell
    of = f" of filter {filter + 1}" if trace.output.shape[2] > 1 else ""
    if step.values.shape[2] > 1:
        parts = [_bracketed(total) for total in step.products.sum(axis=(0, 1))]
    else:
        weights = trace.kernel[:, :, 0, filter].ravel()
        pairs = zip(step.values.ravel(), weights, strict=True)
        parts = [f"{readable(value)}·{_bracketed(weight)}" for value, weight in pairs]
    bias = f" {'−' if step.bias < 0 else '+'} {readable(abs(step.bias))}" if step.bias else ""
    where = f"Row {row + 1}, column {column + 1}{of}"
    return f"{where}: {' + '.join(parts)}{bias} = {readable(step.output, 4)}"


def _bracketed(value):
    return f"({readable(value, 3)})" if value < 0 else readable(value, 3)


# ---- Settings to look at ----


def whole_numbers(*shape, seed=0, least=-9):
    """A volume of whole numbers other than zero, so that every cell counts."""
    numbers = np.random.default_rng(seed).integers(least, 10, shape)
    return Volume.of(np.where(numbers == 0, 4, numbers).astype(float))


def lesson(slug):
    """The settings of a lesson."""
    return from_lesson(LESSONS[slug])


KERNEL = Volume(3, 2, cells=("1", "-2", "0.25", "1/3", "3", "-1/9"))
CASES = {
    "plain": StepSettings(),
    "padding, stride, dilation": StepSettings(
        input=whole_numbers(7, 6),
        kernel=KERNEL,
        bias=Texts(("-1.5",)),
        stride=2,
        padding=1,
        dilation=2,
    ),
    "reflect": StepSettings(
        input=whole_numbers(5, 6), kernel=whole_numbers(4, 3), padding=2, pad_mode="reflect"
    ),
    "replicate": StepSettings(
        input=whole_numbers(4, 6),
        kernel=whole_numbers(2, 3),
        padding=2,
        pad_mode="replicate",
        dilation=2,
    ),
    "flip": StepSettings(input=whole_numbers(5, 5), kernel=KERNEL, padding=1, flip=True),
    "transposed": StepSettings(
        input=whole_numbers(3, 4), kernel=KERNEL, stride=2, padding=1, transposed=True
    ),
    "cropped beyond the ring": StepSettings(
        input=whole_numbers(4, 4), kernel=whole_numbers(1, 2), stride=2, padding=2, transposed=True
    ),
    "volume": lesson("volume-5x5x3"),
}
