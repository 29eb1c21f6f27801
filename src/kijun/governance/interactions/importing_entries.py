"""From rows to the ledger's entries: whose they are, inspected and masked like what passes the gateway, with ids made of what they say."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.gateway.handling import DEFAULT_INPUT, DEFAULT_OUTPUT, action_for
from kijun.gateway.snapshot import Handling
from kijun.governance.access.handling import as_handling
from kijun.governance.access.models import TownRules
from kijun.governance.accounts.models import Person, Posting
from kijun.governance.accounts.names import normalise_number
from kijun.governance.interactions.importing import Row
from kijun.governance.interactions.models import ImportedRow, ImportTemplate
from kijun.inspection import Finding, Inspector, Placeholders, Policy, Treatment, treat
from kijun.inspection import Kind as FoundKind
from kijun.ledger.model import Entry, Kind, Verdict

SOURCE: Final = "import"
STRANGER: Final = "user"
"""What a log calls somebody whom the municipality does not know: hidden like a name, whatever it looks like."""
_CHUNK: Final = 500


@dataclass(slots=True)
class People:
    """The municipality's people by what logs call them, and where they worked when."""

    numbers: dict[str, Person] = field(default_factory=dict)
    mails: dict[str, Person] = field(default_factory=dict)
    postings: dict[int, list[Posting]] = field(default_factory=dict)

    @classmethod
    def of(cls, template: ImportTemplate) -> People:
        made = cls()
        for one in Person.objects.of(template.municipality):
            made.numbers[one.staff_number] = one
            if one.email:
                made.mails[one.email.casefold()] = one
        rows = Posting.objects.of(template.municipality).order_by("concurrent", "pk")
        for posting in rows:
            made.postings.setdefault(posting.person_id, []).append(posting)
        return made

    def find(self, who: str) -> Person | None:
        """By mail address, by 職員番号, or by the 職員番号 in front of an @."""
        who = who.strip()
        if not who:
            return None
        by_mail = self.mails.get(who.casefold())
        return by_mail or self.numbers.get(normalise_number(who.partition("@")[0]))

    def department(self, person: Person, at: datetime.datetime) -> str:
        """The main post on that day; the primary key as text, empty where there was none."""
        day = timezone.localdate(at)
        held = [one for one in self.postings.get(person.pk, ()) if one.holds_on(day)]
        return str(held[0].department_id) if held else ""


@dataclass(slots=True)
class Reader:
    """Makes entries for one template. Not for several threads."""

    template: ImportTemplate
    sha256: str = ""
    people: People = field(default_factory=People)
    inspector: Any = None
    input: Handling = field(default_factory=Handling)
    output: Handling = field(default_factory=Handling)

    @classmethod
    def of(cls, template: ImportTemplate, sha256: str) -> Reader:
        rules = TownRules.objects.of(template.municipality).first()
        policy = Policy.read(rules.inspection) if rules is not None and rules.inspection else Policy()
        made = cls(template, sha256, People.of(template), Inspector(policy))
        if template.purpose is not None:
            made.input = as_handling(template.purpose.input_handling)
            made.output = as_handling(template.purpose.output_handling)
        return made

    def judge(self, rows: Iterable[Row]) -> None:
        """Add to each row that its person is nobody's, unless the template takes such rows."""
        if self.template.mapping.get("unknown") == "keep":
            return
        for row in rows:
            if self.people.find(row.who) is None:
                row.errors.append(
                    _("「%(who)s」という職員がいません。") % {"who": row.who[:40]}
                    if row.who
                    else _("利用者が空です。")
                )

    def entries(self, row: Row) -> list[Entry]:
        """One input, and one output where there is an answer. The same row gives the same ids, whenever it is read."""
        assert row.at is not None  # a row with errors never comes here
        person = self.people.find(row.who)
        table = Placeholders()
        asked = self._kept(row.question, table, self.input, DEFAULT_INPUT, "messages[0].content")
        stranger = table.give(STRANGER, row.who) if person is None and row.who else ""
        before = len(table)
        answered = self._kept(row.answer, table, self.output, DEFAULT_OUTPUT, "", answer=True)
        interaction = self.id(row, "interaction")
        same: dict[str, Any] = {
            "interaction": interaction,
            "municipality": self.template.municipality.code,
            "at": int(row.at.timestamp() * 1000),
            "retention": self.template.retention,
            "source": SOURCE,
            "purpose": str(self.template.purpose_id or ""),
            "system": str(self.template.system_id),
            "person": "" if person is None else str(person.pk),
            "department": "" if person is None else self.people.department(person, row.at),
            "model": row.model,
            "verdict": Verdict.NONE,  # it was sent long ago: nothing was decided here
        }
        values = _values(table)
        content = {
            "request": {"messages": [{"role": "user", "content": asked.text}] if row.question else []},
            "findings": asked.findings,
            "findings_total": len(asked.findings),
            "rules": self.inspector.rules.version,
            "imported": {
                "template": str(self.template),
                "file": self.sha256,
                "row": row.number,
                "conversation": row.conversation,
                **({"user": stranger} if stranger else {}),
                **self._more(row.more),
            },
        }
        made = [
            Entry(
                kind=Kind.INPUT,
                id=self.id(row, "input"),
                findings=asked.types,
                tokens_in=row.tokens_in,
                content=content,
                masked=dict(list(values.items())[:before]),
                **same,
            )
        ]
        if row.answer.strip():
            made.append(
                Entry(
                    kind=Kind.OUTPUT,
                    id=self.id(row, "output"),
                    findings=answered.types,
                    tokens_out=row.tokens_out,
                    content={
                        "texts": [{"where": "", "text": answered.text}],
                        "findings": answered.findings,
                        "findings_total": len(answered.findings),
                    },
                    masked=dict(list(values.items())[before:]),
                    **same,
                )
            )
        return made

    def id(self, row: Row, part: str) -> str:
        """32 hexadecimal digits out of municipality, template, row and part: nobody without the file can tell what they come from."""
        told = f"{self.template.municipality.code}|{self.template.pk}|{row.key()}|{part}"
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def _kept(
        self,
        text: str,
        table: Placeholders,
        handling: Handling,
        defaults: Mapping[str, Any],
        place: str,
        *,
        answer: bool = False,
    ) -> _Kept:
        found = self.inspector.inspect(text)
        kept = treat(
            found,
            lambda one: Treatment.MASK if one.kind is FoundKind.DATA else None,
            table,
            answer=answer,
        )
        told = [_told(one, place, str(action_for(one.type, handling, defaults))) for one in found]
        return _Kept(kept, told[:1000], tuple(sorted({one.type for one in found})))

    def _plain(self, text: str) -> str:
        """A name of somebody unknown, with what inspection finds in it hidden for good: it may be a mail address."""
        from kijun.inspection import redact

        return redact(self.inspector.inspect(text))

    def _more(self, more: Mapping[str, Any]) -> dict[str, Any]:
        def hidden(value: Any) -> Any:
            if isinstance(value, str):
                return self._plain(value)
            if isinstance(value, Mapping):
                return {key: hidden(one) for key, one in value.items()}
            return [hidden(one) for one in value] if isinstance(value, list) else value

        return {key: hidden(value) for key, value in more.items()}


@dataclass(frozen=True, slots=True)
class _Kept:
    text: str
    findings: list[dict[str, Any]]
    types: tuple[str, ...]


def _values(table: Placeholders) -> dict[str, str]:
    return {f"⟦{body}⟧": value for _type, body, value in table.to_dict()["entries"]}


def _told(one: Finding, place: str, action: str) -> dict[str, Any]:
    """A finding as the gateway records one; ``action`` is what the purpose would have done."""
    return {
        "type": one.type,
        "label_ja": one.label.ja,
        "label_en": one.label.en,
        "action": action,
        "where": place,
        "start": one.start,
        "end": one.end,
        "score": one.score,
        "rule": one.rule,
        "rule_version": one.version,
        "why": {"ja": one.why.ja, "en": one.why.en},
    }


def known(template: ImportTemplate, keys: Sequence[str]) -> set[str]:
    """Which of these rows were recorded already."""
    found: set[str] = set()
    for at in range(0, len(keys), _CHUNK):
        rows = ImportedRow.objects.filter(template=template, key__in=keys[at : at + _CHUNK])
        found |= set(rows.values_list("key", flat=True))
    return found
