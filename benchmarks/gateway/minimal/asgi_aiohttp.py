"""Floor (ii-b): raw ASGI + aiohttp client, for uvicorn or granian. Session is made on first use (no lifespan needed)."""

import os

import aiohttp

UP = os.environ.get("UPSTREAM", "http://127.0.0.1:9101/v1")
S = None
H = {"content-type": "application/json", "authorization": "Bearer up"}


async def app(scope, receive, send):
    global S
    if scope["type"] == "lifespan":
        while True:
            m = await receive()
            if m["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                if S:
                    await S.close()
                await send({"type": "lifespan.shutdown.complete"})
                return
    if S is None:
        S = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), auto_decompress=False)
    parts = []
    while True:
        m = await receive()
        if m["type"] == "http.disconnect":
            return
        parts.append(m.get("body", b""))
        if not m.get("more_body"):
            break
    r = await S.post(UP + scope["path"][3:], data=b"".join(parts), headers=H)
    ct = r.headers.get("content-type", "").encode()
    if ct.startswith(b"text/event-stream"):
        await send({"type": "http.response.start", "status": r.status, "headers": [(b"content-type", ct)]})
        async for b in r.content.iter_any():
            await send({"type": "http.response.body", "body": b, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    else:
        b = await r.read()
        await send(
            {
                "type": "http.response.start",
                "status": r.status,
                "headers": [(b"content-type", ct), (b"content-length", b"%d" % len(b))],
            }
        )
        await send({"type": "http.response.body", "body": b})
