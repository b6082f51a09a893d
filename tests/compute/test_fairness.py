import math

from hypothesis import given
from hypothesis import strategies as st

from vizcore.compute.fairness import Waiting, fair_order

QUEUES = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=12).map(
    lambda runs: [Waiting(f"{who}{i}", who, when) for i, (who, when) in enumerate(runs)]
)
SERVED = st.dictionaries(st.sampled_from("abc"), st.integers(0, 9) | st.just(math.inf))


def test_visitors_take_turns():
    queue = [Waiting("a1", "a", 0), Waiting("a2", "a", 1), Waiting("a3", "a", 2)]
    queue += [Waiting("b1", "b", 3), Waiting("c1", "c", 4), Waiting("b2", "b", 5)]
    assert fair_order(queue, {}) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_who_is_being_served_lets_everybody_else_go_first():
    queue = [Waiting("a2", "a", 0), Waiting("b1", "b", 5)]
    assert fair_order(queue, {"a": math.inf}) == ["b1", "a2"]


def test_who_was_served_joins_at_the_end_of_the_line():
    queue = [Waiting("a2", "a", 0), Waiting("b1", "b", 5)]
    assert fair_order(queue, {"a": 6}) == ["b1", "a2"]
    assert fair_order(queue, {"a": 4}) == ["a2", "b1"]


def test_newcomers_do_not_overtake_those_who_wait():
    queue = [Waiting("a2", "a", 0), Waiting("n1", "new", 8)]
    assert fair_order(queue, {"a": 7}) == ["a2", "n1"]


@given(QUEUES, SERVED)
def test_everybody_is_served_once_and_each_in_their_own_order(queue, served):
    order = fair_order(queue, served)
    assert sorted(order) == sorted(run.id for run in queue)
    asked = {run.id: run.asked for run in queue}
    for visitor in "abc":
        times = [asked[run_id] for run_id in order if run_id[0] == visitor]
        assert times == sorted(times)


@given(QUEUES, SERVED)
def test_nobody_has_two_turns_more_than_another_who_waits(queue, served):
    order = fair_order(queue, served)
    for length in range(len(order) + 1):
        taken = {who: sum(run_id[0] == who for run_id in order[:length]) for who in "abc"}
        left = {who for who in "abc" if any(run_id[0] == who for run_id in order[length:])}
        assert all(taken[other] <= taken[who] + 1 for who in left for other in "abc")


@given(QUEUES.filter(len), st.dictionaries(st.sampled_from("abc"), st.integers(0, 9)))
def test_places_told_come_true_when_the_first_is_served(queue, served):
    first, *rest = fair_order(queue, served)
    left = [run for run in queue if run.id != first]
    assert fair_order(left, {**served, first[0]: math.inf}) == rest
