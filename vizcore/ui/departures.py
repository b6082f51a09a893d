"""Who has left, and letting go of all that was theirs.

Streamlit keeps a closed tab's session for `server.disconnectedSessionTTL` seconds, so that a
browser that only lost its connection finds everything as it was. But it lets go of it no sooner
than the next visitor leaves, which on a quiet server is tomorrow; so somebody has to look.
"""

import ctypes
import gc
import logging
import sys
import threading
import time
import types

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from vizcore.compute.recent import forget_unused
from vizcore.ui.upload_store import BoundedUploads

GRACE = 1 / 2
"""After this part of Streamlit's time a session is closed: while Streamlit can still find it."""

EVERY = 1 / 24
"""How often one looks, as a part of the same time."""

_watching, _lock = [], threading.Lock()
_log = logging.getLogger(__name__)


class Departures:
    """The sessions of a server, and when each was seen to be gone.

    Parameters
    ----------
    is_here : callable
        Takes a session's id: whether its browser is connected.
    close : callable
        Takes the id of one that has been gone for long enough.
    known : callable
        Returns the ids of those of whom something is kept.
    grace : float
        Seconds for which a session that is gone may come back.
    clock : callable

    Examples
    --------
    >>> here, now = {"anna"}, [0]
    >>> one = Departures(
    ...     here.__contains__, print, lambda: {"anna", "bert"}, 60, lambda: now[0])
    >>> one.look()
    False
    >>> now[0] = 60
    >>> one.look()
    bert
    True
    """

    def __init__(self, is_here, close, known, grace, clock=time.monotonic):
        self._is_here, self._close, self._known = is_here, close, known
        self._grace, self._clock = grace, clock
        self._gone = {}

    def look(self):
        """Close the sessions that have been gone for long enough; return whether there were any."""
        now = self._clock()
        away = {one for one in self._known() if not self._is_here(one)}
        self._gone = {one: self._gone.get(one, now) for one in away}
        left = [one for one, since in self._gone.items() if now - since >= self._grace]
        for one in left:
            self._close(one)
        return bool(left)


def watch_departures():
    """See to it that what visitors leave behind is let go of; each page calls it.

    Where a new Streamlit works in another way, the app goes on without: the log says so, and
    `tests/browser/test_uploads.py` fails.
    """
    if not isinstance(Runtime._instance, Runtime):  # a test, which has no server
        return
    try:
        with _lock:
            if not _watching:
                _watching.append(_Watch(Runtime.instance(), get_script_run_ctx()))
        _watching[0].visitors.add(get_script_run_ctx().session_id)
    except Exception:
        _log.exception("nobody looks after those who left")


class _Watch:
    """Looks after one server, again and again, on its own event loop."""

    def __init__(self, server, context):
        self.visitors = set()
        self._server, self._store = server, context.uploaded_file_mgr
        self._lifetime = max(1, st.get_option("server.disconnectedSessionTTL"))
        self._departures = Departures(
            server.is_active_session, self._close, self._known, GRACE * self._lifetime
        )
        self._loop = server._get_async_objs().eventloop
        self._loop.call_soon_threadsafe(self._look)

    def _known(self):
        stored = self._store.sessions() if isinstance(self._store, BoundedUploads) else set()
        return stored | set(self.visitors)

    def _close(self, session_id):
        left = self._server._session_mgr.get_session_info(session_id)
        self._server.close_session(session_id)
        # What was downloaded is only marked by the first time, and goes with the second.
        self._server.media_file_mgr.remove_orphaned_files()
        if left:
            # Streamlit's loop holds on to the session that it looked at last.
            left.session.session_state.clear()
            left.session._fragment_storage.clear()
        self._store.remove_session_files(session_id)
        self.visitors.discard(session_id)

    def _look(self):
        try:
            forget_unused(GRACE * self._lifetime)
            if self._departures.look():
                _let_go()
            if getattr(self._store, "has_let_go", False):
                self._store.has_let_go = False
                _give_back()
        except Exception:
            _log.exception("nobody looked after those who left")
        self._loop.call_later(EVERY * self._lifetime, self._look)


def _let_go():
    """Let go of what refers to itself, and of the variables of the page that was run last.

    The first is never collected where `vizcore.ui.frame` had it frozen with the imports.
    """
    last = sys.modules["__main__"]
    fresh = types.ModuleType("__main__")
    fresh.__file__ = getattr(last, "__file__", None)
    sys.modules["__main__"] = fresh
    del last
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _give_back():
    """Give memory that is free back to the system, where the C library needs to be told to."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim:
        trim(0)
