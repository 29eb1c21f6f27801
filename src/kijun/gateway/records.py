"""What the ledger is handed: one entry for what was asked, one for what was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kijun.gateway.authorisation import Permission
from kijun.ledger.model import Entry, Kind, Limits, Verdict, month_of, new_id, now_ms


@dataclass(slots=True)
class Account:
    """What both entries of an interaction share, and the limits they are counted under."""

    permission: Permission
    model: str
    interaction: str = field(default_factory=new_id)
    at: int = field(default_factory=now_ms)

    def entry(
        self,
        kind: Kind,
        verdict: Verdict,
        *,
        upstream: str = "",
        findings: tuple[str, ...] = (),
        content: Mapping[str, Any],
        masked: Mapping[str, str],
        tokens: tuple[int, int] = (0, 0),
        duration_ms: int = 0,
    ) -> Entry:
        """An entry of this interaction."""
        grant, purpose = self.permission.grant, self.permission.purpose
        return Entry(
            kind=kind,
            interaction=self.interaction,
            municipality=grant.municipality,
            retention=purpose.retention,
            purpose=purpose.id,
            system=grant.system,
            person=self.permission.caller.person,
            application=grant.application,
            department=grant.department,
            grant=grant.id,
            model=self.model,
            upstream=upstream,
            verdict=verdict,
            findings=findings,
            tokens_in=tokens[0],
            tokens_out=tokens[1],
            duration_ms=duration_ms,
            content=content,
            masked=masked,
        )

    def limits(self, once: tuple[str, ...] = (), once_until: int = 0) -> Limits:
        """The grant's bounds, for the input."""
        grant = self.permission.grant
        return Limits(
            account=grant.id,
            period=month_of(self.at),
            requests=grant.requests,
            tokens=grant.tokens,
            per_minute=grant.per_minute,
            once=once,
            once_until=once_until,
        )

    def counting(self) -> Limits:
        """Without bounds, for the output: its tokens are counted where the input was."""
        return Limits(account=self.permission.grant.id, period=month_of(self.at))


def estimate(texts: Sequence[str]) -> int:
    """Tokens of texts whose service tells none: a fourth of a token for an ASCII character, one for any other."""
    total = 0.0
    for text in texts:
        size = len(text)
        if text.isascii():
            total += size / 4
        else:
            narrow = len(text.encode("ascii", "ignore"))
            total += narrow / 4 + (size - narrow)
    return round(total + 0.5) if total else 0
