"""What a finished run gets right and wrong, on pictures it has not learned from."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import streamlit as st

from vizcore.compute import run_files
from vizcore.compute.jobs import open_jobs
from vizcore.compute.runs import RunError, State
from vizcore.nets.dataset import DatasetError
from vizcore.nets.datasets import load_dataset
from vizcore.nets.evaluation import Report, mistakes, report
from vizcore.ui.class_scores import heading, scores_in_words, scores_table
from vizcore.ui.confusion import confusion
from vizcore.ui.gallery import gallery
from vizcore.ui.numbers import quoted
from vizcore.ui.result_words import right_of_all, why_not_training, written_error
from vizcore.ui.run_facts import dataset_title, job_of
from vizcore.ui.run_watch import rows_of
from vizcore.ui.run_words import percent
from vizcore.ui.runs_settings import NOTHING

MOST_PICTURES = 300
"""Pictures that a gallery is sent."""

_MANY_CLASSES = 12
"""A matrix of more has no room beside its pictures."""


@dataclass(frozen=True, eq=False)
class Results:
    """What the test part came to.

    Attributes
    ----------
    truth, predicted : ndarray of int, (N,)
    surety : ndarray of float, (N,)
        The probability of the predicted class.
    report : Report
    wrong : ndarray of int
        Places of the mistakes, the surest first.
    """

    truth: np.ndarray
    predicted: np.ndarray
    surety: np.ndarray
    report: Report
    wrong: np.ndarray

    def cell(self, true, predicted):
        """Return the places of a cell's pictures, the surest first."""
        places = np.flatnonzero((self.truth == true) & (self.predicted == predicted))
        return places[np.argsort(-self.surety[places], kind="stable")]


def results_section(state, run):
    """Show the test part of a run: figures, confusions, pictures and explanations.

    Parameters
    ----------
    state : PageState
        Of `RunsSettings`.
    run : Run
    """
    st.subheader("On the test pictures", anchor=False)
    if run.state is not State.FINISHED:
        st.markdown(_why_none(run))
        return
    folder = open_jobs().runs.folder(run.id)
    try:
        results = _results(folder, run.ended)
    except RunError as error:
        st.warning(str(error))
        return
    if results is None:
        st.warning("The file with this run's test results is gone: train it again to have them.")
        return
    names = _class_names(folder, len(results.report.support))
    _accuracy(results.report)
    _matrix(state, run, results, names)
    _classes(state, results.report, names)
    _mistakes(run, results, names)
    _why(run, results.report)


def _why_none(run):
    once = (
        "The test pictures are looked at once, when training is done, so that nothing is chosen by "
        "them."
    )
    if run.is_active:
        return f"{once} Their figures come with the end of this run."
    more = " Resume it to have them." if run.can_resume else ""
    return f"{once} This run ended before that, so it has no test figures.{more}"


# Named by the end of the run, as a run that is trained longer gets new results.
@lru_cache(maxsize=8)
def _results(folder, ended):
    read = run_files.test_results(folder)
    if read is None:
        return None
    truth, probabilities = read
    return Results(
        truth,
        probabilities.argmax(axis=1),
        probabilities.max(axis=1),
        report(truth, probabilities),
        mistakes(truth, probabilities),
    )


def _class_names(folder, count):
    """Return the names of the classes; their numbers where the run's file does not tell."""
    try:
        names = run_files.about(folder).classes
    except RunError:
        names = ()
    return names if len(names) == count else tuple(map(str, range(count)))


def _accuracy(report):
    count = int(report.confusion.sum())
    st.markdown(
        f"**{right_of_all(report)}.** Other pictures would give a slightly different figure: "
        f"the standard error is {written_error(report.accuracy, count)}."
    )


# ---- The matrix, and the pictures of a cell ----


def _matrix(state, run, results, names):
    chosen = _chosen(state.now, len(names))
    if len(names) > _MANY_CLASSES:
        place, beside = st.container(), st.container()
    else:
        place, beside = st.columns(2, gap="large")
    with place:
        confusion(
            results.report.confusion,
            names,
            chosen=chosen,
            on_choice=lambda cell: _choose(state, cell, len(names)),
            visit=(run.id, state.visits),
            key="runs.confusion",
        )
    with beside:
        _cell(run, results, names, chosen)


def _chosen(now, count):
    cell = now.true, now.predicted
    return cell if all(0 <= place < count for place in cell) else None


def _choose(state, cell, count):
    """Take in what the browser tells, unless it names no cell."""
    told = cell.get("true"), cell.get("predicted")
    if all(type(place) is int and NOTHING <= place < count for place in told):
        true, predicted = told if NOTHING not in told else (NOTHING, NOTHING)
        state.set(replace(state.now, true=true, predicted=predicted))


def _cell(run, results, names, chosen):
    if chosen is None:
        st.markdown("Choose a cell: the pictures that it counts are shown here.")
        return
    true, predicted = (names[place] for place in chosen)
    what = "recognised" if chosen[0] == chosen[1] else f"taken for {predicted}"
    title = f"Class {true}, {what}"
    heading(title)
    places = results.cell(*chosen)
    if not len(places):
        st.markdown("There are none.")
        return
    captions = [_surety(results, i) for i in places[:MOST_PICTURES]]
    _pictures(run, results, places, captions, label=title, key="runs.cell")


def _pictures(run, results, places, captions, what="", *, label, key):
    """Show test pictures, the surest first."""
    shown = places[:MOST_PICTURES]
    try:
        pictures = _test_pictures(job_of(run).dataset, results, shown)
    except DatasetError as error:
        st.info(str(error))
        return
    first = "The surest first"
    if len(places) > len(shown):
        first = f"The {len(shown)} surest of {len(places):,}, the surest first"
    st.markdown(f"{first}. Below each: {what}the probability of what was predicted.")
    gallery(pictures, captions, label=label, key=key)


def _surety(results, place):
    return percent(float(results.surety[place]), 0)


def _test_pictures(name, results, places):
    title = quoted(dataset_title(name))
    try:
        test = load_dataset(name).test
    except DatasetError:
        raise DatasetError(
            f"The dataset {title} is no longer on this machine, so its pictures cannot be shown. "
            "The figures stand."
        ) from None
    if not np.array_equal(test.y, results.truth):
        raise DatasetError(
            f"The dataset {title} has changed since this run, so the pictures cannot be told any "
            "more. The figures stand."
        )
    return np.asarray(test.x[places])


# ---- Each class ----


def _classes(state, report, names):
    st.subheader("Class by class", anchor=False)
    chosen = _chosen(state.now, len(names))
    place = chosen[0] if chosen else int(report.f1.argmin())
    table, words = st.columns(2, gap="large")
    with table:
        scores_table(report, names, place)
    with words:
        if chosen is None:
            st.markdown("This class has the lowest F1. A cell of the matrix chooses another.")
        scores_in_words(report, names, place)


# ---- Mistakes, and what may surprise ----


def _mistakes(run, results, names):
    count = len(results.wrong)
    st.subheader(f"Mistakes: {count:,}", anchor=False)
    if not count:
        st.markdown("There are none: each test picture was recognised.")
        return
    captions = [
        f"{names[results.truth[i]]} : {names[results.predicted[i]]} · {_surety(results, i)}"
        for i in results.wrong[:MOST_PICTURES]
    ]
    what = "“true : predicted”, and "
    _pictures(run, results, results.wrong, captions, what, label="Mistakes", key="runs.mistakes")


def _why(run, report):
    job = job_of(run)
    count = int(report.confusion.sum())
    told = why_not_training(rows_of(run), report.accuracy, count, job.architecture(), job.training)
    if told is None:
        return
    what, reasons = told
    st.subheader("Better than in training?", anchor=False)
    listed = "".join(f"\n- {reason}" for reason in reasons)
    because = "In this run:"
    if not reasons:
        because = "No usual reason applies to this run: these pictures may just be easier."
    st.markdown(f"{what} {because}\n{listed}")
