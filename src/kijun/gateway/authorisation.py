"""Whether a caller may do this now, from here, for this purpose, with this model. The first reason against it is told."""

from __future__ import annotations

import datetime
import ipaddress
import re
import time
from dataclasses import dataclass
from typing import Final

from kijun.gateway.authentication import Caller
from kijun.gateway.errors import PERMISSION, Refusal
from kijun.gateway.policy import Index
from kijun.gateway.settings import Network
from kijun.gateway.snapshot import Grant, Model, Purpose, Stop
from kijun.inspection import Words
from kijun.ledger.model import JAPAN

#: As some proxies write an address: in brackets, or with a port.
_PORT: Final = re.compile(r"\[([^\[\]]+)\](?::[0-9]+)?|([0-9.]+):[0-9]+")


@dataclass(frozen=True, slots=True)
class Permission:
    """What a call may do."""

    index: Index
    caller: Caller
    purpose: Purpose

    @property
    def grant(self) -> Grant:
        """The grant it is made under."""
        return self.caller.grant

    def model(self, name: object) -> Model:
        """The model of that name; raises a 404 `Refusal`, which says nothing about other systems' models."""
        found = self.index.models_of(self.grant).get(name) if isinstance(name, str) else None
        if found is None:
            raise Refusal(
                404,
                "model_not_found",
                Words(
                    "このキーで使えるモデルの中に、その名前はありません。",
                    "No model of that name may be used with this key.",
                ),
                Words(
                    "GET /v1/models で使えるモデルを確かめてください。",
                    "GET /v1/models lists those that may.",
                ),
                param="model",
            )
        return found


def authorise(index: Index, caller: Caller, address: str, now: float | None = None) -> Permission:
    """The permission of a caller at an address; raises a 403 `Refusal`."""
    grant = caller.grant
    stop = index.stop_for(grant.municipality, grant.system, grant.purpose, caller.person)
    if stop is not None:
        raise stopped(stop)
    current = time.time() if now is None else now
    moment = int(current * 1000)
    if (grant.starts is not None and moment < grant.starts) or (
        grant.expires is not None and moment >= grant.expires
    ):
        raise _forbidden(
            "grant_expired",
            "利用権の期間の外です。",
            "The grant has ended or has not begun.",
        )
    purpose = index.purposes.get(grant.purpose)
    if purpose is None or not purpose.enabled or purpose.municipality != grant.municipality:
        raise _forbidden(
            "purpose_disabled",
            "この利用目的は、今は使えません。",
            "The purpose of this grant is switched off.",
        )
    networks = index.networks.get(purpose.id, ())
    if networks and not _within(address, networks):
        raise _forbidden(
            "not_allowed_here",
            "この利用目的では、いまのネットワークからAIを使えません。",
            "For this purpose AI may not be used from this network.",
        )
    if purpose.hours and not _in_hours(purpose, current):
        raise _forbidden(
            "not_allowed_now",
            "この利用目的では、いまの時間帯にAIを使えません。",
            "For this purpose AI may not be used at this time of the week.",
        )
    return Permission(index, caller, purpose)


def stopped(stop: Stop) -> Refusal:
    """The answer of a stop switch, with its reason."""
    ja = (
        f"AIの利用が停止されています（理由：{stop.reason}）。"
        if stop.reason
        else "AIの利用が停止されています。"
    )
    reason = stop.reason_en or stop.reason
    en = (
        f"The use of AI has been stopped (reason: {reason})." if reason else "The use of AI has been stopped."
    )
    return Refusal(
        403,
        "stopped",
        Words(ja, en),
        Words(
            "再開の連絡を待つか、IT担当者に確かめてください。",
            "Wait until it is allowed again, or ask the IT staff.",
        ),
        type=PERMISSION,
    )


def address_of(peer: str, forwarded: str, trusted: tuple[Network, ...]) -> str:
    """The caller's address: the last one in ``X-Forwarded-For`` that is no trusted proxy, where the peer is one.

    ``via`` and an address, which lies in no network, where nothing but trusted proxies is told of: a proxy that names nobody says no more
    than that somebody came through it.
    """
    here = _plain(peer)
    hops = [one.strip() for one in forwarded.split(",") if one.strip()] if trusted else []
    while _within(here, trusted):
        if not hops:
            return f"via {here}"
        here = _plain(hops.pop())
    return here


def _plain(text: str) -> str:
    """An address in its usual form, without a port; IPv4 inside of IPv6 as IPv4. What is none stays as it is."""
    with_port = _PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address(with_port[1] or with_port[2] if with_port else text)
    except ValueError:
        return text[:64]
    return str(getattr(address, "ipv4_mapped", None) or address)


def _within(text: str, networks: tuple[Network, ...]) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(address.version == one.version and address in one for one in networks)


def _in_hours(purpose: Purpose, now: float) -> bool:
    moment = datetime.datetime.fromtimestamp(now, JAPAN)
    minute = moment.hour * 60 + moment.minute
    return any(day == moment.weekday() and start <= minute < end for day, start, end in purpose.hours)


_SEE: Final = Words(
    "期間、使える時間とネットワークは、Kijunの「自分の利用権」で確かめられます。変えたいときは、IT担当者に相談してください。",
    "'My grants' in Kijun shows until when, at what times and from where it may be used; ask the IT staff for a change.",
)


def _forbidden(code: str, ja: str, en: str) -> Refusal:
    return Refusal(403, code, Words(ja, en), _SEE, type=PERMISSION)
