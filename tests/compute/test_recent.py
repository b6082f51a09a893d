import time

import pytest

from vizcore.compute import recent as module
from vizcore.compute.recent import forget_regularly, forget_unused, recent


@pytest.fixture
def clock(monkeypatch):
    times = [0.0]
    monkeypatch.setattr(module, "_now", lambda: times[0])
    return times


def counted(**settings):
    calls = []

    @recent(**settings)
    def worked_out(*arguments):
        calls.append(arguments)
        return [arguments]

    return worked_out, calls


def test_a_result_is_kept():
    worked_out, calls = counted(maxsize=2)
    assert worked_out(1) is worked_out(1) and calls == [(1,)]


def test_the_one_that_was_asked_for_least_recently_goes_first():
    worked_out, calls = counted(maxsize=2)
    for asked in (1, 2, 1, 3, 1, 2):
        worked_out(asked)
    assert calls == [(1,), (2,), (3,), (2,)]


def test_what_names_a_result():
    worked_out, calls = counted(maxsize=2, named_by=1)
    assert worked_out("digest", [1]) is worked_out("digest", [2]) and calls == [("digest", [1])]


def test_what_nobody_asks_for_is_forgotten(clock):
    worked_out, calls = counted(maxsize=9)
    worked_out("seen")
    worked_out("left")
    clock[0] = 50
    worked_out("seen")
    clock[0] = 100
    forget_unused(60)
    worked_out("seen")
    worked_out("left")
    assert calls == [("seen",), ("left",), ("left",)]


def test_a_failure_is_not_kept():
    calls = []

    @recent(maxsize=1)
    def failing():
        calls.append(1)
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError):
            failing()
    assert len(calls) == 2


def test_a_worker_forgets_by_itself():
    worked_out, calls = counted(maxsize=1)
    worked_out()
    enough = forget_regularly(seconds=0, every=0.001)
    end = time.monotonic() + 20
    while len(calls) < 2 and time.monotonic() < end:
        worked_out()
    enough.set()
    assert len(calls) >= 2
