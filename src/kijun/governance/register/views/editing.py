"""Beginning an entry and filling it, topic by topic."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kijun.governance.organisation.tenancy import StaffRequest
from kijun.governance.register import actions, content
from kijun.governance.register.forms import TopicForm
from kijun.governance.register.models import Entry
from kijun.governance.register.views._shared import find_entry, find_system, lacking, posted, steps
from kijun.governance.register.words import TOPIC_NAMES
from kijun.web.forms import add_errors
from kijun.web.who_may import require, who_may


@require_POST
@who_may("register.edit")
def start(request: StaffRequest, pk: int) -> HttpResponse:
    system = find_system(request, pk)
    require(request, "register.edit", system)
    actions.start_entry(request.user, system)
    return redirect("register:topic", pk, content.TOPICS[0].slug)


@who_may("register.edit")
def topic(request: StaffRequest, pk: int, topic: str) -> HttpResponse:
    """One page of the form. Saving goes on to the next page, or stays for whoever wants to come back later."""
    entry = find_entry(request, pk, to_edit=True)
    slugs = [one.slug for one in content.TOPICS]
    if topic not in slugs:
        raise Http404
    if entry.state == Entry.State.SUBMITTED:
        messages.warning(request, _("決裁の途中のため変更できません。"))
        return redirect("register:entry", pk)
    at = slugs.index(topic)
    form = TopicForm(posted(request), topic=content.TOPICS[at], entry=entry)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                actions.save_entry(
                    request.user,
                    entry,
                    form.data_for_action(),
                    form.cleaned_data["revision"],
                    hidden=form.hidden(),
                )
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, _("保存しました。"))
                return _after(request, pk, slugs, at)
        status = 422
        entry.refresh_from_db(fields=["texts", "hidden", "state"])
    context = {
        "system": entry.system,
        "entry": entry,
        "form": form,
        "topic": topic,
        "title": TOPIC_NAMES[topic],
        "steps": steps(entry, topic),
        "lacking": lacking(entry),
        "gap_count": len(content.gaps(entry)),
        "facts": list(form.facts()),
        "previous": slugs[at - 1] if at else None,
        "last": at == len(slugs) - 1,
    }
    return render(request, "register/topic.html", context, status=status)


def _after(request: StaffRequest, pk: int, slugs: list[str], at: int) -> HttpResponse:
    if "later" in request.POST:
        return redirect("register:entry", pk)
    if at + 1 < len(slugs):
        return redirect("register:topic", pk, slugs[at + 1])
    return redirect("register:submit", pk)
