"""Review bodies, their members and meetings."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kijun.governance.mandates import actions, queries
from kijun.governance.mandates.forms import BodyForm, EndForm, MeetingForm, MemberForm
from kijun.governance.mandates.models import Body, Meeting, Member
from kijun.governance.mandates.views._shared import form_page, initial_of, posted, split_revision
from kijun.governance.organisation.tenancy import StaffRequest, get_mine, mine
from kijun.web.who_may import require, who_may


def _page(pk: int) -> str:
    return reverse("mandates:body", args=[pk])


@require_GET
@who_may("mandates.read")
def bodies(request: StaffRequest) -> HttpResponse:
    """The bodies of today with who sits in them, and earlier ones."""
    today = timezone.localdate()
    context = {
        "facts": queries.bodies_in_force(request.municipality),
        "past": mine(request, Body).filter(valid_to__lt=today).order_by("-valid_to"),
        "may_edit": request.user.has_perm("mandates.edit"),
    }
    return render(request, "mandates/bodies.html", context)


@require_GET
@who_may("mandates.read")
def body(request: StaffRequest, pk: int) -> HttpResponse:
    """One body: members, meetings, decisions."""
    found = get_mine(request, Body, pk=pk)
    today = timezone.localdate()
    members = list(found.members.select_related("person").order_by("-chair", "side", "pk"))
    meetings = list(found.meetings.prefetch_related("attendees__person"))
    sides = {member.side for member in members if member.holds_on(today)}
    context = {
        "body": found,
        "members": [one for one in members if one.valid_to is None or one.valid_to >= today],
        "past": [one for one in members if one.valid_to and one.valid_to < today],
        "missing": [side.label for side in (Member.Side.EXECUTIVE, Member.Side.GROUND) if side not in sides],
        "meetings": meetings,
        "things": [*members, *meetings],
        "holds": found.holds_on(today),
        "may_edit": request.user.has_perm("mandates.edit", found),
    }
    return render(request, "mandates/body.html", context)


@who_may("mandates.edit")
def add_body(request: StaffRequest) -> HttpResponse:
    """A new body."""
    form = BodyForm(posted(request), initial={"valid_from": timezone.localdate()})
    return form_page(
        request,
        form,
        lambda data: actions.save_body(request.user, request.municipality, None, **split_revision(data)),
        title=_("検討体制を登録する"),
        back=reverse("mandates:bodies"),
        back_label=_("検討体制"),
        after=lambda made: _page(made.pk) if made else reverse("mandates:bodies"),
    )


@who_may("mandates.edit")
def change_body(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct a body, or end it."""
    found = get_mine(request, Body, pk=pk)
    require(request, "mandates.edit", found)
    form = BodyForm(posted(request), initial=initial_of(found, BodyForm))
    return form_page(
        request,
        form,
        lambda data: actions.save_body(request.user, request.municipality, found, **split_revision(data)),
        title=_("検討体制の内容を変える"),
        back=_page(pk),
        back_label=found.name,
    )


@who_may("mandates.edit")
def add_member(request: StaffRequest, pk: int) -> HttpResponse:
    """One more member."""
    found = get_mine(request, Body, pk=pk)
    initial = {"valid_from": max(timezone.localdate(), found.valid_from)}
    form = MemberForm(posted(request), town=request.municipality, initial=initial)
    return form_page(
        request,
        form,
        lambda data: actions.save_member(request.user, found, None, **split_revision(data)),
        title=_("委員を追加する"),
        back=_page(pk),
        back_label=found.name,
    )


@who_may("mandates.edit")
def change_member(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct a member."""
    found = get_mine(request, Member.objects.select_related("body"), pk=pk)
    form = MemberForm(posted(request), town=request.municipality, initial=initial_of(found, MemberForm))
    return form_page(
        request,
        form,
        lambda data: actions.save_member(request.user, found.body, found, **split_revision(data)),
        title=_("委員の内容を変える"),
        back=_page(found.body_id),
        back_label=found.body.name,
    )


@who_may("mandates.edit")
def end_member(request: StaffRequest, pk: int) -> HttpResponse:
    """The last day of a membership."""
    found = get_mine(request, Member.objects.select_related("body", "person"), pk=pk)
    form = EndForm(posted(request), initial={"last_day": timezone.localdate()})
    return form_page(
        request,
        form,
        lambda data: actions.end(request.user, found, data["last_day"]),
        title=_("%(name)sさんの任期を終える") % {"name": found},
        back=_page(found.body_id),
        back_label=found.body.name,
    )


@who_may("mandates.edit")
def add_meeting(request: StaffRequest, pk: int) -> HttpResponse:
    """A meeting that was held or is planned."""
    found = get_mine(request, Body, pk=pk)
    form = MeetingForm(posted(request), body=found, initial={"held_on": timezone.localdate()})
    return form_page(
        request,
        form,
        lambda data: actions.save_meeting(request.user, found, None, **split_revision(data)),
        title=_("会議を登録する"),
        back=_page(pk),
        back_label=found.name,
    )


@who_may("mandates.edit")
def change_meeting(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down what a meeting decided."""
    found = get_mine(request, Meeting.objects.select_related("body"), pk=pk)
    initial = initial_of(found, MeetingForm, attendees=found.attendees.all())
    form = MeetingForm(posted(request), body=found.body, initial=initial)
    return form_page(
        request,
        form,
        lambda data: actions.save_meeting(request.user, found.body, found, **split_revision(data)),
        title=_("会議の内容を変える"),
        back=_page(found.body_id),
        back_label=found.body.name,
    )
