"""What is to be known of a network: where it comes from, how well it does, what it is made of."""

import base64
from dataclasses import fields
from html import escape

import streamlit as st

from vizcore.export.permalink import to_query
from vizcore.figures.layer_words import described
from vizcore.figures.network_drawing import network_svg
from vizcore.figures.volumes import shape_text
from vizcore.nets import pretrained
from vizcore.nets.architectures import layer_table, totals
from vizcore.nets.augmentation import Augmentation
from vizcore.nets.schedules import SCHEDULES
from vizcore.nets.training import LOSSES, OPTIMISERS
from vizcore.ui.layer_settings import LayerSettings, Network
from vizcore.ui.lesson_links import query_of
from vizcore.ui.network_settings import OWN_MODEL
from vizcore.ui.numbers import readable
from vizcore.ui.result_words import written_error
from vizcore.ui.run_downloads import file_stem
from vizcore.ui.run_facts import dataset_title, settings_of, training_run
from vizcore.ui.run_watch import state_line
from vizcore.ui.run_words import about as time_of
from vizcore.ui.run_words import percent
from vizcore.ui.runs_settings import RunsSettings

_MISTAKES, _SHORT = 3, 3
"""Mistakes that are told in words; letters of a name that stands upright in its column's head."""

_ROOM = 1040
"""Pixels that a picture has beside the sidebar of a laptop."""

_STYLE = """<style>
.stHtml dl.card { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 240px), 1fr)); gap: 8px 24px; margin: 0; padding: 0; }
.card :is(div, dt, dd) { margin: 0; padding: 0; overflow-wrap: anywhere; }
.card .wide { grid-column: 1 / -1; }
.card dt { font-size: 15px; }
.card dd { font-weight: 600; font-variant-numeric: tabular-nums lining-nums; }
.layer-table { max-width: 100%; overflow-x: auto; }
.layer-table table { border-collapse: collapse; font-variant-numeric: tabular-nums lining-nums; }
.layer-table :is(th, td) { padding: 5px 16px 5px 0; border: 0; border-bottom: 1px solid rgb(110 120 130 / 45%); text-align: left; white-space: nowrap; }
.layer-table .figure { text-align: right; }
.layer-table tfoot :is(th, td) { border-bottom: 0; font-weight: 600; }
.matrix { max-width: 100%; overflow-x: auto; }
.matrix table { border-collapse: separate; border-spacing: 2px; font-variant-numeric: tabular-nums lining-nums; }
.matrix :is(th, td) { padding: 4px 8px; border: 0; border-radius: 4px; text-align: right; }
.matrix tbody td { background: color-mix(in srgb, #4393c3 var(--share), transparent); box-shadow: inset 0 0 0 1px rgb(110 120 130 / 45%); }
.matrix tbody .right { box-shadow: inset 0 0 0 2px currentcolor; font-weight: 600; }
.matrix thead :is(th, td) { vertical-align: bottom; }
.matrix .upright { max-height: 120px; writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; }
.matrix tbody .share { background: none; box-shadow: none; }
.matrix + p { display: none; }
@media (max-width: 640px) {
  .matrix :is(th, td) { padding: 4px; font-size: 14px; }
  .matrix + p { display: block; margin: 4px 0 0; }
}
.architecture { max-width: 100%; overflow-x: auto; }
.architecture img { max-width: none; border-radius: 4px; }
</style>"""  # noqa: E501


def network_card(key, network):
    """Show all that is known of a network, in a part of the page that one opens.

    Parameters
    ----------
    key : str
        As `vizcore.compute.networks.open_network` takes it.
    network : vizcore.nets.network.Network
    """
    with st.expander("About this network"):
        st.html(_STYLE, width="content")
        if key in pretrained.NAMES:
            _shipped(key)
        elif key == OWN_MODEL:
            st.markdown(
                "From a file of your own: what it learned from, and how well, only you know."
            )
        else:
            _run(training_run(key))
        st.subheader("Its layers", anchor=False)
        _layers(network)
        st.subheader("As a picture", anchor=False)
        _picture(key, network)


# ---- Where it comes from ----


def _shipped(key):
    card = pretrained.card(key)
    st.markdown(card.about)
    _facts(facts_of(key, card))
    st.markdown("**Its test pictures, and what it took them for**")
    st.html(f'<p style="margin: 0">{escape(mistaken(card.confusion, card.class_names))}</p>')
    st.html(confusion_html(card.confusion, card.class_names))


def mistaken(matrix, names):
    """Say what a network mistakes most often.

    Parameters
    ----------
    matrix : ndarray of int, (K, K)
        Row: the true class; column: the predicted one.
    names : sequence of str

    Examples
    --------
    >>> import numpy as np
    >>> mistaken(np.array([[90, 8, 2], [0, 1200, 0], [5, 0, 95]]), ("cat", "dog", "owl"))
    'Its commonest mistakes: cat taken for dog (8 of 100), owl for cat (5 of 100), cat for owl \
(2 of 100).'
    """
    pairs = [(i, j) for i in range(len(matrix)) for j in range(len(matrix)) if i != j]
    pairs = sorted((one for one in pairs if matrix[one]), key=lambda one: -matrix[one])[:_MISTAKES]
    if not pairs:
        return "It makes no mistake among them."
    told = [
        f"{names[i]}{' taken' * (not place)} for {names[j]} "
        f"({matrix[i, j]:,} of {matrix[i].sum():,})"
        for place, (i, j) in enumerate(pairs)
    ]
    return f"Its commonest mistakes: {', '.join(told)}."


def confusion_html(matrix, names):
    """Write a confusion matrix as a table, with nothing to be chosen in it.

    Parameters
    ----------
    matrix : ndarray of int, (K, K)
        Row: the true class; column: the predicted one.
    names : sequence of str

    Returns
    -------
    str
    """
    upright = ' class="upright"' if max(map(len, names)) > _SHORT else ""
    heads = "".join(f'<th scope="col"><div{upright}>{escape(name)}</div></th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{_counts(counts, i)}'
        f'<td class="share">{percent(counts[i] / max(1, counts.sum()))}</td></tr>'
        for i, (name, counts) in enumerate(zip(names, matrix, strict=True))
    )
    return (
        '<p style="margin: 0 0 8px">A row for each true class, a column for what its pictures were '
        "taken for; framed where they were recognised.</p>"
        '<div class="matrix" tabindex="0" role="region" aria-label="Confusion matrix"><table>'
        f'<thead><tr><td></td>{heads}<th scope="col">recognised</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div><p>It goes on at the right: swipe or scroll.</p>"
    )


def _counts(counts, place):
    """Shade by the root of the share of the row, so that a rare mistake can still be seen."""
    return "".join(
        f"<td{' class=right' if i == place else ''} "
        f'style="--share: {60 * (count / max(1, counts.sum())) ** 0.5:.0f}%">{count:,}</td>'
        for i, count in enumerate(counts.tolist())
    )


def facts_of(key, card):
    """Return what a card says, each a name and a text.

    Parameters
    ----------
    key : str
    card : vizcore.nets.pretrained.Card

    Returns
    -------
    dict of str to str
    """
    tested = card.counts["test"]
    wrong = tested - int(card.confusion.trace())
    return {
        "Test accuracy": f"{percent(card.test_accuracy, 2)}: {wrong:,} of {tested:,} wrong",
        "Validation accuracy": percent(card.validation_accuracy, 2),
        "Trained": f"{card.epochs:.0f} epoch{'s' if card.epochs > 1 else ''}, "
        f"{time_of(card.seconds)}",
        "Pictures": ", ".join(f"{name} {count:,}" for name, count in card.counts.items()),
        "Data": f"{dataset_title(card.dataset)}: {card.source}",
        "Recipe": recipe_in_words(card.recipe),
        "What the test figure says": "The recipe was chosen by the validation part; the test part "
        "was looked at once, at the end. The standard error is "
        f"{written_error(card.test_accuracy, tested)}.",
        "Made with": card.made_with,
        "The command that makes it again": f"python -m vizcore.nets.pretrain {key}",
    }


def recipe_in_words(recipe):
    """Tell how a network was trained.

    Parameters
    ----------
    recipe : dict
        As `vizcore.nets.pretrained.Card.recipe`.

    Returns
    -------
    str
    """
    schedule = SCHEDULES[recipe["schedule"]].lower()
    changes = Augmentation(**recipe["augmentation"])
    names = [field.name for field in fields(changes) if getattr(changes, field.name)]
    told = [
        f"{OPTIMISERS[recipe['optimiser']]}, learning rate {recipe['rate']:g} ({schedule})",
        f"batches of {recipe['batch']}",
        LOSSES[recipe["loss"]].lower(),
        f"augmented by {', '.join(names)}" if names else "no augmentation",
        f"{readable(100 * recipe['validation'])}% of the training pictures held back to choose by",
        f"seed {recipe['seed']}",
    ]
    return f"{'; '.join(told)}."


def _run(run):
    st.html(f'<p style="margin: 0">{escape(run.name)} · {state_line(run)}</p>')
    _facts(settings_of(run))
    st.page_link(
        "pages/runs.py",
        label="Its run: figures, mistakes, and how its maps formed, epoch by epoch",
        icon=":material/arrow_forward:",
        query_params=to_query(RunsSettings(run.id), complete=True),
    )


def _facts(facts):
    pairs = "".join(
        f"<div{_wide(text)}><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>"
        for name, text in facts.items()
    )
    st.html(f'<dl class="card">{pairs}</dl>')


def _wide(text):
    return ' class="wide"' if len(text) > 40 else ""


# ---- What it is made of ----


def _layers(network):
    rows = layer_table(network.architecture)
    heads = "".join(
        f'<th scope="col"{_figure(i)}>{head}</th>'
        for i, head in enumerate(
            ("Layer", "What", "Output", "Parameters", "Multiply-adds", "Sees of the picture")
        )
    )
    lines = "".join(_line(row) for row in rows)
    count = totals(rows)
    foot = (
        f'<tr><th scope="row">Together</th><td></td><td></td><td class="figure">'
        f'{count.parameters:,}</td><td class="figure">{count.multiply_adds:,}</td><td></td></tr>'
    )
    st.html(
        '<div class="layer-table" tabindex="0" role="region" aria-label="Layer table"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody><tfoot>{foot}</tfoot></table></div>"
    )
    st.page_link(
        "pages/layer_tables.py",
        label="Open it in Layer tables, with every formula",
        icon=":material/arrow_forward:",
        query_params=query_of(LayerSettings(_named(network.architecture))),
    )


def _named(architecture):
    return Network(architecture.input, architecture.layers)


def _figure(place):
    return ' class="figure"' if place > 1 else ""


def _line(row):
    field = "×".join(map(str, row.field))
    texts = (described(row.layer), shape_text(row.shape), f"{row.parameters:,}",
             f"{row.multiply_adds:,}", field)  # fmt: skip
    cells = "".join(f"<td{_figure(i)}>{escape(text)}</td>" for i, text in enumerate(texts, 1))
    return f'<tr><th scope="row">{escape(row.name)}</th>{cells}</tr>'


def _picture(key, network):
    svg = network_svg(network.architecture, network.title, room=_ROOM).encode()
    address = f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
    alt = escape(f"The layers of {network.title}, from left to right; the table above tells them.")
    st.html(
        '<div class="architecture" tabindex="0" role="region" aria-label="Picture of the network">'
        f'<img src="{address}" alt="{alt}"></div>'
    )
    st.download_button(
        "Download the picture (.svg)",
        svg,
        f"{file_stem(network.title)}.svg",
        "image/svg+xml",
        on_click="ignore",
        icon=":material/download:",
        key=f"card.svg.{key}",
    )
