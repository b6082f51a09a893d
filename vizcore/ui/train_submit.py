"""The button *Train*: what a run will cost, why it cannot be, and the way to the run."""

import time

import streamlit as st

from vizcore.compute.jobs import open_jobs
from vizcore.compute.settings import Settings
from vizcore.nets import transfer
from vizcore.nets.architectures import layer_table, totals
from vizcore.nets.presets import PRESETS
from vizcore.nets.training import OPTIMISERS
from vizcore.ui.plain import plain
from vizcore.ui.run_facts import dataset_title
from vizcore.ui.state import whole

RUNS_PAGE = "pages/runs.py"
SAME_SECONDS = 3.0
"""Within which a second press of the button, on the same settings, is the same press."""

_SENT = "train.sent"


def go_to_run():
    """Leave for the run that has just been submitted, if there is one."""
    sent = st.session_state.setdefault(_SENT, {})
    if run := sent.pop("run", None):
        st.switch_page(RUNS_PAGE, query_params={"run": run})
    # The browser's way back from the run brings its id along.
    st.query_params.pop("run", None)


def submit(settings, title, visitor):
    """Say what the run will cost, and submit it on demand.

    Parameters
    ----------
    settings : TrainSettings
    title : str
        What the run is called unless the visitor says otherwise.
    visitor : str
        As `vizcore.ui.visitor.visitor` returns it.
    """
    jobs, limits = open_jobs(), Settings.from_environment().limits
    cost, problem = _weighed(settings, limits)
    st.markdown(_told(settings, cost, limits))
    problem = problem or _visitor_problem(jobs, limits, visitor)
    if problem:
        st.warning(plain(problem))
    if jobs.trouble:
        st.info(f"{plain(jobs.trouble)} A run that is submitted now waits, and starts by itself.")
    name, press = st.columns([3, 1], vertical_alignment="bottom")
    name.text_input(
        "Name of the run",
        placeholder=title,
        max_chars=100,
        key="train.name",
        help="What the run is called in your list; without one, it is called as is shown here.",
    )
    sent = st.session_state[_SENT]

    @whole
    def pressed():
        called = st.session_state["train.name"] or title
        _submit_once(sent, jobs, settings, visitor, called)

    press.button(
        "Train",
        type="primary",
        icon=":material/play_arrow:",
        disabled=bool(problem),
        on_click=pressed,
        help="Queue the run, and go to where one watches it.",
        width="stretch",
        key="train.press",
    )
    if refusal := sent.pop("refusal", ""):
        st.error(plain(refusal))


def _submit_once(sent, jobs, settings, visitor, name):
    """Submit a run, but none twice for a double click.

    What becomes of it is kept in `sent`, not in the session itself: there a newer click would cut
    this one short between the run and the note of it.
    """
    asked = settings.job(), name
    if asked == sent.get("asked") and time.monotonic() - sent["when"] < SAME_SECONDS:
        sent["run"] = sent["last"]
        return
    try:
        sent["run"] = sent["last"] = jobs.submit(settings.job(), visitor, name).id
        sent.update(asked=asked, when=time.monotonic())
    except ValueError as error:
        sent["refusal"] = str(error)


def _weighed(settings, limits):
    """Return what the run costs, or None, and why it cannot be, or an empty text."""
    try:
        cost = settings.job().cost()
    except (ValueError, OSError) as error:
        return None, _sentence(error)
    try:
        limits.check(cost)
    except ValueError as error:
        return cost, _sentence(error)
    return cost, ""


def _visitor_problem(jobs, limits, visitor):
    own = jobs.runs.of(visitor)
    try:
        limits.check_visitor(sum(run.is_active for run in own), len(own))
    except ValueError as error:
        return _sentence(error)
    return ""


def _told(settings, cost, limits):
    spent = totals(layer_table(settings.network))
    told = (
        f"The network has **{spent.parameters:,} parameters** (at most {limits.parameters:,}"
        f"{_frozen(settings)}) and takes {spent.multiply_adds:,} multiply-adds for one picture."
    )
    if cost is None:
        return told
    share = cost.multiply_adds / limits.multiply_adds
    epochs = f"{cost.epochs} {'epoch' if cost.epochs == 1 else 'epochs'}"
    return (
        f"{told} {_ways(settings)} through all pictures but those for the test, and "
        f"{epochs}, that makes **{_rough(cost.multiply_adds)} multiply-adds**: {_percent(share)} "
        "of what one run may take. "
        f"{OPTIMISERS[settings.optimiser]} takes the steps, at a learning rate of "
        f"{settings.rate:g} and in batches of {settings.batch:,}; the settings below change this."
    )


def _frozen(settings):
    if not settings.preset:
        return ""
    return f"; {transfer.trained(settings.network, settings.features):,} of them are trained"


def _ways(settings):
    if settings.preset:
        return "Forwards, and backwards where it is trained,"
    return "Forwards and backwards,"


def _rough(number):
    """Write a large number in words.

    Examples
    --------
    >>> _rough(950), _rough(1_234_567), _rough(4_560_000_000_000_000)
    ('950', '1.2 million', '4,560 trillion')
    """
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if number >= size:
            digits = 1 if number < 100 * size else 0
            return f"{number / size:,.{digits}f} {word}"
    return f"{number:,}"


def _percent(share):
    """Write a share in per cent.

    Examples
    --------
    >>> _percent(0.00001), _percent(0.034), _percent(2.5)
    ('less than 0.1%', '3.4%', '250%')
    """
    if share < 0.001:
        return "less than 0.1%"
    return f"{share:.1%}" if share < 0.1 else f"{share:.0%}"


def _sentence(error):
    text = str(error)
    return f"{text[0].upper()}{text[1:]}"


def title_of(slug, dataset):
    """Return what a run is called unless its visitor says otherwise.

    Examples
    --------
    >>> title_of("simplest-cnn", "digits"), title_of(None, "digits")
    ('The simplest CNN on Digits', 'Own network on Digits')
    """
    return f"{_network_title(slug)} on {dataset_title(dataset)}"


def _network_title(slug):
    if slug == transfer.TRANSFER:
        return transfer.TITLE
    return PRESETS[slug].title if slug else "Own network"
