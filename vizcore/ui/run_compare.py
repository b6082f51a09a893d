"""Two runs side by side: where their settings differ, and what came of it."""

from contextlib import suppress
from html import escape

import streamlit as st

from vizcore.compute.runs import RunError
from vizcore.export.permalink import to_query
from vizcore.ui.run_facts import job_of, policy_of, results_of, settings_of, training_run
from vizcore.ui.run_watch import chart, live, rows_of, state_line
from vizcore.ui.run_words import signed
from vizcore.ui.runs_settings import RunsSettings

NAMES = ("A", "B")
POLL_SECONDS = 2.0

_MARKS = ("●", "■")
_STYLE = """<style>
.compared { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums lining-nums; }
.compared th, .compared td { padding: 8px 12px 8px 0; border-bottom: 1px solid rgb(110 120 130 / 45%); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.compared tbody th { font-weight: 400; width: 30%; }
</style>"""  # noqa: E501


def choose_other(state, run, runs):
    """Choose another run to see beside this one.

    Parameters
    ----------
    state : PageState
        Of `RunsSettings`.
    run : Run
    runs : sequence of Run
        The visitor's, to choose from.
    """
    titles = {"": "–"} | {one.id: one.name for one in runs if one.id != run.id}
    if len(titles) > 1:
        st.selectbox(
            "Side by side with",
            list(titles),
            format_func=titles.get,
            **state.bind("beside", lambda s: s.beside, lambda s, v: RunsSettings(s.run, v or "")),
        )


def compare(runs):
    """Show two runs, each of which may still train.

    Parameters
    ----------
    runs : list of Run
    """
    for mark, letter, run in zip(_MARKS, NAMES, runs, strict=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(
                f"<strong>{mark} {letter}: {escape(run.name)}</strong> · {state_line(run)}",
                width="content",
            )
            st.page_link(
                "pages/runs.py",
                label=f"Look at {letter}",
                query_params=to_query(RunsSettings(run.id), complete=True),
            )
    running = st.container()
    chart(runs, NAMES)
    if len({job_of(run).dataset for run in runs}) > 1:
        st.markdown(
            "The two learn from different datasets: which of them is the harder one, these figures "
            "cannot tell."
        )
    st.html(_STYLE + _settings(runs))
    active = any(run.is_active for run in runs)
    st.fragment(_outcome, run_every=POLL_SECONDS if active else None)([run.id for run in runs])
    with running:
        live(runs, NAMES)


def differing(one, other):
    """Return the settings in which two runs differ, and those that they share.

    Parameters
    ----------
    one, other : dict of str to str
        As `settings_of` gives them.

    Returns
    -------
    (dict of str to (str, str), dict of str to str)

    Examples
    --------
    >>> differing({"Batch": "32", "Seed": "0"}, {"Batch": "64", "Seed": "0"})
    ({'Batch': ('32', '64')}, {'Seed': '0'})
    """
    different = {name: (one[name], other[name]) for name in one if one[name] != other[name]}
    return different, {name: text for name, text in one.items() if name not in different}


def difference(name, one, other):
    """Return how far the second of two figures is from the first, with its sign and unit.

    Examples
    --------
    >>> difference("Test accuracy", 0.9, 0.925), difference("Epochs done", 5, 3)
    ('+2.5 points', '−2')
    >>> difference("Parameters", 810, 2810), difference("Validation loss", None, 0.5)
    ('+2,000', '–')
    """
    if one is None or other is None:
        return "–"
    if name.endswith("accuracy"):
        return f"{signed(100 * (other - one), 1)} points"
    if isinstance(one, int):
        sign = "+" if other > one else "−" if other < one else "±"
        return f"{sign}{abs(other - one):,}"
    return signed(other - one, 3 if name.endswith("loss") else 1)


def _outcome(ids):
    """Show the figures as they are now."""
    # A run that was deleted meanwhile ends the page's next run, not this part of it.
    with suppress(RunError):
        st.html(_figures([training_run(run_id) for run_id in ids]))


def _settings(runs):
    different, shared = differing(*(settings_of(run, policy_of(run)) for run in runs))
    rows = "".join(_row(name, *texts) for name, texts in different.items())
    rows = rows or '<tr><td colspan="3">No setting differs.</td></tr>'
    same = "; ".join(f"{name.lower()} {text}" for name, text in shared.items())
    return (
        f"{_table('What differs', rows)}"
        '<p style="margin-top: 12px"><strong>The same in both:</strong> '
        f"{escape(same) or 'nothing'}.</p>"
    )


def _figures(runs):
    one, other = (results_of(run, rows_of(run)) for run in runs)
    rows = "".join(
        _row(name, write(value), write(other[name][0]), difference(name, value, other[name][0]))
        for name, (value, write) in one.items()
    )
    return _table("What came of it", rows, "B against A")


def _table(title, rows, *more):
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in (title, *NAMES, *more))
    return f'<table class="compared"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _row(name, *texts):
    cells = "".join(f"<td>{escape(text)}</td>" for text in texts)
    return f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'
