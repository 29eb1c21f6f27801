"""Completing an assessment: the tier, its explanation, and the profile of controls are fixed for good."""

from __future__ import annotations

import calendar
import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.catalog import Role, required
from kijun.catalog import Tier as CatalogTier
from kijun.governance.accounts.acting import Actor, allow, person_of
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.risks import facts, rule
from kijun.governance.risks.actions.common import drafts_only
from kijun.governance.risks.models import NEEDS_ACCEPTANCE, RiskAssessment
from kijun.web import dates


def next_review(tier: str, day: datetime.date) -> datetime.date:
    """The last day for the next assessment: 12 months on, 6 for high, 3 for critical."""
    total = day.year * 12 + day.month - 1 + facts.REVIEW_MONTHS[tier]
    year, month = total // 12, total % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def profile_of(assessment: RiskAssessment, tier: str) -> list[str]:
    """Ids of the provider's and the user's controls that the tier requires."""
    return [
        control.id
        for control in required(facts.catalog_of(assessment), tier)
        if control.role in {Role.PROVIDER, Role.USER}
    ]


@transaction.atomic
def complete(
    actor: Actor,
    assessment: RiskAssessment,
    *,
    overruled_tier: str = "",
    overrule_reason: str = "",
    residual_note: str = "",
    next_review_on: datetime.date | None = None,
    seen_revision: int | None = None,
    on: datetime.date | None = None,
) -> RiskAssessment:
    """Put the draft in force; the one before becomes an old version. From now on it never changes.

    Raises ValidationError: by field, or with all that is missing. A tier below the computed one needs
    ``risks.lower`` and a reason of at least :data:`facts.MIN_REASON` characters. ``on``: the day of the
    assessment, for jobs and imports (default: today).
    """
    allow(actor, "risks.assess", assessment)
    drafts_only(assessment)
    ratings = list(assessment.ratings.all())
    missing = facts.problems(assessment, ratings)
    if missing:
        raise ValidationError([str(problem.message) for problem in missing])
    assessment.facts = {}
    result = rule.tier(facts.rule_facts(assessment, ratings))
    changed = overruled_tier if overruled_tier and overruled_tier != result.tier else ""
    reason, note = overrule_reason.strip() if changed else "", residual_note.strip()
    wrong = _wrong_overrule(actor, assessment, result.tier, changed, reason) if changed else {}
    tier, day = changed or str(result.tier), on or timezone.localdate()
    review = next_review_on or next_review(tier, day)
    wrong |= _wrong_review(tier, day, review) | _wrong_note(tier, note)
    if wrong:
        raise ValidationError({field: [message] for field, message in wrong.items()})
    assessment.claim(seen_revision)
    _keep_result(assessment, result)
    assessment.overruled_tier, assessment.overrule_reason = changed, reason
    assessment.overruled_by = person_of(actor) if changed else None
    assessment.tier = tier
    assessment.controls = profile_of(assessment, tier)
    assessment.residual_note = note
    assessment.next_review_on, assessment.assessed_on = review, day
    assessment.assessed_by = person_of(actor)
    _put_in_force(assessment)
    detail = {
        "system": assessment.system.code,
        "number": assessment.number,
        "computed_tier": assessment.computed_tier,
        "tier": tier,
        "overrule_reason": assessment.overrule_reason,
        "rule_version": assessment.rule_version,
        "next_review_on": str(review),
    }
    record(assessment.municipality.chain, actor, "risks.completed", assessment, detail)
    return assessment


def _keep_result(assessment: RiskAssessment, result: rule.Result) -> None:
    """What the rule said, by which version, of which facts."""
    assessment.facts = facts.system_facts(assessment.system)
    assessment.rule_version = rule.RULE_VERSION
    assessment.computed_tier = str(result.tier)
    assessment.explanation = [
        {"rule": step.rule, "ja": step.ja, "en": step.en, "tier": str(step.tier)} for step in result.steps
    ]


def _put_in_force(assessment: RiskAssessment) -> None:
    """The one before becomes an old version."""
    before = assessment.system.risk_assessments.filter(state=RiskAssessment.State.CURRENT)
    before.update(state=RiskAssessment.State.SUPERSEDED)
    assessment.state = RiskAssessment.State.CURRENT
    assessment.step = len(facts.PARTS)
    assessment.save()


def _wrong_note(tier: str, note: str) -> dict[str, StrOrPromise]:
    if tier not in NEEDS_ACCEPTANCE or note:
        return {}
    return {
        "residual_note": _(
            "区分が「高」以上のときは、首長・CDOが判断できるように、残るリスクを書いてください。"
        )
    }


def _wrong_overrule(
    actor: Actor, assessment: RiskAssessment, computed: CatalogTier, wanted: str, reason: str
) -> dict[str, StrOrPromise]:
    try:
        lower = CatalogTier(wanted) < computed
    except ValueError as error:
        raise ValidationError({"overruled_tier": [_("区分を選んでください。")]}) from error
    if lower and isinstance(actor, Person) and not actor.has_perm("risks.lower", assessment):
        raise PermissionDenied
    if lower and len(reason) < facts.MIN_REASON:
        message = _("区分を下げるときは、理由を%(n)s文字以上で書いてください。")
        return {"overrule_reason": message % {"n": facts.MIN_REASON}}
    return {} if reason else {"overrule_reason": _("区分を変える理由を入力してください。")}


def _wrong_review(tier: str, day: datetime.date, review: datetime.date) -> dict[str, StrOrPromise]:
    if review <= day:
        return {"next_review_on": _("評価の日より後の日付を入力してください。")}
    if review > next_review(tier, day):
        message = _("この区分の評価は%(months)sか月以内に見直します。%(last)sまでの日付を入力してください。")
        last = dates.format_wareki(next_review(tier, day))
        return {"next_review_on": message % {"months": facts.REVIEW_MONTHS[tier], "last": last}}
    return {}
