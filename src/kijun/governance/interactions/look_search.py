"""Who looked at what, asked for: by whom, at whose records or at which one, how, with which words, when.

Whose records came and what was asked stands encrypted in each look, so that the looks are gone through one after the other.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kijun.governance.accounts.models import Person
from kijun.governance.accounts.person_field import meant, people_choices
from kijun.governance.interactions import ledger, narrowing, wording
from kijun.governance.interactions.looks import Look, Looks, told
from kijun.governance.interactions.names import Names, unknown_number
from kijun.governance.interactions.searching import end_of, milliseconds
from kijun.governance.organisation.models import Municipality
from kijun.ledger.model import Kind, Query
from kijun.web.punctuation import listed
from kijun.web.search import folded

MOST_LOOKED: Final = 5_000
"""Looks that one page goes through."""
_AT_ONCE: Final = 500
SHORTEST_ID: Final = 8
"""Characters by which a record is known from its beginning."""
NAMED: Final = ("person", "system", "purpose", "department")
"""Conditions of a search that are ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichLooks:
    """All that is given must hold. ``by`` is a primary key as text, ``whom`` ids as looks name people and applications, days inclusive."""

    by: str = ""
    whom: frozenset[str] = frozenset()
    record: str = ""
    what: str = ""
    words: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None

    def holds(self, one: Look) -> bool:
        """The look is meant, as far as the ledger was not asked."""
        said = folded(" ".join((one.why, *map(str, one.asked.values()))))
        return (
            (not self.whom or not self.whom.isdisjoint(one.whose))
            and (not self.what or one.what == self.what)
            and (
                not self.record
                or any(id.startswith(self.record) for id in (one.interaction, *one.interactions))
            )
            and all(word in said for word in folded(self.words).split())
        )


def find(municipality: Municipality, which: WhichLooks, before: int | None = None, limit: int = 50) -> Looks:
    """A page of looks, newest first; it may hold fewer, or none, and lead on where many were gone through in vain. Raises `LedgerError`."""
    query = Query(
        municipality=municipality.code,
        kinds=(Kind.LOOK,),
        person=which.by,
        since=None if which.since is None else milliseconds(which.since),
        until=end_of(which.until),
        before=before,
        limit=_AT_ONCE,
    )
    rows: list[Look] = []
    unread: set[str] = set()
    looked = 0
    with ledger.reading() as book:
        while True:
            page = book.search(query)
            unread |= {fault.name for fault in page.faults}
            for one in page.records:
                if which.holds(look := told(one)):
                    rows.append(look)
                if len(rows) == limit and (one is not page.records[-1] or page.next is not None):
                    return Looks(rows, one.seq, len(unread))
            looked += len(page.records)
            if page.next is None or looked >= MOST_LOOKED:
                return Looks(rows, page.next, len(unread))
            query = _further(query, page.next)


def _further(query: Query, before: int) -> Query:
    return replace(query, before=before)


def person_key(municipality: Municipality, text: str, *, applications: bool = True) -> str:
    """The id by which the ledger knows who was typed, also somebody who has left, or a number that nobody has. Raises ValidationError.

    With ``applications`` it has the code ``application`` where the name is one's.
    """
    text = text.strip()
    if not text:
        return ""
    try:
        return str(meant(people_choices(municipality), text).pk)
    except ValidationError as error:
        gone = Person.objects.of(municipality).filter(staff_number=text.upper()).first()
        if gone is not None:
            return str(gone.pk)
        if number := unknown_number(municipality, text):
            return number
        raise _nobody(municipality, text, error, applications) from error


def whose_keys(municipality: Municipality, text: str) -> frozenset[str]:
    """As `person_key`, for looks at somebody's records; or the applications of that name. Raises ValidationError."""
    if not text.strip():
        return frozenset()
    try:
        return frozenset({person_key(municipality, text)})
    except ValidationError as error:
        if error.code == "application":
            return narrowing.named(municipality.code, "application", text)
        raise


def _nobody(
    municipality: Municipality, text: str, error: ValidationError, applications: bool
) -> ValidationError:
    """The lines of these searches offer nobody to choose from, and may be taken for the one of applications."""
    params = {"typed": text[:40]} | (error.params or {})
    code = error.code
    if code == "several":
        words = _(
            "「%(typed)s」に当てはまる職員が%(count)s人います。職員番号か、氏名をすべて入力してください。例：%(example)s"
        )
    elif applications and narrowing.named(municipality.code, "application", text):
        code = "application"
        words = _(
            "「%(typed)s」という職員はいませんが、アプリケーションの記録があります。「ほかの条件」の「アプリケーション」に入力してください。"
        )
    else:
        words = _(
            "「%(typed)s」に当てはまる職員がいません。氏名、フリガナ、職員番号のどれかを確かめてください。"
        )
    return ValidationError(words, params=params, code=code)


# --- what was asked, in words ---------------------------------------------------------------


def asked_ids(looks: list[Look]) -> dict[str, set[str]]:
    """The ids that stand in what was asked, by kind."""
    return {kind: {str(one.asked[kind]) for one in looks if one.asked.get(kind)} for kind in NAMED}


def asked_words(asked: dict[str, Any], labels: dict[str, Any], names: Names) -> list[str]:
    """What a search was for: 内容に含まれる言葉：税金. ``labels`` are those of the form."""
    return [
        _("%(label)s：%(value)s") % {"label": labels.get(name, name), "value": _value(name, value, names)}
        for name, value in asked.items()
    ]


def _value(name: str, value: Any, names: Names) -> str:
    if name in NAMED:
        return names.of(name, str(value))
    if name == "finding":
        return wording.finding(str(value))
    if name == "verdict":
        return str(wording.asked_verdict(str(value)))
    if name == "hours":
        return str(wording.OUT_OF_HOURS)
    if name == "alone":
        return _("はい")
    if name == "source":
        return str(wording.source(str(value)))
    return listed(map(str, value)) if isinstance(value, list) else str(value)
