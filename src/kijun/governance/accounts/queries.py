"""Facts about accounts that other apps ask for; the evidence for P6.1.2 is made of them."""

from __future__ import annotations

import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from kijun.governance.accounts.models import Person, RoleGrant
from kijun.governance.accounts.roles import Role
from kijun.governance.accounts.security import STRONG
from kijun.governance.organisation.models import Municipality


def active_people(municipality: Municipality) -> QuerySet[Person]:
    """Everybody who may sign in, in 五十音 order."""
    return Person.objects.of(municipality).filter(is_active=True)


def people_with(
    municipality: Municipality, *roles: Role, day: datetime.date | None = None
) -> QuerySet[Person]:
    """Active people who hold one of ``roles`` on ``day`` (default today), each once."""
    grants = RoleGrant.objects.on(day).filter(person=OuterRef("pk"), role__in=roles)
    return active_people(municipality).filter(Exists(grants))


def people_without_second_factor(municipality: Municipality) -> QuerySet[Person]:
    """Active people with neither an authenticator app nor a passkey; recovery codes alone do not count."""
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=STRONG)
    return active_people(municipality).exclude(Exists(factors))


def grants_of_inactive_people(municipality: Municipality) -> QuerySet[RoleGrant]:
    """Role grants that still hold today although their person can no longer sign in."""
    grants: QuerySet[RoleGrant] = (
        RoleGrant.objects.of(municipality)
        .on()
        .filter(person__is_active=False)
        .select_related("person", "department")
    )
    return grants


def grants_of_closed_departments(municipality: Municipality) -> QuerySet[RoleGrant]:
    """Role grants that hold today in a department that was closed."""
    today = timezone.localdate()
    grants: QuerySet[RoleGrant] = (
        RoleGrant.objects.of(municipality)
        .on(today)
        .filter(person__is_active=True, department__closed_on__lte=today)
        .select_related("person", "department")
    )
    return grants


def grants_that_ran_out(municipality: Municipality, days: int = 90) -> QuerySet[RoleGrant]:
    """Grants of active people that ended in the last ``days`` days and were not given again."""
    today = timezone.localdate()
    again = RoleGrant.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=today), person=OuterRef("person"), role=OuterRef("role")
    )
    grants: QuerySet[RoleGrant] = (
        RoleGrant.objects.of(municipality)
        .filter(
            person__is_active=True, valid_to__lt=today, valid_to__gte=today - datetime.timedelta(days=days)
        )
        .exclude(Exists(again))
        .select_related("person", "department")
    )
    return grants


def people_without_role(municipality: Municipality) -> QuerySet[Person]:
    """Active people who hold no role today: they can sign in and do nothing."""
    return active_people(municipality).exclude(Exists(RoleGrant.objects.on().filter(person=OuterRef("pk"))))
