"""How well each class is told apart: a table, and its figures in words."""

from html import escape

import streamlit as st

from vizcore.figures.colours import ACCENT, ACCENT_EDGE
from vizcore.ui.result_words import about_class
from vizcore.ui.run_words import percent

_TABLE = """<style>
.class-scores { max-width: 100%; overflow-x: auto; }
.class-scores table { border-collapse: collapse; font-variant-numeric: tabular-nums lining-nums; }
.class-scores :is(th, td) { padding: 6px 12px; border: 0; border-bottom: 1px solid rgb(110 120 130 / 45%); text-align: right; }
.class-scores th:first-child { min-width: 84px; padding-left: 8px; text-align: left; overflow-wrap: break-word; }
.class-scores :is(thead, tfoot) :is(th, td) { font-weight: 600; border-bottom-width: 2px; }
.class-scores .chosen > * { background: color-mix(in srgb, var(--accent) 22%, transparent); font-weight: 600; }
.class-scores .chosen th { box-shadow: inset 5px 0 0 var(--accent), inset 6px 0 0 var(--accent-edge); padding-left: 14px; }
@media (max-width: 640px) {
  .class-scores :is(th, td) { padding: 6px 5px; font-size: 15px; }
  .class-scores th:first-child { max-width: 110px; }
}
</style>"""  # noqa: E501
_WORDS = """<style>
/* Streamlit indents lists. */
.stHtml dl.class-words { display: grid; gap: 8px; margin: 0; padding: 0; }
.class-words :is(div, dt, dd) { margin: 0; padding: 0; overflow-wrap: anywhere; }
.class-words dt { font-weight: 600; }
</style>"""


def scores_table(report, names, chosen):
    """Show precision, recall, F1 and support of every class.

    Parameters
    ----------
    report : vizcore.nets.evaluation.Report
    names : sequence of str
        Shown as the text they are.
    chosen : int
        The class whose row is marked.
    """
    heads = ("Class", "Precision", "Recall", "F1", "Support")
    columns = report.precision, report.recall, report.f1
    rows = [
        _row(name, [column[i] for column in columns], report.support[i], i == chosen)
        for i, name in enumerate(names)
    ]
    foot = _row("Mean, and all", [column.mean() for column in columns], report.support.sum())
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    colours = f"--accent: {ACCENT}; --accent-edge: {ACCENT_EDGE}"
    st.html(
        f'{_TABLE}<div class="class-scores" style="{colours}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody><tfoot>{foot}</tfoot></table></div>"
    )


def scores_in_words(report, names, chosen):
    """Explain the scores of a class; arguments as `scores_table` takes them."""
    heading(f"Class {names[chosen]}")
    told = about_class(report, chosen, names[chosen]).items()
    pairs = "".join(f"<div><dt>{name}</dt><dd>{escape(text)}</dd></div>" for name, text in told)
    st.html(f'{_WORDS}<dl class="class-words">{pairs}</dl>')


def heading(text):
    """Show a heading that may hold a name, as the text it is."""
    st.html(f'<h3 style="margin: 0; overflow-wrap: anywhere">{escape(text)}</h3>')


def _row(name, shares, support, chosen=False):
    cells = "".join(f"<td>{percent(share)}</td>" for share in shares)
    mark = ' class="chosen" aria-current="true"' if chosen else ""
    return f'<tr{mark}><th scope="row">{escape(name)}</th>{cells}<td>{support:,}</td></tr>'
