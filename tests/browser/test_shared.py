"""What the components share, in a real browser: numbers as typed, and one instance a place."""

import json
import re
from itertools import product
from pathlib import Path

import pytest

from vizcore.figures import colours
from vizcore.ui import assets
from vizcore.ui.numbers import parse_number

SIGNS = ["", "-", "−", "+", "--", " - "]
BODIES = [
    "",
    "0",
    "7",
    "007",
    "1.5",
    "1,5",
    ".5",
    "5.",
    ".",
    "1.2.3",
    "1e3",
    "0x1",
    "abc",
    "٣",
    "½",
]
BODIES += [
    "1/9",
    "1/0",
    "0/0",
    "1/-2",
    "1/",
    "/2",
    "1/2/3",
    "1 000",
    "1\u00a0000",
    "1_0",
    "∞",
    "NaN",
]
BODIES += ["1000000", "1000000.1", "1/0.0000001", "9" * 400, "Infinity", "1/.5", "1/00.0", "3 px"]


@pytest.fixture
def shared(page):
    """A tab that knows `shared.js` and nothing else."""
    script = Path(assets.__file__).with_name("shared.js").read_text("utf-8")
    page.set_content("<p></p>")
    page.add_script_tag(content=colours.as_javascript() + script)
    return page


def test_browser_and_server_read_numbers_alike(shared):
    texts = [sign + body for sign, body in product(SIGNS, BODIES)]
    read = shared.evaluate("texts => texts.map((text) => parseNumber(text))", texts)

    def server(text):
        try:
            return parse_number(text)
        except ValueError as error:
            return re.search("not a number|divides by zero|too large", str(error))[0]

    differing = {
        text: (one, server(text))
        for text, one in zip(texts, read, strict=True)
        if one.get("value", one.get("problem")) != server(text)
        and str(server(text)) not in one.get("problem", "")
    }
    assert not differing, json.dumps(differing, indent=1, default=str)
    assert len({one["problem"].split("”")[1] for one in read if "problem" in one}) == 3


def test_what_decimals_would_make_too_long_is_a_power_of_ten(shared):
    texts = shared.evaluate(
        "() => [[4.24e-7, 2], [-4.96e-7, 1], [1e30, 2], [0.00123456, 3], [9.96e5, 2]]"
        ".map((one) => powerOfTen(...one))"
    )
    assert texts == ["4.2·10⁻⁷", "−5·10⁻⁷", "1·10³⁰", "1.23·10⁻³", "1·10⁶"]
    ends = shared.evaluate(
        "() => [0, 0.004, 2, 3e7].map((limit) => legend('', SCALES.weight, limit).lastChild"
        ".textContent)"
    )
    assert ends == ["0", "4·10⁻³", "2", "3·10⁷"]


def test_an_instance_lives_as_long_as_its_place(shared):
    """Streamlit calls again at every rerun, and cleans up after calls that newer ones overtook."""
    lives = shared.evaluate(
        """() => {
             const log = [], instances = new WeakMap(), parentElement = document.querySelector("p");
             const create = () => (log.push("made"), {
               update: ({ data }) => log.push(data), destroy: () => log.push("gone") });
             const [first, second] = [1, 2].map((data) =>
               mountOnce(instances, { parentElement, data }, create));
             first();
             mountOnce(instances, { parentElement, data: 3 }, create);
             parentElement.remove();
             second();
             return log;
           }"""
    )
    assert lives == ["made", 1, 2, 3, "gone"]


@pytest.mark.parametrize(
    ("kind", "ramp"), [("response", colours.RESPONSE_RAMP), ("weight", colours.WEIGHT_RAMP)]
)
def test_a_legend_runs_to_the_colours_that_are_painted_at_its_ends(shared, kind, ramp):
    shade, painted = shared.evaluate(
        """kind => {
          const bar = legend("Name", SCALES[kind], 13).querySelector(".scale");
          const colours = [-13, 0, 13].map((value) => colourAt(SCALES[kind], value, 13));
          return [bar.style.background, colours.map((rgb) => `rgb(${rgb.join(", ")})`)];
        }""",
        kind,
    )
    stops = re.findall(r"rgb\([^)]*\)", shade)
    assert len(stops) == len(ramp)
    assert [stops[0], stops[len(stops) // 2], stops[-1]] == painted
    assert painted == [as_rgb(ramp[0]), as_rgb(ramp[len(ramp) // 2]), as_rgb(ramp[-1])]


def as_rgb(colour):
    """The colour as a browser writes it."""
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"
