import streamlit as st

import vizcore.ui.kernel_editor as module


def test_the_browser_is_told_the_kernel_and_its_answer_is_passed_on(monkeypatch):
    mounted, answers = {}, []
    typed = {"cells": [["7"]], "divisor": "1", "bias": "0", "owner": "1", "edit": 4}
    monkeypatch.setattr(module, "_component", lambda **arguments: mounted.update(arguments))
    monkeypatch.setattr(st, "session_state", {"page.kernel": {"kernel": typed}})
    kernel = {"cells": (("1", "2"),), "divisor": "3", "bias": "0", "edit": None}
    module.kernel_editor(
        kernel,
        owner="1",
        changed=True,
        on_kernel=answers.append,
        on_reset=lambda: answers.append("reset"),
        key="page.kernel",
    )
    assert mounted["key"] == "page.kernel"
    assert mounted["data"] == kernel | {"owner": "1", "changed": True}
    mounted["on_kernel_change"]()
    st.session_state["page.kernel"]["kernel"] = {"reset": 1}
    mounted["on_kernel_change"]()
    assert answers == [typed, "reset"]
