"""Runs: watch a network learn, and see afterwards what it has learned."""

import streamlit as st

from vizcore.compute.jobs import open_jobs
from vizcore.compute.runs import RunError
from vizcore.ui import run_watch
from vizcore.ui.frame import open_page
from vizcore.ui.run_actions import actions, open_it, problem
from vizcore.ui.run_compare import choose_other, compare
from vizcore.ui.run_downloads import downloads_section
from vizcore.ui.run_facts import training_run
from vizcore.ui.run_formation import formation_section
from vizcore.ui.run_list import back_to_list, run_list, training_runs
from vizcore.ui.run_results import results_section
from vizcore.ui.runs_settings import RunsSettings
from vizcore.ui.state import PageState
from vizcore.ui.visitor import visitor

open_page("pages/runs.py", "Watch your networks learn, and see what has become of them.")
me = visitor()
state = PageState("runs", RunsSettings(), bare=True)
if state.problem:
    st.warning(f"{state.problem} You see the page as it was.")
if told := problem():
    st.warning(told)
open_jobs().warm()


def one(run):
    """Show one run: how it goes, what came of it, and what its owner can do."""
    # Each in a place of its own, so that nothing below moves when one comes or goes.
    with st.container():
        run_watch.heading(run)
        run_watch.notes(run)
    live = st.container()
    with st.container():
        actions(state, run, me)
        open_it(run)
    run_watch.chart([run])
    run_watch.made_of(run)
    run_watch.explain(run)
    formation_section(state, run)
    results_section(state, run)
    downloads_section(run)
    choose_other(state, run, training_runs(me))
    run_watch.link_to(run)
    with live:
        run_watch.live([run])


now = state.now
try:
    runs = [training_run(run_id) for run_id in (now.run, now.beside) if run_id and now.run]
except RunError as error:
    st.warning(f"{error} These are your runs:")
    runs = []
if not runs:
    run_list(state, me)
else:
    back_to_list()
    one(*runs) if len(runs) == 1 else compare(runs)
