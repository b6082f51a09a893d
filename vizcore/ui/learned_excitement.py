"""What excites a map most among the test pictures, on the page *What it learned*."""

import math
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from vizcore.compute import looking
from vizcore.compute.excitement_job import ExcitementJob, searches
from vizcore.compute.jobs import open_jobs
from vizcore.compute.limits import LimitError
from vizcore.compute.runs import RunError, State
from vizcore.export.permalink import to_query
from vizcore.nets.dataset import DatasetError
from vizcore.ui.data_settings import DataSettings
from vizcore.ui.learned_map import map_title
from vizcore.ui.learned_words import limits
from vizcore.ui.network_pictures import dataset_of
from vizcore.ui.numbers import readable
from vizcore.ui.plain import plain
from vizcore.ui.run_facts import dataset_title
from vizcore.ui.run_words import percent
from vizcore.ui.tiles import PHOTO, Strip, tiles

POLL_SECONDS = 0.5
_REFUSED = "learned.refused"


def excitement_section(key, network, name, place, me):
    """Show the patches that excite a map most, or offer to look for them.

    Parameters
    ----------
    key : str
        The network's.
    network : vizcore.nets.network.Network
    name : str
        The node.
    place : int
        Which of its maps or numbers.
    me : str
        The visitor's digest.
    """
    st.header("What excites it most", anchor=False)
    what, but = limits("excitement")
    st.markdown(what)
    try:
        found = looking.excitement(key)
        if found is None:
            _offer(key, network, me)
        else:
            _show(network, looking.excited(key, found, name, place), found, name, place)
    except DatasetError as error:
        st.info(plain(error))
        _link_to_data(key)
    except ValueError as error:
        st.warning(plain(error))
    st.markdown(but)


def silence(share, count):
    """Say how often a map does nothing.

    Parameters
    ----------
    share : float
        Of the pictures, as `vizcore.nets.excitement.Excited.silent`.
    count : int
        Pictures.

    Examples
    --------
    >>> silence(1.0, 500)
    'It is 0 everywhere on each of the 500 test pictures: it is dead, and no longer learns.'
    >>> silence(0.125, 8000)
    'It is 0 everywhere on 1,000 of the 8,000 test pictures (12.5%).'
    >>> silence(float("nan"), 500)
    ''
    """
    if math.isnan(share):
        return ""
    if share == 1:
        return (
            f"It is 0 everywhere on each of the {count:,} test pictures: it is dead, and no longer "
            "learns."
        )
    if share == 0:
        return f"It answers, somewhere, to each of the {count:,} test pictures."
    return (
        f"It is 0 everywhere on {round(share * count):,} of the {count:,} test pictures "
        f"({percent(share)})."
    )


def strips_of(patches, class_names):
    """Return patches with their average, and where they lie, as strips of tiles."""
    names = tuple(
        (class_names[label] if label < len(class_names) else str(label), readable(float(value)))
        for label, value in zip(patches.labels.tolist(), patches.values, strict=True)
    )
    cut = np.concatenate([patches.patches, patches.average[None]])
    mean = ("On average", f"of these {len(names)}")
    shown = Strip("", "picture", PHOTO, cut, 0, "Level", (*names, mean))
    if patches.patches.shape == patches.levels.shape:
        return (shown,)
    frames = tuple(map(tuple, patches.frames.tolist()))
    return shown, Strip(
        "Where they lie", "picture", PHOTO, patches.levels, 0, "Level", names, frames
    )


def _show(network, patches, found, name, place):
    told = silence(float(found.nodes[name].silent[place]), found.count)
    title = map_title(network, name, place)
    first = "Above each: its class, and the highest activation in it."
    st.markdown(f"{plain(title[0].upper() + title[1:])}. {told} {first}".replace("  ", " "))
    shown = strips_of(patches, network.class_names)
    tiles(shown, label=f"What excites {title} most", key="learned.patches")


# ---- Looking for them ----


def _offer(key, network, me):
    jobs = open_jobs()
    ExcitementJob(key).cost()  # refuses where the dataset is not here
    run = _search(jobs, key, me)
    if run and run.is_active:
        st.fragment(partial(_watch, run.id, me), run_every=POLL_SECONDS)()
        return
    if run and run.state is State.CANCELLED:
        st.info("The search was cancelled; nothing of it was kept.")
    elif run and run.state is not State.FINISHED:
        st.warning(plain(run.note or "The search ended before its time."))
    title = dataset_title(dataset_of(key))
    st.markdown(
        f"Nobody has looked yet. The worker shows the network every test picture of "
        f"{plain(title)}, once, for all layers and all visitors."
    )
    st.button(
        "Look through the test pictures",
        type="primary",
        on_click=_start,
        args=(key, network.title, me),
        key="learned.search",
    )
    if refused := st.session_state.pop(_REFUSED, None):
        st.error(plain(refused))


def _search(jobs, key, me):
    """Return the search that goes on, whoever asked for it, or else the visitor's last, or None."""
    known = searches(jobs.runs.active(), key) or searches(jobs.runs.of(me), key)
    return known[0] if known else None


def _start(key, title, me):
    jobs = open_jobs()
    try:
        if searches(jobs.runs.active(), key):
            return
        for old in searches(jobs.runs.of(me), key):
            jobs.runs.delete(old.id, me)
        jobs.submit(ExcitementJob(key), me, f"What excites {title}")
    except (LimitError, RunError, ValueError) as error:
        st.session_state[_REFUSED] = str(error)


def _watch(run_id, me):
    try:
        look = open_jobs().look(run_id)
    except RunError:
        st.rerun()  # deleted by who asked for it
    if not look.run.is_active:
        st.rerun()
    done, count = _progress(look)
    told = f"{done:,} of {count:,} test pictures" if count else "The worker begins …"
    if look.run.state is State.QUEUED:
        place = f": number {look.position} in the queue" if look.position else ""
        told = f"The search waits{place}."
    elif look.run.state is State.STOPPING:
        told = "The search is being cancelled …"
    st.progress(done / count if count else 0.0, told)
    if look.trouble:
        st.warning(plain(look.trouble))
    if look.run.visitor != me:
        st.markdown("Another visitor has asked for it: what is found is for you, too.")
        return
    st.button(
        "Cancel",
        disabled=look.run.state is State.STOPPING,
        on_click=lambda: open_jobs().stop(run_id, me),
        key="learned.cancel",
    )


def _progress(look):
    progress = look.progress or {}
    return progress.get("batch", 0), progress.get("batches", 0)


def _link_to_data(key):
    st.page_link(
        "pages/data.py",
        label="See what data there is",
        icon=":material/arrow_forward:",
        query_params=to_query(replace(DataSettings(), dataset=dataset_of(key)), complete=True),
    )
