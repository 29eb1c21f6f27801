"""What a new town has to do first, on the home page of who can do it, until it is done."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts import waiting
from kijun.governance.accounts.models import Person, RoleGrant
from kijun.governance.accounts.roles import Role
from kijun.governance.assessments.models import Cycle
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department

KIND = _("最初の準備")


def tasks(person: Person) -> Iterator[waiting.Task]:
    """The order of docs/first-day.md; a step leaves the list as soon as its first row is there."""
    town = person.municipality
    begun = AISystem.objects.of(town).exists()
    if person.has_perm("accounts.manage_people") and not begun:
        yield from _before_the_first_system(person)
    if person.has_perm("inventory.register") and not begun:
        yield waiting.Task(_("最初のAIシステムを登録する"), KIND, reverse("inventory:systems"))
    elif person.has_perm("assessments.manage") and begun and not Cycle.objects.of(town).exists():
        yield waiting.Task(_("最初の自己点検を始める"), KIND, reverse("assessments:cycles"))


def _before_the_first_system(person: Person) -> Iterator[waiting.Task]:
    town = person.municipality
    if Department.objects.of(town).count() < 2:
        yield waiting.Task(_("部署を登録する"), KIND, reverse("organisation:departments"))
    if Person.objects.of(town).count() < 2:
        yield waiting.Task(_("職員を登録する"), KIND, reverse("accounts:people"))
    if not RoleGrant.objects.on().filter(municipality=town, role=Role.IT_STAFF).exists():
        title = _("AIシステムを登録する人に、IT担当者の役割を付ける")
        yield waiting.Task(title, KIND, reverse("accounts:people"))
