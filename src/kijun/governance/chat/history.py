"""What was said in a conversation, read from the ledger: for the page, and to be sent along with the next question.

A person's own values stand where the ledger has placeholders, as long as it still holds them. What was erased is told, not guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import get_language

from kijun.governance.accounts.models import Person
from kijun.governance.chat.models import Conversation, Turn
from kijun.governance.interactions import ledger
from kijun.governance.interactions.reading import PLACEHOLDER, answered, asked
from kijun.governance.interactions.searching import SAID, Interaction
from kijun.ledger.model import Record, Verdict

MOST_HISTORY: Final = 100_000
"""Characters of earlier turns that go along; the oldest stay behind."""
_ENDS: Final[Mapping[str, str]] = {
    Verdict.INCOMPLETE: "cut",
    Verdict.FAILED: "failed",
    Verdict.BLOCKED: "blocked",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One turn. ``state``: ``whole``, ``cut`` (what came is shown), ``failed``, ``blocked``, ``running`` (no end recorded yet), ``erased``,
    ``missing``. ``documents`` are the texts of files that went along; ``notice`` says why it ended as it did."""

    turn: Turn
    state: str
    question: str = ""
    documents: list[str] = field(default_factory=list)
    answer: str = ""
    notice: str = ""
    masked: int = 0
    entries: list[Any] = field(default_factory=list, repr=False)

    @property
    def model(self) -> str:
        """The model that was asked; empty where that is not known any more."""
        return next((str(one.model) for one in self.entries if one.model), "")


def read(person: Person, turns: Iterable[Turn]) -> list[Shown]:
    """The turns with their texts. Raises `LedgerError`."""
    return [_shown(person, turn) for turn in turns]


def entries_of(person: Person, turns: Iterable[Turn]) -> list[Record]:
    """What the ledger holds of the turns, for the record of a look. Raises `LedgerError`."""
    return [entry for turn in turns for entry in _entries(person, turn.interaction)]


def _entries(person: Person, id: str) -> list[Record]:
    with ledger.reading() as book:
        found = book.interaction(id, person.municipality.code, masked=True)
    return [one for one in found if one.kind in tuple(SAID)]


def _own(person: Person, id: str) -> Interaction | None:
    """The person's own interaction with its values; None for anybody else's, and for one that was erased."""
    entries = _entries(person, id)
    mine = entries and all(one.person == str(person.pk) for one in entries)
    return Interaction(id, entries) if mine else None


def _shown(person: Person, turn: Turn) -> Shown:
    """A turn is written after the gateway recorded its question: where nothing is there any more, it was erased."""
    entries = _entries(person, turn.interaction)
    if not entries:
        return Shown(turn, "erased")
    if any(one.person != str(person.pk) for one in entries):
        return Shown(turn, "missing")
    one = Interaction(turn.interaction, entries)
    question, answer = one.question, one.answer
    if question is None or question.content is None:
        return Shown(turn, "erased", entries=one.entries)
    values = _values(one)
    said = [_back(text, values) for text in asked(question.content)]
    text = _answer(answer, values)
    state = "running" if answer is None else _ENDS.get(answer.verdict, "whole")
    if answer is not None and answer.content is None:
        state = "erased"
    return Shown(
        turn,
        state,
        said[0] if said else "",
        said[1:],
        text,
        _notice(answer.content if answer is not None else None),
        len(question.masked or {}),
        one.entries,
    )


def _values(one: Interaction) -> dict[str, str]:
    return {key: value for entry in one.entries for key, value in (entry.masked or {}).items()}


def _back(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values.get(found[0], found[0]), text)


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    parts = content if isinstance(content, list) else []
    return [one["text"] for one in parts if isinstance(one, dict) and isinstance(one.get("text"), str)]


def _messages(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    request = content.get("request")
    found = request.get("messages") if isinstance(request, Mapping) else None
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _answer(answer: Record | None, values: Mapping[str, str]) -> str:
    return _back(answered(answer.content), values) if answer is not None and answer.content else ""


def _notice(content: Mapping[str, Any] | None) -> str:
    told = (content or {}).get("error")
    if not isinstance(told, Mapping):
        return ""
    return str(told.get("en" if (get_language() or "").startswith("en") else "ja") or "")


def is_gone(shown: Sequence[Shown]) -> bool:
    """What was said last is erased: the next question goes without what was said before (`before` comes to the same)."""
    for one in reversed(shown):
        if one.state in {"erased", "missing"} and not one.question:
            return True
        if one.answer:
            return False
    return False


# --- to be sent along ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Before:
    """Earlier messages; ``left_out``: some were too old to fit, or are erased; ``erased``: nothing is left of the newest, so that none go."""

    messages: list[dict[str, Any]]
    left_out: bool = False
    erased: bool = False


def before(person: Person, conversation: Conversation | None) -> Before:
    """What was said so far, as the newest answered turn has it. Raises `LedgerError`."""
    if conversation is None:
        return Before([])
    left_out = False
    for turn in conversation.turns.order_by("-order")[:10]:
        one = _own(person, turn.interaction)
        if one is None or one.question is None or one.question.content is None:
            return Before([], True, True)
        values = _values(one)
        answer = _answer(one.answer, values)
        if answer:
            said = [_sent_again(message, values) for message in _messages(one.question.content)]
            return _fitting([*said, {"role": "assistant", "content": answer}], left_out)
        left_out = True
    return Before([], left_out)


def _sent_again(message: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    content = message.get("content")
    texts = [_back(text, values) for text in _texts(content)]
    again: Any = (
        texts[0] if isinstance(content, str) and texts else [{"type": "text", "text": text} for text in texts]
    )
    return {"role": str(message.get("role", "user")), "content": again}


def _fitting(messages: Sequence[dict[str, Any]], left_out: bool) -> Before:
    kept: list[dict[str, Any]] = []
    size = 0
    for message in reversed(messages):
        size += sum(map(len, _texts(message["content"])))
        if size > MOST_HISTORY and kept:
            left_out = True
            break
        kept.append(message)
    while kept and kept[-1]["role"] != "user":  # a conversation begins with a question
        kept.pop()
    return Before(kept[::-1], left_out)
