"""What a visitor and a browser do, for the tests of the pages."""

from urllib.parse import parse_qsl

import streamlit as st

from vizcore.nets.architectures import Architecture


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


def tell_layers(monkeypatch, key, *messages):
    """Let the layer table of this key tell these, once, in the page's first run.

    Returns
    -------
    dict
        What the table was last given to show.
    """
    waiting, shown = list(messages), {}

    def draws(**given):
        while given["key"] == key and waiting:
            st.session_state[key] = {"told": waiting.pop(0)}
            given["on_told_change"]()
        shown.update(given["data"])

    monkeypatch.setattr("vizcore.ui.layers._component", draws)
    return shown


def layers_message(text, row=0, number=1):
    """Another network, as the layer table tells it."""
    network = Architecture.from_text(text)
    described = [{"kind": one.kind, "arguments": vars(one)} for one in network.layers]
    return {"row": row, "input": list(network.input), "layers": described, "number": number}
