"""The learning rate over a run."""

import pytest

from vizcore.nets.schedules import SCHEDULES, drops, rate_at


def test_constant():
    assert [rate_at("constant", 0.1, p) for p in (0, 0.5, 1)] == [0.1] * 3


def test_one_cycle_rises_from_a_25th_peaks_at_three_tenths_and_fades():
    rates = [rate_at("one_cycle", 1.0, p) for p in (0, 0.15, 0.3, 0.65, 1)]
    assert rates == pytest.approx([0.04, 0.52, 1, 0.500002, 4e-6])


def test_a_plateau_halves_after_three_epochs_without_a_better_loss_and_again():
    losses = [1.0, 0.5, 0.5, 0.6, 0.7, 0.5, 0.5, 0.5]
    rates = [rate_at("plateau", 0.8, 0, losses[:n]) for n in range(9)]
    assert rates == [0.8] * 5 + [0.4] * 3 + [0.2]
    assert drops([3, 2, 2, 1, 1, 1, 0]) == 0


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_no_schedule_leaves_0_to_the_peak(schedule):
    rates = [rate_at(schedule, 0.3, i / 100, [1.0] * (i // 10)) for i in range(101)]
    assert all(0 <= rate <= 0.3 + 1e-12 for rate in rates) and max(rates) == pytest.approx(0.3)
