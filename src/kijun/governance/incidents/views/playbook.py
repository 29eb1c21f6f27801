"""対応手順: the version in force, its versions, drafting and adopting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kijun.governance.accounts.models import Person
from kijun.governance.incidents import actions, checklist, lists, queries
from kijun.governance.incidents.forms import WordsForm
from kijun.governance.incidents.models import LINE, Playbook, Severity, named
from kijun.governance.incidents.preparing_forms import PlaybookForm, StepForm
from kijun.governance.incidents.views._shared import part
from kijun.governance.organisation.tenancy import StaffRequest, get_mine
from kijun.web.doing import Saved, filled, pressed, revision
from kijun.web.who_may import require, who_may

PARTS = ("stop", "order", "correction", "night", "contacts")


def _one(request: StaffRequest, pk: int) -> Playbook:
    rows = Playbook.objects.select_related("municipality", "made_by", "adopted_by")
    row: Playbook = get_mine(request, rows, pk=pk)
    return row


@require_safe
@who_may("incidents.playbook")
def playbook(request: StaffRequest) -> HttpResponse:
    """The procedure in force, where everybody finds it; below, its versions."""
    current = checklist.playbook(request.municipality)
    versions = Playbook.objects.of(request.municipality).select_related("adopted_by", "made_by")
    unfinished = versions.filter(state__in=(Playbook.State.DRAFT, Playbook.State.PROPOSED)).first()
    context = {
        "current": current,
        "parts": [] if current is None else parts(current),
        "steps": [] if current is None else steps(current),
        "versions": [(one, queries.PLAYBOOK_TONES[Playbook.State(one.state)]) for one in versions],
        "to_review": [] if current is None else queries.to_review(request.municipality, current),
        "unfinished": unfinished,
        "may_draft": request.user.has_perm("incidents.draft"),
        "next_drill": queries.next_drill(request.municipality),
    }
    return render(request, "incidents/playbook.html", context)


def parts(row: Playbook) -> list[tuple[Any, str]]:
    """Heading and text of what is written."""
    return [(named(Playbook, one), getattr(row, one)) for one in PARTS]


def steps(row: Playbook) -> list[tuple[Any, str]]:
    """Steps with the kinds of harm in words."""
    return [(one, lists.harms(one)) for one in row.steps.all()]


@require_safe
@who_may("incidents.playbook")
def version(request: StaffRequest, pk: int) -> HttpResponse:
    """One version."""
    row = _one(request, pk)
    is_draft = row.state == Playbook.State.DRAFT
    is_proposed = row.state == Playbook.State.PROPOSED
    may_draft = request.user.has_perm("incidents.draft", row)
    may_adopt = is_proposed and request.user.has_perm("incidents.adopt", row)
    context = {
        "version": row,
        "tone": queries.PLAYBOOK_TONES[Playbook.State(row.state)],
        "parts": parts(row),
        "steps": steps(row),
        "may_edit": is_draft and may_draft,
        "may_adopt": may_adopt and row.made_by_id != request.user.pk,
        "may_return": is_proposed and (may_draft or may_adopt),
        "may_review": row.state == Playbook.State.ADOPTED and may_draft,
        "to_review": queries.to_review(request.municipality, row)
        if row.state == Playbook.State.ADOPTED
        else [],
    }
    return render(request, "incidents/version.html", context)


@who_may("incidents.draft")
def draft(request: StaffRequest) -> HttpResponse:
    """新しい版を作る."""
    form = WordsForm(
        _sent(request),
        label=_("作る・見直す理由"),
        hint=_("例：11月の訓練で、夜間の連絡先が古いと分かったため。"),
        most=LINE,
    )

    def save(data: dict[str, Any]) -> Saved:
        made = actions.draft_playbook(request.user, data["text"])
        return _("下書きを作りました。"), made.get_absolute_url()

    return _act(request, form, _("新しい版を作る"), _("作る"), save)


@who_may("incidents.draft")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """下書きを書く."""
    row = _one(request, pk)
    initial = {name: getattr(row, name) for name in (*PARTS, "why", "revision")}
    form = PlaybookForm(_sent(request), initial=initial)

    def save(data: dict[str, Any]) -> Saved:
        seen_revision = data.pop("revision")
        actions.save_playbook(request.user, row, data, seen_revision)
        return _("保存しました。"), row.get_absolute_url()

    return _act(request, form, _("手順書を書く"), _("保存する"), save, row)


@who_may("incidents.draft")
def add_step(request: StaffRequest, pk: int) -> HttpResponse:
    """手順を加える."""
    row = _one(request, pk)
    last = row.steps.aggregate(last=Max("order"))["last"] or 0
    form = StepForm(_sent(request), initial={"order": last + 10, "severity": Severity.MINOR})

    def save(data: dict[str, Any]) -> Saved:
        actions.save_step(request.user, row, None, data)
        return _("手順を加えました。"), row.get_absolute_url()

    return _act(request, form, _("手順を加える"), _("加える"), save, row)


@who_may("incidents.draft")
def edit_step(request: StaffRequest, pk: int, step: int) -> HttpResponse:
    """手順を直す."""
    row = _one(request, pk)
    one = part(row.steps.all(), pk=step)
    initial = {name: getattr(one, name) for name in ("order", "text", "who", "whom", "severity", "hours")}
    initial["harms"] = [harm.value for harm in one.harm_list]
    form = StepForm(_sent(request), initial=initial)

    def save(data: dict[str, Any]) -> Saved:
        actions.save_step(request.user, row, one, data)
        return _("手順を直しました。"), row.get_absolute_url()

    return _act(request, form, _("手順を直す"), _("保存する"), save, row)


@require_POST
@who_may("incidents.draft")
def remove_step(request: StaffRequest, pk: int, step: int) -> HttpResponse:
    """手順を削除する."""
    row = _one(request, pk)
    one = part(row.steps.select_related("playbook__municipality", "municipality"), pk=step)
    return pressed(
        request,
        row.get_absolute_url(),
        _("手順を削除しました。"),
        lambda: actions.remove_step(request.user, one),
    )


@require_POST
@who_may("incidents.draft")
def propose(request: StaffRequest, pk: int) -> HttpResponse:
    """承認を求める."""
    return _moved(request, pk, actions.propose_playbook, _("首長・CDOに承認を求めました。"))


@require_POST
@who_may("incidents.playbook")
def send_back(request: StaffRequest, pk: int) -> HttpResponse:
    """下書きに戻す."""
    return _moved(request, pk, actions.return_playbook, _("下書きに戻しました。"))


@require_POST
@who_may("incidents.adopt")
def adopt(request: StaffRequest, pk: int) -> HttpResponse:
    """承認する."""
    return _moved(request, pk, actions.adopt_playbook, _("承認しました。これからのインシデントで使います。"))


@require_POST
@who_may("incidents.draft")
def review(request: StaffRequest, pk: int) -> HttpResponse:
    """見直した（変更なし）."""
    return _moved(request, pk, actions.review_playbook, _("見直した日を記録しました。"))


def _moved(
    request: StaffRequest, pk: int, move: Callable[[Person, Playbook, int | None], object], words: str
) -> HttpResponse:
    row = _one(request, pk)
    return pressed(request, row.get_absolute_url(), words, lambda: move(request.user, row, revision(request)))


def _act(
    request: StaffRequest,
    form: Any,
    title: str,
    button: str,
    save: Callable[[dict[str, Any]], Saved],
    row: Playbook | None = None,
) -> HttpResponse:
    if row is not None:
        require(request, "incidents.draft", row)
        if row.state != Playbook.State.DRAFT:
            return redirect(row.get_absolute_url())
    context = {"title": title, "button": button, "version": row}
    return filled(request, "incidents/prepare.html", form, context, save)


def _sent(request: StaffRequest) -> Any:
    return request.POST if request.method == "POST" else None
