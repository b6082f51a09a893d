"""Who is next: visitors take turns, and each visitor's runs keep their order."""

from collections import Counter
from typing import NamedTuple


class Waiting(NamedTuple):
    """A run in the queue: its id, its visitor, and when it was asked for, in seconds."""

    id: str
    visitor: str
    asked: float


def fair_order(waiting, served):
    """Order the queue by turns.

    Visitors stand in line. One joins at its end when a run of theirs ends, or else when they ask;
    whoever is served goes to the end. So one who asks for five runs does not keep the next from
    their first, and one who comes again and again does not overtake those who wait.

    Parameters
    ----------
    waiting : iterable of Waiting
    served : dict
        For visitors who have had a run: when the last one ended, in seconds, or infinity while
        one is being carried out.

    Returns
    -------
    list of str
        The runs' ids, the next one first.

    Examples
    --------
    >>> queue = [Waiting("a1", "ann", 0), Waiting("a2", "ann", 1), Waiting("b1", "bob", 2)]
    >>> fair_order(queue, {})
    ['a1', 'b1', 'a2']
    >>> fair_order(queue[1:], {"ann": 3})
    ['b1', 'a2']
    """
    rounds, line, order = Counter(), {}, []
    for run in sorted(waiting, key=lambda run: (run.asked, run.id)):
        joined = line.setdefault(run.visitor, max(run.asked, served.get(run.visitor, run.asked)))
        order.append((rounds[run.visitor], joined, run.visitor, run.id))
        rounds[run.visitor] += 1
    return [run_id for *_, run_id in sorted(order)]
