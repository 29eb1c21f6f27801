"""Closed-loop HTTP/1.1 load generator on raw asyncio protocols (uvloop + httptools).
Bounded: a cell sends exactly `total` requests over `conc` keep-alive connections. Every answer is checked:
status, the mock's END_MARK (chat) or the number of SSE events and [DONE] (stream), so a fast error never counts as fast."""

import asyncio
import json
import time
from urllib.parse import urlsplit

import httptools
from mock_upstream import END_MARK, PIECES

_END = END_MARK.encode()
_END_ESC = json.dumps(END_MARK)[1:-1].encode()  # some gateways re-encode as \uXXXX
_LAST = json.dumps(PIECES[-1], ensure_ascii=False)[1:-1].encode()
_LAST_ESC = json.dumps(PIECES[-1])[1:-1].encode()


class Conn(asyncio.Protocol):
    def __init__(self, cell):
        self.cell = cell
        self.fut = None
        self.t = None
        self.closed = False

    def connection_made(self, t):
        self.t = t
        self.p = httptools.HttpResponseParser(self)

    def connection_lost(self, exc):
        self.closed = True
        if self.fut and not self.fut.done():
            self.fut.set_exception(ConnectionError("closed by the server"))

    def data_received(self, d):
        try:
            self.p.feed_data(d)
        except Exception as e:
            if self.fut and not self.fut.done():
                self.fut.set_exception(e)

    def on_message_begin(self):
        self.body = []
        self.ttft = 0.0

    def on_body(self, b):
        if not self.ttft:
            self.ttft = time.perf_counter()
        self.body.append(b)

    def on_message_complete(self):
        if self.fut and not self.fut.done():
            if not self.p.should_keep_alive():
                self.closed = True
                self.t.close()
            self.fut.set_result(self.p.get_status_code())


class Cell:
    """One measurement: base URL x mode x model x concurrency."""

    def __init__(
        self,
        base,
        mode,
        model,
        conc,
        total,
        prompts,
        key=None,
        headers=None,
        ok_status=(200,),
        timeout=60.0,
        seq0=0,
    ):
        u = urlsplit(base)
        self.host, self.port = u.hostname, u.port or 80
        path = u.path.rstrip("/") + ("/embeddings" if mode == "embeddings" else "/chat/completions")
        h = {
            "host": f"{self.host}:{self.port}",
            "content-type": "application/json",
            "accept": "*/*",
            "user-agent": "gwbench",
        }
        if key:
            h["authorization"] = f"Bearer {key}"
        h.update(headers or {})
        self.head = (f"POST {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in h.items())).encode()
        self.mode, self.model, self.conc, self.total = mode, model, conc, total
        self.prompts, self.ok_status, self.timeout, self.seq = prompts, set(ok_status), timeout, seq0
        self.lat, self.ttft, self.errors, self.status = [], [], [], {}
        self.left = total

    def request(self):
        i = self.seq
        self.seq += 1
        text = f"({i}) " + self.prompts[i % len(self.prompts)]
        o = {"model": self.model}
        if self.mode == "embeddings":
            o["input"] = text
        else:
            o["messages"] = [{"role": "user", "content": text}]
            o["temperature"] = 0.2
            if self.mode == "stream":
                o["stream"] = True
        b = json.dumps(o, ensure_ascii=False).encode()
        return self.head + b"content-length: %d\r\n\r\n" % len(b) + b

    def check(self, status, body):
        self.status[status] = self.status.get(status, 0) + 1
        if status not in self.ok_status:
            return f"status {status}: {body[:160]!r}"
        if status != 200 or self.mode == "embeddings":
            return None
        if self.mode == "chat":
            return None if (_END in body or _END_ESC in body) else f"answer cut: ...{body[-120:]!r}"
        if b"[DONE]" not in body:
            return f"no [DONE]: ...{body[-160:]!r}"
        return None if (_LAST in body or _LAST_ESC in body) else f"stream cut: ...{body[-160:]!r}"

    async def worker(self):
        loop = asyncio.get_running_loop()
        c = None
        while self.left > 0:
            self.left -= 1
            req = self.request()
            try:
                if c is None or c.closed:
                    _, c = await asyncio.wait_for(
                        loop.create_connection(lambda: Conn(self), self.host, self.port), 10
                    )
                c.fut = loop.create_future()
                t0 = time.perf_counter()
                c.t.write(req)
                h = loop.call_later(
                    self.timeout, lambda f=c.fut: f.done() or f.set_exception(TimeoutError("timeout"))
                )
                try:
                    status = await c.fut
                finally:
                    h.cancel()
                t1 = time.perf_counter()
                err = self.check(status, b"".join(c.body))
                if err:
                    self.errors.append(err)
                else:
                    self.lat.append(t1 - t0)
                    self.ttft.append((c.ttft or t1) - t0)
            except Exception as e:
                self.errors.append(f"{type(e).__name__}: {e}")
                if c and c.t:
                    c.t.abort()
                c = None
        if c and not c.closed:
            c.t.close()

    async def run(self):
        t = time.perf_counter()
        await asyncio.gather(*(self.worker() for _ in range(self.conc)))
        self.wall = time.perf_counter() - t
        return self


def pct(xs, q):
    if not xs:
        return float("nan")
    s = sorted(xs)
    k = (len(s) - 1) * q
    i = int(k)
    j = min(i + 1, len(s) - 1)
    return s[i] + (s[j] - s[i]) * (k - i)
