"""A policy is published while requests run."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from kijun.gateway.policy import index, stop_for
from kijun.gateway.snapshot import (
    PLACE,
    Inspecting,
    Purpose,
    Snapshot,
    Stop,
    UnreadableSnapshot,
)
from kijun.gateway.snapshot import (
    Upstream as Service,
)
from kijun.ledger.model import Verdict
from tests.gateway.town import SECRET, TOWN, Running, policy, serving, wait_for, with_purpose
from tests.gateway.upstream import Upstream, begin, chunk, end, event, piece, says


def ask(gateway: Running, text: str = "こんにちは", **more: Any) -> Any:
    return gateway.client().chat.completions.create(
        model="model", messages=[{"role": "user", "content": text}], **more
    )


async def slow(call: Any, writer: asyncio.StreamWriter) -> None:
    """A sentence each 50 ms, forty of them."""
    begin(writer)
    for number in range(40):
        piece(writer, event(chunk({"content": f"{number}番目の文です。"})))
        await writer.drain()
        await asyncio.sleep(0.05)
    piece(writer, event(chunk({}, "stop")) + b"data: [DONE]\n\n")
    end(writer)


def test_nothing_is_answered_before_a_policy_is_there(tmp_path: Path, upstream: Upstream) -> None:
    with serving(tmp_path, None) as gateway:
        assert httpx2.get(f"{gateway.url}/health").status_code == 503
        with pytest.raises(openai.InternalServerError) as caught:
            ask(gateway)
        assert caught.value.code == "not_ready"
        gateway.publish(policy(upstream.url))
        assert httpx2.get(f"{gateway.url}/health").json()["status"] == "ok"
        assert ask(gateway).choices


def test_a_change_counts_for_the_next_request_and_drops_none(gateway: Running, upstream: Upstream) -> None:
    upstream.script = slow
    stream = iter(ask(gateway, stream=True))
    next(stream)
    gateway.publish(with_purpose(policy(upstream.url), enabled=False))
    with pytest.raises(openai.PermissionDeniedError):
        ask(gateway)
    said = "".join(one.choices[0].delta.content or "" for one in stream)
    assert said.endswith("39番目の文です。")
    assert gateway.ledger.last()[1].verdict is Verdict.ALLOWED


@pytest.mark.parametrize("scope", ["system", "person", "everything"])
def test_a_stop_switch_ends_what_runs(gateway: Running, upstream: Upstream, scope: str) -> None:
    upstream.script = slow
    stream = iter(ask(gateway, stream=True))
    next(stream)
    stop = Stop(scope, TOWN, {"system": "system", "person": "7"}.get(scope, ""), reason="誤回答のため")
    started = time.monotonic()
    gateway.publish(replace(policy(upstream.url), stops=(stop,)))
    with pytest.raises(openai.APIError) as caught:
        list(stream)
    assert time.monotonic() - started < 2
    assert caught.value.code == "stopped"
    assert "誤回答のため" in caught.value.message
    made = gateway.ledger.last()[1]
    assert (made.verdict, made.content["error"]["code"]) == (Verdict.INCOMPLETE, "stopped")
    assert upstream.left.wait(3)


def test_a_stop_switch_of_others_ends_nothing(gateway: Running, upstream: Upstream) -> None:
    upstream.script = slow
    stream = iter(ask(gateway, stream=True))
    next(stream)
    gateway.publish(
        replace(policy(upstream.url), stops=(Stop("system", TOWN, "other"), Stop("person", TOWN, "8")))
    )
    assert "".join(one.choices[0].delta.content or "" for one in stream).endswith("39番目の文です。")


def test_a_stop_ends_a_request_that_waits(gateway: Running, upstream: Upstream) -> None:
    async def silent(call: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    upstream.script = silent
    heard: list[Any] = []

    def waiting() -> None:
        try:
            ask(gateway)
        except openai.APIStatusError as error:
            heard.append(error)

    thread = threading.Thread(target=waiting)
    thread.start()
    wait_for(lambda: upstream.calls)
    gateway.publish(replace(policy(upstream.url), stops=(Stop("purpose", TOWN, "purpose"),)))
    thread.join(3)
    assert (heard[0].status_code, heard[0].code) == (403, "stopped")


def test_what_cannot_be_read_changes_nothing(gateway: Running, caplog: pytest.LogCaptureFixture) -> None:
    (gateway.folder / PLACE).write_bytes(b'{"format": 1, "secret-words": 1')
    wait_for(lambda: "cannot be used" in caplog.text)
    assert "secret-words" not in caplog.text
    assert ask(gateway).choices


def test_a_town_has_words_of_its_own(gateway: Running, upstream: Upstream) -> None:
    own = Inspecting(TOWN, {"forbidden_words": ["北斗計画"]})
    gateway.publish(replace(policy(upstream.url), inspecting=(own,)))
    with pytest.raises(openai.PermissionDeniedError) as caught:
        ask(gateway, "ホクト計画と北斗計画の違いは？")
    body: Any = caught.value.body
    assert body["findings"][0]["type"] == "forbidden_word"
    gateway.publish(policy(upstream.url))
    assert ask(gateway, "北斗計画とは？").choices


def test_a_town_whose_rules_are_broken_passes_nothing(gateway: Running, upstream: Upstream) -> None:
    gateway.publish(replace(policy(upstream.url), inspecting=(Inspecting(TOWN, {"rules": [{"id": "x"}]}),)))
    with pytest.raises(openai.InternalServerError) as caught:
        ask(gateway)
    assert caught.value.code == "policy_unreadable"
    assert not upstream.calls


def test_an_index_refuses_what_would_let_everybody_in() -> None:
    snapshot = Snapshot(1, 0, purposes=(Purpose("p", TOWN, "x", networks=("10.0.0.0/40",)),))
    with pytest.raises(UnreadableSnapshot):
        index(snapshot, SECRET)


def test_an_upstream_with_anothers_secret_is_left_out() -> None:
    snapshot = Snapshot(
        1, 0, upstreams=(Service("u", "x", key="sealed1:AAAA"), Service("v", "y", enabled=False))
    )
    assert not index(snapshot, SECRET).services


def test_stop_for_names_the_first() -> None:
    stops = (Stop("person", TOWN, "8"), Stop("everything"))
    assert stop_for(stops, TOWN, "s", "p", "8") is stops[0]
    assert stop_for(stops, TOWN, "s", "p", "9") is stops[1]
    assert stop_for(stops[:1], TOWN, "s", "p", "9") is None


def test_a_busy_town_changes_its_policy(gateway: Running, upstream: Upstream) -> None:
    """Requests in a row, policies in a row: every request is answered."""
    upstream.script = says("はい。")
    client = gateway.client()
    done: list[bool] = []

    def asking() -> None:
        for _ in range(20):
            answer = client.chat.completions.create(
                model="model", messages=[{"role": "user", "content": "はい"}]
            )
            done.append(bool(answer.choices))

    threads = [threading.Thread(target=asking) for _ in range(4)]
    for one in threads:
        one.start()
    for _ in range(5):
        gateway.publish(policy(upstream.url))
    for one in threads:
        one.join()
    assert len(done) == 80
