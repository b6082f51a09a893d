"""The controls and the comparisons of the page *Pooling*."""

from dataclasses import replace

import numpy as np
import streamlit as st

from vizcore.export.permalink import to_query
from vizcore.imaging import KERNELS, SAMPLES
from vizcore.ui import shared_controls
from vizcore.ui.numbers import readable
from vizcore.ui.pool_settings import (
    MODES,
    MOVES,
    PoolSettings,
    fitted,
    from_lesson,
    most,
    moved,
    staying,
)
from vizcore.ui.small_grids import grid, small_grids, together
from vizcore.ui.volumes import EDGE_KERNELS, FEATURE_MAPS, PATCH_PHOTO, RULES, Volume

PAGE = "pages/pooling.py"
MAP = PoolSettings(input=Volume(12, 12, rule="map-upright", seed=284))
LARGEST_DRAWN = 16
"""Rows and columns up to which the small-shift experiment draws the input, too."""


def examples(now):
    """Show the slides' examples, each a link to this page in that state, the present one marked."""
    shared_controls.examples(PAGE, now, from_lesson)
    shared_controls.tell_keys(now)


def window(state):
    """Choose what a window gives, and how large it is."""
    st.radio(
        "Each window gives",
        list(MODES),
        format_func=MODES.get,
        horizontal=True,
        **state.bind("mode", lambda s: s.mode, lambda s, v: replace(s, mode=v)),
    )
    sides = {"Height": "high", "Width": "wide"}
    for column, (label, name) in zip(st.columns(2), sides.items(), strict=True):
        _size(column, state, label, name, lambda s, n, name=name: fitted(s, **{name: n}))


def movement(state):
    """Choose how the window moves; each slider ends where pooling would be impossible."""
    now = state.now
    st.toggle(
        "Side by side: stride = window",
        help="Each window begins where the one before ends, so that none overlap.",
        **state.bind(
            "side_by_side",
            lambda s: s.stride == 0,
            lambda s, v: replace(s, stride=0 if v else min(s.high, s.wide)),
        ),
    )
    if now.stride:
        _slider(state, "stride", "Stride (cells)", 1, "How far the window moves at each step.")
    else:
        st.markdown(f"Stride (cells): {now.high} down, {now.wide} across")
    _slider(
        state,
        "padding",
        "Padding (cells)",
        0,
        "Cells added on each side, fewer than the window has. They never win a maximum.",
    )
    st.toggle(
        "Partial windows",
        help="Let the last windows hang over the end of the input. PyTorch calls it ceil_mode, "
        "since the division is then rounded up; otherwise the rest is dropped.",
        **state.bind("partial", lambda s: s.partial, lambda s, v: replace(s, partial=v)),
    )
    if now.mode == "average":
        st.toggle(
            "Count the padding",
            help="Divide by all cells of the padded input under the window, those of the padding "
            "counting as zeros. Otherwise an average divides by the cells of the input alone.",
            **state.bind(
                "count_padding", lambda s: s.count_padding, lambda s, v: replace(s, count_padding=v)
            ),
        )


def sizes(state):
    """Choose the size of the input, and fill it by a rule; undo takes it back."""
    across = {"Rows": "rows", "Columns": "columns", "Channels": "channels"}
    places = [*st.columns(2), st.columns(2)[0]]
    for place, (label, name) in zip(places, across.items(), strict=True):
        _size(place, state, label, name, lambda s, n, name=name: s.reshaped(**{name: n}))
    shared_controls.fill(state, "pooling.fill", {**FEATURE_MAPS, **RULES}, ["input"])
    st.page_link(
        PAGE,
        label="Take a photo's feature map",
        icon=":material/photo_filter:",
        query_params=to_query(MAP, complete=True),
    )


def facts(now, trace):
    """Show the output size worked out, and what is discarded."""
    rows, columns, channels = trace.output.shape
    height, width = trace.formulas
    kept, given = trace.output.size, trace.x.size
    lost = f"{readable(100 * (1 - kept / given))}%"
    if kept >= given:
        share = "nothing is saved"
    elif now.mode == "max":
        share = f"{lost} of the activations are discarded"
    else:
        share = f"{lost} fewer"
    lines = [
        ("Output", f"{rows} × {columns}" + (f" × {channels}" if channels > 1 else "")),
        ("Output height", height),
        ("Output width", width),
        ("Numbers", f"{given:,} in, {kept:,} out: {share}"),
        ("Parameters", "0: there is nothing to learn"),
    ]
    if channels > 1:
        lines.append(("Depth", f"{channels} before and after: each channel is pooled by itself"))
    if now.input.rule in FEATURE_MAPS:
        lines.append(("Input", _origin(now.input)))
    st.markdown("\n".join(f"- {name}: {text}" for name, text in lines))
    shared_controls.tell_unreached(trace)


def partial(now, trace):
    """Show what partial windows add, where they make a difference."""
    other = replace(now, partial=not now.partial).trace()
    if other.output.shape == trace.output.shape:
        return
    st.subheader("With and without partial windows", anchor=False)
    _channel(trace, now)
    kept, dropped = (trace, other) if now.partial else (other, trace)
    limit, grey = _scale(now, trace)
    channel = now.channel - 1
    small_grids(
        *(
            grid(one.output[..., channel], _count(name, one), limit=limit, grey=grey)
            for name, one in (("Kept", kept), ("Dropped", dropped))
        )
    )
    st.markdown(
        "The input does not divide evenly. Windows that hang over its end are either kept, and "
        "judged by the cells they have, or dropped, and then the last rows or columns are never "
        "looked at. Keras drops them unless it is told to pad; PyTorch has a switch."
    )


def shift(state, trace):
    """Move the input by one cell, and compare how much of it and of the pooled map stays."""
    now = state.now
    st.subheader("A small shift", anchor=False)
    st.radio(
        "Move the input by one cell",
        list(MOVES),
        format_func=str.capitalize,
        horizontal=True,
        **state.bind("shift", lambda s: s.shift, lambda s, v: replace(s, shift=v)),
    )
    if trace.x.shape[2] > 1:
        _size(
            st.container(width=220),
            state,
            "Channel shown",
            "channel",
            lambda s, n: replace(s, channel=n),
        )
    after = moved(trace.x, now.shift)
    pooled = now.trace(after).output
    pairs = {"Input": (trace.x, after), "Pooled": (trace.output, pooled)}
    limit, grey = _scale(now, trace)
    drawn, counts = [], []
    for name, (old, new) in pairs.items():
        same = staying(old, new)
        stay = f"{same.sum():,} of {same.size:,} cells stay ({readable(100 * same.mean())}%)"
        counts.append(f"{name}: {stay}")
        if name == "Pooled" or max(old.shape[:2]) <= LARGEST_DRAWN:
            old, new, same = (one[..., now.channel - 1] for one in (old, new, same))
            after_name = f"Input, moved {now.shift}" if name == "Input" else "Pooled after the move"
            drawn.append(
                together(
                    grid(old, name, limit=limit, grey=grey),
                    grid(new, after_name, limit=limit, grey=grey, same=same),
                )
            )
    small_grids(*drawn)
    st.markdown(f"**{'; '.join(counts)}.**")
    st.markdown(
        "Marked cells hold the same number as before, in the same place; zeros come in at the "
        "edge. A maximum stays as long as its winner does not leave the window and nothing larger "
        "comes in, so a feature that moves within its window leaves the pooled map as it was. One "
        "that crosses a border does not: pooling dampens small shifts, it does not remove them. "
        "An average feels every cell that moves in or out. A background of zeros stays as it is, "
        "pooled or not, and counts, too."
    )


def _origin(volume):
    """Say where a feature map comes from."""
    photo, kernel = SAMPLES[PATCH_PHOTO], KERNELS[EDGE_KERNELS[volume.rule]]
    others = "; the other channels, by other edge kernels" if volume.depth > 1 else ""
    return (
        f"a patch of the photo “{photo.title}”, filtered by “{kernel.title}”, what is negative "
        f"set to 0 (ReLU){others}"
    )


def _channel(trace, now):
    if trace.x.shape[2] > 1:
        st.markdown(f"Channel {now.channel} of {trace.x.shape[2]}, as chosen below.")


def _count(name, trace):
    rows, columns, channels = trace.output.shape
    shape = f"{rows} × {columns}" + (f" × {channels}" if channels > 1 else "")
    return f"{name}: {shape}, flattened to {trace.output.size:,}"


def _scale(now, trace):
    """Return the ends of the colour scale, one for all grids, and whether it is grey."""
    return float(np.abs(trace.x).max()) or 1.0, now.input.rule == "photo"


def _size(place, state, label, name, write):
    read = {
        "rows": lambda s: s.input.rows,
        "columns": lambda s: s.input.columns,
        "channels": lambda s: s.input.depth,
    }.get(name, lambda s: getattr(s, name))
    shared_controls.size(place, state, label, most(state.now, name), read, write)


def _slider(state, name, label, least, about):
    largest = most(state.now, name)
    shared_controls.slider(
        state, name, label, least, largest, about, lambda s, v: fitted(s, **{name: v})
    )
