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
_SETS: Final = {
    **dict.fromkeys(("平日", "weekdays"), range(5)),
    **dict.fromkeys(("週末", "weekends"), range(5, 7)),
    **dict.fromkeys(("毎日", "全日", "daily", "every day"), range(7)),
}
_TO: Final = r"\s*(?:[-〜~ー―‐–—−]|から|to\b)\s*"
_SUFFIX: Final = r"(?:曜日(?!曜)|曜|(?:s|nes|rs|ur)?days?\b|s\b)?"  # 土曜日曜 is Saturday and Sunday
_DAY: Final = rf"(?:[月火水木金土日]|mon|tue|wed|thu|fri|sat|sun){_SUFFIX}"
_WORD: Final = re.compile(
    rf"\s*(?:(?P<set>{'|'.join(_SETS)})|(?P<first>{_DAY})(?:{_TO}(?P<last>{_DAY})(?:まで)?)?)"
    r"(?:\s*(?:[・/と&+,、]|and\b))?\s*"
)
_TIME: Final = r"(?:\d{1,2}:\d{2}|\d{1,2}時(?:半|\d{1,2}分)?)"
_TIMES: Final = re.compile(
    rf"(?P<days>.*?)(?P<from>(?<!\d){_TIME}){_TO}(?P<to>{_TIME})(?:まで)?(?:\s*[,、と]|\s+|$)\s*"
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
    """``月-金 8:30-17:15``, in English ``mon-fri 08:30-17:15``, one a line, as (weekday, from minute, to minute).

    Days are read as people write them: ``土日``, ``月・水・金曜日``, ``平日``, ``毎日``; several times of a line stand behind the same days. What
    is not understood to its last letter is refused, for what is left out would open or close a day that nobody meant. Holidays are not known.
    """
    found: list[Hours] = []
    for line in _lines(text, parted=False):
        read = _read_hours(line.lower())
        if read is None:
            raise ValidationError(
                _(
                    "「%(line)s」の祝日は指定できません。曜日だけで入力してください（祝日も、その曜日の時間になります）。例：土・日 9:00-12:00"
                )
                if "祝" in line or "holiday" in line.lower()
                else _(
                    "「%(line)s」は時間として読めません。例：月-金 8:30-17:15（日をまたぐときは2行に分けます）"
                ),
                params={"line": line},
            )
        found += read
    return sorted(set(found))


def _read_hours(line: str) -> list[Hours] | None:
    """The hours of one line: days, then times, perhaps several times over; None where it cannot be read."""
    found: list[Hours] = []
    days: list[int] | None = None
    at = 0
    while at < len(line):
        match = _TIMES.match(line, at)
        if match is None:
            return None
        if match["days"].strip():
            days = _days(match["days"])
        start, end = _minutes(match["from"]), _minutes(match["to"])
        if not days or start is None or end is None or start >= end:
            return None
        found += [(day, start, end) for day in days]
        at = match.end()
    return found


def _days(text: str) -> list[int] | None:
    """The weekdays that words name, all of them; None where a letter is left over."""
    found: list[int] = []
    at, text = 0, text.strip(" :\t")
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None:
            return None
        if match["set"]:
            found += _SETS[match["set"]]
        else:
            first, last = _day(match["first"]), _day(match["last"] or match["first"])
            found += range(first, last + 1) if first <= last else (*range(first, 7), *range(last + 1))
        at = match.end()
    return found


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


def _lines(text: str, *, parted: bool = True) -> list[str]:
    flat = unicodedata.normalize("NFKC", text)
    if parted:
        flat = flat.replace(",", "\n").replace("、", "\n")
    return [line.strip() for line in flat.splitlines() if line.strip()]


def _day(word: str) -> int:
    return DAYS.index(word[0]) if word[0] in DAYS else _ENGLISH.index(word[:3])


def _minutes(text: str) -> int | None:
    hour, _colon, minute = text.replace("時半", ":30").replace("時", ":").rstrip("分").partition(":")
    total = int(hour) * 60 + int(minute or 0)
    return total if int(minute or 0) < 60 and total <= MIDNIGHT else None


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
