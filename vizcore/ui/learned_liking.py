"""What a map likes: a picture grown from noise, on the page *What it learned*."""

from dataclasses import replace
from functools import partial

import streamlit as st

from vizcore.compute import looking
from vizcore.figures.course_picture import course_picture
from vizcore.nets.maximisation import OVERS
from vizcore.ui.answers import answer
from vizcore.ui.drawing import drawing
from vizcore.ui.learned_map import map_title
from vizcore.ui.learned_settings import MOST_SEED
from vizcore.ui.learned_words import limits
from vizcore.ui.numbers import readable
from vizcore.ui.plain import plain
from vizcore.ui.tiles import PHOTO, Strip, tiles


def liking_section(state, key, network, name, place):
    """Show what a map likes; returns at once, and the picture comes when the worker has made it.

    Parameters
    ----------
    state : PageState
        Of `LearnedSettings`.
    key : str
        The network's.
    network : vizcore.nets.network.Network
    name : str
        The node.
    place : int
        Which of its maps or numbers.
    """
    st.header("What it likes", anchor=False)
    what, but = limits("liked")
    st.markdown(what)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            "Seed",
            0,
            MOST_SEED,
            width=140,
            help="Draws the noise that the picture begins with. What comes out for every seed is "
            "the map's liking; what does not is chance.",
            **state.bind_number("seed", lambda s: s.seed, lambda s, n: replace(s, seed=n)),
        )
        if network.graph[name].has_maps:
            st.selectbox(
                "Let grow",
                list(OVERS),
                format_func=OVERS.get,
                width=280,
                **state.bind("over", lambda s: s.over, lambda s, one: replace(s, over=one)),
            )
    now = state.now
    asked = {"over": now.over, "seed": now.seed}
    answer(
        "learned.liked",
        (key, network.digest, name, place, now.over, now.seed),
        partial(looking.liked, key, name, place, **asked),
        partial(_show, network, name, place),
        meanwhile="The worker changes noise, step by step; this takes some seconds …",
    )
    st.markdown(but)


def _show(network, name, place, liked):
    title = map_title(network, name, place)
    st.markdown(_told(liked, title))
    given = zip(liked.steps.tolist(), liked.values.tolist(), strict=True)
    names = tuple(
        (f"Step {n}" if n else "0: the noise", f"gives {readable(value)}") for n, value in given
    )
    strip = Strip("", "moment", PHOTO, liked.pictures, 0, "Level", names)
    last = len(names) - 1
    tiles([strip], label=f"What {title} likes", begin=last, key="learned.liked")
    went = f"The value of {liked.climbed} that was climbed"
    drawing(course_picture(liked.course, went, readable), label=went, key="learned.course")


def _told(liked, title):
    before, after, where = *liked.values[[0, -1]], ""
    if not all(begin == 0 for begin, _ in liked.box) or liked.box != _whole(liked):
        (top, bottom), (left, right) = liked.box
        where = (
            f" Only rows {top + 1} to {bottom} and columns {left + 1} to {right} count: no more of "
            "the picture is seen."
        )
    return (
        f"{plain(title[0].upper() + title[1:])} gives {readable(float(before))} for the noise and "
        f"{readable(float(after))} for what has become of it in {int(liked.steps[-1])} steps: the "
        f"last picture.{where}"
    )


def _whole(liked):
    return tuple((0, n) for n in liked.pictures.shape[1:3])
