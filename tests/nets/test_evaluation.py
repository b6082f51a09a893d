"""Right and wrong, on numbers one can count."""

import numpy as np

from vizcore.nets.evaluation import mistakes, report

TRUTH = np.array([0, 0, 0, 1, 1, 2])
PREDICTED = np.array([0, 0, 1, 1, 1, 0])
SURE = np.array([0.9, 0.8, 0.7, 0.9, 0.6, 0.95])


def probabilities():
    out = np.repeat((1 - SURE)[:, None] / 3, 4, axis=1)
    out[range(6), PREDICTED] = SURE
    return out


def test_a_report_counts():
    one = report(TRUTH, probabilities())
    assert one.accuracy == 4 / 6
    assert one.confusion.tolist() == [[2, 1, 0, 0], [0, 2, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    np.testing.assert_allclose(one.precision, [2 / 3, 2 / 3, 0, 0])
    np.testing.assert_allclose(one.recall, [2 / 3, 1, 0, 0])
    np.testing.assert_allclose(one.f1, [2 / 3, 0.8, 0, 0])
    assert one.support.tolist() == [3, 2, 1, 0]


def test_the_surest_mistake_comes_first():
    assert mistakes(TRUTH, probabilities()).tolist() == [5, 2]
