"""Networks and hours of a purpose, as people write them: one a line."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

DAYS: Final = "月火水木金土日"
_ENGLISH: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LINE: Final = re.compile(
    r"^(?P<first>[月火水木金土日]|[a-z]{3})(?:\s*[-〜~～]\s*(?P<last>[月火水木金土日]|[a-z]{3}))?"
    r"[曜日]*\s+(?P<from>\d{1,2}:\d{2})\s*[-〜~～]\s*(?P<to>\d{1,2}:\d{2})$"
)
MIDNIGHT: Final = 1440
Hours = tuple[int, int, int]


def networks(text: str) -> list[str]:
    """CIDR ranges, one a line; a single address is a range of one. Raises ValidationError that names the line."""
    found = []
    for line in _lines(text):
        try:
            found.append(str(ipaddress.ip_network(line, strict=False)))
        except ValueError as error:
            raise ValidationError(
                _("「%(line)s」はネットワークとして読めません。例：10.12.0.0/16、192.168.1.20"),
                params={"line": line},
            ) from error
    return list(dict.fromkeys(found))


def hours(text: str) -> list[Hours]:
    """``月-金 8:30-17:15``, in English ``mon-fri 08:30-17:15``, one a line, as (weekday, from minute, to minute)."""
    found: list[Hours] = []
    for line in _lines(text):
        match = _LINE.match(line.lower())
        first, last = (_day(match["first"]), _day(match["last"] or match["first"])) if match else (None, None)
        start, end = (_minutes(match["from"]), _minutes(match["to"])) if match else (None, None)
        if first is None or last is None or start is None or end is None or start >= end:
            raise ValidationError(
                _(
                    "「%(line)s」は時間として読めません。例：月-金 8:30-17:15（日をまたぐときは2行に分けます）"
                ),
                params={"line": line},
            )
        span = range(first, last + 1) if first <= last else (*range(first, 7), *range(last + 1))
        found += [(day, start, end) for day in span]
    return sorted(set(found))


def shown_hours(value: Iterable[Sequence[int]]) -> list[str]:
    """The hours again, days with the same times in one line."""
    by_times: dict[tuple[int, int], list[int]] = {}
    for day, start, end in value:
        by_times.setdefault((start, end), []).append(day)
    lines = []
    for (start, end), days in sorted(by_times.items(), key=lambda one: (one[1][0], one[0])):
        times = f"{_clock(start)}-{_clock(end)}"
        lines += [f"{run} {times}" for run in _runs(sorted(days))]
    return lines


def check_hours(value: object) -> bool:
    """Whether JSON from elsewhere (a command, an import) holds hours."""
    return isinstance(value, list) and all(
        isinstance(one, list | tuple)
        and len(one) == 3
        and all(type(part) is int for part in one)
        and 0 <= one[0] <= 6
        and 0 <= one[1] < one[2] <= MIDNIGHT
        for one in value
    )


def _lines(text: str) -> list[str]:
    flat = unicodedata.normalize("NFKC", text).replace(",", "\n").replace("、", "\n")
    return [line.strip() for line in flat.splitlines() if line.strip()]


def _day(word: str) -> int | None:
    if word in _ENGLISH:
        return _ENGLISH.index(word)
    return DAYS.index(word) if len(word) == 1 and word in DAYS else None


def _minutes(text: str) -> int | None:
    hour, minute = map(int, text.split(":"))
    total = hour * 60 + minute
    return total if minute < 60 and total <= MIDNIGHT else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _runs(days: list[int]) -> list[str]:
    """月-金, 日: days in a row as one word."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs]
