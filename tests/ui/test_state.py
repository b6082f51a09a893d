from dataclasses import dataclass

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import RerunData, RerunException
from streamlit.testing.v1 import AppTest

from vizcore.export import permalink
from vizcore.ui.state import MOST_UNDO, whole


@dataclass(frozen=True)
class Example:
    size: int = 3
    note: str = ""

    def __post_init__(self):
        if self.size > 9:
            raise ValueError("the size is at most 9.")


def page():
    from dataclasses import replace

    import streamlit as st

    example = st.session_state["kind"]

    from vizcore.ui.state import PageState

    state = PageState("example", example(), bare=st.session_state.get("bare", False))
    if state.problem:
        st.warning(state.problem)
    st.slider("Size", 0, 9, **state.bind("size", lambda s: s.size, lambda s, v: replace(s, size=v)))
    st.text_input("Note", **state.bind("note", lambda s: s.note, lambda s, v: replace(s, note=v)))
    st.button("Grow", on_click=lambda: state.edit(replace(state.now, size=state.now.size + 1)))
    st.button("Undo", disabled=not state.can_undo, on_click=state.undo)
    st.session_state["before"] = state.before


@pytest.fixture
def open_page():
    def opened(**query):
        at = AppTest.from_function(page, default_timeout=60)
        at.session_state["kind"] = Example
        at.query_params.update(query)
        return at.run()

    return opened


def now(at):
    assert not at.exception
    return at.session_state["example.settings"]


def test_a_new_visitor_starts_at_the_default(open_page):
    at = open_page()
    assert now(at) == Example() and at.query_params == {}
    assert at.slider[0].value == 3


def test_a_widget_changes_settings_and_address(open_page):
    at = open_page()
    at.slider[0].set_value(5).run()
    assert now(at) == Example(5) and at.query_params == {"size": "5"}
    at.slider[0].set_value(3).run()
    assert now(at) == Example() and at.query_params == {}


def test_a_link_sets_settings_and_widgets(open_page):
    at = open_page(size="7", note="a & b")
    assert now(at) == Example(7, "a & b")
    assert at.slider[0].value == 7 and at.text_input[0].value == "a & b"
    assert at.query_params == {"size": "7", "note": "a & b"}


def test_settings_changed_beside_a_widget_move_the_widget(open_page):
    at = open_page(size="7")
    at.button[0].click().run()
    assert now(at) == Example(8) and at.slider[0].value == 8
    assert at.query_params == {"size": "8"}


def test_an_edited_address_wins_over_the_session(open_page):
    at = open_page()
    at.slider[0].set_value(5).run()
    at.query_params["size"] = "6"
    assert now(at.run()) == Example(6) and at.slider[0].value == 6


def test_an_address_that_the_page_itself_told_does_not(open_page):
    at = open_page(size="6")
    at.slider[0].set_value(4).run()
    assert now(at) == Example(4)
    assert now(at.run()) == Example(4)


@pytest.mark.parametrize("bare", [False, True])
def test_an_address_without_settings_leads_to_the_default_where_a_page_wants_it(open_page, bare):
    at = open_page(size="6")
    at.session_state["bare"] = bare
    at.query_params.clear()
    assert now(at.run()) == Example(3 if bare else 6)
    assert at.query_params == ({} if bare else {"size": "6"})
    # What a control has just changed is not in the address yet.
    assert now(at.slider[0].set_value(5).run()) == Example(5)


def test_a_bad_address_changes_nothing_and_is_told_once(open_page):
    at = open_page()
    at.slider[0].set_value(5).run()
    at.query_params["size"] = "10"
    at.run()
    assert [w.value for w in at.warning] == ["This link cannot be followed: the size is at most 9."]
    assert now(at) == Example(5) and at.query_params == {"size": "5"}
    assert not at.run().warning


def test_other_parameters_of_the_address_stay(open_page):
    at = open_page(utm_source="mail", at="3_4")
    at.slider[0].set_value(5).run()
    assert at.query_params == {"utm_source": "mail", "at": "3_4", "size": "5"}
    at.slider[0].set_value(3).run()
    assert at.query_params == {"utm_source": "mail", "at": "3_4"}


def test_an_address_without_settings_leaves_the_session(open_page):
    at = open_page(size="6")
    at.query_params.clear()
    assert now(at.run()) == Example(6) and at.query_params == {"size": "6"}


def test_what_is_too_long_for_a_link_stays_out_of_it(open_page):
    at = open_page(size="6")
    at.text_input[0].set_value("x" * permalink.LONGEST_LINK).run()
    assert now(at).note and at.query_params == {}
    at.text_input[0].set_value("short").run()
    assert at.query_params == {"size": "6", "note": "short"}


def test_edits_are_taken_back_one_by_one(open_page):
    at = open_page(size="4")
    assert at.button[1].disabled
    for _ in range(2):
        at.button[0].click().run()
    assert now(at) == Example(6)
    at.button[1].click().run()
    assert now(at) == Example(5) and at.query_params == {"size": "5"}
    at.button[1].click().run()
    assert now(at) == Example(4) and at.button[1].disabled


def test_only_so_many_edits_are_kept(open_page):
    at = open_page(size="4")
    at.session_state["example.past"] = [Example(i % 9) for i in range(MOST_UNDO)]
    at.button[0].click().run()
    assert at.session_state["example.past"][-2:] == [Example((MOST_UNDO - 1) % 9), Example(4)]
    assert len(at.session_state["example.past"]) == MOST_UNDO


# ---- An address against the visitor's own changes ----


def test_a_run_that_a_control_has_caused_ignores_an_older_address(open_page):
    at = open_page()
    at.slider[0].set_value(5).run()
    at.slider[0].set_value(7)
    at.query_params["size"] = "3"  # what the browser held when the control was moved
    at.run()
    assert now(at) == Example(7) and at.slider[0].value == 7
    assert at.query_params == {"size": "7"}
    at.query_params["size"] = "2"  # and the next address is followed again
    assert now(at.run()) == Example(2)


def test_an_address_that_another_may_overtake_is_told_once_more(open_page, monkeypatch):
    at = open_page()
    at.slider[0].set_value(5).run()
    at.slider[0].set_value(7).run()
    told = []
    monkeypatch.setattr(
        type(st.query_params), "from_dict", lambda _, told_now: told.append(told_now)
    )
    at.slider[0].set_value(5)
    at.query_params["size"] = "5"  # the browser has not yet heard of 7
    at.run()
    assert now(at) == Example(5) and told == [{"size": "5"}]


def test_edits_and_their_undoing_win_over_an_older_address_too(open_page):
    at = open_page(size="4")
    for index, expected in ((0, 5), (1, 4)):
        at.button[index].click()
        at.query_params["size"] = "9"
        assert now(at.run()) == Example(expected)
        assert at.query_params == {"size": str(expected)}


def test_every_address_that_is_followed_counts_as_a_visit(open_page):
    at = open_page()
    assert "example.visits" not in at.session_state
    for visits, size in enumerate(("4", "6"), start=1):
        at.query_params["size"] = size
        at.run()
        at.slider[0].set_value(8).run()  # which is no visit
        assert at.session_state["example.visits"] == visits
    at.query_params["size"] = "99"
    assert now(at.run()) == Example(8)
    assert at.session_state["example.visits"] == 2


def test_edits_can_be_taken_back_past_a_link(open_page):
    at = open_page()
    at.button[0].click().run()
    at.query_params["size"] = "7"
    assert now(at.run()) == Example(7)
    at.button[1].click().run()
    assert now(at) == Example()


def test_the_settings_before_the_last_edit_can_be_looked_at(open_page):
    at = open_page(size="4")
    assert at.session_state["before"] is None
    at.button[0].click().run()
    at.slider[0].set_value(8).run()
    assert (now(at), at.session_state["before"]) == (Example(8), Example(4))
    at.button[1].click().run()
    assert at.session_state["before"] is None


def test_a_callback_that_is_cut_short_is_done_before_it_gives_way():
    """Streamlit raises once, where the session is next touched after another run is asked for."""
    requests, done = [RerunException(RerunData()) for _ in range(2)], []

    @whole
    def callback(name):
        if requests:
            raise requests.pop()
        done.append(name)

    with pytest.raises(RerunException):
        callback("edit")
    assert done == ["edit"]
    callback("next")
    assert done == ["edit", "next"]


def one_of_two():
    import streamlit as st

    from vizcore.ui.state import PageState, settings_on_screen

    name, example = st.session_state["name"], st.session_state["kind"]
    PageState(name, example(size=len(name)))
    st.text(settings_on_screen().size)


def test_what_is_on_screen_is_the_page_opened_last():
    at = AppTest.from_function(one_of_two, default_timeout=60)
    at.session_state["kind"] = Example
    for name in ("a", "bb", "a"):
        at.query_params.clear()  # as a switch of pages does
        at.session_state["name"] = name
        assert at.run().text[0].value == str(len(name))
