"""Choosing a network, and a picture to show it."""

from dataclasses import replace

import streamlit as st

from vizcore.compute.networks import NetworkError, network_choices, open_network
from vizcore.nets import imagenet, pretrained
from vizcore.ui import network_pictures as pictures
from vizcore.ui.digit_pad import digit_pad
from vizcore.ui.drawn_digit import PREFIX, DrawnDigit
from vizcore.ui.network_settings import IMAGENET, OWN, OWN_MODEL, named, numbered
from vizcore.ui.own_model import open_own, own_model
from vizcore.ui.photos import UPLOAD_TYPES, own_photo, take_in, upload_problem
from vizcore.ui.picture_strip import picture_strip
from vizcore.ui.plain import plain
from vizcore.ui.uploads import promise

SOURCES = {"sample": "Samples", "test": "Test part", "draw": "Draw", OWN: "Upload"}

_FITTED = (
    "MNIST’s digits were scaled to 20 of the 28 pixels, then moved until their centre of mass lay "
    "in the middle. The same is done to your drawing; without it the network sees a digit where, "
    "and as large as, it has never seen one."
)


def choose_network(state, me, also=()):
    """Let one choose a network: one that ships, or a run of one's own.

    Parameters
    ----------
    state : PageState
        Its settings have the fields ``model`` and ``picture``.
    me : str
        The digest of the visitor. Whoever has the link to a run may look at it.
    also : sequence of str
        What else the page can show: `OWN_MODEL`, the visitor's own file; `IMAGENET`.

    Returns
    -------
    (str, vizcore.nets.network.Network) or None
        Its key and itself; None where not even the default can be opened, which is then told.
    """
    key, network = _opened(state, also)
    if network is None:
        return None
    titles = dict(network_choices(me))
    if OWN_MODEL in also and own_model() is not None:
        titles[OWN_MODEL] = own_model().file.title
    if IMAGENET in also:
        titles[IMAGENET] = imagenet.TITLE
    titles.setdefault(key, network.title)
    # Quick runs can make a browser fall back on the default; it is what is set.
    st.selectbox(
        "Network",
        list(titles),
        index=list(titles).index(key),
        format_func=lambda one: _title(one, titles[one]),
        **state.bind("model", lambda s: s.model, _with_model),
    )
    return key, network


def _title(key, title):
    if key == OWN_MODEL:
        return f"Your file: {title}"
    if key == IMAGENET:
        return f"{title}: 1,000 kinds (ImageNet)"
    if key not in pretrained.NAMES:
        return f"Run: {title}"
    return f"{title} (test part: {pretrained.card(key).test_accuracy:.1%})"


def choose_picture(state, key, network):
    """Let one choose a picture, and return it, uint8 (H, W, C); see `choose_shown`."""
    return choose_shown(state, key, network).picture


def choose_shown(state, key, network, place=None):
    """Let one choose a picture: a sample, a test picture, a drawn digit or an upload.

    Parameters
    ----------
    state : PageState
        Its settings have the field ``picture``.
    key : str
    network : vizcore.nets.network.Network
    place : streamlit container, optional
        Where the pictures, the pad or the upload stand; by default below the choice between them.

    Returns
    -------
    vizcore.ui.network_pictures.Shown
        What is on screen; where it cannot be what was asked for, that is told, and it is the first
        sample.
    """
    check_shown(state, key, network)
    source = choose_source(state, key, SOURCES)
    with place or st.container():
        if source == "draw":
            drawing_pad(state)
        elif source == OWN:
            _uploader(state)
        else:
            picture_row(state, key, network, source)
    if source == OWN and own_photo() is None:
        return pictures.samples_of(key, network)[0]
    return pictures.shown(state.now.picture, key, network)


def choose_source(state, key, titles, firsts=None):
    """Let one choose where the picture comes from, and return it.

    Parameters
    ----------
    state : PageState
    key : str
        The network's.
    titles : dict of str to str
        Source → what it is called; that of the test part is offered where there is one.
    firsts : dict of str to str, optional
        Other sources than `SOURCES` → the picture that one turns to there.
    """
    sources = [one for one in titles if one != "test" or pictures.has_tests(key)]
    source = source_of(state.now.picture)
    st.pills(
        "Picture",
        sources,
        default=source if source in sources else None,
        format_func=titles.get,
        wrap=True,
        **state.bind("source", lambda s: source_of(s.picture), _turn_to(state, firsts or {})),
    )
    return source


def source_of(picture):
    """Return which of `SOURCES` a picture is from.

    Examples
    --------
    >>> [source_of(one) for one in ("test-7", "own", DrawnDigit().to_text())]
    ['test', 'own', 'draw']
    """
    if picture.startswith(PREFIX):
        return "draw"
    number = numbered(picture)
    return number[0] if number else named(picture)


# ---- The network ----


def _opened(state, also):
    """Open the network that is set; where that cannot be, say so and open the default."""
    default = type(state.now)()
    try:
        return state.now.model, _open(state.now.model, also)
    except NetworkError as error:
        st.warning(plain(error))
    if state.now.model == default.model:
        return None, None
    state.amend(_with_model(state.now, default.model))
    return _opened(state, also)


def _open(key, also):
    if key not in (OWN_MODEL, IMAGENET):
        return open_network(key)
    if key not in also:
        raise NetworkError("The network of this link cannot be opened on this page.")
    return open_own() if key == OWN_MODEL else imagenet.front(_imagenet_names())


def _imagenet_names():
    try:
        return imagenet.class_names()
    except imagenet.ImagenetError:  # still to be downloaded
        return ()


def _with_model(settings, model):
    """Return settings with another network; a picture of the last one's data is left behind."""
    stays = source_of(settings.picture) not in ("sample", "test")
    picture = settings.picture if stays else pictures.FIRST
    return replace(settings, model=model, picture=picture)


# ---- The picture ----


def check_shown(state, key, network):
    """Say where there is no such picture, and turn to the first sample; keep what is drawn."""
    source = source_of(state.now.picture)
    if source == "draw":
        # For when one comes back from other pictures.
        st.session_state[_drawing(state)] = state.now.picture
    if source not in ("draw", "sample", "test"):
        return
    try:
        pictures.shown(state.now.picture, key, network)
    except pictures.PictureError as error:
        st.info(f"{plain(error)} You see the first sample.")
        state.amend(replace(state.now, picture=pictures.FIRST))


def _turn_to(state, others):
    """Return what turns settings to another source: to what one had there, or to its first."""
    firsts = {
        "sample": pictures.FIRST,
        "test": "test-0",
        "draw": st.session_state.get(_drawing(state), DrawnDigit().to_text()),
        OWN: OWN,
        **others,
    }

    def write(settings, source):
        if source is None or source == source_of(settings.picture):
            return settings
        return replace(settings, picture=firsts[source])

    return write


def picture_row(state, key, network, source):
    """Offer pictures in a row; the chosen one is among them, whichever it is."""
    if source == "sample":
        offered = pictures.samples_of(key, network)
    else:
        offered = pictures.tests_offered(key, network)
    ids = [one.id for one in offered]
    if state.now.picture not in ids:
        chosen = pictures.shown(state.now.picture, key, network)
        offered, ids = (chosen, *offered), [chosen.id, *ids]

    def choose(place):
        if type(place) is int and 0 <= place < len(ids):
            state.set(replace(state.now, picture=ids[place]))

    picture_strip(
        [network.levels(one.picture) for one in offered],
        [one.title for one in offered],
        chosen=ids.index(state.now.picture),
        on_choice=choose,
        visit=(key, source, state.visits),
        label=SOURCES[source],
        key=f"{state.page}.strip",
    )
    if source == "test":
        _number(state, key)


def _number(state, key):
    st.number_input(
        "Number of the test picture",
        0,
        pictures.test_count(key) - 1,
        width=220,
        **state.bind_number(
            "test",
            lambda s: numbered(s.picture)[1],
            lambda s, n: replace(s, picture=f"test-{n}"),
        ),
    )


def drawing_pad(state, follow=None, stroke=None):
    """Let one draw the picture that is set, which is a drawing.

    Parameters
    ----------
    state : PageState
    follow : callable, optional
        Called with the drawing, as the setting writes it, while a stroke goes on; at its end with
        None.
    stroke : str, optional
        What it was last called with.
    """

    def as_drawing(tell):
        def taken(levels):
            try:
                now = DrawnDigit.from_text(named(state.now.picture))
                tell(replace(now, levels=levels).to_text())
            except (ValueError, TypeError):
                return  # No pad of ours sends such a thing.

        return taken

    def ended(text):
        if follow:
            follow(None)
        state.set(replace(state.now, picture=text))

    digit_pad(
        DrawnDigit.from_text(named(state.now.picture)).levels,
        on_drawn=as_drawing(ended),
        follow=as_drawing(follow) if follow else None,
        heard=DrawnDigit.from_text(stroke).levels if stroke else "",
        visit=state.visits,
        key=f"{state.page}.pad",
    )
    st.toggle(
        "Fit as in MNIST",
        help=_FITTED,
        **state.bind(
            "fitted",
            lambda s: DrawnDigit.from_text(named(s.picture)).fitted,
            lambda s, v: replace(
                s, picture=DrawnDigit.from_text(named(s.picture)).fitting(v).to_text()
            ),
        ),
    )


def _drawing(state):
    return f"{state.page}.drawing"


def _taken(state, file):
    # However the last picture was seen, the new one is seen plainly.
    if take_in(file):
        state.set(replace(state.now, picture=OWN))


def _uploader(state):
    st.file_uploader(
        "A picture: PNG, JPEG, WebP, GIF or BMP, up to 10 MB",
        UPLOAD_TYPES,
        key=f"{state.page}.file",
        on_change=lambda: _taken(state, st.session_state[f"{state.page}.file"]),
        help="Its middle square is brought to the size of the network's input.",
    )
    promise()
    if upload_problem():
        st.error(upload_problem())
    if own_photo() is None:
        st.markdown(
            "A link does not carry it. Until you have chosen a picture, you see the first sample."
        )
