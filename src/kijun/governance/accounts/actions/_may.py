"""What the actions share: who may, and that a town never loses its last administrator."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person, RoleGrant
from kijun.governance.accounts.roles import Role
from kijun.governance.audit.refs import Ref
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.organisation.queries import exists_on
from kijun.web import dates

Actor = Person | Ref


def require_manager(actor: Actor, thing: Model) -> None:
    """The actor manages the people of the thing's municipality; a job or the console may always."""
    if isinstance(actor, Ref):
        return
    if not actor.has_perm("accounts.manage_people", thing):
        raise PermissionDenied


def check_department(department: Department, day: datetime.date) -> None:
    """ValidationError on ``department`` when there is no such department on the day."""
    if not exists_on(department, day):
        message = _("%(day)sには、この部署はありません。日付か部署を確かめてください。")
        raise ValidationError(
            {"department": ValidationError(message, params={"day": dates.format_date(day)}, code="closed")}
        )


def lock(person: Person) -> None:
    """Hold the person's row until the transaction ends, so that two changes of one person wait for each other."""
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)


def keep_an_administrator(municipality: Municipality, *, without: RoleGrant | Person) -> None:
    """Refuse when, without this grant or person, nobody active is administrator for good.

    The municipality's row is locked, so that two administrators cannot remove each other at once.
    """
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    grants = RoleGrant.objects.filter(
        municipality=municipality,
        role=Role.ADMINISTRATOR,
        person__is_active=True,
        valid_from__lte=timezone.localdate(),
        valid_to=None,
    )
    if isinstance(without, Person):
        rest, counted = grants.exclude(person=without), grants.filter(person=without)
    else:
        rest, counted = grants.exclude(pk=without.pk), grants.filter(pk=without.pk)
    if counted.exists() and not rest.exists():
        raise ValidationError(
            _(
                "この団体で最後のシステム管理者です。先に、期限のないシステム管理者の役割をほかの職員に"
                "付けてください。"
            ),
            code="last_administrator",
        )
