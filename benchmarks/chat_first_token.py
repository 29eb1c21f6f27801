"""First words of an answer through the web page: how much later than at the gateway itself.

    PYTHONPATH=src:. .venv/bin/python benchmarks/chat_first_token.py [questions]

A town of its own is founded in a temporary folder and served by ``kijun serve``; one person asks over HTTP, once the page (session cookie, CSRF,
ASGI, Django's middleware) and once the gateway with a key. The upstream is the embedded one, which answers at once: what is measured is the way, not
a model. Prints JSON: p50 and p95 of the time from sending until the first ``text`` at each, and of what the page adds after the gateway's
first byte left (a proxy between both notes that moment).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

PORT, GATEWAY = 8731, 8732
NUMBER = "3003"
TARGET = 0.030


class Between:
    """A TCP proxy before the gateway: ``at`` is when the first byte with an answer's words went through."""

    def __init__(self) -> None:
        self.at = 0.0

    async def start(self) -> int:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = server
        return int(server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", GATEWAY)

        async def pump(source: asyncio.StreamReader, to: asyncio.StreamWriter, back: bool) -> None:
            while data := await source.read(65536):
                if back and not self.at and b'"content":"' in data:
                    self.at = time.perf_counter()
                to.write(data)
                await to.drain()
            to.close()

        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(
                pump(reader, up_writer, False), pump(up_reader, writer, True), return_exceptions=True
            )


async def signed_in(session: aiohttp.ClientSession, password: str) -> None:
    async with session.get(f"http://127.0.0.1:{PORT}/staff/people/sign-in/") as page:
        text = await page.text()
    form = {
        "csrfmiddlewaretoken": re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', text)[0],
        "municipality": "479993",
        "staff_number": NUMBER,
        "password": password,
    }
    async with session.post(f"http://127.0.0.1:{PORT}/staff/people/sign-in/", data=form) as answer:
        assert answer.url.path == "/staff/", answer.url


async def first_text(answer: aiohttp.ClientResponse, mark: bytes) -> float:
    seen = b""
    async for chunk in answer.content.iter_any():
        seen += chunk
        if mark in seen:
            at = time.perf_counter()
            async for _rest in answer.content.iter_any():
                pass
            return at
    raise AssertionError(seen[:300])


async def measure(password: str, home: Path, questions: int) -> dict[str, Any]:
    between = Between()
    port = await between.start()
    (home / "gateway" / "address").write_text(f"http://127.0.0.1:{port}\n", encoding="ascii")
    jar = aiohttp.CookieJar(unsafe=True)
    whole, added = [], []
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        await signed_in(session, password)
        async with session.get(f"http://127.0.0.1:{PORT}/staff/chat/") as page:
            grant = re.findall(r"/staff/chat/new/(\d+)/", await page.text())[0]
        async with session.get(f"http://127.0.0.1:{PORT}/staff/chat/new/{grant}/") as page:
            token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', await page.text())[0]
        for n in range(questions + 10):
            form = {"csrfmiddlewaretoken": token, "text": f"第{n}号議案の論点を教えてください。"}
            between.at = 0.0
            began = time.perf_counter()
            async with session.post(
                f"http://127.0.0.1:{PORT}/staff/chat/stream/{grant}/", data=form
            ) as answer:
                at = await first_text(answer, b"event: text")
            if n >= 10:  # the first ones load what is loaded once
                whole.append(at - began)
                added.append(at - between.at)
            await asyncio.sleep(0.05)
    return {"questions": questions, "page_ms": told(whole), "after_the_gateway_ms": told(added)}


def told(seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100)
    return {
        "p50": round(cuts[49] * 1000, 1),
        "p95": round(cuts[94] * 1000, 1),
        "worst": round(max(seconds) * 1000, 1),
    }


def main() -> None:
    questions = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        home, log = Path(folder) / "home", Path(folder) / "log"
        command = [sys.executable, "-m", "kijun.cli", "serve", "--sample", "--no-jobs", "--home", str(home)]
        command += ["--port", str(PORT), "--gateway-port", str(GATEWAY)]
        with log.open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env={**os.environ})
        try:
            deadline = time.monotonic() + 180
            while (
                not (home / "gateway" / "address").exists()
                or "Application startup complete" not in log.read_text()
            ):
                assert time.monotonic() < deadline, log.read_text()
                assert process.poll() is None, log.read_text()
                time.sleep(0.5)
            time.sleep(3)
            password = re.findall(rf"479993\s+{NUMBER}\s+(\S+)", log.read_text())[0]
            found = asyncio.run(measure(password, home, questions))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    print(json.dumps({**found, "load": os.getloadavg()[0], "target_ms": TARGET * 1000}))
    sys.exit(0 if found["after_the_gateway_ms"]["p50"] <= TARGET * 1000 else 1)


if __name__ == "__main__":
    main()
