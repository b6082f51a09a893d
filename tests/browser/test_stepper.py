"""The stepper in a real browser: its numbers are vizcore's, and moving it costs no traffic."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import painted, record_frames
from stepping import (
    CASES,
    button,
    cells,
    centres,
    check,
    open_stepper,
    press,
    seen,
)

from vizcore.ui.step_settings import Volume


@pytest.mark.parametrize("name", CASES)
def test_every_way_to_move_shows_vizcores_numbers(server, page, name):
    settings = CASES[name]
    trace = settings.trace()
    height, width = trace.output.shape[:2]
    last = height - 1, width - 1
    frames = record_frames(page)
    open_stepper(page, server, settings)
    check(page, trace, (0, 0))
    frames.clear()

    for filter in range(settings.filters):
        if settings.filters > 1:
            page.get_by_role("radio", name=f"Filter {filter + 1}").check()
        press(page, "Home")
        check(page, trace, (0, 0), filter)
        for key, place in {
            "ArrowLeft": (0, 0),
            "ArrowRight": (0, 1),
            "ArrowDown": (1, 1),
            "ArrowUp": (0, 1),
            "End": last,
            "ArrowLeft ": (last[0], last[1] - 1),
        }.items():
            press(page, key.strip())
            check(page, trace, place, filter)
        for name, place in {
            "Last": last,
            "Next": last,
            "Previous": (last[0], last[1] - 1),
            "First": (0, 0),
        }.items():
            button(page, name).click()
            check(page, trace, place, filter)
        page.get_by_role("slider", name="Step", exact=True).fill(str(width))
        check(page, trace, (1, 0), filter)
        cells(page, "output").last.hover()
        check(page, trace, last, filter)
        page.mouse.move(0, 0)
        check(page, trace, (1, 0), filter)
        cells(page, "output").nth(width + 1).click()
        page.mouse.move(0, 0)
        check(page, trace, (1, 1), filter)
    painted(page)
    assert not frames


# ---- Hovering ----


@pytest.mark.parametrize("name", CASES)
def test_an_input_cell_outlines_every_output_cell_it_feeds(server, page, name):
    """Brute force: the outputs that change when the cell does, under a kernel without zeros."""
    kernel = CASES[name].kernel
    ones = Volume(
        kernel.rows,
        kernel.columns,
        kernel.depth,
        ("1",) * kernel.rows * kernel.columns * kernel.depth,
    )
    settings = replace(CASES[name], kernel=ones)
    trace = settings.trace()
    open_stepper(page, server, settings)
    places = centres(page, "input")
    spread = settings.stride if settings.transposed else 1
    for row, column in np.ndindex(settings.input.rows, settings.input.columns):
        other = replace(settings, input=settings.input.with_text(0, row, column, "1000")).trace()
        fed = np.flatnonzero((other.output != trace.output)[..., 0]).tolist()
        r, c = row * spread + trace.rows.before, column * spread + trace.columns.before
        if r not in range(trace.padded.shape[0]) or c not in range(trace.padded.shape[1]):
            assert not fed  # cropped, so not in the picture either
            continue
        page.mouse.move(*places[r * trace.padded.shape[1] + c])
        said = seen(page)
        assert said["fed"] == fed
        assert said["step"] == 0
        what = f"{len(fed)} output cell{'s' * (len(fed) > 1)}" if fed else "no output cell"
        assert f"column {column * spread + 1} feeds {what}" in said["sentence"]
    page.mouse.move(0, 0)
    check(page, trace, (0, 0))
    assert seen(page)["fed"] == []
