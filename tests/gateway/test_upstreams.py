"""Upstreams that fail, one way after another. What came is kept, and the client hears of it in the API's own shape."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import openai
import pytest

from kijun.gateway.snapshot import Model, Route, Snapshot
from kijun.gateway.snapshot import Upstream as Service
from kijun.ledger.model import Verdict
from tests.gateway.town import KEY, TOWN, Running, policy, wait_for, with_upstream
from tests.gateway.upstream import (
    Upstream,
    answers,
    begin,
    chat_events,
    chunk,
    completion,
    end,
    event,
    in_turn,
    piece,
    says,
    streams,
)


def ask(gateway: Running, **more: Any) -> Any:
    return gateway.client().chat.completions.create(
        model="model", messages=[{"role": "user", "content": "こんにちは"}], **more
    )


def fails(gateway: Running, status: int, code: str, **more: Any) -> dict[str, Any]:
    with pytest.raises(openai.APIStatusError) as caught:
        ask(gateway, **more)
    body: Any = caught.value.body
    assert (caught.value.status_code, body["code"]) == (status, code)
    return dict(body)


@pytest.fixture
def second() -> Iterator[Upstream]:
    made = Upstream(says("二番目です。"))
    yield made
    made.close()


def two(first: Upstream, second: Upstream, **more: Any) -> Snapshot:
    snapshot = with_upstream(policy(first.url), **more)
    other = Service("u2", "二番目", base_url=second.url, training_opt_out=True, retries=0)
    model = Model("model", TOWN, "system", (Route("u1", "there"), Route("u2", "elsewhere", order=1)))
    return replace(snapshot, upstreams=(*snapshot.upstreams, other), models=(model,))


@pytest.mark.parametrize("status", ["500 Oops", "503 Busy", "429 Too Many"])
def test_the_next_route_is_tried_before_the_first_byte(
    gateway: Running, upstream: Upstream, second: Upstream, status: str
) -> None:
    upstream.script = answers({"error": {"message": "no"}}, status)
    gateway.publish(two(upstream, second))
    assert ask(gateway).choices[0].message.content == "二番目です。"
    made = gateway.ledger.last()[1]
    assert made.upstream == "u2"
    assert [one["upstream"] for one in made.content["attempts"]] == ["u1", "u2"]
    assert second.calls[0].json["model"] == "elsewhere"


def test_one_that_cannot_be_reached_is_passed_over(
    gateway: Running, upstream: Upstream, second: Upstream
) -> None:
    gateway.publish(two(upstream, second, base_url="http://127.0.0.1:9/v1"))
    assert ask(gateway).choices[0].message.content == "二番目です。"
    gateway.publish(with_upstream(policy(), base_url="http://127.0.0.1:9/v1"))
    fails(gateway, 502, "upstream_unreachable")
    assert gateway.ledger.last()[1].verdict is Verdict.FAILED


def test_the_same_one_is_tried_again_as_it_asks(gateway: Running, upstream: Upstream) -> None:
    upstream.script = in_turn(answers({}, "429 Slow", "retry-after: 1\r\n"), says("二度目です。"))
    gateway.publish(with_upstream(policy(upstream.url), retries=1))
    started = time.monotonic()
    assert ask(gateway).choices[0].message.content == "二度目です。"
    assert time.monotonic() - started >= 1
    upstream.script = answers({}, "429 Slow", "retry-after: 60\r\n")
    with pytest.raises(openai.RateLimitError) as caught:
        ask(gateway)
    assert caught.value.code == "upstream_rate_limited"
    assert caught.value.response.headers["retry-after"] == "60"
    assert len(upstream.calls) == 3


@pytest.mark.parametrize("stream", ["yes", "true", 1, [], {}])
def test_a_stream_that_is_neither_true_nor_false(gateway: Running, upstream: Upstream, stream: Any) -> None:
    error = fails(gateway, 400, "invalid_request", extra_body={"stream": stream})
    assert error["param"] == "stream"
    assert not upstream.calls


def test_a_refusal_of_the_request_is_told_and_not_retried(gateway: Running, upstream: Upstream) -> None:
    said = {"error": {"message": "max_tokens is too large", "param": "max_tokens", "code": "x"}}
    upstream.script = answers(said, "400 Bad Request")
    gateway.publish(with_upstream(policy(upstream.url), retries=3))
    error = fails(gateway, 400, "upstream_refused")
    assert "max_tokens is too large" in error["message"]
    assert error["param"] == "max_tokens"
    assert len(upstream.calls) == 1
    assert gateway.ledger.last()[1].content["upstream_error"] == "max_tokens is too large"


def test_our_own_key_being_wrong_is_no_fault_of_the_clients(gateway: Running, upstream: Upstream) -> None:
    upstream.script = answers({"error": {"message": "bad key sk-123"}}, "401 Unauthorized")
    error = fails(gateway, 502, "upstream_key_refused")
    assert "sk-123" not in str(error)
    assert "tell the IT staff" in error["what_to_do"]["en"]


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "402 Payment Required", "302 Found"])
def test_behind_one_that_is_set_up_wrongly_the_next_route_is_asked(
    gateway: Running, upstream: Upstream, second: Upstream, status: str
) -> None:
    upstream.script = answers({"error": {"message": "no"}}, status)
    gateway.publish(two(upstream, second, retries=2))
    assert ask(gateway).choices[0].message.content == "二番目です。"
    assert len(upstream.calls) == 1  # with the same key it would refuse again
    made = gateway.ledger.last()[1]
    assert [(one["upstream"], one["how"]) for one in made.content["attempts"]] == [
        ("u1", "refused"),
        ("u2", "answered"),
    ]


def test_a_redirect_is_not_followed(gateway: Running, upstream: Upstream, second: Upstream) -> None:
    upstream.script = answers({}, "302 Found", f"location: {second.url}/chat/completions\r\n")
    error = fails(gateway, 502, "upstream_error")
    assert "points elsewhere" in error["message"]
    assert "Wait a moment" not in error["message"]
    assert not second.calls


@pytest.mark.parametrize("body", [b"no gzip at all", gzip.compress(b"{}")[:10] + b"x" * 100])
def test_a_body_that_is_not_compressed_as_it_says_is_garbage(
    gateway: Running, upstream: Upstream, body: bytes
) -> None:
    upstream.script = answers(body, "200 OK", "content-encoding: gzip\r\n")
    fails(gateway, 502, "upstream_garbage")
    assert gateway.ledger.last()[1].content["attempts"][0]["how"] == "garbage"


def test_a_body_that_stops_being_compressed_is_garbage(gateway: Running, upstream: Upstream) -> None:
    async def script(call: Any, writer: asyncio.StreamWriter) -> None:
        packed = gzip.compress(json.dumps(completion("はい" * 50_000)).encode(), 0)
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: 200000\r\n\r\n"
        )
        writer.write(packed[:70_000])
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.write(b"\xff" * 130_000)
        await writer.drain()

    upstream.script = script
    fails(gateway, 502, "upstream_garbage")


@pytest.mark.parametrize(
    "body",
    [b"<html>Bad gateway</html>", b"", b"[]", b'{"choices": [1]}', b'{"choices":[{}]}', b'{"a":' * 5000],
)
def test_garbage_is_garbage(gateway: Running, upstream: Upstream, body: bytes) -> None:
    upstream.script = answers(body)
    fails(gateway, 502, "upstream_garbage")
    assert gateway.ledger.last()[1].verdict is Verdict.FAILED


def test_an_error_with_a_good_status_is_one(gateway: Running, upstream: Upstream) -> None:
    upstream.script = answers({"error": {"message": "quota"}})
    fails(gateway, 502, "upstream_error")


def test_one_that_says_nothing_is_given_up(gateway: Running, upstream: Upstream) -> None:
    async def silent(call: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    upstream.script = silent
    gateway.publish(
        with_upstream(policy(upstream.url), first_byte_timeout=0.2, connect_timeout=0.2, retries=2)
    )
    fails(gateway, 504, "upstream_timeout")
    assert len(upstream.calls) == 1  # it may still be at work: it is not asked again


def after(seconds: float, script: Any) -> Any:
    """That script, later."""

    async def late(call: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        await script(call, writer)

    return late


def test_the_time_for_connecting_is_a_part_of_that_for_the_first_byte(
    gateway: Running, upstream: Upstream
) -> None:
    upstream.script = after(0.6, says("遅くなりました。"))
    gateway.publish(with_upstream(policy(upstream.url), first_byte_timeout=0.2, connect_timeout=5))
    fails(gateway, 504, "upstream_timeout")
    gateway.publish(with_upstream(policy(upstream.url), total_timeout=0.2, connect_timeout=5))
    fails(gateway, 504, "upstream_timeout")
    told = gateway.ledger.last()[1].content["attempts"]
    assert told == [{"upstream": "u1", "status": 0, "error": "FirstByteLate", "how": "timeout"}]


def test_behind_one_that_says_nothing_the_next_route_is_asked(
    gateway: Running, upstream: Upstream, second: Upstream
) -> None:
    upstream.script = after(30, says("もう誰も待っていません。"))
    gateway.publish(two(upstream, second, first_byte_timeout=0.2, retries=2))
    assert ask(gateway).choices[0].message.content == "二番目です。"
    streamed = "".join(one.choices[0].delta.content or "" for one in ask(gateway, stream=True) if one.choices)
    assert streamed == "二番目です。"
    assert len(upstream.calls) == 2  # once for each question: it may still be at work
    made = gateway.ledger.last()[1]
    assert [(one["upstream"], one["how"]) for one in made.content["attempts"]] == [
        ("u1", "timeout"),
        ("u2", "answered"),
    ]


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("cut", [True, False], ids=["breaks off", "falls silent"])
def test_behind_a_head_without_an_answer_the_next_route_is_asked(
    gateway: Running, upstream: Upstream, second: Upstream, cut: bool
) -> None:
    """vLLM and others send the head at once: as long as nothing follows it, nobody has heard anything."""

    async def head(call: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        await writer.drain()
        if not cut:
            await asyncio.sleep(30)
        writer.close()

    upstream.script = head
    gateway.publish(two(upstream, second, first_byte_timeout=0.2, idle_timeout=20))
    streamed = "".join(one.choices[0].delta.content or "" for one in ask(gateway, stream=True) if one.choices)
    assert streamed == "二番目です。"
    assert ask(gateway).choices[0].message.content == "二番目です。"
    made = gateway.ledger.last()[1]
    assert [(one["upstream"], one["how"]) for one in made.content["attempts"]] == [
        ("u1", "cut" if cut else "timeout"),
        ("u2", "answered"),
    ]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"text/event-stream", b""),
        (b"application/json", b""),
        (b"text/html; charset=utf-8", "<html><title>認証が必要です</title>".encode()),
    ],
    ids=["a stream of nothing", "nothing", "a proxy's page"],
)
def test_behind_what_is_no_answer_the_next_route_is_asked(
    gateway: Running, upstream: Upstream, second: Upstream, kind: bytes, body: bytes
) -> None:
    async def nothing(call: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n%b" % (kind, len(body), body)
        )
        await writer.drain()

    upstream.script = nothing
    gateway.publish(two(upstream, second))
    streamed = "".join(one.choices[0].delta.content or "" for one in ask(gateway, stream=True) if one.choices)
    assert streamed == "二番目です。"
    assert ask(gateway).choices[0].message.content == "二番目です。"
    made = gateway.ledger.last()[1]
    assert [(one["upstream"], one["how"]) for one in made.content["attempts"]] == [
        ("u1", "garbage"),
        ("u2", "answered"),
    ]
    gateway.publish(policy(upstream.url))
    fails(gateway, 502, "upstream_garbage")


def test_a_long_question_may_be_read_longer_than_an_answer_may_pause(
    gateway: Running, upstream: Upstream
) -> None:
    """The head is there at once; up to the first word the first byte's time counts, not the pause's."""

    async def late(call: Any, writer: asyncio.StreamWriter) -> None:
        body = json.dumps(completion("読み終えました。")).encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        )
        await writer.drain()
        await asyncio.sleep(0.5)
        writer.write(body)
        await writer.drain()

    upstream.script = late
    gateway.publish(with_upstream(policy(upstream.url), first_byte_timeout=5, idle_timeout=0.1))
    assert ask(gateway).choices[0].message.content == "読み終えました。"


def test_the_total_counts_from_the_beginning_of_the_call(
    gateway: Running, upstream: Upstream, second: Upstream
) -> None:
    """What the first route took is a part of what the second may take in all."""
    upstream.script = after(0.5, answers({}, "500 Oops"))
    second.script = after(0.5, says("間に合いません。"))
    snapshot = two(upstream, second)
    first, sample, other = snapshot.upstreams
    gateway.publish(replace(snapshot, upstreams=(first, sample, replace(other, total_timeout=0.8))))
    fails(gateway, 504, "upstream_timeout")
    gateway.publish(replace(snapshot, upstreams=(first, sample, replace(other, total_timeout=0.3))))
    fails(gateway, 502, "upstream_error")
    assert len(second.calls) == 1  # the second time there was none left for it


def test_one_that_falls_silent_or_breaks_off(gateway: Running, upstream: Upstream) -> None:
    async def half(call: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{")
        await writer.drain()
        await asyncio.sleep(0.5)
        writer.close()

    upstream.script = half
    fails(gateway, 502, "upstream_cut")
    gateway.publish(with_upstream(policy(upstream.url), idle_timeout=0.1))
    fails(gateway, 504, "upstream_timeout")


def test_an_answer_has_an_end(gateway: Running, upstream: Upstream) -> None:
    upstream.script = answers(b" " * 33_000_000)
    error = fails(gateway, 502, "answer_too_large")
    assert "ask in parts, or for a shorter answer" in error["what_to_do"]["en"]
    assert "try again" not in error["message"]


def test_the_number_of_characters_that_is_read_is_told(gateway: Running, upstream: Upstream) -> None:
    upstream.script = answers(completion("窓口は平日に開いています。" * 200_000))
    error = fails(gateway, 502, "answer_too_large")
    assert "2,000,000" in error["reason"]["ja"]
    assert "2,000,000" in error["reason"]["en"]
    long = [{"role": "user", "content": "窓口は平日に開いています。" * 200_000}]
    with pytest.raises(openai.APIStatusError) as caught:
        gateway.client().chat.completions.create(model="model", messages=long)  # type: ignore[arg-type]
    body: Any = caught.value.body
    assert (caught.value.status_code, body["code"]) == (413, "too_much_text")
    assert "2,000,000" in body["reason"]["ja"]


def error_of(stream: Any) -> tuple[str, dict[str, Any]]:
    """What a stream said before its error, and the error."""
    said = ""
    try:
        for one in stream:
            said += one.choices[0].delta.content or ""
    except openai.APIError as error:
        body: Any = error.body
        return said, body
    raise AssertionError("the stream ended well")


EVENTS = chat_events(["転入届は、", "14日以内に", "出してください。", "本人確認書類を", "お持ちください。"])


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (streams(*EVENTS[:4], cut=True), "upstream_cut"),
        (streams(*EVENTS[:4]), "upstream_cut"),
        (streams(*EVENTS[:4], b"data: {broken\n\n"), "upstream_garbage"),
        (streams(*EVENTS[:4], b"data: [1]\n\n"), "upstream_garbage"),
        (streams(*EVENTS[:4], event({"error": {"message": "overloaded"}})), "upstream_error"),
        (streams(*EVENTS[:4], b"data: " + b"x" * 17_000_000), "upstream_garbage"),
    ],
)
def test_a_stream_that_goes_wrong_ends_with_an_error_and_is_kept(
    gateway: Running, upstream: Upstream, script: Any, code: str
) -> None:
    upstream.script = script
    said, error = error_of(ask(gateway, stream=True))
    assert error["code"] == code
    assert error["interaction"] == gateway.ledger.last()[0].interaction
    assert said == "転入届は、14日以内に出してください。"[: len(said)]
    made = gateway.ledger.last()[1]
    assert made.verdict is Verdict.INCOMPLETE
    assert made.content["error"]["code"] == code
    assert made.content["estimated"] is True


def test_a_stream_that_falls_silent(gateway: Running, upstream: Upstream) -> None:
    async def script(call: Any, writer: asyncio.StreamWriter) -> None:
        begin(writer)
        for one in EVENTS[:4]:
            piece(writer, one)
        await writer.drain()
        await asyncio.sleep(30)

    upstream.script = script
    gateway.publish(with_upstream(policy(upstream.url), idle_timeout=0.2))
    _, error = error_of(ask(gateway, stream=True))
    assert error["code"] == "upstream_timeout"


def test_one_byte_at_a_time(gateway: Running, upstream: Upstream) -> None:
    data = b"".join(EVENTS)
    upstream.script = streams(*(data[at : at + 1] for at in range(len(data))))
    said = "".join(one.choices[0].delta.content or "" for one in ask(gateway, stream=True) if one.choices)
    assert said == "転入届は、14日以内に出してください。本人確認書類をお持ちください。"


def test_one_byte_a_second_comes_to_its_end(gateway: Running, upstream: Upstream) -> None:
    upstream.script = streams(*(b": " for _ in range(100)), pause=0.1)
    gateway.publish(with_upstream(policy(upstream.url), total_timeout=0.5))
    with pytest.raises(openai.APIError):
        list(ask(gateway, stream=True))
    assert gateway.ledger.last()[1].verdict is Verdict.FAILED


def test_an_answer_without_end_is_ended(gateway: Running, upstream: Upstream) -> None:
    """More than two million characters: nobody reads that, and inspecting it would keep a processor for seconds."""
    upstream.script = streams(*chat_events(["はい。", "窓口は平日に開いています。" * 200_000]))
    _, error = error_of(ask(gateway, stream=True))
    assert error["code"] == "answer_too_large"
    assert gateway.ledger.last()[1].verdict is Verdict.INCOMPLETE


def test_a_long_piece(gateway: Running, upstream: Upstream) -> None:
    long = "窓口は平日に開いています。" * 1000
    upstream.script = streams(*chat_events([long]))
    said = "".join(one.choices[0].delta.content or "" for one in ask(gateway, stream=True) if one.choices)
    assert said == long


def test_a_stream_without_done_that_came_to_its_end_is_whole(gateway: Running, upstream: Upstream) -> None:
    upstream.script = streams(*EVENTS[:-1])
    said = "".join(one.choices[0].delta.content or "" for one in ask(gateway, stream=True) if one.choices)
    assert said.endswith("お持ちください。")
    assert gateway.ledger.last()[1].verdict is Verdict.ALLOWED


def test_line_ends_comments_and_names_of_events(gateway: Running, upstream: Upstream) -> None:
    crlf = b"".join(EVENTS).replace(b"\n", b"\r\n")
    upstream.script = streams(b": ping\r\n\r\nevent: message\r\n" + crlf[:100], crlf[100:])
    said = "".join(one.choices[0].delta.content or "" for one in ask(gateway, stream=True) if one.choices)
    assert said.endswith("お持ちください。")


def test_the_breaker_opens_and_lets_one_try(gateway: Running, upstream: Upstream) -> None:
    upstream.script = answers({}, "500 Oops")
    gateway.publish(with_upstream(policy(upstream.url), breaker_failures=2, breaker_seconds=0.5))
    fails(gateway, 502, "upstream_error")
    fails(gateway, 502, "upstream_error")
    fails(gateway, 503, "upstream_unavailable")
    assert len(upstream.calls) == 2
    upstream.script = says("戻りました。")
    time.sleep(0.6)
    assert ask(gateway).choices
    assert ask(gateway).choices


def test_who_leaves_ends_the_upstreams_work_too(gateway: Running, upstream: Upstream) -> None:
    async def endless(call: Any, writer: asyncio.StreamWriter) -> None:
        begin(writer)
        for number in range(1000):
            piece(writer, event(chunk({"content": f"{number}番目の文です。"})))
            await writer.drain()
            await asyncio.sleep(0.02)
        end(writer)

    upstream.script = endless
    stream = ask(gateway, stream=True)
    for one in stream:
        if "3番目" in (one.choices[0].delta.content or ""):
            break
    stream.close()
    wait_for(lambda: gateway.ledger.pairs()[-1][1] is not None)
    made = gateway.ledger.last()[1]
    assert made.verdict is Verdict.INCOMPLETE
    assert made.content["error"]["code"] == "client_left"
    assert "1番目の文です。" in made.content["texts"][0]["text"]
    assert upstream.left.wait(3)


def test_who_leaves_while_the_upstream_thinks(gateway: Running, upstream: Upstream) -> None:
    async def silent(call: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    upstream.script = silent
    with pytest.raises(openai.APITimeoutError):
        ask(gateway, timeout=0.3)
    wait_for(lambda: gateway.ledger.pairs()[-1][1] is not None)
    assert gateway.ledger.last()[1].content["error"]["code"] == "client_left"


def test_azure_has_its_own_addresses(gateway: Running, upstream: Upstream) -> None:
    root = upstream.url.removesuffix("/v1")
    azure = with_upstream(policy(), kind="azure", base_url=root, api_version="2024-10-21")
    gateway.publish(azure)
    ask(gateway)
    assert upstream.calls[0].path == "/openai/deployments/there/chat/completions?api-version=2024-10-21"
    assert upstream.calls[0].headers["api-key"] == "upstream-key"
    assert "authorization" not in upstream.calls[0].headers
    gateway.publish(with_upstream(policy(), kind="azure", base_url=f"{root}/openai/v1/"))
    ask(gateway)
    assert upstream.calls[1].path == "/openai/v1/chat/completions"


def test_nothing_of_the_clients_headers_goes_on(gateway: Running, upstream: Upstream) -> None:
    ask(gateway, extra_headers={"cookie": "a=b", "x-forwarded-for": "1.2.3.4", "openai-organization": "town"})
    sent = upstream.calls[0].headers
    assert not {"cookie", "x-forwarded-for", "openai-organization"} & set(sent)
    assert sent["user-agent"] == "kijun"
    assert json.loads(upstream.calls[0].body)["model"] == "there"


def test_the_azure_client_is_served(gateway: Running, upstream: Upstream) -> None:
    with openai.AzureOpenAI(
        azure_endpoint=gateway.url, api_key=KEY, api_version="2024-10-21", max_retries=0
    ) as client:
        answer = client.chat.completions.create(
            model="model", messages=[{"role": "user", "content": "こんにちは"}]
        )
    assert answer.choices


@pytest.mark.parametrize(
    "more", ["content-encoding: br\r\n", f"x-long: {'x' * 60_000}\r\n"], ids=["brotli", "a long header"]
)
def test_what_was_reached_and_cannot_be_read_is_garbage(
    gateway: Running, upstream: Upstream, second: Upstream, more: str
) -> None:
    """It was told as a service that could not be reached, and asked once more."""
    upstream.script = answers(completion("はい"), more=more)
    gateway.publish(with_upstream(policy(upstream.url), retries=1))
    fails(gateway, 502, "upstream_garbage")
    assert len(upstream.calls) == 1
    assert [one["how"] for one in gateway.ledger.last()[1].content["attempts"]] == ["garbage"]
    gateway.publish(two(upstream, second))
    assert ask(gateway).choices[0].message.content == "二番目です。"


@pytest.mark.parametrize(
    ("asked", "header", "ja", "en"),
    [
        ("60", "60", "少し待って", "Wait a moment"),
        ("600", "600", "約10分", "about 10 minutes"),
        ("99999", "3600", "約28時間", "about 28 hours"),
        ("999999", "3600", "約12日", "about 12 days"),
    ],
)
def test_how_long_a_service_asks_to_wait(
    gateway: Running, upstream: Upstream, asked: str, header: str, ja: str, en: str
) -> None:
    upstream.script = answers({}, "429 Slow", f"retry-after: {asked}\r\n")
    with pytest.raises(openai.RateLimitError) as caught:
        ask(gateway)
    assert caught.value.response.headers["retry-after"] == header
    assert ja in caught.value.message
    assert en in caught.value.message


def test_what_a_service_finds_fault_with_is_read(gateway: Running, upstream: Upstream) -> None:
    """Its words were, the place that it names was not."""
    said = {"message": "bad", "param": "個人番号123456789018"}
    upstream.script = answers({"error": said}, "400 Bad Request")
    error = fails(gateway, 400, "upstream_refused")
    assert error["param"] == "個人番号■個人番号■"
    upstream.script = answers({"error": {**said, "param": "messages[0].content"}}, "400 Bad Request")
    assert fails(gateway, 400, "upstream_refused")["param"] == "messages[0].content"
