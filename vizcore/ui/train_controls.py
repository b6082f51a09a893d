"""The controls of the page *Train a network*."""

from dataclasses import replace
from functools import lru_cache

import streamlit as st

from vizcore.compute.training_job import outline
from vizcore.figures.rate_picture import rate_picture
from vizcore.figures.volumes import shape_text
from vizcore.nets import transfer
from vizcore.nets.architectures import Architecture, layer_table
from vizcore.nets.dataset import DatasetError
from vizcore.nets.datasets import PUBLISHED, dataset_choices, load_dataset
from vizcore.nets.own_datasets import title_of
from vizcore.nets.presets import PRESETS
from vizcore.nets.recipes import RECIPES, ending_in, fitted, gives_probabilities
from vizcore.nets.schedules import PATIENCE, SCHEDULES
from vizcore.nets.training import LOSSES, OPTIMISERS, PRECISIONS
from vizcore.ui.drawing import drawing
from vizcore.ui.layer_editing import layer_editor
from vizcore.ui.layer_settings import LayerSettings, Network
from vizcore.ui.lesson_links import query_of
from vizcore.ui.plain import plain
from vizcore.ui.state import whole
from vizcore.ui.train_transfer import also_scaled, completed, reuse

OWN = "own"
DATA_PAGE, TABLES_PAGE = "pages/data.py", "pages/layer_tables.py"
MOST_NAMES = 10

_ORIGINS = {"download": " (to download)", "own": " (your own)"}

_SCHEDULES_TOLD = {
    "constant": "The rate stays as it is.",
    "plateau": f"The rate is halved whenever the validation loss has not become less for {PATIENCE}"
    " epochs.",
    "cosine": "The rate falls to 0 along half a cosine: large steps first, then smaller ones.",
    "one_cycle": "The rate rises over the first 30% of the run, then falls to nearly 0: small steps"
    " while the weights are still random, large ones in the middle.",
}
_LABELS = {
    "optimiser": "optimiser", "rate": "learning rate", "schedule": "schedule", "batch": "batch",
    "epochs": "epochs", "loss": "loss", "patience": "early stopping", "minutes": "time budget",
    "precision": "precision", "standardise": "standardising", "shift": "shift",
    "rotate": "rotation", "zoom": "zoom", "flip": "flip",
}  # fmt: skip


# ---- The dataset ----


def dataset(state, visitor):
    """Choose a dataset; return its outline and its pictures, each None where they are not here.

    Parameters
    ----------
    state : PageState
    visitor : str
        The digest of the visitor, whose own datasets are offered too.
    """
    choices = {one.name: one for one in dataset_choices(visitor)}
    name = state.now.dataset
    choose, link = st.columns([3, 1], vertical_alignment="bottom")
    choose.selectbox(
        "Dataset",
        list(choices) if name in choices else [*choices, name],
        format_func=lambda one: _called(choices.get(one), one),
        help="What the network learns from. Your own classes are listed too, and files in the "
        "folder VIZCORE_DATA.",
        **state.bind("dataset", lambda s: s.dataset, _other_dataset),
    )
    link.page_link(DATA_PAGE, label="See it on the page Data", query_params={"dataset": name})
    try:
        with st.spinner("Reading the pictures …"):
            known, pictures = outline(name), _loaded(name)
    except (DatasetError, OSError) as error:
        st.warning(plain(error))
        return None, None
    if pictures is None:
        st.info(
            f"{PUBLISHED[name].title} is not on this machine yet: get it on the page Data, or the "
            "run downloads it first."
        )
    st.text(_size(known, pictures))
    return known, pictures


def _loaded(name):
    """Return a dataset, or None where it is still to be downloaded."""
    try:
        return load_dataset(name)
    except DatasetError:
        return None


def _called(choice, name):
    if choice is None:
        return title_of(name) or "A dataset that is not here"
    return f"{choice.title}{_ORIGINS.get(choice.origin, '')}"


def _other_dataset(settings, name):
    """Choose another dataset; a preset comes along, fitted to it."""
    changed = replace(settings, dataset=name, probe=0)
    try:
        before, after = outline(settings.dataset), outline(name)
    except DatasetError:
        return changed
    slug = preset_of(settings, before)
    return changed.showing(_fitted(slug, after)) if slug else changed


def _size(known, pictures):
    names = ", ".join(known.class_names[:MOST_NAMES])
    more = known.classes - MOST_NAMES
    classes = f"{known.classes} classes: {names}{f' and {more} more' if more > 0 else ''}."
    if pictures is None:
        return f"Pictures of {shape_text(known.shape)}; {classes}"
    return (
        f"{known.count:,} pictures to train with and {len(pictures.test):,} to test with, each of "
        f"{shape_text(known.shape)}; {classes}"
    )


# ---- The network ----


@lru_cache(maxsize=64)
def _candidates(shape, classes):
    """Return the text of each preset's forms on such pictures → its name."""
    found = {}
    for slug in RECIPES:
        one = Network.named(slug)
        for form in (fitted(one, shape, classes), ending_in(one, classes), one):
            found.setdefault(Architecture.to_text(form), slug)
    return found


def preset_of(settings, known):
    """Return the preset that the network is, fitted or not, or None."""
    if settings.preset:
        return transfer.TRANSFER if settings.network == _fitted(transfer.TRANSFER, known) else None
    return _candidates(known.shape, known.classes).get(Architecture.to_text(settings.network))


def preset_title(slug):
    """Return what a preset is called."""
    return transfer.TITLE if slug == transfer.TRANSFER else PRESETS[slug].title


def _fitted(slug, known):
    if slug == transfer.TRANSFER:
        one = transfer.with_new_head(transfer.SOURCE, known.classes)
    else:
        one = fitted(Network.named(slug), known.shape, known.classes)
    return Network(one.input, one.layers)


def network(state, known):
    """Choose a network, edit it, and fit it to the dataset; return the preset's name or None."""
    if known:
        state.amend(completed(state.now, known))
    slug = preset_of(state.now, known) if known else None
    choose, fit, undo = st.columns([4, 1.4, 1], vertical_alignment="bottom")
    presets = [*RECIPES, transfer.TRANSFER]
    titles = {key: preset_title(key) for key in presets} | {OWN: "Your own"}
    bound = state.bind("network", lambda s: slug or OWN, lambda s, _: s)
    choose.selectbox(
        "Network",
        presets if slug else [*presets, OWN],
        format_func=titles.get,
        help="A preset brings the settings it is trained with. Change its layers, and it is yours.",
        disabled=known is None,
        key=bound["key"],
        on_change=whole(lambda: _choose(state, known, st.session_state[bound["key"]])),
    )
    suits = known is None or _fit(state.now, known).network == state.now.network
    fit.button(
        "Fit to this dataset",
        disabled=suits,
        on_click=whole(lambda: state.edit(_fit(state.now, known))),
        help="Give the network the pictures' size, and an output for each class.",
        width="stretch",
    )
    undo.button(
        "Undo",
        disabled=not state.can_undo,
        on_click=lambda: _undo(state),
        help="Take the last change of the network back.",
        width="stretch",
    )
    st.markdown(_about(slug, state.now.network))
    reuse(state, slug, known)
    if known:
        _tell_fit(state.now, known)
    frozen = transfer.shared(state.now.network, state.now.features)
    layer_editor(state, _note(state.now, known) if known else None, frozen)
    tables = LayerSettings(state.now.network, state.now.row)
    st.page_link(
        TABLES_PAGE, label="Read more about this network: Layer tables",
        query_params=query_of(tables),
    )  # fmt: skip
    return slug


def _about(slug, network):
    if slug == transfer.TRANSFER:
        return f"{transfer.ABOUT} {transfer.RECIPE.note}"
    if slug is None:
        return "A network of your own: this link holds it."
    told = f"{PRESETS[slug].about} {RECIPES[slug].note}"
    if network == Network.named(slug):
        return told
    last = layer_table(network)[-1].shape
    return f"{told} Here it takes {shape_text(network.input)} and tells {last[0]} classes apart."


def _choose(state, known, slug):
    if slug == transfer.TRANSFER:
        state.edit(state.now.transferring(known.classes))
    elif slug != OWN:
        state.edit(state.now.showing(_fitted(slug, known)).by_recipe(slug))


def _fit(settings, known):
    if settings.preset:  # The features take pictures of one size alone.
        one = ending_in(settings.network, known.classes)
    else:
        one = fitted(settings.network, known.shape, known.classes)
    return settings.showing(Network(one.input, one.layers), settings.row)


def _undo(state):
    """Take the last change of the network back, and leave the other settings."""
    now = state.now
    state.undo()
    before = state.now
    state.set(replace(now.showing(before.network, before.row), preset=before.preset))


def _note(settings, known):
    """Return what is to be said at the last row, where it does not suit the dataset."""
    if gives_probabilities(settings.network, known.classes):
        return None
    last = len(settings.network.layers) - 1
    return {"row": last, "text": f"must end in dense {known.classes}, softmax"}


def _tell_fit(settings, known):
    """Say where the network and the dataset differ, and what becomes of it."""
    if not gives_probabilities(settings.network, known.classes):
        row = layer_table(settings.network)[-1]
        st.warning(
            f"The dataset has {known.classes} classes, so the network must end in a dense layer of "
            f"{known.classes} and softmax: a probability for each. Row "
            f"{len(settings.network.layers)}, {row.layer.title}, ends it with "
            f"{shape_text(row.shape)}. Press “Fit to this dataset”, or change it yourself."
        )
    elif settings.network.input != known.shape:
        st.markdown(
            f"The pictures of {shape_text(known.shape)} are brought to the network's input, "
            f"{shape_text(settings.network.input)}{also_scaled(settings)}."
        )
    elif settings.preset:
        st.markdown(f"The pictures have the network's size{also_scaled(settings)}.")


# ---- The settings ----


def recipe(state, slug):
    """Say where the settings differ from those of the preset, and offer the way back."""
    if not slug:
        return
    usual = state.now.by_recipe(slug)
    other = [_LABELS[name] for name in _LABELS if getattr(usual, name) != getattr(state.now, name)]
    if not other:
        st.markdown(f"These are the settings of the recipe for “{preset_title(slug)}”.")
        return
    told, back = st.columns([4, 1.4], vertical_alignment="center")
    told.markdown(f"Other than in the recipe for “{preset_title(slug)}”: {', '.join(other)}.")
    back.button(
        "Back to the recipe",
        on_click=state.setter(lambda s: s.by_recipe(slug)),
        help="Take the settings that this preset is trained with; the seed stays.",
        width="stretch",
    )


def steps(state):
    """Set how large the steps are, and show the learning rate over the run."""
    st.markdown("**Optimiser and learning rate**")
    _menu(
        state, "optimiser", "Optimiser", OPTIMISERS,
        "How a step follows from the gradients. Adam and Adadelta give every weight a step size of "
        "its own; SGD takes the gradient as it is; momentum adds part of the step before.",
    )  # fmt: skip
    st.number_input(
        "Learning rate",
        1e-6,
        10.0,
        step=0.001,
        format="%g",
        help="How far a step goes, without a unit; with a schedule, the largest. Too small learns "
        "slowly, too large overshoots. Adam is at home near 0.001, SGD near 0.1, Adadelta at 1.",
        **_number(state, "rate", float),
    )
    _menu(
        state, "schedule", "Schedule", SCHEDULES,
        "How the learning rate changes over the run.",
    )  # fmt: skip
    now = state.now
    drawing(
        rate_picture(now.schedule, now.rate, now.epochs),
        label="The learning rate over the run",
        key="train.rates",
    )
    st.markdown(_told(now.schedule, now.epochs))


def _told(schedule, epochs):
    told = _SCHEDULES_TOLD[schedule]
    if schedule != "plateau":
        return told
    if epochs <= PATIENCE + 1:
        return f"{told} This run is too short for that."
    return (
        f"{told} The line is a run that never stalls; dashed, one that stalls from its first epoch "
        "on."
    )


def length(state):
    """Set how long it is trained."""
    st.markdown("**Batches and epochs**")
    _whole(
        state, "batch", "Batch (pictures a step)", 1, 4096,
        "A step averages the gradients of so many pictures. Large batches are quicker per picture; "
        "small ones take more steps in an epoch.",
    )  # fmt: skip
    _whole(
        state, "epochs", "Epochs", 1, 200,
        "How often it goes through the training pictures. A finished run can be trained longer.",
    )  # fmt: skip
    st.number_input(
        _or_off("Early stopping after (epochs)", state.now.patience),
        0,
        100,
        step=1,
        help="Ends when the validation loss has not become less for so many epochs, and keeps the "
        "best epoch; 0 for never. More epochs than that would only learn the pictures by "
        "heart.",
        **_number(state, "patience", int),
    )
    st.number_input(
        _or_off("Time budget (minutes)", state.now.minutes),
        0.0,
        600.0,
        step=1.0,
        format="%g",
        help="Training ends after so long, between two batches; 0 for no budget.",
        **_number(state, "minutes", float),
    )


def measures(state, pictures):
    """Set what is measured, and how numbers are held."""
    st.markdown("**Loss, data and numbers**")
    _menu(
        state, "loss", "Loss", LOSSES,
        "What training makes small. Cross-entropy punishes a confident mistake most, and is what "
        "classification wants; squared error and hinge are there to compare.",
    )  # fmt: skip
    st.slider(
        "Validation part (per cent)",
        1,
        50,
        disabled=pictures is not None and pictures.validation is not None,
        help="So much of the training part is set aside, and watched instead of the test part: "
        "nothing is ever chosen by the test. Some datasets bring a validation part of their own.",
        **state.bind_number(
            "fraction",
            lambda s: round(100 * s.fraction),
            lambda s, v: replace(s, fraction=v / 100),
        ),
    )
    st.checkbox(
        "Standardise the pictures",
        disabled=bool(state.now.preset),
        help="Give each channel mean 0 and standard deviation 1 over the training part, instead of "
        "levels from 0 to 1. Steps then go equally far for dark and for bright pictures. With kept "
        "weights, the pictures are prepared as those were that they were learned from.",
        **state.bind("standardise", lambda s: s.standardise, _writer("standardise")),
    )
    _menu(
        state, "precision", "Precision", PRECISIONS,
        "How many bits a number has. Automatic takes bfloat16, with half as many, where the "
        "processor is built for it: faster, and nearly as exact.",
    )  # fmt: skip
    _whole(
        state, "seed", "Seed", 0, 9999,
        "Draws the first weights, the order of the pictures, dropout, augmentation and the "
        "validation part. The same seed makes the same run.",
    )  # fmt: skip


def changes(state):
    """Set how pictures are changed at random while training."""
    for name, label, most, about in (
        ("shift", "Shift (per cent of the picture)", 50, "Up, down, left or right by at most this"),
        ("zoom", "Zoom (per cent)", 50, "Larger or smaller by at most this"),
    ):
        st.slider(
            label,
            0,
            most,
            help=f"{about}, anew each epoch, so that the place or size of a thing is not learned "
            "by heart.",
            **state.bind_number(name, _percent(name), _writer(name, lambda v: v / 100)),
        )
    st.slider(
        "Rotate (degrees)",
        0,
        180,
        help="Either way by at most this. Too far makes a 6 a 9.",
        **state.bind_number("rotate", lambda s: round(s.rotate), _writer("rotate", float)),
    )
    st.checkbox(
        "Flip left to right",
        help="Every other picture mirrored: right for photographs, wrong for digits and letters.",
        **state.bind("flip", lambda s: s.flip, _writer("flip")),
    )


def _menu(state, name, label, choices, about):
    bound = state.bind(name, lambda s: getattr(s, name), _writer(name))
    st.selectbox(label, list(choices), format_func=choices.get, help=about, **bound)


def _whole(state, name, label, least, most, about):
    st.number_input(label, least, most, step=1, help=about, **_number(state, name, int))


def _number(state, name, kind):
    return state.bind_number(name, lambda s: getattr(s, name), _writer(name, kind))


def _or_off(label, number):
    return label if number else f"{label}: off"


def _percent(name):
    return lambda settings: round(100 * getattr(settings, name))


def _writer(name, kind=lambda value: value):
    return lambda settings, value: replace(settings, **{name: kind(value)})
