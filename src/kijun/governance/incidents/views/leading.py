"""What who leads does: begin, measure, stop, decide, look anew, hand over, contain, take back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kijun.governance.access.models import Purpose
from kijun.governance.incidents import actions, queries
from kijun.governance.incidents.forms import (
    CourseForm,
    LeaderForm,
    MeasureForm,
    ReassessForm,
    StopForm,
    WordsForm,
)
from kijun.governance.incidents.models import LINE, Incident
from kijun.governance.incidents.views._shared import act, seen, to_lead
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.doing import Saved, filled, pressed, revision
from kijun.web.who_may import require, who_may


@require_POST
@who_may("incidents.report")
def take_up(request: StaffRequest, pk: int) -> HttpResponse:
    """対応を始める."""
    row = to_lead(request, pk)
    return pressed(
        request,
        row.get_absolute_url(),
        _("対応を始めました。"),
        lambda: actions.take_up(request.user, row, revision(request)),
    )


@who_may("incidents.report")
def measure(request: StaffRequest, pk: int) -> HttpResponse:
    """措置を記録する."""
    row = to_lead(request, pk)
    form = MeasureForm(_sent(request), initial={"revision": row.revision, "at": timezone.now()})

    def save(data: dict[str, Any]) -> Saved:
        actions.measure(request.user, row, data["text"], data["at"], data["revision"])
        return _("措置を記録しました。"), row.get_absolute_url()

    return act(request, row, form, _("措置を記録する"), _("記録する"), save)


@who_may("incidents.report")
def stop(request: StaffRequest, pk: int) -> HttpResponse:
    """AIを止める: the stop switch of `access`."""
    row = to_lead(request, pk)
    found = {_key(one): one for one in actions.targets(row)}
    form = StopForm(
        _sent(request),
        initial={"revision": row.revision},
        targets=[(key, _named(one)) for key, one in found.items()],
    )

    def save(data: dict[str, Any]) -> Saved:
        made = actions.stop_ai(request.user, row, found.get(data["target"]), data["why"], data["revision"])
        return _("「%(name)s」を止めました。") % {"name": made.target_name}, row.get_absolute_url()

    lead = _("数秒のうちに、だれも使えなくなります。再開は「AIの停止」のページで行います。")
    return act(request, row, form, _("AIを止める"), _("止める"), save, lead)


def _key(one: AISystem | Purpose) -> str:
    return f"{'system' if isinstance(one, AISystem) else 'purpose'}-{one.pk}"


def _named(one: AISystem | Purpose) -> str:
    words = _("AIシステム：%(name)s") if isinstance(one, AISystem) else _("利用目的：%(name)s")
    return words % {"name": one.shown_name}


@who_may("incidents.report")
def course(request: StaffRequest, pk: int) -> HttpResponse:
    """使い方を判断する: stop, limit, check, or go on."""
    row = to_lead(request, pk)
    initial = {"revision": row.revision, "course": row.course, "course_why": row.course_why}
    form = CourseForm(_sent(request), initial=initial)

    def save(data: dict[str, Any]) -> Saved:
        actions.decide_course(request.user, row, data["course"], data["course_why"], data["revision"])
        return _("判断を記録しました。"), row.get_absolute_url()

    lead = _("判断の記録です。実際に止めるには、インシデントのページの「AIを止める」を使います。")
    return act(request, row, form, _("使い方を判断する"), _("判断を記録する"), save, lead)


@who_may("incidents.report")
def reassess(request: StaffRequest, pk: int) -> HttpResponse:
    """内容を見直す: what is known now."""
    row = to_lead(request, pk)
    systems = queries.reportable_systems(request.user)
    if row.system is not None:
        systems = systems | AISystem.objects.filter(pk=row.system.pk)
    initial = {
        "revision": row.revision,
        "title": row.title,
        "harms": [one.value for one in row.harm_list],
        "severity": row.severity,
        "residents": row.residents,
        "affected": row.affected,
        "affected_count": row.affected_count,
        "system": row.system_id,
        "purpose": row.purpose_id,
        "noticed_at": row.noticed_at,
        "began_at": row.began_at,
    }
    form = ReassessForm(
        _sent(request),
        systems=systems.distinct(),
        purposes=Purpose.objects.of(request.municipality).order_by("name"),
        initial=initial,
    )

    def save(data: dict[str, Any]) -> Saved:
        seen_revision = data.pop("revision")
        data.pop("shown")
        # The page shows minutes, the row has seconds: what was not touched stays as it is.
        for name in ("noticed_at", "began_at"):
            if name not in form.changed_data:
                data[name] = getattr(row, name)
        actions.reassess(request.user, row, data, seen_revision)
        return _("見直しました。増えた手順と連絡があれば、加わっています。"), row.get_absolute_url()

    context = {"incident": row, "title": _("内容を見直す"), "button": _("見直す"), "lead": ""}
    return filled(request, "incidents/act.html", form, context, save)


@who_may("incidents.report")
def leader(request: StaffRequest, pk: int) -> HttpResponse:
    """指揮をとる人を替える."""
    row = to_lead(request, pk)
    form = LeaderForm(
        _sent(request),
        municipality=request.municipality,
        initial={"revision": row.revision, "leader": row.leader_id, "leader_why": row.leader_why},
    )

    def save(data: dict[str, Any]) -> Saved:
        actions.set_leader(request.user, row, data["leader"], data["leader_why"], data["revision"])
        return _("指揮をとる人を決めました。"), _where(request, row)

    owner = row.owner
    lead = (
        _("AIサービス責任者：%(name)s") % {"name": owner.name}
        if owner is not None
        else _("AIサービス責任者は空席です。だれも選ばなければ、IT担当者が指揮をとります。")
    )
    return act(request, row, form, _("指揮をとる人を替える"), _("替える"), save, lead)


def _where(request: StaffRequest, row: Incident) -> str:
    """The incident's page, where the person still sees it."""
    sees = request.user.has_perm("incidents.read", row)
    return row.get_absolute_url() if sees else reverse("incidents:incidents")


@who_may("incidents.report")
def contain(request: StaffRequest, pk: int) -> HttpResponse:
    """収束とする."""
    row = to_lead(request, pk)
    form = WordsForm(
        _sent(request),
        label=_("害が広がらないと判断した理由"),
        hint=_("例：止めたあと、同じ案内がないことを3日間確かめた。"),
        initial={"revision": row.revision},
    )

    def save(data: dict[str, Any]) -> Saved:
        actions.contain(request.user, row, data["text"], data["revision"])
        return _("収束としました。原因と再発防止をまとめてください。"), row.get_absolute_url()

    return act(request, row, form, _("収束とする"), _("収束とする"), save)


@who_may("incidents.report")
def resume(request: StaffRequest, pk: int) -> HttpResponse:
    """対応中に戻す."""
    row = to_lead(request, pk)
    form = WordsForm(_sent(request), label=_("戻す理由"), initial={"revision": row.revision})

    def save(data: dict[str, Any]) -> Saved:
        actions.resume(request.user, row, data["text"], data["revision"])
        return _("対応中に戻しました。"), row.get_absolute_url()

    return act(request, row, form, _("対応中に戻す"), _("戻す"), save)


@who_may("incidents.report")
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """取り下げる: by the reporter before anybody took it up, else by who may close it."""
    row = seen(request, pk)
    require(request, "incidents.withdraw", row)
    form = WordsForm(_sent(request), label=_("取り下げる理由"), most=LINE, initial={"revision": row.revision})

    def save(data: dict[str, Any]) -> Saved:
        actions.withdraw(request.user, row, data["text"], data["revision"])
        return _("取り下げました。"), row.get_absolute_url()

    return act(request, row, form, _("報告を取り下げる"), _("取り下げる"), save)


def _sent(request: StaffRequest) -> Any:
    return request.POST if request.method == "POST" else None
