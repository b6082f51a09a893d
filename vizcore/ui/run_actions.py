"""What the owner of a run can do with it."""

from dataclasses import replace

import streamlit as st

from vizcore.compute.jobs import open_jobs
from vizcore.compute.limits import LimitError
from vizcore.compute.runs import LONGEST_NAME, RunError, State
from vizcore.export.permalink import to_query
from vizcore.ui.network_settings import NetworkSettings
from vizcore.ui.run_facts import job_of
from vizcore.ui.runs_settings import RunsSettings
from vizcore.ui.state import whole

_PROBLEM = "runs.problem"


def problem():
    """Return why the last action could not be done, in one sentence, or None; only once."""
    return st.session_state.pop(_PROBLEM, None)


def actions(state, run, visitor):
    """Show the buttons of a run's owner; to everybody else, say that it is somebody else's.

    Parameters
    ----------
    state : PageState
        Of `RunsSettings`.
    run : Run
    visitor : str
        The digest of the visitor who looks at it.
    """
    if run.visitor != visitor:
        st.markdown(
            "This run is somebody else's. You see all of it; only the person who started it can "
            "change it."
        )
        return
    with st.container(horizontal=True):
        _forward(state, run, visitor)
        _again(state, run, visitor)
        _rename(state, run, visitor)
        _delete(state, run, visitor)
    if run.is_active:
        st.markdown(
            "Once it has ended, it can be resumed, trained longer or deleted. “Start again” makes "
            "another run from the same initial weights."
        )
    elif run.can_resume and run.state is not State.FINISHED:
        st.markdown(f"“Resume” goes on {_where(run)}, up to epoch {run.epochs}.")


def open_it(run):
    """Link to the page that opens a run's network, layer by layer, as soon as there is one."""
    if run.checkpoint or run.state is State.FINISHED:
        st.page_link(
            "pages/inside_a_network.py",
            label="Open its network, layer by layer",
            icon=":material/arrow_forward:",
            query_params=to_query(NetworkSettings(run.id), complete=True),
        )


def once(state, act):
    """Return a callback that does something just once, and tells why where it cannot be done.

    `whole` may run a callback twice, and a second run would be queued or a second epoch asked for.

    Parameters
    ----------
    state : PageState
    act : callable
        Returns the settings to show then, or None to stay.
    """
    outcome = []

    @whole
    def callback():
        if not outcome:
            try:
                outcome.append((act(), None))
            except (RunError, LimitError) as error:
                outcome.append((None, str(error)))
        settings, told = outcome[0]
        if told:
            st.session_state[_PROBLEM] = told
        if settings:
            state.set(settings)

    return callback


def _do(state, act):
    """Return a callback for something that leaves the page as it is."""
    return once(state, lambda: act() and None)


def _forward(state, run, visitor):
    """Stop, resume, or train longer: whichever can be."""
    jobs = open_jobs()
    if run.is_active:
        st.button(
            "Stop",
            icon=":material/stop:",
            type="primary",
            disabled=run.state is State.STOPPING,
            help="At its next batch; finished epochs are kept.",
            on_click=_do(state, lambda: jobs.stop(run.id, visitor)),
            key="runs.stop",
        )
    elif run.can_resume and run.state is not State.FINISHED:
        st.button(
            "Resume",
            icon=":material/play_arrow:",
            type="primary",
            on_click=_do(state, lambda: jobs.resume(run.id, visitor)),
            key="runs.resume",
        )
    else:
        _longer(state, run, visitor)


def _longer(state, run, visitor):
    key = f"runs.more.{run.id}"
    with st.popover("Train longer", icon=":material/more_time:"):
        st.number_input("More epochs", 1, 100, 5, key=key)
        st.markdown(_caution(run))
        st.button(
            "Train on",
            type="primary",
            on_click=_do(
                state,
                lambda: open_jobs().resume(run.id, visitor, longer(run, st.session_state[key])),
            ),
            key="runs.longer",
        )


def longer(run, more):
    """Return the job of a run with so many more epochs than are done.

    Early stopping has had its say by then, and would end it at once.
    """
    job = job_of(run)
    training = replace(job.training, epochs=run.epochs_done + more, patience=0)
    return replace(job, training=training)


def _caution(run):
    training = job_of(run).training
    told = [f"It goes on after epoch {run.epochs_done}, with the weights it has."]
    if training.patience:
        told.append("Early stopping is then off.")
    if training.schedule in ("cosine", "one_cycle"):
        told.append(
            "Its learning rate follows the share of all epochs that is done, so it rises again."
        )
    return " ".join(told)


def _again(state, run, visitor):
    def act():
        new = open_jobs().submit(job_of(run), visitor, again(run.name))
        return RunsSettings(new.id)

    st.button(
        "Start again",
        icon=":material/replay:",
        help="A new run with the same settings. The seed is the same, so it begins with the very "
        "same weights.",
        on_click=once(state, act),
        key="runs.again",
    )


def again(name):
    """Return the name of a run that repeats another.

    Examples
    --------
    >>> again("Digits"), again("Digits, again")
    ('Digits, again', 'Digits, again')
    """
    ending = ", again"
    return name if name.endswith(ending) else f"{name[: LONGEST_NAME - len(ending)]}{ending}"


def _rename(state, run, visitor):
    key = f"runs.name.{run.id}.{run.name}"
    with st.popover("Rename", icon=":material/edit:"):
        st.text_input("Name", run.name, max_chars=LONGEST_NAME, key=key)
        st.button(
            "Save the name",
            type="primary",
            on_click=_do(
                state, lambda: open_jobs().runs.rename(run.id, visitor, st.session_state[key])
            ),
            key="runs.rename",
        )


def _delete(state, run, visitor):
    def act():
        open_jobs().runs.delete(run.id, visitor)
        return RunsSettings()

    if run.is_active:
        return
    with st.popover("Delete", icon=":material/delete:"):
        st.markdown("The run goes with its figures and its network, for good.")
        st.button("Delete for good", type="primary", on_click=once(state, act), key="runs.delete")


def _where(run):
    return f"after epoch {run.epochs_done}" if run.epochs_done else "from the beginning"
