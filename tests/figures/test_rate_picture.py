import re

import pytest

from vizcore.figures.rate_picture import rate_picture
from vizcore.nets.schedules import SCHEDULES

TOP, BOTTOM = 28, 104


def heights(svg, name="rate"):
    """The line of this class: for each point how high it is, 0 at the axis and 1 at the top."""
    (path,) = re.findall(rf'class="{name}" d="M([^"]+)"', svg)
    ys = [float(point.split()[1]) for point in path.split("L")]
    return [(BOTTOM - y) / (BOTTOM - TOP) for y in ys]


@pytest.mark.parametrize(
    ("schedule", "start", "middle", "end"),
    [
        ("constant", 1, 1, 1),
        ("plateau", 1, 1, 1),
        ("cosine", 1, 0.5, 0),
        ("one_cycle", 0.04, 0.8117, 0),
    ],
)
def test_the_line_is_the_rate_from_the_first_batch_to_the_last(schedule, start, middle, end):
    line = heights(rate_picture(schedule, 0.01, 10))
    found = line[0], line[len(line) // 2], line[-1]
    assert found == pytest.approx((start, middle, end), abs=0.001)


def test_a_run_that_stalls_from_the_start_is_dashed_and_halves_its_rate():
    svg = rate_picture("plateau", 1.0, 8)
    line = heights(svg, "rate worst")
    # The first loss is no stall; three more epochs, and the rate is halved; three more, again.
    assert sorted({round(one, 2) for one in line}) == [0.25, 0.5, 1.0]
    assert line[int(120 * 3.9 / 8)] == 1 and line[int(120 * 4.1 / 8)] == pytest.approx(
        0.5, abs=0.01
    )
    for other in (rate_picture("cosine", 1.0, 8), rate_picture("plateau", 1.0, 3)):
        assert "worst" not in other.split("</style>")[1]


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_its_axes_and_its_words_name_the_rate_and_the_epochs(schedule):
    svg = rate_picture(schedule, 0.005, 12)
    assert ">0.005</text>" in svg and ">12</text>" in svg
    assert f'aria-label="The learning rate over 12 epochs, {SCHEDULES[schedule].lower()}' in svg
