"""What would be kept, on the page *Your own classes*: pictures, counts, what is there twice."""

from dataclasses import replace

import numpy as np
import streamlit as st

from vizcore.nets.dataset import DatasetError
from vizcore.nets.description import describe
from vizcore.nets.own_classes import (
    FRAMINGS,
    LEAST_FRACTION,
    MOST_CLASSES,
    MOST_FRACTION,
    SIDES,
    balance,
    dataset_of,
    divided,
    made_of,
)
from vizcore.nets.picture_archive import clean_name
from vizcore.ui import own_class_words as words
from vizcore.ui.gallery import gallery
from vizcore.ui.own_class_settings import MOST_SEED
from vizcore.ui.own_pictures import changer, own_pictures, rename_in_file, start_over
from vizcore.ui.plain import plain
from vizcore.ui.state import whole

MOST_BYTES = 6_000_000
"""Of pictures in all galleries."""

MOST_TOLD = 100
_IN_A_FILE = 24
_NAME_WIDTH = 320


def making(state):
    """Set how the dataset is made of the pictures."""
    side, framing, fraction, seed = st.columns([1, 2, 2, 1], gap="medium")
    side.selectbox(
        "Size (pixels a side)",
        SIDES,
        help="What a network sees of a picture. 32 is quick, and what Transfer from Objects takes.",
        **state.bind("side", lambda s: s.side, lambda s, v: replace(s, side=v)),
    )
    framing.selectbox(
        "What becomes a square",
        list(FRAMINGS),
        format_func=FRAMINGS.get,
        **state.bind("framing", lambda s: s.framing, lambda s, v: replace(s, framing=v)),
    )
    fraction.slider(
        "Set aside for the test",
        round(100 * LEAST_FRACTION),
        round(100 * MOST_FRACTION),
        format="%d%%",
        **state.bind_number(
            "fraction", lambda s: round(100 * s.fraction), lambda s, v: replace(s, fraction=v / 100)
        ),
    )
    seed.number_input(
        "Seed",
        0,
        MOST_SEED,
        help="Another seed sets other pictures aside.",
        **state.bind_number("seed", lambda s: s.seed, lambda s, v: replace(s, seed=v)),
    )
    st.markdown(
        "The address holds these settings, so a link sets them; pictures are never in a link."
    )


def is_there(state):
    """Tell whether something was brought that can be looked at."""
    own = own_pictures()
    if state.now.way == "npz":
        return own.dataset is not None
    return bool(own.collection.count or own.collection.skipped)


def preview(state):
    """Show what was brought, class by class, and return what makes the dataset, or None.

    Returns
    -------
    callable or None
        Takes a title, returns a `Dataset`.
    """
    if state.now.way == "npz":
        return _file(own_pictures().dataset)
    collection = own_pictures().collection
    making(state)
    chosen = state.now.making()
    made = made_of(collection.classes, chosen)
    try:
        train, test = divided(made, chosen)
        problem = ""
    except DatasetError as error:
        train, test, problem = np.arange(len(made.y)), np.empty(0, np.intp), str(error)
    _headline(collection, made)
    _skipped(collection.skipped)
    _twice(made)
    _classes(collection, made, test)
    if not collection.count:
        return None
    counts = made.counts.tolist()
    if len(counts) > 1 and (uneven := balance(counts, made.class_names)):
        st.warning(plain(uneven))
    if problem:
        st.warning(plain(problem))
        return None
    classes = len(made.class_names)
    _counts(made.class_names, *(np.bincount(made.y[p], minlength=classes) for p in (train, test)))
    st.markdown(words.divided(chosen.fraction))
    return lambda title: dataset_of(made, chosen, title)


# ---- Pictures by class ----


def _headline(collection, made):
    start = st.columns([3, 1], vertical_alignment="bottom")
    found = words.brought(
        len(made.y), len(made.class_names), len(made.repeats), len(collection.skipped)
    )
    start[0].markdown(
        f"{found}, as a network would see them. Names can be corrected, and what does not belong "
        "removed."
    )
    start[1].button("Start over", on_click=start_over, icon=":material/delete:", width="stretch")


def _skipped(skipped):
    """Name what could not be used, the first few at once."""
    if not skipped:
        return
    few, more = skipped[: words.FEW], skipped[words.FEW : MOST_TOLD]
    st.markdown(f"Skipped:\n{words.skipped_list(few)}")
    if more:
        with st.expander(f"And {len(skipped) - len(few):,} more"):
            st.markdown(words.skipped_list(more))
            if len(skipped) > MOST_TOLD:
                st.markdown(f"And {len(skipped) - MOST_TOLD:,} more.")


def _twice(made):
    """Tell of what would spoil the test of a network, or what it learns."""
    if made.repeats:
        st.info(words.repeats(made.repeats))
    if made.shared:
        st.warning(words.shared(made.shared))


def _classes(collection, made, test):
    room = MOST_BYTES // max(1, made.x[:1].nbytes * len(made.class_names))
    waiting = {*test.tolist()}
    for label, name in enumerate(made.class_names):
        places = np.flatnonzero(made.y == label)
        _one_class(label, name, len(places), len(collection.classes[name]) - len(places))
        shown = places[:room]
        captions = [f"{made.names[i]}{' · test' if i in waiting else ''}" for i in shown]
        if len(shown) < len(places):
            st.markdown(f"The first {len(shown)} of {len(places)} are shown.")
        gallery(made.x[shown], captions, label=f"Pictures of {name}", per_page=20,
                key=f"own_classes.gallery.{label}")  # fmt: skip


def _one_class(label, name, count, left_out):
    """Show a class's name, to be corrected, and what can be removed."""
    key = f"own_classes.called.{name}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            f"Class {label + 1}",
            name,
            max_chars=40,
            key=key,
            width=_NAME_WIDTH,
            on_change=changer(lambda now: now.renaming(name, st.session_state[key])),
        )
        # In a row of their own: centred beside the buttons, which stand at the foot of the field.
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.markdown(
                words.counted(count) + (f", {left_out} left out" if left_out else ""),
                width="content",
            )
            with st.popover("Remove pictures"):
                _remove_some(name)
            st.button(
                f"Remove “{plain(name)}”",
                key=f"own_classes.drop.{name}",
                on_click=changer(lambda now: now.without_class(name)),
            )


def _remove_some(name):
    pictures = own_pictures().collection.classes[name]
    key = f"own_classes.some.{name}.{len(pictures)}"
    st.multiselect(
        "Pictures that do not belong",
        range(len(pictures)),
        format_func=lambda place: pictures[place].name,
        key=key,
    )
    st.button(
        "Remove them",
        key=f"own_classes.remove.{name}",
        on_click=changer(lambda now: now.without(name, st.session_state[key])),
    )


def _counts(class_names, train, test):
    place, _ = st.columns([2, 1])
    place.markdown(words.counts_table(class_names, train.tolist(), test.tolist()))


# ---- A file of arrays ----


def _file(dataset):
    """Show a dataset that came as a file: as it is, but for the names of its classes."""
    start = st.columns([3, 1], vertical_alignment="bottom")
    rows, columns, channels = dataset.shape
    count = sum(map(len, dataset.given.values()))
    start[0].markdown(
        f"{words.brought(count, len(dataset.class_names))}, {rows} × {columns} pixels, "
        f"{'grey' if channels == 1 else 'in colour'}."
    )
    start[1].button("Start over", on_click=start_over, icon=":material/delete:", width="stretch")
    names = dataset.class_names
    if len(names) <= MOST_CLASSES:
        _names(names)
    room = max(1, MOST_BYTES // (len(names) * int(np.prod(dataset.shape))))
    room, y = min(room, _IN_A_FILE), dataset.train.y
    some = [np.flatnonzero(y == label)[:room] for label in range(len(names))]
    captions = [name for name, places in zip(names, some, strict=True) for _ in places]
    pictures = dataset.train.x[np.concatenate(some)]
    gallery(pictures, captions, label="Training pictures", key="own_classes.file")
    found = describe(dataset, per_class=1)
    if found.repeated:
        st.warning(
            f"{found.repeated:,} of the {len(dataset.test):,} test pictures are, level for level, "
            "also among those to learn from: on them the test tells nothing."
        )
    counts = sum(found.counts.values())
    if uneven := balance(counts.tolist(), names):
        st.warning(plain(uneven))
    _counts(names, counts - found.counts["test"], found.counts["test"])
    return lambda title: replace(dataset, title=title)


def _names(names):
    with st.expander("Correct the names of its classes"):
        for label, name in enumerate(names):
            key = f"own_classes.file.{label}.{name}"
            st.text_input(
                f"Class {label}", name, max_chars=40, key=key,
                on_change=whole(
                    lambda label=label, key=key: rename_in_file(
                        label, clean_name(st.session_state[key])
                    )
                ),
            )  # fmt: skip
