"""A minimal keep-alive HTTP/1.1 client pool on raw asyncio protocols + httptools (plain or TLS)."""

import asyncio
import ssl
from urllib.parse import urlsplit

import httptools


class _Conn(asyncio.Protocol):
    __slots__ = (
        "closed",
        "done",
        "err",
        "head_ok",
        "headers",
        "keep",
        "p",
        "pool",
        "q",
        "status",
        "t",
        "wake",
    )

    def __init__(self, pool):
        self.pool = pool
        self.closed = False
        self.wake = None
        self.q = []
        self.done = True
        self.err = None

    def connection_made(self, t):
        self.t = t
        self.p = httptools.HttpResponseParser(self)

    def connection_lost(self, exc):
        self.closed = True
        if not self.done:
            self.err = exc or ConnectionResetError("upstream closed")
            self._wake()

    def data_received(self, d):
        try:
            self.p.feed_data(d)
        except Exception as e:
            self.err = e
            self.t.abort()
        self._wake()

    def _wake(self):
        w = self.wake
        if w is not None and not w.done():
            w.set_result(None)

    def on_header(self, k, v):
        self.headers.append((k, v))

    def on_headers_complete(self):
        self.status = self.p.get_status_code()
        self.head_ok = True

    def on_body(self, b):
        self.q.append(b)

    def on_message_complete(self):
        self.done = True
        self.keep = self.p.should_keep_alive()

    async def _wait(self):
        self.wake = asyncio.get_running_loop().create_future()
        try:
            await self.wake
        finally:
            self.wake = None

    async def request(self, raw):
        self.headers = []
        self.q = []
        self.done = False
        self.head_ok = False
        self.err = None
        self.keep = False
        self.t.write(raw)
        while not self.head_ok:
            if self.err:
                raise self.err
            await self._wait()
        return self.status

    async def read(self):
        while not self.done:
            if self.err:
                raise self.err
            await self._wait()
        return self.q[0] if len(self.q) == 1 else b"".join(self.q)

    async def chunks(self):
        while True:
            if self.q:
                b = b"".join(self.q)
                self.q = []
                yield b
            elif self.done:
                return
            elif self.err:
                raise self.err
            else:
                await self._wait()


class Pool:
    def __init__(self, base):
        u = urlsplit(base)
        self.host, self.path = u.hostname, u.path.rstrip("/")
        tls = u.scheme == "https"
        self.port = u.port or (443 if tls else 80)
        self.ssl = ssl.create_default_context() if tls else None
        self.free = []
        self.hosth = f"{self.host}:{self.port}".encode()

    async def get(self):
        while self.free:
            c = self.free.pop()
            if not c.closed:
                return c
        loop = asyncio.get_running_loop()
        _, c = await loop.create_connection(lambda: _Conn(self), self.host, self.port, ssl=self.ssl)
        return c

    def put(self, c):
        if c.done and c.keep and not c.closed and len(self.free) < 256:
            self.free.append(c)
        elif not c.closed:
            c.t.close()
