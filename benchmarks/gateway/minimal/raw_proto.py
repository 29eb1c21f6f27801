"""Floor (iii-b): no framework at all: asyncio.Protocol server + raw client pool, uvloop + httptools. python minimal/raw_proto.py 9208"""

import asyncio
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import httptools
import uvloop

from minimal.upstream_pool import Pool

pool = Pool(os.environ.get("UPSTREAM", "http://127.0.0.1:9101/v1"))


class S(asyncio.Protocol):
    def connection_made(self, t):
        self.t = t
        self.p = httptools.HttpRequestParser(self)
        self.closed = False

    def connection_lost(self, e):
        self.closed = True

    def data_received(self, d):
        try:
            self.p.feed_data(d)
        except httptools.HttpParserError:
            self.t.close()

    def on_message_begin(self):
        self.url = b""
        self.body = []

    def on_url(self, u):
        self.url += u

    def on_body(self, b):
        self.body.append(b)

    def on_message_complete(self):
        asyncio.get_running_loop().create_task(self.handle(self.url, b"".join(self.body)))

    async def handle(self, url, body):
        c = await pool.get()
        try:
            st = await c.request(
                b"POST %s%s HTTP/1.1\r\nhost: %s\r\ncontent-type: application/json\r\nauthorization: Bearer up\r\ncontent-length: %d\r\n\r\n"
                % (pool.path.encode(), url[3:], pool.hosth, len(body))
                + body
            )
            ct = next((v for k, v in c.headers if k.lower() == b"content-type"), b"application/json")
            if ct.startswith(b"text/event-stream"):
                self.t.write(
                    b"HTTP/1.1 %d OK\r\ncontent-type: %s\r\ntransfer-encoding: chunked\r\n\r\n" % (st, ct)
                )
                async for b in c.chunks():
                    self.t.write(b"%x\r\n%s\r\n" % (len(b), b))
                self.t.write(b"0\r\n\r\n")
            else:
                b = await c.read()
                self.t.write(
                    b"HTTP/1.1 %d OK\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n%s"
                    % (st, ct, len(b), b)
                )
        finally:
            pool.put(c)


async def main(port):
    s = await asyncio.get_running_loop().create_server(S, "127.0.0.1", port, backlog=1024)
    await s.serve_forever()


uvloop.run(main(int(sys.argv[1])))
