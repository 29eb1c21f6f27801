"""Register entries as a subject of approvals: frozen when put forward, published when approved."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import subjects
from kijun.governance.approvals.models import Approval
from kijun.governance.organisation.models import Department
from kijun.governance.register import actions, content
from kijun.governance.register.models import Entry


def _load(municipality_id: int, subject_id: str) -> Entry:
    rows = Entry.objects.select_related("system__municipality", "system__provider_department", "municipality")
    entry: Entry = rows.get(municipality_id=municipality_id, pk=subject_id)
    return entry


def _url(entry: Entry) -> str:
    return reverse("register:entry", args=[entry.system_id])


def _department(entry: Entry) -> Department | None:
    return entry.system.provider_department


def _may_submit(person: Person, entry: Entry) -> bool:
    return bool(person.has_perm("register.edit", entry.system))


def _approved(entry: Entry, approval: Approval, actor: Person) -> None:
    actions.publish(entry, approval, actor)


def _returned(entry: Entry, approval: Approval, actor: Person) -> None:
    actions.take_back(entry, Entry.State.RETURNED, actor)


def _withdrawn(entry: Entry, approval: Approval, actor: Person) -> None:
    actions.take_back(entry, Entry.State.DRAFT, actor)


def register() -> None:
    """Called once, when Django starts."""
    subjects.register(
        subjects.Subject(
            kind=actions.SUBJECT,
            label=_("公開台帳"),
            load=_load,
            freeze=content.frozen,
            url=_url,
            department=_department,
            may_submit=_may_submit,
            approved=_approved,
            returned=_returned,
            withdrawn=_withdrawn,
            template="register/frozen.html",
        )
    )
