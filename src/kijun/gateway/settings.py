"""What an operator may set for the gateway, read once from the environment. Sizes are in bytes, times in seconds."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PREFIX: Final = "KIJUN_GATEWAY_"


class BadSetting(ValueError):
    """A variable of the environment cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits of one gateway process; each is read from ``KIJUN_GATEWAY_`` and its name in capitals.

    ``in_flight``: requests at the same time; ``in_flight_bytes``: of their bodies together; beyond either 429. ``body``: of one request.
    ``answer``: of one upstream's answer. ``cache``: of remembered inspections. ``trusted_proxies``: networks whose ``X-Forwarded-For`` is
    believed, parted by commas. ``poll``: seconds between looks at the policy. ``confirmation``: how long a confirmation counts.
    ``refusals``: seconds in which refusals of the same kind are counted together. ``grace``: how long running requests may end when the process is told to stop.
    """

    in_flight: int = 256
    in_flight_bytes: int = 256_000_000
    body: int = 20_000_000
    answer: int = 32_000_000
    cache: int = 24_000_000
    poll: float = 0.5
    confirmation: int = 600
    refusals: float = 60.0
    grace: int = 8
    trusted_proxies: tuple[Network, ...] = field(default=())

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings of an environment; raises `BadSetting`."""
        found: dict[str, object] = {}
        for one in fields(cls):
            text = environment.get(name := _PREFIX + one.name.upper(), "").strip()
            if not text:
                continue
            try:
                found[one.name] = (
                    _networks(text) if one.name == "trusted_proxies" else _number(text, one.type)
                )
            except ValueError as error:
                raise BadSetting(f"{name}: {error}") from error
        return cls(**found)  # type: ignore[arg-type]  # each was read as its field's type


def _number(text: str, kind: object) -> float | int:
    number = float(text) if kind == "float" else int(text)
    if not 0 < number < 1e12:
        raise ValueError("a number above zero is wanted")
    return number


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
