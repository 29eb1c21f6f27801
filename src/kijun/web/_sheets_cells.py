"""From what stands in a cell to a value, or to a message about it."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from kijun.web import dates
from kijun.web._sheets import MAX_TEXT, SheetColumn, Value, in_each_language, same_word
from kijun.web.punctuation import listed
from kijun.web.refusals import Refusal

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,40}|[0-9]{1,3}(?:,[0-9]{3}){1,12})(?:\.[0-9]{1,40})?")
_MINUS: Final = str.maketrans(dict.fromkeys("△▲−‐‑‒–—―ー", "-"))
_LISTED: Final = 10


class CellRefusal(Refusal):
    """A cell cannot be taken; the message says how to write it."""


@dataclass(frozen=True, slots=True)
class Formula:
    """Stands for a cell that holds a formula."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Stands for a cell that shows an error such as #N/A."""

    text: str


def reader(column: SheetColumn) -> Callable[[Any], Value]:
    """The function that turns a raw cell of this column into its value, or raises :class:`CellRefusal`."""
    choices = _choice_words(column) if column.kind == "choice" else {}

    def read(raw: Any) -> Value:
        if isinstance(raw, Formula):
            raise CellRefusal(
                _("数式が入っています。値だけを貼り付けてください（形式を選択して貼り付け→値）。")
            )
        if isinstance(raw, Broken):
            raise CellRefusal(
                _("セルがエラー（%(text)s）になっています。値を入力し直してください。"), text=raw.text
            )
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            if column.required:
                raise CellRefusal(_("入力してください。この列は必須です。"))
            return None
        if column.kind == "number":
            return _number(raw)
        if column.kind == "date":
            return _date(raw)
        text = _text(raw)
        return _choice(text, choices, column) if column.kind == "choice" else text

    return read


def _text(raw: Any) -> str:
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else format(Decimal(repr(raw)), "f")
    if isinstance(raw, str | int):
        text = str(raw)
        if len(text.encode("utf-16-le", "surrogatepass")) > 2 * MAX_TEXT:
            raise CellRefusal(_("長すぎます。32,767文字以内で入力してください。"))
        return text
    raise CellRefusal(
        _("Excelが日付や時刻に変えています。セルの書式を「文字列」にして入力し直してください。")
    )


def _number(raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise CellRefusal(_("数値ではありません。数字だけを入力してください。例：1200"))
    if not isinstance(raw, str):
        number = Decimal(repr(raw))
        if not number.is_finite():
            raise CellRefusal(_("数値ではありません。数字だけを入力してください。例：1200"))
        return number
    plain = unicodedata.normalize("NFKC", raw[:200]).translate(_MINUS)
    plain = re.sub(r"\s", "", plain)
    if _NUMBER.fullmatch(plain) is None:
        raise CellRefusal(
            _("「%(text)s」は数値ではありません。単位を付けずに数字だけを入力してください。例：1200"),
            text=_brief(raw),
        )
    return Decimal(plain.replace(",", ""))


def _date(raw: Any) -> datetime.date:
    if isinstance(raw, datetime.datetime):
        if raw.time() != datetime.time():
            raise CellRefusal(_("時刻まで入っています。日付だけを入力してください。例：2026/11/23"))
        return raw.date()
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise CellRefusal(_("日付ではありません。令和8年11月23日、2026/11/23 のように入力してください。"))
    try:
        return dates.parse_date(str(raw))
    except dates.DateError as error:
        raise CellRefusal(error.message, **error.params) from error


def _choice_words(column: SheetColumn) -> dict[str, str]:
    words: dict[str, str] = {}
    for value, label in column.pairs():  # a label that another choice has as its value never wins
        for word in in_each_language(label):
            words.setdefault(same_word(word), value)
    return words | {same_word(value): value for value, _label in column.pairs()}


def _choice(text: str, words: Mapping[str, str], column: SheetColumn) -> str:
    value = words.get(same_word(text[:1000]))
    if value is None:
        labels = [str(label) for _value, label in column.pairs()]
        choices = listed(labels[:_LISTED]) + ("…" if len(labels) > _LISTED else "")
        raise CellRefusal(
            _("「%(text)s」は選択肢にありません。次から選んでください：%(choices)s"),
            text=_brief(text),
            choices=choices,
        )
    return value


def _brief(text: str) -> str:
    return text.strip() if len(text.strip()) <= 30 else text.strip()[:30] + "…"
