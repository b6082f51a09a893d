"""The controls and the sections of the page *Data*."""

from dataclasses import replace

import numpy as np
import streamlit as st

from vizcore.nets.architectures import preset
from vizcore.nets.dataset import DatasetError
from vizcore.nets.datasets import dataset_choices, load_dataset, stamp_of
from vizcore.nets.description import class_samples, describe
from vizcore.nets.own_datasets import title_of
from vizcore.nets.recipes import fitted
from vizcore.ui import data_words as words
from vizcore.ui.data_settings import (
    ALL,
    LEAST_FRACTION,
    MOST_FRACTION,
    MOST_SEED,
    DataSettings,
)
from vizcore.ui.gallery import gallery
from vizcore.ui.plain import plain
from vizcore.ui.shared_controls import links
from vizcore.ui.visitor import known_visitor

PER_CLASS = 6
MOST_OF_A_CLASS = 60
MOST_BYTES = 6_000_000
"""Of pictures in one gallery."""


def dataset(state, place):
    """Choose a dataset by its name."""
    titles = {one.name: words.titled(one) for one in dataset_choices(known_visitor())}
    now = state.now.dataset
    place.selectbox(
        "Dataset",
        [*titles] if now in titles else [*titles, now],
        format_func=lambda name: titles.get(name) or title_of(name) or name,
        **state.bind("dataset", lambda s: s.dataset, lambda s, v: replace(s, dataset=v, label=ALL)),
    )


def looked_at(state):
    """Return the dataset and its description; or None, having said why there is none yet."""
    now = state.now
    if any(one.name == now.dataset and one.origin == "download" for one in dataset_choices()):
        # Dask takes a while to import, and only a download needs it.
        from vizcore.ui.data_download import offer

        offer(now.dataset)
        return None
    try:
        with st.spinner("Reading the pictures …"):
            data = load_dataset(now.dataset)
            found = _described(now.dataset, stamp_of(now.dataset), now.fraction, now.seed)
    except (DatasetError, OSError) as error:
        st.error(plain(error))
        links(words.PAGE, "Another choice:", {"Digits, which are embedded": DataSettings()}, None)
        return None
    if now.label >= len(data.class_names):
        state.amend(replace(now, label=ALL))
    return data, found


@st.cache_data(max_entries=64, ttl=300, show_spinner=False)
def _described(name, stamp, fraction, seed):
    """Describe a dataset; kept by its name and its file's stamp, as no digest is that quick."""
    data = load_dataset(name)
    return describe(
        data, fraction=fraction, seed=seed, per_class=_some(data, len(data.class_names), PER_CLASS)
    )


def _some(data, classes, count):
    """Return how many samples of each class to show: fewer, where pictures are large."""
    return max(1, min(count, MOST_BYTES // (classes * int(np.prod(data.shape)))))


def about(data):
    """Say what a dataset is, and where it comes from."""
    st.subheader(plain(data.title), anchor=False)
    st.markdown(f"{plain(data.source)} {words.measured(data)}")


def samples(state, places, data, found):
    """Show training pictures, of all classes or of one."""
    which, seed = places
    names = data.class_names
    which.selectbox(
        "Class",
        [ALL, *range(len(names))],
        format_func=lambda label: "All classes" if label == ALL else names[label],
        **state.bind("label", lambda s: s.label, lambda s, v: replace(s, label=v)),
    )
    seed.number_input(
        "Seed",
        0,
        MOST_SEED,
        help="Another seed shows other samples, and sets other pictures aside for validation.",
        **state.bind_number("seed", lambda s: s.seed, lambda s, v: replace(s, seed=v)),
    )
    now = state.now
    if now.label == ALL:
        captions = [names[k] for k, some in enumerate(found.samples) for _ in some]
        pictures = np.concatenate(found.samples)
    else:
        count = _some(data, 1, MOST_OF_A_CLASS)
        chosen = {"fraction": now.fraction, "seed": now.seed}
        pictures, captions = class_samples(data, now.label, count, **chosen), None
    shown = "all classes" if now.label == ALL else names[now.label]
    gallery(pictures, captions, label=f"Training pictures of {shown}", key="data.samples")


def parts(state, data, found):
    """Divide a dataset into three parts, and say why."""
    st.subheader("Three parts", anchor=False)
    st.markdown(words.why_three(found.counts))
    st.markdown(words.three_parts(data, found.counts, state.now.fraction))
    if data.validation is None:
        place, _ = st.columns([2, 3])
        place.slider(
            "Set aside for validation",
            round(100 * LEAST_FRACTION),
            round(100 * MOST_FRACTION),
            format="%d%%",
            help="More of them judge more surely, and leave fewer to learn from.",
            **state.bind_number(
                "fraction",
                lambda s: round(100 * s.fraction),
                lambda s, v: replace(s, fraction=v / 100),
            ),
        )
    if found.repeated:
        st.warning(words.repeated(found.repeated, len(data.test)))


def classes(data, found):
    """Show how many pictures of each class there are."""
    # Plotly takes a while to import.
    from vizcore.figures.class_counts import class_counts

    st.subheader("Pictures of each class", anchor=False)
    chart, table = st.columns([3, 2])
    chart.plotly_chart(
        class_counts(found.counts, data.class_names),
        config={"displayModeBar": False, "scrollZoom": False},
        alt="Bars: the pictures of each class in training, validation and test. The table has the "
        "same numbers.",
        key="data.counts",
    )
    table.markdown(words.class_table(found.counts, data.class_names))
    st.markdown(words.to_beat(found.counts, data.class_names))


def channels(found):
    """Show each channel's mean and spread, and what they are good for."""
    st.subheader("Mean and spread", anchor=False)
    st.markdown(
        "Networks learn more easily from numbers around 0. So one can *standardise*: subtract the "
        "mean of a channel and divide by its spread (the standard deviation); its training "
        "pictures then have mean 0 and spread 1. Both numbers are of the training part alone, as "
        "validation and test must have no say. Here black is 0 and white is 1."
    )
    st.markdown(words.channel_table(found.mean, found.spread))


def onward(now, data):
    """Link to the page that trains a network on this dataset: the simplest one, to begin with."""
    network = fitted(preset("simplest-cnn"), data.shape, len(data.class_names))
    shared = {name: str(getattr(now, name)) for name in ("dataset", "fraction", "seed")}
    st.page_link(
        "pages/train_a_network.py",
        label="Train a network with these pictures",
        icon=":material/arrow_forward:",
        query_params=shared | {"network": network.to_text()},
    )


def own_files():
    """Say how one's own pictures come here."""
    count = sum(choice.origin == "file" for choice in dataset_choices())
    here = f"{count} file{'s' if count != 1 else ''} here" if count else "none here yet"
    st.page_link(
        "pages/your_own_classes.py",
        label="Make a dataset of your own pictures",
        icon=":material/arrow_forward:",
    )
    with st.expander(f"Your own pictures: {here}"):
        st.markdown(
            "Who runs this app can add datasets: put `.npz` files into a folder, and name the "
            "folder in the variable `VIZCORE_DATA` when the app starts. A file is laid out as "
            "those of keras.datasets, or of MedMNIST, where a validation part may come along:"
        )
        st.code(
            "import numpy as np\n\n"
            "np.savez('mine.npz', x_train=…, y_train=…, x_test=…, y_test=…)\n"
            "np.savez('mine.npz', train_images=…, train_labels=…, val_images=…, val_labels=…,\n"
            "         test_images=…, test_labels=…, class_names=['cat', 'dog'])",
            language="python",
        )
        st.markdown(
            "Pictures are number × rows × columns, for colour × 3, with levels 0 to 255 (or 0 to "
            "1), at most 256 a side; labels are whole numbers from 0, at most 100 classes. A file "
            "is checked before any of it is read, and one that is damaged is refused in a sentence."
        )
