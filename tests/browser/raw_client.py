"""A visitor without a browser, who posts to Streamlit's endpoints what no page asked for."""

import uuid
from http.cookies import SimpleCookie
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

EDGE = "edge"


class Visitor:
    """A session of its own, for as long as the `with` lasts.

    Parameters
    ----------
    url : str
        The server's.
    page : str
        Name of the page in the address.
    """

    def __init__(self, url, page=""):
        self.url, self._page = url, page

    def __enter__(self):
        with urlopen(f"{self.url}/_stcore/health") as answer:
            cookies = SimpleCookie(answer.headers["Set-Cookie"])
        self._token = cookies["_streamlit_xsrf"].value
        self._connection = connect(
            f"{self.url.replace('http', 'ws')}/_stcore/stream",
            additional_headers={"Cookie": f"_streamlit_xsrf={self._token}"},
            max_size=None,
        )
        self._socket = self._connection.__enter__()
        self.session = self.run()
        return self

    def __exit__(self, *reason):
        self._connection.__exit__(*reason)

    def run(self):
        """Have the page run; return the session's id once it has."""
        asked, session = BackMsg(), None
        asked.rerun_script.page_name = self._page
        self._socket.send(asked.SerializeToString())
        while True:
            told = ForwardMsg.FromString(self._socket.recv(timeout=120))
            if told.WhichOneof("type") == "new_session":
                session = told.new_session.initialize.session_id
            if told.WhichOneof("type") == "script_finished":
                return session

    def upload(self, data, *, name="a.png", session=None, token=None):
        """Put a file where an uploader puts it; return the status and what is said."""
        body = (
            f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: image/png\r\n\r\n"
        ).encode() + b"".join((data, f"\r\n--{EDGE}--\r\n".encode()))
        return self._ask("PUT", f"{session or self.session}/{uuid.uuid4()}", body, token)

    def _ask(self, method, path, body, token):
        token = self._token if token is None else token
        headers = {
            "Content-Type": f"multipart/form-data; boundary={EDGE}",
            "Cookie": f"_streamlit_xsrf={self._token}",
            "X-Xsrftoken": token,
        }
        request = Request(f"{self.url}/_stcore/upload_file/{path}", body, headers, method=method)
        try:
            with urlopen(request) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()
