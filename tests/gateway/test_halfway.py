"""Answers that die halfway: whatever had come is inspected, kept and marked, also what nobody was shown."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import openai
import pytest

from kijun.gateway.halfway import closed
from kijun.gateway.jsons import NotJson
from kijun.ledger.model import Entry, Verdict
from tests.gateway.test_upstreams import ask, error_of, fails
from tests.gateway.town import Running, handling, policy, wait_for, with_purpose, with_upstream
from tests.gateway.upstream import Upstream, begin, chunk, completion, end, event, piece, streams

LONG = "担当者の氏名：山田太郎、電話090-1234-5678"  # held back: it may go on


def said(text: str) -> bytes:
    return event(chunk({"content": text}))


def made(gateway: Running) -> Entry:
    wait_for(lambda: gateway.ledger.pairs()[-1][1] is not None)
    return gateway.ledger.last()[1]


class TestStreams:
    def test_what_was_held_back_is_inspected_and_kept(self, gateway: Running, upstream: Upstream) -> None:
        upstream.script = streams(said(LONG), cut=True)
        shown, error = error_of(ask(gateway, stream=True))
        assert error["code"] == "upstream_cut"
        one = made(gateway)
        assert one.verdict is Verdict.INCOMPLETE
        [kept] = one.content["texts"]
        assert kept["text"].startswith("担当者の氏名：⟦氏名1⟧")
        assert "山田" not in str(one.content)
        assert "PERSON" in one.findings
        assert one.tokens_out > 0
        assert one.content["delivered"] == {"characters": len(shown), "of": len(shown)}
        assert one.content["attempts"][-1]["how"] == "cut"
        assert one.content["attempts"][-1]["status"] == 200

    @pytest.mark.parametrize("how", ["breaks off", "falls silent", "ends", "says an error", "makes no sense"])
    def test_what_was_held_back_is_given_before_the_error(
        self, gateway: Running, upstream: Upstream, how: str
    ) -> None:
        """Of an answer that had nearly come to its end, the person got nothing but the error."""
        gateway.publish(with_upstream(policy(upstream.url), idle_timeout=0.3))
        last = {"says an error": event({"error": {"message": "x"}}), "makes no sense": b"data: {\n\n"}
        parts = (said("⟦氏名1⟧さん、⟦電話番号1⟧です。"), *([last[how]] if how in last else []))

        async def script(call: Any, writer: asyncio.StreamWriter) -> None:
            begin(writer)
            for one in parts:
                piece(writer, one)
                await writer.drain()
                await asyncio.sleep(0.05)
            if how == "falls silent":
                await asyncio.sleep(5)
            if how == "ends":
                end(writer)
            else:
                writer.close()

        upstream.script = script
        asked: Any = {"role": "user", "content": "氏名：山田太郎、電話番号：090-1234-5678"}
        stream = gateway.client().chat.completions.create(model="model", messages=[asked], stream=True)
        shown, error = error_of(stream)
        assert shown == "山田太郎さん、090-1234-5678です。"
        assert error["code"].startswith("upstream_")
        one = made(gateway)
        assert one.verdict is Verdict.INCOMPLETE
        assert one.content["delivered"] == {"characters": len(shown), "of": len(shown)}

    def test_what_was_held_back_and_is_hidden_stays_hidden(
        self, gateway: Running, upstream: Upstream
    ) -> None:
        upstream.script = streams(said("個人番号は123456789018"), cut=True)
        shown, _ = error_of(ask(gateway, stream=True))
        assert shown == "個人番号は■個人番号■"

    def test_half_a_call_of_a_tool_is_not_given(self, gateway: Running, upstream: Upstream) -> None:
        call = {"index": 0, "id": "c1", "type": "function", "function": {"name": "send", "arguments": '{"a'}}
        upstream.script = streams(event(chunk({"content": "送ります。", "tool_calls": [call]})), cut=True)
        seen: list[Any] = []

        def hear() -> None:
            for one in ask(gateway, stream=True):
                seen.extend(one.choices[0].delta.tool_calls or [])

        with pytest.raises(openai.APIError):
            hear()
        assert [one.function.arguments for one in seen] == [""]

    def test_who_leaves_gets_no_more_and_the_rest_is_kept(self, gateway: Running, upstream: Upstream) -> None:
        async def waits(call: Any, writer: asyncio.StreamWriter) -> None:
            begin(writer)
            piece(writer, said("一つ目の文です。"))
            piece(writer, said(f"二つ目の文です。{LONG}"))
            await writer.drain()
            await asyncio.sleep(30)

        upstream.script = waits
        stream = ask(gateway, stream=True)
        next(iter(stream))
        stream.close()
        one = made(gateway)
        assert one.content["error"]["code"] == "client_left"
        assert one.content["attempts"][-1]["how"] == "left"
        [kept] = one.content["texts"]
        assert kept["text"].startswith("一つ目の文です。二つ目の文です。担当者の氏名：⟦氏名1⟧")
        assert one.content["delivered"]["characters"] <= one.content["delivered"]["of"]

    def test_half_a_call_of_a_tool_is_kept(self, gateway: Running, upstream: Upstream) -> None:
        call = {"index": 0, "id": "c1", "type": "function"}
        call |= {"function": {"name": "send", "arguments": '{"to": "山田太郎様", "te'}}
        upstream.script = streams(event(chunk({"tool_calls": [call]})), cut=True)
        error_of(ask(gateway, stream=True))
        one = made(gateway)
        assert one.verdict is Verdict.INCOMPLETE
        assert one.content["texts"][0]["text"] == '{"to": "⟦氏名1⟧様", "te'

    def test_what_may_not_be_shown_is_not_kept_either(self, gateway: Running, upstream: Upstream) -> None:
        gateway.publish(with_purpose(policy(upstream.url), output=handling(personal="block")))
        upstream.script = streams(said("担当者の氏名：山田太郎"), cut=True)
        error_of(ask(gateway, stream=True))
        one = made(gateway)
        assert one.verdict is Verdict.INCOMPLETE
        assert "PERSON" in one.findings
        assert one.content["texts"][0]["text"] == "担当者の氏名："

    def test_half_an_answer_of_the_responses_api(self, gateway: Running, upstream: Upstream) -> None:
        place = {"item_id": "i", "output_index": 0, "content_index": 0}
        told = {"type": "response.output_text.delta", "delta": LONG, **place}
        held = {"type": "response.function_call_arguments.delta", "delta": '{"a": "b', "item_id": "j"}
        upstream.script = streams(
            event(told, "response.output_text.delta"),
            event(held, "response.function_call_arguments.delta"),
            cut=True,
        )
        with pytest.raises(openai.APIError):
            list(gateway.client().responses.create(model="model", input="こんにちは", stream=True))
        one = made(gateway)
        assert one.verdict is Verdict.INCOMPLETE
        assert [kept["text"][:14] for kept in one.content["texts"]] == [
            "担当者の氏名：⟦氏名1⟧、電",
            '{"a": "b',
        ]

    def test_an_error_without_a_word_before_it_is_a_failure(
        self, gateway: Running, upstream: Upstream
    ) -> None:
        upstream.script = streams(event(chunk({"role": "assistant", "content": ""})), cut=True)
        error_of(ask(gateway, stream=True))
        assert made(gateway).verdict is Verdict.FAILED


class TestWholeAnswers:
    @staticmethod
    def half(body: bytes, announced: int = 100_000) -> Any:
        async def script(call: Any, writer: asyncio.StreamWriter) -> None:
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
            writer.write(head % announced + body)
            await writer.drain()
            writer.close()

        return script

    @pytest.mark.parametrize("as_ascii", [True, False])
    def test_what_came_is_kept(self, gateway: Running, upstream: Upstream, as_ascii: bool) -> None:
        body = json.dumps(completion(f"{LONG}までおかけください。"), ensure_ascii=as_ascii).encode()
        end = body.index(b"\\u304a" if as_ascii else "おかけ".encode())
        upstream.script = self.half(body[: end + 2])
        fails(gateway, 502, "upstream_cut")
        one = made(gateway)
        assert one.verdict is Verdict.INCOMPLETE
        assert one.content["texts"] == [
            {"where": "choices[0].message.content", "text": "担当者の氏名：⟦氏名1⟧、電話⟦電話番号1⟧まで"}
        ]
        assert one.content["delivered"]["characters"] == 0

    def test_what_is_no_answer_yet_is_kept_as_it_reads(self, gateway: Running, upstream: Upstream) -> None:
        upstream.script = self.half('{"id": "x", "note": "氏名：山田太郎'.encode())
        fails(gateway, 502, "upstream_cut")
        one = made(gateway)
        assert [kept["where"] for kept in one.content["texts"]] == ["body"]
        assert "山田" not in str(one.content)

    def test_nothing_is_nothing(self, gateway: Running, upstream: Upstream) -> None:
        upstream.script = self.half(b"{")
        fails(gateway, 502, "upstream_cut")
        assert made(gateway).verdict is Verdict.FAILED

    def test_one_that_falls_silent(self, gateway: Running, upstream: Upstream) -> None:
        async def waits(call: Any, writer: asyncio.StreamWriter) -> None:
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n"
            writer.write(head + json.dumps(completion("半分だけ")).encode()[:-30])
            await writer.drain()
            await asyncio.sleep(30)

        upstream.script = waits
        gateway.publish(with_upstream(policy(upstream.url), idle_timeout=0.2))
        fails(gateway, 504, "upstream_timeout")
        one = made(gateway)
        assert one.content["texts"][0]["text"] == "半分だけ"
        assert one.content["attempts"][-1]["how"] == "timeout"


def test_json_that_was_cut_anywhere_is_read() -> None:
    whole = {"a": [1, {"b": 'c"\\ 山\ud83d\ude00'}, None], "d": {"e": "f,{[", "g": True}}
    for raw in (json.dumps(whole).encode(), json.dumps(whole, indent=1).encode()):
        for length in range(1, len(raw)):
            try:
                found = closed(raw[:length])
            except NotJson:
                continue
            json.dumps(found).encode()
            assert set(found) <= {"a", "d"}
        assert closed(raw) == json.loads(raw)
    assert closed(b'{"a": "b\\u30') == {"a": "b"}
    assert closed(b'{"a": 1, "b"') == {"a": 1}
    with pytest.raises(NotJson):
        closed(b"<html>")
