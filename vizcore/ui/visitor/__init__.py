"""Who is on this page: a random token, which the browser keeps in a cookie."""

import streamlit as st

from vizcore.compute.visitors import COOKIE, new_token, visitor_of
from vizcore.ui.assets import register

_component = register("visitor")
_TOKEN = "visitor.token"


def visitor():
    """Return the digest of this page's visitor, and let the browser keep their token for a year.

    Only pages that have to do with somebody's runs call it; nobody else gets a cookie.

    Returns
    -------
    str
        As `vizcore.compute.visitors.visitor_of` gives it.
    """
    token = _known_token() or new_token()
    st.session_state[_TOKEN] = token
    _component(key="visitor.cookie", data={"name": COOKIE, "token": token})
    return visitor_of(token)


def known_visitor():
    """Return the digest of this page's visitor, or None for who has no token: nothing is kept."""
    return visitor_of(_known_token())


def _known_token():
    known = (st.session_state.get(_TOKEN), st.context.cookies.get(COOKIE))
    return next((one for one in known if visitor_of(one)), None)
