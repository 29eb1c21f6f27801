"""The lists of evidence and of findings: their columns, filters and sheets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import BooleanField, Case, IntegerField, Q, QuerySet, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kijun.governance.evidence import queries, scopes
from kijun.governance.evidence.controls import Book
from kijun.governance.evidence.models import Finding, Item, Verdict
from kijun.governance.evidence.words import STATE_TONES, VERDICT_TONES
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.web.excel import SheetColumn
from kijun.web.punctuation import bracketed
from kijun.web.tables import Column, Filter, Table
from kijun.web.templatetags.kit import named

ScopeOf = Callable[[Any], str]
"""The name of the scope of a row."""

ITEM_SHEET = (
    SheetColumn("control", gettext_lazy("対策")),
    SheetColumn("control_title", gettext_lazy("対策の名称"), width=30),
    SheetColumn("scope", gettext_lazy("対象"), width=24),
    SheetColumn("kind", gettext_lazy("種類")),
    SheetColumn("title", gettext_lazy("件名"), width=36),
    SheetColumn("value", gettext_lazy("値"), width=40),
    SheetColumn("verdict", gettext_lazy("判定")),
    SheetColumn("as_of", gettext_lazy("確認日"), kind="date"),
    SheetColumn("expires_on", gettext_lazy("有効期限"), kind="date"),
    SheetColumn("url", gettext_lazy("リンク"), width=40),
)
FINDING_SHEET = (
    SheetColumn("number", gettext_lazy("番号")),
    SheetColumn("control", gettext_lazy("対策")),
    SheetColumn("title", gettext_lazy("件名"), width=40),
    SheetColumn("scope", gettext_lazy("対象"), width=24),
    SheetColumn("cause", gettext_lazy("きっかけ")),
    SheetColumn("state", gettext_lazy("状態")),
    SheetColumn("owner", gettext_lazy("担当者")),
    SheetColumn("department", gettext_lazy("担当部署")),
    SheetColumn("due_on", gettext_lazy("期限"), kind="date"),
    SheetColumn("raised_at", gettext_lazy("登録日"), kind="date"),
    SheetColumn("closed_at", gettext_lazy("完了日"), kind="date"),
)

FOUND_BY = ("shown_code", "title", "title_en", "description", "control_id", "owner__name")
"""What a search for findings looks at."""
MOST_URGENT: tuple[str, ...] = ("settled", "due_on", "number")
"""The order of findings."""


def scope_labels(request: StaffRequest) -> dict[str, str]:
    """The names of the scopes of what is listed, also of systems that were retired since."""
    return scopes.labels(request.user)


def by_scope(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    """The rows of one scope, as its key names it: system-3."""
    kind, _dash, id = value.partition("-")
    return rows.filter(scope_kind=kind, scope_id=id)


def items_table(labels: dict[str, str], book: Book) -> Table:
    """The list of evidence; ``labels`` name the scopes, ``book`` the controls."""
    scope = _scope_of(labels)
    return Table(
        name="evidence",
        caption=gettext_lazy("証跡の一覧"),
        columns=_item_columns(scope, book),
        search=("title", "title_en", "value", "control_id", "note"),
        filters=_item_filters(book),
        default=("badness", "control_sort", "-as_of"),
        empty=gettext_lazy(
            "証跡はまだありません。自動で集めるものは1時間ごとに増えます。手元の資料は、ここから追加できます。"
        ),
        first_step=gettext_lazy("証跡を追加する"),
        first_step_url=lambda request: (
            reverse("evidence:choose") if request.user.has_perm("evidence.add") else None
        ),
        sheet=ITEM_SHEET,
        sheet_row=lambda row: {
            "control": row.control_id,
            "control_title": book.title(row.control_id),
            "scope": scope(row),
            "kind": row.get_kind_display(),
            "title": row.shown_title,
            "value": row.shown_value,
            "verdict": row.get_verdict_display(),
            "as_of": row.as_of,
            "expires_on": row.expires_on,
            "url": row.url,
        },
    )


def items_rows(rows: QuerySet[Item]) -> QuerySet[Item]:
    """The rows with what the list is ordered by. What needs work first: lapsed, not met, partly met, unclear, met."""
    order = [Verdict.UNMET, Verdict.PARTLY, Verdict.UNKNOWN, Verdict.MET]
    badness = Case(
        When(expires_on__lt=timezone.localdate(), then=0),
        *(When(verdict=verdict, then=place) for place, verdict in enumerate(order, start=1)),
        output_field=IntegerField(),
    )
    return rows.annotate(badness=badness)


def findings_table(request: StaffRequest, labels: dict[str, str]) -> Table:
    """The list of findings; ``labels`` name the scopes. Who may give findings away finds boxes to choose them."""
    scope = _scope_of(labels)
    return Table(
        name="findings",
        caption=gettext_lazy("指摘の一覧"),
        columns=[
            *([_BOX] if request.user.has_perm("evidence.raise_finding") else []),
            *_finding_columns(scope),
        ],
        search=FOUND_BY,
        filters=_finding_filters(request.user),
        default=MOST_URGENT,
        empty=gettext_lazy(
            "指摘はありません。証跡の期限が切れたとき、対策が満たされなくなったときは、自動で登録されます。"
        ),
        first_step=gettext_lazy("指摘を登録する"),
        first_step_url=lambda request: (
            reverse("evidence:raise") if request.user.has_perm("evidence.raise_finding") else None
        ),
        sheet=FINDING_SHEET,
        sheet_row=lambda row: {
            "number": row.code,
            "control": row.control_id,
            "title": row.shown_title,
            "scope": scope(row),
            "cause": row.get_cause_display(),
            "state": row.get_state_display(),
            "owner": row.owner.name if row.owner else "",
            "department": named(row.department) if row.department else "",
            "due_on": row.due_on,
            "raised_at": row.raised_at,
            "closed_at": row.closed_at,
        },
    )


def findings_rows(rows: QuerySet[Finding], user: Any) -> QuerySet[Finding]:
    """The rows with what the list shows, is ordered by and searched in; what is done with stands at the end."""
    choosable = Q(state__in=queries.WORKING) & queries.led_by(user)
    return queries.with_code(rows.select_related("owner", "department", "item")).annotate(
        settled=Case(When(state=Finding.State.CLOSED, then=1), default=0, output_field=IntegerField()),
        choosable=Case(When(choosable, then=True), default=False, output_field=BooleanField()),
    )


def owner_label(row: Finding) -> str:
    """Who mends it, and that the person has left."""
    if row.owner is None:
        return _("未定")
    return row.owner.name if row.owner.is_active else bracketed(row.owner.name, _("退職・転出済み"))


def chosen_value(finding: Finding) -> str:
    """What a box of the list sends: primary key and revision."""
    return f"{finding.pk}.{finding.revision}"


def _scope_of(labels: dict[str, str]) -> ScopeOf:
    return lambda row: labels.get(f"{row.scope_kind}-{row.scope_id}", "")


def _scope_choices(request: HttpRequest) -> list[tuple[str, str]]:
    """The scopes that the person may see, read once a request."""
    cached: list[tuple[str, str]] | None = getattr(request, "_scope_choices", None)
    if cached is None:
        user: Any = request.user
        cached = [(one.key, one.label) for one in scopes.visible(user)]
        request._scope_choices = cached  # type: ignore[attr-defined]  # a cache on the request
    return cached


def _item_columns(scope: ScopeOf, book: Book) -> list[Column]:
    return [
        Column(
            "control",
            gettext_lazy("対策"),
            lambda row: row.control_id,
            ("control_sort",),
            hint=lambda row: book.title(row.control_id),
        ),
        Column(
            "title",
            gettext_lazy("件名"),
            lambda row: row.shown_title,
            ("title",),
            lambda row: row.get_absolute_url(),
            hint=lambda row: row.shown_value,
        ),
        Column(
            "scope",
            gettext_lazy("対象"),
            scope,
            ("scope_kind", "scope_id"),
            hint=lambda row: row.get_kind_display(),
        ),
        Column(
            "verdict",
            gettext_lazy("判定"),
            lambda row: row.get_verdict_display(),
            ("badness",),
            tone=lambda row: VERDICT_TONES[row.verdict],
        ),
        Column("as_of", gettext_lazy("確認日時"), lambda row: row.as_of, ("as_of",), kind="datetime"),
        Column(
            "expires_on",
            gettext_lazy("有効期限"),
            lambda row: row.expires_on,
            ("expires_on",),
            kind="date",
            hint=_until,
        ),
    ]


def _item_filters(book: Book) -> list[Filter]:
    return [
        Filter("scope", gettext_lazy("対象"), _scope_choices, by_scope),
        Filter(
            "control",
            gettext_lazy("対策"),
            lambda request: [choice for _topic, choices in book.grouped() for choice in choices],
            lambda rows, value: rows.filter(control_id=value),
        ),
        Filter(
            "kind",
            gettext_lazy("種類"),
            lambda request: Item.Kind.choices,
            lambda rows, value: rows.filter(kind=value),
        ),
        Filter(
            "verdict",
            gettext_lazy("判定"),
            lambda request: Verdict.choices,
            lambda rows, value: rows.filter(verdict=value),
        ),
        Filter(
            "expiry",
            gettext_lazy("有効期限"),
            lambda request: [
                ("soon", gettext_lazy("30日以内に切れる")),
                ("lapsed", gettext_lazy("切れている")),
            ],
            _by_expiry,
        ),
    ]


def _by_expiry(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "soon":
        return queries.expiring(rows)
    return rows.filter(superseded_at=None, expires_on__lt=timezone.localdate())


def _until(row: Item) -> str:
    if row.has_expired:
        return _("期限切れ")
    return _("30日以内に期限") if row.expires_soon else ""


_BOX = Column(
    "chosen",
    gettext_lazy("選ぶ"),
    lambda row: chosen_value(row) if row.choosable else "",
    kind="choose",
    hint=lambda row: _("%(code)sを選ぶ") % {"code": row.code},
)


def _finding_columns(scope: ScopeOf) -> list[Column]:
    return [
        Column(
            "number",
            gettext_lazy("番号"),
            lambda row: row.code,
            ("number",),
            lambda row: row.get_absolute_url(),
            kind="name",
        ),
        Column("title", gettext_lazy("件名"), lambda row: row.shown_title, ("title",), hint=scope),
        Column(
            "state",
            gettext_lazy("状態"),
            lambda row: row.get_state_display(),
            ("state",),
            tone=lambda row: STATE_TONES[row.state],
        ),
        Column(
            "owner",
            gettext_lazy("担当者"),
            owner_label,
            ("owner__kana_sort",),
            kind="name",
            hint=lambda row: named(row.department) if row.department else "",
        ),
        Column(
            "due_on",
            gettext_lazy("期限"),
            lambda row: row.due_on,
            ("due_on",),
            kind="date",
            hint=lambda row: _("期限超過") if row.is_overdue else "",
        ),
        Column(
            "raised_at", gettext_lazy("登録日時"), lambda row: row.raised_at, ("raised_at",), kind="datetime"
        ),
    ]


def _finding_filters(user: Any) -> list[Filter]:
    return [
        Filter(
            "state",
            gettext_lazy("状態"),
            lambda request: [("unclosed", gettext_lazy("完了していないもの")), *Finding.State.choices],
            lambda rows, value: (
                rows.exclude(state=Finding.State.CLOSED) if value == "unclosed" else rows.filter(state=value)
            ),
        ),
        Filter(
            "due",
            gettext_lazy("期限"),
            lambda request: [("overdue", gettext_lazy("期限超過")), ("ahead", gettext_lazy("期限内"))],
            _by_due,
        ),
        Filter("scope", gettext_lazy("対象"), _scope_choices, by_scope),
        Filter(
            "department",
            gettext_lazy("担当部署"),
            _departments,
            lambda rows, value: rows.filter(department__path__startswith=value),
        ),
        Filter(
            "who",
            gettext_lazy("担当"),
            lambda request: [
                ("mine", gettext_lazy("自分の担当")),
                ("nobody", gettext_lazy("担当者が未定")),
            ],
            lambda rows, value: rows.filter(Q(owner=user) if value == "mine" else queries.WITHOUT_OWNER),
        ),
    ]


def _by_due(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    rows = rows.filter(state__in=queries.WORKING)
    today = timezone.localdate()
    return rows.filter(due_on__lt=today) if value == "overdue" else rows.filter(due_on__gte=today)


def _departments(request: HttpRequest) -> list[tuple[str, str]]:
    """The departments that have findings, those that are closed included."""
    user: Any = request.user
    held = Finding.objects.filter(municipality=user.municipality).values("department")
    rows = Department.objects.of(user.municipality).filter(pk__in=held).order_by("path")
    return [(row.path, named(row)) for row in rows]
