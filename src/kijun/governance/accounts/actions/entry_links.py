"""Ways in by a one-time link: set-up of a municipality, and recovery."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts import entry, security
from kijun.governance.accounts.actions._may import Actor, require_manager
from kijun.governance.accounts.models import EntryLink, Person
from kijun.governance.audit.actions import record
from kijun.governance.audit.refs import CONSOLE, Ref


@transaction.atomic
def make_set_up_link() -> str:
    """The token of the link that founds a municipality; only the console makes one."""
    token = entry.make("setup")
    record("", CONSOLE, "accounts.set_up_link_made", Ref("accounts.entrylink", "", "初期設定 set-up"))
    return token


@transaction.atomic
def make_recovery_link(actor: Actor, person: Person) -> str:
    """The token of a one-time link by which ``person`` sets a new password within 24 hours.

    It is returned once and kept nowhere; a link made before becomes void.
    """
    require_manager(actor, person)
    if not person.is_active:
        raise ValidationError(_("停止中の職員です。先に再開してください。"))
    token = entry.make("recovery", person)
    record(person.municipality.chain, actor, "accounts.recovery_link_made", person)
    return token


@transaction.atomic
def recover(link: EntryLink, password: str) -> Person:
    """Set the new password (already checked), end all sessions and the lock-out. The second factor stays."""
    person = link.person
    if person is None or not person.is_active or not entry.use(link):
        raise ValidationError(
            _("このリンクは使えなくなりました。システム管理者に新しいリンクを依頼してください。")
        )
    person.set_password(password)
    person.password_changed_at = timezone.now()
    person.save(update_fields=["password", "password_changed_at"])
    ended = security.end_all_sessions(person)
    security.clear_failures(person)
    record(person.municipality.chain, person, "accounts.recovered", person, {"sessions_ended": ended})
    return person
