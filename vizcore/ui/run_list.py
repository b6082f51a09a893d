"""A visitor's training runs, the newest first."""

import time
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from vizcore.compute.jobs import open_jobs
from vizcore.compute.runs import RunError, State
from vizcore.export.permalink import to_query
from vizcore.nets.architectures import preset
from vizcore.nets.datasets import EMBEDDED
from vizcore.nets.presets import PRESETS
from vizcore.nets.recipes import RECIPES
from vizcore.ui.cards import cards
from vizcore.ui.layer_settings import Network
from vizcore.ui.run_actions import once
from vizcore.ui.run_facts import TRAINING, dataset_title, job_of, network_title
from vizcore.ui.run_watch import rows_of
from vizcore.ui.run_words import STATES, ago, epochs_of, ordinal, percent
from vizcore.ui.runs_settings import RunsSettings
from vizcore.ui.runs_table import runs_table
from vizcore.ui.train_settings import TrainSettings

POLL_SECONDS = 2
TRAIN = "pages/train_a_network.py"
FIRST, FIRST_NAME = "simplest-cnn", "My first network"

_DATASETS = {(28, 28, 1): "mnist", (32, 32, 3): "cifar10"}
_PROBLEM = "runs.list.problem"


def training_runs(visitor):
    """List the visitor's runs that train, the newest first; downloads are none."""
    return [run for run in open_jobs().runs.of(visitor) if run.job == TRAINING]


def run_list(state, visitor):
    """Show the visitor's runs, or what to do while there are none.

    Parameters
    ----------
    state : PageState
        Of `RunsSettings`.
    visitor : str
    """
    runs = training_runs(visitor)
    if not runs:
        _invite(state, visitor)
        return
    st.page_link(
        TRAIN,
        label="Train another network",
        icon=":material/arrow_forward:",
        query_params=to_query(TrainSettings(), complete=True),
    )
    active = any(run.is_active for run in runs)
    st.fragment(_table, run_every=POLL_SECONDS if active else None)(visitor, active)
    st.markdown(
        "The list belongs to this browser, which keeps it for a year. A run goes on when you close "
        "the page; whoever has its link can look at it."
    )


def back_to_list():
    """Link to the list."""
    st.page_link(
        "pages/runs.py",
        label="All runs",
        icon=":material/arrow_back:",
        query_params=to_query(RunsSettings(), complete=True),
    )


def _invite(state, visitor):
    st.markdown(
        "You have no runs yet. A run is one training of a network: here you will see its loss and "
        "accuracy while it learns, and afterwards which pictures it gets wrong."
    )

    def act():
        run = open_jobs().submit(beginning(FIRST).job(), visitor, FIRST_NAME)
        return RunsSettings(run.id)

    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Train the simplest CNN on digits now: less than a minute",
            type="primary",
            on_click=once(state, act),
            key="runs.train_first",
        )
        st.page_link(TRAIN, label="Train a network of your choice", icon=":material/arrow_forward:")
    shown = [_card(slug) for slug in RECIPES if preset(slug).input in _DATASETS]
    cards([{"title": "Or begin with one of these", "cards": shown}], key="runs.beginnings")


def beginning(slug):
    """Return the settings that train a preset on the pictures it was made for.

    Examples
    --------
    >>> beginning("simplest-cnn").dataset, beginning("cifar-six-conv").dataset
    ('digits', 'cifar10')
    """
    dataset = EMBEDDED if slug == FIRST else _DATASETS[preset(slug).input]
    return TrainSettings(dataset).trying(Network.named(slug))


def _card(slug):
    settings = beginning(slug)
    return {
        "slug": slug,
        "title": f"{PRESETS[slug].title} · {dataset_title(settings.dataset)}",
        "href": f"{Path(TRAIN).stem}?{urlencode(to_query(settings, complete=True))}",
        "about": PRESETS[slug].about,
    }


def _table(visitor, active):
    runs = training_runs(visitor)
    if not runs or any(run.is_active for run in runs) != active:
        st.rerun()
    queue = open_jobs().runs.queue()
    runs_table(
        [described(run, rows_of(run), queue, time.time()) for run in runs],
        to_query(RunsSettings(), complete=True),
        problem=st.session_state.pop(_PROBLEM, None),
        on_told=lambda message: take(message, visitor),
        key="runs.table",
    )


def described(run, rows, queue, now):
    """Return a run as the table shows it.

    Parameters
    ----------
    run : Run
    rows : sequence of dict
        Its finished epochs.
    queue : list of str
        The ids of all waiting runs, the next one first.
    now : float
        Seconds since 1970.

    Returns
    -------
    dict
    """
    job = job_of(run)
    sign, word = STATES[run.state]
    detail = epochs_of(run)
    if run.state is State.QUEUED and run.id in queue:
        detail = f"{ordinal(queue.index(run.id) + 1)} in the queue"
    return {
        "id": run.id,
        "name": run.name,
        "dataset": dataset_title(job.dataset),
        "network": network_title(job.network, job.features),
        "sign": sign,
        "state": word,
        "detail": detail,
        "validation": percent(rows[-1].get("val_accuracy") if rows else None),
        "test": percent(run.metrics.get("test_accuracy")),
        "when": ago(now - run.created),
        "active": run.is_active,
    }


def take(message, visitor):
    """Rename or delete, as the browser tells; what cannot be done is told by the table."""
    runs = open_jobs().runs
    try:
        if "rename" in message:
            runs.rename(message["rename"], visitor, message["name"])
        for run_id in message.get("delete", ()):
            runs.delete(run_id, visitor)
    except RunError as error:
        st.session_state[_PROBLEM] = str(error)
    except (TypeError, KeyError, AttributeError):
        st.session_state[_PROBLEM] = "This could not be done. The list stays as it was."
