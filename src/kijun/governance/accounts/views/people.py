"""The list of people, and adding one."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from kijun.governance.accounts import actions, sheets
from kijun.governance.accounts.forms import NewPersonForm
from kijun.governance.accounts.models import Person, Posting, RoleGrant
from kijun.governance.accounts.roles import TOWN_WIDE, Role
from kijun.governance.accounts.security import STRONG
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.tenancy import StaffRequest, mine
from kijun.web.forms import add_errors
from kijun.web.kana import is_kana, normalise_kana
from kijun.web.punctuation import listed
from kijun.web.tables import Column, Filter, Table
from kijun.web.who_may import who_may


def with_today(people: QuerySet[Person]) -> QuerySet[Person]:
    """People with today's posts (``posts``), today's grants (``held``) and whether they have a second factor."""
    posts = Posting.objects.on().select_related("department").order_by("concurrent", "pk")
    grants = RoleGrant.objects.on().select_related("department").order_by("role", "pk")
    return people.prefetch_related(
        Prefetch("postings", queryset=posts, to_attr="posts"),
        Prefetch("grants", queryset=grants, to_attr="held"),
    ).annotate(has_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=STRONG)))


def _departments(person: Any) -> str:
    return listed(post.department.name for post in person.posts)


def _roles(person: Any) -> str:
    held = {grant.role for grant in person.held}
    return listed(role.label for role in Role if role in held)


def _department_choices(request: HttpRequest) -> list[tuple[str, str]]:
    rows = Department.objects.of(request.municipality).order_by("path")  # type: ignore[attr-defined]  # set by TenancyMiddleware
    return [(row.path, "　" * (row.path.count("/") - 1) + row.name) for row in rows]


def _in_department(rows: QuerySet[Any], path: str) -> QuerySet[Any]:
    here = Posting.objects.on().filter(person=OuterRef("pk"), department__path__startswith=path)
    return rows.filter(Exists(here))


def _with_role(rows: QuerySet[Any], role: str) -> QuerySet[Any]:
    return rows.filter(Exists(RoleGrant.objects.on().filter(person=OuterRef("pk"), role=role)))


def _in_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    if state == "no_factor":
        return rows.filter(is_active=True, has_factor=False)
    if state == "no_role":
        held = RoleGrant.objects.on().filter(person=OuterRef("pk"))
        return rows.filter(is_active=True).exclude(Exists(held))
    return rows.filter(is_active=state == "active")


def _first_step(request: HttpRequest) -> str | None:
    return reverse("accounts:add_person") if request.user.has_perm("accounts.manage_people") else None


TABLE = Table(
    name="people",
    caption=gettext_lazy("職員"),
    columns=[
        Column(
            "name",
            gettext_lazy("氏名"),
            lambda p: p.name,
            ("kana_sort", "staff_number"),
            link=lambda p: reverse("accounts:person", args=[p.pk]),
            hint=lambda p: p.kana,
            kind="name",
        ),
        Column("number", gettext_lazy("職員番号"), lambda p: p.staff_number, ("staff_number",)),
        Column("department", gettext_lazy("所属"), _departments),
        Column("roles", gettext_lazy("役割"), _roles),
        Column(
            "factor",
            gettext_lazy("二段階認証"),
            lambda p: _("あり") if p.has_factor else pgettext("second factor", "なし"),
        ),
        Column(
            "seen", gettext_lazy("最後のサインイン"), lambda p: p.last_login, ("last_login",), kind="datetime"
        ),
        Column(
            "state",
            gettext_lazy("状態"),
            lambda p: _("有効") if p.is_active else _("停止中"),
            ("is_active",),
            tone=lambda p: "success" if p.is_active else "neutral",
        ),
    ],
    search=("name", "kana", "staff_number"),
    filters=[
        Filter("department", gettext_lazy("所属"), _department_choices, _in_department),
        Filter("role", gettext_lazy("役割"), lambda _request: Role.choices, _with_role),
        Filter(
            "state",
            gettext_lazy("状態"),
            lambda _request: [
                ("active", gettext_lazy("有効")),
                ("inactive", gettext_lazy("停止中")),
                ("no_factor", gettext_lazy("二段階認証なし")),
                ("no_role", gettext_lazy("役割なし")),
            ],
            _in_state,
        ),
    ],
    default=("kana_sort", "staff_number"),
    empty=gettext_lazy("職員はまだ登録されていません。"),
    first_step=gettext_lazy("職員を追加する"),
    first_step_url=_first_step,
    sheet=sheets.COLUMNS,
    sheet_row=sheets.row_of,
)


@who_may("accounts.read_people")
def people(request: StaffRequest) -> HttpResponse:
    """Everybody of the municipality in 五十音 order; hiragana and half-width kana are found too."""
    rows = with_today(mine(request, Person))
    if request.GET.get("q"):
        query = request.GET.copy()
        query["q"] = _as_kept(request.GET.get("q", ""))
        request.GET = query  # type: ignore[assignment]  # a changed query is as good as the one that came
    if TABLE.wants_excel(request):
        return TABLE.as_excel(request, rows, f"職員_{timezone.localdate():%Y%m%d}.xlsx")
    return render(request, "accounts/people.html", {"shown": TABLE.show(request, rows)})


def _as_kept(words: str) -> str:
    """Search words with pure kana turned into katakana, as フリガナ is kept; other words stay."""
    kept = []
    for word in words.replace("\u3000", " ").split():
        katakana = normalise_kana(word)
        kept.append(katakana if is_kana(katakana) else word)
    return " ".join(kept)


@who_may("accounts.manage_people")
def add_person(request: StaffRequest) -> HttpResponse:
    """A person, their post and first roles; then the page on which the recovery link is made."""
    form = NewPersonForm(request.POST or None, municipality=request.municipality)
    if request.method == "POST" and form.is_valid():
        try:
            person = _add(request, form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(
                request,
                _("%(name)sさんを追加しました。サインインできるように、回復リンクを作って渡してください。")
                % {"name": person.name},
            )
            return redirect("accounts:person", pk=person.pk)
    return render(request, "accounts/person_add.html", {"form": form}, status=422 if form.is_bound else 200)


@transaction.atomic
def _add(request: StaffRequest, data: dict[str, Any]) -> Person:
    person = actions.add_person(
        request.user,
        request.municipality,
        staff_number=data["staff_number"],
        name=data["name"],
        kana=data["kana"],
        department=data["department"],
        title=data["title"],
        email=data["email"],
    )
    for role in map(Role, data["roles"]):
        actions.grant_role(
            request.user,
            person,
            role,
            department=None if role in TOWN_WIDE else data["department"],
            valid_from=timezone.localdate(),
        )
    return person
