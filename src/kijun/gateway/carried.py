"""What a service wrote for itself and a client only carries: the ``encrypted_content`` of reasoning in the responses API.

Nobody here can read it. But the service made it of texts that were inspected, so it may go back where it came from, and nothing of it has to be
kept. A client gets it with a seal in front, ``kj1.SEAL.CONTENT``: AES-256-GCM under a key of the installation, bound to the grant, the person, the
service and the content. Inside of the seal stands which placeholder stood for which value, for the content may name them: a conversation
that comes back goes on with the same ones, whatever else has come in between.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kijun.gateway.assertions import decode, encode
from kijun.gateway.jsons import dump, parse
from kijun.gateway.pieces import Texts, Uninspected
from kijun.gateway.sealing import derived
from kijun.inspection import BrokenPlaceholders, Placeholders, TooManyPlaceholders

PREFIX: Final = "kj1."
FIELD: Final = "encrypted_content"
_NONCE: Final = 12

Carry = Callable[[Any], bool]
"""Put the seal before what an item of an answer carries, if it carries anything; True where it did."""


def key_of(secret: str) -> bytes:
    """The key of an installation's seals."""
    return derived(secret, "carried reasoning")


@dataclass
class Carried:
    """What came back with a request. ``table`` has the placeholders that it may name, ``upstream`` is the one service that wrote it
    ("" where nothing came back), ``parts`` are the places where it stands."""

    table: Placeholders = field(default_factory=Placeholders)
    upstream: str = ""
    parts: list[Uninspected] = field(default_factory=list)

    def goes_to(self, upstream: str) -> bool:
        """Whether a service may be asked: another one than the writer could not read it."""
        return self.upstream in ("", upstream)

    def _add(self, kept: Any) -> bool:
        """Whether placeholders of a seal agree with those of the others; they are known from now on."""
        if not isinstance(kept, dict) or not isinstance(kept.get("entries"), list):
            return False
        known = self.table.to_dict()["entries"]
        seen = {tuple(one) for one in known}
        fresh = [one for one in kept["entries"] if tuple(one) not in seen]
        try:
            if fresh or not known:
                self.table = Placeholders.from_dict({**kept, "entries": [*known, *fresh]})
        except (BrokenPlaceholders, TooManyPlaceholders):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Carrier:
    """Seals of one grant and person: what a seal holds is whom they wrote about."""

    key: bytes = field(repr=False)
    municipality: str
    grant: str
    person: str

    def give(self, content: str, upstream: str, kept: Any) -> str:
        """The content with its seal. ``kept`` is the table of placeholders (`Placeholders.to_dict`)."""
        nonce = os.urandom(_NONCE)
        seal = AESGCM(self.key).encrypt(nonce, zlib.compress(dump(kept)), self._bound(content, upstream))
        return f"{PREFIX}{encode(nonce + seal)}.{content}"

    def giving(self, table: Placeholders, upstream: Callable[[], str]) -> Carry:
        """For the items of one answer. ``table`` is as it was sent; what the answer adds to it, its service never saw."""
        first, kept, given = len(table), None, dict[str, str]()

        def carry(item: Any) -> bool:
            nonlocal kept
            content = item.get(FIELD) if isinstance(item, dict) and item.get("type") == "reasoning" else None
            if not isinstance(content, str) or not content:
                return False
            if kept is None:
                kept = table.to_dict()
                kept["entries"] = kept["entries"][:first]
            if content not in given:  # a stream tells an item several times, and each time the same
                given[content] = self.give(content, upstream(), kept)
            item[FIELD] = given[content]
            return True

        return carry

    def take(self, texts: Texts, upstreams: Iterable[str]) -> Carried:
        """Take back what has a good seal of one of these services: it stands without the seal then, and no longer counts as uninspected.

        Anything else stays uninspected. A seal goes to no service, good or not.
        """
        carried, rest = Carried(), []
        for one in texts.uninspected:
            seal, content = _parted(one.container[FIELD]) if one.key == FIELD else ("", "")
            if content:
                one.container[FIELD] = content
            if content and self._take(carried, seal, content, upstreams):
                one.what = "returned"
                carried.parts.append(one)
            else:
                rest.append(one)
        texts.uninspected = rest
        return carried

    def _take(self, carried: Carried, seal: str, content: str, upstreams: Iterable[str]) -> bool:
        for upstream in (carried.upstream,) if carried.upstream else upstreams:
            try:
                data = decode(seal)
                opened = AESGCM(self.key).decrypt(
                    data[:_NONCE], data[_NONCE:], self._bound(content, upstream)
                )
            except (ValueError, InvalidTag):
                continue
            if carried._add(parse(zlib.decompress(opened))):
                carried.upstream = upstream
                return True
        return False

    def _bound(self, content: str, upstream: str) -> bytes:
        return dump([self.municipality, self.grant, self.person, upstream, content])


def _parted(value: Any) -> tuple[str, str]:
    """Seal and content of a value; two empty texts for one that has no seal."""
    if not isinstance(value, str) or not value.startswith(PREFIX):
        return "", ""
    seal, _, content = value.removeprefix(PREFIX).partition(".")
    return seal, content
