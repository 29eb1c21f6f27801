"""Calls that are refused before they are a question leave a trace: counted, bounded, and without a word of what was asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openai
import pytest

from kijun.gateway import refusals
from kijun.gateway.snapshot import Snapshot, Stop
from kijun.ledger.model import NOBODYS, Busy, Entry, Kind, Unavailable, Verdict
from tests.gateway.town import KEY, TOWN, Running, policy, serving, wait_for, with_grant, with_purpose
from tests.gateway.upstream import Upstream

SAID = "この質問の言葉は残らない"


@pytest.fixture
def quick(tmp_path: Path, upstream: Upstream) -> Iterator[Running]:
    """A gateway that counts in fifths of a second."""
    with serving(tmp_path, policy(upstream.url), refusals=0.2) as running:
        yield running


def refused(gateway: Running, key: str = KEY) -> str:
    """Ask, and be told the code of the refusal."""
    with pytest.raises(openai.APIStatusError) as caught:
        gateway.client(key).chat.completions.create(
            model="model", messages=[{"role": "user", "content": SAID}]
        )
    return str(caught.value.code)


def told(gateway: Running) -> list[Entry]:
    return gateway.ledger.of(Kind.REFUSAL)


def count(gateway: Running) -> int:
    return sum(one.content["count"] for one in told(gateway))


def stopped(url: str) -> Snapshot:
    return policy(url, stops=(Stop("system", TOWN, "system", "点検"),))


def test_it_works(quick: Running, upstream: Upstream) -> None:
    quick.publish(stopped(upstream.url))
    assert refused(quick) == "stopped"
    wait_for(lambda: told(quick))
    [one] = told(quick)
    assert (one.municipality, one.system, one.purpose, one.grant) == (TOWN, "system", "purpose", "grant")
    assert (one.person, one.department, one.retention, one.verdict) == ("7", "3", "y3", Verdict.BLOCKED)
    assert (one.content["refused"], one.content["count"]) == ("stopped", 1)
    assert one.content["networks"] == ["127.0.0.0/24"]
    assert not upstream.calls


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (lambda one: with_grant(one, expires=1), "grant_expired"),
        (lambda one: with_purpose(one, enabled=False), "purpose_disabled"),
        (lambda one: with_purpose(one, networks=("10.0.0.0/8",)), "not_allowed_here"),
        (lambda one: with_purpose(one, hours=((0, 0, 0),)), "not_allowed_now"),
        (lambda one: with_grant(one, requests=0), "insufficient_quota"),
        (lambda one: with_grant(one, per_minute=0), "rate_limit_exceeded"),
        (lambda one: replace(one, models=()), "model_not_found"),
    ],
)
def test_each_reason(quick: Running, upstream: Upstream, changed: Any, code: str) -> None:
    quick.publish(changed(policy(upstream.url)))
    assert refused(quick) == code
    wait_for(lambda: told(quick))
    assert told(quick)[0].content["refused"] == code


def test_hammering_is_counted_and_fills_nothing(tmp_path: Path, upstream: Upstream) -> None:
    with serving(tmp_path, stopped(upstream.url), refusals=60) as gateway:
        refused(gateway)
        wait_for(lambda: told(gateway))
        for _ in range(40):
            refused(gateway)
        assert len(told(gateway)) == 1
    assert [one.content["count"] for one in told(gateway)] == [1, 40]  # the rest at the latest when it ends


def test_keys_that_open_nothing_are_counted_by_network(quick: Running) -> None:
    for key in ("kj-" + "x" * 43, "nonsense", "kja1.e30.x"):
        assert refused(quick, key) == "invalid_api_key"
    wait_for(lambda: count(quick) == 3)
    for one in told(quick):
        assert (one.municipality, one.grant, one.person) == (NOBODYS, "", "")
        assert one.content["networks"] == ["127.0.0.0/24"]
        assert "xxx" not in str(one)


def test_from_many_networks_a_few_are_named(tmp_path: Path, upstream: Upstream) -> None:
    with serving(tmp_path, policy(upstream.url), refusals=60) as gateway:
        loop_side = gateway.gateway.refusals
        assert loop_side is not None
        for number in range(300):
            loop_side.of_key(f"10.0.{number % 256}.{number % 200}")
    assert count(gateway) == 300
    named = {network for one in told(gateway) for network in one.content["networks"]}
    assert len(named) == 11
    assert "other" in named
    assert len(told(gateway)) <= 2 * len(named)  # at once, and at the end of the minute


def test_what_was_asked_is_in_no_record(quick: Running, upstream: Upstream) -> None:
    quick.publish(stopped(upstream.url))
    refused(quick)
    wait_for(lambda: told(quick))
    assert SAID not in str([one.content for one in quick.ledger.entries])


def test_a_question_that_is_recorded_is_not_counted_again(quick: Running, upstream: Upstream) -> None:
    quick.client().chat.completions.create(model="model", messages=[{"role": "user", "content": "はい"}])
    with pytest.raises(openai.APIStatusError) as caught:
        quick.client().chat.completions.create(
            model="model", messages=[{"role": "user", "content": "個人番号は1234-5678-9018です"}]
        )
    assert caught.value.code == "content_blocked"
    time.sleep(0.5)
    assert not told(quick)


def test_a_ledger_that_cannot_write_is_told_later(quick: Running, upstream: Upstream) -> None:
    quick.publish(stopped(upstream.url))
    quick.ledger.fails = Unavailable("空きがありません。", "The disk is full.")
    refused(quick)
    time.sleep(0.3)
    refused(quick)
    quick.ledger.fails = None
    wait_for(lambda: count(quick) == 2)


@pytest.mark.parametrize("fault", [RuntimeError("a fault of ours"), OSError("no socket"), TimeoutError()])
def test_whatever_goes_wrong_the_counting_goes_on(quick: Running, upstream: Upstream, fault: Any) -> None:
    quick.publish(stopped(upstream.url))
    quick.ledger.fails = fault
    refused(quick)
    time.sleep(0.3)
    quick.ledger.fails = None
    refused(quick)
    wait_for(lambda: count(quick) == 2)
    assert all(one.content["from"] > 0 for one in told(quick))


def test_what_comes_while_a_count_is_written_is_in_the_next(tmp_path: Path, upstream: Upstream) -> None:
    with serving(tmp_path, stopped(upstream.url), refusals=60) as gateway:
        gateway.ledger.delay = 0.4
        for _ in range(3):
            refused(gateway)
    first, second = told(gateway)
    assert (first.content["count"], second.content["count"]) == (1, 2)
    assert first.content["to"] <= second.content["from"] <= second.content["to"]
    assert second.content["networks"] == ["127.0.0.0/24"]


@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("192.168.7.12", "192.168.7.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/56"),
        ("", "unknown"),
        ("x", "unknown"),
    ],
)
def test_networks(address: str, there: str) -> None:
    assert refusals.network(address) == there


@pytest.mark.parametrize(
    ("changed", "code", "again"),
    [
        (lambda one: with_grant(one, requests=0), "insufficient_quota", False),
        (lambda one: with_grant(one, per_minute=0), "rate_limit_exceeded", True),
        (lambda one: with_grant(one, expires=1), "grant_expired", False),
        (lambda one: replace(one, stops=(Stop("system", TOWN, "system", "点検"),)), "stopped", False),
        (lambda one: replace(one, models=()), "model_not_found", False),
    ],
)
def test_what_no_repetition_helps_is_not_repeated(
    quick: Running, upstream: Upstream, changed: Any, code: str, again: bool
) -> None:
    quick.publish(changed(policy(upstream.url)))
    with pytest.raises(openai.APIStatusError) as caught:
        quick.client().chat.completions.create(model="model", messages=[{"role": "user", "content": SAID}])
    assert caught.value.code == code
    headers = caught.value.response.headers
    assert headers.get("x-should-retry") == (None if again else "false")
    assert ("retry-after" in headers) == again
    body = caught.value.response.json()["error"]
    assert body["what_to_do"]["ja"]
    assert body["what_to_do"]["en"]
    # it is counted, and no record of its own: none is named
    assert "kijun-interaction" not in headers
    assert "x-request-id" not in headers
    assert "interaction" not in body


def test_the_client_of_openai_asks_once(quick: Running, upstream: Upstream) -> None:
    quick.publish(with_grant(policy(upstream.url), requests=0))
    with pytest.raises(openai.RateLimitError):
        quick.client().with_options(max_retries=2).chat.completions.create(
            model="model", messages=[{"role": "user", "content": SAID}]
        )
    wait_for(lambda: bool(told(quick)))
    time.sleep(0.5)
    assert count(quick) == 1


def test_a_refusal_that_is_recorded_names_its_record(quick: Running) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        quick.client().chat.completions.create(
            model="model", messages=[{"role": "user", "content": "個人番号は1234-5678-9018です"}]
        )
    headers = caught.value.response.headers
    assert (
        headers["kijun-interaction"] == headers["x-request-id"] == quick.ledger.of(Kind.INPUT)[-1].interaction
    )
    assert headers["x-should-retry"] == "false"


def test_a_ledger_that_did_not_say_whether_it_recorded(quick: Running) -> None:
    for fails, named in ((Unavailable("ない", "gone"), True), (Busy("混雑", "busy"), False)):
        quick.ledger.fails = fails
        with pytest.raises(openai.APIStatusError) as caught:
            quick.client().chat.completions.create(
                model="model", messages=[{"role": "user", "content": SAID}]
            )
        headers = caught.value.response.headers
        assert ("kijun-interaction" in headers) == named
        assert "retry-after" in headers
        assert "x-should-retry" not in headers
