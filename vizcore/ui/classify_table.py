"""Many pictures and what a network says of each: a table, and a file of it."""

import base64
from dataclasses import replace

import numpy as np
import streamlit as st

from vizcore.export.safe_csv import safe_csv
from vizcore.imaging import to_jpeg
from vizcore.imaging.seeing import levels_of
from vizcore.nets.attribution import logit_node
from vizcore.ui import classify_files as files
from vizcore.ui.answers_table import answers_table
from vizcore.ui.classify_answer import as_set, is_unlike, learned_on_black, stages_of
from vizcore.ui.classify_words import note, short_cautions
from vizcore.ui.network_settings import OWN
from vizcore.ui.run_downloads import file_stem

_ANSWERS = "classify.answers"


def table_section(state, key, network):
    """Show the table where there is more than one file.

    Parameters
    ----------
    state : PageState
        Of `ClassifySettings`.
    key : str
        The network's.
    network : vizcore.nets.network.Network
    """
    pictures = files.pictures_brought()
    if len(pictures) < 2:
        return
    answers, notes = zip(*_answers(state.now, key, network, pictures), strict=True)
    show_table(state, network, pictures, answers, notes)


def show_table(state, network, pictures, answers, notes):
    """Show pictures with what a network says of them, in a table and as a file.

    Parameters
    ----------
    state : PageState
        Of `ClassifySettings`.
    network : vizcore.nets.network.Network
    pictures : sequence of vizcore.ui.classify_files.Brought
    answers : sequence of ndarray, (K,)
        Probabilities, one array for each picture.
    notes : sequence of str
        What makes each answer doubtful, in a few words; may be empty.
    """
    st.header(f"All {len(pictures)} pictures", anchor=False)
    rows = rows_of(pictures, network.class_names, answers, notes)

    def open_one(file_id):
        files.open_file(file_id)
        state.set(replace(state.now, picture=OWN))

    answers_table(
        rows,
        opened=files.opened() if state.now.picture == OWN else None,
        on_open=open_one,
        visit=state.visits,
        key="classify.table",
    )
    st.download_button(
        "Download the table (.csv)",
        csv_of(rows),
        f"{file_stem(network.title)}-answers.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
        key="classify.csv",
    )


def rows_of(pictures, names, answers, notes):
    """Return the rows as `answers_table` takes them.

    Parameters
    ----------
    pictures : sequence of vizcore.ui.classify_files.Brought
    names : sequence of str
        Of the classes.
    answers : sequence of ndarray, (K,)
        Probabilities, one array for each picture.
    notes : sequence of str
    """
    each = zip(pictures, answers, notes, strict=True)
    return [_row(one, names, answer, noted) for one, answer, noted in each]


def csv_of(rows):
    """Write rows as a file for spreadsheets."""
    heads = "file", "class", "probability", "note", "second class", "its probability"
    fields = "name", "best", "most", "note", "second", "next"
    return safe_csv([heads, *([row[field] for field in fields] for row in rows)])


def _row(one, names, answer, noted):
    first, second = [*np.argsort(-answer, kind="stable"), None][:2]
    return {
        "id": one.id,
        "name": one.name,
        "thumbnail": _address(one.thumbnail),
        "best": names[first],
        "most": float(answer[first]),
        "second": None if second is None else names[second],
        "next": None if second is None else float(answer[second]),
        "note": noted,
    }


def _address(thumbnail):
    return f"data:image/jpeg;base64,{base64.b64encode(to_jpeg(thumbnail, 85)).decode()}"


def _answers(settings, key, network, pictures):
    """Return for each its probabilities and its note; those known for these settings are kept."""
    asked = key, network.digest, network.preparation, settings.steps, settings.normalise
    kept, known = st.session_state.get(_ANSWERS, (None, {}))
    known = known if kept == asked else {}
    model = as_set(settings, network)
    now = {
        one.id: known.get(one.id) or _answer(settings, key, network, model, one.picture)
        for one in pictures
    }
    st.session_state[_ANSWERS] = (asked, now)
    return list(now.values())


def _answer(settings, key, network, model, picture):
    stages = stages_of(settings, key, network, picture)
    values = model.activations(levels_of(stages))
    cautioned = short_cautions(stages, settings.steps, on_black=learned_on_black(key, network))
    unlike = settings.normalise and is_unlike(key, values[logit_node(model.graph)])
    return values[model.output], note(values[model.output], cautioned, unlike=unlike)
