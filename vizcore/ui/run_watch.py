"""One run on screen: what it is made of, how far it is, and how its figures went."""

import time
from functools import partial
from html import escape
from math import log

import streamlit as st

from vizcore.compute.jobs import open_jobs
from vizcore.compute.runs import RunError, State
from vizcore.export.permalink import to_query
from vizcore.figures.training import Course, points, ranges, training_figure
from vizcore.nets.training import LOSSES
from vizcore.ui.live_run import live_run
from vizcore.ui.numbers import readable
from vizcore.ui.plain import plain
from vizcore.ui.run_counts import counts_of, share_of
from vizcore.ui.run_facts import (
    dataset_title,
    ended_early,
    job_of,
    network_table,
    network_title,
    policy_of,
    settings_of,
    shapes_of,
)
from vizcore.ui.run_words import STATES, Progress, epochs_of, figure, ordinal, percent
from vizcore.ui.train_settings import TrainSettings

POLL_SECONDS = 0.5
CHART = "runs-chart"

_FIRST, _DRAWN, _ROWS = "runs.first", "runs.drawn", "runs.rows"
_ALT = "Loss and, below it, accuracy over the epochs, in training and in validation."
_FACTS = """<style>
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(120px, 1fr)); gap: 8px 16px; margin: 0; }
.facts .wide { grid-column: 1 / -1; }
.facts dt { font-size: 15px; }
.facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; font-variant-numeric: tabular-nums lining-nums; }
</style>"""  # noqa: E501


def heading(run):
    """Show the run's name as it was typed, and its state in a word."""
    st.html(
        f'<h2 style="margin: 0; overflow-wrap: anywhere">{escape(run.name)}</h2>'
        f'<p style="margin: 0">{state_line(run)}</p>'
    )


def state_line(run):
    """Return a run's state in a word, and how it ended, as HTML; how it goes is told by `live`."""
    sign, word = STATES[run.state]
    few = counts_of(run)
    told = [f'<strong><span aria-hidden="true">{sign}</span> {word}</strong>']
    if not run.is_active:
        told.append(epochs_of(run))
        if rows := rows_of(run):
            validated = share_of(rows[-1].get("val_accuracy"), few.validation)
            told.append(f"validation accuracy {validated}")
    if (tested := run.metrics.get("test_accuracy")) is not None:
        told.append(f"test accuracy {share_of(tested, few.test)}")
    return " · ".join(told)


def made_of(run):
    """Show what the run is made of, and a link to the page where one makes such runs."""
    job = job_of(run)
    made = f"{network_title(job.network, job.features)} on {dataset_title(job.dataset)}"
    with st.expander(f"What it is made of: {plain(made)}"):
        pairs = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>"
            for name, text in settings_of(run, policy_of(run)).items()
        )
        shapes = " → ".join(shapes_of(job))
        pairs += f'<div class="wide"><dt>From picture to classes</dt><dd>{shapes}</dd></div>'
        st.html(f'{_FACTS}<dl class="facts" style="padding: 0">{pairs}</dl>')
        st.page_link(
            "pages/train_a_network.py",
            label="Duplicate with changes",
            icon=":material/arrow_forward:",
            query_params=to_query(TrainSettings.of(job), complete=True),
        )


def notes(run):
    """Say what has happened to the run, if anything has."""
    told = run.note or (ended_early(run, rows_of(run)) if run.state is State.FINISHED else "")
    if told:
        st.html(f'<p style="margin: 0">{escape(told)}</p>')


def rows_of(run):
    """Return the figures of a run's finished epochs."""
    kept = st.session_state.setdefault(_ROWS, {})
    # A checkpoint is written anew with every epoch, so that its name stands for all before it.
    stamp = run.epochs_done, run.checkpoint
    if kept.get(run.id, [None])[0] != stamp:
        kept[run.id] = stamp, tuple(one.metrics for one in open_jobs().runs.history(run.id))
    return kept[run.id][1]


def chart(runs, names=("",)):
    """Draw how the figures of runs went; `live` lets it grow.

    Parameters
    ----------
    runs : list of Run
        One, or two to be drawn on the same axes.
    names : sequence of str
        What the legend calls them.
    """
    if not any(run.epochs_done or run.is_active for run in runs):
        return
    # While it grows in the browser, the page's own chart must stay the same or it would blink.
    told = tuple((run.id, run.asked, run.is_active, name) for run, name in _pairs(runs, names))
    if st.session_state.get(_DRAWN, (None,))[0] != told:
        loss = LOSSES[job_of(runs[0]).training.loss] if len(runs) == 1 else ""
        courses = [_course(run, name) for run, name in _pairs(runs, names)]
        drawn = training_figure(courses, loss=loss, rates=_rates(runs))
        alt = "Loss and, below it, accuracy over the epochs, in training and in validation. "
        alt += " ".join(
            f"{name} {figures_line(run, rows_of(run))}" for run, name in _pairs(runs, names)
        )
        st.session_state[_DRAWN] = told, drawn, " ".join(alt.split())
    _, drawn, alt = st.session_state[_DRAWN]
    st.plotly_chart(
        drawn, config={"displayModeBar": False, "scrollZoom": False}, alt=alt, key=CHART
    )


def live(runs, names=("",)):
    """Show how far runs are that wait or train, and let the `chart` grow; call it last.

    It may have to wait for the cluster, and all else is on screen by then.
    """
    if any(run.is_active for run in runs):
        st.fragment(partial(_poll, runs, names), run_every=POLL_SECONDS)()


def explain(run):
    """Say what the curves show, in this run's own numbers."""
    rows = rows_of(run)
    if not rows:
        return
    first, last, count = rows[0], rows[-1], len(rows)
    job = job_of(run)
    classes = network_table(job.network)[-1].shape[0]
    loss = LOSSES[job.training.loss].lower()
    guessing = ""
    if job.training.loss == "cross_entropy":
        guessing = (
            f" Cross-entropy is −ln of the probability that the network gives to the right class, "
            f"averaged; guessing among {classes} classes would cost ln {classes} = "
            f"{figure(log(classes), 2)}."
        )
    validated = share_of(
        last.get("val_accuracy"),
        counts_of(run).validation,
        "validation picture",
        " of the validation pictures",
    )
    st.subheader("What the curves say", anchor=False)
    st.markdown(
        f"- The **loss**, here {loss}, is what training makes small. Over the training pictures it "
        f"went from {figure(first.get('loss'))} in epoch 1 to {figure(last.get('loss'))} in epoch "
        f"{count}.{guessing}\n"
        f"- **Accuracy** is the share of pictures whose largest probability is at the right class: "
        f"{validated} after epoch {count}; guessing would get {percent(1 / classes)}.\n"
        f"- **Validation** pictures, {readable(100 * job.fraction)}% set aside, are never trained "
        f"on. They tell whether what was learned holds for new pictures. {_gap(last)}\n"
        "- The training figures are means over an epoch in which the weights were still moving; "
        "validation is measured at its end. So validation can look better, above all in the first "
        "epochs."
    )


def _gap(row):
    """Say what the last losses, in training and in validation, tell together."""
    loss, validation = row.get("loss"), row.get("val_loss")
    if loss is None or validation is None:
        return "The loss is no number any more: the steps were too large. Try a smaller rate."
    if validation > 1.2 * loss:
        return (
            f"Here {figure(validation)} in validation stands above {figure(loss)} in training: "
            "part of what was learned fits the training pictures alone (overfitting)."
        )
    how = "stands a little above" if validation > loss else "is no higher than"
    return (
        f"Here {figure(validation)} in validation {how} {figure(loss)} in training: there is "
        "little overfitting."
    )


def link_to(run):
    """Show the run's link, to be copied."""
    st.markdown("Link to this run; whoever has it can look at it, and not change it:")
    base = (st.context.url or "").removesuffix("/").removesuffix("/runs")
    st.code(f"{base}/runs?run={run.id}", language=None, wrap_lines=True)


def figures_line(run, rows):
    """Say where the figures stand after the last epoch."""
    if not rows:
        return ""
    last = rows[-1]
    validated = share_of(last.get("val_accuracy"), counts_of(run).validation)
    return (
        f"After epoch {len(rows)}: loss {figure(last.get('loss'))} in training, "
        f"{figure(last.get('val_loss'))} in validation; accuracy {percent(last.get('accuracy'))} "
        f"in training, {validated} in validation."
    )


def _pairs(runs, names):
    return list(zip(runs, names, strict=True))


def _rates(runs):
    return any(job_of(run).training.schedule != "constant" for run in runs)


def _course(run, name, progress=None):
    rows = rows_of(run)
    last = run.epochs if run.can_resume or run.is_active else run.epochs_done
    if progress is None or not progress.batches:
        return Course(name, rows, max(1, last))
    return Course(name, rows, max(1, last), progress.place, progress.metrics)


def _poll(runs, names):
    """Look at the runs; where one has come into another state, run the whole page anew."""
    try:
        looks = [open_jobs().look(run.id) for run in runs]
    except RunError:
        st.rerun()
    changed = any(_stage(look.run) != _stage(run) for look, run in zip(looks, runs, strict=True))
    # The page takes a while: a run that has begun is shown before, one that has ended with it.
    if changed and not all(look.run.is_active for look in looks):
        st.rerun()
    bars, courses = [], []
    for look, name in _pairs(looks, names):
        progress = Progress.of(look)
        courses.append(_course(look.run, name, progress))
        if look.run.is_active:
            bars.append(_bar(look, name, progress))
    live_run(
        bars,
        chart=CHART,
        points=points(courses, _rates(runs)),
        ranges=ranges(courses),
        key="runs.live",
    )
    if changed:
        st.rerun()
    for trouble in {look.trouble for look in looks if look.trouble}:
        st.warning(trouble)


def _stage(run):
    return run.state, run.note, run.asked, run.name


def _bar(look, name, progress):
    run = look.run
    line = {"name": name, "share": None, "figures": figures_line(run, rows_of(run))}
    if run.state is State.QUEUED:
        return {**line, "told": _place(look.position)}
    if run.state is State.STOPPING:
        return {**line, "told": "It stops after the present batch; finished epochs are kept."}
    seconds = [row["seconds"] for row in rows_of(run) if row.get("seconds")]
    told = progress.told(progress.left(seconds, _first_of_epoch(run, progress)))
    return {**line, "share": progress.share, "told": told}


def _place(position):
    if position is None:
        return "It is about to begin."
    if position == 1:
        return "1st in the queue: it begins as soon as a worker is free."
    return f"{ordinal(position)} in the queue: {position - 1} before it."


def _first_of_epoch(run, progress):
    """Return the first batch of the present epoch that was heard of here."""
    kept = st.session_state.setdefault(_FIRST, {})
    first = kept.get(run.id)
    if first is None or first.done != progress.done or first.batch > progress.batch:
        first = kept[run.id] = progress
    return first if first.batches and first.time <= time.time() else None
