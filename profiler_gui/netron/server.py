"""Serves Netron's own pages and one model to one web view, on this computer only.

The package's own server keeps what it serves on a class, so that two tabs would show the same model, and answers
anybody on the computer. This one has a handler class of its own, and answers only below a path that nobody can guess.
"""

import re
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Any

from backends.errors import ModelFileError

ADDRESS = "127.0.0.1"
MODEL_FILE = "model.tflite"
_DARK_RULE = "@media (prefers-color-scheme: dark)"
_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".json": "application/json",
}
_NAME = re.compile(r"[\w-]+(\.[\w-]+)+")
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self'"


class NetronServer:
    """Serves one model until it is closed.

    Args:
        read: gives the model's bytes when they are asked for; may raise ``ModelFileError``.
        is_dark: whether the pages are dark; may be changed, for pages that are loaded later.
    """

    def __init__(self, read: Callable[[], Any], *, is_dark: bool = False) -> None:
        self.is_dark = is_dark
        self._read = read
        self._token = secrets.token_urlsafe(24)
        self._server = ThreadingHTTPServer((ADDRESS, 0), self._make_handler())
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="netron", daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        """Address and port, as they stand in an address."""
        return f"{ADDRESS}:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{self.host}/{self._token}/"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(2)

    def answer(self, path: str, host: str) -> tuple[HTTPStatus, str, bytes]:
        """Give status, type and content for a request; anything below another path than the token's is not there."""
        prefix = f"/{self._token}/"
        if host != self.host or not secrets.compare_digest(path[: len(prefix)].encode(), prefix.encode()):
            return HTTPStatus.NOT_FOUND, "text/plain", b""
        name = path[len(prefix) :].partition("?")[0] or "index.html"
        if name == f"data/{MODEL_FILE}":
            return self._model()
        if not _NAME.fullmatch(name) or (kind := _TYPES.get(f".{name.rpartition('.')[2]}")) is None:
            return HTTPStatus.NOT_FOUND, "text/plain", b""
        file = resources.files("netron").joinpath(name)
        if not file.is_file():
            return HTTPStatus.NOT_FOUND, "text/plain", b""
        content = file.read_bytes()
        if name in {"index.html", "grapher.css"}:
            content = self._adapted(content.decode("utf-8"), is_page=name == "index.html").encode("utf-8")
        return HTTPStatus.OK, kind, content

    def _model(self) -> tuple[HTTPStatus, str, bytes]:
        try:
            return HTTPStatus.OK, "application/octet-stream", self._read()
        except ModelFileError:
            return HTTPStatus.NOT_FOUND, "text/plain", b""

    def _adapted(self, text: str, *, is_page: bool) -> str:
        """Follow our theme, name the model, and leave out the version: with one, the page reports its use.

        The date is that of today: half a year after its release the page would refuse to show anything.
        """
        text = text.replace(_DARK_RULE, "@media all" if self.is_dark else "@media not all")
        if is_page:
            today = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
            facts = (
                '<meta name="type" content="Python"><meta name="version" content="0.0.0">'
                f'<meta name="date" content="{today}"><meta name="file" content="data/{MODEL_FILE}">'
            )
            text = re.sub(r'<meta name="date" content="[^"]*">', "", text)
            text = re.sub(r'<meta name="version" content="[^"]*">', facts, text, count=1)
        return text

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            """Answers for this server alone."""

            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                """Send a page or the model."""
                self._send(with_content=True)

            def do_HEAD(self) -> None:
                """Send what a page or the model is."""
                self._send(with_content=False)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def _send(self, *, with_content: bool) -> None:
                status, kind, content = server.answer(self.path, self.headers.get("Host", ""))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Cache-Control", "no-store")
                self.send_header("X-Content-Type-Options", "nosniff")
                self.send_header("Content-Security-Policy", _POLICY)
                if kind == "text/html":
                    # The page asks for consent to cookies, and another host where it is; neither is needed here.
                    self.send_header("Set-Cookie", "consent=1; SameSite=Strict")
                self.end_headers()
                if with_content:
                    self.wfile.write(content)

        return Handler
