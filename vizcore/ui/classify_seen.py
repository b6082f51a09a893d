"""What the network saw: a picture on its way to it, every step with its switch."""

import base64
from dataclasses import replace
from html import escape

import numpy as np
import streamlit as st

from vizcore.imaging import fit_within, to_jpeg, to_png
from vizcore.imaging.seeing import seen_share
from vizcore.ui.numbers import readable
from vizcore.ui.run_words import percent
from vizcore.ui.tiles import RESPONSE, Strip, tiles

SIDE = 168
"""CSS pixels of a picture in the strip, at most."""

_FINE = 4 * SIDE**2  # as many pixels as a screen of twice the density shows
_FRAMINGS = {"crop": "Its middle", "fit": "All of it", "stretch": "Squeezed"}
_INVERSIONS = {"auto": "Where needed", "on": "Always", "off": "Never"}
_CHANNELS = {1: ("grey",), 3: ("red", "green", "blue")}

_STYLE = f"""<style>
.seen {{ display: flex; flex-direction: column; gap: 4px; margin: 0; }}
.seen figcaption {{ font-weight: 600; }}
.seen .frame {{ display: flex; align-items: center; height: {SIDE}px; }}
.seen img {{ max-width: 100%; max-height: 100%; border-radius: 4px; box-shadow: 0 0 0 1px rgb(110 120 130 / 70%); }}
.seen .pixels {{ image-rendering: pixelated; }}
.seen p {{ min-height: 3em; margin: 0; font-size: 15px; line-height: 1.4; }}
</style>"""  # noqa: E501


def seen_section(state, network, stages, title="What the network saw"):
    """Show each step, and let one switch it.

    Parameters
    ----------
    state : PageState
        Of `ClassifySettings`.
    network : vizcore.nets.network.Network
    stages : tuple of vizcore.imaging.seeing.Stage
    title : str
    """
    st.header(title, anchor=False)
    st.html(_STYLE)
    made = {one.name: one for one in stages}
    with st.container(horizontal=True, gap="small"):  # so that a phone has two in a row
        for place, (name, control) in enumerate(_CONTROLS.items(), 1):
            with st.container(width=SIDE, gap="small", key=f"classify.step.{name}"):
                title, told = _told(name, made, network)
                st.html(_figure(f"{place}. {title}", made[name].picture, told))
                control(state, made, network)
    _numbers(state, network, stages[-1].picture)
    if state.now.steps != type(state.now)().steps or not state.now.normalise:
        st.button(
            "Set all steps back",
            icon=":material/undo:",
            on_click=state.setter(
                lambda s: replace(s, steps=type(s)().steps, normalise=type(s)().normalise)
            ),
            key="classify.steps.back",
        )


def numbers_told(network, normalise):
    """Say how levels become the numbers that a network is given.

    Examples
    --------
    >>> from vizcore.nets import pretrained
    >>> numbers_told(pretrained.load("digits"), True)
    'x = (level ÷ 255 − 0.131) ÷ 0.308'
    >>> numbers_told(pretrained.load("digits"), False)
    'x = level ÷ 255'
    """
    mean, spread = network.preparation.mean, network.preparation.spread
    if not normalise or mean is None:
        return "x = level ÷ 255"
    if len(set(mean)) == len(set(spread)) == 1:
        return f"x = (level ÷ 255 − {readable(mean[0], 3)}) ÷ {readable(spread[0], 3)}"
    means, spreads = (", ".join(readable(one, 3) for one in each) for each in (mean, spread))
    return f"x = (level ÷ 255 − mean) ÷ spread, mean {means}, spread {spreads}"


# ---- One step ----


def _told(name, made, network):
    """Return a step's title, and what it did."""
    picture, changed = made[name].picture, made[name].changed
    high, wide, channels = picture.shape
    size = f"{wide:,} × {high:,} pixels"
    if name == "turn":
        return "Turn", size
    if name == "frame":
        left = percent(seen_share(made["turn"].picture.shape[:2], high, wide), 0)
        cut = picture.size < made["turn"].picture.size
        return "Frame", f"{size}, {left} of it" if changed and cut else size
    if name == "resize":
        larger = high * wide > made["frame"].picture.shape[0] * made["frame"].picture.shape[1]
        how = ", enlarged" if larger else ", averaged" if changed else ""
        return "Resize", f"{size}{how}"
    if name == "grey":
        kind = "grey" if channels == 1 else "red, green and blue"
        return "Colours", f"{channels} channel{'s' if channels > 1 else ''}: {kind}"
    return "Invert", "255 − level" if changed else "as it was"


def _figure(title, picture, told):
    high, wide = picture.shape[:2]
    zoom = SIDE // max(high, wide)
    if zoom:
        form, data = "png", to_png(picture[..., 0] if picture.shape[2] == 1 else picture)
        size = f' class="pixels" width="{wide * zoom}" height="{high * zoom}"'
    else:
        small = fit_within(picture, _FINE)
        form, data = "jpeg", to_jpeg(small[..., 0] if small.shape[2] == 1 else small)
        size = ""
    source = f"data:image/{form};base64,{base64.b64encode(data).decode()}"
    return (
        f'<figure class="seen"><figcaption>{escape(title)}</figcaption><div class="frame">'
        f'<img{size} src="{source}" alt="{escape(f"The picture after step {title}")}"></div>'
        f"<p>{escape(told)}</p></figure>"
    )


# ---- The switches ----


def _step(state, name, read, write):
    """Bind a widget to one of the steps."""
    return state.bind(
        name,
        lambda s: read(s.steps),
        lambda s, v: replace(s, steps=write(s.steps, v)),
    )


def _turn(state, made, network):
    st.button(
        "By 90°",
        icon=":material/rotate_90_degrees_cw:",
        width="stretch",
        on_click=state.setter(
            lambda s: replace(s, steps=replace(s.steps, turns=(s.steps.turns + 1) % 4))
        ),
        help="Clockwise. What a camera says of the upright side is followed before.",
        key="classify.turn",
    )


def _frame(state, made, network):
    st.selectbox(
        "Framing",
        list(_FRAMINGS),
        format_func=_FRAMINGS.get,
        label_visibility="collapsed",
        **_step(state, "framing", lambda s: s.framing, lambda s, v: replace(s, framing=v)),
    )


def _resize(state, made, network):
    rows, columns, _ = network.architecture.input
    st.markdown(f"Its input has {columns} × {rows}.")


def _grey(state, made, network):
    if network.architecture.input[2] == 1:
        st.markdown("It sees grey alone.")
        return
    st.toggle("Grey", **_step(state, "grey", lambda s: s.grey, lambda s, v: replace(s, grey=v)))


def _invert(state, made, network):
    st.selectbox(
        "Inverting",
        list(_INVERSIONS),
        format_func=_INVERSIONS.get,
        label_visibility="collapsed",
        **_step(state, "inversion", lambda s: s.inversion, lambda s, v: replace(s, inversion=v)),
    )


def _numbers(state, network, numbers):
    """Show the numbers that the network is given, with the switch of the last step."""
    name, formula = "6. Normalise", numbers_told(network, state.now.normalise)
    st.html(f'<figure class="seen"><figcaption>{name}</figcaption></figure>')
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if network.preparation.mean is not None:
            st.toggle(
                "Normalise",
                **state.bind(
                    "normalise", lambda s: s.normalise, lambda s, v: replace(s, normalise=v)
                ),
            )
        low, high = (readable(float(one)) for one in (numbers.min(), numbers.max()))
        st.markdown(f"{formula}, here from {low} to {high}.")
    planes = numbers.transpose(2, 0, 1)
    limit = float(np.abs(planes).max())
    names = tuple((one,) for one in _CHANNELS[len(planes)])
    tiles(
        [Strip("", "channel", RESPONSE, planes, limit, "x", names)],
        label="The numbers that the network is given",
        key="classify.numbers",
    )


_CONTROLS = {"turn": _turn, "frame": _frame, "resize": _resize, "grey": _grey, "invert": _invert}
"""The steps that are shown as a picture → what draws its switch."""
