"""The app, and beside it an address that tells what the server still holds of its visitors.

    python tests/browser/counting_server.py PORT OTHER_PORT

A GET of http://127.0.0.1:OTHER_PORT answers with JSON: how many photos are alive, the bytes of the
uploads, of pictures and downloads that the browser fetches, and of what is held beside them.
"""

import json
import sys
import threading
import weakref
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from streamlit.runtime import Runtime  # noqa: E402
from streamlit.web import cli  # noqa: E402

from vizcore.ui.photos import Photo  # noqa: E402

uploaded, make = weakref.WeakSet(), Photo.__init__


def counted(self, *arguments, **settings):
    """Make a photo, and remember it as long as it lives."""
    make(self, *arguments, **settings)
    if isinstance(self.source, bytes):
        uploaded.add(self)


Photo.__init__ = counted


class Told(BaseHTTPRequestHandler):
    """Answers what the server holds."""

    def do_GET(self):
        """Answer in JSON."""
        store = Runtime.instance().uploaded_file_mgr
        files = [file for own in list(store.file_storage.values()) for file in own.values()]
        media = list(Runtime.instance().media_file_mgr._storage._files_by_id.values())
        told = {
            "photos": len(uploaded),
            "bytes": sum(len(file.data) for file in files),
            "media": sum(len(file.content) for file in media),
            "held": sum(sum(own.values()) for own in getattr(store, "held", {}).values()),
        }
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_):
        """Say nothing."""


if __name__ == "__main__":
    port, other = sys.argv[1:]
    counter = HTTPServer(("127.0.0.1", int(other)), Told)
    threading.Thread(target=counter.serve_forever, daemon=True).start()
    cli.main(["run", str(ROOT / "app.py"), "--server.port", port, "--server.address", "127.0.0.1"])
