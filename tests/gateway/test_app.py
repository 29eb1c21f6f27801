"""The gateway's addresses, its limits, and what it writes into its log: nothing of what was said."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from kijun.gateway.settings import BadSetting, Settings
from kijun.ledger.model import Busy, Kind, Unavailable, Verdict
from tests.gateway.town import KEY, Running, policy, serving, wait_for, with_grant, with_purpose
from tests.gateway.upstream import Upstream, answers, says

BEARER = {"authorization": f"Bearer {KEY}"}


def ask(gateway: Running, text: str = "こんにちは", **more: Any) -> Any:
    return gateway.client().chat.completions.create(
        model="model", messages=[{"role": "user", "content": text}], **more
    )


def test_health_tells_of_a_checkpoint_that_is_overdue(gateway: Running) -> None:
    """It goes on: what is recorded is safe, and somebody has to look."""
    assert httpx2.get(f"{gateway.url}/health").json()["checkpoints"] == "ok"
    tell = gateway.ledger.tell

    async def overdue() -> dict[str, Any]:
        return {**await tell(), "signs": False}

    gateway.ledger.tell = overdue  # type: ignore[method-assign]
    wait_for(lambda: httpx2.get(f"{gateway.url}/health").json()["checkpoints"] == "overdue")
    assert httpx2.get(f"{gateway.url}/health").status_code == 200


def test_health_needs_no_key_and_tells_the_truth(gateway: Running) -> None:
    told = httpx2.get(f"{gateway.url}/health")
    assert (told.status_code, told.json()["policy"], told.json()["ledger"]) == (200, 1, "ok")
    gateway.ledger.fails = Unavailable("ない", "gone")
    gateway.gateway._ledger_seen = (0.0, False)
    told = httpx2.get(f"{gateway.url}/health")
    assert (told.status_code, told.json()["ledger"]) == (503, "unavailable")
    assert httpx2.post(f"{gateway.url}/health").status_code == 405


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "unknown_url"),
        ("GET", "/v2/models", 404, "unknown_url"),
        ("POST", "/v1/files", 404, "unknown_url"),
        ("GET", "/v1/responses/resp_1", 404, "unknown_url"),
        ("GET", "/v1/chat/completions", 405, "method_not_allowed"),
        ("POST", "/v1/models", 405, "method_not_allowed"),
        ("POST", "/v1/chat/completions/", 400, "invalid_json"),
        ("POST", "/openai/deployments/model/chat/completions", 400, "invalid_json"),
    ],
)
def test_addresses(gateway: Running, method: str, path: str, status: int, code: str) -> None:
    told = httpx2.request(method, gateway.url + path, headers=BEARER)
    assert (told.status_code, told.json()["error"]["code"]) == (status, code)
    assert told.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "invalid_json"),
        (b"[]", "invalid_json"),
        (b'{"model": NaN}', "invalid_json"),
        (b'{"model": "model", "n": 1e400}', "invalid_json"),
        (b"\xff\xfe", "invalid_json"),
        (b'{"model":"model"}', "invalid_request"),
        (b'{"model":"model","messages":[]}', "invalid_request"),
        (b'{"model":"model","messages":["x"]}', "invalid_request"),
        (b'{"model":"model","messages":[{"role":"user","content":5}]}', "invalid_request"),
        (b'{"model":"model","messages":[{"role":"user","content":[5]}]}', "invalid_request"),
        (b'{"model":"model","x":' + b"[" * 3000 + b"]" * 3000 + b',"messages":[{}]}', "invalid_json"),
    ],
)
def test_what_cannot_be_understood(gateway: Running, upstream: Upstream, body: bytes, code: str) -> None:
    told = httpx2.post(f"{gateway.url}/v1/chat/completions", content=body, headers=BEARER)
    assert (told.status_code, told.json()["error"]["code"]) == (400, code)
    assert not upstream.calls


@pytest.mark.parametrize("number", ["1e400", "-1e400", "[1E999]"])
def test_a_number_that_would_be_altered_is_refused_with_the_reason(
    gateway: Running, upstream: Upstream, number: str
) -> None:
    body = '{"model": "model", "messages": [{"role": "user", "content": "はい"}], "x": %s}' % number  # noqa: UP031
    told = httpx2.post(f"{gateway.url}/v1/chat/completions", content=body.encode(), headers=BEARER)
    assert (told.status_code, told.json()["error"]["code"]) == (400, "invalid_json")
    assert "too large" in told.json()["error"]["reason"]["en"]
    assert not upstream.calls


def test_large_numbers_that_can_be_kept_go_on(gateway: Running, upstream: Upstream) -> None:
    body = b'{"model": "model", "messages": [{"role": "user", "content": "x"}], "x": [1e308, 123456789012345678901234567890, "1e400"]}'
    upstream.script = says("はい。")
    told = httpx2.post(f"{gateway.url}/v1/chat/completions", content=body, headers=BEARER)
    assert told.status_code == 200
    assert upstream.calls[0].json["x"] == [1e308, 123456789012345678901234567890, "1e400"]


def test_ten_megabytes_are_read_and_others_go_on_meanwhile(gateway: Running, upstream: Upstream) -> None:
    upstream.script = says("はい。")
    long = "窓口は平日の午前八時三十分から開いています。" * 15_000  # a megabyte of text
    body = json.dumps({"model": "model", "messages": [{"role": "user", "content": long}]}).encode()
    body += b" " * 8_000_000
    done: list[int] = []

    def heavy() -> None:
        told = httpx2.post(f"{gateway.url}/v1/chat/completions", content=body, headers=BEARER, timeout=60)
        done.append(told.status_code)

    thread = threading.Thread(target=heavy)
    thread.start()
    while thread.is_alive():
        assert ask(gateway).choices
    assert done == [200]
    assert len(upstream.calls) > 2


def test_many_small_values_are_read_in_time_or_refused(gateway: Running) -> None:
    phones = [f"090-1234-{number % 10_000:04d}" for number in range(3_000)]
    body = {"model": "sample", "messages": [{"role": "user", "content": "はい"}], "list": phones}
    told = httpx2.post(f"{gateway.url}/v1/chat/completions", json=body, headers=BEARER, timeout=30)
    assert told.status_code == 200
    assert gateway.ledger.last()[0].content["findings_total"] > 2_000
    assert len(gateway.ledger.last()[0].content["findings"]) == 1_000
    body["list"] = list(range(300_000))
    told = httpx2.post(f"{gateway.url}/v1/chat/completions", json=body, headers=BEARER, timeout=30)
    assert (told.status_code, told.json()["error"]["code"]) == (413, "too_much_text")


def test_a_body_has_its_limit(tmp_path: Path, upstream: Upstream) -> None:
    with serving(tmp_path, policy(upstream.url), body=100_000) as gateway:
        with pytest.raises(openai.APIStatusError) as caught:
            ask(gateway, "あ" * 100_000)
        assert (caught.value.status_code, caught.value.code) == (413, "request_too_large")

        def parts() -> Any:
            for _ in range(200):
                yield b" " * 1000

        told = httpx2.post(f"{gateway.url}/v1/chat/completions", content=parts(), headers=BEARER)
        assert told.status_code == 413
        assert ask(gateway).choices


def test_beyond_what_it_takes_callers_are_turned_away(tmp_path: Path, upstream: Upstream) -> None:
    async def slow(call: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.5)
        await says("はい。")(call, writer)

    upstream.script = slow
    with serving(tmp_path, policy(upstream.url), in_flight=2) as gateway:
        client, done = gateway.client(), []

        def one() -> None:
            try:
                client.chat.completions.create(model="model", messages=[{"role": "user", "content": "はい"}])
                done.append("ok")
            except openai.RateLimitError as error:
                done.append(f"{error.code}, {error.response.headers['retry-after']} s")

        threads = [threading.Thread(target=one) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(done) == ["ok", "ok", *["too_many_requests, 1 s"] * 4]
        assert len(gateway.ledger.of(Kind.INPUT)) == 2
        assert ask(gateway).choices


def test_nothing_is_sent_that_is_not_recorded(gateway: Running, upstream: Upstream) -> None:
    gateway.ledger.fails = Unavailable("書けません。", "no disk")
    with pytest.raises(openai.InternalServerError) as caught:
        ask(gateway)
    assert (caught.value.status_code, caught.value.code) == (503, "ledger_unavailable")
    assert caught.value.response.headers["kijun-verdict"] == "failed"
    gateway.ledger.fails = Busy("混んでいます。", "busy")
    with pytest.raises(openai.RateLimitError) as limited:
        ask(gateway)
    assert limited.value.response.headers["retry-after"] == "1"
    assert not upstream.calls


@pytest.mark.parametrize("stream", [False, True])
def test_nothing_ends_well_that_is_not_recorded(gateway: Running, upstream: Upstream, stream: bool) -> None:
    gateway.ledger.fails, gateway.ledger.fails_for = Unavailable("書けません。", "no disk"), Kind.OUTPUT
    with pytest.raises(openai.APIError) as caught:
        list(ask(gateway, "秘密の質問", stream=stream))
    assert caught.value.code == "ledger_unavailable"
    assert "秘密" not in str(caught.value.body)
    assert gateway.ledger.pairs()[-1][1] is None
    gateway.ledger.fails = None
    wait_for(lambda: gateway.ledger.pairs()[-1][1] is not None)
    made = gateway.ledger.last()[1]
    assert made.verdict is Verdict.INCOMPLETE, "recorded when that is possible again, and marked"
    assert made.content["error"]["code"] == "ledger_unavailable"
    assert made.content["texts"][0]["text"] == "承りました：秘密の質問"
    assert made.tokens_out == 7


@pytest.mark.parametrize("stream", [False, True])
def test_a_fault_of_ours_leaves_no_question_without_an_end(
    gateway: Running, stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError("秘密")

    monkeypatch.setattr("kijun.gateway.answer.Outgoing.entry", broken)
    with pytest.raises(openai.APIError) as caught:
        list(ask(gateway, stream=stream))
    assert caught.value.code == "internal_error"
    made = gateway.ledger.last()[1]
    assert made.verdict in (Verdict.FAILED, Verdict.INCOMPLETE)


def test_budgets_and_rates(gateway: Running, upstream: Upstream) -> None:
    gateway.publish(with_grant(policy(upstream.url), requests=2))
    ask(gateway)
    ask(gateway)
    with pytest.raises(openai.RateLimitError) as caught:
        ask(gateway)
    assert caught.value.code == "insufficient_quota"
    gateway.publish(with_grant(policy(upstream.url), tokens=30))
    with pytest.raises(openai.RateLimitError):  # two answers took 36 tokens
        ask(gateway)
    gateway.publish(with_grant(policy(upstream.url), per_minute=1))
    with pytest.raises(openai.RateLimitError) as caught:
        ask(gateway)
    assert (caught.value.code, caught.value.response.headers["retry-after"]) == ("rate_limit_exceeded", "30")
    assert len(upstream.calls) == 2


def test_the_log_holds_nothing_that_was_said(
    gateway: Running, upstream: Upstream, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "山田太郎さんの個人番号は123456789018、秘密の計画\r\nERROR forged"
    for script in (answers(b"<html>" + secret.encode()), answers({"error": {"message": secret}}, "400 Bad")):
        upstream.script = script
        with pytest.raises(openai.APIStatusError):
            ask(gateway, "計画を教えてください。")
    with pytest.raises(openai.PermissionDeniedError):
        ask(gateway, secret)

    upstream.script = says("はい。")

    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError(secret)

    monkeypatch.setattr("kijun.gateway.answer.Outgoing.take", broken)
    with pytest.raises(openai.InternalServerError) as caught:
        ask(gateway, "計画を教えてください。")
    assert caught.value.code == "internal_error"
    assert gateway.ledger.last()[1].verdict is Verdict.FAILED
    ours = "\n".join(
        one.getMessage() + str(one.exc_info or "")
        for one in caplog.records
        if one.name.startswith(("kijun", "uvicorn", "asyncio", "aiohttp"))
    )
    assert "ValueError at" in ours
    for word in ("山田", "123456789018", "秘密", "計画", "forged"):
        assert word not in ours


def test_the_sample_answers_with_no_account_anywhere(gateway: Running) -> None:
    question = "山田太郎さん（090-1234-5678）から転入届の相談がありました。期限を教えてください。"
    for stream in (False, True):
        answer = gateway.client().chat.completions.create(
            model="sample", messages=[{"role": "user", "content": question}], stream=stream
        )
        said = (
            "".join(one.choices[0].delta.content or "" for one in answer if one.choices)
            if stream
            else answer.choices[0].message.content
        )
        assert "見本のAI" in said
        assert "期限を教えてください。" in said
        assert "山田太郎" in said
        assert "090-1234-5678" in said
        assert "⟦" not in said
        assert "⟦氏名1⟧" in gateway.ledger.last()[1].content["texts"][0]["text"]


def test_settings_are_read_from_the_environment() -> None:
    found = Settings.read({"KIJUN_GATEWAY_BODY": "5000", "KIJUN_GATEWAY_TRUSTED_PROXIES": "10.0.0.0/8, ::1"})
    assert found.body == 5000
    assert [str(one) for one in found.trusted_proxies] == ["10.0.0.0/8", "::1/128"]
    assert Settings.read({}) == Settings()
    for name, value in (("BODY", "many"), ("IN_FLIGHT", "0"), ("TRUSTED_PROXIES", "town")):
        with pytest.raises(BadSetting, match=name):
            Settings.read({f"KIJUN_GATEWAY_{name}": value})


def test_in_flight_is_counted_down(gateway: Running, upstream: Upstream) -> None:
    for _ in range(3):
        ask(gateway)
    gateway.publish(with_purpose(policy(upstream.url), enabled=False))
    with pytest.raises(openai.PermissionDeniedError):
        ask(gateway)
    wait_for(lambda: httpx2.get(f"{gateway.url}/health").json()["in_flight"] == 0)
    assert gateway.gateway._bytes == 0
    assert len(gateway.gateway.runnings) == 0
