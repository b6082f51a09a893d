"""What visitors upload, held within limits at the place where it arrives.

Streamlit's endpoint keeps whatever a connected browser sends it, before any page runs, and without
a total. So the limits are held in the store that the endpoint writes to, whoever writes.
"""

import logging
import threading
from collections import defaultdict

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from vizcore.ui.upload_limits import MB, UploadLimits, upload_limits

REFUSED = "application/x-refused-"
"""How the type of an upload begins whose bytes were let go; the reason follows."""

REASONS = ("file", "files", "visitor", "server")
"""The limits of `UploadLimits`, in the order in which they are looked at."""

LONGEST_NAME = 255

_RECORD = 2**10
"""What a file costs beside its bytes: its name, its type, its place in the store."""

_gate = threading.RLock()


class BoundedUploads(MemoryUploadedFileManager):
    """Streamlit's store of uploads, that keeps no more than the limits allow.

    A file beyond them is kept as an empty one whose type says why, so that the page can tell its
    visitor in a sentence, where an error of the endpoint would be shown as a number. Where even
    those become many, nothing is kept.
    """

    limits: UploadLimits
    has_let_go = False
    """Whether bytes that had come were let go: set to False by who gives their memory back."""

    @classmethod
    def adopt(cls, store, limits):
        """Make Streamlit's own store a bounded one, in its place: its endpoint holds on to it."""
        with _gate:
            if not isinstance(store, cls):
                store.held = defaultdict(dict)
                store.limits = limits
                store.__class__ = cls
                store._look_again()
        return store

    def add_file(self, session_id, file):
        """Keep a file, as Streamlit's endpoint asks; beyond the limits, keep only that it came."""
        with _gate:
            self.remove_file(session_id, file.file_id)
            reason = self.reason_against(session_id, len(file.data))
            self.has_let_go |= reason is not None
            if self._count(session_id) >= 2 * self.limits.files:
                return
            kept = {"data": b"", "type": REFUSED + reason} if reason else {"type": file.type[:99]}
            super().add_file(session_id, file._replace(name=file.name[:LONGEST_NAME], **kept))

    def remove_session_files(self, session_id):
        """Let go of all that a visitor has uploaded."""
        super().remove_session_files(session_id)
        self.has_let_go = True
        with _gate:
            self.held.pop(session_id, None)

    def hold(self, session_id, what, size):
        """Count what is kept of a visitor's uploads beside the files, such as decoded pictures.

        Parameters
        ----------
        session_id : str
        what : str
            Counted once: the last size of the same name is the one that counts.
        size : int
            Bytes; 0 when it is let go.

        Returns
        -------
        str or None
            Which limit it would break; then nothing is counted anew.
        """
        with _gate:
            before = self.held[session_id].pop(what, 0)
            reason = self._total(session_id, size)
            self.count(session_id, what, before if reason else size)
        return reason

    def count(self, session_id, what, size):
        """Count what is kept in any case."""
        with _gate:
            self.held[session_id][what] = size

    def reason_against(self, session_id, size):
        """Return which of `REASONS` speaks against a further file, or None."""
        if size > self.limits.file * MB:
            return "file"
        if self._count(session_id) >= self.limits.files:
            return "files"
        return self._total(session_id, size + _RECORD)

    def used(self, session_id):
        """Return the bytes that count as a visitor's."""
        files = self._files(session_id)
        return sum(len(one.data) + _RECORD for one in files) + sum(
            self.held.get(session_id, {}).values()
        )

    def sessions(self):
        """Return the ids of those of whom something is kept."""
        with _gate, self._lock:
            return {*self.file_storage, *self.held}

    def _total(self, session_id, size):
        if self.used(session_id) + size > self.limits.visitor * MB:
            return "visitor"
        if sum(map(self.used, self.sessions())) + size > self.limits.server * MB:
            return "server"
        return None

    def _files(self, session_id):
        with self._lock:
            return list(self.file_storage.get(session_id, {}).values())

    def _count(self, session_id):
        return len(self._files(session_id))

    def _look_again(self):
        """Hold to the limits what came before they were there."""
        for session_id in self.sessions():
            for file in self._files(session_id):
                self.remove_file(session_id, file.file_id)
                self.add_file(session_id, file)


def bound_uploads():
    """Hold this server's uploads within its limits, from now on; each page begins with it.

    Where a new Streamlit keeps uploads in another way, the app goes on without: the log says so,
    and `tests/browser/test_uploads.py` fails.
    """
    try:
        BoundedUploads.adopt(get_script_run_ctx().uploaded_file_mgr, upload_limits())
    except Exception:
        logging.getLogger(__name__).exception("uploads are not held within limits")


def visitors_store():
    """Return the store of this server and the visitor's id in it; (None, "") where it is none."""
    context = get_script_run_ctx()
    store = getattr(context, "uploaded_file_mgr", None)
    return (store, context.session_id) if isinstance(store, BoundedUploads) else (None, "")
