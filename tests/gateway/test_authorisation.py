"""Who may, from where, when, for what, with which model."""

from __future__ import annotations

import datetime
import http.client
import ipaddress
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from kijun.gateway import assertions
from kijun.gateway.authorisation import address_of
from kijun.gateway.snapshot import Grant, Model, Route, Stop
from kijun.ledger.model import JAPAN
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


def ask(gateway: Running, model: str = "model", key: str = KEY) -> Any:
    return gateway.client(key).chat.completions.create(
        model=model, messages=[{"role": "user", "content": "こんにちは"}]
    )


def refused(gateway: Running, code: str) -> dict[str, Any]:
    with pytest.raises(openai.PermissionDeniedError) as caught:
        ask(gateway)
    body: Any = caught.value.body
    assert body["code"] == code
    assert body["contact"] == "情報政策課"
    assert "情報政策課" in body["message"]
    return dict(body)


@pytest.mark.parametrize(
    "stop",
    [
        Stop("everything", reason="点検のため", reason_en="maintenance"),
        Stop("everything", TOWN, reason="点検のため", reason_en="maintenance"),
        Stop("system", TOWN, "system", "点検のため", "maintenance"),
        Stop("purpose", TOWN, "purpose", "点検のため", "maintenance"),
        Stop("person", TOWN, "7", "点検のため", "maintenance"),
    ],
)
def test_a_stop_switch_stops(gateway: Running, upstream: Upstream, stop: Stop) -> None:
    gateway.publish(replace(policy(upstream.url), stops=(stop,)))
    error = refused(gateway, "stopped")
    assert "点検のため" in error["reason"]["ja"]
    assert "maintenance" in error["reason"]["en"]
    assert not upstream.calls


def test_other_stop_switches_do_not(gateway: Running, upstream: Upstream) -> None:
    others = (
        Stop("everything", "141003"),
        Stop("system", TOWN, "other"),
        Stop("person", TOWN, "8"),
        Stop("purpose", "141003", "purpose"),
        Stop("system", TOWN, ""),
    )
    gateway.publish(replace(policy(upstream.url), stops=others))
    assert ask(gateway).choices


def test_a_grant_has_its_time(gateway: Running, upstream: Upstream) -> None:
    now = int(time.time() * 1000)
    gateway.publish(with_grant(policy(upstream.url), expires=now - 1))
    refused(gateway, "grant_expired")
    gateway.publish(with_grant(policy(upstream.url), starts=now + 60_000))
    refused(gateway, "grant_expired")
    gateway.publish(with_grant(policy(upstream.url), starts=now - 1, expires=now + 60_000))
    assert ask(gateway).choices


def test_networks_and_hours(gateway: Running, upstream: Upstream) -> None:
    gateway.publish(with_purpose(policy(upstream.url), networks=("10.0.0.0/8", "::1/128")))
    refused(gateway, "not_allowed_here")
    gateway.publish(with_purpose(policy(upstream.url), networks=("127.0.0.0/8",)))
    assert ask(gateway).choices
    now = datetime.datetime.now(JAPAN)
    gateway.publish(with_purpose(policy(upstream.url), hours=(((now.weekday() + 3) % 7, 0, 1440),)))
    refused(gateway, "not_allowed_now")
    days = tuple((day, 0, 1440) for day in range(7))
    gateway.publish(with_purpose(policy(upstream.url), hours=days))
    assert ask(gateway).choices


def test_a_purpose_that_is_off_or_gone(gateway: Running, upstream: Upstream) -> None:
    gateway.publish(with_purpose(policy(upstream.url), enabled=False))
    refused(gateway, "purpose_disabled")
    gateway.publish(replace(policy(upstream.url), purposes=()))
    refused(gateway, "purpose_disabled")


def test_another_towns_models_are_not_there(gateway: Running, upstream: Upstream) -> None:
    snapshot = policy(upstream.url)
    other = Model("secret-model", "141003", "system", (Route("u1", "there"),))
    stranger = Grant("other", "141003", "system", "purpose", application="a", keys=(digest(OTHER_KEY),))
    gateway.publish(replace(snapshot, models=(*snapshot.models, other), grants=(*snapshot.grants, stranger)))
    for name in ("secret-model", "nothing", ""):
        with pytest.raises(openai.NotFoundError) as caught:
            ask(gateway, name)
        assert caught.value.code == "model_not_found"
    assert {one.id for one in gateway.client().models.list()} == {"model", "sample"}
    with pytest.raises(openai.PermissionDeniedError):  # a purpose of another town is none
        ask(gateway, "secret-model", OTHER_KEY)
    assert gateway.client().models.retrieve("model").id == "model"
    with pytest.raises(openai.NotFoundError):
        gateway.client().models.retrieve("secret-model")


def test_whose_address_is_believed() -> None:
    trusted = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128"))
    assert address_of("192.0.2.1", "203.0.113.9", trusted) == "192.0.2.1"  # no proxy of ours
    assert address_of("10.0.0.1", "203.0.113.9", trusted) == "203.0.113.9"
    assert address_of("10.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.2", trusted) == "203.0.113.9"
    assert address_of("10.0.0.1", "", trusted) == "via 10.0.0.1"  # a proxy's own address is nobody's
    assert address_of("10.0.0.1", "10.0.0.3, 10.0.0.2", trusted) == "via 10.0.0.3"
    assert address_of("10.0.0.1", "203.0.113.9", ()) == "10.0.0.1"
    assert address_of("::ffff:10.0.0.1", "garbage", trusted) == "garbage"
    assert address_of("10.0.0.1", "203.0.113.9:4711", trusted) == "203.0.113.9"
    assert address_of("[::1]:80", "[2001:db8::9]:4711", trusted) == "2001:db8::9"


def asked_through(gateway: Running, key: str, *lines: str) -> int:
    """The status for a call whose ``X-Forwarded-For`` comes in these lines, as several proxies write them."""
    link = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    body = json.dumps({"model": "sample", "messages": [{"role": "user", "content": "こんにちは"}]}).encode()
    link.putrequest("POST", "/v1/chat/completions")
    headers = [("Authorization", f"Bearer {key}"), ("Content-Type", "application/json")]
    for name, value in [
        *headers,
        ("Content-Length", str(len(body))),
        *(("X-Forwarded-For", one) for one in lines),
    ]:
        link.putheader(name, value)
    link.endheaders(body)
    status = link.getresponse().status
    link.close()
    return status


def test_networks_behind_proxies(tmp_path: Path, upstream: Upstream) -> None:
    """The town's network holds its proxies too; who is outside must not look like one of them."""
    town = with_purpose(policy(upstream.url), networks=("10.0.0.0/8", "127.0.0.0/8"))
    trusted = (ipaddress.ip_network("127.0.0.1/32"), ipaddress.ip_network("10.0.0.0/24"))
    with serving(tmp_path, town, trusted_proxies=trusted) as gateway:
        assert asked_through(gateway, KEY, "10.1.2.3") == 200
        assert asked_through(gateway, KEY, "10.1.2.3, 10.0.0.5") == 200
        assert asked_through(gateway, KEY, "10.1.2.3", "10.0.0.5") == 200
        assert gateway.ledger.entries[-2].content["client"]["address"] == "10.1.2.3"
        for outside in (
            ["203.0.113.9, 10.0.0.5"],
            ["203.0.113.9", "10.0.0.5"],  # HAProxy's "option forwardfor" adds a line
            ["10.1.2.3", "203.0.113.9", "10.0.0.5"],  # the first is what the caller claims
            ["10.0.0.5"],
            [],
        ):
            assert asked_through(gateway, KEY, *outside) == 403
        assert (
            httpx2.get(f"{gateway.url}/health").status_code == 200
        )  # asked by the supervisor, on this machine
        token = assertions.sign(SECRET, "7", "grant", address="10.1.2.3")
        assert (
            asked_through(gateway, token) == 200
        )  # the chat: the web process on this machine tells the person's
        gateway.publish(policy(upstream.url))
        assert asked_through(gateway, KEY) == 200  # only a purpose with networks asks where somebody is
        assert gateway.ledger.entries[-2].content["client"]["address"] == "via 127.0.0.1"
