"""教訓: written by who leads, read by everybody."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kijun.governance.incidents import actions, lists, queries
from kijun.governance.incidents.forms import LessonForm
from kijun.governance.incidents.models import Lesson, Reading
from kijun.governance.incidents.views._shared import to_lead
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.doing import Saved, filled, pressed, revision
from kijun.web.who_may import require, who_may


@require_safe
@who_may("incidents.lessons")
def lessons(request: StaffRequest) -> HttpResponse:
    """インシデントの教訓, for everybody on the staff."""
    rows = queries.lessons(request.municipality)
    if lists.LESSONS.wants_excel(request):
        return lists.LESSONS.as_excel(request, rows, _("インシデントの教訓.xlsx"))
    context = {
        "shown": lists.LESSONS.show(request, rows),
        "unread": queries.unread(request.user),
        "people": queries.staff_count(request.municipality),
    }
    return render(request, "incidents/lessons.html", context)


def _seen(request: StaffRequest, pk: int) -> Lesson:
    """A published one; a draft only for those who follow the incident."""
    rows = Lesson.objects.select_related(
        "municipality",
        "incident__municipality",
        "incident__system__owner",
        "incident__report",
        "published_by",
    )
    row: Lesson = get_mine(request, rows, pk=pk)
    if not row.is_published and not request.user.has_perm("incidents.follow", row.incident):
        get_mine(request, rows.none())
    return row


@require_safe
@who_may("incidents.lessons")
def lesson(request: StaffRequest, pk: int) -> HttpResponse:
    """One lesson; 読みました says that it was read."""
    row = _seen(request, pk)
    read = row.readings.filter(person__is_active=True).count()
    people = queries.staff_count(request.municipality)
    context = {
        "lesson": row,
        "own_reading": Reading.objects.filter(lesson=row, person=request.user).first(),
        "read": read,
        "people": people,
        "share": queries.share(read, people),
        "follows": request.user.has_perm("incidents.follow", row.incident),
        "may_lead": request.user.has_perm("incidents.lead", row.incident),
        "readers": row.readings.select_related("person").order_by("person__kana_sort")
        if request.user.has_perm("incidents.follow", row.incident)
        else [],
    }
    return render(request, "incidents/lesson.html", context)


@require_POST
@who_may("incidents.lessons")
def read(request: StaffRequest, pk: int) -> HttpResponse:
    """読みました."""
    row = _seen(request, pk)
    return pressed(
        request,
        row.get_absolute_url(),
        _("読んだことを記録しました。"),
        lambda: actions.read_lesson(request.user, row),
    )


@who_may("incidents.report")
def write(request: StaffRequest, pk: int) -> HttpResponse:
    """教訓を書く."""
    incident = to_lead(request, pk)
    row: Lesson | None = getattr(incident, "lesson", None)
    initial: dict[str, Any] = {"happened": "", "learnt": incident.cause, "do": _prevention(incident)}
    if row is not None:
        initial = {
            "revision": row.revision,
            "title": row.title,
            "happened": row.happened,
            "learnt": row.learnt,
            "do": row.do,
            "nobody_named": row.nobody_named_by_id is not None,
        }
    form = LessonForm(request.POST if request.method == "POST" else None, initial=initial)

    def save(data: dict[str, Any]) -> Saved:
        seen_revision = data.pop("revision")
        data.pop("shown")
        made = actions.save_lesson(request.user, incident, **data, seen_revision=seen_revision)
        return _("教訓を保存しました。"), made.get_absolute_url()

    context = {
        "incident": incident,
        "title": _("教訓を書く"),
        "button": _("保存する"),
        "lead": _("職員全員が読みます。だれが、を書かず、何が起きて、どう防ぐかを書きます。"),
    }
    return filled(request, "incidents/act.html", form, context, save)


def _prevention(incident: Any) -> str:
    return "\n".join(f"・{one.what}" for one in incident.preventions.all())


@require_POST
@who_may("incidents.report")
def publish(request: StaffRequest, pk: int) -> HttpResponse:
    """職員に公開する."""
    row = _seen(request, pk)
    require(request, "incidents.lead", row.incident)
    return pressed(
        request,
        row.get_absolute_url(),
        _("公開しました。職員のホームに表示されます。"),
        lambda: actions.publish_lesson(request.user, row, revision(request)),
    )


@require_POST
@who_may("incidents.report")
def unpublish(request: StaffRequest, pk: int) -> HttpResponse:
    """公開を取りやめる."""
    row = _seen(request, pk)
    require(request, "incidents.lead", row.incident)
    return pressed(
        request,
        row.get_absolute_url(),
        _("公開を取りやめました。"),
        lambda: actions.unpublish_lesson(request.user, row, revision(request)),
    )
