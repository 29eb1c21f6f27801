"""An answer as reviews read it: out of the ledger, never kept. Values behind placeholders are put back where they may be, and taken out
again before a person's own text is stored, so that what the ledger erases is gone from here as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.crypto import salted_hmac

from kijun.gateway.handling import group_of
from kijun.gateway.snapshot import Group
from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.interactions import reading, wording
from kijun.governance.interactions.searching import LONGEST_ID, Interaction, interaction
from kijun.governance.interactions.tables import tables
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.reviews.models import LONGEST, Review
from kijun.ledger.model import Record, Verdict
from kijun.web import written
from kijun.web.written import Written

JUDGED: Final = frozenset({Group.EXPRESSION, Group.FORBIDDEN, Group.ATTACK})
"""Groups of findings in an answer that a person decides about (U4.1.8)."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A kind of finding in the answer, and why it was found."""

    type: str
    label: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Question and answer. ``question`` and ``text`` have placeholders; ``values`` says what they stand for, where that may be known.

    ``erased``: the ledger has let the content go. ``incomplete``: the answer broke off.
    """

    one: Interaction
    question: str
    text: str
    values: Mapping[str, str] = field(repr=False)
    flags: tuple[Flag, ...] = ()
    findings: tuple[str, ...] = ()
    erased: bool = False
    incomplete: bool = False

    @property
    def shown(self) -> str:
        """The answer with values put back."""
        return restored(self.text, self.values)

    @property
    def shown_question(self) -> str:
        return restored(self.question, self.values)

    @property
    def entry(self) -> Record:
        """The entry whose clear columns tell system, purpose and department."""
        return self.one.answer or self.one.first


def tidy(text: str) -> str:
    """A text as it is compared and kept: one kind of line end, no blanks at lines' ends or around it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def restored(text: str, values: Mapping[str, str]) -> str:
    """Values in place of placeholders, as far as they are known."""
    return reading.PLACEHOLDER.sub(lambda found: values.get(found[0], found[0]), text)


def hidden(text: str, values: Mapping[str, str]) -> str:
    """Placeholders in place of the values that the ledger keeps under its own key; the longest value first."""
    for holder, value in sorted(values.items(), key=lambda one: -len(one[1])):
        if value:
            text = text.replace(value, holder)
    return text


def seal(text: str) -> str:
    """A keyed digest: tells whether the ledger still says what was reviewed, and nothing to who does not know the text."""
    return salted_hmac("kijun.reviews", tidy(text), algorithm="sha256").hexdigest()


def answer_of(municipality: Municipality, id: str, *, masked: bool) -> Answer | None:
    """What was asked and answered; None where there is none in the municipality, or no answer to it. Raises `LedgerError`."""
    if not (0 < len(id) <= LONGEST_ID and id.isprintable()):
        return None
    one = interaction(municipality.code, id, masked=masked)
    if one is None or one.answer is None:
        return None
    return _answer(one)


def own(person: Person, id: str) -> Answer | None:
    """The person's own answer with their own values; None for anybody else's. Raises `LedgerError`."""
    found = answer_of(person.municipality, id, masked=True)
    if found is None or any(entry.person != str(person.pk) for entry in found.one.entries):
        return None
    return found


def _answer(one: Interaction) -> Answer:
    question, answer = one.question, one.answer
    assert answer is not None
    # of entries that are numbered apart the same placeholder stands for others: only the answer's own values count
    values = dict(zip((entry.id for entry in one.entries), tables(one.entries), strict=True))[answer.id]
    content = answer.content or {}
    return Answer(
        one,
        _cut("\n\n".join(map(tidy, reading.asked(question.content or {}))) if question is not None else ""),
        _cut(tidy(reading.answered(content))),
        values,
        _flags(content),
        tuple(wording.finding(type) for type in answer.findings),
        answer.content is None,
        answer.verdict in (Verdict.INCOMPLETE, Verdict.FAILED),
    )


def _cut(text: str) -> str:
    return text[:LONGEST]


def _flags(content: Mapping[str, Any]) -> tuple[Flag, ...]:
    found: dict[str, Flag] = {}
    findings = content.get("findings")
    for one in findings if isinstance(findings, list) else ():
        if not isinstance(one, Mapping):
            continue
        type = str(one.get("type", ""))
        if group_of(type) not in JUDGED or type in found:
            continue
        why = one.get("why")
        words = why.get("en" if wording.english() else "ja", "") if isinstance(why, Mapping) else ""
        found[type] = Flag(type, wording.finding(type), str(words))
    return tuple(found.values())


def rows_of(municipality: Municipality, answer: Answer) -> dict[str, Any]:
    """System, purpose and department of an answer as rows; None for what is gone or was never told."""
    entry = answer.entry
    return {
        "system": _row(AISystem, municipality, entry.system),
        "purpose": _row(Purpose, municipality, entry.purpose),
        "department": _row(Department, municipality, entry.department),
    }


def _row(model: Any, municipality: Municipality, id: str) -> Any:
    if not id.isdecimal() or len(id) > 18:
        return None
    return model.objects.filter(municipality=municipality, pk=int(id)).first()


def final(review: Review, answer: Answer | None) -> str | None:
    """The text that was decided about, with values where they are known; None where it was not changed and the ledger has erased it."""
    values = answer.values if answer is not None else {}
    if review.changed:
        return None if review.forgotten_at is not None else restored(review.text, values)
    if answer is None or answer.erased or seal(answer.text) != review.answer_seal:
        return None
    return restored(answer.text, values)


def drawn(review: Review, answer: Answer | None, text: str) -> Written:
    """The text of `final` as a document. In what a person made of an answer only the marks count that the answer itself used."""
    if not review.changed:
        return written.answer(text)
    return written.read(text, None if answer is None or answer.erased else answer.shown)
