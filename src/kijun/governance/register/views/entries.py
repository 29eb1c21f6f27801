"""The list of systems with their place in the register, one entry, its preview and its versions."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kijun.governance.inventory.models import AISystem, Stage
from kijun.governance.inventory.queries import visible_systems
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.governance.register import content, queries, showing
from kijun.governance.register.fields import LANGUAGES
from kijun.governance.register.models import Entry, Kind, Publication
from kijun.governance.register.registrations import CHOICES, by_state, revision_of, state_of
from kijun.governance.register.views._shared import find_entry, find_system, lacking
from kijun.governance.register.views.residents import entry_context
from kijun.governance.register.words import ui_language
from kijun.web import ruby
from kijun.web.excel import SheetColumn
from kijun.web.punctuation import listed
from kijun.web.tables import Column, Filter, Table
from kijun.web.who_may import who_may


def _entry(system: AISystem) -> Entry | None:
    found: Entry | None = getattr(system, "register_entry", None)
    return found


def _live(system: AISystem) -> Publication | None:
    entry = _entry(system)
    ones = getattr(entry, "live_ones", None) if entry else None
    return ones[0] if ones else None


def _missing(system: AISystem) -> int | str:
    entry = _entry(system)
    if entry is None:
        return ""
    entry.system = system
    return len(content.gaps(entry)) if entry.kind == Kind.ENTRY else ""


def _hint(system: Any) -> str:
    """A revision on its way, and what is public but no longer so."""
    count = len(content.drift(system, _live(system)))
    drift = str(_("台帳と食い違い：%(n)s項目") % {"n": count}) if count else ""
    found = [one for one in (revision_of(system.entry_state, system.live_kind), drift) if one]
    return listed(found)


def _place(system: AISystem) -> tuple[str, str]:
    row = system
    return state_of(row.entry_state, row.live_kind, row.live_version)  # type: ignore[attr-defined]  # annotated


TABLE = Table(
    name="register",
    caption=_("公開台帳"),
    columns=(
        Column(
            "system",
            _("AIシステム"),
            lambda one: one.shown_name,
            sort=("name",),
            link=lambda one: reverse("register:entry", args=[one.pk]),
            hint=lambda one: f"{one.code} {one.get_stage_display()}",
        ),
        Column(
            "state", _("公開の状態"), lambda one: _place(one)[0], tone=lambda one: _place(one)[1], hint=_hint
        ),
        Column(
            "draft",
            _("作業中の内容"),
            lambda one: _entry(one).get_state_display() if _entry(one) else "",  # type: ignore[union-attr]  # asked just before
            sort=("entry_state",),
        ),
        Column("published", _("最後の公開"), lambda one: one.live_at, sort=("live_at",), kind="date"),
        Column("review", _("次に見直す日"), lambda one: one.review_on, sort=("review_on",), kind="date"),
        Column("missing", _("足りない項目"), _missing, kind="number"),
    ),
    search=("name", "name_en", "summary"),
    filters=(Filter("register", _("公開の状態"), lambda request: CHOICES, by_state),),
    default=("number",),
    empty=_("登録済みのAIシステムがありません。台帳に登録すると、ここに並びます。"),
    sheet=(
        SheetColumn("code", _("番号")),
        SheetColumn("name", _("名称")),
        SheetColumn("state", _("公開の状態")),
        SheetColumn("version", _("版"), kind="number"),
        SheetColumn("published", _("最後の公開"), kind="date"),
        SheetColumn("review", _("次に見直す日"), kind="date"),
    ),
    sheet_row=lambda one: {
        "code": one.code,
        "name": one.name,
        "state": _place(one)[0],
        "version": one.live_version,
        "published": one.live_at,
        "review": one.review_on,
    },
)


@who_may("register.view")
def entries(request: StaffRequest) -> HttpResponse:
    """Every registered system with what residents are told of it; those of which they are told nothing on top."""
    rows = queries.for_list(request.user)
    if TABLE.wants_excel(request):
        return TABLE.as_excel(request, rows, str(_("公開台帳")) + ".xlsx")
    seen = visible_systems(request.user).values("pk")
    open_ones = queries.with_register(queries.undecided(request.municipality).filter(pk__in=seen))
    gone = queries.still_told_as_used(queries.with_register(visible_systems(request.user)))
    return render(
        request,
        "register/list.html",
        {
            "shown": TABLE.show(request, rows),
            "undecided": list(open_ones.order_by("number")),
            "gone": list(gone.order_by("number")),
            "count": queries.published(request.municipality).count(),
            "not_public": sum(queries.not_public(request.municipality).values()),
            "last": queries.last_change(request.municipality),
            "public_url": public_url("public:town", request.municipality.code),
        },
    )


def public_url(name: str, *args: object) -> str:
    """An address of the residents' site; empty where this process serves the staff alone."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@who_may("register.view")
def entry(request: StaffRequest, pk: int) -> HttpResponse:
    """One system's entry: where it stands, what is missing, its versions and what can be done."""
    system = find_system(request, pk)
    found = Entry.objects.filter(system=system).select_related("approval").first()
    live = queries.current(system)
    label, tone = state_of(
        found.state if found else None, live.kind if live else None, live.version if live else None
    )
    context = {
        "system": system,
        "entry": found,
        "live": live,
        "label": label,
        "tone": tone,
        "revision": revision_of(found.state if found else None, live.kind if live else None),
        "retired": system.is_retired and live is not None and live.fields.get("status") != Stage.RETIRED,
        "may_edit": request.user.has_perm("register.edit", system),
    }
    if found:
        found.system = system
        context |= {
            "lacking": lacking(found),
            "drift": [one.label.get(ui_language()) for one in content.drift(system, live)],
            "versions": list(found.publications.select_related("published_by", "approval")),
            "locked": found.state == Entry.State.SUBMITTED,
            "sent_before_the_end": found.approval is not None
            and found.approval.frozen.get("fields", {}).get("status") not in {None, Stage.RETIRED},
            "public_url": public_url("public:entry", request.municipality.code, system.number)
            if live and live.kind == Kind.ENTRY
            else "",
        }
    return render(request, "register/entry.html", context)


@who_may("register.view")
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """The working copy as residents would read it, in the language that is asked for."""
    found = find_entry(request, pk)
    language = request.GET.get("lang", "ja")
    if language not in LANGUAGES:
        raise Http404
    values = content.values(found) | {"version": 0}
    with translation.override(language):
        context = entry_context(request.municipality, values, language)
        empty = showing.Shown(str(_("（まだ入力されていません）")))
        context["first"] = {key: one if one.text else empty for key, one in context["first"].items()}
        context |= {
            "preview": True,
            "back_url": reverse("register:entry", args=[pk]),
        }
        return ruby.respond(request, "register/resident_entry.html", context)


@who_may("register.view")
def version(request: StaffRequest, pk: int, version: int) -> HttpResponse:
    """One decided version, and what it changed against the one before."""
    found = find_entry(request, pk)
    this = get_object_or_404(found.publications.select_related("published_by", "approval"), version=version)
    before = found.publications.filter(version__lt=version, kind=Kind.ENTRY).first()
    changed = []
    if before and this.kind == Kind.ENTRY:
        changed = showing.changes(before.fields, this.fields, ui_language())
    return render(
        request,
        "register/version.html",
        {"system": found.system, "entry": found, "this": this, "before": before, "changed": changed},
    )
