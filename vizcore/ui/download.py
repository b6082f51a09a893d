"""A download that a visitor starts, watches and cancels: a button, then a bar in its place."""

from dataclasses import dataclass

import streamlit as st

from vizcore.compute.download_job import PER_CENT
from vizcore.compute.job import kind_of
from vizcore.compute.jobs import open_jobs
from vizcore.compute.limits import LimitError
from vizcore.compute.runs import RunError, State
from vizcore.ui.plain import plain

_NEARLY = 0.99
"""The very last event of a download may be passed over, so soon does it follow the one before."""


@dataclass(frozen=True)
class Download:
    """What can be brought to this machine.

    Attributes
    ----------
    job : vizcore.compute.job.Job
    title : str
        What it is called.
    size : int
        In millions of bytes.
    reads : str
        What goes on when all has come, as in "the pictures are being read".
    """

    job: object
    title: str
    size: int
    reads: str

    def runs(self, owner):
        """List a visitor's attempts, the newest first."""
        wanted = kind_of(self.job), self.job.to_settings()
        return [run for run in open_jobs().runs.of(owner) if (run.job, run.settings) == wanted]


def download_section(asked, owner, key):
    """Offer a download; while it goes on, show it.

    Parameters
    ----------
    asked : Download
    owner : str
        The visitor's digest.
    key : str
        Before the keys of its buttons.
    """
    open_jobs().warm()
    st.markdown(f"It is not on this machine yet: about {asked.size} MB are to be downloaded.")
    run = next(iter(asked.runs(owner)), None)
    if run and run.is_active:
        _watch(run.id, owner, asked, key)
    else:
        _how_it_ended(run)
        label = "Download" if run is None else "Download again"
        start = {"on_click": _start, "args": (owner, asked, key), "key": f"{key}.download"}
        st.button(label, type="primary", **start)
    if refused := st.session_state.pop(f"{key}.refused", None):
        st.error(refused)


def _start(owner, asked, key):
    jobs = open_jobs()
    try:
        for old in asked.runs(owner):
            if old.is_active:
                return
            jobs.runs.delete(old.id, owner)
        jobs.submit(asked.job, owner, f"Download of {asked.title}")
    except (LimitError, RunError) as error:
        st.session_state[f"{key}.refused"] = str(error)


def _cancel(run_id, owner):
    open_jobs().stop(run_id, owner)


@st.fragment(run_every=1.0)
def _watch(run_id, owner, asked, key):
    look = open_jobs().look(run_id)
    if not look.run.is_active:
        st.rerun()
    share, told = _progress(look, asked)
    st.progress(share, told)
    if look.trouble:
        st.warning(look.trouble)
    stops = look.run.state is State.STOPPING
    cancel = {"on_click": _cancel, "args": (run_id, owner), "key": f"{key}.cancel"}
    st.button("Cancel", disabled=stops, **cancel)


def _progress(look, asked):
    """Tell how much is done, from 0 to 1, and in words."""
    state, progress = look.run.state, look.progress or {}
    done = progress.get("batch", 0) / PER_CENT
    if state is State.QUEUED:
        place = f": number {look.position} in the queue" if look.position else ""
        return 0.0, f"The download waits{place}."
    if state is State.STOPPING:
        return done, "The download is being cancelled …"
    if done >= _NEARLY or progress.get("epochs_done"):
        return 1.0, f"All has come; {asked.reads} …"
    if not done:
        return 0.0, "The download begins …"
    return done, f"{done:.0%}: {round(done * asked.size)} of {asked.size} MB have come."


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
