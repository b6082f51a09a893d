"""How the first kernels and the maps of one picture formed, as a part of a run's page."""

from dataclasses import replace
from functools import lru_cache, partial
from html import escape
from itertools import takewhile

import streamlit as st

from vizcore.compute.jobs import open_jobs
from vizcore.compute.runs import RunError
from vizcore.nets import transfer
from vizcore.ui.formation import contents, formation, words
from vizcore.ui.formation.reading import layers_with_maps, read_formation
from vizcore.ui.run_counts import counts_of
from vizcore.ui.run_facts import job_of, network_table, source_of
from vizcore.ui.run_watch import rows_of

POLL_SECONDS = 2.0

_EXPLAINED = """\
**Before training** the kernels are random numbers, so they look like noise, and every map of the
first layer is a blurred or roughened copy of the picture. **Training** moves each weight a little
with every batch, in the direction that makes the loss smaller. Nobody asks for them, but in the
first layer edges often appear (teal on one side, brown on the other) and blobs (one sign in the
middle), because they help to tell pictures apart. With small kernels, few pictures or few epochs
much of the noise stays. **Frozen** kernels, which keep what another network has learned, stay as
they are.

**Maps** are blue where the result is positive and red where it is negative. After ReLU nothing is
red: what was negative has become 0. Maps of later layers are smaller, and each of their cells sees
a larger part of the picture.

**Some die.** After ReLU a map can be 0 everywhere. For one picture this only says that it does not
hold what the kernel answers to. Where it is so for every picture, no gradient reaches the kernel
any more, and it stays as it is; often the learning rate was too large.

**One range of colours** serves all kernels of all epochs, and another one all maps of all epochs:
a colour means the same number from the first epoch to the last."""


def formation_section(state, run):
    """Show how a run's kernels and maps formed; follow it while it trains.

    Parameters
    ----------
    state : PageState
        Of `RunsSettings`: ``layer`` is chosen here, ``epoch`` in the browser.
    run : Run
    """
    st.subheader("How it formed", anchor=False)
    layer = _choose_layer(state, run)
    every = POLL_SECONDS if run.is_active else None
    st.fragment(partial(_follow, state, run, layer), run_every=every)()
    with st.expander("What one sees here"):
        st.markdown(_EXPLAINED)


def _choose_layer(state, run):
    """Let one choose the layer whose maps are shown; return its name, or an empty text."""
    layers = layers_with_maps(_folder(run))
    if not layers:
        return ""
    bound = state.bind(
        "layer",
        lambda settings: settings.layer if settings.layer in layers else layers[0],
        lambda settings, name: replace(settings, layer="" if name == layers[0] else name),
    )
    return st.selectbox(
        "Feature maps of the layer",
        layers,
        format_func=partial(_layer_title, run),
        width=360,
        **bound,
    )


def _layer_title(run, name):
    height, width, count = _rows(run)[name].shape
    return f"{name}: {count} map{'s' if count > 1 else ''} of {height}×{width}"


def _rows(run):
    return {row.name: row for row in network_table(job_of(run).network)}


def _folder(run):
    return open_jobs().runs.folder(run.id)


def _follow(state, run, layer):
    """Show what there is by now."""
    try:
        run = open_jobs().runs.get(run.id)
        # The layers can be chosen from outside of this fragment alone.
        if not layer and layers_with_maps(_folder(run)):
            st.rerun()
        read = read_formation(_folder(run), run.epochs_done, layer)
    except RunError as error:
        st.warning(str(error))
        return
    if read is None:
        st.markdown(_nothing(run))
        return
    job = job_of(run)
    source, frozen = source_of(job), _still(job)
    said = words.told(read, source, layer, frozen)
    st.html(f'<p style="margin: 0">{escape(said)}</p>')
    still = (*(["kernel"] if source else ()), *(["map"] if layer in frozen else ()))
    count = counts_of(run).validation
    figures = tuple(words.figures(row, count) for row in rows_of(run))
    formation(
        _contents(read, figures, layer, _channels(run, layer), still),
        run=run.id,
        epoch=state.now.epoch,
        visit=state.visits,
        key=_key(run),
    )


def _key(run):
    # A run's id may hold two underscores on end, which Streamlit keeps for itself.
    return f"runs.formation.{run.id.replace('_', '.')}"


def _nothing(run):
    if run.is_active:
        return (
            "As soon as the network is built, its first kernels appear here with what they make of "
            "one picture; then again after every epoch."
        )
    return "This run ended before its network was built: there is nothing to see of it here."


def _channels(run, layer):
    return _rows(run)[layer].shape[2] if layer else 0


def _still(job):
    """Return the layers that give the same in every epoch: those below the first that learns."""
    if not job.features:
        return ()
    rows = network_table(job.network)
    frozen = transfer.shared(job.architecture(), job.features)
    after = takewhile(lambda row: not row.parameters, rows[frozen:])
    return tuple(row.name for row in (*rows[:frozen], *after))


@lru_cache(maxsize=8)
def _contents(read, rows, layer, channels, still):
    said = [rows[epoch - 1] if 0 < epoch <= len(rows) else "" for epoch in read.formed.epochs]
    return contents(
        read.formed,
        layer=layer,
        channels=channels,
        figures=said,
        classes=read.about.classes if read.about else (),
        probe=read.probe,
        note=words.notes(read),
        still=still,
    )
