"""人事異動: the list, one transfer, its lines."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kijun.governance.accounts import transfers as acting
from kijun.governance.accounts.models import Transfer, TransferLine
from kijun.governance.accounts.transfer_forms import LineForm, TransferForm
from kijun.governance.accounts.transfers.sheet import COLUMNS, as_rows, short_role
from kijun.governance.accounts.views._shared import first_message
from kijun.governance.organisation.tenancy import StaffRequest, get_mine, mine
from kijun.web.excel import Sheet, write_workbook
from kijun.web.forms import add_errors
from kijun.web.tables import PER_PAGE, Column, Filter, Table, excel_response
from kijun.web.who_may import who_may

TONES = {"draft": "neutral", "staged": "progress", "effective": "success", "cancelled": "neutral"}


def tone(transfer: Transfer) -> str:
    return "danger" if transfer.blocked else TONES[transfer.state]


TABLE = Table(
    name="transfers",
    caption=gettext_lazy("人事異動"),
    columns=[
        Column(
            "name",
            gettext_lazy("名称"),
            lambda t: t.name,
            ("name",),
            lambda t: reverse("accounts:transfer", args=[t.pk]),
        ),
        Column(
            "state",
            gettext_lazy("状態"),
            lambda t: _("発効できません") if t.blocked else t.get_state_display(),
            ("state",),
            tone=tone,
        ),
        Column(
            "effective_on", gettext_lazy("発令日"), lambda t: t.effective_on, ("effective_on",), kind="date"
        ),
        Column("people", gettext_lazy("人数"), lambda t: t.people, ("people",), kind="number"),
        Column("made_by", gettext_lazy("作成した人"), lambda t: t.made_by.name, kind="name"),
    ],
    search=("name",),
    filters=[
        Filter(
            "state",
            gettext_lazy("状態"),
            lambda request: Transfer.State.choices,
            lambda rows, value: rows.filter(state=value),
        )
    ],
    default=("-effective_on",),
    empty=gettext_lazy(
        "まだ人事異動がありません。発令日の前に登録しておくと、その日に所属と役割がまとめて切り替わります。"
    ),
    first_step=gettext_lazy("人事異動を登録する"),
    first_step_url=lambda request: reverse("accounts:add_transfer"),
)


@require_GET
@who_may("accounts.manage_people")
def transfers(request: StaffRequest) -> HttpResponse:
    """All transfers, the latest first."""
    rows = mine(request, Transfer).select_related("made_by").annotate(people=Count("lines"))
    return render(request, "accounts/transfers.html", {"shown": TABLE.show(request, rows)})


@who_may("accounts.manage_people")
def add_transfer(request: StaffRequest) -> HttpResponse:
    """Name and day of a new one."""
    form = TransferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = acting.draft_transfer(
            request.user,
            request.municipality,
            name=form.cleaned_data["name"],
            effective_on=form.cleaned_data["effective_on"],
        )
        messages.success(request, _("登録しました。次に、異動する職員を入れてください。"))
        return redirect("accounts:transfer", made.pk)
    status = 422 if form.is_bound else 200
    return render(
        request,
        "accounts/transfer_form.html",
        {"form": form, "title": _("人事異動を登録する")},
        status=status,
    )


@require_GET
@who_may("accounts.manage_people")
def transfer(request: StaffRequest, pk: int) -> HttpResponse:
    """One transfer: who moves where, what would be left, and the next step."""
    found = get_mine(request, Transfer.objects.select_related("made_by", "municipality"), pk=pk)
    if request.GET.get("format") == "xlsx":
        content = write_workbook([Sheet(_("人事異動"), COLUMNS, as_rows(found).values())])
        return excel_response(content, f"人事異動_{found.effective_on}.xlsx")
    review = acting.review(found)
    today = timezone.localdate()
    page = Paginator(review.lines, PER_PAGE).get_page(request.GET.get("page"))
    before = acting.departments_before(page.object_list, found.effective_on)
    return render(
        request,
        "accounts/transfer.html",
        {
            "transfer": found,
            "review": review if found.state in {"draft", "staged"} else None,
            "lines": [
                (line, before.get(line.person_id, []), [short_role(role) for role in line.roles])
                for line in page.object_list
            ],
            "page": page,
            "count": len(review.lines),
            "tone": tone(found),
            "is_draft": found.state == Transfer.State.DRAFT,
            "is_staged": found.state == Transfer.State.STAGED,
            "is_due": found.effective_on <= today,
        },
    )


@who_may("accounts.manage_people")
def change_transfer(request: StaffRequest, pk: int) -> HttpResponse:
    """Another name or day."""
    found = get_mine(request, Transfer, pk=pk)
    initial = {"name": found.name, "effective_on": found.effective_on, "revision": found.revision}
    form = TransferForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            acting.change_transfer(
                request.user, found,
                name=data["name"], effective_on=data["effective_on"], seen_revision=data["revision"],
            )  # fmt: skip
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("保存しました。"))
            return redirect("accounts:transfer", pk)
    context = {"form": form, "title": _("名称・発令日を変える"), "transfer": found}
    return render(request, "accounts/transfer_form.html", context, status=422 if form.is_bound else 200)


@who_may("accounts.manage_people")
def add_line(request: StaffRequest, pk: int) -> HttpResponse:
    """One more person."""
    found = get_mine(request, Transfer, pk=pk)
    form = LineForm(request.POST or None, transfer=found)
    if request.method == "POST" and form.is_valid():
        try:
            line = acting.add_line(request.user, found, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("%(name)sを追加しました。") % {"name": line.person.name})
            if "another" in request.POST:
                return redirect("accounts:add_transfer_line", pk)
            return redirect("accounts:transfer", pk)
    context = {"form": form, "transfer": found}
    return render(request, "accounts/transfer_line.html", context, status=422 if form.is_bound else 200)


@require_POST
@who_may("accounts.manage_people")
def remove_line(request: StaffRequest, pk: int) -> HttpResponse:
    """Take one person out."""
    line = get_mine(request, TransferLine, pk=pk)
    try:
        acting.remove_line(request.user, line)
    except ValidationError as error:
        messages.error(request, first_message(error))
    else:
        messages.success(request, _("%(name)sを外しました。") % {"name": line.person.name})
    return redirect("accounts:transfer", line.transfer_id)
