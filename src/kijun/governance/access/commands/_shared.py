"""What the commands of access share: finding things by what people call them, reading secrets, printing."""

from __future__ import annotations

import argparse
import datetime
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone, translation

from kijun.governance.access.models import Grant, GrantKey, Model, Purpose, Stop, Upstream
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.names import normalise_number
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality
from kijun.web import dates

Carry = Callable[[argparse.Namespace], int | None]
"""What carries out a command; the exit code where it is not 0."""
NO_ID = 2**63


class NotThere(Exception):
    """Something that the command names does not exist, or is not named clearly; in Japanese and English."""


def tell(text: str, to: TextIO | None = None) -> None:
    """One line or more, to standard output unless ``to`` says otherwise."""
    (to or sys.stdout).write(f"{text}\n")


def told(error: ValidationError) -> str:
    """A refusal in Japanese, then in English."""
    lines: list[str] = []
    for language in ("ja", "en"):
        with translation.override(language):
            if hasattr(error, "error_dict"):
                found = [f"{field}: {text}" for field, texts in error.message_dict.items() for text in texts]
            else:
                found = list(error.messages)
        lines += [line for line in found if line not in lines]
    return "\n".join(lines)


def command(
    commands: Any, name: str, help: str, carry_out: Carry, *, town: bool = True
) -> argparse.ArgumentParser:
    """One command with the options that all have."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=help, description=help, allow_abbrev=False
    )
    parser.set_defaults(carry_out=carry_out)
    parser.add_argument("--json", action="store_true", help="print JSON")
    if town:
        parser.add_argument(
            "--municipality", metavar="CODE", help="whose (six digits); default: the only municipality"
        )
    return parser


def group(commands: Any, name: str, help: str) -> Any:
    """A command that holds others."""
    parser = commands.add_parser(name, help=help, description=help)
    parser.set_defaults(group_parser=parser)
    return parser.add_subparsers(title="commands", metavar="COMMAND")


def town_of(args: argparse.Namespace) -> Municipality:
    """The municipality that was named, or the only one."""
    if args.municipality:
        found = Municipality.objects.filter(code=args.municipality).first()
        if found is None:
            raise NotThere(
                f"団体コード {args.municipality} の自治体はありません。 / There is no municipality {args.municipality}."
            )
        return found
    towns = list(Municipality.objects.all()[:2])
    if len(towns) != 1:
        raise NotThere(
            "--municipality で団体コードを指定してください。 / Name the municipality with --municipality CODE."
            if towns
            else "自治体がまだ登録されていません。 / No municipality is registered yet."
        )
    return towns[0]


_KINDS = {
    "upstream": "接続先",
    "model": "モデル",
    "purpose": "利用目的",
    "system": "AIシステム",
    "grant": "利用権",
    "key": "キー",
    "stop": "停止",
}


def _one(rows: QuerySet[Any], what: str, asked: str, **by: Any) -> Any:
    if asked.isascii() and asked.isdecimal() and len(asked) < 19:
        found = rows.filter(pk=int(asked)).first()
        if found is not None:
            return found
    named = list(rows.filter(**by)[:2])
    if len(named) == 1:
        return named[0]
    ja = _KINDS[what]
    if named:
        raise NotThere(
            f"{ja}「{asked}」はいくつもあります。番号で指定してください。 / There are several: name the {what} by its number."
        )
    raise NotThere(f"{ja}「{asked}」が見つかりません。 / There is no {what} {asked}.")


def upstream_of(town: Municipality, asked: str) -> Upstream:
    """A service by name or number."""
    found: Upstream = _one(
        Upstream.objects.of(town).select_related("municipality"), "upstream", asked, name=asked
    )
    return found


def model_of(town: Municipality, asked: str) -> Model:
    """A model by name or number."""
    rows = Model.objects.of(town).select_related("municipality", "system")
    found: Model = _one(rows, "model", asked, name=asked)
    return found


def purpose_of(town: Municipality, asked: str) -> Purpose:
    """A purpose by name or number."""
    rows = Purpose.objects.of(town).select_related("municipality", "owner")
    found: Purpose = _one(rows, "purpose", asked, name=asked)
    return found


def system_of(town: Municipality, asked: str) -> AISystem:
    """By AI-003, or by name."""
    rows = AISystem.objects.of(town).select_related("municipality", "owner")
    code = re.fullmatch(r"(?i)AI-(\d{1,9})", asked)
    if code:
        found: AISystem | None = rows.filter(number=int(code[1])).first()
        if found is not None:
            return found
    named: AISystem = _one(rows, "system", asked, name=asked)
    return named


def person_of(town: Municipality, asked: str) -> Person:
    """A person by staff number, in any width."""
    found = Person.objects.of(town).filter(staff_number=normalise_number(asked)).first()
    if found is None:
        raise NotThere(f"職員番号 {asked} の職員はいません。 / There is no staff number {asked}.")
    return found


def grant_of(town: Municipality, asked: str) -> Grant:
    """By its number, or by what is shown of a key."""
    rows = Grant.objects.of(town).select_related(
        "municipality", "person", "responsible", "system", "purpose", "department"
    )
    found: Grant = _one(rows.distinct(), "grant", asked, keys__prefix=asked[:7])
    return found


def key_of(town: Municipality, asked: str) -> GrantKey:
    """By what is shown of it."""
    rows = GrantKey.objects.of(town).select_related("municipality", "grant__municipality")
    found: GrantKey = _one(rows.filter(revoked_at=None), "key", f"{asked[:7]}…", prefix=asked[:7])
    return found


def stop_of(town: Municipality, asked: str) -> Stop:
    """A stop switch by number."""
    rows = Stop.objects.of(town).select_related("municipality", "system", "purpose", "person")
    found: Stop = _one(rows, "stop", asked, pk=-1)
    return found


def day(text: str) -> datetime.date:
    """A date as people write it, for argparse."""
    try:
        return dates.parse_date(text)
    except dates.DateError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no date: write 2026-11-23 or 令和8年11月23日"
        ) from error


def whole(text: str) -> int:
    """A whole number that the database can hold, for argparse."""
    shown = repr(text) if len(text) <= 40 else f"{text[:40]!r}…"
    digits = text.strip().lstrip("+-")
    try:
        found = NO_ID if len(digits) > 19 and digits.isdecimal() else int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{shown} は整数として読めません。 / {shown} is no whole number"
        ) from error
    if not -NO_ID < found < NO_ID:
        raise argparse.ArgumentTypeError(f"{shown} は大きすぎます。 / {shown} is too large")
    return found


def seconds(text: str) -> float:
    """A number of seconds, for argparse; neither ``nan`` nor ``inf``."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise argparse.ArgumentTypeError(
            f"{text[:40]!r} は数字として読めません。 / {text[:40]!r} is no number"
        )
    return found


def secret(place: str) -> str:
    """The content of a file, or of standard input for ``-``, without the line's end."""
    return text_of(place).strip()


def text_of(place: str) -> str:
    """The text of a file, or of standard input for ``-``."""
    if place == "-":
        return sys.stdin.read()
    try:
        return Path(place).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotThere(f"{place} は文字のファイルではありません。 / {place} is no text file.") from error


def show(args: argparse.Namespace, value: Any, lines: Iterable[str] | Callable[[], Iterable[str]]) -> None:
    """The value as JSON, or lines for people."""
    if args.json:
        tell(json.dumps(value, ensure_ascii=False, default=_as_json))
        return
    for line in lines() if callable(lines) else lines:
        tell(line)


def _as_json(value: Any) -> str:
    """Moments as ISO 8601 with the zone, dates as 2026-11-23."""
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def facts(value: Mapping[str, Any]) -> list[str]:
    """``name: value`` in lines."""
    return [f"{name}: {_plain(one)}" for name, one in value.items()]


def rows(values: Sequence[Mapping[str, Any]], *names: str) -> list[str]:
    """A table for people: the named values, parted by tabs, as other commands print theirs."""
    return ["\t".join(_plain(one[name]) for name in names) for one in values]


def _plain(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value)) or "-"
    if isinstance(value, dict):
        return ", ".join(f"{name}={_plain(one)}" for name, one in value.items()) or "-"
    return str(value).replace("\n", " ")
