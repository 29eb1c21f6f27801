"""From rows to the ledger's entries: whose they are, inspected and masked like what passes the gateway, with ids made of what they say."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kijun.gateway.guard import told, values_of
from kijun.gateway.handling import DEFAULT_INPUT, DEFAULT_OUTPUT, action_for
from kijun.gateway.names import spelled
from kijun.gateway.snapshot import Handling
from kijun.gateway.ways.naming import Names, is_identifier, plain
from kijun.governance.access.handling import as_handling
from kijun.governance.access.models import TownRules
from kijun.governance.access.purpose_forms import RETENTION_LABELS
from kijun.governance.accounts.models import Person, Posting
from kijun.governance.accounts.names import normalise_number
from kijun.governance.interactions.importing import Row
from kijun.governance.interactions.importing_products import COPILOT
from kijun.governance.interactions.models import ImportedRow, ImportTemplate
from kijun.inspection import Inspector, Placeholders, Policy, Treatment, redact, treat
from kijun.inspection import Kind as FoundKind
from kijun.ledger.erasing import over
from kijun.ledger.model import Entry, Kind, Verdict, month_of, now_ms

SOURCE: Final = "import"
STRANGER: Final = "user"
"""What a log calls somebody whom the municipality does not know: hidden like a name, whatever it looks like."""
_CHUNK: Final = 500
_TABLE: Final = ImportTemplate.Form.TABLE
_COUNTED_ANEW: Final = gettext_lazy(
    "記録の番号「%(id)s」は、別の内容で取込み済みです（%(day)s）。番号がファイルごとに振り直されるログなら、読み方の「記録の番号」を「この列はない」に直してください。同じ内容の行は、番号がなくても1回だけ記録します。"
)
_CHANGED: Final = gettext_lazy(
    "記録の番号「%(id)s」は、別の内容で取込み済みです（%(day)s）。取り込んだときの内容を残し、この行は取り込みません。"
)


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
        """The main post on that day; the primary key as text, empty where there was none.

        Before the first post that is known it is that one: a town that has begun to use Kijun knows its people's posts from then on, and
        imports what was said before.
        """
        posts, day = self.postings.get(person.pk, ()), timezone.localdate(at)
        held = [one for one in posts if one.holds_on(day)]
        if not held and self.is_before(person, at):
            first = min(one.valid_from for one in posts)
            held = [one for one in posts if one.valid_from == first]
        return str(held[0].department_id) if held else ""

    def is_before(self, person: Person, at: datetime.datetime) -> bool:
        """The day lies before all posts that are known of somebody who has any."""
        posts, day = self.postings.get(person.pk, ()), timezone.localdate(at)
        return bool(posts) and all(day < one.valid_from for one in posts)


@dataclass(slots=True)
class Reader:
    """Makes entries for one template. Not for several threads."""

    template: ImportTemplate
    sha256: str = ""
    people: People = field(default_factory=People)
    inspector: Any = None
    input: Handling = field(default_factory=Handling)
    output: Handling = field(default_factory=Handling)
    names: Names = field(default_factory=lambda: Names(settings.SECRET_KEY))

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
        """Add to each row what this municipality and this template have against it."""
        takes_strangers = self.template.mapping.get("unknown") == "keep"
        now = now_ms()
        for row in rows:
            if row.at is not None and over(month_of(_ms(row.at)), self.template.retention, now):
                row.errors.append(
                    _("保存期間（%(term)s）を過ぎた記録です。取り込んでも、その夜のうちに消去されます。")
                    % {"term": RETENTION_LABELS.get(self.template.retention, self.template.retention)}
                )
            if takes_strangers or "person" in row.unread:
                continue
            if self.people.find(row.who) is None:
                row.errors.append(
                    _("「%(who)s」という職員がいません。") % {"who": row.who[:40]}
                    if row.who
                    else _("利用者が空です。")
                )
        self.clash(rows)

    def clash(self, rows: Iterable[Row]) -> None:
        """Tell of rows whose number was recorded with something else: their product may count anew in each file."""
        numbered: dict[str, list[Row]] = {}
        for row in rows:
            if row.id and not row.errors:
                numbered.setdefault(row.key(), []).append(row)
        words = _COUNTED_ANEW if self.template.form == _TABLE else _CHANGED
        for one in _recorded(self.template, key=list(numbered)):
            for row in numbered[one.key]:
                if one.digest and one.digest != self.digest(row):
                    day = timezone.localdate(one.at).isoformat()
                    row.errors.append(str(words) % {"id": row.id[:40], "day": day})

    def known(self, good: Mapping[str, Row]) -> set[str]:
        """Which of these rows were recorded already; one without a number also where it had one then."""
        found = {one.key for one in _recorded(self.template, key=list(good))}
        digests = {self.digest(row): key for key, row in good.items() if not row.id and key not in found}
        return found | {digests[one.digest] for one in _recorded(self.template, digest=list(digests))}

    def digest(self, row: Row) -> str:
        """What a row says, so that it can be compared and not be read or guessed: under the installation's secret."""
        return self.names.hidden(
            "imported row", self.template.municipality.code, str(self.template.pk), row.content()
        )

    def entries(self, row: Row) -> list[Entry]:
        """One input, and one output where there is an answer. The same row gives the same ids, whenever it is read."""
        person = self.people.find(row.who)
        table = Placeholders()
        asked = self._kept(row.question, table, self.input, DEFAULT_INPUT, "messages[0].content")
        stranger = table.give(STRANGER, row.who) if person is None and row.who else ""
        beside = {
            name: self._kept(text, table, self.input, DEFAULT_INPUT, f"imported.{name}")
            for name, text in (("model", row.model), ("conversation", row.conversation))
            if text and not (_is_model(text, self.inspector) if name == "model" else is_identifier(text))
        }
        before = len(table)
        same = self._same(row, person)
        question = Entry(
            kind=Kind.INPUT,
            id=self.id(row, "input"),
            findings=tuple(sorted({type for one in (asked, *beside.values()) for type in one.types})),
            tokens_in=row.tokens_in,
            content=self._content(row, asked, stranger, beside),
            masked=values_of(table),
            **same,
        )
        if not row.answer.strip():
            return [question]
        answered = self._kept(row.answer, table, self.output, DEFAULT_OUTPUT, "", answer=True)
        answer = Entry(
            kind=Kind.OUTPUT,
            id=self.id(row, "output"),
            findings=answered.types,
            tokens_out=row.tokens_out,
            content={
                "texts": [{"where": "", "text": answered.text}],
                "findings": answered.findings,
                "findings_total": len(answered.findings),
            },
            masked=values_of(table, before),
            **same,
        )
        return [question, answer]

    def _same(self, row: Row, person: Person | None) -> dict[str, Any]:
        """What question and answer have in common."""
        assert row.at is not None  # a row with errors never comes here
        return {
            "interaction": self.id(row, "interaction"),
            "municipality": self.template.municipality.code,
            "at": _ms(row.at),
            "retention": self.template.retention,
            "source": SOURCE,
            "purpose": str(self.template.purpose_id or ""),
            "system": str(self.template.system_id),
            "person": "" if person is None else str(person.pk),
            "department": "" if person is None else self.people.department(person, row.at),
            "model": row.model if _is_model(row.model, self.inspector) else "",
            "verdict": Verdict.NONE,  # it was sent long ago: nothing was decided here
        }

    def _content(self, row: Row, asked: _Kept, stranger: str, beside: Mapping[str, _Kept]) -> dict[str, Any]:
        findings = [told for one in (asked, *beside.values()) for told in one.findings]
        return {
            "request": {"messages": [{"role": "user", "content": asked.text}] if row.question else []},
            "findings": findings,
            "findings_total": len(findings),
            "rules": self.inspector.rules.version,
            "imported": {
                "template": str(self.template),
                "file": self.sha256,
                "row": row.place.number,
                **({"sheet": self._plain(row.place.sheet)} if row.place.sheet else {}),
                "conversation": row.conversation,
                **{name: one.text for name, one in beside.items()},
                **({"user": stranger} if stranger else {}),
                **self._more(row.more),
            },
        }

    def id(self, row: Row, part: str) -> str:
        """An id made of municipality, template, row and part: the ledger itself knows what was imported before, sealed or not."""
        return self.names("import", self.template.municipality.code, str(self.template.pk), row.key(), part)

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
        findings = [
            told(place, None, one, one.type, action_for(one.type, handling, defaults)) for one in found
        ]
        return _Kept(kept, findings[:1000], tuple(sorted({one.type for one in found})))

    def _plain(self, text: str) -> str:
        """A name of somebody unknown, with what inspection finds in it hidden for good: it may be a mail address."""
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


def _ms(at: datetime.datetime) -> int:
    return int(at.timestamp() * 1000)


def _is_model(text: str, inspector: Inspector) -> bool:
    """Whether a model's name may stand in a clear column: a log may hold anything there, somebody's name too."""
    if text == COPILOT:
        return True
    words = spelled(text)  # tel090-1234-5678
    return plain(text) == text and not (
        words and (inspector.inspect(words).data or inspector.inspect(text).data)
    )


def _recorded(template: ImportTemplate, **wanted: Sequence[str]) -> Iterator[ImportedRow]:
    """What was recorded with one of these keys or digests."""
    for name, values in wanted.items():
        for at in range(0, len(values), _CHUNK):
            yield from ImportedRow.objects.filter(
                template=template, **{f"{name}__in": values[at : at + _CHUNK]}
            )
