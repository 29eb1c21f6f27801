"""Decisions and outcomes as they are sent, checked field by field; what is wrong is told by item and field, in Japanese and English."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kijun.gateway.ways import times

MOST: Final = 1_000  # items of a request
MOST_TOLD: Final = 100  # faults that an answer tells
_MOST_FEATURES: Final = 1_000
_LONGEST_NAME: Final = 200
_LONGEST_TEXT: Final = 20_000
_DEEPEST: Final = 4
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_HALF: Final = (
    "文字の半分（\\ud800 など）が含まれています。",
    "It holds half a character (such as \\ud800).",
)
Check = Callable[[Any, int], tuple[str, str] | None]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of one item."""

    item: int
    field: str
    ja: str
    en: str
    code: str = "invalid"

    def told(self) -> dict[str, Any]:
        """For the answer."""
        return {
            "item": self.item,
            "field": self.field,
            "code": self.code,
            "reason": {"ja": self.ja, "en": self.en},
        }


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a kind of item: those that must be there, and those that may. ``own`` are what tells items of one request apart."""

    required: Mapping[str, Check]
    optional: Mapping[str, Check]
    own: tuple[str, ...] = ("id",)
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def faults(self, item: Any, number: int, at: int) -> list[Fault]:
        """What is wrong with an item; ``number`` is its place, ``at`` the oldest time (ms) it may tell."""
        if not isinstance(item, dict):
            return [Fault(number, "", "オブジェクトではありません。", "This is no object.")]
        found = []
        for name, check in self.required.items():
            if name not in item:
                found.append(Fault(number, name, "この項目がありません。", "This field is missing."))
            elif wrong := check(item[name], at):
                found.append(Fault(number, name, *wrong))
        for name, value in item.items():
            if name in self.required:
                continue
            check_ = self.optional.get(name)
            if check_ is None:
                found.append(Fault(number, name[:80], "この項目はありません。", "There is no such field."))
            elif value is not None and (wrong := check_(value, at)):
                found.append(Fault(number, name, *wrong))
        return found or [Fault(number, name, *_HALF) for name, value in item.items() if _holds_half(value)]


def _holds_half(value: Any) -> bool:
    """Whether a text in a value, or a name, holds half a character: no record could keep it, nor tell it from another."""
    if isinstance(value, str):
        return _SURROGATE.search(value) is not None
    if isinstance(value, dict):
        return any(_holds_half(name) or _holds_half(one) for name, one in value.items())
    return isinstance(value, list) and any(map(_holds_half, value))


def _id(value: Any, _: int) -> tuple[str, str] | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63:
        return None
    if isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME and value.isprintable():
        return None
    return (
        "1文字以上200文字以内の番号か文字列にしてください。",
        "Use a number or 1 to 200 printable characters.",
    )


def _at(value: Any, oldest: int) -> tuple[str, str] | None:
    moment = times.read(value)
    if moment is None:
        return (
            "日時は「2026-11-29T09:00:00+09:00」の形（時差つき）か、1970年からのミリ秒にしてください。",
            "Use a time such as 2026-11-29T09:00:00+09:00, with its offset, or milliseconds since 1970.",
        )
    if moment < oldest:
        return (
            "保存期間より古い日時です。記録してもすぐに消去されます。",
            "This is older than the purpose keeps records: it would be erased at once.",
        )
    if moment > times.latest():
        return "日時が未来になっています。", "This time is still to come."
    return None


def _number(value: Any, _: int) -> tuple[str, str] | None:
    return None if value is None or _is_number(value) else ("数にしてください。", "Use a finite number.")


def _text(value: Any, _: int) -> tuple[str, str] | None:
    if isinstance(value, str) and 0 < len(value) <= _LONGEST_TEXT:
        return None
    return "1文字以上2万文字以内の文字列にしてください。", "Use a text of 1 to 20,000 characters."


def _name(value: Any, _: int) -> tuple[str, str] | None:
    if value is None or (isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME):
        return None
    return "200文字以内の文字列にしてください。", "Use a text of at most 200 characters."


def _scalar(value: Any, _: int) -> tuple[str, str] | None:
    if isinstance(value, bool) or _is_number(value):
        return None
    if isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME:
        return None
    return (
        "200文字以内の文字列、数、真偽値のどれかにしてください。",
        "Use a text of at most 200 characters, a number or a boolean.",
    )


def _features(value: Any, _: int) -> tuple[str, str] | None:
    if not isinstance(value, dict) or len(value) > _MOST_FEATURES:
        return (
            "項目名と値のオブジェクト（1,000項目まで）にしてください。",
            "Use an object of at most 1,000 names and values.",
        )
    for name, one in value.items():
        if not 0 < len(name) <= _LONGEST_NAME:
            return "項目名は1文字以上200文字以内にしてください。", "Names have 1 to 200 characters."
        held = one if isinstance(one, list) else [one]
        if not all(_is_value(inner) for inner in held) or len(held) > _LONGEST_TEXT:
            return (
                f"「{_shown(name)}」の値は、数、文字列、真偽値、null か、それらの並びにしてください。",
                f"The value of {_shown(name)} is neither number, text, boolean, null nor a list of these.",
            )
    return None


def _explanation(value: Any, _: int) -> tuple[str, str] | None:
    if isinstance(value, (str, dict, list)) and _is_shallow(value, _DEEPEST):
        return None
    return "文字列か、4段までの入れ子の値にしてください。", "Use a text, or values nested at most four deep."


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) < 1 << 63


def _is_value(value: Any) -> bool:
    return (
        value is None
        or isinstance(value, bool)
        or _is_number(value)
        or (isinstance(value, str) and len(value) <= _LONGEST_TEXT)
    )


def _is_shallow(value: Any, levels: int) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return levels > 0 and all(_is_shallow(one, levels - 1) for one in value)
    return _is_value(value)


def _shown(name: str) -> str:
    """A name for an answer: short, and on one line."""
    return "".join(one if one.isprintable() else "?" for one in name[:40])


DECISION: Final = Form(
    {
        "id": _id,
        "at": _at,
        "subject": _name,
        "features": _features,
        "score": _number,
        "decision": _scalar,
        "model": _name,
    },
    {"threshold": _number, "person": _name, "explanation": _explanation},
)
OUTCOME: Final = Form({"id": _id, "label": _scalar}, {"at": _at, "source": _name}, ("id", "source"))


def check(form: Form, items: list[Any], oldest: int) -> tuple[list[tuple[int, dict[str, Any]]], list[Fault]]:
    """The items that are right, with their places, and what is wrong with the others."""
    good: list[tuple[int, dict[str, Any]]] = []
    faults: list[Fault] = []
    seen: dict[tuple[str, ...], int] = {}
    for number, item in enumerate(items):
        found = form.faults(item, number, oldest)
        if not found:
            own = tuple(str(item.get(name) or "") for name in form.own)
            first = seen.setdefault(own, number)
            if first != number:
                found = [
                    Fault(
                        number,
                        "id",
                        f"同じ要求の中の{first}番目と番号が重なっています。",
                        f"Item {first} of this request has the same id.",
                        "duplicate",
                    )
                ]
        if found:
            faults += found
        else:
            good.append((number, item))
    return good, faults
