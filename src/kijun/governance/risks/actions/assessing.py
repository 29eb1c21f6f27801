"""Starting an assessment and filling it in, part by part."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from kijun.catalog import current_version
from kijun.governance.accounts.acting import Actor, allow
from kijun.governance.audit.actions import changes, record
from kijun.governance.inventory.models import AISystem
from kijun.governance.risks import facts, queries
from kijun.governance.risks.actions.common import drafts_only
from kijun.governance.risks.models import Rating, RiskAssessment

COPIED = ("public_authority", "public_authority_basis", "data_subjects", "axes", "residual_note")
FIELDS = {
    "use": ("public_authority", "public_authority_basis"),
    "data": ("data_subjects", "data_kinds"),
    "axes": ("axes",),
}


@transaction.atomic
def start(actor: Actor, system: AISystem) -> RiskAssessment:
    """A draft with the last assessment's answers; the draft there is, where one was begun already.

    What information goes in is taken from the inventory, which may have changed since.
    """
    allow(actor, "risks.assess", system)
    if system.is_draft:
        raise ValidationError(_("下書きのAIシステムです。先に登録を終えてください。"))
    if system.is_retired:
        raise ValidationError(_("廃止したAIシステムは評価できません。"))
    AISystem.objects.select_for_update().get(pk=system.pk)
    begun = queries.draft(system)
    if begun is not None:
        return begun
    last = system.risk_assessments.order_by("-number").first()
    number = system.risk_assessments.aggregate(last=Max("number"))["last"] or 0
    copied = {name: getattr(last, name) for name in COPIED} if last else {}
    draft = RiskAssessment.objects.create(
        municipality=system.municipality,
        system=system,
        number=number + 1,
        catalog_version=current_version(),
        data_kinds=list(system.data_kinds),
        step=len(facts.PARTS) if last else 1,
        **copied,
    )
    if last is not None:
        Rating.objects.bulk_create(
            Rating(
                municipality=system.municipality,
                assessment=draft,
                risk_id=one.risk_id,
                applies=one.applies,
                reason=one.reason,
                harm=one.harm,
                likelihood=one.likelihood,
            )
            for one in last.ratings.all()
        )
    detail = {"number": draft.number, "system": system.code}
    record(system.municipality.chain, actor, "risks.started", draft, detail)
    return draft


@transaction.atomic
def save_part(
    actor: Actor,
    assessment: RiskAssessment,
    part: str,
    data: dict[str, Any],
    seen_revision: int | None = None,
) -> RiskAssessment:
    """Save one part of a draft: ``use``, ``data``, ``axes`` (fields of the model) or ``ratings``.

    For ``ratings``, ``data`` is {risk id: {"applies", "reason", "harm", "likelihood"}} of some or all risks.
    Raises Stale, and ValidationError for a figure outside 1–4 or a risk that the catalogue does not know.
    """
    allow(actor, "risks.assess", assessment)
    drafts_only(assessment)
    assessment.claim(seen_revision)
    if part == "ratings":
        detail = _save_ratings(assessment, data)
    else:
        values = {name: data[name] for name in FIELDS[part] if name in data}
        _check(values)
        detail = changes({name: getattr(assessment, name) for name in values}, values)
        for name, value in values.items():
            setattr(assessment, name, value)
    assessment.step = max(assessment.step, facts.BY_SLUG[part].number + (part != "ratings"))
    assessment.save()
    if detail.get("after"):
        record(assessment.municipality.chain, actor, "risks.draft_saved", assessment, detail)
    return assessment


def reach_result(actor: Actor, assessment: RiskAssessment) -> RiskAssessment:
    """All principles were walked through: the result is the part to go on with."""
    allow(actor, "risks.assess", assessment)
    drafts_only(assessment)
    assessment.step = len(facts.PARTS)
    assessment.save(update_fields=["step"])
    return assessment


def _check(values: dict[str, Any]) -> None:
    authority = values.get("public_authority")
    if authority not in {None, "", "none", "supports", "decides"}:
        raise ValidationError({"public_authority": [_("選択肢から選んでください。")]})
    for level in values.get("axes", {}).values():
        if level not in {1, 2, 3}:
            raise ValidationError(_("四つの観点は、大・中・小から選んでください。"))


def _save_ratings(assessment: RiskAssessment, data: dict[str, Any]) -> dict[str, Any]:
    known = {risk.id for risk in facts.catalog_of(assessment).risks}
    stored = {one.risk_id: one for one in assessment.ratings.all()}
    before, after = {}, {}
    for risk_id, values in data.items():
        if risk_id not in known:
            raise ValidationError(_("このカタログにないリスクです：%(id)s") % {"id": risk_id})
        for name in ("harm", "likelihood"):
            if values.get(name) not in {None, 1, 2, 3, 4}:
                raise ValidationError(_("害の大きさと起こりやすさは、1から4で選んでください。"))
        row = stored.get(risk_id) or Rating(
            municipality=assessment.municipality, assessment=assessment, risk_id=risk_id
        )
        before[risk_id] = _plain(row) if row.pk else None
        for name in ("applies", "reason", "harm", "likelihood"):
            if name in values:
                setattr(row, name, values[name])
        after[risk_id] = _plain(row)
        if before[risk_id] != after[risk_id]:
            row.save()
    return changes(before, after)


def _plain(row: Rating) -> dict[str, Any]:
    return {
        "applies": row.applies,
        "harm": row.harm,
        "likelihood": row.likelihood,
        "reason": row.reason,
    }


@transaction.atomic
def discard(actor: Actor, assessment: RiskAssessment) -> None:
    """Throw a draft away; the assessment in force stays as it is."""
    allow(actor, "risks.assess", assessment)
    drafts_only(assessment)
    detail = {"number": assessment.number, "system": assessment.system.code}
    record(assessment.municipality.chain, actor, "risks.draft_discarded", assessment, detail)
    assessment.delete()
