"""What is left before an incident is closed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.evidence.proofs import line
from kijun.governance.incidents.models import Incident, Residents, Whom


def left(incident: Incident) -> list[StrOrPromise]:
    """In words; empty where it may be closed. Three queries and a few."""
    found: list[StrOrPromise] = []
    if not incident.cause:
        found.append(_("原因が書かれていません。"))
    if incident.residents == Residents.UNKNOWN:
        found.append(_("住民への影響が「まだ分からない」のままです。"))
    found += _residents(incident)
    found += _to_do(incident)
    preventions = list(incident.preventions.all())
    undone = sum(one.done_on is None for one in preventions)
    if undone:
        found.append(line(_("再発防止が%(n)s件、済んでいません。"), n=undone))
    if not preventions and not incident.no_prevention_why:
        found.append(_("再発防止を決めるか、決めない理由を書いてください。"))
    lesson = getattr(incident, "lesson", None)
    if (lesson is None or not lesson.is_published) and not incident.no_lesson_why:
        found.append(_("教訓を公開するか、出さない理由を書いてください。"))
    return found


def _residents(incident: Incident) -> list[StrOrPromise]:
    """A case that touched residents tells how they were told and helped (U8.1.1)."""
    if incident.residents != Residents.YES:
        return []
    found: list[StrOrPromise] = []
    if not incident.redress:
        found.append(_("住民への手当てが書かれていません。"))
    if not told_residents(incident):
        found.append(_("住民への連絡が記録されていません。"))
    return found


def told_residents(incident: Incident) -> bool:
    """Residents were told, or it was judged with a reason that they need not be."""
    return any(
        one.whom in (Whom.RESIDENTS, Whom.PUBLIC) and one.done_at is not None
        for one in incident.notices.all()
    )


def _to_do(incident: Incident) -> list[StrOrPromise]:
    found: list[StrOrPromise] = []
    steps = incident.steps.filter(done_at=None).count()
    if steps:
        found.append(line(_("手順が%(n)s件、済んでいません。"), n=steps))
    notices = incident.notices.filter(done_at=None).count()
    if notices:
        found.append(line(_("連絡が%(n)s件、済んでいません。"), n=notices))
    return found
