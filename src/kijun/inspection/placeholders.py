"""One conversation's table of placeholders: what stands for which value, in both directions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any, Final, NamedTuple

from kijun.inspection.model import InspectionError
from kijun.inspection.placeholder_grammar import Body, Grammar, body_of, grammar, parse_body, title_of
from kijun.inspection.sameness import same_key
from kijun.inspection.vocabulary import LABELS

#: A conversation that hides more than this is a bulk export, not a conversation.
MOST_ENTRIES: Final = 100_000
MOST_CHARACTERS: Final = 10_000_000
#: The type and label of what somebody typed that looks like a placeholder. Replaced as well, so that nothing typed
#: can be taken for a value of the table.
TYPED: Final = "typed"
TYPED_LABEL: Final = "文字列"
#: The label of types that have no name in `LABELS`.
_OTHER_LABEL: Final = "情報"
_LABELS: Final = frozenset({words.ja for words in LABELS.values()} | {TYPED_LABEL, _OTHER_LABEL})
_EDITION: Final = 1
#: What counts as a placeholder in every conversation.
GRAMMAR: Final = grammar(_LABELS)


class TooManyPlaceholders(InspectionError):
    """A conversation hides more values than its table holds."""

    def __init__(self) -> None:
        super().__init__(
            f"一つの会話で置き換えられる値の上限（{MOST_ENTRIES:,}件・合計{MOST_CHARACTERS:,}文字）を超えました。会話を新しく始めるか、文章を分けてください。",
            f"A conversation can hide {MOST_ENTRIES:,} values of {MOST_CHARACTERS:,} characters together; this is more. "
            "Begin a new conversation or divide the text.",
        )


class BrokenPlaceholders(InspectionError):
    """A stored table cannot be read."""

    def __init__(self) -> None:
        super().__init__(
            "保存されていた置き換え表が壊れているか、新しい版のものです。この会話の値は元に戻せません。",
            "The stored table of placeholders is damaged or of a later edition; this conversation's values cannot be put back.",
        )


class Reading(NamedTuple):
    """A placeholder at a place of a text, and the value it stands for; None where the table never gave it."""

    start: int
    end: int
    value: str | None


class Placeholders:
    """What stands for which value in one conversation.

    The same value of the same type has the same placeholder throughout; numbers follow the order of first appearance. The
    same thing in other characters is another value, for it must come back as it was written, but one that says
    whose other spelling it is: 山田太郎 is ⟦氏名1⟧ and 山田　太郎 is ⟦氏名1別表記2⟧, so that an AI sees one person.

    Threads may share a table. It shows no values when it is printed or logged.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._bodies: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._things: dict[tuple[str, str], tuple[int, int]] = {}
        self._characters = 0
        self._grammar = GRAMMAR

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self)} entries>"

    def give(self, type_: str, value: str) -> str:
        """The placeholder for a value, made where there is none yet; `TooManyPlaceholders` where the table is full."""
        with self._lock:
            body = self._bodies.get((type_, value))
            if body is None:
                body = self._add(type_, value)
        return f"⟦{body}⟧"

    def read(self, text: str) -> Iterator[Reading]:
        """Every placeholder in a text, given ones and unknown ones, in the tolerant forms too."""
        for found in self._grammar.whole.finditer(text):
            yield Reading(found.start(), found.end(), self.value(found))

    def value(self, found: re.Match[str]) -> str | None:
        """What a match of this table's grammar stands for, with the title that stands in it: ⟦氏名1さん⟧."""
        value = self._values.get(body_of(found))
        return None if value is None else value + title_of(found)

    def protect(self, text: str) -> str:
        """A text in which what only looks like a placeholder is replaced by one, for the text to come back as it was."""
        return self._grammar.whole.sub(lambda found: self.give(TYPED, found[0]), text)

    @property
    def grammar(self) -> Grammar:
        """What counts as a placeholder of this table."""
        return self._grammar

    def to_dict(self) -> dict[str, Any]:
        """The table for keeping: holds the values, so encrypt it. Plain lists and strings, JSON can carry it.

        A value with a lone surrogate stays one; `json` writes such a string, `orjson` refuses it.
        """
        with self._lock:
            entries = [[type_, body, value] for (type_, value), body in self._bodies.items()]
        return {"edition": _EDITION, "entries": entries}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Placeholders:
        """The table that `to_dict` gave; `BrokenPlaceholders` where it is none, `TooManyPlaceholders` where it is too large."""
        entries = (
            kept.get("entries") if isinstance(kept, Mapping) and kept.get("edition") == _EDITION else None
        )
        if not isinstance(entries, list | tuple):
            raise BrokenPlaceholders
        table = cls()
        for entry in entries:
            match entry:
                case [str(type_), str(body), str(value)] if parsed := parse_body(body):
                    if (type_, value) in table._bodies or body in table._values:
                        raise BrokenPlaceholders
                    table._enter(type_, value, parsed)
                case _:
                    raise BrokenPlaceholders
        # Labels may have been others when the table was made: what it gave then is understood for as long as it is kept.
        table._grammar = grammar(_LABELS | table._numbers.keys())
        return table

    def _add(self, type_: str, value: str) -> str:
        label = _label(type_)
        body = Body(label, self._numbers.get(label, 0) + 1)
        if type_ != TYPED and (thing := self._things.get((type_, same_key(type_, value)))):
            number, forms = thing
            body = Body(label, number, forms + 1)
        # Kept from a time when other spellings counted as the same, a table may hold this name already.
        while str(body) in self._values:
            body = body._replace(form=body.form + 1)
        return self._enter(type_, value, body)

    def _enter(self, type_: str, value: str, body: Body) -> str:
        if len(self._values) >= MOST_ENTRIES or self._characters + len(value) > MOST_CHARACTERS:
            raise TooManyPlaceholders
        name = str(body)
        self._bodies[type_, value] = name
        self._values[name] = value
        self._characters += len(value)
        self._numbers[body.label] = max(body.number, self._numbers.get(body.label, 0))
        key = (type_, same_key(type_, value))
        number, forms = self._things.get(key, (body.number, 0))
        self._things[key] = (number, max(forms, body.form) if number == body.number else forms)
        return name


def _label(type_: str) -> str:
    if type_ == TYPED:
        return TYPED_LABEL
    words = LABELS.get(type_)
    return words.ja if words else _OTHER_LABEL
