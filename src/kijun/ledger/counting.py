"""Budgets, rates and tokens that count once: checked and counted in the transaction of an append."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from kijun.ledger.database import Link
from kijun.ledger.model import Limits, Spent, UsedUp, now_ms

WINDOW: Final = 60.0  # seconds of a rate
_AT_ONCE: Final = 500  # accounts that one question names
_FEW: Final = 10_000  # accounts whose rates are remembered


class Counter:
    """Counts for all processes: budgets and tokens in the database, rates in memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lately: dict[str, deque[float]] = {}
        self._open: list[tuple[deque[float], int]] = []  # what the transaction that is open added

    def begin(self) -> None:
        """A transaction begins. What one added to the rates that did not end well is taken back: nothing of it was recorded."""
        for lately, requests in self._open:
            for _ in range(min(requests, len(lately))):
                lately.pop()
        self._open = []

    def settle(self) -> None:
        """The transaction is on disk."""
        self._open = []

    def check(self, link: Link, limits: Limits, requests: int) -> None:
        """Raise `Spent` or `UsedUp`; else nothing is counted yet."""
        if any(link.execute("SELECT 1 FROM once WHERE token = ?", (token,)) for token in limits.once):
            raise UsedUp(
                "この確認トークンはすでに使われました。もう一度送信して、新しいトークンを受け取ってください。",
                "This token was used already: send the request again to be given a new one.",
            )
        if limits.requests is not None or limits.tokens is not None:
            used_requests, used_tokens = used(link, limits.account, limits.period)
            if limits.requests is not None and used_requests + requests > limits.requests:
                raise _spent("requests", f"{used_requests:,}/{limits.requests:,}")
            if limits.tokens is not None and requests and used_tokens >= limits.tokens:
                raise _spent("tokens", f"{used_tokens:,}/{limits.tokens:,}")
        if limits.per_minute is not None and requests:
            self._check_rate(limits.account, limits.per_minute)

    def _check_rate(self, account: str, per_minute: int) -> None:
        lately = self._lately.get(account)
        if lately is None:
            return
        now = self._clock()
        while lately and lately[0] <= now - WINDOW:
            lately.popleft()
        if len(lately) >= per_minute:
            wait = max(1, round(lately[0] + WINDOW - now))
            raise Spent(
                f"1分間に{per_minute}回までの利用です。{wait}秒待ってから、もう一度送信してください。",
                f"At most {per_minute} a minute: try again in {wait} seconds.",
                what="rate",
                retry_after=wait,
            )

    def count(self, link: Link, limits: Limits, requests: int, tokens: int) -> None:
        """Count what is about to be committed."""
        until = limits.once_until or now_ms() + 86_400_000
        for token in limits.once:
            link.execute("INSERT INTO once (token, until) VALUES (?, ?)", (token, until))
        if limits.account and (requests or tokens):
            link.execute(
                "INSERT INTO counts (account, period, requests, tokens) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (account, period) DO UPDATE SET requests = counts.requests + excluded.requests, "
                "tokens = counts.tokens + excluded.tokens",
                (limits.account, limits.period, requests, tokens),
            )
        if limits.per_minute is not None and requests:
            lately = self._lately.setdefault(limits.account, deque())
            lately.extend([self._clock()] * requests)
            self._open.append((lately, requests))
            if len(self._lately) > _FEW:
                self._lately = {
                    name: row
                    for name, row in self._lately.items()
                    if row and row[-1] > self._clock() - WINDOW
                }


def used(link: Link, account: str, period: str) -> tuple[int, int]:
    """Requests and tokens that an account used in a period."""
    rows = link.execute(
        "SELECT requests, tokens FROM counts WHERE account = ? AND period = ?", (account, period)
    )
    return (int(rows[0][0]), int(rows[0][1])) if rows else (0, 0)


def used_by(link: Link, accounts: Sequence[str], period: str) -> dict[str, tuple[int, int]]:
    """Requests and tokens that accounts used in a period; one that used nothing is missing."""
    found: dict[str, tuple[int, int]] = {}
    for start in range(0, len(accounts), _AT_ONCE):
        some = accounts[start : start + _AT_ONCE]
        marks = ", ".join("?" for _ in some)
        rows = link.execute(
            f"SELECT account, requests, tokens FROM counts WHERE period = ? AND account IN ({marks})",  # noqa: S608  marks only
            (period, *some),
        )
        found |= {str(account): (int(requests), int(tokens)) for account, requests, tokens in rows}
    return found


def forget_old(link: Link) -> None:
    """Drop tokens whose time is over: they are refused for that reason now."""
    link.execute("DELETE FROM once WHERE until < ?", (now_ms(),))


def _spent(what: str, figures: str) -> Spent:
    ja = {"requests": "回数", "tokens": "トークン数"}[what]
    return Spent(
        f"今月使える{ja}を使い切りました（{figures}）。来月1日からまた使えます。増やしたいときは、IT担当者に相談してください。",
        f"This month's {what} are used up ({figures}). It goes on from the 1st; ask the IT staff for more.",
        what=what,
        retry_after=0,
    )
