"""Keys, old keys and assertions; and those who have none."""

from __future__ import annotations

import gc
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from kijun.gateway import assertions
from kijun.gateway.authentication import authenticate
from kijun.gateway.errors import Refusal
from kijun.gateway.snapshot import Grant, write
from tests.gateway.town import (
    KEY,
    OTHER_KEY,
    SECRET,
    TOWN,
    Running,
    digest,
    policy,
    serving,
    with_grant,
    with_purpose,
)
from tests.gateway.upstream import Upstream


def ask(gateway: Running, key: str) -> Any:
    return gateway.client(key).chat.completions.create(
        model="model", messages=[{"role": "user", "content": "こんにちは"}]
    )


def refused(gateway: Running, key: str) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        ask(gateway, key)
    assert caught.value.code == "invalid_api_key"


def test_a_key_opens_its_grant(gateway: Running) -> None:
    assert ask(gateway, KEY).choices


def test_a_key_counts_as_soon_as_it_was_given(tmp_path: Path, upstream: Upstream) -> None:
    """Each process looks for a policy twice a second; who was given a key does not wait for that, at no process."""
    given = policy(upstream.url)
    with serving(tmp_path, given, poll=3_600) as slow:
        refused(slow, OTHER_KEY)
        write(tmp_path, with_grant(given, keys=(digest(OTHER_KEY),)))
        assert ask(slow, OTHER_KEY).choices
        refused(slow, KEY)


def test_unknown_keys_open_nothing_and_reach_nobody(gateway: Running, upstream: Upstream) -> None:
    for key in (OTHER_KEY, KEY[:-1], KEY + "x", digest(KEY), "kj-", "x" * 5000, "kja1.a.b"):
        refused(gateway, key)
    assert not upstream.calls
    assert not gateway.ledger.said
    plain = httpx2.post(f"{gateway.url}/v1/chat/completions", json={})
    assert plain.status_code == 401
    assert plain.headers["www-authenticate"] == "Bearer"


def test_who_sends_no_key_is_told_how(gateway: Running) -> None:
    for headers in ({}, {"authorization": "Basic eA=="}, {"api-key": ""}):
        error = httpx2.post(f"{gateway.url}/v1/chat/completions", json={}, headers=headers).json()["error"]
        assert error["code"] == "invalid_api_key"
        assert "Authorization: Bearer" in error["what_to_do"]["ja"]
        assert "Authorization: Bearer" in error["what_to_do"]["en"]
    unknown = {"authorization": "Bearer kj-nobody"}
    error = httpx2.post(f"{gateway.url}/v1/chat/completions", json={}, headers=unknown).json()["error"]
    assert "Authorization: Bearer" not in error["message"]
    assert "contact" not in error, "whose key it might have been, nobody is told"


def test_many_tries_leave_nothing_behind(gateway: Running, capfd: pytest.CaptureFixture[str]) -> None:
    with httpx2.Client() as client:
        for number in range(300):
            key = f"kj-{number}"
            answer = client.get(f"{gateway.url}/v1/models", headers={"authorization": f"Bearer {key}"})
            assert answer.status_code == 401
    assert not capfd.readouterr().err.count("kj-")


@pytest.mark.slow
def test_two_million_tries_cost_time_alone(gateway: Running, upstream: Upstream) -> None:
    """Nothing is kept of a try: no table grows, and the right key opens as before."""
    index = gateway.gateway.keeper.index
    assert index is not None
    refusals, before = 0, len(gc.get_objects())
    for number in range(2_000_000):
        try:
            authenticate(index, f"kj-{number:043d}", b"k" * 32)
        except Refusal:
            refusals += 1
    assert refusals == 2_000_000
    assert len(gc.get_objects()) < before + 10_000
    assert ask(gateway, KEY).choices


def test_an_old_key_works_until_its_time(gateway: Running, upstream: Upstream) -> None:
    keys = (digest(OTHER_KEY), digest(KEY))
    soon = int(time.time() * 1000) + 60_000
    gateway.publish(with_grant(policy(upstream.url), keys=keys, old_until=soon))
    assert ask(gateway, KEY).choices
    gateway.publish(with_grant(policy(upstream.url), keys=keys, old_until=1000))
    refused(gateway, KEY)
    assert ask(gateway, OTHER_KEY).choices


def test_a_person_comes_by_assertion_once(gateway: Running) -> None:
    token = assertions.sign(SECRET, "7", "grant")
    assert ask(gateway, token).choices
    assert gateway.ledger.last()[0].person == "7"
    refused(gateway, token)


def test_a_purposes_networks_hold_where_the_person_sits(gateway: Running, upstream: Upstream) -> None:
    gateway.publish(with_purpose(policy(upstream.url), networks=("10.0.0.0/8",)))
    assert ask(gateway, assertions.sign(SECRET, "7", "grant", address="10.1.2.3")).choices
    assert gateway.ledger.entries[-2].content["client"]["address"] == "10.1.2.3"
    with pytest.raises(openai.PermissionDeniedError):
        ask(gateway, assertions.sign(SECRET, "7", "grant", address="192.0.2.1"))
    with pytest.raises(openai.PermissionDeniedError):
        ask(gateway, assertions.sign(SECRET, "7", "grant"))


def test_assertions_for_other_grants_and_people_open_nothing(gateway: Running) -> None:
    refused(gateway, assertions.sign(SECRET, "8", "grant"))  # somebody else's grant
    refused(gateway, assertions.sign(SECRET, "7", "none"))
    refused(gateway, assertions.sign("another secret", "7", "grant"))
    refused(gateway, assertions.sign(SECRET, "7", "grant", now=time.time() - 61))
    refused(gateway, assertions.sign(SECRET, "7", "grant", now=time.time() + 3600))


def test_the_chat_pages_grant_is_for_whoever_is_signed_in(gateway: Running, upstream: Upstream) -> None:
    page = Grant("page", TOWN, "system", "purpose", application="chat")
    gateway.publish(replace(policy(upstream.url), grants=(page,)))
    ask(gateway, assertions.sign(SECRET, "12", "page"))
    given = gateway.ledger.last()[0]
    assert (given.person, given.application) == ("12", "chat")


def test_what_an_assertion_must_be() -> None:
    key = assertions.key_of(SECRET)
    token = assertions.sign(SECRET, "7", "grant", now=1000)
    said = assertions.read(key, token, now=1001)
    assert said is not None
    assert (said.person, said.grant, said.exp) == ("7", "grant", 1060)
    for broken in (token[:-3], token.replace(".", "", 1), "kja1..", token + "=", "kja1.é.x"):
        assert assertions.read(key, broken, now=1001) is None
    with pytest.raises(ValueError):
        assertions.sign(SECRET, "7", "grant", seconds=61)
    with pytest.raises(ValueError):
        assertions.sign(SECRET, "", "grant")
