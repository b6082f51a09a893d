"""The controls and the comparisons of the page *Layer tables*."""

from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from vizcore.figures.network_drawing import network_svg
from vizcore.figures.volumes import shape_text, volumes_picture
from vizcore.lessons.networks import (
    BLOCK_INPUT,
    PUBLISHED_ERRORS,
    READINGS,
    block_weights,
    small_block,
)
from vizcore.nets.architectures import (
    PRESETS,
    Architecture,
    layer_table,
    preset,
    totals,
)
from vizcore.ui import shared_controls
from vizcore.ui.drawing import drawing
from vizcore.ui.layer_settings import LARGEST_SHARE, LayerSettings, Network, from_lesson
from vizcore.ui.lesson_links import query_of
from vizcore.ui.numbers import readable
from vizcore.ui.small_grids import grid, small_grids
from vizcore.ui.train_settings import TrainSettings

PAGE = "pages/layer_tables.py"
OWN = "own"
DRAWN = {"plain-20": "only drawn", "plain-56": "only drawn: above plain, 20 layers"}
BLOCKS = ("plain-pair", "residual-block")


def examples(now):
    """Show the slides' examples, each a link to this page in that state."""
    shared_controls.examples(PAGE, now, lambda lesson: _as_opened(from_lesson(lesson), now))


def network(state):
    """Choose a network by name, and take edits back."""
    choose, undo = st.columns([4, 1], vertical_alignment="bottom")
    slug = state.now.network.slug
    titles = {key: one.title for key, one in PRESETS.items()} | {OWN: "Your own"}
    choose.selectbox(
        "Network",
        list(PRESETS) if slug else [*PRESETS, OWN],
        format_func=titles.get,
        **state.bind("network", lambda s: s.network.slug or OWN, _chosen),
    )
    undo.button(
        "Undo",
        disabled=not state.can_undo,
        on_click=state.undo,
        help="Take the last change of the layers back.",
        width="stretch",
    )
    st.markdown(PRESETS[slug].about if slug else "A network of your own: this link holds it.")
    begun = st.session_state.get("train.settings", TrainSettings())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            "pages/train_a_network.py",
            label="Train this network",
            query_params=query_of(begun.trying(state.now.network)),
        )
        st.download_button(
            "As a picture (.svg)",
            partial(network_svg, state.now.network, _titled(slug)),
            f"{slug or 'network'}.svg",
            "image/svg+xml",
            on_click="ignore",
            icon=":material/download:",
            help="Its layers as volumes, for a slide or a handout; its text can be selected.",
            key="layers.picture",
        )


def readings(now):
    """Show the three readings of the slide's first convolution, on the slide's own network."""
    if now.network.slug != "slides-64":
        return
    st.subheader("One layer, three readings", anchor=False)
    shape = now.network.input
    lines = []
    for name, layer in READINGS.items():
        (row,) = layer_table(Architecture(shape, (layer,)))
        rows, _ = row.placed.windows[0]
        lines.append(f"| {name} | {rows.formula} | {shape_text(row.shape)} |")
    st.markdown("| 32 filters 3×3 on 64×64×3 | rows and columns | output |\n|---|---|---|\n"
                + "\n".join(lines))  # fmt: skip


def deeper(state):
    """Show why depth alone does not help, and what a shortcut computes."""
    st.subheader("Deeper is not enough", anchor=False)
    st.markdown(
        "A network that is deeper could always do at least as well: its extra layers need only "
        "hand on what they get. Yet on CIFAR-10 a plain network of 56 layers trains **worse** than "
        "one of 20, on the training pictures already, so it is no overfitting: gradient descent "
        "does not find those weights. With shortcuts the deeper one trains better again "
        "([He, Zhang, Ren and Sun, 2015](https://arxiv.org/abs/1512.03385)). The shortcuts of "
        "these networks cost nothing: with and without them the counts are equal."
    )
    st.markdown(_compared(PUBLISHED_ERRORS))
    st.markdown(
        "The errors are theirs, measured on the test pictures (table 6). Of the plain networks the "
        "paper only draws the curves (figure 6): the one of 56 layers ends above the one of 20, in "
        "training and in test error."
    )
    shown = {
        PRESETS[slug].title: LayerSettings(Network.named(slug))
        for slug in (*PUBLISHED_ERRORS, *BLOCKS)
    }
    _links("Open:", shown, state.now)
    st.markdown(
        "A residual block adds its input to what its two convolutions F make of it: "
        "ReLU(F(x) + x). Below, x is a map as a ReLU leaves it and F has two 3×3 kernels with "
        "padding. Make its weights small: the block turns into the identity, and F has only to "
        "learn what to add. Without the shortcut the same weights lose nearly everything."
    )
    st.slider(
        "Size of the weights of F (per cent)",
        0,
        LARGEST_SHARE,
        help="At 100% each weight lies between −1 and 1; at 0% all are 0.",
        **state.bind_number("share", lambda s: s.share, lambda s, v: replace(s, share=v)),
    )
    first, second = block_weights(state.now.share / 100)
    inner, plain, residual = small_block(BLOCK_INPUT, first, second)
    maps = {"x": BLOCK_INPUT, "F(x)": inner, "ReLU(F(x)), plain": plain,
            "ReLU(F(x) + x), with the shortcut": residual}  # fmt: skip
    limit = max(np.abs(one).max() for one in maps.values())
    small_grids(*(grid(one, name, limit=limit) for name, one in maps.items()))
    x, inside, out = BLOCK_INPUT[0, 0], inner[0, 0], residual[0, 0]
    st.markdown(
        f"Row 1, column 1: max(0, {readable(inside)} + {readable(x)}) = {readable(out)}. "
        f"Over the whole map the block moves x by at most "
        f"{readable(np.abs(residual - BLOCK_INPUT).max())}."
    )


def shrinking(now):
    """Compare a stack whose maps shrink fast with one whose maps shrink slowly."""
    st.subheader("How quickly maps shrink", anchor=False)
    st.markdown(
        "Each convolution without padding takes kernel size − 1 rows and columns away; a stride or "
        "a pooling of 2 halves what is left. Both stacks below have two convolutions and two "
        "poolings. Under each step stands what it needs for the size: "
        "⌊(n − window + 2·padding)/stride⌋ + 1."
    )
    slugs = ("shrinking-fast", "shrinking-slowly")
    for slug in slugs:
        network = preset(slug)
        rows = layer_table(network)
        volumes = [("input", network.input), *((row.name, row.shape) for row in rows)]
        title, steps = PRESETS[slug].title, [(), *map(_window, rows)]
        st.markdown(f"**{title}**")
        svg = volumes_picture(volumes, title=title, steps=steps)
        drawing(svg, label=title, key=f"layers.{slug}")
    fast, slow = (layer_table(preset(slug))[3].shape for slug in slugs)
    st.markdown(
        f"The first ends with {shape_text(fast)}: nothing is left that could say where something "
        "was, and a third convolution would have nothing to slide over, so the network cannot go "
        f"on to parts made of parts. The second has {shape_text(slow)} left after as many layers: "
        "a third and a fourth convolution still find places to compare. So networks shrink their "
        "maps slowly, and add channels as they do."
    )
    _links(
        "Open:", {PRESETS[slug].title: LayerSettings(Network.named(slug)) for slug in slugs}, now
    )


def _titled(slug):
    return PRESETS[slug].title if slug else "A network of your own"


def _chosen(settings, slug):
    return settings if slug == OWN else settings.showing(Network.named(slug))


def _links(title, choices, now):
    shown = {name: _as_opened(settings, now) for name, settings in choices.items()}
    shared_controls.links(PAGE, title, shown, now)


def _as_opened(settings, now):
    """Return what a link to a network opens: as it is now, where it is the present network."""
    same = settings.network == now.network
    return replace(settings, row=now.row if same else settings.row, share=now.share)


def _compared(errors):
    lines = [
        "| Network | learned parameters | multiply-adds | CIFAR-10 error, theirs |",
        "|---|--:|--:|--:|",
    ]
    for slug, error in errors.items():
        count = totals(layer_table(preset(slug)))
        told = f"**{error}%**" if error else DRAWN[slug]
        lines.append(
            f"| {PRESETS[slug].title} | {count.trainable:,} | {count.multiply_adds:,} | {told} |"
        )
    return "\n".join(lines)


def _window(row):
    """Tell what the rows of a layer's output can be worked out from, in lines."""
    if not row.placed.windows:
        return ()
    axis, _ = row.placed.windows[0]
    kind = f"{row.layer.kind} " if row.layer.stem == "pool" else ""
    window = f"{kind}{axis.window}×{axis.window}, stride {axis.stride}"
    return window, f"padding {axis.before}"
