"""An upstream that does what a test tells it to, byte for byte, on a real socket."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

HEAD = b"HTTP/1.1 %s\r\ncontent-type: %s\r\n%s\r\n"


@dataclass
class Call:
    """What the upstream was sent."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def said(self) -> str:
        """The last message's content."""
        return str(self.json["messages"][-1]["content"])


Script = Callable[[Call, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Upstream:
    """``script`` answers each call; ``calls`` are those that came, ``left`` how many were hung up on."""

    script: Script
    calls: list[Call] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    port: int = 0
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(5)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/v1" if self.tls else f"http://127.0.0.1:{self.port}/v1"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=1 << 26, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.01)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {
                    name.lower(): value.strip()
                    for line in head[1:]
                    if line
                    for name, _, value in [line.partition(":")]
                }
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                call = Call(head[0].split(" ")[1], headers, body)
                self.calls.append(call)
                await self.script(call, writer)
                await writer.drain()
                if writer.is_closing():
                    return
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            self.left.set()
        finally:
            self._tasks.discard(task)
            if self.tls is not None and self._stop.is_set():
                writer.transport.abort()  # nobody waits for the other side's farewell
            else:
                writer.close()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)


# --- answers --------------------------------------------------------------------------------------------------------


def plain(
    writer: asyncio.StreamWriter,
    body: bytes,
    status: str = "200 OK",
    kind: str = "application/json",
    more: str = "",
) -> None:
    """A whole answer."""
    length = f"content-length: {len(body)}\r\n{more}"
    writer.write(HEAD % (status.encode(), kind.encode(), length.encode()) + body)


def begin(writer: asyncio.StreamWriter, kind: str = "text/event-stream") -> None:
    """The head of a stream."""
    writer.write(HEAD % (b"200 OK", kind.encode(), b"transfer-encoding: chunked\r\n"))


def piece(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Bytes of a stream."""
    if data:
        writer.write(b"%x\r\n%s\r\n" % (len(data), data))


def end(writer: asyncio.StreamWriter) -> None:
    """The end of a stream."""
    writer.write(b"0\r\n\r\n")


def event(value: Any, name: str = "") -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


def completion(text: str | None, **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, **more}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "there",
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": "tool_calls" if more.get("tool_calls") else "stop",
            }
        ],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "there",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        **more,
    }


USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def chat_events(pieces: Iterable[str]) -> list[bytes]:
    """A whole stream."""
    events = [event(chunk({"role": "assistant", "content": ""}))]
    events += [event(chunk({"content": one})) for one in pieces]
    events += [
        event(chunk({}, "stop")),
        event({**chunk({}), "choices": [], "usage": USAGE}),
        b"data: [DONE]\n\n",
    ]
    return events


def says(text: str | Callable[[Call], str], size: int = 3) -> Script:
    """Answers chats with a text, whole or in pieces."""

    async def script(call: Call, writer: asyncio.StreamWriter) -> None:
        said = text if isinstance(text, str) else text(call)
        if not call.json.get("stream"):
            plain(writer, json.dumps(completion(said)).encode())
            return
        begin(writer)
        for one in chat_events(said[at : at + size] for at in range(0, len(said), size)):
            piece(writer, one)
            await writer.drain()
        end(writer)

    return script


def answers(body: Any, status: str = "200 OK", more: str = "") -> Script:
    """Answers everything with one body."""

    async def script(call: Call, writer: asyncio.StreamWriter) -> None:
        plain(writer, body if isinstance(body, bytes) else json.dumps(body).encode(), status, more=more)

    return script


def streams(*data: bytes, cut: bool = False, pause: float = 0.0) -> Script:
    """Answers with these bytes as a stream; ``cut`` hangs up instead of ending it."""

    async def script(call: Call, writer: asyncio.StreamWriter) -> None:
        begin(writer)
        for one in data:
            piece(writer, one)
            await writer.drain()
            if pause:
                await asyncio.sleep(pause)
        if cut:
            await asyncio.sleep(0.05)
            writer.close()
        else:
            end(writer)

    return script


def in_turn(*scripts: Script) -> Script:
    """One script after another, the last one for ever."""
    left = list(scripts)

    async def script(call: Call, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(call, writer)

    return script
