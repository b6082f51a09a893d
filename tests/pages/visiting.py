"""What a visitor and a browser do, for the tests of the pages."""

from urllib.parse import parse_qsl

import streamlit as st


def follow(at, label):
    """Open the link of this name on the page itself, as a click would."""
    link = next(one for one in at.main.get("page_link") if one.proto.label == label)
    at.query_params.clear()
    at.query_params.update(dict(parse_qsl(link.proto.query_string)))
    return at.run()


def told(monkeypatch, component, message, value):
    """Let a component send this message whenever it is drawn."""

    def draws(**given):
        st.session_state[given["key"]] = {message: value}
        given[f"on_{message}_change"]()

    monkeypatch.setattr(f"vizcore.ui.{component}._component", draws)
