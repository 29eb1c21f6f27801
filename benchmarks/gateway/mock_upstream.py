#!/usr/bin/env python3
"""Fast mock OpenAI upstream (raw asyncio protocol, uvloop + httptools).

  python mock_upstream.py --port 9101

POST /v1/chat/completions (also .../deployments/X/chat/completions), /v1/embeddings; GET /v1/models, /__stats
The requested model name (or the URL: /-l50/v1, /-l0-c10/v1) chooses the behaviour, so that one upstream serves every cell:
  mock-l0        answer at once            mock-l50      answer (or first chunk) after 50 ms
  mock-l0-c0     stream: all chunks at once; mock-l0-c10  stream: one chunk each 10 ms
The answer is Japanese, 400 characters, ending in the sentinel END_MARK; a stream has STREAM_EVENTS events.
/__stats counts what arrived, so that a runner can prove that no gateway answered from a cache or retried.
"""

import argparse
import asyncio
import json
import re
import signal

try:
    import uvloop
except ImportError:  # slower, still correct
    uvloop = None
import httptools

END_MARK = "以上です。"
_BASE = (
    "お問い合わせの件についてご案内いたします。転入届は、新しい住所に住み始めた日から十四日以内に、"
    "市民課の窓口または各支所で手続きをしてください。手続きには、前の市区町村で交付された転出証明書、"
    "本人確認書類、個人番号カードをお持ちください。代理人が手続きをする場合は、委任状と代理人の本人確認書類が必要です。"
    "国民健康保険、児童手当、学校の転入学などの手続きも、同じ日にあわせて行うことができます。"
    "窓口は平日の午前八時三十分から午後五時十五分まで開いており、毎週木曜日は午後七時まで延長しています。"
    "混雑する時期は待ち時間が長くなりますので、事前に市のホームページで混雑状況をご確認ください。"
    "ご不明な点がありましたら、担当課までお気軽にお問い合わせください。"
)
ANSWER = (_BASE * 2)[: 400 - len(END_MARK)] + END_MARK
CHUNK_CHARS = 5
PIECES = [ANSWER[i : i + CHUNK_CHARS] for i in range(0, len(ANSWER), CHUNK_CHARS)]
STREAM_EVENTS = len(PIECES) + 3  # role, pieces, finish, [DONE]


def _j(o):
    return json.dumps(o, ensure_ascii=False, separators=(",", ":")).encode()


_ID0 = b"chatcmpl-mock000000000000"


def _chat_body():
    return _j(
        {
            "id": _ID0.decode(),
            "object": "chat.completion",
            "created": 1700000000,
            "model": "gpt-4o-mini",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": ANSWER, "refusal": None},
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": {"prompt_tokens": 420, "completion_tokens": 280, "total_tokens": 700},
            "system_fingerprint": "fp_mock",
        }
    )


def _http(body, ctype=b"application/json", status=b"200 OK"):
    return b"HTTP/1.1 %s\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n%s" % (
        status,
        ctype,
        len(body),
        body,
    )


CHAT = _http(_chat_body())
EMB = _http(
    _j(
        {
            "object": "list",
            "model": "gpt-4o-mini",
            "data": [
                {
                    "object": "embedding",
                    "index": 0,
                    "embedding": [round(((i * 2654435761) % 2000 - 1000) / 1e4, 6) for i in range(256)],
                }
            ],
            "usage": {"prompt_tokens": 420, "total_tokens": 420},
        }
    )
)
MODELS = _http(
    _j(
        {
            "object": "list",
            "data": [
                {"id": m, "object": "model", "created": 1, "owned_by": "mock"}
                for m in ("mock-l0", "mock-l50", "mock-l0-c0", "mock-l0-c10")
            ],
        }
    )
)
SHEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"


def _ev(delta, fin=None):
    p = (
        b"data: "
        + _j(
            {
                "id": _ID0.decode(),
                "object": "chat.completion.chunk",
                "created": 1700000000,
                "model": "gpt-4o-mini",
                "system_fingerprint": "fp_mock",
                "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": fin}],
            }
        )
        + b"\n\n"
    )
    return b"%x\r\n%s\r\n" % (len(p), p)


_done = b"data: [DONE]\n\n"
EVENTS = (
    [_ev({"role": "assistant", "content": ""})]
    + [_ev({"content": p}) for p in PIECES]
    + [_ev({}, "stop")]
    + [b"%x\r\n%s\r\n0\r\n\r\n" % (len(_done), _done)]
)
BURST = SHEAD + b"".join(EVENTS)
RE_MODEL = re.compile(rb'"model"\s*:\s*"([^"]*)"')
RE_STREAM = re.compile(rb'"stream"\s*:\s*true')
RE_L, RE_C = re.compile(rb"-l(\d+)"), re.compile(rb"-c(\d+)")
STATS = {"chat": 0, "stream": 0, "embeddings": 0, "other": 0, "aborted": 0}
_n = 0


class Mock(asyncio.Protocol):
    __slots__ = ("body", "closed", "loop", "p", "t", "url")

    def __init__(self, loop):
        self.loop = loop
        self.closed = False

    def connection_made(self, t):
        self.t = t
        self.p = httptools.HttpRequestParser(self)
        self.url = b""
        self.body = []

    def connection_lost(self, exc):
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
        global _n
        u = self.url
        body = b"".join(self.body)
        if b"/chat/completions" in u:
            _n += 1
            ident = b"chatcmpl-mock%012d" % _n
            m = RE_MODEL.search(body)
            name = (m.group(1) if m else b"") + u
            l = RE_L.search(name)
            lat = int(l.group(1)) / 1000 if l else 0.0
            if RE_STREAM.search(body):
                STATS["stream"] += 1
                c = RE_C.search(name)
                gap = int(c.group(1)) / 1000 if c else 0.0
                fn = self.burst if gap == 0 else self.paced
                if lat:
                    self.loop.call_later(lat, fn, ident, gap)
                else:
                    fn(ident, gap)
            else:
                STATS["chat"] += 1
                out = CHAT.replace(_ID0, ident, 1)
                if lat:
                    self.loop.call_later(lat, self.send, out)
                else:
                    self.t.write(out)
        elif b"/embeddings" in u:
            STATS["embeddings"] += 1
            self.t.write(EMB)
        elif b"/models" in u:
            STATS["other"] += 1
            self.t.write(MODELS)
        elif u.startswith(b"/__stats"):
            self.t.write(_http(_j(STATS)))
        else:
            STATS["other"] += 1
            self.t.write(_http(b'{"error":{"message":"not found"}}', status=b"404 Not Found"))

    def send(self, out):
        if self.closed:
            STATS["aborted"] += 1
        else:
            self.t.write(out)

    def burst(self, ident, gap):
        if self.closed:
            STATS["aborted"] += 1
        else:
            self.t.write(BURST.replace(_ID0, ident))

    def paced(self, ident, gap):
        if self.closed:
            STATS["aborted"] += 1
            return
        self.t.write(SHEAD + EVENTS[0].replace(_ID0, ident))
        self.loop.call_later(gap, self.step, ident, gap, 1)

    def step(self, ident, gap, i):
        if self.closed:
            STATS["aborted"] += 1
            return
        self.t.write(EVENTS[i].replace(_ID0, ident))
        if i + 1 < len(EVENTS):
            self.loop.call_later(gap, self.step, ident, gap, i + 1)


async def amain(port):
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for s in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(s, stop.set)
    srv = await loop.create_server(lambda: Mock(loop), "127.0.0.1", port, backlog=1024)
    print(f"mock upstream on http://127.0.0.1:{port}/v1", flush=True)
    await stop.wait()
    srv.close()


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--port", type=int, default=9101)
    a = a.parse_args()
    (uvloop.run if uvloop else asyncio.run)(amain(a.port))
