"""A network of a visitor's own: its file, and what only they know of it, in their session."""

from dataclasses import dataclass, replace

import streamlit as st

from vizcore.compute.networks import NetworkError, network_of_file
from vizcore.nets.model_files import ModelFile, ModelFileError, read_model_file
from vizcore.nets.preparation import Preparation
from vizcore.ui.network_settings import OWN_MODEL
from vizcore.ui.numbers import parse_number
from vizcore.ui.plain import plain
from vizcore.ui.upload_limits import upload_limits
from vizcore.ui.uploads import admit

LONGEST_NAME = 80

SCALES = {
    "unit": "0 to 1",
    "byte": "0 to 255",
    "signed": "−1 to 1",
    "standard": "standardised: mean 0, spread 1",
}
"""How the levels of a picture are scaled before a network is given them."""

_FIXED = {"byte": (0.0, 1 / 255), "signed": (0.5, 0.5)}  # mean and spread
_OWN, _PROBLEM = "own_model", "own_model.problem"


@dataclass(frozen=True, eq=False)
class OwnModel:
    """A visitor's file, and what they say of it.

    Attributes
    ----------
    file : ModelFile
    names : tuple of str
        Of its classes; where one is empty or missing, the class has its number.
    scale : str
        A key of `SCALES`; of no use where the file itself says it.
    mean, spread : str
        As typed, for `"standard"`: a number, or one for each channel.
    network : Network or None
        None where what is said of it does not do.
    problem : str
        Why not, in a sentence.
    """

    file: ModelFile
    names: tuple = ()
    scale: str = "unit"
    mean: str = "0.5"
    spread: str = "0.25"
    network: object = None
    problem: str = ""

    @property
    def class_names(self):
        """A name for each of its answers."""
        given = dict(enumerate(self.names))
        return tuple(given.get(i) or f"class {i}" for i in range(self.file.outputs or 0))


def own_model():
    """Return the visitor's `OwnModel`, or None."""
    return st.session_state.get(_OWN)


def open_own():
    """Return the visitor's own network.

    Raises
    ------
    NetworkError
        Where there is none.
    """
    own = own_model()
    if own is None:
        raise NetworkError(
            "This link leads to a network from somebody's own file, which a link cannot carry: "
            "bring the file, or choose another network."
        )
    if own.network is None:
        raise NetworkError(own.problem)
    return own.network


def asked_of(key, network):
    """Return what a worker is asked about: a network's key, or the network that has none."""
    return network if key == OWN_MODEL else key


def with_network(own):
    """Return an `OwnModel` with the network that is made of what it says.

    Where that cannot be, the network before stays, and the problem is told.
    """
    try:
        preparation = own.file.preparation or preparation_of(own)
        network = network_of_file(own.file, own.class_names, preparation)
    except ValueError as error:  # a NetworkError, or what is wrong with a number
        return replace(own, problem=str(error))
    return replace(own, network=network, problem="")


def preparation_of(own):
    """Return how pictures become a network's input, as the visitor says it.

    Raises
    ------
    ValueError
        Where a number is none, in a sentence.
    """
    channels = own.file.architecture.input[2]
    if own.scale == "unit":
        return Preparation()
    if own.scale in _FIXED:
        mean, spread = ((one,) * channels for one in _FIXED[own.scale])
        return Preparation(mean=mean, spread=spread)
    mean, spread = (_numbers(text, channels) for text in (own.mean, own.spread))
    if not all(one > 0 for one in spread):
        raise ValueError("The spread must be larger than 0: pictures are divided by it.")
    return Preparation(mean=mean, spread=spread)


def names_in(text):
    r"""Read names of classes, one a line.

    Examples
    --------
    >>> names_in(" cat \n\ndog\n")
    ('cat', '', 'dog')
    """
    return tuple(" ".join(line.split())[:LONGEST_NAME] for line in text.rstrip().splitlines())


def _numbers(text, channels):
    numbers = tuple(map(parse_number, text.replace(";", " ").replace(",", " ").split()))
    if len(numbers) == 1:
        return numbers * channels
    if len(numbers) != channels:
        raise ValueError(f"Type one number, or {channels}, one for each channel.")
    return numbers


# ---- On screen ----


def own_model_section(state):
    """Let one bring a file of one's own, and say what only they know of it.

    Parameters
    ----------
    state : PageState
        Its settings have the field ``model``.
    """
    own = own_model()
    with st.expander("Your own network (.keras)", expanded=state.now.model == OWN_MODEL):
        key = f"{state.page}.model_file"
        st.file_uploader(
            f"A model saved by Keras 3, up to {upload_limits().file} MB",
            ["keras"],
            key=key,
            on_change=lambda: _take_in(state, st.session_state[key]),
            help="It is read, never run. It stays in this server’s memory while you are here, and "
            "does not travel in a link.",
        )
        if problem := st.session_state.get(_PROBLEM):
            st.error(plain(problem))
        if own is not None:
            _about(own)


def _take_in(state, upload):
    taken, refused = admit(upload)
    st.session_state[_PROBLEM] = next(iter(refused), "")
    for _, data in taken:
        try:
            own = with_network(OwnModel(read_model_file(data)))
        except ModelFileError as error:
            own = None
            st.session_state[_PROBLEM] = str(error)
        if own is not None and own.network is None:
            st.session_state[_PROBLEM] = own.problem
        elif own is not None:
            st.session_state[_OWN] = own
            for name in ("names", "scale", "mean", "spread"):
                st.session_state.pop(f"{_OWN}.{name}", None)
            state.set(replace(state.now, model=OWN_MODEL))


def _about(own):
    count = own.file.outputs
    st.text_area(
        f"Names of its {count} classes, one a line",
        placeholder="\n".join(own.class_names),
        height=120,
        **_bound("names", "\n".join(own.names), names_in),
    )
    if own.file.preparation is None:
        st.selectbox(
            "It takes levels scaled",
            list(SCALES),
            format_func=SCALES.get,
            help="As they were while it learned; the file does not say it.",
            **_bound("scale", own.scale),
        )
        if own.scale == "standard":
            _standard(own)
    if own.problem:
        st.error(plain(own.problem))


def _standard(own):
    told = "Of levels from 0 to 1: one number, or one for each channel, as 0.49 0.48 0.45"
    mean, spread = st.columns(2)
    mean.text_input("Mean", help=told, max_chars=60, **_bound("mean", own.mean))
    spread.text_input("Spread", help=told, max_chars=60, **_bound("spread", own.spread))


def _bound(name, value, read=lambda value: value):
    key = f"{_OWN}.{name}"
    if key not in st.session_state:
        st.session_state[key] = value

    def change():
        own = replace(own_model(), **{name: read(st.session_state[key])})
        st.session_state[_OWN] = with_network(own)

    return {"key": key, "on_change": change}
