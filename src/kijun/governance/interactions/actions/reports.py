"""Access reports: made once a month, acknowledged by the department's approver, remarked on afterwards."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.plain import check_names
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.audit.refs import SYSTEM
from kijun.governance.interactions import figures
from kijun.governance.interactions.models import AccessRemark, AccessReport
from kijun.governance.organisation.calendar import due_date
from kijun.governance.organisation.models import Department, Municipality

DAYS: int = 10
"""Opening days in which a report is acknowledged."""


def generate(municipality: Municipality, month: str) -> int:
    """Make the reports of a month that are not there yet; gives how many. Those that are stay as they were. Raises `LedgerError`."""
    made = 0
    found = figures.by_department(municipality, month)
    departments = {str(one.pk): one for one in Department.objects.of(municipality)}
    before = {
        one.department_id: one.figures
        for one in AccessReport.objects.of(municipality).filter(month=figures.month_before(month))
    }
    had_any = bool(before)
    for key, numbers in sorted(found.items()):
        department = departments.get(key)
        old = before.get(department.pk if department else None)
        if old is None and had_any:
            old = figures.empty()
        numbers["changes"] = figures.changes(numbers, old)
        numbers["anomalies"] = figures.anomalies(numbers, old)
        made += _make(municipality, department, month, numbers)
    return made


def _make(
    municipality: Municipality, department: Department | None, month: str, numbers: figures.Figures
) -> bool:
    if AccessReport.objects.of(municipality).filter(department=department, month=month).exists():
        return False
    try:
        with transaction.atomic():
            row = AccessReport.objects.create(
                municipality=municipality,
                department=department,
                month=month,
                figures=numbers,
                due_on=due_date(municipality, DAYS, timezone.localdate()),
            )
            record(municipality.chain, SYSTEM, "interactions.report_made", row, {"month": month})
    except IntegrityError:  # another process made it meanwhile
        return False
    return True


ACKNOWLEDGED: Final = "acknowledged"
"""The code of a refusal: somebody acknowledged the report before."""


@transaction.atomic
def acknowledge(
    person: Person, report: AccessReport, *, odd: bool, comment: str, seen_revision: int | None = None
) -> AccessReport:
    """The department's approver looked at the report. Something that looks odd needs a comment: what, and what is done about it.

    ValidationError with the code `ACKNOWLEDGED` where somebody did before; what they noticed can be added with `remark`.
    """
    if not person.has_perm("interactions.acknowledge", report):
        raise PermissionDenied
    now = AccessReport.objects.select_for_update().get(pk=report.pk)
    if now.acknowledged_at is not None:
        report.refresh_from_db()
        raise _acknowledged(now)
    comment = comment.strip()
    if odd and not comment:
        raise ValidationError({"comment": [_("何が気になるか、どう対応するかを入力してください。")]})
    report.claim(seen_revision)
    report.acknowledged_at, report.acknowledged_by = timezone.now(), person
    report.odd, report.comment = odd, comment[:1000]
    report.save(update_fields=["acknowledged_at", "acknowledged_by", "odd", "comment"])
    detail = {"month": report.month, "odd": odd, "comment": report.comment}
    record(report.municipality.chain, person, "interactions.report_acknowledged", report, detail)
    return report


def _acknowledged(report: AccessReport) -> ValidationError:
    words = _("すでに%(by)sさんが確認しました。")
    return ValidationError(words, code=ACKNOWLEDGED, params={"by": str(report.acknowledged_by)})


@transaction.atomic
def remark(person: Person, report: AccessReport, text: str) -> AccessRemark:
    """Add what somebody who may acknowledge a report notices after it was acknowledged. The same person's same words are added once."""
    if not person.has_perm("interactions.acknowledge", report):
        raise PermissionDenied
    now = AccessReport.objects.select_for_update().get(pk=report.pk)
    if now.acknowledged_at is None:
        raise ValidationError(_("先に、報告を確認してください。"))
    text = text.strip()
    if not text:
        raise ValidationError({"remark": [_("何が気になるか、どう対応するかを入力してください。")]})
    check_names({"remark": text}, lines=True)
    text = text[:1000]
    # the button may be pressed twice
    there: AccessRemark | None = now.remarks.filter(by=person, text=text).first()
    if there is not None:
        return there
    made = AccessRemark.objects.create(report=now, by=person, text=text)
    detail = {"month": now.month, "remark": text}
    record(now.municipality.chain, person, "interactions.report_remarked", now, detail)
    return made
