"""The state of services, systems, purposes, grants and stop switches in words: for lists, pages and Excel."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.access import queries
from kijun.governance.access.models import DataClass, Grant, Purpose, Stop, Upstream
from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import IN_USE, AISystem


def upstream_state(row: Upstream) -> tuple[StrOrPromise, str]:
    """State tag of a service: (words, tone)."""
    return (_("使用中"), "success") if row.enabled else (pgettext_lazy("access", "停止中"), "neutral")


def opt_out_state(row: Upstream) -> tuple[StrOrPromise, str]:
    """Whether it is on record that the service does not train on what is sent."""
    return (_("確認済み"), "success") if row.opted_out else (_("未確認：個人情報は送れません"), "warning")


def served(system: AISystem) -> tuple[StrOrPromise, str]:
    """Whether the gateway serves a system at the stage where it stands: (words, tone)."""
    if system.stage in IN_USE and not system.is_draft:
        return _("使える"), "success"
    return _("実証に進むと使える"), "warning"


def purpose_state(row: Purpose) -> tuple[StrOrPromise, str]:
    """State tag of a purpose: (words, tone)."""
    return (_("使える"), "success") if row.enabled else (_("使えない"), "neutral")


def class_labels(row: Purpose) -> list[str]:
    """The classes of data that a purpose may hold, in words."""
    return [str(DataClass(one).label) for one in row.data_classes if one in DataClass.values]


_GRANT: dict[str, tuple[StrOrPromise, str]] = {
    "revoked": (_("取消済み"), "neutral"),
    "expired": (_("期限切れ"), "neutral"),
    "not_begun": (_("開始前"), "info"),
    "purpose_off": (_("目的が使えない"), "warning"),
    "system_not_in_use": (_("実証に進むと使える"), "warning"),
    "expiring": (_("まもなく終わる"), "warning"),
    "active": (pgettext_lazy("grant", "有効"), "success"),
}


def grant_state(row: Grant) -> tuple[StrOrPromise, str]:
    """State tag of a grant: (words, tone)."""
    return _GRANT[queries.state_of(row)]


STALE_LABELS: dict[str, StrOrPromise] = {
    "unused": _("90日以上使っていない"),
    "never_used": _("90日たっても一度も使っていない"),
    "no_keeper": _("管理する人がいない"),
    "expiring": _("30日以内に終わる"),
}


def by_whom(person: Person | None) -> StrOrPromise:
    """Who did it: a person, else whoever stood at the machine and typed a command."""
    return str(person) if person is not None else _("操作卓（コマンド）")


def stop_state(row: Stop) -> tuple[StrOrPromise, str]:
    """State tag of a stop switch: (words, tone)."""
    return (
        (pgettext_lazy("access", "停止中"), "danger") if row.lifted_at is None else (_("再開済み"), "neutral")
    )
