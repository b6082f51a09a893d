"""A dataset that is still to come: the offer to download it, and how far that has come."""

import streamlit as st

from vizcore.compute.download_job import KIND, PER_CENT, DownloadJob
from vizcore.compute.jobs import open_jobs
from vizcore.compute.limits import LimitError
from vizcore.compute.runs import RunError, State
from vizcore.nets.datasets import PUBLISHED
from vizcore.ui.data_settings import DataSettings
from vizcore.ui.data_words import PAGE, megabytes
from vizcore.ui.plain import plain
from vizcore.ui.shared_controls import links
from vizcore.ui.visitor import visitor

_REFUSED = "data.refused"
_NEARLY = 0.99
"""The very last event of a download may be passed over, so soon does it follow the one before."""


def offer(name):
    """Offer to download a dataset; while that goes on, show it.

    Parameters
    ----------
    name : str
        A dataset of `PUBLISHED` that is not on this machine.
    """
    owner, jobs, known = visitor(), open_jobs(), PUBLISHED[name]
    jobs.warm()
    st.subheader(known.title, anchor=False)
    st.markdown(known.source)
    st.markdown(f"It is not on this machine yet: about {megabytes(name)} MB are to be downloaded.")
    run = next(iter(_downloads(jobs, owner, name)), None)
    if run and run.is_active:
        _watch(run.id, owner, name)
    else:
        _how_it_ended(run)
        label = "Download" if run is None else "Download again"
        st.button(label, type="primary", on_click=_start, args=(owner, name), key="data.download")
    if refused := st.session_state.pop(_REFUSED, None):
        st.error(refused)
    links(PAGE, "Without any download:", {"Digits, which are embedded": DataSettings()}, None)


def _downloads(jobs, owner, name):
    """List a visitor's downloads of a dataset, the newest first."""
    return [run for run in jobs.runs.of(owner) if (run.job, run.settings) == _called(name)]


def _called(name):
    return KIND, DownloadJob(name).to_settings()


def _start(owner, name):
    jobs = open_jobs()
    try:
        for old in _downloads(jobs, owner, name):
            if old.is_active:
                return
            jobs.runs.delete(old.id, owner)
        jobs.submit(DownloadJob(name), owner, f"Download of {PUBLISHED[name].title}")
    except (LimitError, RunError) as error:
        st.session_state[_REFUSED] = str(error)


def _cancel(run_id, owner):
    open_jobs().stop(run_id, owner)


@st.fragment(run_every=1.0)
def _watch(run_id, owner, name):
    look = open_jobs().look(run_id)
    if not look.run.is_active:
        st.rerun()
    share, told = _progress(look, name)
    st.progress(share, told)
    if look.trouble:
        st.warning(look.trouble)
    stops = look.run.state is State.STOPPING
    cancel = {"on_click": _cancel, "args": (run_id, owner), "key": "data.cancel"}
    st.button("Cancel", disabled=stops, **cancel)


def _progress(look, name):
    """Tell how much is done, from 0 to 1, and in words."""
    state, progress = look.run.state, look.progress or {}
    done = progress.get("batch", 0) / PER_CENT
    if state is State.QUEUED:
        place = f": number {look.position} in the queue" if look.position else ""
        return 0.0, f"The download waits{place}."
    if state is State.STOPPING:
        return done, "The download is being cancelled …"
    if done >= _NEARLY or progress.get("epochs_done"):
        return 1.0, "All has come; the pictures are being read …"
    if not done:
        return 0.0, "The download begins …"
    size = megabytes(name)
    return done, f"{done:.0%}: {round(done * size)} of {size} MB have come."


def _how_it_ended(run):
    if run is None:
        return
    if run.state is State.CANCELLED:
        st.info("The download was cancelled; nothing of it was kept.")
    elif run.state is State.FINISHED:
        st.warning(
            "It was downloaded, but it is not where this page looks: the variable VIZCORE_CACHE "
            "must name the same folder here and for the workers."
        )
    else:
        st.error(plain(run.note))
