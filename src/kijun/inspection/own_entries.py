"""What may stand in an own rule as a policy file has it; a mistake is told in words for whoever writes policies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from kijun.inspection.model import RuleError
from kijun.inspection.vocabulary import Attack, DataType, Expression, Kind, Target, Words

_KINDS: Final = ((Kind.DATA, DataType), (Kind.ATTACK, Attack), (Kind.EXPRESSION, Expression))


class _Entry(NamedTuple):
    """One entry: whether a value can stand there, and what to say where it cannot."""

    fits: Callable[[Any], bool]
    words: Words


def is_list_of_text(value: Any) -> bool:
    """Whether a value is a list of texts; to Python a text is a row of letters as well."""
    return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)


def is_number(value: Any) -> bool:
    """Whether a value is a number: true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def mistake(id: object, ja: str, en: str) -> RuleError:
    """What is wrong with the rule of an id."""
    return RuleError(f"規則 {id}：{ja}", f"rule {id}: {en}")


def kind_of(row: Mapping[str, Any]) -> Kind:
    """The kind of a rule, which follows from its type."""
    type_ = row.get("type")
    for kind, types in _KINDS:
        if isinstance(type_, str) and type_ in frozenset(types):
            return kind
    raise mistake(row.get("id"), f"種類 {type_} はありません。", f"there is no type {type_}")


def check_entries(row: Mapping[str, Any]) -> None:
    """Raise `RuleError`, with the rule's id, where an entry that rules of all sorts have cannot be read."""
    id = row.get("id")
    if id is None or not str(id).strip():
        raise RuleError("規則に id がありません。", "a rule has no id")
    kind = kind_of(row)
    if "kind" in row and row["kind"] != kind:
        raise mistake(
            id, f"種類 {row['type']} の kind は {kind} です。", f"the kind of {row['type']} is {kind}"
        )
    for name, entry in _ENTRIES.items():
        if name in row and not entry.fits(row[name]):
            raise mistake(id, f"{name} {entry.words.ja}", f"{name} {entry.words.en}")
    for name in ("match", "no_match"):
        if not is_list_of_text((row.get("examples") or {}).get(name) or []):
            raise mistake(id, f"{name} は文字のリストで書いてください。", f"{name} is a list of texts")


def _texts_under(*names: str) -> Callable[[Any], bool]:
    return lambda value: (
        value is None
        or (
            isinstance(value, Mapping)
            and set(value) <= set(names)
            and all(isinstance(text, str) for text in value.values())
        )
    )


def _is_examples(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping) and set(value) <= {"match", "no_match"})


_ENTRIES: Final[Mapping[str, _Entry]] = {
    "by": _Entry(
        lambda value: value in ("pattern", "words"),
        Words("は pattern か words にしてください。", "is pattern or words"),
    ),
    "score": _Entry(
        lambda value: is_number(value) and 0 < value <= 1,
        Words("は0より大きく1以下の数で書いてください。", "is a number above 0, 1 at most"),
    ),
    "version": _Entry(
        lambda value: type(value) is int and value > 0,
        Words("は1以上の整数で書いてください。", "is a whole number from 1 up"),
    ),
    "target": _Entry(
        lambda value: value is None or (isinstance(value, str) and value in ("", *Target)),
        Words(f"は {', '.join(Target)} のどれかです。", f"is one of {', '.join(Target)}"),
    ),
    "why": _Entry(
        _texts_under("ja", "en"),
        Words(
            "は {ja: 理由, en: reason} の形で、文字で書いてください。",
            "holds texts: {ja: 理由, en: reason}",
        ),
    ),
    "examples": _Entry(
        _is_examples,
        Words("は {match: […], no_match: […]} の形で書いてください。", "holds {match: […], no_match: […]}"),
    ),
    "refs": _Entry(
        lambda value: value is None or is_list_of_text(value),
        Words("は文字のリストで書いてください。", "is a list of texts"),
    ),
}
