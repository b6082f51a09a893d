from types import SimpleNamespace

import pytest

from vizcore.compute.runs import State
from vizcore.ui.run_words import STATES, Progress


def look(done, epochs, **progress):
    run = SimpleNamespace(epochs_done=done, epochs=epochs)
    return SimpleNamespace(run=run, progress=progress or None)


def heard(done, batch, batches, time=0.0):
    return {"epochs_done": done, "batch": batch, "batches": batches, "metrics": {}, "time": time}


def test_every_state_has_a_sign_and_a_word_of_its_own():
    assert [*STATES] == [*State]
    signs, words = zip(*STATES.values(), strict=True)
    assert len({*signs}) == len({*words}) == len(STATES)


def test_progress_is_read_off_what_was_heard_of_the_present_epoch():
    assert Progress.of(look(2, 10, **heard(2, 5, 20, 7.0))) == Progress(2, 10, 5, 20, {}, 7.0)


@pytest.mark.parametrize("event", [{}, heard(1, 5, 20), heard(3, 5, 20), heard(2, 0, 0)])
def test_what_was_heard_of_another_epoch_says_nothing(event):
    assert Progress.of(look(2, 10, **event)) == Progress(2, 10)


@pytest.mark.parametrize(
    ("progress", "place", "share"),
    [(Progress(0, 4), 0, 0), (Progress(1, 4, 5, 10), 1.5, 0.375), (Progress(4, 4), 4, 1)],
)
def test_how_far_it_is(progress, place, share):
    assert (progress.place, progress.share) == (place, share)


def test_nothing_is_known_of_the_time_before_a_second_batch_was_heard():
    first = Progress(0, 3, 4, 20, {}, 100.0)
    assert Progress(0, 3).left([]) is None
    assert first.left([], first) is None


def test_in_the_first_epoch_the_present_rate_tells_the_time_left():
    first, now = Progress(0, 3, 4, 20, {}, 100.0), Progress(0, 3, 10, 20, {}, 103.0)
    # Half a second a batch: 10 batches are left of this epoch, and two epochs of 20.
    assert now.left([], first) == 5 + 2 * 10


def test_later_the_last_epochs_tell_of_those_to_come():
    first, now = Progress(3, 6, 1, 20, {}, 100.0), Progress(3, 6, 11, 20, {}, 105.0)
    assert now.left([60, 10, 12, 14], first) == 9 * 0.5 + 2 * 12


def test_between_two_epochs_the_last_ones_tell_alone():
    assert Progress(2, 5).left([4, 6]) == 3 * 5
    assert Progress(2, 5, 10, 20).left([4, 6]) == 2 * 5 + 2.5


@pytest.mark.parametrize(
    ("progress", "left", "told"),
    [
        (Progress(0, 5), None, "Epoch 1 of 5 · preparing data and network"),
        (Progress(2, 5), 15, "Epoch 3 of 5 · it begins · about 15 s left"),
        (Progress(2, 5, 7, 20), 41, "Epoch 3 of 5 · batch 7 of 20 · about 40 s left"),
        (Progress(5, 5), 0, "The last epoch is done: now the test pictures."),
    ],
)
def test_it_is_told_in_a_line(progress, left, told):
    assert progress.told(left) == told
