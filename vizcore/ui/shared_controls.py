"""Controls that several pages have."""

from dataclasses import replace

import streamlit as st

from vizcore.export.permalink import LONGEST_LINK, link_length, to_query
from vizcore.lessons import LESSONS


def examples(page, now, from_lesson):
    """Show the slides' examples, each a link to its page in that state, the present one marked.

    Parameters
    ----------
    page : str
        The page's file.
    now : dataclass instance
        The present settings.
    from_lesson : callable
        Takes a lesson and returns the settings that show it.
    """
    lessons = [lesson for lesson in LESSONS.values() if page.endswith(f"/{lesson.page}.py")]
    shown = {lesson.title: from_lesson(lesson) for lesson in lessons}
    links(page, "Examples from the slides:", shown, now)
    for lesson in lessons:
        if lesson.correction and shown[lesson.title] == now:
            st.info(lesson.correction)


def tell_keys(now):
    """Say how a stepper is moved by keys, and what the address holds."""
    link = (
        "The address of this page holds all of it, the present step too: copy it to send the class "
        "here."
    )
    if link_length("", now) > LONGEST_LINK:
        link = "So many typed cells are too long for a link: it stays in this browser alone."
    st.markdown(
        "Keys: ← → step, ↑ ↓ move by a row, Home and End go to the ends, space plays. Click a cell "
        f"to type into it. {link}"
    )


def links(page, title, choices, now):
    """Show named settings as links to their page, the present ones marked.

    Parameters
    ----------
    page : str
        The page's file.
    title : str
        What the links are.
    choices : dict
        Name to settings.
    now : dataclass instance
        The present settings.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(title, width="content")
        for name, settings in choices.items():
            # A link that names nothing would leave the page as it is.
            address = to_query(settings) or to_query(settings, complete=True)
            mark = ":material/check:" if settings == now else None
            st.page_link(page, label=name, icon=mark, query_params=address)


def size(place, state, name, largest, read, write):
    """Choose one size, from 1 to the largest.

    Parameters
    ----------
    place : streamlit container
    state : PageState
    name : str
        The control's label, and its name on the page.
    largest : int
    read, write : callable
        As `PageState.bind` takes them.
    """
    about = f"1 to {largest}"
    place.number_input(name, 1, largest, help=about, **state.bind_number(name, read, write))


def slider(state, name, label, least, largest, about, write):
    """Choose one of the settings' numbers; where nothing else is possible, say so.

    Parameters
    ----------
    state : PageState
    name : str
        The field of the settings.
    label : str
    least, largest : int
    about : str
        What it does, in a sentence.
    write : callable
        Takes the settings and a value, and returns new settings.
    """
    if largest == least:
        st.slider(label, least, least + 1, least, disabled=True, help=f"{about} Nothing else fits.")
        return
    bound = state.bind_number(name, lambda s: getattr(s, name), write)
    st.slider(label, least, largest, help=about, **bound)


def fill(state, key, rules, grids):
    """Fill a grid by a rule, and take edits back.

    Parameters
    ----------
    state : PageState
    key : str
        What the widgets' keys begin with.
    rules : dict
        The rules of `Volume` to offer, with their names on screen.
    grids : list of str
        The fields of the settings that can be filled; with one there is no choice to make.
    """
    with st.popover("Fill with …", width="stretch"):
        if len(grids) > 1:
            st.radio("Fill", grids, horizontal=True, key=f"{key}.which")
        st.selectbox(
            "with" if len(grids) > 1 else "Fill the input with",
            list(rules),
            format_func=rules.get,
            key=f"{key}.rule",
        )
        st.number_input(
            "Seed",
            0,
            9999,
            1,
            key=f"{key}.seed",
            help="The same seed draws the same numbers, and the same patch of the photo.",
        )
        st.button("Fill", type="primary", on_click=_filled, args=(state, key, grids))
    st.button(
        "Undo",
        disabled=not state.can_undo,
        on_click=state.undo,
        help="Take the last edit back (Ctrl+Z in the picture).",
        width="stretch",
    )


def _filled(state, key, grids):
    # Read now: a seed typed just before the click has not been through a run of the page.
    rule, seed = (st.session_state[f"{key}.{name}"] for name in ("rule", "seed"))
    which = st.session_state.get(f"{key}.which", grids[0])
    new = replace(getattr(state.now, which), cells=(), rule=rule, seed=seed)
    state.edit(replace(state.now, **{which: new}))


def tell_unreached(trace):
    """Say so where some cell of the padded input is in no window."""
    if any(
        {cell for i in range(axis.count) for cell in axis.cells(i)}.isdisjoint({place})
        for axis in (trace.rows, trace.columns)
        for place in range(-axis.before, axis.n + axis.after)
    ):
        st.markdown(
            "No window reaches the struck-through cells: the division leaves a rest, or the stride "
            "jumps over them."
        )
