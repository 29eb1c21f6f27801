"""Evidence that lapses or turns bad raises a finding by itself; evidence that is good again moves it to done.

An item past its last day lapses unless newer evidence by hand (met or partly met, not past its day) stands for the same
control in the same scope. A finding that mended by itself is closed by a person.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kijun.governance.audit.refs import SYSTEM
from kijun.governance.evidence import controls, scopes
from kijun.governance.evidence.actions import findings
from kijun.governance.evidence.controls import Book
from kijun.governance.evidence.models import Finding, Item, Verdict, lapse_title
from kijun.governance.evidence.scopes import ScopeFacts
from kijun.governance.organisation.models import Municipality

Place = tuple[Any, int]
GOOD = (Verdict.MET, Verdict.PARTLY)


def follow(municipality: Municipality, kind: str, scope_id: int, added: Sequence[Item] = ()) -> None:
    """What follows at once from evidence that people add or take back: findings are raised, or move to done.

    ``added`` are the new items. Evidence by hand that says 満たしていない, where good evidence stood, is a verdict that
    turned bad; where nothing stood, it is the answer of an assessment that makes it a finding.
    """
    facts = {
        (one.kind, one.id): one
        for one in scopes.every(municipality)
        if (one.kind, one.id) == (kind, scope_id)
    }
    for place, one in facts.items():
        for item in added:
            if item.verdict == Verdict.UNMET and _was_good(item):
                turned_worse(municipality, one, item)
        lapsed(municipality, {place: one})
        mended(municipality, {place: one})


def _was_good(item: Item) -> bool:
    """Other evidence in force says that the control is met."""
    held = Q(expires_on=None) | Q(expires_on__gte=timezone.localdate())
    rows = Item.objects.filter(held, municipality=item.municipality_id, superseded_at=None, verdict__in=GOOD)
    same = rows.filter(scope_kind=item.scope_kind, scope_id=item.scope_id, control_id=item.control_id)
    return same.exclude(pk=item.pk).exists()


def turned_worse(municipality: Municipality, facts: ScopeFacts, item: Item) -> int:
    """1 when a finding was raised (or reopened) for a verdict that fell to unmet."""
    return _raise(municipality, facts, item, Finding.Cause.WORSE, timezone.now(), controls.of(municipality))


def lapsed(municipality: Municipality, facts: Mapping[Place, ScopeFacts]) -> int:
    """Raise a finding for each item past its last day; returns how many were raised or reopened."""
    settled, book = _settled(municipality), controls.of(municipality)
    count = 0
    for item in lapsed_items(municipality):
        place = (item.scope_kind, item.scope_id)
        if place not in facts or item.expires_on is None or _key(item) in settled:
            continue
        settled.add(_key(item))
        end = max(_end_of(item.expires_on), item.made_at)  # it may have been old when it was added
        count += _raise(municipality, facts[place], item, Finding.Cause.LAPSE, end, book)
    return count


def lapsed_items(municipality: Municipality) -> QuerySet[Item]:
    """Items in force past their last day that nothing newer covers, the longest lapsed first."""
    today = timezone.localdate()
    covering = Item.objects.filter(
        Q(expires_on=None) | Q(expires_on__gte=today),
        municipality=municipality,
        superseded_at=None,
        scope_kind=OuterRef("scope_kind"),
        scope_id=OuterRef("scope_id"),
        control_id=OuterRef("control_id"),
        verdict__in=GOOD,
        made_at__gt=OuterRef("made_at"),
    ).exclude(kind=Item.Kind.AUTOMATIC)
    rows = Item.objects.filter(~Exists(covering), municipality=municipality, superseded_at=None)
    return rows.filter(expires_on__lt=today).order_by("expires_on", "pk")


def mended(municipality: Municipality, facts: Mapping[Place, ScopeFacts]) -> int:
    """Move to done what is good again: findings by lapse or worse verdict in these scopes; returns how many."""
    causes = (Finding.Cause.LAPSE, Finding.Cause.WORSE)
    rows = Finding.objects.filter(
        municipality=municipality,
        cause__in=causes,
        state__in=(Finding.State.OPEN, Finding.State.PLANNED),
    ).select_related("item")
    waiting = [one for one in rows if (one.scope_kind, one.scope_id) in facts]
    if not waiting:
        return 0
    still = {_key(item) for item in lapsed_items(municipality)}
    standing = _standing(municipality, {one.control_id for one in waiting})
    count = 0
    for finding in waiting:
        items = standing.get(_key(finding), [])
        good = _renewed(items) and _key(finding) not in still
        if finding.cause == Finding.Cause.WORSE:
            good = _met_again(finding, items)
        if good:
            with translation.override("ja"):
                note = _("証跡が再び満たされたため、自動で「実施済・確認待ち」にしました。")
            findings.advance(SYSTEM, finding, note=note)
            count += 1
    return count


def _standing(
    municipality: Municipality, control_ids: Collection[str]
) -> dict[tuple[str, int, str], list[Item]]:
    """For each place and control: the evidence in force, the newest first."""
    rows = Item.objects.filter(municipality=municipality, superseded_at=None, control_id__in=control_ids)
    found: dict[tuple[str, int, str], list[Item]] = {}
    for item in rows.order_by("-made_at", "-pk"):
        found.setdefault(_key(item), []).append(item)
    return found


def _renewed(items: Sequence[Item]) -> bool:
    """Something that has not lapsed says that the control is met, at least in part."""
    return any(item.verdict in GOOD and not item.has_expired for item in items)


def _met_again(finding: Finding, items: Sequence[Item]) -> bool:
    """What is collected says met and nothing else; and where a person said unmet, newer evidence by hand says met."""
    automatic = {item.verdict for item in items if item.kind == Item.Kind.AUTOMATIC}
    if Verdict.UNMET in automatic:
        return False
    if finding.item is None or finding.item.kind == Item.Kind.AUTOMATIC:
        return Verdict.MET in automatic
    by_hand = [item for item in items if item.kind != Item.Kind.AUTOMATIC and not item.has_expired]
    return bool(by_hand) and by_hand[0].verdict == Verdict.MET


def _key(row: Item | Finding) -> tuple[str, int, str]:
    return row.scope_kind, row.scope_id, row.control_id


def _settled(municipality: Municipality) -> set[tuple[str, int, str]]:
    """Where a finding by lapse is being worked on already."""
    rows = Finding.objects.filter(
        municipality=municipality,
        cause=Finding.Cause.LAPSE,
        state__in=(Finding.State.OPEN, Finding.State.PLANNED),
    )
    return {_key(one) for one in rows}


def _raise(
    municipality: Municipality,
    facts: ScopeFacts,
    item: Item,
    cause: Finding.Cause,
    lapsed_at: datetime.datetime,
    book: Book,
) -> int:
    with translation.override("ja"):  # kept as words too, for search and the trail
        description = Finding(cause=cause, item=item).shown_description
    known = findings.open_finding(municipality, item.control_id, item.scope_kind, item.scope_id, cause)
    if known is not None:
        if known.state != Finding.State.DONE:
            return 0
        findings.reopen(SYSTEM, known, reason=description)
        return 1
    findings.raise_finding(
        None,
        municipality,
        control_id=item.control_id,
        scope_kind=item.scope_kind,
        scope_id=item.scope_id,
        title=_title(cause, item, book, "ja"),
        title_en=_title(cause, item, book, "en"),
        description=description,
        cause=cause,
        owner=facts.owner,
        department=facts.department,
        item=item,
        lapsed_at=lapsed_at,
    )
    return 1


def _title(cause: Finding.Cause, item: Item, book: Book, lang: str) -> str:
    with translation.override(lang):
        return lapse_title(cause, book.label(item.control_id))


def _end_of(day: datetime.date) -> datetime.datetime:
    """The moment a day ends in the town's time zone."""
    after = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time())
    return timezone.make_aware(after)
