"""What one can take away of a run: its network, its figures, and a script that trains it again."""

import re
import unicodedata

import streamlit as st

from vizcore.compute import run_files
from vizcore.compute.history_csv import history_csv
from vizcore.compute.jobs import open_jobs
from vizcore.compute.runs import RunError, State
from vizcore.compute.training_job import MODEL
from vizcore.export.keras_script import keras_script, weights_file
from vizcore.nets.pretrained import FOLDER
from vizcore.ui.run_facts import job_of

_LONGEST_STEM = 60


def downloads_section(run):
    """Offer the files of a run, as far as there are any.

    Parameters
    ----------
    run : Run
    """
    st.subheader("Take it with you", anchor=False)
    stem = file_stem(run.name)
    with st.container(horizontal=True):
        missing = [_model(run, stem), _history(run, stem), _script(run, stem)]
    for sentence in filter(None, missing):
        st.markdown(sentence)


def file_stem(name):
    """Make a run's name fit for a file on any system.

    Examples
    --------
    >>> file_stem("Ärger: 5 × Conv/../x"), file_stem("∅")
    ('arger-5-conv-x', 'run')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower())[:_LONGEST_STEM].strip("-") or "run"


def _model(run, stem):
    path = open_jobs().runs.folder(run.id) / MODEL
    if run.state is not State.FINISHED:
        return "The network itself can be downloaded once the run is finished."
    try:
        size = path.stat().st_size
    except OSError:
        return "The file of this network is gone: train it again to have it."
    st.download_button(
        f"The network (.keras, {_megabytes(size)})",
        path.read_bytes,  # When asked for, and not before.
        f"{stem}-network.keras",
        "application/octet-stream",
        on_click="ignore",
        icon=":material/download:",
        help="In Python: keras.models.load_model(…). It holds the state of the optimiser too.",
        key="runs.download.model",
    )
    return None


def _history(run, stem):
    if not run.epochs_done:
        if run.is_active:
            return "The figures can be downloaded once the run has ended."
        return "No epoch was finished, so there are no figures to download."
    st.download_button(
        "The figures (.csv)",
        history_csv(open_jobs().runs.history(run.id)),
        f"{stem}-figures.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
        help="Loss, accuracy, learning rate and seconds, a row for each epoch.",
        key="runs.download.history",
    )
    return None


def _script(run, stem):
    job = job_of(run)
    try:
        preparation = run_files.about(open_jobs().runs.folder(run.id)).preparation
    except RunError:
        return "The script can be downloaded once the run has begun to train."
    st.download_button(
        "A Keras script (.py)",
        keras_script(
            run.name,
            job.dataset,
            job.architecture(),
            job.training,
            preparation,
            fraction=job.fraction,
            features=job.features,
        ),
        f"{stem}-script.py",
        "text/x-python",
        on_click="ignore",
        icon=":material/download:",
        help="Trains this network again from the same beginning, on your own computer.",
        key="runs.download.script",
    )
    return _kept(job.features) if job.features else None


def _kept(features):
    """Offer the weights that the script must be given."""
    path = FOLDER / weights_file(features)
    st.download_button(
        f"The frozen weights (.npz, {_megabytes(path.stat().st_size)})",
        path.read_bytes,
        path.name,
        "application/octet-stream",
        on_click="ignore",
        icon=":material/download:",
        help="What the frozen layers have learned elsewhere: the Keras script reads this file.",
        key="runs.download.kept",
    )
    return "The Keras script needs the file of the frozen weights in its folder."


def _megabytes(size):
    """Write a file's size.

    Examples
    --------
    >>> _megabytes(20_000), _megabytes(33_400_000)
    ('20 kB', '33 MB')
    """
    return f"{size / 1e3:.0f} kB" if size < 1e6 else f"{size / 1e6:.0f} MB"
