"""A server that speaks S3 on this machine (moto), and a bucket of it seen with other eyes than the ledger's."""

from __future__ import annotations

import logging
import ssl
import threading
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import pytest

from kijun.ledger.place import parse
from kijun.ledger.segments.s3 import filesystem_of

NAME = "town"
SILENCE = "503 silence"  # after a minute, or when nobody waits any more
KEYS = {"AWS_ACCESS_KEY_ID": "test-key-id", "AWS_SECRET_ACCESS_KEY": "test-secret-key"}


class S3Server:
    """Runs in a thread; ``endpoint`` is its address. With ``tls`` it is (certificate, key) files.

    While `says` is open it answers what it is told to instead; ``asked`` are (method, path) of all requests.
    """

    def __init__(self, tls: tuple[str, str] | None = None) -> None:
        with warnings.catch_warnings():  # of packages that only tests have
            warnings.simplefilter("ignore")
            from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
            from werkzeug.serving import make_server

            app = DomainDispatcherApplication(create_backend_app)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._app, self._said = app, ""
        self._go_on = threading.Event()
        self.asked: list[tuple[str, str]] = []
        self._server: Any = make_server("127.0.0.1", 0, self._answer, threaded=True, ssl_context=tls)
        self._scheme = "http" if tls is None else "https"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._patch = pytest.MonkeyPatch()

    def _answer(self, environ: dict[str, Any], start: Any) -> Any:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.asked.append((method, path))
        if not self._said or not self._when(method, path):
            return self._app(environ, start)
        if self._said == SILENCE:
            self._go_on.wait(60)
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        status, _, code = self._said.partition(" ")
        body = f"<Error><Code>{code}</Code><Message>{KEYS['AWS_ACCESS_KEY_ID']}</Message></Error>".encode()
        start(f"{status} x", [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
        return [b"" if method == "HEAD" else body]

    @contextmanager
    def says(self, what: str, when: Callable[[str, str], bool] = lambda method, path: True) -> Iterator[None]:
        """``503 SlowDown`` and the like, or `SILENCE`, to requests of which ``when`` is true."""
        self._said, self._when = what, when
        self._go_on.clear()
        try:
            yield
        finally:
            self._said = ""
            self._go_on.set()

    @property
    def endpoint(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def address(self, prefix: str, **more: object) -> str:
        told = "".join(f"&{name}={value}" for name, value in more.items())
        return f"s3://{NAME}/{prefix}?endpoint={self.endpoint}{told}"

    def __enter__(self) -> S3Server:
        for name, value in KEYS.items():
            self._patch.setenv(name, value)
        self._thread.start()
        ask = urllib.request.Request(f"{self.endpoint}/{NAME}", method="PUT")
        trust = None if self._scheme == "http" else ssl._create_unverified_context()  # noqa: S323 - our own thread
        with urllib.request.urlopen(ask, context=trust) as answer:
            assert answer.status == 200
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._patch.undo()


class Bucket:
    """Objects below an address."""

    def __init__(self, address: str) -> None:
        bucket = parse(address)
        assert bucket is not None
        self.bucket = bucket
        self._root = bucket.location.removeprefix("s3://")
        self._filesystem = filesystem_of(bucket)

    def names(self) -> list[str]:
        from pyarrow.fs import FileSelector

        found = self._filesystem.get_file_info(FileSelector(self._root, recursive=True, allow_not_found=True))
        return sorted(one.path.removeprefix(f"{self._root}/") for one in found if one.is_file)

    def read(self, name: str) -> bytes:
        with self._filesystem.open_input_stream(f"{self._root}/{name}") as stream:
            return bytes(stream.read())

    def write(self, name: str, data: bytes) -> None:
        with self._filesystem.open_output_stream(f"{self._root}/{name}") as stream:
            stream.write(data)

    def remove(self, name: str) -> None:
        self._filesystem.delete_file(f"{self._root}/{name}")
