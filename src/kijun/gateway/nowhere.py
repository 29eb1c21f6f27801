"""Hosts that no question is sent to: the machine's own link (a cloud's metadata with its secrets), nobody, and many.

An address is held against them when it is entered, a name each time it is looked up: who owns a name can let it lead there later.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

_METADATA: Final = frozenset(
    {"metadata", "metadata.google.internal", "instance-data", "fd00:ec2::254", "100.100.100.200"}
)
"""Where clouds give their machines' secrets to whoever asks from within, beside link-local addresses."""


class LeadsNowhere(OSError):
    """A name led to an address that nothing is sent to. Says nothing of the address."""


def address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The host as an IP address, also in the shorter forms that resolvers take (2852039166, 0xa9.254.43518); None for a name."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host)) if host.isascii() else None
        except OSError:
            return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def leads_nowhere(host: str) -> bool:
    """Whether a host, a name or an address, is one of them."""
    name, number = host.rstrip(".").lower(), address_of(host.rstrip("."))
    if number is None:
        return name in _METADATA
    return number.is_link_local or number.is_multicast or number.is_unspecified or str(number) in _METADATA


class Resolver(AbstractResolver):
    """The system's names, without those that lead nowhere: a name with one such address among others is refused as a whole."""

    def __init__(self) -> None:
        self._names = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name. Raises `LeadsNowhere`, and `OSError` where there are none."""
        found = await self._names.resolve(host, port, family)
        if leads_nowhere(host) or any(leads_nowhere(one["host"]) for one in found):
            raise LeadsNowhere
        return found

    async def close(self) -> None:
        """Nothing is held."""
        await self._names.close()
