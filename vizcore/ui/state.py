"""The state of a page: one settings object, kept in the session and told in the address."""

from functools import wraps

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from vizcore.export import permalink

_ON_SCREEN = "state.on_screen"

MOST_UNDO = 50
"""Edits that can be taken back."""


def whole(callback):
    """Let no newer interaction cut a callback short.

    Once the next run is asked for, Streamlit stops the present one where it next touches the
    session, in a callback too, and what the callback had not done by then would be lost. So the
    callback runs once more before it gives way; its effect must be its last touch.
    """

    @wraps(callback)
    def run(*args):
        try:
            callback(*args)
        except RerunException:
            run(*args)
            raise

    return run


def settings_on_screen():
    """The settings of the page that the visitor looks at."""
    return st.session_state[st.session_state[_ON_SCREEN]]


class PageState:
    """What a visitor has set on one page.

    The settings object is the truth; widgets show it and report to it. It survives page switches
    (it lives in the session, which widget state does not survive) and reloads (it is in the
    address). An address that the visitor opens or edits wins over the session.

    Parameters
    ----------
    page : str
        The page's name, for keys and settings files.
    default : dataclass instance
        Where a new visitor starts.
    bare : bool
        Whether an address without settings leads there, too, as on a page that begins with a list;
        elsewhere it changes nothing.

    Attributes
    ----------
    now : dataclass instance
        The present settings.
    problem : str or None
        One sentence when the address could not be followed; the settings are then unchanged.
    """

    def __init__(self, page, default, *, bare=False):
        self.page = page
        self.problem = None
        self._store = f"{page}.settings"
        self._told = f"{page}.address"
        self._visits = f"{page}.visits"
        self._touched = f"{page}.touched"
        st.session_state[_ON_SCREEN] = self._store
        if self._store not in st.session_state:
            st.session_state[self._store] = default
        # A run that a control has caused may carry an address older than the last one told.
        by_control = st.session_state.pop(self._touched, False)
        if not by_control:
            self._follow_address(type(default), bare)
        self._tell_address(type(default), by_control)

    @property
    def now(self):
        """The present settings."""
        return st.session_state[self._store]

    def set(self, settings):
        """Replace the settings; for callbacks, which run before the page does."""
        st.session_state[self._touched] = True
        st.session_state[self._store] = settings

    def setter(self, change):
        """Return a callback that replaces the settings by what ``change`` makes of them."""
        return whole(lambda: self.set(change(self.now)))

    def amend(self, settings):
        """Replace the settings while the page runs, where it finds that they cannot be met."""
        st.session_state[self._store] = settings

    def edit(self, settings):
        """Replace the settings, and keep the old ones for `undo`."""
        past, now = self._past, self.now
        self.set(settings)
        past.append(now)
        del past[:-MOST_UNDO]

    def undo(self):
        """Take the last edit back, if there is one."""
        if past := self._past:
            self.set(past[-1])
            past.pop()

    @property
    def visits(self):
        """How often an address has set the settings; a component then follows the address too."""
        return st.session_state.get(self._visits, 0)

    @property
    def can_undo(self):
        """Whether there is an edit to take back."""
        return bool(self._past)

    @property
    def before(self):
        """The settings before the last edit, or None."""
        return self._past[-1] if self._past else None

    @property
    def _past(self):
        return st.session_state.setdefault(f"{self.page}.past", [])

    def bind(self, name, read, write):
        """Keyword arguments that tie a Streamlit widget to the settings.

        Parameters
        ----------
        name : str
            The widget's name on this page.
        read : callable
            Settings to the widget's value.
        write : callable
            Settings and the widget's new value to new settings.

        Returns
        -------
        dict
            ``key`` and ``on_change``.
        """
        key = f"{self.page}.{name}"
        value = read(self.now)
        # Written only when it differs: Streamlit pushes what a script writes to the browser,
        # where it would overtake a slider that is still being dragged.
        if key not in st.session_state or st.session_state[key] != value:
            st.session_state[key] = value
        change = self.setter(lambda settings: write(settings, st.session_state[key]))
        return {"key": key, "on_change": change}

    def bind_number(self, name, read, write):
        """Tie a number field or slider to the settings: `bind`, and the present value as default.

        Quick runs can make a browser fall back on the default, which for a number is its smallest,
        and report it as the visitor's choice.
        """
        return {**self.bind(name, read, write), "value": read(self.now)}

    def _fields(self, kind):
        return {
            name: st.query_params[name]
            for name in kind.__dataclass_fields__
            if name in st.query_params
        }

    def _follow_address(self, kind, bare):
        address = self._fields(kind)
        if (address or bare) and address != st.session_state.get(self._told, {}):
            try:
                st.session_state[self._store] = permalink.from_query(kind, address)
                st.session_state[self._visits] = self.visits + 1
                # A link to the page one is on reaches the script but not the address bar.
                if self._told in st.session_state:
                    st.query_params.from_dict(st.query_params.to_dict())
            except permalink.LinkError as error:
                self.problem = str(error)

    def _tell_address(self, kind, by_control):
        address = permalink.to_query(self.now)
        if permalink.link_length("", self.now) > permalink.LONGEST_LINK:
            address = {}
        # Another one, told since, may be on its way to the browser that this run comes from.
        overtaken = by_control and address != st.session_state.get(self._told, address)
        if overtaken or address != self._fields(kind):
            fields = kind.__dataclass_fields__
            others = {k: v for k, v in st.query_params.items() if k not in fields}
            st.query_params.from_dict({**others, **address})
        st.session_state[self._told] = address
